//! Small files at the end of a store joined as it grows, so that a chain that is followed block
//! by block leaves few of them.

use std::ops::Range;

use hawkshaw_model::ChainId;

use crate::store::assets;
use crate::store::dictionary;
use crate::store::error::StoreError;
use crate::store::events::{EventFile, EventRows};
use crate::store::manifest::FileEntry;
use crate::store::reorganise::join;
use crate::store::segments::{SEGMENT_TXS, StoredSegment};
use crate::store::transfers::CODES_MAX;
use crate::store::writer::StoreWriter;

/// The most logs and calls that are joined into one file: what is joined is held in memory.
const EVENTS_MAX: u64 = 1 << 19;
/// The most addresses or assets that are joined as a store grows.
const NAMES_MAX: u64 = 4 << 20;

impl StoreWriter {
    /// Joins files at the end of each list with those before them that are no larger: a row is
    /// written again as often as the number of rows behind it doubles. What is joined depends on
    /// the manifest alone, so that a writer that was stopped and one that was not come to the
    /// same files.
    pub(crate) fn merge_tails(&mut self) -> Result<(), StoreError> {
        if !self.parts().is_merging {
            return Ok(());
        }
        let mut is_changed = self.merge_names()?;
        for chain in 0..self.parts().manifest.chains.len() {
            is_changed |= self.merge_segments(chain)?;
            is_changed |= self.merge_events(chain)?;
        }
        if is_changed { self.commit() } else { Ok(()) }
    }

    fn merge_segments(&mut self, chain: usize) -> Result<bool, StoreError> {
        let parts = self.parts();
        let entry = &parts.manifest.chains[chain];
        let sizes: Vec<u64> = entry.segments.iter().map(|segment| segment.txs).collect();
        let Some(mut range) = tail(&sizes, SEGMENT_TXS as u64) else { return Ok(false) };
        let id: ChainId = entry
            .id
            .parse()
            .map_err(|error| StoreError::Unfit(format!("the manifest names no chain: {error}")))?;
        // A segment holds so many kinds of assets; those that would not fit stay as they are.
        let mut codes = 0;
        for at in range.clone().rev() {
            let segment = StoredSegment::open(parts.dir, &entry.segments[at], id.ledger_kind())?;
            codes += segment.codes();
            if codes > CODES_MAX {
                range.start = at + 1;
                break;
            }
        }
        if range.len() < 2 {
            return Ok(false);
        }
        let entries = entry.segments[range.clone()].to_vec();
        let joined = join(&entries, id.ledger_kind(), parts.manifest, parts.disk, parts.dir)?;
        let segments = &mut parts.manifest.chains[chain].segments;
        let replaced = segments.splice(range, joined);
        parts.obsolete.extend(replaced.map(|segment| segment.file.file));
        self.reopen(chain)?;
        Ok(true)
    }

    fn merge_events(&mut self, chain: usize) -> Result<bool, StoreError> {
        let parts = self.parts();
        let files = &parts.manifest.chains[chain].events;
        let sizes: Vec<u64> = files.iter().map(|file| file.events + file.calls).collect();
        let Some(range) = tail(&sizes, EVENTS_MAX) else { return Ok(false) };
        let mut rows = EventRows::default();
        for entry in &files[range.clone()] {
            rows.add_stored(&EventFile::open(parts.dir, entry)?, u64::MAX)?;
        }
        let name = parts.manifest.file_names.name("events");
        let joined = rows.write(parts.disk, parts.dir, name)?;
        let replaced = parts.manifest.chains[chain].events.splice(range, [joined]);
        parts.obsolete.extend(replaced.map(|entry| entry.file.file));
        Ok(true)
    }

    /// Joins files of addresses and of assets.
    fn merge_names(&mut self) -> Result<bool, StoreError> {
        let parts = self.parts();
        let sizes: Vec<u64> = parts.book.parts().iter().map(|part| u64::from(part.len())).collect();
        let addresses = tail(&sizes, NAMES_MAX);
        if let Some(range) = addresses.clone() {
            let name = parts.manifest.file_names.name("addresses");
            let part = parts.book.merge(range.clone(), parts.disk, parts.dir, &name)?;
            let entry = FileEntry::new(part.name, &part.file);
            let replaced = parts.manifest.address_parts.splice(range, [entry]);
            parts.obsolete.extend(replaced.map(|entry| entry.file));
            self.reopen_addresses()?;
        }
        let parts = self.parts();
        // The files are opened only where there are several.
        if parts.manifest.asset_parts.len() < 2 {
            return Ok(addresses.is_some());
        }
        let book = dictionary::open_assets(parts.dir, &parts.manifest.asset_parts)?;
        let sizes = book.part_lens();
        let Some(range) = tail(&sizes, NAMES_MAX) else { return Ok(addresses.is_some()) };
        let first: u64 = sizes[..range.start].iter().sum();
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let name = parts.manifest.file_names.name("assets");
        let texts = (first..book.len()).map(|at| book.get(at));
        let entry = assets::write(texts, parts.disk, parts.dir, name)?;
        let replaced = parts.manifest.asset_parts.splice(range, [entry]);
        parts.obsolete.extend(replaced.map(|entry| entry.file));
        Ok(true)
    }
}

/// The last files that are to become one: as long as the one before them is no larger than they
/// are together, and the limit allows.
fn tail(sizes: &[u64], max: u64) -> Option<Range<usize>> {
    let mut start = sizes.len().checked_sub(1)?;
    let mut sum = sizes[start];
    while let Some(before) = start.checked_sub(1).map(|at| sizes[at])
        && before <= sum
        && before.saturating_add(sum) <= max
    {
        start -= 1;
        sum += before;
    }
    (start + 1 < sizes.len()).then_some(start..sizes.len())
}

#[cfg(test)]
mod tests {
    use super::tail;

    #[test]
    fn files_double() {
        let mut sizes: Vec<u64> = Vec::new();
        let mut written = 0;
        for _ in 0..1000 {
            sizes.push(1);
            if let Some(range) = tail(&sizes, 300) {
                let sum = sizes[range.clone()].iter().sum();
                written += sum;
                sizes.splice(range, [sum]);
            }
            assert!(tail(&sizes, 300).is_none(), "{sizes:?}");
            assert!(sizes.len() < 16, "{sizes:?}");
        }
        assert_eq!(sizes.iter().sum::<u64>(), 1000);
        assert!(written < 10_000, "{written}");
    }
}
