//! What a run looked at: whether what a ledger grew by can change its answer.

use hawkshaw_model::{Batch, Ledger, OutputBatch, ReadError, TransferBatch, TxIx};

use crate::replay::book::Book;
use crate::replay::touched::Bitmap;

/// The accounts and outputs that an answer rests on, by their numbers in the ledger.
///
/// An account is in it if taint reached it, if it is a source's, or if it was asked whether it is
/// a service: what else happens in a ledger does not matter to the answer.
#[derive(Debug, Default)]
pub struct Footprint {
    accounts: Bitmap,
    outputs: Bitmap,
    listed: Vec<u32>,
}

impl Footprint {
    pub(crate) fn of<U>(book: &Book<U>, asked: &[u32]) -> Self {
        let mut listed: Vec<u32> = asked.to_vec();
        listed.extend(book.touched.numbers());
        listed.sort_unstable();
        listed.dedup();
        let mut accounts = Bitmap::default();
        listed.iter().for_each(|account| accounts.put(*account as usize));
        Self { accounts, outputs: book.touched_outputs.clone(), listed }
    }

    /// How many accounts there are in it.
    pub fn len(&self) -> usize {
        self.listed.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Whether any transaction of a stretch of the same ledger, grown, has to do with what is
    /// in it.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    pub fn is_met(&self, ledger: &dyn Ledger, first: TxIx, end: TxIx) -> Result<bool, ReadError> {
        if first >= end {
            return Ok(false);
        }
        for segment in ledger.segments(first, end) {
            let mut is_met = false;
            segment.with_batch(&mut |batch| {
                is_met = match batch {
                    Batch::Transfers(batch) => self.is_met_by_transfers(batch, first, end),
                    Batch::Outputs(batch) => self.is_met_by_outputs(batch, first, end),
                };
            })?;
            if is_met {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_met_by_transfers(&self, batch: &TransferBatch<'_>, first: TxIx, end: TxIx) -> bool {
        let rows = rows(batch.tx_rows, batch.tx_first, first, end);
        let mut both = batch.payers[rows.clone()].iter().chain(&batch.payees[rows]);
        both.any(|account| self.accounts.get(*account as usize))
    }

    fn is_met_by_outputs(&self, batch: &OutputBatch<'_>, first: TxIx, end: TxIx) -> bool {
        let rows = rows(batch.tx_rows, batch.tx_first, first, end);
        let mut holders = batch.holders[rows.clone()].iter();
        let mut outputs = batch.outputs[rows].iter();
        holders.any(|holder| self.accounts.get(*holder as usize))
            || outputs
                .any(|output| self.outputs.get(usize::try_from(*output).unwrap_or(usize::MAX)))
    }
}

/// The rows of a batch that belong to a stretch of transactions.
fn rows(tx_rows: &[u32], tx_first: TxIx, first: TxIx, end: TxIx) -> std::ops::Range<usize> {
    let count = tx_rows.len().saturating_sub(1);
    let at = |tx: TxIx| {
        let place = usize::try_from(tx.0.saturating_sub(tx_first.0)).unwrap_or(usize::MAX);
        tx_rows.get(place.min(count)).map_or(0, |row| *row as usize)
    };
    at(first)..at(end)
}
