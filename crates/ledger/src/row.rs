//! Rows of the canonical files, read and checked.

use hawkshaw_model::{
    Account, Amount, AssetId, ChainId, OutPoint, Timestamp, TransferKind, TxHash,
};

/// One row of canonical `transfers.csv`: a movement on an account chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRow {
    /// The chain.
    pub chain: ChainId,
    /// Block height, transaction index and event index; `None` where only a source states the
    /// movement and it is placed by its time.
    pub point: Option<hawkshaw_model::ChainPoint>,
    /// The time of its block.
    pub time: Timestamp,
    /// The hash of its transaction; `None` makes the row a transaction of its own.
    pub tx: Option<TxHash>,
    /// How it moved.
    pub kind: TransferKind,
    /// What moved.
    pub asset: AssetId,
    /// Who paid; `None` for a mint.
    pub from: Option<Account>,
    /// Who was paid; `None` for a burn or a fee.
    pub to: Option<Account>,
    /// How much.
    pub amount: Amount,
    /// Who sent the transaction, where the file says.
    pub sender: Option<Account>,
    /// The source that states the movement.
    pub source: Option<String>,
}

/// One row of canonical `outputs.csv`: a leg of a transaction of a UTXO chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputRow {
    /// The chain.
    pub chain: ChainId,
    /// Block height.
    pub height: u64,
    /// Index of the transaction in its block.
    pub tx_index: u32,
    /// The time of its block.
    pub time: Timestamp,
    /// The transaction.
    pub tx: TxHash,
    /// Whether the leg is an input or an output.
    pub side: Side,
    /// Index of the leg among those of its side.
    pub leg_index: u32,
    /// The output that an input spends; `None` for an output leg.
    pub outpoint: Option<OutPoint>,
    /// Who holds it, where it has an address or script.
    pub holder: Option<Account>,
    /// How much.
    pub amount: Amount,
}

/// The side of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// An input.
    In,
    /// An output.
    Out,
}
