//! The files in which a Bitcoin node keeps its blocks, read without any node.

mod folder;
mod headers;
mod left_out;
mod replay;
mod scan;
mod snapshot;
mod undo;

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::SystemTime;

use hawkshaw_chains::Defects;
use hawkshaw_chains::bitcoin::Network;
use hawkshaw_model::rows::Rows;
use hawkshaw_model::{BlockRef, BlockSource, ChainId, Lack};

use self::folder::{Folder, Kind};
use self::headers::Headers;
pub(crate) use self::replay::{Replay, Replayed, Walk};
use self::snapshot::{Snapshot, unreadable};
use crate::error::{SourceError, SourceFault};
use crate::pipeline::{Meter, Plan, windows};

/// How many blocks a thread takes at once.
const WINDOW_BLOCKS: u64 = 4;

/// The blocks of a node from its folder `blocks`: `blk*.dat`, and `rev*.dat` for what inputs
/// spent.
///
/// Blocks stand there in the order in which they came, with stale ones between them, and since
/// Bitcoin Core 28.0 their bytes are combined with a key. Opening passes over the headers alone;
/// the chain with the most work counts. A node may run meanwhile: [`tip`](BlockSource::tip) looks
/// what it added.
///
/// A chain that begins later than with its first block (a node that prunes, a few files alone)
/// takes its heights from what its blocks state (BIP-34). Where undo records are missing, what
/// inputs spent is taken from the blocks before, one after the other: from the genesis block on
/// that is all of it, and else those outputs are missing that were made before the first block
/// that is there ([`Lack::SpentOutputs`]).
///
/// A block that a node refused (`invalidateblock`) counts like any other: the files do not tell.
#[derive(Debug)]
pub struct BlockFiles {
    name: Arc<str>,
    chain: ChainId,
    network: Network,
    folder: Folder,
    lacks: &'static [Lack],
    /// Whether blocks are read one after the other from the first on.
    is_replayed: bool,
    threads: NonZeroUsize,
    meter: Meter,
    state: Mutex<State>,
    replay: Arc<Mutex<Option<Replay>>>,
    defects: Arc<Mutex<Defects>>,
}

#[derive(Debug)]
struct State {
    headers: Headers,
    files: BTreeMap<u32, Seen>,
    snapshot: Arc<Snapshot>,
}

/// How a file was when it was last looked at.
#[derive(Debug, Clone, Copy)]
struct Seen {
    length: u64,
    written: Option<SystemTime>,
    /// The same of its file of undo records, where there is one.
    undo: Option<(u64, Option<SystemTime>)>,
    /// Where its last block ends.
    end: u64,
}

impl BlockFiles {
    /// The blocks of a folder: a node's `blocks`, or the one that it stands in.
    ///
    /// # Errors
    ///
    /// When it holds no block files of a known network, they cannot be read, or nothing says
    /// which heights the blocks have.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let name: Arc<str> = Arc::from(path.display().to_string());
        let error = |request: &str, fault| SourceError {
            source_name: Arc::clone(&name),
            request: request.to_owned(),
            fault,
        };
        let folder = Folder::open(path).map_err(|why| error("block files", unreadable(&why)))?;
        let network = network(&folder).map_err(|fault| error("block files", fault))?;
        let (mut headers, mut files) = (Headers::default(), BTreeMap::new());
        look(&folder, network, &mut headers, &mut files)
            .map_err(|(file, why)| error(&file, unreadable(&why)))?;
        let chain = headers.chain();
        if chain.0.is_empty() {
            let fault = SourceFault::Unable("they hold no block".to_owned());
            return Err(error("block files", fault));
        }
        let snapshot = Snapshot::new(Arc::clone(&name), folder.clone(), network, &headers, chain)?;
        let is_replayed = snapshot.lacks_undo();
        let lacks: &[Lack] =
            if is_replayed && !snapshot.is_whole() { &[Lack::SpentOutputs] } else { &[] };
        let state = Mutex::new(State { headers, files, snapshot: Arc::new(snapshot) });
        let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let (meter, replay, defects) = (Meter::default(), Arc::default(), Arc::default());
        let chain = network.chain();
        Ok(Self {
            name,
            chain,
            network,
            folder,
            lacks,
            is_replayed,
            threads,
            meter,
            state,
            replay,
            defects,
        })
    }

    /// Reads with so many threads; by default with as many as the machine runs at once.
    #[must_use]
    pub fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// The height of the first block that is there.
    pub fn first_height(&self) -> u64 {
        self.state().snapshot.first
    }

    /// Which blocks are there and are not read, because a block below them or their undo record is
    /// missing: nothing where all are read that belong to the chain. Each is a sentence without its
    /// full stop, such as "7 blocks above block 225 have no undo record". It is of when the files
    /// were last looked at, by [`open`](Self::open) or [`tip`](BlockSource::tip).
    pub fn left_out(&self) -> Vec<String> {
        self.state().snapshot.left_out.clone()
    }

    /// What was left out of the blocks that were read so far.
    pub fn defects(&self) -> Defects {
        lock(&self.defects).clone()
    }

    /// What the threads spent their time on.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Looks what a node added.
    fn refresh(&self) -> Result<Arc<Snapshot>, SourceError> {
        let mut state = self.state();
        let State { headers, files, snapshot } = &mut *state;
        let is_changed =
            look(&self.folder, self.network, headers, files).map_err(|(file, why)| {
                let source_name = Arc::clone(&self.name);
                SourceError { source_name, request: file, fault: unreadable(&why) }
            })?;
        if is_changed {
            let (name, folder) = (Arc::clone(&self.name), self.folder.clone());
            let chain = headers.chain();
            *snapshot = Arc::new(Snapshot::new(name, folder, self.network, headers, chain)?);
        }
        Ok(Arc::clone(snapshot))
    }
}

impl BlockSource for BlockFiles {
    type Error = SourceError;

    fn chain(&self) -> &ChainId {
        &self.chain
    }

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn lacks(&self) -> &[Lack] {
        self.lacks
    }

    fn first(&self) -> Result<u64, SourceError> {
        Ok(self.first_height())
    }

    fn tip(&self) -> Result<BlockRef, SourceError> {
        let snapshot = self.refresh()?;
        let height = snapshot.last();
        let hash = snapshot.entry(height).map_or([0; 32], |entry| entry.hash);
        Ok(BlockRef { height, hash })
    }

    fn block_at(&self, height: u64) -> Result<Option<BlockRef>, SourceError> {
        let snapshot = Arc::clone(&self.state().snapshot);
        Ok(snapshot.entry(height).map(|entry| BlockRef { height, hash: entry.hash }))
    }

    fn blocks(
        &self,
        heights: RangeInclusive<u64>,
    ) -> Box<dyn Iterator<Item = Result<Rows, SourceError>> + '_> {
        let snapshot = Arc::clone(&self.state().snapshot);
        let defects = Arc::clone(&self.defects);
        let heights = *heights.start()..=(*heights.end()).min(snapshot.last());
        if self.is_replayed {
            let replay = Arc::clone(&self.replay);
            return Box::new(Replayed::new(snapshot, heights, replay, defects));
        }
        let threads = self.threads.get();
        let plan = Plan { workers: threads, ahead: 2 * threads, meter: self.meter.clone() };
        let (source_name, request) = (Arc::clone(&self.name), "threads".to_owned());
        let pipeline = plan.start(windows(heights, WINDOW_BLOCKS), move |window, step| {
            let mut rows = Vec::new();
            let mut found = Defects::default();
            for height in window {
                if step.is_over() {
                    break;
                }
                let fetched = step.wait(|| snapshot.fetch(height))?;
                rows.push(snapshot.rows(&fetched, &mut found)?);
            }
            lock(&defects).add(&found);
            Ok(rows)
        });
        match pipeline {
            Ok(pipeline) => Box::new(pipeline),
            Err(why) => {
                let error = SourceError { source_name, request, fault: unreadable(&why) };
                Box::new(std::iter::once(Err(error)))
            }
        }
    }
}

/// The network whose bytes a file begins with.
fn network(folder: &Folder) -> Result<Network, SourceFault> {
    let numbers = folder.numbers().map_err(|why| unreadable(&why))?;
    let mut first = None;
    for number in numbers {
        let mut magic = [0; 4];
        let file = folder.file(Kind::Blocks, number);
        let count = file.and_then(|mut file| file.read_at(0, &mut magic));
        let is_full = count.map_err(|why| {
            let named = format!("{}: {why}", Kind::Blocks.file_name(number));
            SourceFault::Unreadable(named)
        })? == magic.len();
        if let Some(network) = Network::of_magic(magic).filter(|_| is_full) {
            return Ok(network);
        }
        first.get_or_insert((number, magic));
    }
    let (number, [a, b, c, d]) = first.unwrap_or_default();
    Err(SourceFault::Unable(format!(
        "they are of no known network: {} begins with {a:02x}{b:02x}{c:02x}{d:02x}; if the node \
         keeps a file xor.dat beside them, it is needed too",
        Kind::Blocks.file_name(number)
    )))
}

/// Adds the blocks that files hold since they were last looked at, and says whether anything
/// changed, also of undo records.
fn look(
    folder: &Folder,
    network: Network,
    headers: &mut Headers,
    files: &mut BTreeMap<u32, Seen>,
) -> Result<bool, (String, io::Error)> {
    let mut is_changed = false;
    for number in folder.numbers().map_err(|why| ("block files".to_owned(), why))? {
        let failed = |why| (Kind::Blocks.file_name(number), why);
        let mut file = folder.file(Kind::Blocks, number).map_err(failed)?;
        let (length, written) = file.state().map_err(failed)?;
        let undo = folder.file(Kind::Undo, number).and_then(|file| file.state()).ok();
        let seen = files.get(&number);
        let is_same = seen
            .is_some_and(|seen| (seen.length, seen.written, seen.undo) == (length, written, undo));
        if is_same {
            continue;
        }
        is_changed = true;
        let start = seen.map_or(0, |seen| seen.end);
        let found = |found| headers.add(number, &found);
        let end = scan::scan(&mut file, start, network.magic(), found).map_err(failed)?;
        files.insert(number, Seen { length, written, undo, end });
    }
    Ok(is_changed)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
