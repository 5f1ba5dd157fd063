//! A row of a canonical table.

use hawkshaw_model::{
    Account, Amount, AssetId, ChainId, OutPoint, Timestamp, TransferKind, TxHash,
};

/// A movement of an account chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRow<'a> {
    /// The chain.
    pub chain: &'a ChainId,
    /// The height of the block.
    pub height: u64,
    /// The time of the block.
    pub time: Timestamp,
    /// The index of the transaction in its block; `None` for what no transaction moved.
    pub tx_index: Option<u32>,
    /// Where in its transaction; `None` where no data say.
    pub event: Option<u32>,
    /// The transaction; `None` for what no transaction moved.
    pub tx: Option<TxHash>,
    /// How it moved.
    pub kind: TransferKind,
    /// What moved.
    pub asset: &'a AssetId,
    /// Who paid.
    pub from: Option<&'a Account>,
    /// Who was paid.
    pub to: Option<&'a Account>,
    /// How much.
    pub amount: Amount,
    /// Who sent the transaction, where that is known.
    pub sender: Option<&'a Account>,
}

/// A leg of a transaction of a UTXO chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegRow<'a> {
    /// The chain.
    pub chain: &'a ChainId,
    /// The height of the block.
    pub height: u64,
    /// The time of the block.
    pub time: Timestamp,
    /// The index of the transaction in its block.
    pub tx_index: u32,
    /// The transaction.
    pub tx: TxHash,
    /// The index among the legs of its side.
    pub index: u32,
    /// Whether it spends an output, else it makes one.
    pub is_input: bool,
    /// The output that an input spends, where it is known.
    pub spends: Option<OutPoint>,
    /// Who holds it.
    pub holder: Option<&'a Account>,
    /// How much.
    pub amount: Amount,
}

/// The columns of a table of transfers, in order.
pub(super) const TRANSFER_COLUMNS: [&str; 12] = [
    "chain",
    "block_number",
    "block_time",
    "tx_index",
    "event_index",
    "tx_hash",
    "kind",
    "asset",
    "from",
    "to",
    "amount",
    "sender",
];

/// The columns of a table of outputs, in order.
pub(super) const LEG_COLUMNS: [&str; 10] = [
    "chain",
    "block_number",
    "block_time",
    "tx_index",
    "tx_hash",
    "side",
    "leg_index",
    "outpoint",
    "address",
    "amount",
];

impl LegRow<'_> {
    /// `in` or `out`.
    pub(super) fn side(&self) -> &'static str {
        if self.is_input { "in" } else { "out" }
    }

    /// What an input spends, as `txid:vout`.
    pub(super) fn outpoint(&self) -> Option<String> {
        self.spends.as_ref().map(|output| format!("{}:{}", output.tx().hash(), output.vout()))
    }
}
