//! The lock of a store: one writer at a time.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::store::error::{DiskError, StoreError};

/// The file that the writer of a store holds locked.
pub(crate) const LOCK: &str = "lock";
/// Tags may be kept in the same folder.
pub(crate) const TAGS: &str = "tags.jsonl";

/// Locks a store for its one writer, until the file is dropped.
pub(crate) fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| DiskError::new("open", &path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(dir.to_path_buf())),
        Err(TryLockError::Error(error)) => Err(DiskError::new("lock", &path, error).into()),
    }
}
