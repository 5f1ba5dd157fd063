//! The folder in which a service keeps its state.

use std::fs::{DirBuilder, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::RecordsError;

/// The file that the one process that works on the folder holds locked.
const LOCK: &str = "lock";

/// The folder in which a service keeps its state, locked for this process until it is dropped.
///
/// `records.sqlite` holds the records, `keys.sqlite` the keys, `audit/` the log and
/// `audit-head.json` how far it is known to be on disk.
#[derive(Debug, Clone)]
pub struct StateFolder {
    path: Arc<Path>,
    _lock: Arc<File>,
}

impl StateFolder {
    /// Locks a folder, and makes it where there is none. Others may not read what is made.
    ///
    /// # Errors
    ///
    /// When another process holds it, or the operating system refuses.
    pub fn open(path: &Path) -> Result<Self, RecordsError> {
        make(path)?;
        let lock = path.join(LOCK);
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        private(&mut options);
        let file = options.open(&lock);
        let file = file.map_err(|error| RecordsError::disk("open", &lock, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path: path.into(), _lock: Arc::new(file) }),
            Err(TryLockError::WouldBlock) => Err(RecordsError::Locked(path.to_path_buf())),
            Err(TryLockError::Error(error)) => Err(RecordsError::disk("lock", &lock, &error)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the records are.
    pub(crate) fn records(&self) -> PathBuf {
        self.path.join("records.sqlite")
    }
}

/// Makes a folder that only its owner may read.
pub(crate) fn make(path: &Path) -> Result<(), RecordsError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).map_err(|error| RecordsError::disk("make", path, &error))
}

/// Has a file that is made be readable by its owner alone.
pub(crate) fn private(options: &mut std::fs::OpenOptions) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = options;
}

#[cfg(test)]
mod tests {
    use super::StateFolder;
    use crate::error::RecordsError;

    #[test]
    fn a_folder_has_one_owner_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a").join("state");
        let first = StateFolder::open(&path).unwrap();
        let copy = first.clone();
        drop(first);
        assert!(matches!(StateFolder::open(&path), Err(RecordsError::Locked(_))));
        drop(copy);
        StateFolder::open(&path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn others_may_not_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let _open = StateFolder::open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, b"x").unwrap();
        let error = StateFolder::open(&path).unwrap_err().to_string();
        assert!(error.contains("file") && error.starts_with("cannot "), "{error}");
    }
}
