//! Rows of chains as files and nodes give them, on the way into a ledger.
//!
//! A reader fills [`Rows`] and a ledger takes them: neither knows the other. Rows of one
//! transaction or block may come from several files (transactions, token transfers, traces,
//! blocks), so a row says only what its own file says.

use std::sync::Arc;

use crate::address::Address;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::chain::ChainId;
use crate::ledger::TransferKind;
use crate::time::Timestamp;
use crate::tx::TxHash;

/// Consecutive rows of one file, all of one chain, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The chain.
    pub chain: ChainId,
    /// The file, as errors name it.
    pub file: Arc<str>,
    /// What the file claims to be all of.
    pub extent: Extent,
    /// The assets that [`Transfer::asset`] names by their index here.
    pub assets: Vec<AssetId>,
    /// Movements of an account chain.
    pub transfers: Vec<Transfer>,
    /// Legs of a UTXO chain.
    pub legs: Vec<Leg>,
    /// Raw logs.
    pub events: Vec<Event>,
    /// What is known of transactions beside what they move.
    pub calls: Vec<Call>,
    /// Block headers.
    pub blocks: Vec<Block>,
}

/// What the rows of a file are all of, between its first block and its last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Extent {
    /// The blocks.
    #[default]
    Blocks,
    /// What concerns one account, as an explorer lists it; `None` where the file does not say
    /// which.
    Account(Option<Address>),
}

/// The block and transaction that a row belongs to, as far as its file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Block height.
    pub height: u64,
    /// The time of the block; `None` where only another file says.
    pub time: Option<Timestamp>,
    /// The index of the transaction in its block; `None` where only another file says.
    pub tx_index: Option<u32>,
    /// The hash of the transaction. `None` makes the row a transaction of its own behind those
    /// of its block: a block reward, a validator withdrawal, a genesis balance.
    pub tx: Option<TxHash>,
    /// The line of the file, or the number of the row counted from 1, for errors.
    pub line: u64,
}

/// A movement of one asset on an account chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Where it stands.
    pub spot: Spot,
    /// Where in its transaction, or [`UNPLACED`](Self::UNPLACED).
    pub event: u32,
    /// How it moved.
    pub kind: TransferKind,
    /// What moved: an index into [`Rows::assets`].
    pub asset: u32,
    /// Who paid; `None` for nobody.
    pub from: Option<Address>,
    /// Who was paid; `None` for nobody.
    pub to: Option<Address>,
    /// Who sent the transaction, where the file says.
    pub sender: Option<Address>,
    /// How much.
    pub amount: Amount,
}

impl Transfer {
    /// The event index of a movement that no data place: it comes after those that are placed.
    pub const UNPLACED: u32 = u32::MAX;
}

/// A leg of a transaction of a UTXO chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// Where it stands. It has a transaction and an index.
    pub spot: Spot,
    /// The index of the leg among those of its side.
    pub index: u32,
    /// What an input spends: a transaction of the chain and the index of its output. `None`
    /// makes the leg an output.
    pub spends: Option<(TxHash, u32)>,
    /// Who holds it, where it has an address or script.
    pub holder: Option<Address>,
    /// How much.
    pub amount: Amount,
}

/// A log of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Where it stands.
    pub spot: Spot,
    /// Where in its transaction: on the same scale as [`Transfer::event`].
    pub event: u32,
    /// The contract.
    pub emitter: Address,
    /// None to four topics of 32 bytes; the first names the kind of the event.
    pub topics: Vec<[u8; 32]>,
    /// The data.
    pub data: Box<[u8]>,
}

/// A transaction as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Where it stands.
    pub spot: Spot,
    /// Who sent it.
    pub sender: Option<Address>,
    /// Whom it called; `None` for the creation of a contract.
    pub to: Option<Address>,
    /// Whether it succeeded, where the file says.
    pub success: Option<bool>,
    /// The calldata or memo; empty where the file leaves it out.
    pub data: Box<[u8]>,
}

/// A block header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Block height.
    pub height: u64,
    /// Its time.
    pub time: Timestamp,
    /// Its hash.
    pub hash: [u8; 32],
    /// The hash of the block before it.
    pub parent: [u8; 32],
}

impl Rows {
    /// No rows yet of a file.
    pub fn new(chain: ChainId, file: Arc<str>) -> Self {
        Self {
            chain,
            file,
            extent: Extent::default(),
            assets: Vec::new(),
            transfers: Vec::new(),
            legs: Vec::new(),
            events: Vec::new(),
            calls: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.transfers.len()
            + self.legs.len()
            + self.events.len()
            + self.calls.len()
            + self.blocks.len()
    }

    /// The first and the last height that a row has.
    pub fn heights(&self) -> Option<[u64; 2]> {
        let spots = self.transfers.iter().map(|row| row.spot.height);
        let spots = spots.chain(self.legs.iter().map(|row| row.spot.height));
        let spots = spots.chain(self.events.iter().map(|row| row.spot.height));
        let spots = spots.chain(self.calls.iter().map(|row| row.spot.height));
        let mut heights = spots.chain(self.blocks.iter().map(|row| row.height));
        let first = heights.next()?;
        Some(heights.fold([first; 2], |[low, high], height| [low.min(height), high.max(height)]))
    }

    /// Takes out the rows of blocks from a height on; both parts keep their order.
    #[must_use]
    pub fn split_off(&mut self, height: u64) -> Self {
        fn split<T>(rows: &mut Vec<T>, is_above: impl Fn(&T) -> bool) -> Vec<T> {
            if !rows.iter().any(&is_above) {
                return Vec::new();
            }
            if rows.iter().all(&is_above) {
                return std::mem::take(rows);
            }
            rows.extract_if(.., |row| is_above(row)).collect()
        }
        Self {
            chain: self.chain.clone(),
            file: Arc::clone(&self.file),
            extent: self.extent.clone(),
            assets: self.assets.clone(),
            transfers: split(&mut self.transfers, |row| row.spot.height >= height),
            legs: split(&mut self.legs, |row| row.spot.height >= height),
            events: split(&mut self.events, |row| row.spot.height >= height),
            calls: split(&mut self.calls, |row| row.spot.height >= height),
            blocks: split(&mut self.blocks, |row| row.height >= height),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
