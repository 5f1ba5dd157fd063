//! What is answered.

use hawkshaw_model::{Account, ChainId, Timestamp};

use crate::exposure::{ExposureEntry, PathStep, Total};
use crate::listing::Listing;
use crate::query::{Action, words};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Something is known of the address.
    Hit,
    /// Its chain is covered by lists or a ledger, and nothing is known of it. That is not clean.
    NotFound,
    /// No list and no ledger at hand covers its chain, or not at that time.
    NotCovered,
    /// It is no address.
    Invalid,
}

/// What a reason rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// An index in `Facts::listings`.
    Listing(usize),
    /// An index in `Facts::exposure`.
    Exposure(usize),
}

/// Why a rule applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it rests on; `None` for what follows from nothing being known.
    pub evidence: Option<Evidence>,
    /// In words, with the numbers that were compared.
    pub text: String,
}

/// What a rule in shadow mode would have said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadowed {
    /// The rule.
    pub rule: String,
    /// What it would have said.
    pub action: Action,
}

/// What rules say of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What to do.
    pub action: Action,
    /// The rule that said so; `None`: no rule applied, and the default did.
    pub rule: Option<String>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What rules in shadow mode would have said.
    pub shadow: Vec<Shadowed>,
}

/// A listing or an exposure that speaks of the address, with the way back to the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// It stands on a list.
    Listed(Listing),
    /// Value came from or went to a listed place.
    Exposed {
        /// What.
        entry: ExposureEntry,
        /// The shortest way, from the address to the source's own.
        path: Vec<PathStep>,
        /// Whether the way is whole.
        is_complete: bool,
    },
}

/// The answer to a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The address as it was given.
    pub asked: String,
    /// What it was read as; `None` where it is no address.
    pub account: Option<Account>,
    /// The chain, where one is known.
    pub chain: Option<ChainId>,
    /// What was found.
    pub status: Status,
    /// What to do and why.
    pub decision: Decision,
    /// What is known, in the order of `Facts`.
    pub matches: Vec<Match>,
    /// What it received and sent in all, as far as it is exposed.
    pub totals: Vec<Total>,
    /// The time asked for; `None`: now.
    pub as_of: Option<Timestamp>,
    /// Which lists, tags, ledger and rules answered: the same version gives the same answer.
    pub data_version: String,
    /// What a person must know of the answer: what is not covered, what was cut.
    pub notes: Vec<String>,
}

words!(
    Status,
    "status",
    Hit = "hit",
    NotFound = "not_found",
    NotCovered = "not_covered",
    Invalid = "invalid"
);
