//! Segment files: written from rows, opened as what they hold.

use std::ops::Range;
use std::path::Path;

use hawkshaw_model::{AccountIx, LedgerKind, LedgerSegment, ReadError, TxHash};
use rustc_hash::FxHashSet;

use crate::segment::{OutputSegment, TransferSegment};
use crate::store::container::{Container, FileInfo};
use crate::store::container_writer::ContainerWriter;
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::load::Run;
use crate::store::manifest::{FileEntry, FileNames, SegmentEntry};
use crate::store::outputs::{self, StoredOutputs};
use crate::store::posting_lists::PostingLists;
use crate::store::transfers::{self, CODES_MAX, StoredTransfers};
use crate::store::tx_table::{TxEntry, TxTable, to_usize};

/// The most transactions that are put into one segment, unless one block has more.
pub(crate) const SEGMENT_TXS: usize = 4 << 20;

/// A segment, mapped.
#[derive(Debug)]
pub(crate) enum StoredSegment {
    Transfers(StoredTransfers),
    Outputs(StoredOutputs),
}

impl StoredSegment {
    /// Opens the file of a segment. Its numbers begin at 0 until they are set.
    pub(crate) fn open(
        dir: &Path,
        entry: &SegmentEntry,
        kind: LedgerKind,
    ) -> Result<Self, ReadError> {
        let path = dir.join(&entry.file.file);
        let file = match kind {
            LedgerKind::Accounts => Container::open(&path, transfers::FORMAT)?,
            LedgerKind::Outputs => Container::open(&path, outputs::FORMAT)?,
        };
        entry.file.must_be(&file)?;
        Ok(match kind {
            LedgerKind::Accounts => Self::Transfers(StoredTransfers::open(&file)?),
            LedgerKind::Outputs => Self::Outputs(StoredOutputs::open(&file)?),
        })
    }

    /// The segment as the tracer reads it.
    pub(crate) fn as_dyn(&self) -> &dyn LedgerSegment {
        match self {
            Self::Transfers(segment) => segment,
            Self::Outputs(segment) => segment,
        }
    }

    /// Its transactions.
    pub(crate) fn txs(&self) -> &TxTable {
        match self {
            Self::Transfers(segment) => &segment.txs,
            Self::Outputs(segment) => &segment.txs,
        }
    }

    /// Who took part in which of its transactions.
    pub(crate) fn postings(&self) -> &PostingLists {
        match self {
            Self::Transfers(segment) => &segment.postings,
            Self::Outputs(segment) => &segment.postings,
        }
    }

    /// How many pairs of asset and kind its movements have.
    pub(crate) fn codes(&self) -> usize {
        match self {
            Self::Transfers(segment) => segment.codes(),
            Self::Outputs(_) => 0,
        }
    }

    /// The first transaction, among those of the ledger.
    pub(crate) fn tx_first(&self) -> u64 {
        match self {
            Self::Transfers(segment) => segment.tx_first,
            Self::Outputs(segment) => segment.tx_first,
        }
    }

    /// The transaction behind the last, among those of the ledger.
    pub(crate) fn tx_end(&self) -> u64 {
        self.tx_first() + self.txs().len() as u64
    }

    /// The transaction with a hash, counted from the first of the segment.
    pub(crate) fn find(&self, hash: &TxHash) -> Result<Option<usize>, ReadError> {
        self.txs().find(hash)
    }

    /// Who sent a transaction, where nothing else is known: who pays its fee.
    pub(crate) fn fee_payer(&self, tx: usize) -> Result<Option<AccountIx>, ReadError> {
        match self {
            Self::Transfers(segment) => segment.fee_payer(tx),
            Self::Outputs(_) => Ok(None),
        }
    }
}

impl FileEntry {
    /// Checks that an opened file is the one that the manifest means.
    pub(crate) fn must_be(&self, file: &Container) -> Result<(), ReadError> {
        let info = file.info();
        if self.bytes == info.bytes && self.checksum == checksum_text(info.checksum) {
            return Ok(());
        }
        Err(ReadError::new(
            file.path(),
            0,
            "it is another file than the one that the manifest names",
        ))
    }

    /// The entry of a file that was written.
    pub(crate) fn new(file: String, info: &FileInfo) -> Self {
        Self { file, bytes: info.bytes, checksum: checksum_text(info.checksum) }
    }
}

fn checksum_text(checksum: u64) -> String {
    format!("{checksum:016x}")
}

/// Rows of which segments are made.
pub(crate) trait SegmentRows {
    /// Bytes of the columns that a replay streams, by row.
    const HOT_ROW_BYTES: u64;
    /// Writes transactions as a segment file.
    fn write(run: &Run<Self>, disk: &dyn Disk, path: &Path) -> Result<FileInfo, StoreError>
    where
        Self: Sized;
    /// Some of the transactions.
    fn part(&self, txs: Range<usize>) -> Self;
    /// How many rows there are.
    fn row_count(&self) -> usize;
    /// How many outputs the transactions make.
    fn outputs_made(&self) -> u64;
    /// What of a transaction takes a code of its own in a segment.
    fn codes(&self, tx: usize, sink: &mut dyn FnMut(u64));
}

impl SegmentRows for TransferSegment {
    // Payer, payee, code, and the control byte of the amount.
    const HOT_ROW_BYTES: u64 = 4 + 4 + 2 + 1;

    fn write(run: &Run<Self>, disk: &dyn Disk, path: &Path) -> Result<FileInfo, StoreError> {
        let mut out = ContainerWriter::create(disk, path, transfers::FORMAT)?;
        transfers::write(&mut out, &run.txs, &run.rows, &run.headers)?;
        Ok(out.finish()?)
    }

    fn part(&self, txs: Range<usize>) -> Self {
        let rows = to_usize(self.tx_rows[txs.start])..to_usize(self.tx_rows[txs.end]);
        let mut part = Self::new(0, 0, txs.len(), rows.len());
        let first = self.tx_rows[txs.start];
        part.tx_rows.clear();
        part.tx_rows.extend(self.tx_rows[txs.start..=txs.end].iter().map(|row| row - first));
        part.payers.extend_from_slice(&self.payers[rows.clone()]);
        part.payees.extend_from_slice(&self.payees[rows.clone()]);
        part.assets.extend_from_slice(&self.assets[rows.clone()]);
        part.kinds.extend_from_slice(&self.kinds[rows.clone()]);
        part.events.extend_from_slice(&self.events[rows.clone()]);
        rows.for_each(|row| part.amounts.push_from(&self.amounts, row));
        part
    }

    fn row_count(&self) -> usize {
        self.len()
    }

    fn outputs_made(&self) -> u64 {
        0
    }

    fn codes(&self, tx: usize, sink: &mut dyn FnMut(u64)) {
        for row in to_usize(self.tx_rows[tx])..to_usize(self.tx_rows[tx + 1]) {
            sink(
                u64::from(self.assets[row]) << 8
                    | u64::from(transfers::code_of_kind(self.kinds[row])),
            );
        }
    }
}

impl SegmentRows for OutputSegment {
    // Output, holder, and the control byte of the amount.
    const HOT_ROW_BYTES: u64 = 8 + 4 + 1;

    fn write(run: &Run<Self>, disk: &dyn Disk, path: &Path) -> Result<FileInfo, StoreError> {
        let mut out = ContainerWriter::create(disk, path, outputs::FORMAT)?;
        outputs::write(&mut out, &run.txs, &run.rows, &run.headers)?;
        Ok(out.finish()?)
    }

    fn part(&self, txs: Range<usize>) -> Self {
        let rows = to_usize(self.tx_rows[txs.start])..to_usize(self.tx_rows[txs.end]);
        let first = self.tx_rows[txs.start];
        let mut part = Self::new(0, txs.len(), rows.len());
        part.tx_rows.clear();
        part.tx_rows.extend(self.tx_rows[txs.start..=txs.end].iter().map(|row| row - first));
        part.tx_outputs.extend(self.tx_outputs[txs].iter().map(|row| row - first));
        part.outputs.extend_from_slice(&self.outputs[rows.clone()]);
        part.holders.extend_from_slice(&self.holders[rows.clone()]);
        rows.for_each(|row| part.amounts.push_from(&self.amounts, row));
        part
    }

    fn row_count(&self) -> usize {
        self.outputs.len()
    }

    fn outputs_made(&self) -> u64 {
        let ends = self.tx_rows.iter().skip(1);
        ends.zip(&self.tx_outputs).map(|(end, first)| u64::from(end - first)).sum()
    }

    fn codes(&self, _: usize, _: &mut dyn FnMut(u64)) {}
}

/// Writes a run as segment files, cut between blocks.
pub(crate) fn write_run<R: SegmentRows>(
    run: Run<R>,
    names: &FileNames,
    disk: &dyn Disk,
    dir: &Path,
) -> Result<Vec<SegmentEntry>, StoreError> {
    let cuts = cuts(&run.txs, &run.rows)?;
    let mut entries = Vec::with_capacity(cuts.len());
    if let [_] = cuts[..] {
        entries.push(write_segment(&run, names, disk, dir)?);
        return Ok(entries);
    }
    for txs in cuts {
        let part = Run {
            txs: run.txs[txs.clone()].to_vec(),
            rows: run.rows.part(txs),
            headers: run.headers.clone(),
        };
        entries.push(write_segment(&part, names, disk, dir)?);
    }
    Ok(entries)
}

fn write_segment<R: SegmentRows>(
    run: &Run<R>,
    names: &FileNames,
    disk: &dyn Disk,
    dir: &Path,
) -> Result<SegmentEntry, StoreError> {
    let name = names.name("segment");
    let info = R::write(run, disk, &dir.join(&name))?;
    let heights = [run.txs.first(), run.txs.last()].map(|tx| tx.map_or(0, |tx| tx.height));
    let times = || run.txs.iter().map(|tx| tx.time.to_unix());
    let rows = run.rows.row_count() as u64;
    Ok(SegmentEntry {
        file: FileEntry::new(name, &info),
        txs: run.txs.len() as u64,
        rows,
        outputs: run.rows.outputs_made(),
        heights,
        times: [times().min().unwrap_or(0), times().max().unwrap_or(0)],
        hot_bytes: rows * R::HOT_ROW_BYTES,
    })
}

/// Where to cut a run: between blocks, before a segment has too many transactions or codes.
fn cuts<R: SegmentRows>(txs: &[TxEntry], rows: &R) -> Result<Vec<Range<usize>>, StoreError> {
    let mut cuts = Vec::new();
    let (mut start, mut block_start) = (0, 0);
    let mut known: FxHashSet<u64> = FxHashSet::default();
    let mut of_block: FxHashSet<u64> = FxHashSet::default();
    for block in txs.chunk_by(|left, right| left.height == right.height) {
        let end = block_start + block.len();
        of_block.clear();
        for tx in block_start..end {
            rows.codes(tx, &mut |code| {
                if !known.contains(&code) {
                    of_block.insert(code);
                }
            });
        }
        if of_block.len() > CODES_MAX {
            return Err(StoreError::Limit {
                what: "pairs of asset and kind in one block",
                max: CODES_MAX as u64,
            });
        }
        let is_full = end - start > SEGMENT_TXS || known.len() + of_block.len() > CODES_MAX;
        if is_full && block_start > start {
            cuts.push(start..block_start);
            start = block_start;
            known.clear();
            (start..end).for_each(|tx| {
                rows.codes(tx, &mut |code| {
                    known.insert(code);
                })
            });
        } else {
            known.extend(of_block.drain());
        }
        block_start = end;
    }
    if start < txs.len() {
        cuts.push(start..txs.len());
    }
    Ok(cuts)
}
