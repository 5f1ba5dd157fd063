//! What a trace is asked for, and why it may be refused.

use hawkshaw_model::{Fraction, Policy, ReadError, Timestamp};

use crate::noise::Noise;

/// What a trace is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// The policies, in the order of the answer; none means all that apply to the case.
    pub policies: Vec<Policy>,
    /// Where following stops.
    pub stops: Stops,
    /// Terminals below this part of every stolen asset under every policy become one row.
    pub floor: Fraction,
    /// Which noise is kept: by default every noise rule is applied.
    pub noise: Noise,
    /// Transactions from this time on are not looked at.
    pub until: Option<Timestamp>,
    /// How much is written down on the way.
    pub detail: Detail,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            policies: Vec::new(),
            stops: Stops::Inferred,
            floor: Fraction::ONE_BASIS_POINT,
            noise: Noise::DROPPED,
            until: None,
            detail: Detail::Full,
        }
    }
}

/// Where following stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stops {
    /// At tagged services and burn addresses.
    Tagged,
    /// Also at untagged addresses that behave like services.
    Inferred,
}

/// How much is written down on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Edges, timeline and bounds.
    Full,
    /// Edges and timeline.
    Edges,
    /// Only what is where in the end.
    Totals,
}

/// Why a trace was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// A stolen transfer is not in the ledger.
    #[error(
        "stolen entry {entry}: {what} is not in the ledger: check the chain and the hash, or \
         give the file that holds it with --ledger"
    )]
    NotInLedger {
        /// Which entry of the case, from 1.
        entry: usize,
        /// The transaction or output.
        what: String,
    },
    /// A stolen transfer brought nobody anything.
    #[error(
        "stolen entry {entry}: nobody that it names gained anything in {tx}: what the \
         transaction paid is netted per account first"
    )]
    NothingGained {
        /// Which entry of the case, from 1.
        entry: usize,
        /// The transaction.
        tx: String,
    },
    /// Every stolen transfer comes after the end that was asked for.
    #[error("every stolen transfer is at or after --until {0}: there is nothing to follow")]
    NothingYet(Timestamp),
    /// The policy exists only for outputs.
    #[error("the policy tiho is defined on outputs only, and the case has thefts on {0}")]
    TihoOnAccounts(String),
    /// A sum has more than 256 bits: the data cannot be right.
    #[error("the amounts moved sum to more than 256 bits at {tx}: the data cannot be right")]
    Overflow {
        /// The transaction.
        tx: String,
    },
    /// More stolen assets than can be kept apart.
    #[error(
        "the case lists {found} stolen assets, at most {limit} can be kept apart: name the \
         `asset` in its stolen entries"
    )]
    TooManyAssets {
        /// How many there are.
        found: usize,
        /// How many there may be.
        limit: usize,
    },
    /// More holdings than the engine numbers.
    #[error("taint reached more than {0} holdings: narrow the case, or stop at more services")]
    TooManyHoldings(usize),
    /// More of an exposure than is kept.
    #[error(
        "more than {0} receipts: an account, a source and an asset each. Ask for fewer \
         categories at a time"
    )]
    TooManyReceipts(usize),
    /// The ledger cannot be read: a file of it is damaged.
    #[error(transparent)]
    Ledger(#[from] ReadError),
}
