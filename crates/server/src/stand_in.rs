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
    pub roles: Vec<Role>,
}
