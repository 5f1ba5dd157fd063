//! Assets, named by CAIP-19.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::address::Account;
use crate::chain::{ChainId, ChainIdError, shortened};

/// An asset of a chain, as its CAIP-19 id (`eip155:1/slip44:60`,
/// `eip155:1/erc20:0xa0b8…`). An asset is its contract, never its symbol: counterfeit tokens
/// reuse symbols.
///
/// Source: CAIP-19, <https://chainagnostic.org/CAIPs/caip-19>.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetId(Arc<str>);

/// Why a text is not an asset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssetIdError {
    /// Not `chain/namespace:reference`.
    #[error("`{0}` is not a CAIP-19 asset id such as eip155:1/slip44:60")]
    Malformed(String),
    /// The reference cannot be one of its namespace.
    #[error("`{0}` is not an asset: the contract is no address of 0x and 40 hex digits")]
    Contract(String),
    /// The chain is not one.
    #[error(transparent)]
    Chain(#[from] ChainIdError),
}

impl AssetId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The chain that the asset lives on.
    pub fn chain(&self) -> ChainId {
        // Checked when the id was made.
        let chain = self.0.split('/').next().unwrap_or_default();
        chain.parse().unwrap_or_else(|_| ChainId::ethereum())
    }

    /// The contract of a fungible token of an EVM chain or of Tron.
    pub fn contract(&self) -> Option<Account> {
        let (standard, contract) = self.local().split_once(':')?;
        let is_token = matches!(standard, "erc20" | "trc20");
        is_token.then(|| Account::parse(&self.chain(), contract).ok()).flatten()
    }

    /// The namespace and reference: `erc20:0xa0b8…`.
    pub fn local(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, local)| local)
    }
}

impl FromStr for AssetId {
    type Err = AssetIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || AssetIdError::Malformed(shortened(text));
        let (chain, local) = text.split_once('/').ok_or_else(malformed)?;
        let chain: ChainId = chain.parse()?;
        let (namespace, reference) = local.split_once(':').ok_or_else(malformed)?;
        let named = (3..=8).contains(&namespace.len())
            && namespace.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let referenced = (1..=160).contains(&reference.len())
            && reference.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.%/".contains(&b));
        if !named || !referenced {
            return Err(malformed());
        }
        if namespace == "slip44" && !reference.bytes().all(|b| b.is_ascii_digit()) {
            return Err(malformed());
        }
        let hex = matches!(namespace, "erc20" | "erc721" | "erc1155");
        if hex && !is_contract(reference.split('/').next().unwrap_or_default()) {
            return Err(AssetIdError::Contract(shortened(text)));
        }
        let reference = if hex { reference.to_ascii_lowercase() } else { reference.to_owned() };
        Ok(Self(Arc::from(format!("{chain}/{namespace}:{reference}"))))
    }
}

fn is_contract(text: &str) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|hex| hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for AssetId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::AssetId;

    #[test]
    fn hex_is_kept_in_lower_case() {
        let text = "eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
        let asset: AssetId = text.parse().unwrap();
        assert_eq!(asset.as_str(), text.to_lowercase());
        assert_eq!(asset.chain().to_string(), "eip155:1");
    }

    #[test]
    fn refuses_symbols_and_broken_ids() {
        for text in
            ["USDC", "eip155:1/erc20:USDC", "eip155:1", "eip155:1/slip44:ETH", "dogs:1/slip44:3"]
        {
            assert!(text.parse::<AssetId>().is_err(), "{text}");
        }
    }
}
