//! The rows of a block while they come together.

use std::sync::Arc;

use hawkshaw_model::rows::{Rows, Spot, Transfer};
use hawkshaw_model::{Address, Amount, TransferKind};
use rustc_hash::FxHashMap;

use super::network::Network;
use crate::defects::{Defect, Defects};
use crate::error::DecodeError;
use crate::evm::Token;

/// The rows of a block while they come together.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) rows: Rows,
    pub(super) defects: Defects,
    numbers: FxHashMap<String, u32>,
}

/// The number of the native asset among those of the rows.
pub(super) const NATIVE: u32 = 0;

/// A movement without its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moved {
    pub(super) event: u32,
    pub(super) kind: TransferKind,
    pub(super) asset: u32,
    pub(super) from: Option<[u8; 20]>,
    pub(super) to: Option<[u8; 20]>,
    pub(super) amount: Amount,
}

impl Sheet {
    pub(super) fn new(network: &Network, file: &Arc<str>) -> Self {
        let mut rows = Rows::new(network.chain().clone(), Arc::clone(file));
        rows.assets.push(network.native().clone());
        Self { rows, defects: Defects::default(), numbers: FxHashMap::default() }
    }

    pub(super) fn count(&mut self, defect: Defect) {
        self.defects.count(defect);
    }

    /// Takes a movement; nothing moves nothing.
    pub(super) fn push(&mut self, spot: Spot, sender: Option<[u8; 20]>, moved: Moved) {
        if moved.amount.is_zero() && moved.asset == NATIVE {
            return;
        }
        self.rows.transfers.push(Transfer {
            spot,
            event: moved.event,
            kind: moved.kind,
            asset: moved.asset,
            from: moved.from.map(Address::Tron),
            to: moved.to.map(Address::Tron),
            sender: sender.map(Address::Tron),
            amount: moved.amount,
        });
    }

    /// The number of a TRC-10 token.
    pub(super) fn trc10(&mut self, id: &str) -> Result<u32, DecodeError> {
        self.asset(format!("trc10:{id}"))
    }

    /// The number of what a log moves.
    pub(super) fn token(&mut self, token: Token) -> Result<u32, DecodeError> {
        let shown = |contract: [u8; 20]| Address::Tron(contract).to_string();
        self.asset(match token {
            Token::Native => return Ok(NATIVE),
            Token::Fungible(contract) => format!("trc20:{}", shown(contract)),
            Token::Unique(contract, id) => format!("trc721:{}/{id}", shown(contract)),
            Token::Several(contract, id) => format!("trc1155:{}/{id}", shown(contract)),
        })
    }

    fn asset(&mut self, local: String) -> Result<u32, DecodeError> {
        if let Some(number) = self.numbers.get(&local) {
            return Ok(*number);
        }
        let malformed = |error: String| DecodeError::Malformed(error);
        let asset = format!("{}/{local}", self.rows.chain).parse();
        let asset = asset.map_err(|e: hawkshaw_model::AssetIdError| malformed(e.to_string()))?;
        let number = u32::try_from(self.rows.assets.len()).map_err(|e| malformed(e.to_string()))?;
        self.rows.assets.push(asset);
        self.numbers.insert(local, number);
        Ok(number)
    }
}
