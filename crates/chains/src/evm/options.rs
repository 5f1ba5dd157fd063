//! What of a block is kept beside its movements.

use std::fmt;
use std::str::FromStr;

/// What of a block is kept beside its movements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Which raw logs.
    pub events: EventChoice,
    /// Whether the calldata of transactions.
    pub calldata: bool,
}

/// Which raw logs are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum EventChoice {
    /// None.
    None,
    /// Those whose first topic Hawkshaw knows a use for.
    #[default]
    Known,
    /// All.
    All,
}

/// A text that is no choice of events.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no choice of events: use none, known or all", hawkshaw_model::Printable(.0))]
pub struct UnknownEventChoice(String);

impl FromStr for EventChoice {
    type Err = UnknownEventChoice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self::None),
            "known" => Ok(Self::Known),
            "all" => Ok(Self::All),
            other => Err(UnknownEventChoice(other.to_owned())),
        }
    }
}

impl fmt::Display for EventChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Known => "known",
            Self::All => "all",
        })
    }
}
