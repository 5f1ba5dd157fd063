//! The assets of a store, each with a dense number in order of first appearance.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use hawkshaw_model::{AssetId, ReadError};
use rustc_hash::FxHashMap;

use crate::store::container::{Container, Format, Section};
use crate::store::container_writer::ContainerWriter;
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::manifest::FileEntry;
use crate::store::tx_table::to_usize;

/// What files of this kind are marked with.
pub(crate) const FORMAT: Format = Format { kind: *b"HKAS", version: 1 };

/// The assets of a snapshot. Their texts are checked at opening and parsed when asked for.
#[derive(Debug, Default)]
pub(crate) struct AssetBook {
    parts: Vec<Part>,
    parsed: Vec<OnceLock<AssetId>>,
}

#[derive(Debug)]
struct Part {
    first: usize,
    starts: Section<u32>,
    texts: Section<u8>,
}

impl AssetBook {
    /// The assets of parts, in order.
    pub(crate) fn open(files: &[Arc<Container>]) -> Result<Self, ReadError> {
        let mut book = Self::default();
        for file in files {
            let starts: Section<u32> = file.section("starts")?;
            let texts: Section<u8> = file.section("texts")?;
            let all = starts.all()?;
            let is_sound = all.is_sorted()
                && all.last().map(|end| to_usize(*end)) == Some(texts.len())
                && std::str::from_utf8(texts.all()?).is_ok();
            if !is_sound {
                return Err(starts.error(0, "the texts of the assets are out of place"));
            }
            let first = book.parsed.len();
            let count = all.len().saturating_sub(1);
            for at in 0..count {
                let range = to_usize(all[at])..to_usize(all[at + 1]);
                // One pass over short texts; it lets every later read be infallible.
                let text = std::str::from_utf8(texts.get(range)?).unwrap_or_default();
                if text.parse::<AssetId>().is_err() {
                    return Err(starts.error(at, "it names no asset"));
                }
            }
            book.parsed.resize_with(first + count, OnceLock::new);
            book.parts.push(Part { first, starts, texts });
        }
        Ok(book)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.parsed.len()
    }

    /// How many each part holds.
    pub(crate) fn part_lens(&self) -> Vec<u64> {
        let ends = self.parts.iter().skip(1).map(|part| part.first).chain([self.len()]);
        self.parts.iter().zip(ends).map(|(part, end)| (end - part.first) as u64).collect()
    }

    /// An asset.
    pub(crate) fn get(&self, number: usize) -> &AssetId {
        self.parsed[number].get_or_init(|| {
            let part = self.parts.partition_point(|part| part.first <= number) - 1;
            self.parts[part].read(number).expect("the texts were checked when they were opened")
        })
    }
}

impl Part {
    fn read(&self, number: usize) -> Option<AssetId> {
        let at = number - self.first;
        let range = to_usize(self.starts.at(at).ok()?)..to_usize(self.starts.at(at + 1).ok()?);
        std::str::from_utf8(self.texts.get(range).ok()?).ok()?.parse().ok()
    }
}

/// The assets of a store that is written.
#[derive(Debug, Default)]
pub(crate) struct AssetWriter {
    numbers: FxHashMap<AssetId, u32>,
    /// Those that no file holds yet.
    fresh: Vec<AssetId>,
}

impl AssetWriter {
    /// Begins with the assets of a book.
    pub(crate) fn new(book: &AssetBook) -> Self {
        let known = (0..book.len()).map(|at| book.get(at).clone()).zip(0u32..);
        Self { numbers: known.collect(), fresh: Vec::new() }
    }

    /// The number of an asset, new or known.
    pub(crate) fn intern(&mut self, asset: &AssetId) -> Result<u32, StoreError> {
        if let Some(number) = self.numbers.get(asset) {
            return Ok(*number);
        }
        let full = StoreError::Limit { what: "assets", max: u64::from(u32::MAX) - 1 };
        let number = u32::try_from(self.numbers.len()).ok().filter(|n| *n != u32::MAX);
        let number = number.ok_or(full)?;
        self.numbers.insert(asset.clone(), number);
        self.fresh.push(asset.clone());
        Ok(number)
    }

    /// Whether no file holds some of the assets yet.
    pub(crate) fn has_fresh(&self) -> bool {
        !self.fresh.is_empty()
    }

    /// Writes what no file holds yet into one.
    pub(crate) fn flush(
        &mut self,
        disk: &dyn Disk,
        dir: &Path,
        file: String,
    ) -> Result<Option<FileEntry>, StoreError> {
        if self.fresh.is_empty() {
            return Ok(None);
        }
        let written = write(self.fresh.iter(), disk, dir, file)?;
        self.fresh.clear();
        Ok(Some(written))
    }
}

/// Writes assets into a file.
pub(crate) fn write<'a>(
    assets: impl Iterator<Item = &'a AssetId>,
    disk: &dyn Disk,
    dir: &Path,
    file: String,
) -> Result<FileEntry, StoreError> {
    let mut starts = vec![0u32];
    let mut texts = Vec::new();
    for asset in assets {
        texts.extend_from_slice(asset.as_str().as_bytes());
        let end = u32::try_from(texts.len()).map_err(|_| StoreError::Limit {
            what: "bytes of names of assets at once",
            max: u32::MAX.into(),
        })?;
        starts.push(end);
    }
    let mut out = ContainerWriter::create(disk, &dir.join(&file), FORMAT)?;
    out.column("starts", &starts)?;
    out.column("texts", &texts)?;
    let written = out.finish()?;
    Ok(FileEntry::new(file, &written))
}
