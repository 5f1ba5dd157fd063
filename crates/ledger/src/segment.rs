//! Columns of a run of consecutive transactions: what the engine streams.

use std::ops::Range;

use hawkshaw_model::{
    Amount, AssetIx, Batch, LedgerSegment, LegAmounts, OutputBatch, ReadError, TransferBatch,
    TransferDetail, TransferDetails, TransferKind, TxIx,
};

use crate::amount_column::AmountColumn;

/// Transactions of a segment. Its row numbers are 32-bit.
pub(crate) const SEGMENT_TXS_MAX: usize = 1 << 20;

/// A run of consecutive transactions of one chain.
#[derive(Debug)]
pub(crate) enum Segment {
    /// Of an account chain.
    Transfers(TransferSegment),
    /// Of a UTXO chain.
    Outputs(OutputSegment),
}

/// Movements of consecutive transactions: 25 bytes a row and 4 a transaction.
#[derive(Debug)]
pub(crate) struct TransferSegment {
    /// The first transaction.
    pub(crate) tx_first: u64,
    /// The first row, among the rows of all account chains of the ledger.
    pub(crate) row_first: u64,
    pub(crate) tx_rows: Vec<u32>,
    pub(crate) payers: Vec<u32>,
    pub(crate) payees: Vec<u32>,
    pub(crate) assets: Vec<u32>,
    pub(crate) kinds: Vec<TransferKind>,
    pub(crate) amounts: AmountColumn,
    pub(crate) events: Vec<u32>,
}

/// Legs of consecutive transactions: 20 bytes a row and 8 a transaction.
#[derive(Debug)]
pub(crate) struct OutputSegment {
    /// The first transaction.
    pub(crate) tx_first: u64,
    pub(crate) tx_rows: Vec<u32>,
    pub(crate) tx_outputs: Vec<u32>,
    pub(crate) outputs: Vec<u64>,
    pub(crate) holders: Vec<u32>,
    pub(crate) amounts: AmountColumn,
}

impl Segment {
    /// The first transaction.
    pub(crate) fn tx_first(&self) -> u64 {
        match self {
            Self::Transfers(segment) => segment.tx_first,
            Self::Outputs(segment) => segment.tx_first,
        }
    }

    /// The transaction behind the last.
    pub(crate) fn tx_end(&self) -> u64 {
        let tx_rows = match self {
            Self::Transfers(segment) => &segment.tx_rows,
            Self::Outputs(segment) => &segment.tx_rows,
        };
        self.tx_first() + tx_rows.len() as u64 - 1
    }

    /// The movements of an account chain.
    pub(crate) fn as_transfers(&self) -> Option<&TransferSegment> {
        match self {
            Self::Transfers(segment) => Some(segment),
            Self::Outputs(_) => None,
        }
    }

    /// The legs of a UTXO chain.
    pub(crate) fn as_outputs(&self) -> Option<&OutputSegment> {
        match self {
            Self::Transfers(_) => None,
            Self::Outputs(segment) => Some(segment),
        }
    }
}

impl LedgerSegment for Segment {
    fn txs(&self) -> Range<u64> {
        self.tx_first()..self.tx_end()
    }

    fn may_touch(&self, _accounts: &[u32]) -> Result<bool, ReadError> {
        // Two bit tests a row of columns in memory cost less than any index of them.
        Ok(true)
    }

    fn batch(&self) -> Result<Batch<'_>, ReadError> {
        Ok(match self {
            Self::Transfers(segment) => Batch::Transfers(segment.as_batch()),
            Self::Outputs(segment) => Batch::Outputs(segment.as_batch()),
        })
    }
}

impl TransferSegment {
    /// No transactions yet, with room for rows.
    pub(crate) fn new(tx_first: u64, row_first: u64, txs: usize, rows: usize) -> Self {
        let mut tx_rows = Vec::with_capacity(txs + 1);
        tx_rows.push(0);
        Self {
            tx_first,
            row_first,
            tx_rows,
            payers: Vec::with_capacity(rows),
            payees: Vec::with_capacity(rows),
            assets: Vec::with_capacity(rows),
            kinds: Vec::with_capacity(rows),
            amounts: AmountColumn::with_capacity(rows),
            events: Vec::with_capacity(rows),
        }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.payers.len()
    }

    /// The row behind the last.
    pub(crate) fn row_end(&self) -> u64 {
        self.row_first + self.len() as u64
    }

    /// Ends a transaction behind the last row.
    pub(crate) fn end_tx(&mut self) {
        self.tx_rows.push(row_number(self.payers.len()));
    }

    fn as_batch(&self) -> TransferBatch<'_> {
        TransferBatch {
            tx_first: TxIx(self.tx_first),
            tx_rows: &self.tx_rows,
            payers: &self.payers,
            payees: &self.payees,
            details: self,
        }
    }
}

impl TransferDetails for TransferSegment {
    fn detail(&self, row: usize) -> Result<TransferDetail, ReadError> {
        Ok(TransferDetail {
            asset: AssetIx(self.assets[row]),
            kind: self.kinds[row],
            amount: self.amounts.get(row),
            event: self.events[row],
        })
    }
}

impl OutputSegment {
    /// No transactions yet, with room for rows.
    pub(crate) fn new(tx_first: u64, txs: usize, rows: usize) -> Self {
        let mut tx_rows = Vec::with_capacity(txs + 1);
        tx_rows.push(0);
        Self {
            tx_first,
            tx_rows,
            tx_outputs: Vec::with_capacity(txs),
            outputs: Vec::with_capacity(rows),
            holders: Vec::with_capacity(rows),
            amounts: AmountColumn::with_capacity(rows),
        }
    }

    /// Ends the inputs of a transaction behind the last row.
    pub(crate) fn begin_outputs(&mut self) {
        self.tx_outputs.push(row_number(self.outputs.len()));
    }

    /// Ends a transaction behind the last row.
    pub(crate) fn end_tx(&mut self) {
        self.tx_rows.push(row_number(self.outputs.len()));
    }

    /// Its columns.
    pub(crate) fn as_batch(&self) -> OutputBatch<'_> {
        OutputBatch {
            tx_first: TxIx(self.tx_first),
            tx_rows: &self.tx_rows,
            tx_outputs: &self.tx_outputs,
            outputs: &self.outputs,
            holders: &self.holders,
            amounts: self,
        }
    }
}

impl LegAmounts for OutputSegment {
    fn amount(&self, row: usize) -> Result<Amount, ReadError> {
        Ok(self.amounts.get(row))
    }
}

/// A row of a segment, which has no more rows than its chain.
fn row_number(row: usize) -> u32 {
    u32::try_from(row).expect("the rows of a chain are counted in 31 bits")
}
