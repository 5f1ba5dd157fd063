//! The records of a service.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use crate::database::{self, Readers};
use crate::error::RecordsError;
use crate::folder::StateFolder;
use crate::idempotency::InFlightTable;
use crate::outbox;
use crate::promise::Promise;
use crate::recheck;
use crate::writer::Writer;

/// The records of a service: one writer, any number of readers. Cheap to share in an `Arc`.
///
/// What writes gives a [`Promise`], kept when the change is on the disk. What reads stands still
/// for as long as the disk takes: call it where that is allowed.
#[derive(Debug)]
pub struct Records {
    writer: Writer,
    readers: Readers,
    in_flight: Arc<InFlightTable>,
    path: PathBuf,
    _folder: StateFolder,
}

/// How a failure of SQLite is told.
type Failed<'a> = &'a dyn Fn(rusqlite::Error) -> RecordsError;

impl Records {
    /// Opens the records of a folder, or begins them. What was being delivered when an earlier
    /// process ended is due again.
    ///
    /// # Errors
    ///
    /// When the file is damaged, newer than this program, another program's, or cannot be
    /// written.
    pub fn open(folder: &StateFolder) -> Result<Self, RecordsError> {
        let path = folder.records();
        let connection = database::open(&path)?;
        let failed = |error: rusqlite::Error| RecordsError::sqlite(&path, &error);
        outbox::recover(&connection).map_err(failed)?;
        recheck::recover(&connection).map_err(failed)?;
        Ok(Self {
            writer: Writer::start(connection, path.clone())?,
            readers: Readers::new(path.clone()),
            in_flight: Arc::default(),
            path,
            _folder: folder.clone(),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the whole file for damage. That takes as long as the disk needs for it.
    ///
    /// # Errors
    ///
    /// When it is damaged.
    pub fn check(&self) -> Result<(), RecordsError> {
        self.readers.read(|connection| database::check(connection, &self.path, true))
    }

    /// Whether a write comes through to the disk: for a readiness check.
    ///
    /// # Errors
    ///
    /// When the disk is full or refuses, or too much is waiting.
    pub fn probe(&self) -> Promise<Result<(), RecordsError>> {
        self.write(|connection, failed| {
            let sql = "INSERT INTO meta (name, value) VALUES ('probe', '1')
                       ON CONFLICT (name) DO UPDATE SET value = value + 1";
            connection.prepare_cached(sql).and_then(|mut s| s.execute([])).map_err(failed)?;
            Ok(())
        })
    }

    /// Writes what is waiting and ends the writer. What is asked for afterwards is refused.
    pub fn close(&self) {
        self.writer.close();
    }

    pub(crate) fn in_flight(&self) -> &Arc<InFlightTable> {
        &self.in_flight
    }

    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection, Failed<'_>) -> Result<T, RecordsError>,
    ) -> Result<T, RecordsError> {
        let failed = |error: rusqlite::Error| RecordsError::sqlite(&self.path, &error);
        self.readers.read(|connection| work(connection, &failed))
    }

    pub(crate) fn write<T, F>(&self, work: F) -> Promise<Result<T, RecordsError>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, Failed<'_>) -> Result<T, RecordsError> + Send + 'static,
    {
        let path = self.path.clone();
        self.writer.write((), move |connection, ()| {
            work(connection, &|error| RecordsError::sqlite(&path, &error))
        })
    }

    /// Writes, and lets go of `held` after the commit, before anybody hears of it.
    pub(crate) fn write_held<H, T, F>(&self, held: H, work: F) -> Promise<Result<T, RecordsError>>
    where
        H: Send + 'static,
        T: Send + 'static,
        F: FnOnce(&Connection, &H) -> Result<T, RecordsError> + Send + 'static,
    {
        self.writer.write(held, work)
    }
}
