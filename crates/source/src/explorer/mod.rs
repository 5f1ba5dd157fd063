//! Explorers: histories of accounts on demand, from whoever has indexed a chain.

mod asker;
mod detect;
mod esplora;
mod etherscan;
mod pages;
mod places;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hawkshaw_chains::Defects;
use hawkshaw_model::rows::Rows;
use hawkshaw_model::{Address, AssetId, ChainId, Timestamp, TxHash};

use crate::client::Traffic;
use crate::error::SourceError;

pub use detect::{ExplorerKind, UnknownExplorerKind, open_explorer};
pub use esplora::Esplora;
pub use etherscan::Etherscan;

/// Whoever lists what concerns an account of one chain. Threads may ask at once.
pub trait Explorer: fmt::Debug + Send + Sync {
    /// Its chain.
    fn chain(&self) -> &ChainId;

    /// What errors and stores call it; never with a key in it.
    fn name(&self) -> &Arc<str>;

    /// Everything that concerns an account, up to about so many rows of the explorer.
    ///
    /// # Errors
    ///
    /// When it does not answer, or not sensibly.
    fn history(&self, address: &Address, rows_max: u64) -> Result<History, SourceError>;

    /// Everything that one transaction moved; nothing where no block has it.
    ///
    /// # Errors
    ///
    /// When it does not answer, or not sensibly.
    fn transaction(&self, tx: &TxHash) -> Result<Option<History>, SourceError>;

    /// What it can do. Nothing that is kept is looked at.
    ///
    /// # Errors
    ///
    /// When it does not answer, or not sensibly.
    fn check(&self) -> Result<ExplorerReport, SourceError>;

    /// What asking it has cost so far.
    fn traffic(&self) -> Traffic;

    /// Lets every request that is under way or comes later fail with
    /// [`SourceFault::Stopped`](crate::SourceFault::Stopped).
    fn stop(&self);
}

/// What an explorer says of an account or of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The rows.
    pub rows: Rows,
    /// What is missing and why, as ends of sentences; empty where it is whole.
    pub gaps: Vec<String>,
    /// How many rows of the explorer were read.
    pub rows_seen: u64,
    /// The height up to which it was asked.
    pub tip: u64,
    /// What is left out of the rows or taken with a doubt.
    pub defects: Defects,
    /// What could not be found out although nothing is missing, and why, as ends of sentences.
    pub notes: Vec<String>,
    /// Lists that the explorer does not have, of any account: what they would say is missing
    /// everywhere.
    pub lacks: Vec<&'static str>,
}

impl History {
    /// Whether nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.gaps.is_empty()
    }
}

/// What an explorer can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplorerReport {
    /// The family of its API, for people.
    pub kind: &'static str,
    /// Its chain.
    pub chain: ChainId,
    /// Its highest block.
    pub tip: u64,
    /// The time of that block, where it says so.
    pub tip_time: Option<Timestamp>,
    /// The lists that it might have, and whether it does.
    pub lists: Vec<(&'static str, bool)>,
    /// How long an answer took on average.
    pub latency: Duration,
}

/// What somebody says of an explorer that it does not say itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExplorerOptions {
    /// The family of its API.
    pub kind: Option<ExplorerKind>,
    /// Its chain; it is an error if it holds another.
    pub chain: Option<ChainId>,
    /// The native asset of an EVM chain that is not known.
    pub native: Option<AssetId>,
}
