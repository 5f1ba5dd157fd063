//! Transactions and outputs, by their ids.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::hex;

use crate::chain::{ChainId, ChainIdError, LedgerKind, shortened};

/// The 32-byte id of a transaction, in the byte order in which explorers show it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TxHash([u8; 32]);

/// A transaction of a chain, written `eip155:1:0x…` or `bip122:…:…`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TxId {
    chain: ChainId,
    hash: TxHash,
}

/// An output of a transaction of a chain, written `bip122:…:txid:vout`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutPoint {
    tx: TxId,
    vout: u32,
}

/// Why a text is not a transaction or an output.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TxIdError {
    /// Not 64 hex digits.
    #[error("`{0}` is not a transaction hash of 64 hex digits")]
    Hash(String),
    /// Not `chain:hash` or `chain:hash:vout`.
    #[error("`{0}` is not of the form chain:hash (an output: chain:hash:vout)")]
    Malformed(String),
    /// The chain is not one.
    #[error(transparent)]
    Chain(#[from] ChainIdError),
}

impl TxHash {
    /// The hash as bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The form that explorers of the chain show: with `0x` on account chains.
    pub fn on(self, chain: &ChainId) -> String {
        match chain.ledger_kind() {
            LedgerKind::Accounts if chain.namespace() == "eip155" => format!("0x{self}"),
            _ => self.to_string(),
        }
    }
}

impl From<[u8; 32]> for TxHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl FromStr for TxHash {
    type Err = TxIdError;

    /// Reads 64 hex digits, with or without `0x`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        let digits = text.strip_prefix("0x").unwrap_or(text);
        if digits.len() != 64 || hex::decode_to_slice(digits, &mut bytes).is_err() {
            return Err(TxIdError::Hash(shortened(text)));
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for TxHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for TxHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TxId {
    /// A transaction of a chain.
    pub fn new(chain: ChainId, hash: TxHash) -> Self {
        Self { chain, hash }
    }

    /// Its chain.
    pub fn chain(&self) -> &ChainId {
        &self.chain
    }

    /// Its hash.
    pub fn hash(&self) -> TxHash {
        self.hash
    }
}

impl FromStr for TxId {
    type Err = TxIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (chain, hash) =
            text.rsplit_once(':').ok_or_else(|| TxIdError::Malformed(shortened(text)))?;
        Ok(Self { chain: chain.parse()?, hash: hash.parse()? })
    }
}

impl fmt::Display for TxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.chain, self.hash.on(&self.chain))
    }
}

impl fmt::Debug for TxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl OutPoint {
    /// An output of a transaction.
    pub fn new(tx: TxId, vout: u32) -> Self {
        Self { tx, vout }
    }

    /// The transaction that made it.
    pub fn tx(&self) -> &TxId {
        &self.tx
    }

    /// Its index among the outputs of that transaction.
    pub fn vout(&self) -> u32 {
        self.vout
    }
}

impl FromStr for OutPoint {
    type Err = TxIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || TxIdError::Malformed(shortened(text));
        let (tx, vout) = text.rsplit_once(':').ok_or_else(malformed)?;
        let digits = !vout.is_empty() && vout.bytes().all(|b| b.is_ascii_digit());
        digits.then_some(()).ok_or_else(malformed)?;
        Ok(Self { tx: tx.parse()?, vout: vout.parse().map_err(|_| malformed())? })
    }
}

impl fmt::Display for OutPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.tx, self.vout)
    }
}

impl fmt::Debug for OutPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
