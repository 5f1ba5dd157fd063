//! What was wrong with rows: counted, never hidden.

use std::collections::BTreeMap;

use serde::Serialize;

/// What can be wrong with a row that is left out or mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Defect {
    /// An element of the array that is no object.
    NotAnEvent,
    /// No block number, or one that is no number.
    NoBlock,
    /// A deposit without a time.
    NoTime,
    /// A withdrawal without a recipient.
    NoRecipient,
    /// A withdrawal whose fee is absent or no number of base units.
    NoFee,
    /// A field that is there and cannot be read, of those that may be absent.
    UnreadableField,
    /// The same event once more.
    Duplicate,
    /// An event that says something else than the one with the same nullifier or leaf.
    Contradiction,
    /// A deposit that is later than one of a later block: its time is not used to interpolate.
    TimeOutOfOrder,
    /// A withdrawal in a block before the first deposit.
    BeforeFirstDeposit,
    /// A line of the depositors that is left out: bad address, count or time.
    BadDepositor,
    /// More deposits of a depositor than the pool has in that time.
    MoreDepositsThanSeen,
}

impl Defect {
    /// Its name in the output.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotAnEvent => "not-an-event",
            Self::NoBlock => "no-block",
            Self::NoTime => "no-time",
            Self::NoRecipient => "no-recipient",
            Self::NoFee => "no-fee",
            Self::UnreadableField => "unreadable-field",
            Self::Duplicate => "duplicate",
            Self::Contradiction => "contradiction",
            Self::TimeOutOfOrder => "time-out-of-order",
            Self::BeforeFirstDeposit => "before-first-deposit",
            Self::BadDepositor => "bad-depositor",
            Self::MoreDepositsThanSeen => "more-deposits-than-seen",
        }
    }
}

/// How often each defect was met.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Defects(BTreeMap<Defect, usize>);

impl Defects {
    /// Counts one.
    pub fn note(&mut self, defect: Defect) {
        *self.0.entry(defect).or_default() += 1;
    }

    /// Adds what others counted.
    pub fn add(&mut self, others: &Self) {
        for (defect, count) in &others.0 {
            *self.0.entry(*defect).or_default() += count;
        }
    }

    /// How often one was met.
    pub fn count(&self, defect: Defect) -> usize {
        self.0.get(&defect).copied().unwrap_or_default()
    }

    /// What was met.
    pub fn iter(&self) -> impl Iterator<Item = (Defect, usize)> {
        self.0.iter().map(|(defect, count)| (*defect, *count))
    }

    /// Whether nothing was met.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
