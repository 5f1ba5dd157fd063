//! What the matcher says.

use std::fmt;

use hawkshaw_model::LinkClass;

/// A deposit and a payout that may belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Which deposit.
    pub deposit: usize,
    /// Which payout.
    pub payout: usize,
    /// How they are known to belong together.
    pub class: LinkClass,
    /// How probable it is that they do, from 0 to 1, as far as the rows tell.
    pub score: f64,
    /// How many payouts fit the deposit, this one among them.
    pub candidates: u64,
    /// Whether the matcher stands for it.
    pub accepted: bool,
    /// What speaks against it, or made it a matter of statistics.
    pub reasons: Vec<Reason>,
}

/// What speaks against a pair, or made it a matter of statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Other deposits carry the identifier too, so that it proves nothing.
    DuplicatedId,
    /// More is paid out under the identifier than was paid in, so that it proves nothing.
    Overpaid,
    /// More came out than went in.
    MoreThanDeposited,
    /// Far less came out than of every other deposit of these assets.
    MuchLess,
    /// It was paid out before the deposit.
    BeforeDeposit,
    /// It was paid to somebody else than the deposit names.
    OtherReceiver,
    /// It was paid on another chain than the deposit names.
    OtherChain,
    /// The user's map says that another asset stands for the deposited one.
    OtherAsset,
    /// Several fit: equal payouts to one receiver are taken in the order of time.
    InOrderOfTime,
    /// Several fit: the likeliest by fee and delay.
    Likeliest,
    /// Others fit about as well.
    Ambiguous,
    /// Too many rows of one receiver are alike to tell them apart.
    TooMany,
    /// The fee is larger than what is looked for, and flat as others of this asset.
    FlatFee,
}

impl Reason {
    /// As files name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::DuplicatedId => "duplicated-id",
            Self::Overpaid => "overpaid-id",
            Self::MoreThanDeposited => "more-than-deposited",
            Self::MuchLess => "much-less-than-deposited",
            Self::BeforeDeposit => "before-deposit",
            Self::OtherReceiver => "other-receiver",
            Self::OtherChain => "other-chain",
            Self::OtherAsset => "other-asset",
            Self::InOrderOfTime => "in-order-of-time",
            Self::Likeliest => "likeliest",
            Self::Ambiguous => "ambiguous",
            Self::TooMany => "too-many-alike",
            Self::FlatFee => "flat-fee",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What was wrong with rows, each kind counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MatchDefects {
    /// Rows that repeat another in every field; they are left out.
    pub repeated_rows: u64,
    /// Identifiers that several deposits of one protocol and chain carry.
    pub duplicated_ids: u64,
    /// Identifiers under which more is paid out than was paid in.
    pub overpaid_ids: u64,
    /// Pairs with one identifier whose receivers, amounts, assets, chains or times contradict.
    pub contradicted_ids: u64,
    /// Protocols whose identifiers nearly all contradict: they are not looked at.
    pub unusable_protocols: u64,
    /// Deposits that more amounts fit than are looked at.
    pub crowded_deposits: u64,
}

impl MatchDefects {
    /// Names and counts, in order.
    pub fn named(self) -> [(&'static str, u64); 6] {
        [
            ("repeated-row", self.repeated_rows),
            ("duplicated-id", self.duplicated_ids),
            ("overpaid-id", self.overpaid_ids),
            ("contradicted-id", self.contradicted_ids),
            ("unusable-ids-of-protocol", self.unusable_protocols),
            ("crowded-deposit", self.crowded_deposits),
        ]
    }
}

/// What belongs together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matching {
    /// Pairs in the order of deposits and payouts as they were given. A payout is in one
    /// accepted pair at most; a deposit may be in several of class 1.
    pub pairs: Vec<Pair>,
    /// Deposits in no accepted pair, in order. Rows that repeat another are left out.
    pub unmatched_deposits: Vec<usize>,
    /// Payouts in no accepted pair, in order. Rows that repeat another are left out.
    pub unmatched_payouts: Vec<usize>,
    /// What was wrong with rows.
    pub defects: MatchDefects,
}
