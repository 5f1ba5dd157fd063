//! Why something of a store cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

use hawkshaw_model::{Printable, ReadError};

use crate::error::LedgerError;

/// A file operation that failed while a store was written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct DiskError {
    action: &'static str,
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl DiskError {
    /// An operation (`create`, `sync`) on a file or folder, and why it failed.
    pub fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self { action, path: path.to_owned(), source }
    }

    /// The file or folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why it failed.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }
}

/// Why a store cannot be opened, read or written. None of them loses what was stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file is damaged or cannot be read.
    #[error(transparent)]
    Damaged(#[from] ReadError),
    /// A file cannot be written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The rows that were handed in are bad data.
    #[error(transparent)]
    Rows(#[from] LedgerError),
    /// A row does not fit what is stored.
    #[error("{file} line {line}: {reason}", file = Printable(.file))]
    Refused {
        /// The file of the row.
        file: String,
        /// Its line.
        line: u64,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// There is no store in the folder.
    #[error("there is no store in {}: make one with `hawkshaw ledger import`", .0.display())]
    NoStore(PathBuf),
    /// The folder holds something else.
    #[error("{} is not empty and holds no store: name another folder", .0.display())]
    NotAStore(PathBuf),
    /// Another process writes the store.
    #[error("another process is writing {}: wait until it has ended", .0.display())]
    Locked(PathBuf),
    /// The store was written by a newer version.
    #[error("{} has format {found}, and this version reads up to {known}", .path.display())]
    TooNew {
        /// The store.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that is known.
        known: u32,
    },
    /// What was asked for cannot be done with this store.
    #[error("{0}")]
    Unfit(String),
    /// A number does not fit its place in the format.
    #[error("too many {what}: a store holds at most {max}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How many there may be.
        max: u64,
    },
}
