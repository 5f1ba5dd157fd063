//! Until the index and the records are there: types with their signatures.

use std::sync::Arc;

use hawkshaw_screening::{Answer, Query};

/// What answers.
#[derive(Debug)]
pub struct Screener;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("nothing is loaded")]
pub struct ScreenError;

impl Screener {
    /// What answers.
    pub fn data_version(&self) -> &str {
        ""
    }

    /// The answer to a query.
    ///
    /// # Errors
    ///
    /// Always, as nothing is loaded.
    pub fn screen(&self, _query: &Query) -> Result<Answer, ScreenError> {
        Err(ScreenError)
    }
}

/// The log.
#[derive(Debug, Default)]
pub struct AuditLog;

impl AuditLog {
    /// Adds a line.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn append(&self, _line: &serde_json::Value) -> std::io::Result<()> {
        Ok(())
    }
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ask about addresses and transfers.
    Screen,
    /// Register transfers and withdrawal attempts, and see their alerts.
    Register,
    /// Reload.
    Admin,
    /// Read the audit log.
    Audit,
}

/// Who asks, as the keys know it.
#[derive(Debug, Clone)]
pub struct KeyHolder {
    /// The id of the key, which is no secret.
    pub id: Arc<str>,
    /// What it may do.
    pub roles: Arc<[Role]>,
}

/// Who may ask.
#[derive(Debug, Default)]
pub struct Keys;

impl Keys {
    /// Who has a secret.
    pub fn holder(&self, _secret: &str) -> Option<KeyHolder> {
        None
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        true
    }
}

impl Role {
    /// All.
    pub const ALL: [Self; 4] = [Self::Screen, Self::Register, Self::Admin, Self::Audit];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Register => "register",
            Self::Admin => "admin",
            Self::Audit => "audit",
        }
    }
}

/// An answer as JSON.
pub trait ToJson {
    /// As JSON.
    fn to_json(&self) -> serde_json::Value;
}

impl ToJson for Answer {
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "address": self.asked, "status": self.status })
    }
}
