//! Where a peel chain goes: a wallet that pays somebody, spends the change to pay the next, and
//! so on until nothing is left.
//!
//! *Useful for* following one owner through many small cash-outs and listing whom he paid.
//! *Not useful for* proof: each step is an inference (grade `inference`), it merges no accounts,
//! and where more than one output could be the change the chain stops and shows all of them.
//!
//! The stops are those of Kappos and others, "How to Peel a Million" (USENIX Security 2022): a
//! step is taken only where exactly one output fits the wallet. How outputs are weighed is in
//! [`change`](mod@crate::change), with the points in `docs/peel-chains.md`.

mod backwards;
mod chain;
mod forwards;
mod starts;
mod totals;

use hawkshaw_model::{AccountIx, Amount, Mix, OutputIx, Stop, TxIx};

use crate::change::{Abstention, Change};
pub use backwards::{Origin, OriginEnd, OriginStep, origin, origin_of};
pub use chain::PeelChain;
pub use forwards::{follow, follow_transaction};
pub use starts::{Starts, carried, starts_of};
pub use totals::{Paid, Payee, ServiceKey, Totals};

/// How far a chain is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeelSettings {
    /// So many transactions at most. 1,000: longer chains are known, and this ends.
    pub hops_max: usize,
    /// So many seconds may value lie between two of them. Without it, as long as it likes.
    pub dwell_max: Option<u64>,
}

impl Default for PeelSettings {
    fn default() -> Self {
        Self { hops_max: 1_000, dwell_max: None }
    }
}

/// An output that is part of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// Its number in the ledger.
    pub output: OutputIx,
    /// Who holds it.
    pub holder: Option<AccountIx>,
    /// How much it holds.
    pub amount: Amount,
}

/// A transaction of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The transaction.
    pub tx: TxIx,
    /// What the chain brought into it.
    pub carried: Amount,
    /// What was spent beside it: other coins of the same wallet, for one hand signs all inputs.
    pub joined: Amount,
    /// What of the peels of earlier hops came back here.
    pub returned: Amount,
    /// What the miner got.
    pub fee: Amount,
    /// What was paid aside.
    pub peels: Vec<Peel>,
    /// What goes on, or, at the end of an unresolved chain, nothing.
    pub next: Vec<Carried>,
    /// How the outputs were weighed.
    pub change: Change,
}

/// A payment aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peel {
    /// Its index in the transaction.
    pub vout: u32,
    /// How much.
    pub amount: Amount,
    /// Who was paid.
    pub to: Payee,
    /// The transaction that spends it.
    pub spender: Option<TxIx>,
    /// The service that its spender pays, where that pays nobody else: the payee may be a
    /// deposit address.
    pub onto: Option<Stop>,
    /// The later transaction of the chain to which it came back: it was no payment then.
    pub returned_in: Option<TxIx>,
}

/// Why a chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// What is left was not spent as far as the ledger goes.
    Unspent,
    /// It is held by a tagged service.
    Service(Stop),
    /// Nothing goes on: everything was paid to services, or is unspendable.
    PaidOut,
    /// More than one output could be the change, or none looks like it: which of them goes on is
    /// not known. The outputs are in [`PeelChain::rest`].
    Unresolved(Abstention),
    /// It is spent in a transaction that several people made together, or one that prepares it.
    Mix {
        /// The transaction.
        tx: TxIx,
        /// What it is taken for.
        mix: Mix,
    },
    /// It is spent together with much from elsewhere: what comes out is not the chain's any more.
    Merge {
        /// The transaction.
        tx: TxIx,
        /// How many it spends.
        inputs: usize,
        /// How many transactions made them.
        sources: usize,
    },
    /// It lay longer than was allowed.
    Dwell {
        /// The transaction that spends it in the end.
        tx: TxIx,
        /// For how many seconds it lay.
        seconds: u64,
    },
    /// It is spent in a transaction of another chain that was followed before.
    Joins {
        /// The transaction.
        tx: TxIx,
    },
    /// The number of hops that was allowed is reached.
    HopLimit {
        /// The transaction that would be next.
        tx: TxIx,
    },
    /// What is left is spent by several transactions, or in one that was already passed: the
    /// ledger contradicts itself, or holds sums that no chain can have.
    Contradiction {
        /// A transaction that spends some of it.
        tx: TxIx,
    },
}

impl End {
    /// The word in files.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unspent => "unspent",
            Self::Service(_) => "service",
            Self::PaidOut => "paid-out",
            Self::Unresolved(_) => "unresolved",
            Self::Mix { .. } => "mix",
            Self::Merge { .. } => "merge",
            Self::Dwell { .. } => "dwell",
            Self::Joins { .. } => "joins",
            Self::HopLimit { .. } => "hop-limit",
            Self::Contradiction { .. } => "contradiction",
        }
    }

    /// The transaction at which it ends, where that is none of the chain.
    pub fn tx(&self) -> Option<TxIx> {
        match self {
            Self::Mix { tx, .. }
            | Self::Merge { tx, .. }
            | Self::Dwell { tx, .. }
            | Self::Joins { tx }
            | Self::HopLimit { tx }
            | Self::Contradiction { tx } => Some(*tx),
            _ => None,
        }
    }
}
