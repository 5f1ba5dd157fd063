//! What is left out of a block, counted.

use std::collections::BTreeMap;

/// Something of a block that is left out or taken with a doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// A log with the topic of a transfer whose fields are not those of one.
    NotATransfer,
    /// A log of a deposit or withdrawal by a contract that is not known to wrap anything.
    UnknownWrapper,
    /// A call that failed, or that stands inside one.
    FailedCall,
    /// The coinbase of a Bitcoin block that a later one repeated, and thereby wiped out (BIP-30).
    OverwrittenCoinbase,
}

impl Defect {
    /// Its name in files and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotATransfer => "not-a-transfer",
            Self::UnknownWrapper => "unknown-wrapper",
            Self::FailedCall => "failed-call",
            Self::OverwrittenCoinbase => "overwritten-coinbase",
        }
    }
}

/// How often each defect was met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defects(BTreeMap<Defect, u64>);

impl Defects {
    /// Counts one.
    pub fn count(&mut self, defect: Defect) {
        *self.0.entry(defect).or_default() += 1;
    }

    /// Adds those of another block.
    pub fn add(&mut self, other: &Self) {
        for (defect, count) in &other.0 {
            *self.0.entry(*defect).or_default() += count;
        }
    }

    /// Each that was met, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (Defect, u64)> + '_ {
        self.0.iter().map(|(defect, count)| (*defect, *count))
    }
}
