//! Why records cannot be read or kept.

use std::path::PathBuf;

/// Why records cannot be read or kept. Nothing of what was asked for has happened then.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// Another process holds the folder.
    #[error("{} is in use by another process: stop it, or name another folder", .0.display())]
    Locked(PathBuf),
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
    /// The disk is full.
    #[error("no room on the disk for {}: nothing of this request was kept; make room and repeat it", .0.display())]
    Full(PathBuf),
    /// The folder or file may not be written.
    #[error("{} may not be written: nothing of this request was kept", .0.display())]
    ReadOnly(PathBuf),
    /// Written by a newer version.
    #[error("{} has version {found} and this program knows up to {known}: use the program that wrote it", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// Something else than what was looked for, or damaged.
    #[error("{} is damaged: {why}; restore it from a backup", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How that shows.
        why: String,
    },
    /// A file is missing beside another that shows that it was there.
    #[error("{0}")]
    Lost(String),
    /// Too much is waiting to be written.
    #[error("too much is waiting to be written: repeat the request later")]
    Busy,
    /// The writer has ended.
    #[error("the records are closed")]
    Closed,
    /// There is no such record, or it is another key's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The record is not in a state in which this can be done.
    #[error("{0}")]
    Conflict(String),
    /// What was handed in cannot be kept.
    #[error("{0}")]
    Refused(String),
    /// The database says something else.
    #[error("the database failed: {0}")]
    Database(String),
}

impl RecordsError {
    /// Whether repeating the same request later can help.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy | Self::Full(_) | Self::Disk { .. } | Self::Closed)
    }

    pub(crate) fn disk(what: &'static str, path: &std::path::Path, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::Full(path.to_path_buf())
            }
            std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(path.to_path_buf()),
            _ => Self::Disk { what, path: path.to_path_buf(), why: error.to_string() },
        }
    }

    /// What a failure of SQLite means for a database file.
    pub(crate) fn sqlite(path: &std::path::Path, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let path = path.to_path_buf();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(path),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly(path),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path, why: error.to_string() }
            }
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
                Self::Disk { what: "read or write", path, why: error.to_string() }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(path),
            _ => Self::Database(error.to_string()),
        }
    }
}
