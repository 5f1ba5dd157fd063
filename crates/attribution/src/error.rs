//! Why a file of tags is refused.

/// Why a file as a whole is refused. A single bad tag is no error but a
/// [`Defect`](crate::Defect).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttributionError {
    /// The file is none of the formats that are read.
    #[error("{file}: not a file of tags: {reason}")]
    UnknownFormat {
        /// The name given for the file.
        file: String,
        /// What was found instead.
        reason: String,
    },
    /// The file is of a known format and broken.
    #[error("{file}:{line}: {reason}")]
    Broken {
        /// The name given for the file.
        file: String,
        /// The line, counted from 1; 0 where the format has none.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The file is over a limit.
    #[error("{file}: over the limit of {limit} {what}")]
    Limit {
        /// The name given for the file.
        file: String,
        /// What is limited.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// An `!include` is refused or cannot be read.
    #[error("{file}: the include `{path}` is refused: {reason}")]
    Include {
        /// The file that asks for it.
        file: String,
        /// The path asked for, shortened.
        path: String,
        /// Why it is refused.
        reason: String,
    },
}
