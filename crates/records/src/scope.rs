//! Whose records are looked at.

use crate::keys::KeyId;

/// Whose records are looked at. Whatever lies outside does not exist for whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Those that this key made.
    Owner(KeyId),
    /// Everybody's: for administrators and for the service itself.
    Everything,
}

impl Scope {
    /// The key, where there is one.
    pub(crate) fn owner(&self) -> Option<&str> {
        match self {
            Self::Owner(key) => Some(key.as_str()),
            Self::Everything => None,
        }
    }
}
