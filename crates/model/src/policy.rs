//! The taint policies.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A rule that says which part of a mixed balance a payment takes.
///
/// Each is a convention, none is a fact: where they disagree the answer is an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// Tainted value leaves first. Known as proceeds in, first out; *Re Oatway* \[1903\].
    /// Assumes a thief spends the loot before his own money; overstates early recipients.
    DirtyFirst,
    /// Every payment takes its share. Known as pro rata; *Barlow Clowes v Vaughan* \[1992\].
    /// Assumes value mixes; after many hops it marks everyone with a trace.
    Haircut,
    /// What came first leaves first. *Clayton's Case* (1816).
    /// Assumes payments empty a queue; rests on the order of events.
    Fifo,
    /// What came last leaves first.
    /// Assumes payments empty a stack; rests on the order of events.
    Lifo,
    /// On outputs: taint goes to the highest output. Known as taint in, highest out
    /// (Tironsakkul et al. 2019). Assumes that the largest output is the payment that matters.
    Tiho,
    /// Clean value leaves first. Known as the lowest intermediate balance rule,
    /// *Roscoe v Winder* \[1915\]. Assumes the holder keeps the loot; understates recipients.
    CleanFirst,
    /// Whatever a tainted holding pays is tainted. Not conserving: an upper bound only.
    /// Anybody can be tainted by dust.
    Poison,
}

/// A name that is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no policy: they are dirty-first, haircut, fifo, lifo, tiho, clean-first, poison")]
pub struct UnknownPolicy(String);

impl Policy {
    /// All policies, in the order in which reports show them.
    pub const ALL: [Self; 7] = [
        Self::DirtyFirst,
        Self::Haircut,
        Self::Fifo,
        Self::Lifo,
        Self::Tiho,
        Self::CleanFirst,
        Self::Poison,
    ];

    /// The name in files and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DirtyFirst => "dirty-first",
            Self::Haircut => "haircut",
            Self::Fifo => "fifo",
            Self::Lifo => "lifo",
            Self::Tiho => "tiho",
            Self::CleanFirst => "clean-first",
            Self::Poison => "poison",
        }
    }

    /// Whether the tainted value under this policy always sums to what was stolen.
    pub fn is_conserving(self) -> bool {
        self != Self::Poison
    }
}

impl FromStr for Policy {
    type Err = UnknownPolicy;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.as_str() == text)
            .ok_or_else(|| UnknownPolicy(crate::chain::shortened(text)))
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
