//! The columns of a segment, told backwards.

use std::ops::Range;

use hawkshaw_model::{
    Amount, Batch, LegAmounts, OutputBatch, ReadError, TransferBatch, TransferDetail,
    TransferDetails, TransferKind, TxIx,
};

/// The columns of a segment, or of a part of it, told backwards.
#[derive(Debug)]
pub(super) enum Columns<'a> {
    /// Of an account chain: the rows stand in reverse order.
    Transfers { tx_rows: Vec<u32>, payers: Vec<u32>, payees: Vec<u32>, details: Details<'a> },
    /// Of a UTXO chain: transactions stand in reverse order, the legs of each in theirs.
    Outputs {
        tx_rows: Vec<u32>,
        tx_outputs: Vec<u32>,
        outputs: Vec<u64>,
        holders: Vec<u32>,
        amounts: Legs<'a>,
    },
}

/// The rest of the rows.
#[derive(Debug)]
pub(super) struct Details<'a> {
    inner: &'a dyn TransferDetails,
    /// The row behind the last, in the order of the ledger.
    end: usize,
}

/// The amounts of the legs, with the row of each in the order of the ledger.
#[derive(Debug)]
pub(super) struct Legs<'a> {
    inner: &'a dyn LegAmounts,
    rows: Vec<u32>,
}

impl<'a> Columns<'a> {
    /// The transactions of a batch that are kept, told backwards.
    pub(super) fn of(batch: Batch<'a>, kept: &Range<u64>) -> Self {
        match batch {
            Batch::Transfers(batch) => Self::of_transfers(&batch, kept),
            Batch::Outputs(batch) => Self::of_outputs(&batch, kept),
        }
    }

    /// As a batch, the first transaction of which has this number.
    pub(super) fn batch(&self, tx_first: TxIx) -> Batch<'_> {
        match self {
            Self::Transfers { tx_rows, payers, payees, details } => {
                Batch::Transfers(TransferBatch { tx_first, tx_rows, payers, payees, details })
            }
            Self::Outputs { tx_rows, tx_outputs, outputs, holders, amounts } => {
                Batch::Outputs(OutputBatch {
                    tx_first,
                    tx_rows,
                    tx_outputs,
                    outputs,
                    holders,
                    amounts,
                })
            }
        }
    }

    fn of_transfers(batch: &TransferBatch<'a>, kept: &Range<u64>) -> Self {
        let txs = places(batch.tx_first, batch.tx_rows.len(), kept);
        let bounds = batch.tx_rows.get(txs.start..=txs.end).unwrap_or_default();
        let (first, end) = ends(bounds);
        let back = |column: &[u32]| column.iter().rev().copied().collect::<Vec<u32>>();
        let rows = place(first)..place(end);
        Self::Transfers {
            tx_rows: bounds.iter().rev().map(|bound| end - bound).collect(),
            payers: back(batch.payees.get(rows.clone()).unwrap_or_default()),
            payees: back(batch.payers.get(rows).unwrap_or_default()),
            details: Details { inner: batch.details, end: place(end) },
        }
    }

    fn of_outputs(batch: &OutputBatch<'a>, kept: &Range<u64>) -> Self {
        let txs = places(batch.tx_first, batch.tx_rows.len(), kept);
        let (mut tx_rows, mut tx_outputs) = (vec![0], Vec::with_capacity(txs.len()));
        let (mut outputs, mut holders, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for at in txs.rev() {
            let bounds = (batch.tx_rows.get(at), batch.tx_outputs.get(at));
            let (Some(first), Some(middle), Some(end)) =
                (bounds.0, bounds.1, batch.tx_rows.get(at + 1))
            else {
                continue;
            };
            let begin = tx_rows.last().copied().unwrap_or_default();
            tx_outputs.push(begin + (end - middle));
            for row in (*middle..*end).chain(*first..*middle) {
                outputs.extend(batch.outputs.get(place(row)));
                holders.extend(batch.holders.get(place(row)));
                rows.push(row);
            }
            tx_rows.push(begin + (end - first));
        }
        let amounts = Legs { inner: batch.amounts, rows };
        Self::Outputs { tx_rows, tx_outputs, outputs, holders, amounts }
    }
}

impl TransferDetails for Details<'_> {
    fn detail(&self, row: usize) -> Result<TransferDetail, ReadError> {
        let detail = self.inner.detail(self.end.saturating_sub(row + 1))?;
        let kind = match detail.kind {
            TransferKind::Mint => TransferKind::Burn,
            TransferKind::Burn => TransferKind::Mint,
            TransferKind::Wrap => TransferKind::Unwrap,
            TransferKind::Unwrap => TransferKind::Wrap,
            other => other,
        };
        Ok(TransferDetail { kind, ..detail })
    }
}

impl LegAmounts for Legs<'_> {
    fn amount(&self, row: usize) -> Result<Amount, ReadError> {
        self.inner.amount(self.rows.get(row).map_or(row, |row| place(*row)))
    }
}

/// Which of the transactions of a batch are kept; `bounds` is one more than it has.
fn places(first: TxIx, bounds: usize, kept: &Range<u64>) -> Range<usize> {
    let count = bounds.saturating_sub(1);
    let at = |tx: u64| usize::try_from(tx.saturating_sub(first.0)).unwrap_or(usize::MAX).min(count);
    at(kept.start)..at(kept.end)
}

fn ends(bounds: &[u32]) -> (u32, u32) {
    let first = bounds.first().copied().unwrap_or_default();
    (first, bounds.last().copied().unwrap_or(first))
}

fn place(row: u32) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX)
}
