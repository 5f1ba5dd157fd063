//! Chains, named by CAIP-2.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Bitcoin mainnet in CAIP-2: the first 32 hex digits of the genesis block hash.
const BITCOIN: &str = "bip122:000000000019d6689c085ae165831e93";

/// A chain, as its CAIP-2 id in lower case (`eip155:1`).
///
/// Source: CAIP-2, <https://chainagnostic.org/CAIPs/caip-2>.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainId(Arc<str>);

/// How a chain keeps value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LedgerKind {
    /// Balances of accounts (Ethereum, Tron).
    Accounts,
    /// Unspent transaction outputs (Bitcoin).
    Outputs,
}

/// Why a text is not a chain id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainIdError {
    /// The text is not of the form `namespace:reference`.
    #[error("`{0}` is not a CAIP-2 chain id such as eip155:1")]
    Malformed(String),
    /// The namespace is none that Hawkshaw knows the ledger of.
    #[error("`{0}` is a chain of unknown kind: the namespaces are eip155, bip122 and tron")]
    UnknownNamespace(String),
}

impl ChainId {
    /// Ethereum mainnet, `eip155:1`.
    pub fn ethereum() -> Self {
        Self(Arc::from("eip155:1"))
    }

    /// Bitcoin mainnet, `bip122:000000000019d6689c085ae165831e93`.
    pub fn bitcoin() -> Self {
        Self(Arc::from(BITCOIN))
    }

    /// Tron mainnet, `tron:0x2b6653dc`.
    pub fn tron() -> Self {
        Self(Arc::from("tron:0x2b6653dc"))
    }

    /// A chain of a namespace that the ledgers do not hold but tags and lists name,
    /// such as `other:xmr`.
    ///
    /// # Errors
    ///
    /// When `reference` is empty, over 32 characters, or not of `[a-z0-9-]`.
    pub fn other(reference: &str) -> Result<Self, ChainIdError> {
        let text = format!("other:{}", reference.to_ascii_lowercase());
        if is_reference(&text[6..]) {
            Ok(Self(Arc::from(text)))
        } else {
            Err(ChainIdError::Malformed(shortened(&text)))
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the colon: `eip155`.
    pub fn namespace(&self) -> &str {
        self.0.split_once(':').map_or("", |(namespace, _)| namespace)
    }

    /// The part after the colon: `1`.
    pub fn reference(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, reference)| reference)
    }

    /// How this chain keeps value.
    pub fn ledger_kind(&self) -> LedgerKind {
        if self.namespace() == "bip122" { LedgerKind::Outputs } else { LedgerKind::Accounts }
    }

    /// The name that people use, or the id where there is none on the list.
    pub fn name(&self) -> &str {
        match &*self.0 {
            "eip155:1" => "Ethereum",
            "eip155:10" => "Optimism",
            "eip155:56" => "BNB Smart Chain",
            "eip155:137" => "Polygon",
            "eip155:2020" => "Ronin",
            "eip155:8453" => "Base",
            "eip155:42161" => "Arbitrum One",
            "eip155:43114" => "Avalanche C-Chain",
            "tron:0x2b6653dc" => "Tron",
            BITCOIN => "Bitcoin",
            other => other,
        }
    }
}

impl FromStr for ChainId {
    type Err = ChainIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || ChainIdError::Malformed(shortened(text));
        let (namespace, reference) = text.split_once(':').ok_or_else(malformed)?;
        if !is_reference(reference) {
            return Err(malformed());
        }
        match namespace {
            "eip155" => {
                let number: u64 = reference.parse().map_err(|_| malformed())?;
                (number.to_string() == reference).then_some(()).ok_or_else(malformed)?;
            }
            "bip122" => {
                let hex = reference.len() == 32 && reference.bytes().all(|b| b.is_ascii_hexdigit());
                hex.then_some(()).ok_or_else(malformed)?;
            }
            "tron" | "other" => {}
            _ => return Err(ChainIdError::UnknownNamespace(shortened(text))),
        }
        Ok(Self(Arc::from(text.to_ascii_lowercase())))
    }
}

/// CAIP-2 allows `[-_a-zA-Z0-9]{1,32}` as a reference.
fn is_reference(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The start of a refused text, so that an error stays readable.
pub(crate) fn shortened(text: &str) -> String {
    const CHARACTERS_MAX: usize = 120;
    match text.char_indices().nth(CHARACTERS_MAX) {
        Some((cut, _)) => format!("{}…", crate::Printable(&text[..cut])),
        None => crate::Printable(text).to_string(),
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
