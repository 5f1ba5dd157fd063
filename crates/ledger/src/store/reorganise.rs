//! Changes of what is stored: blocks taken back, small segments joined.

use std::path::Path;

use hawkshaw_model::{ChainId, LedgerKind};

use crate::segment::{OutputSegment, TransferSegment};
use crate::store::coverage;
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::events::{EventFile, EventRows};
use crate::store::load::Run;
use crate::store::manifest::{Manifest, SegmentEntry};
use crate::store::segments::{SEGMENT_TXS, StoredSegment, write_run};
use crate::store::writer::StoreWriter;

/// What was taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unwound {
    /// Transactions.
    pub txs: u64,
    /// Movements or legs.
    pub rows: u64,
}

/// What became of the segments of a store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compacted {
    /// How many segments there were.
    pub before: usize,
    /// How many there are.
    pub after: usize,
}

impl StoreWriter {
    /// Takes back every block of a chain above a height: what a reorganisation of the chain, or
    /// a bad import, needs. Numbers of addresses stay given.
    ///
    /// # Errors
    ///
    /// When the store has no such chain, is damaged or cannot be written.
    pub fn unwind(&mut self, chain: &ChainId, height: u64) -> Result<Unwound, StoreError> {
        self.commit_begun()?;
        let parts = self.parts();
        let Some(at) = parts.manifest.chain(chain) else {
            return Err(StoreError::Unfit(format!("the store holds nothing of {chain}")));
        };
        let segments = &parts.manifest.chains[at].segments;
        let keep = segments.partition_point(|segment| segment.heights[1] <= height);
        let mut unwound = Unwound::default();
        for segment in &segments[keep..] {
            unwound.txs += segment.txs;
            unwound.rows += segment.rows;
        }
        let cut = segments.get(keep).filter(|segment| segment.heights[0] <= height).cloned();
        let rest = match cut {
            Some(entry) => below(&entry, chain, height, parts.manifest, parts.disk, parts.dir)?,
            None => Vec::new(),
        };
        for segment in &rest {
            unwound.txs -= segment.txs;
            unwound.rows -= segment.rows;
        }
        let entry = &mut parts.manifest.chains[at];
        let replaced = entry.segments.splice(keep.., rest);
        parts.obsolete.extend(replaced.map(|segment| segment.file.file));
        coverage::cut(&mut entry.covered, height);
        entry.lacks.iter_mut().for_each(|lack| coverage::cut(&mut lack.heights, height));
        entry.lacks.retain(|lack| !lack.heights.is_empty());
        entry.still.retain(|block| block.height <= height);
        entry.histories.retain(|history| history.heights[0] <= height);
        entry.histories.iter_mut().for_each(|h| h.heights[1] = h.heights[1].min(height));
        let keep = entry.events.partition_point(|file| file.heights[1] <= height);
        let mut rows = EventRows::default();
        for file in entry.events.split_off(keep) {
            rows.add_stored(&EventFile::open(parts.dir, &file)?, height)?;
            parts.obsolete.push(file.file.file);
        }
        if rows.len() > 0 {
            let name = parts.manifest.file_names.name("events");
            let entry = rows.write(parts.disk, parts.dir, name)?;
            parts.manifest.chains[at].events.push(entry);
        }
        let is_above = |heights: &[u64; 2]| heights[1] > height;
        parts.manifest.imports.retain(|import| {
            !import.heights.iter().any(|(id, heights)| id == chain.as_str() && is_above(heights))
        });
        parts.manifest.unfinished = None;
        self.reopen(at)?;
        self.commit()?;
        Ok(unwound)
    }

    /// Joins neighbouring segments as long as they stay small enough: many small imports leave
    /// many small segments, and every query asks each of its chain.
    ///
    /// # Errors
    ///
    /// When the store is damaged or cannot be written. What was joined until then stays.
    pub fn compact(
        &mut self,
        progress: &mut dyn FnMut(Compacted),
    ) -> Result<Compacted, StoreError> {
        self.commit_begun()?;
        let chains = self.parts().manifest.chains.len();
        let count = |manifest: &Manifest| -> usize {
            manifest.chains.iter().map(|chain| chain.segments.len()).sum()
        };
        let before = count(self.parts().manifest);
        for chain in 0..chains {
            let mut from = 0;
            while let Some(range) = next_group(&self.parts().manifest.chains[chain].segments, from)
            {
                let parts = self.parts();
                let entries = parts.manifest.chains[chain].segments[range.clone()].to_vec();
                let id: ChainId = parts.manifest.chains[chain].id.parse().map_err(|error| {
                    StoreError::Unfit(format!("the manifest names no chain: {error}"))
                })?;
                let joined =
                    join(&entries, id.ledger_kind(), parts.manifest, parts.disk, parts.dir)?;
                from = range.start + joined.len();
                let segments = &mut parts.manifest.chains[chain].segments;
                let replaced = segments.splice(range, joined);
                parts.obsolete.extend(replaced.map(|segment| segment.file.file));
                self.reopen(chain)?;
                self.commit()?;
                progress(Compacted { before, after: count(self.parts().manifest) });
            }
        }
        self.merge_addresses()?;
        Ok(Compacted { before, after: count(self.parts().manifest) })
    }
}

/// The next neighbours, from a segment on, that fit one segment.
fn next_group(segments: &[SegmentEntry], from: usize) -> Option<std::ops::Range<usize>> {
    let mut start = from;
    while start + 1 < segments.len() {
        let mut sum = 0;
        let fits = |segment: &&SegmentEntry| {
            sum += segment.txs;
            sum <= SEGMENT_TXS as u64
        };
        let count = segments[start..].iter().take_while(fits).count();
        if count > 1 {
            return Some(start..start + count);
        }
        start += 1;
    }
    None
}

/// The transactions of a segment up to a height, as segments of their own.
fn below(
    entry: &SegmentEntry,
    chain: &ChainId,
    height: u64,
    manifest: &mut Manifest,
    disk: &dyn Disk,
    dir: &Path,
) -> Result<Vec<SegmentEntry>, StoreError> {
    let segment = StoredSegment::open(dir, entry, chain.ledger_kind())?;
    let end = match height.checked_add(1) {
        Some(above) => segment.txs().first_from_height(above)?,
        None => segment.txs().len(),
    };
    match &segment {
        StoredSegment::Transfers(segment) => {
            let mut run = Run::<TransferSegment>::empty();
            run.append(segment, 0..end)?;
            write_run(run, &manifest.file_names, disk, dir)
        }
        StoredSegment::Outputs(segment) => {
            let mut run = Run::<OutputSegment>::empty();
            run.append(segment, 0..end)?;
            write_run(run, &manifest.file_names, disk, dir)
        }
    }
}

/// Several segments as one, or more where one could not hold them.
pub(crate) fn join(
    entries: &[SegmentEntry],
    kind: LedgerKind,
    manifest: &mut Manifest,
    disk: &dyn Disk,
    dir: &Path,
) -> Result<Vec<SegmentEntry>, StoreError> {
    let (mut transfers, mut outputs) =
        (Run::<TransferSegment>::empty(), Run::<OutputSegment>::empty());
    for entry in entries {
        match StoredSegment::open(dir, entry, kind)? {
            StoredSegment::Transfers(segment) => {
                transfers.append(&segment, 0..segment.txs.len())?;
            }
            StoredSegment::Outputs(segment) => outputs.append(&segment, 0..segment.txs.len())?,
        }
    }
    match kind {
        LedgerKind::Accounts => write_run(transfers, &manifest.file_names, disk, dir),
        LedgerKind::Outputs => write_run(outputs, &manifest.file_names, disk, dir),
    }
}
