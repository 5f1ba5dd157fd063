//! Why data cannot be made into a ledger.

use std::io;

use crate::place::Place;

/// Why rows cannot be made into a ledger.
///
/// [`Io`](Self::Io) is a file that cannot be read, [`UnknownNumber`](Self::UnknownNumber) a
/// mistake of the caller; every other variant is bad data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// A field of a row has to be mended.
    #[error("{place}, column `{column}`: {reason}")]
    BadField {
        /// Where.
        place: Place,
        /// The column.
        column: &'static str,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A row, or the transaction that it belongs to, has to be mended.
    #[error("{place}: {reason}")]
    BadRow {
        /// Where.
        place: Place,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// The columns of a file have to be mended.
    #[error("{file} line 1: {reason}", file = hawkshaw_model::Printable(.file))]
    BadHeader {
        /// The file.
        file: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// One of two rows has to go.
    #[error("{second} contradicts {first}: {reason}")]
    Conflict {
        /// The row read first.
        first: Place,
        /// The row read second.
        second: Place,
        /// What they say differently.
        reason: String,
    },
    /// The data have to be split: a ledger in memory cannot number so much.
    #[error("too many {what}: at most {max} fit in one ledger, split the data")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How many there may be.
        max: u64,
    },
    /// A number comes from another builder.
    #[error("the {what} number is none of this builder")]
    UnknownNumber {
        /// What it numbers.
        what: &'static str,
    },
    /// The file cannot be read.
    #[error("cannot read {file}", file = hawkshaw_model::Printable(.file))]
    Io {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl LedgerError {
    /// More of something than 32-bit numbers can count.
    pub(crate) fn limit(what: &'static str) -> Self {
        Self::Limit { what, max: u64::from(u32::MAX) - 1 }
    }

    /// A row that has to be mended.
    pub(crate) fn bad_row(place: Place, reason: impl Into<String>) -> Self {
        Self::BadRow { place, reason: reason.into() }
    }
}
