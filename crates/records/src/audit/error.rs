//! Why the audit log cannot be written or read.

use std::path::{Path, PathBuf};

/// Why the audit log cannot be written or read. What was to be written is not in it then.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The operating system refused.
    #[error("cannot {what} {}: {why}", .path.display())]
    Disk {
        /// What was to be done.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// What the operating system says.
        why: String,
    },
    /// The chain is broken before the end, or the end is missing.
    #[error(
        "the audit log is not whole: {0}; move `audit/` and `audit-head.json` away as evidence: a new \
         log begins then, and says so in its first lines"
    )]
    Broken(String),
    /// Too much is waiting to be written.
    #[error("too many audit lines are waiting to be written: repeat the request later")]
    Busy,
    /// The writer has ended.
    #[error("the audit log is closed")]
    Closed,
    /// What was to be written is no event.
    #[error("{0}")]
    Refused(String),
}

impl AuditError {
    pub(crate) fn disk(what: &'static str, path: &Path, error: &std::io::Error) -> Self {
        Self::Disk { what, path: path.to_path_buf(), why: error.to_string() }
    }
}
