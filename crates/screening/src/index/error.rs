//! Why an index cannot be made, opened or read.

/// Why an index cannot be made, opened or read. None of them says anything about an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The file cannot be opened, read or written.
    #[error("{file}: {reason}")]
    Io {
        /// The file.
        file: String,
        /// What the operating system says.
        reason: String,
    },
    /// It is another file.
    #[error("{file}: this is no index of addresses (its first bytes are not `HKINDEX`)")]
    NotAnIndex {
        /// The file.
        file: String,
    },
    /// It is of another version.
    #[error("{file}: an index of version {found}, and {known} is read: make it anew")]
    Version {
        /// The file.
        file: String,
        /// Its version.
        found: u32,
        /// The version that is read.
        known: u32,
    },
    /// It is damaged.
    #[error("{file}: damaged at byte {offset}: {what}; make it anew, nothing is answered from it")]
    Damaged {
        /// The file.
        file: String,
        /// Where.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
    /// It was written to while it was in use.
    #[error(
        "{file}: it was written to while it was in use, and nothing is answered from it; an index \
         is replaced by renaming another file to its name"
    )]
    Changed {
        /// The file.
        file: String,
    },
    /// More than an index holds.
    #[error("an index does not hold {0}")]
    TooLarge(String),
}
