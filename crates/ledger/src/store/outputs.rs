//! A segment of a UTXO chain.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use hawkshaw_model::{
    AccountIx, Amount, Batch, LedgerSegment, LegAmounts, OutputBatch, OutputIx, ReadError, TxIx,
};

use crate::output_draft::EarlierOutput;
use crate::segment::OutputSegment;
use crate::store::amount_writer::AmountPoolWriter;
use crate::store::amounts::AmountPool;
use crate::store::container::{Container, Format, Section};
use crate::store::container_writer::ContainerWriter;
use crate::store::error::StoreError;
use crate::store::posting_lists::{self, PostingLists, pair};
use crate::store::search::partition_point;
use crate::store::tx_table::{self, BlockHashes, TxEntry, TxTable, to_usize};

/// What files of this kind are marked with.
pub(crate) const FORMAT: Format = Format { kind: *b"HKOU", version: 1 };

/// Writes a run of transactions. `txs` are those of `rows`, in order; outputs are numbered from
/// the first of the chain.
pub(crate) fn write(
    out: &mut ContainerWriter,
    txs: &[TxEntry],
    rows: &OutputSegment,
    headers: &BTreeMap<u64, BlockHashes>,
) -> Result<(), StoreError> {
    out.column("tx_rows", &rows.tx_rows)?;
    out.column("tx_outputs", &rows.tx_outputs)?;
    out.column("outputs", &rows.outputs)?;
    out.column("holders", &rows.holders)?;
    let mut starts = vec![0u32];
    let mut pool = AmountPoolWriter::default();
    for (tx, bounds) in rows.tx_rows.windows(2).enumerate() {
        let made = bounds[1] - rows.tx_outputs[tx];
        starts.push(starts[tx].saturating_add(made));
        for (row, leg) in (to_usize(bounds[0])..to_usize(bounds[1])).zip(0u32..) {
            pool.push(rows.amounts.get(row), leg);
        }
    }
    out.column("output_starts", &starts)?;
    pool.write(out, "amount")?;
    tx_table::write(out, txs, |height| headers.get(&height).copied())?;
    posting_lists::write(out, pairs(rows))
}

fn pairs(rows: &OutputSegment) -> Vec<u64> {
    let mut pairs = Vec::with_capacity(rows.holders.len());
    for (tx, bounds) in (0u32..).zip(rows.tx_rows.windows(2)) {
        let holders = &rows.holders[to_usize(bounds[0])..to_usize(bounds[1])];
        let known = holders.iter().filter(|holder| **holder != AccountIx::NONE);
        pairs.extend(known.map(|holder| pair(*holder, tx)));
    }
    pairs
}

/// A segment, mapped.
#[derive(Debug)]
pub(crate) struct StoredOutputs {
    /// The first transaction, among those of the ledger.
    pub(crate) tx_first: u64,
    /// The first output that a transaction of the segment makes, among those of the ledger.
    pub(crate) output_first: u64,
    /// How many outputs other chains of the ledger have before this one.
    pub(crate) output_base: u64,
    pub(crate) txs: TxTable,
    pub(crate) postings: PostingLists,
    tx_rows: Section<u32>,
    tx_outputs: Section<u32>,
    outputs: Section<u64>,
    holders: Section<u32>,
    output_starts: Section<u32>,
    amounts: AmountPool,
    /// The outputs as the ledger numbers them, where that is not how the file does.
    shifted: OnceLock<Vec<u64>>,
}

impl StoredOutputs {
    /// The segment of a file.
    pub(crate) fn open(file: &Arc<Container>) -> Result<Self, ReadError> {
        let segment = Self {
            tx_first: 0,
            output_first: 0,
            output_base: 0,
            txs: TxTable::open(file)?,
            postings: PostingLists::open(file)?,
            tx_rows: file.section("tx_rows")?,
            tx_outputs: file.section("tx_outputs")?,
            outputs: file.section("outputs")?,
            holders: file.section("holders")?,
            output_starts: file.section("output_starts")?,
            amounts: AmountPool::open(file, "amount")?,
            shifted: OnceLock::new(),
        };
        segment.check_lengths()?;
        Ok(segment)
    }

    fn check_lengths(&self) -> Result<(), ReadError> {
        let (rows, txs) = (self.outputs.len(), self.txs.len());
        let of_txs = [self.tx_rows.len(), self.tx_outputs.len() + 1, self.output_starts.len()];
        if of_txs.iter().any(|length| *length != txs + 1) {
            return Err(self.tx_rows.error(0, "its length is not that of the transactions"));
        }
        if self.holders.len() != rows || self.amounts.len() != rows {
            return Err(self.outputs.error(0, "the columns have different lengths"));
        }
        Ok(())
    }

    /// How many legs there are.
    pub(crate) fn row_count(&self) -> usize {
        self.outputs.len()
    }

    /// How many outputs the transactions make.
    pub(crate) fn output_count(&self) -> Result<u64, ReadError> {
        self.output_starts.at(self.output_starts.len() - 1).map(u64::from)
    }

    /// The inputs and the outputs of a transaction, as rows.
    pub(crate) fn legs_of(&self, tx: usize) -> Result<(Range<usize>, Range<usize>), ReadError> {
        let bounds = self.tx_rows.get(tx..tx + 2)?;
        let (first, end) = (to_usize(bounds[0]), to_usize(bounds[1]));
        let middle = to_usize(self.tx_outputs.at(tx)?);
        if first > middle || middle > end || end > self.row_count() {
            return Err(self.tx_rows.error(tx, "the legs of a transaction lie outside"));
        }
        Ok((first..middle, middle..end))
    }

    /// The output that a leg spends or makes, among those of the ledger, where it is known.
    pub(crate) fn output_of(&self, row: usize) -> Result<Option<u64>, ReadError> {
        let output = self.outputs.at(row)?;
        Ok((output != OutputIx::NONE).then(|| output + self.output_base))
    }

    /// Who holds a leg.
    pub(crate) fn holder_of(&self, row: usize) -> Result<Option<AccountIx>, ReadError> {
        let holder = self.holders.at(row)?;
        Ok((holder != AccountIx::NONE).then_some(AccountIx(holder)))
    }

    /// The number of an output of a transaction, among those of the ledger.
    pub(crate) fn output_number(&self, tx: usize, vout: u32) -> Result<Option<u64>, ReadError> {
        let starts = self.output_starts.get(tx..tx + 2)?;
        let local = u64::from(starts[0]) + u64::from(vout);
        Ok((local < u64::from(starts[1])).then(|| self.output_first + local))
    }

    /// An output of a transaction, as an input that spends it needs it.
    pub(crate) fn earlier_output(
        &self,
        tx: usize,
        vout: u32,
        number: u64,
    ) -> Result<EarlierOutput, ReadError> {
        let row = self.legs_of(tx)?.1.start + to_usize(vout);
        let holder = self.holders.at(row)?;
        Ok(EarlierOutput { number, holder, amount: self.amount(row)? })
    }

    /// The transaction that makes an output of the segment, and the index of the output there.
    pub(crate) fn maker_of(&self, output: u64) -> Result<(usize, u32), ReadError> {
        let local = output - self.output_first;
        let after = partition_point(&self.output_starts, |start| u64::from(*start) <= local)?;
        let tx = after.saturating_sub(1);
        let vout = local - u64::from(self.output_starts.at(tx)?);
        Ok((tx, u32::try_from(vout).unwrap_or(u32::MAX)))
    }
}

impl LegAmounts for StoredOutputs {
    fn amount(&self, row: usize) -> Result<Amount, ReadError> {
        self.amounts.get(row).map(|(amount, _)| amount)
    }
}

impl LedgerSegment for StoredOutputs {
    fn txs(&self) -> Range<u64> {
        self.tx_first..self.tx_first + self.txs.len() as u64
    }

    /// A replay follows outputs, not accounts: every segment may spend one.
    fn may_touch(&self, _: &[u32]) -> Result<bool, ReadError> {
        Ok(true)
    }

    fn batch(&self) -> Result<Batch<'_>, ReadError> {
        let (tx_rows, tx_outputs) = (self.tx_rows.all()?, self.tx_outputs.all()?);
        let is_sound = tx_rows.is_sorted()
            && tx_rows.last().map(|end| to_usize(*end)) == Some(self.row_count())
            && tx_rows.windows(2).zip(tx_outputs).all(|(tx, o)| (tx[0]..=tx[1]).contains(o));
        if !is_sound {
            return Err(self.tx_rows.error(0, "the legs of the transactions are out of order"));
        }
        let outputs = self.outputs.all()?;
        let outputs = if self.output_base == 0 {
            outputs
        } else {
            let shift = |output: &u64| match *output {
                OutputIx::NONE => OutputIx::NONE,
                known => known + self.output_base,
            };
            self.shifted.get_or_init(|| outputs.iter().map(shift).collect())
        };
        Ok(Batch::Outputs(OutputBatch {
            tx_first: TxIx(self.tx_first),
            tx_rows,
            tx_outputs,
            outputs,
            holders: self.holders.all()?,
            amounts: self,
        }))
    }
}
