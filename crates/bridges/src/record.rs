//! What a decoder is given of a transaction.

use hawkshaw_model::{Account, Amount, ChainId, Timestamp, TxHash};

/// A transaction as it stands on its chain, as far as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxRecord {
    /// The chain.
    pub chain: ChainId,
    /// Block height.
    pub height: u64,
    /// The time of its block.
    pub time: Timestamp,
    /// Its hash.
    pub tx: TxHash,
    /// Who sent it, where the data say.
    pub sender: Option<Account>,
    /// Whom it called, where the data say.
    pub to: Option<Account>,
    /// Whether it succeeded, where the data say. A failed transaction moves nothing.
    pub success: Option<bool>,
    /// The native value that it carried, where the data say.
    pub value: Option<Amount>,
    /// Its calldata or memo; empty where the data leave it out.
    pub calldata: Vec<u8>,
    /// Its logs, in order.
    pub logs: Vec<Log>,
    /// Its outputs, in order, on a UTXO chain.
    pub outputs: Vec<OutputScript>,
}

/// A log of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Where in its transaction, on the scale of the ledger's movements.
    pub event: u32,
    /// The contract.
    pub emitter: Account,
    /// None to four topics of 32 bytes; the first names the kind of the event.
    pub topics: Vec<[u8; 32]>,
    /// The data.
    pub data: Vec<u8>,
}

/// An output of a transaction of a UTXO chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputScript {
    /// Its index.
    pub vout: u32,
    /// Who holds it, where it has an address or script: an `OP_RETURN` output is held by its
    /// script.
    pub holder: Option<Account>,
    /// How much.
    pub amount: Amount,
}
