//! A batch that is put in order and written while the next one is read.

use std::ops::Range;
use std::path::Path;
use std::thread::JoinHandle;

use crate::segment::TransferSegment;
use crate::store::batch::{AccountBatch, BlockFacts};
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::load::Run;
use crate::store::manifest::{FileNames, SegmentEntry};
use crate::store::segments::write_run;

/// A batch on its way to the disk.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) chain: usize,
    /// The segments that it takes the place of.
    pub(crate) range: Range<usize>,
    pub(crate) work: JoinHandle<Result<Finished, StoreError>>,
}

/// What became of a batch.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its segments; `None` if it says nothing new.
    pub(crate) entries: Option<Vec<SegmentEntry>>,
    pub(crate) stored: u64,
    pub(crate) duplicates: u64,
    pub(crate) txs: u64,
    pub(crate) inferred_indices: u64,
    pub(crate) left_out: u64,
}

/// What was stored of the blocks of a batch.
#[derive(Debug)]
pub(crate) struct Before {
    pub(crate) txs: u64,
    pub(crate) rows: u64,
    pub(crate) places: u64,
    /// Whether the batch has headers of blocks that were stored without.
    pub(crate) has_new_headers: bool,
}

impl Before {
    pub(crate) fn of(stored: &Run<TransferSegment>, facts: &BlockFacts) -> Self {
        let heights = stored.txs.first().zip(stored.txs.last());
        let is_new = |height: &&u64| !stored.headers.contains_key(height);
        let has_new_headers = heights.is_some_and(|(first, last)| {
            let mut news =
                facts.headers.range(first.height..=last.height).map(|(height, _)| height);
            news.any(|height| is_new(&height))
        });
        let (txs, rows) = (stored.txs.len() as u64, stored.rows.len() as u64);
        Self { txs, rows, places: stored.places(), has_new_headers }
    }
}

/// Puts a batch in order and writes its segments.
pub(crate) fn finish(
    rows: AccountBatch,
    facts: BlockFacts,
    before: &Before,
    disk: &dyn Disk,
    dir: &Path,
    names: &FileNames,
) -> Result<Finished, StoreError> {
    let (given, left_out) = (rows.given(), rows.left_out());
    let outcome = rows.finish(facts)?;
    let kept = outcome.run.rows.len() as u64;
    let mut finished = Finished {
        entries: None,
        stored: given.saturating_sub(outcome.duplicates),
        duplicates: outcome.duplicates,
        txs: (outcome.run.txs.len() as u64).saturating_sub(before.txs),
        inferred_indices: outcome.inferred_indices,
        left_out,
    };
    let is_same = kept == before.rows && outcome.run.places() == before.places;
    if !is_same || before.has_new_headers {
        finished.entries = Some(write_run(outcome.run, names, disk, dir)?);
    }
    Ok(finished)
}
