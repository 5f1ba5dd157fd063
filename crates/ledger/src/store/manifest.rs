//! The manifest: which files a store consists of. A file that it does not name does not exist.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hawkshaw_model::{ChainId, Lack, ReadError};
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

use crate::store::coverage;
use crate::store::disk::Disk;
use crate::store::error::{DiskError, StoreError};

/// The name of the manifest in the folder of a store.
pub(crate) const NAME: &str = "manifest.json";
/// The name under which the next manifest is written.
pub(crate) const NAME_NEXT: &str = "manifest.json.next";
/// How the names of all other files of a store end.
pub(crate) const FILE_ENDING: &str = ".hks";
/// The format that is written, and the newest that is read.
pub(crate) const FORMAT: u32 = 1;

/// What a store consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    /// Counts the states of the store, from 1.
    pub(crate) generation: u64,
    /// The number of the file that was named last.
    pub(crate) file_names: FileNames,
    /// In the order in which they were first imported: the place is the number of the chain in
    /// the keys of addresses.
    pub(crate) chains: Vec<ChainEntry>,
    pub(crate) address_parts: Vec<FileEntry>,
    pub(crate) asset_parts: Vec<FileEntry>,
    /// Inputs that are stored whole, by digest.
    pub(crate) imports: Vec<ImportEntry>,
    /// An import that was begun and not ended.
    pub(crate) unfinished: Option<Unfinished>,
}

/// Names of files, none of which is given twice; copies go on together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
pub(crate) struct FileNames(Arc<AtomicU64>);

impl From<u64> for FileNames {
    fn from(last: u64) -> Self {
        Self(Arc::new(AtomicU64::new(last)))
    }
}

impl From<FileNames> for u64 {
    fn from(names: FileNames) -> Self {
        names.0.load(Ordering::Relaxed)
    }
}

impl FileNames {
    /// A name for the next file.
    pub(crate) fn name(&self, what: &str) -> String {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        format!("{what}-{number:08}{FILE_ENDING}")
    }
}

impl PartialEq for FileNames {
    fn eq(&self, other: &Self) -> bool {
        self.0.load(Ordering::Relaxed) == other.0.load(Ordering::Relaxed)
    }
}

impl Eq for FileNames {}

/// A chain of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChainEntry {
    pub(crate) id: String,
    /// The number of its native asset.
    pub(crate) native: Option<u32>,
    /// By height; heights of different segments are disjoint.
    pub(crate) segments: Vec<SegmentEntry>,
    /// Stretches of blocks for which some file claimed to be whole, inclusive, merged.
    pub(crate) covered: Vec<[u64; 2]>,
    /// Files of events and calls, by height.
    #[serde(default)]
    pub(crate) events: Vec<EventsEntry>,
    /// Accounts whose histories were imported one by one, beside what is covered.
    #[serde(default)]
    pub(crate) histories: Vec<HistoryEntry>,
    /// What the sources of blocks left out, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lacks: Vec<LackEntry>,
    /// Blocks near the tip in which nothing moved: no segment has their hashes, by which a
    /// reorganisation is seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) still: Vec<StillBlock>,
}

/// A block in which nothing moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StillBlock {
    pub(crate) height: u64,
    /// Its hash in hex.
    pub(crate) hash: String,
}

impl StillBlock {
    /// How far below the tip they are kept.
    pub(crate) const DEPTH: u64 = 4096;
}

/// What blocks lack that are covered all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LackEntry {
    /// Its name, as [`Lack`] has it.
    pub(crate) what: String,
    /// Stretches of blocks, inclusive, merged.
    pub(crate) heights: Vec<[u64; 2]>,
}

/// An immutable file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileEntry {
    pub(crate) file: String,
    pub(crate) bytes: u64,
    /// The checksum of its footer, which holds those of its pages.
    pub(crate) checksum: String,
}

/// A segment of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SegmentEntry {
    #[serde(flatten)]
    pub(crate) file: FileEntry,
    pub(crate) txs: u64,
    pub(crate) rows: u64,
    /// Outputs that its transactions make; 0 on account chains.
    pub(crate) outputs: u64,
    /// First and last height.
    pub(crate) heights: [u64; 2],
    /// Earliest and latest block time.
    pub(crate) times: [i64; 2],
    /// Bytes of the columns that a replay streams.
    pub(crate) hot_bytes: u64,
}

/// A file of events and calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventsEntry {
    #[serde(flatten)]
    pub(crate) file: FileEntry,
    pub(crate) events: u64,
    pub(crate) calls: u64,
    pub(crate) heights: [u64; 2],
}

/// An account whose history was imported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct HistoryEntry {
    /// As text without its chain.
    pub(crate) account: String,
    /// First and last height that its rows have.
    pub(crate) heights: [u64; 2],
}

/// An input that is stored whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ImportEntry {
    /// Its name without folder.
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) digest: String,
    /// First and last height of the rows of the import, by chain.
    pub(crate) heights: Vec<(String, [u64; 2])>,
}

/// An import that was begun and not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unfinished {
    /// The digest of the list of its inputs.
    pub(crate) inputs: String,
    /// Per chain, every row of the inputs up to this height is stored.
    pub(crate) through: Vec<(String, u64)>,
}

/// Checks that a folder without a manifest holds no other files of a store.
pub(crate) fn must_not_be_lost(dir: &Path) -> Result<(), StoreError> {
    let is_of_store = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.is_ok_and(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let starts = ["segment-", "addresses-", "assets-", "events-"];
            starts.iter().any(|start| name.starts_with(start)) && name.ends_with(FILE_ENDING)
        })
    };
    let has_files = std::fs::read_dir(dir).is_ok_and(|mut entries| entries.any(is_of_store));
    if has_files {
        let path = dir.join(NAME).display().to_string();
        let reason = "it is gone, and files of a store are there: restore it";
        return Err(ReadError::new(path, 0, reason).into());
    }
    Ok(())
}

impl ChainEntry {
    /// A chain with nothing in it.
    pub(crate) fn new(id: &ChainId) -> Self {
        Self {
            id: id.as_str().to_owned(),
            native: None,
            segments: Vec::new(),
            covered: Vec::new(),
            events: Vec::new(),
            histories: Vec::new(),
            lacks: Vec::new(),
            still: Vec::new(),
        }
    }

    /// Notes blocks in which nothing moved, and forgets those far below the tip.
    pub(crate) fn add_still(&mut self, blocks: impl Iterator<Item = (u64, [u8; 32])>) {
        self.still.extend(blocks.map(|(height, hash)| StillBlock {
            height,
            hash: alloy_primitives::hex::encode(hash),
        }));
        self.still
            .sort_by(|left, right| (left.height, &left.hash).cmp(&(right.height, &right.hash)));
        self.still.dedup();
        let tip = self.covered.last().map_or(0, |[_, high]| *high);
        self.still.retain(|block| block.height + StillBlock::DEPTH > tip);
    }

    /// Notes what a stretch of blocks lacks.
    pub(crate) fn add_lack(&mut self, lack: Lack, stretch: [u64; 2]) {
        let what = lack.name();
        let at = match self.lacks.iter().position(|entry| entry.what == what) {
            Some(at) => at,
            None => {
                self.lacks.push(LackEntry { what: what.to_owned(), heights: Vec::new() });
                self.lacks.len() - 1
            }
        };
        coverage::add(&mut self.lacks[at].heights, stretch);
    }
}

impl Manifest {
    /// The manifest of a store with nothing in it.
    pub(crate) fn empty() -> Self {
        Self { format: FORMAT, ..Self::default() }
    }

    /// Reads the manifest of a folder; `None` where there is none.
    pub(crate) fn read(dir: &Path) -> Result<Option<Self>, StoreError> {
        let path = dir.join(NAME);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(DiskError::new("read", &path, source).into()),
        };
        let damaged = |offset: usize, reason: String| {
            let offset = u64::try_from(offset).unwrap_or(0);
            ReadError::new(path.display().to_string(), offset, reason)
        };
        let sealed = open_seal(&bytes).map_err(|reason| damaged(0, reason))?;
        let format = serde_json::from_slice::<FormatOnly>(sealed)
            .map_err(|error| damaged(error.column(), error.to_string()))?
            .format;
        if format > FORMAT {
            let path = dir.to_path_buf();
            return Err(StoreError::TooNew { path, found: format, known: FORMAT });
        }
        let manifest: Self = serde_json::from_slice(sealed)
            .map_err(|error| damaged(error.column(), error.to_string()))?;
        Ok(Some(manifest))
    }

    /// Puts this manifest in the place of the one before: the moment at which a change of the
    /// store happens.
    pub(crate) fn write(&self, disk: &dyn Disk, dir: &Path) -> Result<(), StoreError> {
        let text = serde_json::to_string(self).map_err(|error| {
            StoreError::Unfit(format!("the manifest cannot be written: {error}"))
        })?;
        let next = dir.join(NAME_NEXT);
        if disk.read(&next)?.is_some() {
            disk.remove(&next)?;
        }
        let mut file = disk.create(&next)?;
        file.append(seal(&text).as_bytes())?;
        file.sync()?;
        drop(file);
        disk.rename(&next, &dir.join(NAME))?;
        disk.sync_dir(dir)?;
        Ok(())
    }

    /// Every file that the manifest names.
    pub(crate) fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let chains = self.chains.iter();
        let of_chains = chains.flat_map(|chain| {
            let events = chain.events.iter().map(|events| &events.file);
            chain.segments.iter().map(|segment| &segment.file).chain(events)
        });
        self.address_parts.iter().chain(&self.asset_parts).chain(of_chains)
    }

    /// The number of a chain.
    pub(crate) fn chain(&self, id: &ChainId) -> Option<usize> {
        self.chains.iter().position(|chain| chain.id == id.as_str())
    }
}

/// The part that tells whether the rest can be understood.
#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

/// A line with the checksum of the text, then the text.
fn seal(text: &str) -> String {
    format!("{:016x}\n{text}\n", XxHash3_64::oneshot(text.as_bytes()))
}

fn open_seal(bytes: &[u8]) -> Result<&[u8], String> {
    let broken = || "it does not begin with a checksum: it is damaged or no manifest".to_owned();
    let line = bytes.get(..16).and_then(|hex| std::str::from_utf8(hex).ok()).ok_or_else(broken)?;
    let wanted = u64::from_str_radix(line, 16).map_err(|_| broken())?;
    let text = bytes.get(17..).and_then(|rest| rest.strip_suffix(b"\n")).ok_or_else(broken)?;
    if bytes.get(16) != Some(&b'\n') || XxHash3_64::oneshot(text) != wanted {
        return Err("its checksum is wrong: it is damaged or was edited".to_owned());
    }
    Ok(text)
}
