//! What of a file is read, and how.

use std::num::NonZeroUsize;

use hawkshaw_chains::evm::EventChoice;
use hawkshaw_model::ChainId;

use crate::format::Format;

/// What of a file is read, and how.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The chain of files that do not name it, and the only one allowed in files that do.
    /// Without it, a file of Ethereum or Bitcoin tables that names no chain is taken for the
    /// main network.
    pub chain: Option<ChainId>,
    /// The format, where it is not to be recognised.
    pub format: Option<Format>,
    /// Which raw logs are kept beside the movements that they mean.
    pub events: EventChoice,
    /// Whether the calldata of transactions is kept.
    pub calldata: bool,
    /// How many threads decode; by default two.
    pub threads: NonZeroUsize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            chain: None,
            format: None,
            events: EventChoice::Known,
            calldata: false,
            threads: NonZeroUsize::MIN.saturating_add(1),
        }
    }
}

impl ReadOptions {
    /// Reads files as those of a chain.
    #[must_use]
    pub fn chain(mut self, chain: Option<ChainId>) -> Self {
        self.chain = chain;
        self
    }

    /// Reads files as those of a format.
    #[must_use]
    pub fn format(mut self, format: Option<Format>) -> Self {
        self.format = format;
        self
    }

    /// Keeps raw logs.
    #[must_use]
    pub fn events(mut self, events: EventChoice) -> Self {
        self.events = events;
        self
    }

    /// Keeps calldata, or does not.
    #[must_use]
    pub fn calldata(mut self, calldata: bool) -> Self {
        self.calldata = calldata;
        self
    }

    /// Decodes on a number of threads.
    #[must_use]
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }
}
