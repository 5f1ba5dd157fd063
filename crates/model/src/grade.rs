//! How far a link can be relied on.

use std::fmt;

use serde::{Serialize, Serializer};

/// The grade of a link. Grades are shown wherever the link is and never mixed into one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// The chain says so.
    Ledger,
    /// True under a named convention, such as who paid whom through a contract that passes
    /// on what several payers put in.
    Convention,
    /// An identifier of a bridge or swap proves it.
    Protocol,
    /// A heuristic says so.
    Inference,
    /// A named source says so, and no ledger record is at hand.
    Reported,
}

impl Grade {
    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Convention => "convention",
            Self::Protocol => "protocol",
            Self::Inference => "inference",
            Self::Reported => "reported",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Grade {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
