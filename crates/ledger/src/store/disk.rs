//! The file operations that writing a store needs, so that tests can let each of them fail.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::store::error::DiskError;

/// Whatever a store is written to.
///
/// What survives a loss of power: the bytes of a file up to its last [`DiskFile::sync`], and the
/// names in a folder up to its last [`Disk::sync_dir`]. Anything later may be there, in part, or
/// not.
pub(crate) trait Disk: fmt::Debug + Send + Sync {
    /// Makes an empty file, which must not exist.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    fn create(&self, path: &Path) -> Result<Box<dyn DiskFile>, DiskError>;

    /// Gives a file another name in the same folder, in place of the file that has it.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), DiskError>;

    /// Takes a file out of its folder. Whoever has it mapped keeps it.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    fn remove(&self, path: &Path) -> Result<(), DiskError>;

    /// Makes a folder and those that it is in, unless they are there.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    fn create_dir(&self, dir: &Path) -> Result<(), DiskError>;

    /// Waits until the names in a folder are safe.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    fn sync_dir(&self, dir: &Path) -> Result<(), DiskError>;

    /// The bytes of a small file, or `None` where there is none.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, DiskError>;

    /// The names in a folder, sorted.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    fn list(&self, dir: &Path) -> Result<Vec<OsString>, DiskError>;
}

/// A file that is being written.
pub(crate) trait DiskFile: fmt::Debug + Send {
    /// Adds bytes at the end.
    ///
    /// # Errors
    ///
    /// When the file system refuses; some of the bytes may have been written.
    fn append(&mut self, bytes: &[u8]) -> Result<(), DiskError>;

    /// Waits until everything that was added is safe.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    fn sync(&mut self) -> Result<(), DiskError>;
}

/// The file system.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RealDisk;

#[derive(Debug)]
struct RealFile {
    file: File,
    path: PathBuf,
}

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> Result<Box<dyn DiskFile>, DiskError> {
        let file = File::create_new(path).map_err(|e| DiskError::new("create", path, e))?;
        Ok(Box::new(RealFile { file, path: path.to_owned() }))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), DiskError> {
        fs::rename(from, to).map_err(|e| DiskError::new("rename a file to", to, e))
    }

    fn remove(&self, path: &Path) -> Result<(), DiskError> {
        fs::remove_file(path).map_err(|e| DiskError::new("remove", path, e))
    }

    fn create_dir(&self, dir: &Path) -> Result<(), DiskError> {
        fs::create_dir_all(dir).map_err(|e| DiskError::new("create the folder", dir, e))
    }

    /// Does nothing on Windows, where a folder cannot be opened and names need no such step.
    fn sync_dir(&self, dir: &Path) -> Result<(), DiskError> {
        if cfg!(windows) {
            return Ok(());
        }
        let synced = File::open(dir).and_then(|folder| folder.sync_all());
        synced.map_err(|e| DiskError::new("sync the folder", dir, e))
    }

    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, DiskError> {
        match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(DiskError::new("read", path, e)),
        }
    }

    fn list(&self, dir: &Path) -> Result<Vec<OsString>, DiskError> {
        let names = fs::read_dir(dir)
            .and_then(|entries| entries.map(|entry| entry.map(|e| e.file_name())).collect());
        let mut names: Vec<_> = names.map_err(|e| DiskError::new("list", dir, e))?;
        names.sort_unstable();
        Ok(names)
    }
}

impl DiskFile for RealFile {
    fn append(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        self.file.write_all(bytes).map_err(|e| DiskError::new("write", &self.path, e))
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        self.file.sync_all().map_err(|e| DiskError::new("sync", &self.path, e))
    }
}
