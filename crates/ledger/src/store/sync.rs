//! A store kept at the tip of a chain: new blocks added, blocks that went away taken back.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use hawkshaw_model::{
    BlockRef, BlockSource, ChainId, LedgerKind, ReadError, Timestamp, TxHash, rows::Rows,
};

use crate::store::coverage;
use crate::store::error::StoreError;
use crate::store::segments::StoredSegment;
use crate::store::session::ImportSummary;
use crate::store::writer::StoreWriter;

/// After how many rows a batch is stored: what a kill loses.
const BATCH_ROWS: usize = 1 << 18;
/// How often in a row a chain may change while it is read, without a block being stored.
const CHANGES_MAX: u32 = 16;
/// The most transactions of blocks that went away that are named one by one.
const NAMED_MAX: usize = 1 << 20;

/// Which blocks are wanted, and how deep a reorganisation may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncOptions {
    /// The first height; `None` to go on where the store ends, or from the start of the chain.
    pub from: Option<u64>,
    /// The last height; `None` for the tip.
    pub to: Option<u64>,
    /// How many blocks must stand on top of one before it is taken.
    pub confirmations: u64,
    /// How many blocks a reorganisation may take back.
    pub depth_max: u64,
    /// After how many rows a batch is stored.
    pub batch_rows: usize,
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self { from: None, to: None, confirmations: 0, depth_max: 256, batch_rows: BATCH_ROWS }
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncProgress {
    /// The height that was read last; `None` before the first.
    pub at: Option<u64>,
    /// How many blocks were read.
    pub done: u64,
    /// How many blocks there are to read.
    pub total: u64,
    /// How many rows were read.
    pub rows: u64,
}

/// Blocks that the chain gave up, and those that took their place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reorganisation {
    /// The last block that both have.
    pub common: u64,
    /// The last height that was stored and went away.
    pub gone_to: u64,
    /// The transactions that were taken back.
    pub txs: u64,
    /// The movements or legs that were taken back.
    pub rows: u64,
    /// Those transactions that no new block holds, by hash.
    pub lost: Vec<TxHash>,
    /// How many of those that were taken back a new block holds again.
    pub returned: u64,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncSummary {
    /// How many blocks were read.
    pub blocks: u64,
    /// The last height that was wanted.
    pub through: Option<u64>,
    /// The tip of the source when the run began.
    pub tip: Option<u64>,
    /// What was stored.
    pub import: ImportSummary,
    /// What went away, in the order in which it was seen.
    pub reorganisations: Vec<Reorganisation>,
}

impl SyncSummary {
    /// Adds what a later run did.
    pub fn add(&mut self, later: Self) {
        self.blocks += later.blocks;
        self.through = later.through;
        self.tip = later.tip;
        self.import.add(&later.import);
        self.reorganisations.extend(later.reorganisations);
    }
}

/// Why a run ended early. What was stored until then stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError<E> {
    /// The source cannot be read.
    #[error("{0}")]
    Source(E),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// More went away than may.
    #[error(
        "the chain of the source and that of the store part more than {depth_max} blocks below \
         block {tip}: the source may be on another chain; if it is not, allow more with \
         --reorg-depth, or take the blocks back with `hawkshaw ledger unwind`"
    )]
    TooDeep {
        /// The last height of the store.
        tip: u64,
        /// How many blocks may go away.
        depth_max: u64,
    },
    /// The source does not reach as far as the store does.
    #[error(
        "the source ends at block {tip} and the store at block {stored}: it lags behind, or is on \
         another chain; wait, or take the blocks back with `hawkshaw ledger unwind`"
    )]
    Behind {
        /// The tip of the source.
        tip: u64,
        /// The last height of the store.
        stored: u64,
    },
    /// The source has no longer, or never had, what is wanted next.
    #[error(
        "the source begins at block {first}, and block {wanted} is wanted next: read it from \
         another source, or leave a gap with --from {first}"
    )]
    Missing {
        /// The lowest block of the source.
        first: u64,
        /// The block that is wanted.
        wanted: u64,
    },
    /// The source never holds still.
    #[error(
        "the source gave blocks that do not follow each other, {0} times in a row at block {1}"
    )]
    Unsteady(u32, u64),
    /// The person who started it stopped it.
    #[error("it was stopped")]
    Stopped,
}

/// Brings a store to the tip of a source, or to the height that is wanted. `watch` is called
/// after every block; `false` stops the run, and what is stored stays.
///
/// # Errors
///
/// When the source or the store fails, and when the chain of the source is not that of the store
/// and parts from it too deep.
pub fn sync<S: BlockSource + ?Sized>(
    writer: &mut StoreWriter,
    source: &S,
    options: &SyncOptions,
    watch: &mut dyn FnMut(SyncProgress) -> bool,
) -> Result<SyncSummary, SyncError<S::Error>> {
    let first = source.first().map_err(SyncError::Source)?;
    let tip = source.tip().map_err(SyncError::Source)?;
    let is_resumed = writer.begin_sync(source.chain(), source.lacks(), options.batch_rows)?;
    let mut run = Sync {
        writer,
        source,
        options,
        watch,
        first,
        tip,
        gone: Vec::new(),
        read: Vec::new(),
        done: (0, 0),
        import: ImportSummary::default(),
        is_resumed,
    };
    let mut changes = 0;
    loop {
        if run.take_back()? == Place::Behind {
            break;
        }
        let Some(stretch) = run.next_stretch()? else { break };
        let before = run.done.0;
        let read = run.read_stretch(stretch)?;
        let has_progress = run.done.0 > before;
        match read {
            Read::Whole => continue,
            // A node may name a tip whose blocks it has not got yet.
            Read::Short if !has_progress => break,
            Read::Short => {}
            Read::Changed(height) => {
                changes = if has_progress { 0 } else { changes + 1 };
                if changes == CHANGES_MAX {
                    return Err(SyncError::Unsteady(CHANGES_MAX, height));
                }
            }
        }
        run.keep_what_was_read()?;
        run.tip = source.tip().map_err(SyncError::Source)?;
    }
    run.end()
}

/// A run on its way.
struct Sync<'a, S: ?Sized> {
    writer: &'a mut StoreWriter,
    source: &'a S,
    options: &'a SyncOptions,
    watch: &'a mut dyn FnMut(SyncProgress) -> bool,
    /// The lowest block that the source has.
    first: u64,
    tip: BlockRef,
    gone: Vec<Gone>,
    /// Stretches that were read, and are not all stored yet.
    read: Vec<[u64; 2]>,
    /// Blocks and rows that were read.
    done: (u64, u64),
    /// What was stored before something was taken back.
    import: ImportSummary,
    /// Whether a run that was interrupted goes on.
    is_resumed: bool,
}

/// How the source stands to the store.
#[derive(PartialEq, Eq)]
enum Place {
    Ahead,
    /// It has less of the same chain.
    Behind,
}

/// A reorganisation whose new blocks are not all read yet.
struct Gone {
    seen: Reorganisation,
    /// What was taken back and has not come back.
    txs: BTreeSet<TxHash>,
}

/// How far a stretch was read.
enum Read {
    Whole,
    /// The source has fewer blocks than it said.
    Short,
    /// A block does not follow the one before it.
    Changed(u64),
}

impl<S: BlockSource + ?Sized> Sync<'_, S> {
    /// Takes back what the source has no more.
    fn take_back(&mut self) -> Result<Place, SyncError<S::Error>> {
        let chain = self.source.chain().clone();
        let Some(stored) = self.stored_below(&chain, u64::MAX)? else { return Ok(Place::Ahead) };
        if stored.height < self.first {
            // There is no block that both have.
            return Ok(Place::Ahead);
        }
        if stored.height > self.tip.height {
            let known = self.stored_below(&chain, self.tip.height)?;
            let height = known.map_or(self.tip.height, |known| known.height);
            let theirs = self.source.block_at(height).map_err(SyncError::Source)?;
            if known.is_some() && known == theirs {
                // Nodes behind one URL are not all equally far.
                let (tip, stored) = (self.tip.height, stored.height);
                return match stored - tip <= self.options.depth_max {
                    true => Ok(Place::Behind),
                    false => Err(SyncError::Behind { tip, stored }),
                };
            }
        }
        let Some(common) = self.common(&chain, stored)? else { return Ok(Place::Ahead) };
        let txs = self.writer.txs_above(&chain, common).map_err(StoreError::from)?;
        self.import.add(&self.writer.end()?);
        let unwound = self.writer.unwind(&chain, common)?;
        self.writer.begin_sync(&chain, self.source.lacks(), self.options.batch_rows)?;
        let seen = Reorganisation {
            common,
            gone_to: stored.height,
            txs: unwound.txs,
            rows: unwound.rows,
            lost: Vec::new(),
            returned: 0,
        };
        self.gone.push(Gone { seen, txs });
        Ok(Place::Ahead)
    }

    fn stored_below(
        &self,
        chain: &ChainId,
        height: u64,
    ) -> Result<Option<BlockRef>, SyncError<S::Error>> {
        Ok(self.writer.block_below(chain, height).map_err(StoreError::from)?)
    }

    /// The last stored block that the source has too; `None` if it has all of them.
    fn common(
        &self,
        chain: &ChainId,
        stored: BlockRef,
    ) -> Result<Option<u64>, SyncError<S::Error>> {
        let too_deep = || {
            let (tip, depth_max) = (stored.height, self.options.depth_max);
            Err(SyncError::TooDeep { tip, depth_max })
        };
        let mut known = stored;
        let mut is_first = true;
        loop {
            if self.source.block_at(known.height).map_err(SyncError::Source)? == Some(known) {
                return Ok((!is_first).then_some(known.height));
            }
            is_first = false;
            let below = match known.height.checked_sub(1) {
                Some(below) => below,
                None => return too_deep(),
            };
            match self.stored_below(chain, below)? {
                Some(next) if stored.height - next.height <= self.options.depth_max => {
                    known = next;
                }
                // The first block of the store itself is another: its chain began elsewhere, or
                // that is how deep it goes.
                _ => return too_deep(),
            }
        }
    }

    /// The next blocks that are wanted and not there.
    fn next_stretch(&self) -> Result<Option<RangeInclusive<u64>>, SyncError<S::Error>> {
        let Some(reach) = self.tip.height.checked_sub(self.options.confirmations) else {
            return Ok(None);
        };
        let last = self.options.to.map_or(reach, |to| to.min(reach));
        let mut covered = self.writer.covered(self.source.chain());
        self.read.iter().for_each(|stretch| coverage::add(&mut covered, *stretch));
        let first = match (self.options.from, covered.last()) {
            (Some(from), _) => from,
            (None, Some([_, high])) => high.saturating_add(1),
            (None, None) => self.first,
        };
        match missing(&covered, first, last) {
            Some(stretch) if *stretch.start() < self.first => {
                Err(SyncError::Missing { first: self.first, wanted: *stretch.start() })
            }
            stretch => Ok(stretch),
        }
    }

    fn read_stretch(&mut self, stretch: RangeInclusive<u64>) -> Result<Read, SyncError<S::Error>> {
        let chain = self.source.chain().clone();
        let wanted = (*stretch.end() - *stretch.start()).saturating_add(1);
        let total = self.done.0.saturating_add(wanted);
        let mut next = *stretch.start();
        let mut parent = match next.checked_sub(1) {
            Some(below) => {
                let known = self.stored_below(&chain, below)?;
                known.filter(|known| known.height == below).map(|known| known.hash)
            }
            None => None,
        };
        let (source, mut time) = (self.source, None);
        for rows in source.blocks(stretch.clone()) {
            let rows = match rows {
                Ok(rows) => rows,
                // What came before it is good.
                Err(error) => {
                    self.keep_what_was_read()?;
                    return Err(SyncError::Source(error));
                }
            };
            let header = header_of(&rows, next, source.name())?;
            if parent.is_some_and(|parent| parent != header.parent) {
                return Ok(Read::Changed(next));
            }
            if is_before(&chain, header.time, time) {
                let reason = format!("block {next} has a time before that of the block below it");
                let file = source.name().to_string();
                return Err(StoreError::Refused { file, line: next, reason }.into());
            }
            (parent, time) = (Some(header.hash), Some(header.time));
            self.note_returned(&rows);
            self.done.0 += 1;
            self.done.1 += rows.len() as u64;
            self.writer.add(rows)?;
            next += 1;
            self.writer.store_below(&chain, next)?;
            let (done, rows) = self.done;
            let at = Some(next - 1);
            if !(self.watch)(SyncProgress { at, done, total, rows }) {
                return Err(SyncError::Stopped);
            }
        }
        if next <= *stretch.end() {
            return Ok(Read::Short);
        }
        self.read.push([*stretch.start(), *stretch.end()]);
        Ok(Read::Whole)
    }

    /// Stores the blocks that were read, which follow each other and what is stored.
    fn keep_what_was_read(&mut self) -> Result<(), SyncError<S::Error>> {
        let (chain, lacks) = (self.source.chain().clone(), self.source.lacks());
        self.import.add(&self.writer.end()?);
        self.read.clear();
        self.writer.begin_sync(&chain, lacks, self.options.batch_rows)?;
        Ok(())
    }

    fn note_returned(&mut self, rows: &Rows) {
        if self.gone.is_empty() {
            return;
        }
        let of_transfers = rows.transfers.iter().filter_map(|row| row.spot.tx);
        let of_legs = rows.legs.iter().filter_map(|row| row.spot.tx);
        let of_calls = rows.calls.iter().filter_map(|row| row.spot.tx);
        for tx in of_transfers.chain(of_legs).chain(of_calls) {
            for gone in &mut self.gone {
                gone.seen.returned += u64::from(gone.txs.remove(&tx));
            }
        }
    }

    fn end(self) -> Result<SyncSummary, SyncError<S::Error>> {
        let mut import = self.import;
        // A run that finds nothing to do changes nothing, not even the number of the state.
        if self.done.0 > 0 || self.is_resumed {
            import.add(&self.writer.end()?);
        }
        let reorganisations = self
            .gone
            .into_iter()
            .map(|gone| Reorganisation { lost: gone.txs.into_iter().collect(), ..gone.seen });
        let covered = self.writer.covered(self.source.chain());
        Ok(SyncSummary {
            blocks: self.done.0,
            through: covered.last().map(|[_, high]| *high),
            tip: Some(self.tip.height),
            import,
            reorganisations: reorganisations.collect(),
        })
    }
}

/// Whether a time is before that of the block below, where that cannot be: times of Bitcoin's
/// blocks may fall (BIP-113), those of account chains do not.
fn is_before(chain: &ChainId, time: Timestamp, below: Option<Timestamp>) -> bool {
    chain.ledger_kind() == LedgerKind::Accounts && below.is_some_and(|below| time < below)
}

/// The header in the rows of a block, which has the height that was asked for.
fn header_of(
    rows: &Rows,
    height: u64,
    source: &str,
) -> Result<hawkshaw_model::rows::Block, StoreError> {
    match rows.blocks[..] {
        [header] if header.height == height => Ok(header),
        _ => Err(StoreError::Refused {
            file: source.to_owned(),
            line: 0,
            reason: format!("it gave another block where block {height} was wanted"),
        }),
    }
}

/// The first blocks of a range that no stretch covers.
fn missing(covered: &[[u64; 2]], first: u64, last: u64) -> Option<RangeInclusive<u64>> {
    let mut next = first;
    for [low, high] in covered {
        if *low > next {
            return (next <= last).then(|| next..=last.min(low - 1));
        }
        if *high >= next {
            next = high.checked_add(1)?;
        }
    }
    (next <= last).then_some(next..=last)
}

impl StoreWriter {
    /// Stretches of blocks of a chain that are stored whole.
    pub fn covered(&self, chain: &ChainId) -> Vec<[u64; 2]> {
        let manifest = self.manifest();
        let at = manifest.chain(chain);
        at.map(|at| manifest.chains[at].covered.clone()).unwrap_or_default()
    }

    /// The highest stored block of a chain up to a height of which the store has the hash: of
    /// blocks in which nothing moved it has those near the tip.
    fn block_below(&self, chain: &ChainId, height: u64) -> Result<Option<BlockRef>, ReadError> {
        let manifest = self.manifest();
        let Some(at) = manifest.chain(chain) else { return Ok(None) };
        let still = &manifest.chains[at].still;
        let still = still[..still.partition_point(|block| block.height <= height)].last();
        let still = still.and_then(|block| {
            let hash = alloy_primitives::hex::decode_to_array(&block.hash).ok()?;
            Some(BlockRef { height: block.height, hash })
        });
        let moved = self.moved_block_below(chain, at, height)?;
        Ok(still.into_iter().chain(moved).max_by_key(|block| block.height))
    }

    /// The same of blocks in which something moved.
    fn moved_block_below(
        &self,
        chain: &ChainId,
        at: usize,
        height: u64,
    ) -> Result<Option<BlockRef>, ReadError> {
        let segments = &self.manifest().chains[at].segments;
        let end = segments.partition_point(|segment| segment.heights[0] <= height);
        for entry in segments[..end].iter().rev() {
            let segment = StoredSegment::open(self.dir(), entry, chain.ledger_kind())?;
            let table = segment.txs();
            let end = table.blocks_to(height)?;
            for block in (0..end).rev() {
                if let Some((hash, _)) = table.header(block)? {
                    let (height, _) = table.block(block)?;
                    return Ok(Some(BlockRef { height, hash }));
                }
            }
        }
        Ok(None)
    }

    /// The transactions of stored blocks above a height.
    fn txs_above(&self, chain: &ChainId, height: u64) -> Result<BTreeSet<TxHash>, ReadError> {
        let manifest = self.manifest();
        let mut txs = BTreeSet::new();
        let Some(at) = manifest.chain(chain) else { return Ok(txs) };
        let segments = &manifest.chains[at].segments;
        let start = segments.partition_point(|segment| segment.heights[1] <= height);
        for entry in &segments[start..] {
            let segment = StoredSegment::open(self.dir(), entry, chain.ledger_kind())?;
            let table = segment.txs();
            for tx in table.first_from_height(height + 1)?..table.len() {
                if txs.len() < NAMED_MAX
                    && let Some(hash) = table.hash(tx)?
                {
                    txs.insert(hash);
                }
            }
        }
        Ok(txs)
    }
}

#[cfg(test)]
mod tests {
    use super::{is_before, missing};
    use hawkshaw_model::{ChainId, Timestamp};

    #[test]
    fn times_rise_on_account_chains_only() {
        let [earlier, later] = [1, 2].map(|seconds| Timestamp::from_unix(seconds).unwrap());
        let (ethereum, bitcoin) = (ChainId::ethereum(), ChainId::bitcoin());
        assert!(is_before(&ethereum, earlier, Some(later)));
        assert!(!is_before(&ethereum, later, Some(later)));
        assert!(!is_before(&ethereum, earlier, None));
        assert!(!is_before(&bitcoin, earlier, Some(later)));
    }

    #[test]
    fn what_is_missing_is_found() {
        let covered = [[5, 9], [12, 20]];
        assert_eq!(missing(&covered, 0, 30), Some(0..=4));
        assert_eq!(missing(&covered, 5, 30), Some(10..=11));
        assert_eq!(missing(&covered, 7, 10), Some(10..=10));
        assert_eq!(missing(&covered, 12, 30), Some(21..=30));
        assert_eq!(missing(&covered, 12, 20), None);
        assert_eq!(missing(&covered, 25, 24), None);
        assert_eq!(missing(&[], 0, 0), Some(0..=0));
        assert_eq!(missing(&[[0, u64::MAX]], 0, u64::MAX), None);
    }
}
