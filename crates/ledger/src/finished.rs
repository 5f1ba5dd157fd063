//! What the rows of a chain become.

use crate::segment::Segment;
use crate::transactions::{TxColumns, TxIndex};

/// A chain in its order.
#[derive(Debug)]
pub(crate) struct FinishedChain {
    /// Its segments.
    pub(crate) segments: Vec<Segment>,
    /// Its transactions as drafted.
    pub(crate) columns: TxColumns,
    /// The order in which they stand.
    pub(crate) order: Vec<u32>,
    /// From a hash to the place in that order.
    pub(crate) index: TxIndex,
    /// The first output of each transaction, and behind the last the end; for a UTXO chain.
    pub(crate) output_starts: Vec<u64>,
    /// The row behind the last; for an account chain.
    pub(crate) row_end: Option<u64>,
    /// The rows dropped because they repeat another.
    pub(crate) duplicates: u64,
    /// The rows left out because a later block wiped out their coinbase.
    pub(crate) overwritten: u64,
    /// Reports that stand there twice and were kept.
    pub(crate) repeated_reports: u64,
}

/// What the chains before one hold.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Before {
    /// Transactions.
    pub(crate) txs: u64,
    /// Movements on account chains.
    pub(crate) rows: u64,
    /// Outputs.
    pub(crate) outputs: u64,
    /// How many transactions to put into a segment.
    pub(crate) segment_txs_max: usize,
}
