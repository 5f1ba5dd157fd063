//! The head: how far the log is known to be on the disk.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use hawkshaw_model::Digest;
use serde::Serialize;
use serde_json::Value;

use super::error::AuditError;
use super::file;
use crate::folder::private;

/// The file that keeps it, beside the folder of the log and not in it.
const FILE: &str = "audit-head.json";

/// The number and the digest of the last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AuditHead {
    /// How many lines there are.
    pub lines: u64,
    /// The digest of the last one; of a log without lines 64 zeros.
    pub digest: Digest,
}

impl AuditHead {
    /// The head of a log without lines.
    pub(crate) fn start() -> Self {
        let zeros = "0".repeat(64);
        Self { lines: 0, digest: zeros.parse().unwrap_or_else(|_| Digest::of(b"")) }
    }
}

/// Where the head of a log is kept.
pub(crate) fn path(audit: &Path) -> PathBuf {
    audit.parent().unwrap_or(audit).join(FILE)
}

/// The head that was stored with the log of a state folder, or of the folder of a log; `None`:
/// there is none.
///
/// # Errors
///
/// When it cannot be read, or is none.
pub fn stored_head(folder: &Path) -> Result<Option<AuditHead>, AuditError> {
    let path = path(&file::folder(folder));
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(AuditError::disk("read", &path, &error)),
    };
    let head = serde_json::from_slice::<Value>(&text).ok().and_then(|value| {
        let digest = value.get("digest")?.as_str()?.parse().ok()?;
        Some(AuditHead { lines: value.get("lines")?.as_u64()?, digest })
    });
    match head {
        Some(head) => Ok(Some(head)),
        None => Err(AuditError::Broken(format!("{} holds no head", path.display()))),
    }
}

/// Stores a head: the old one or the new one is there, whatever happens.
pub(crate) fn store(audit: &Path, head: AuditHead) -> Result<(), AuditError> {
    let path = path(audit);
    let new = path.with_extension("json.new");
    let failed = |error: std::io::Error| AuditError::disk("write", &path, &error);
    let mut options = std::fs::File::options();
    options.create(true).truncate(true).write(true);
    private(&mut options);
    let mut file = options.open(&new).map_err(failed)?;
    let text = serde_json::json!({"lines": head.lines, "digest": head.digest}).to_string();
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_data().map_err(failed)?;
    drop(file);
    std::fs::rename(&new, &path).map_err(failed)
}
