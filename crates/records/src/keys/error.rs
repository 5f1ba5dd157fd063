//! Why keys cannot be read, and why one is refused.

use crate::error::RecordsError;

/// Why keys cannot be read or changed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// There are none where there were some.
    #[error(
        "{} holds no keys, and what is registered there belongs to keys, so that the file was \
         lost: put a backup of it back, or make a key with `hawkshaw keys create --role admin`, \
         which sees what the lost keys registered",
        .0.join("keys.sqlite").display()
    )]
    Lost(std::path::PathBuf),
    /// There is no such key.
    #[error("there is no key `{0}`: `hawkshaw keys list` shows those that there are")]
    Unknown(String),
    /// It cannot be done with this key.
    #[error("{0}")]
    Conflict(String),
}

/// Why a request is not let in. Whoever asks is told no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// It is none, unknown, or its secret is another one.
    #[error("the API key is not valid")]
    Invalid,
    /// It was taken back.
    #[error("the API key was revoked")]
    Revoked,
    /// Its time is over.
    #[error("the API key has expired")]
    Expired,
    /// The keys cannot be read, so that nobody knows whether it was taken back.
    #[error("the API keys cannot be read at the moment")]
    Unavailable,
}
