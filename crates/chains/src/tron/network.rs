//! The networks of Tron and how they name themselves.

use hawkshaw_model::{AssetId, ChainId};

use crate::error::DecodeError;

/// A network of Tron and its native asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    chain: ChainId,
    native: AssetId,
}

impl Network {
    /// The network whose first block has this id: the last four bytes of it name the chain.
    ///
    /// The native asset is TRX of SLIP-0044, and on test networks the coin of all test networks.
    /// Source: <https://namespaces.chainagnostic.org/tron/caip2>, SLIP-0044.
    ///
    /// # Errors
    ///
    /// Never for ids of 32 bytes; the text that is made of them has to be a chain.
    pub fn of_genesis(id: &[u8; 32]) -> Result<Self, DecodeError> {
        let [.., a, b, c, d] = *id;
        let reference = alloy_primitives::hex::encode([a, b, c, d]);
        let malformed = |why: String| DecodeError::Malformed(why);
        let chain: Result<ChainId, _> = format!("tron:0x{reference}").parse();
        let chain = chain.map_err(|e| malformed(e.to_string()))?;
        let coin = if chain == ChainId::tron() { 195 } else { 1 };
        let native = format!("{chain}/slip44:{coin}").parse();
        let native = native.map_err(|e: hawkshaw_model::AssetIdError| malformed(e.to_string()))?;
        Ok(Self { chain, native })
    }

    /// The chain.
    pub fn chain(&self) -> &ChainId {
        &self.chain
    }

    /// Its native asset.
    pub fn native(&self) -> &AssetId {
        &self.native
    }
}
