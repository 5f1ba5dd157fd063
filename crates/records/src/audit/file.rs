//! The files of the log.

use std::path::{Path, PathBuf};

use super::error::AuditError;

/// The folder of the log in a state folder.
pub(crate) const FOLDER: &str = "audit";

/// The name of a file of the log.
pub(crate) fn name(number: u64) -> String {
    format!("audit-{number:08}.jsonl")
}

/// The folder of the log: what was named, or the one in it where a state folder was named.
pub(crate) fn folder(path: &Path) -> PathBuf {
    let inside = path.join(FOLDER);
    if inside.is_dir() { inside } else { path.to_path_buf() }
}

/// The files of a folder with their numbers, in order.
pub(crate) fn list(folder: &Path) -> Result<Vec<(u64, PathBuf)>, AuditError> {
    let failed = |error: std::io::Error| AuditError::disk("read", folder, &error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| {
            name.strip_prefix("audit-")?.strip_suffix(".jsonl")?.parse::<u64>().ok()
        });
        if let Some(number) = number {
            files.push((number, path));
        }
    }
    files.sort_unstable();
    Ok(files)
}
