//! The rows of a block while they come together, with the numbers of its assets.

use std::sync::Arc;

use alloy_primitives::{U256, hex};
use hawkshaw_model::rows::{Rows, Transfer};
use rustc_hash::FxHashMap;

use super::log::Token;
use super::network::Network;
use crate::defects::{Defect, Defects};
use crate::error::DecodeError;

/// The rows of a block while they come together.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) rows: Rows,
    pub(super) defects: Defects,
    /// The native asset has the number 0.
    tokens: FxHashMap<[u8; 20], u32>,
    numbered: FxHashMap<([u8; 20], U256, bool), u32>,
}

/// The number of the native asset among those of the rows.
pub(super) const NATIVE: u32 = 0;

impl Sheet {
    pub(super) fn new(network: &Network, file: &Arc<str>) -> Self {
        let mut rows = Rows::new(network.chain().clone(), Arc::clone(file));
        rows.assets.push(network.native().clone());
        let (tokens, numbered) = (FxHashMap::default(), FxHashMap::default());
        Self { rows, defects: Defects::default(), tokens, numbered }
    }

    pub(super) fn count(&mut self, defect: Defect) {
        self.defects.count(defect);
    }

    pub(super) fn push(&mut self, transfer: Transfer) {
        self.rows.transfers.push(transfer);
    }

    /// The number of what a log moves.
    pub(super) fn asset(&mut self, token: Token) -> Result<u32, DecodeError> {
        let (namespace, contract, id) = match token {
            Token::Native => return Ok(NATIVE),
            Token::Fungible(contract) => {
                if let Some(number) = self.tokens.get(&contract) {
                    return Ok(*number);
                }
                ("erc20", contract, None)
            }
            Token::Unique(contract, id) => ("erc721", contract, Some(id)),
            Token::Several(contract, id) => ("erc1155", contract, Some(id)),
        };
        let is_unique = namespace == "erc721";
        let key = id.map(|id| (contract, id, is_unique));
        if let Some(number) = key.and_then(|key| self.numbered.get(&key)) {
            return Ok(*number);
        }
        let hex = hex::encode(contract);
        let name = match id {
            Some(id) => format!("{}/{namespace}:0x{hex}/{id}", self.rows.chain),
            None => format!("{}/{namespace}:0x{hex}", self.rows.chain),
        };
        let malformed = |error: &dyn std::fmt::Display| DecodeError::Malformed(error.to_string());
        let number = u32::try_from(self.rows.assets.len()).map_err(|e| malformed(&e))?;
        let asset = name.parse().map_err(|e: hawkshaw_model::AssetIdError| malformed(&e))?;
        self.rows.assets.push(asset);
        match key {
            Some(key) => self.numbered.insert(key, number),
            None => self.tokens.insert(contract, number),
        };
        Ok(number)
    }
}
