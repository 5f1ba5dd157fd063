//! What a pattern is.

use std::collections::BTreeMap;
use std::fmt;

use hawkshaw_model::{Account, Grade, Timestamp, TxId};

/// What a pattern looks like. The definitions are in `docs/rules.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternKind {
    /// Each account passes most of it to a next one and a small part aside.
    PeelChain,
    /// Each account passes nearly all of it to a next one.
    RelayChain,
    /// An account forwards what it got within minutes.
    PassThrough,
    /// One account pays many within a short time.
    FanOut,
    /// Many pay one account within a short time.
    FanIn,
    /// Many pay one account, which then pays it on to many.
    GatherScatter,
    /// One account pays several, and all of them pay the same other one.
    ScatterGather,
    /// Branches of the theft that had split meet again.
    Consolidation,
    /// Value comes back to where it set out.
    Cycle,
    /// Many payments of about the same amount to one service.
    Structuring,
    /// A stolen token became a chain's own coin soon after the theft.
    RapidSwap,
    /// Value left its chain.
    ChainHop,
    /// Value went into a mixer.
    MixerEntry,
    /// Value lay for long and was moved then, or, in outputs, lies still.
    Dormancy,
}

impl PatternKind {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 14] = [
        Self::PeelChain,
        Self::RelayChain,
        Self::PassThrough,
        Self::FanOut,
        Self::FanIn,
        Self::GatherScatter,
        Self::ScatterGather,
        Self::Consolidation,
        Self::Cycle,
        Self::Structuring,
        Self::RapidSwap,
        Self::ChainHop,
        Self::MixerEntry,
        Self::Dormancy,
    ];

    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PeelChain => "peel-chain",
            Self::RelayChain => "relay-chain",
            Self::PassThrough => "pass-through",
            Self::FanOut => "fan-out",
            Self::FanIn => "fan-in",
            Self::GatherScatter => "gather-scatter",
            Self::ScatterGather => "scatter-gather",
            Self::Consolidation => "consolidation",
            Self::Cycle => "cycle",
            Self::Structuring => "structuring",
            Self::RapidSwap => "rapid-swap",
            Self::ChainHop => "chain-hop",
            Self::MixerEntry => "mixer-entry",
            Self::Dormancy => "dormancy",
        }
    }
}

impl fmt::Display for PatternKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A shape in the movements of a trace that is known from laundering. Honest people make the same
/// shapes: it is a reason to look, and its grade is [`Grade::Inference`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// What it looks like.
    pub kind: PatternKind,
    /// How far it can be relied on.
    pub grade: Grade,
    /// Who took part: in chains and circles in the order of the payments, else first whom it is
    /// about, then the others as they came. The first ones, where there are too many to list.
    pub accounts: Vec<Account>,
    /// How many took part.
    pub accounts_total: u64,
    /// The movements that show it, by their index in [`Trace::edges`](crate::Trace::edges): the
    /// first ones, where there are too many to list.
    pub edges: Vec<usize>,
    /// How many movements show it.
    pub edges_total: u64,
    /// The transactions of the listed movements, each once.
    pub transactions: Vec<TxId>,
    /// When the first of the movements was.
    pub first_time: Timestamp,
    /// When the last of the movements was.
    pub last_time: Timestamp,
    /// Up to how much of the theft took part, in billionths: the largest tainted amounts that a
    /// conserving policy says, every stolen asset counting the same.
    pub share_billionths: u64,
    /// What was measured, by name.
    pub numbers: Vec<(&'static str, u64)>,
    /// What happened, as a sentence.
    pub text: String,
}

/// How the accounts in between passed on what they got, over the whole trace. It is the strongest
/// of the cheap signs of laundering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PassingThrough {
    /// Accounts that got and paid stolen value.
    pub intermediaries: u64,
    /// Those of them that paid what they had got, within a few percent.
    pub forwarding: u64,
    /// Those of them that did so at once as well.
    pub at_once: u64,
    /// How long value stayed at an intermediary, in seconds: the median of their medians.
    pub dwell_median: Option<u64>,
}

/// The patterns of a trace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patterns {
    /// What was found, by kind and the largest first.
    pub found: Vec<Pattern>,
    /// How many of a kind are not listed, because larger ones are.
    pub left_out: BTreeMap<PatternKind, u64>,
    /// How the accounts in between passed on what they got.
    pub passing_through: PassingThrough,
    /// Movements of stolen value between accounts that were looked at.
    pub movements: u64,
    /// Movements too small to be looked at.
    pub movements_small: u64,
    /// The limits that were reached.
    pub limits: Vec<String>,
}
