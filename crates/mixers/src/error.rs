//! Why a file cannot be used at all.

/// Why a file cannot be used at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// Larger than any pool is.
    #[error("{file} is over {bytes} bytes once unpacked: no pool has that many events")]
    TooLarge {
        /// The file.
        file: String,
        /// The bound.
        bytes: u64,
    },
    /// An archive that cannot be read.
    #[error("{file} is a zip archive that cannot be read: {reason}")]
    BadZip {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// No JSON array.
    #[error("{file} is no JSON array of events: {reason}")]
    BadJson {
        /// The file.
        file: String,
        /// Why, with line and column.
        reason: String,
    },
    /// Nothing that can be used.
    #[error("{file} has no {what} that can be read, of {rows} rows: {needs}")]
    NoEvents {
        /// The file.
        file: String,
        /// What it should have.
        what: &'static str,
        /// Rows that it has.
        rows: usize,
        /// What a row needs.
        needs: &'static str,
    },
    /// A table of depositors that cannot be read.
    #[error("{file} is no table of depositors: {reason}")]
    BadTable {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// Nothing to reason about.
    #[error("{0}")]
    NothingToDo(String),
}
