//! The database file: how it is opened and checked.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::RecordsError;
use crate::folder::private;
use crate::schema;

/// So many readers at a time; more wait.
const READERS_MAX: usize = 8;

/// A file up to this size is read through when it is opened. Of larger ones the tables that grow
/// with registrations are left out: reading them would keep a service from starting.
const CHECKED_WHOLE_BYTES: u64 = 256 << 20;

/// The tables that grow with registrations.
const LARGE_TABLES: [&str; 2] = ["registrations", "answers"];

/// How long another process may hold a database before we give up.
const BUSY: Duration = Duration::from_secs(5);

/// Statements that a connection keeps compiled.
const STATEMENTS: usize = 64;

/// Opens a database with what every connection needs.
pub(crate) fn connect(path: &Path) -> Result<Connection, RecordsError> {
    let failed = |error: rusqlite::Error| RecordsError::sqlite(path, &error);
    let mut options = std::fs::File::options();
    options.create(true).truncate(false).write(true);
    private(&mut options);
    let file = options.open(path);
    drop(file.map_err(|error| RecordsError::disk("open", path, &error))?);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Sets how a connection writes: a commit returns when its bytes are on the disk.
pub(crate) fn set_durable(connection: &Connection, path: &Path) -> Result<(), RecordsError> {
    let failed = |error: rusqlite::Error| RecordsError::sqlite(path, &error);
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(failed)?;
    if !mode.eq_ignore_ascii_case("wal") {
        let why = format!("it cannot be written ahead (journal mode {mode})");
        return Err(RecordsError::Disk { what: "open", path: path.to_path_buf(), why });
    }
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL;
             PRAGMA fullfsync = ON;
             PRAGMA checkpoint_fullfsync = ON;
             PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON;
             PRAGMA temp_store = MEMORY;
             PRAGMA wal_autocheckpoint = 16000;
             PRAGMA journal_size_limit = 134217728;",
        )
        .map_err(failed)
}

/// Opens the records for writing: refuses what is newer or damaged, and brings older ones up to
/// date.
pub(crate) fn open(path: &Path) -> Result<Connection, RecordsError> {
    let failed = |error: rusqlite::Error| RecordsError::sqlite(path, &error);
    let mut connection = connect(path)?;
    schema::check(&connection, path, (schema::APPLICATION, schema::version()))?;
    set_durable(&connection, path)?;
    // Up to 256 MiB: keys of addresses come in no order, and meet pages everywhere.
    connection.execute_batch("PRAGMA cache_size = -262144;").map_err(failed)?;
    let size = std::fs::metadata(path).map_or(0, |data| data.len());
    check(&connection, path, size <= CHECKED_WHOLE_BYTES)?;
    schema::migrate(&mut connection, path, schema::APPLICATION, schema::migrations())?;
    Ok(connection)
}

/// Looks for damage: in all of the file, or in all but the largest tables.
pub(crate) fn check(
    connection: &Connection,
    path: &Path,
    is_whole: bool,
) -> Result<(), RecordsError> {
    let failed = |error: rusqlite::Error| RecordsError::sqlite(path, &error);
    let complain = |why: String| {
        if why == "ok" {
            return Ok(());
        }
        Err(RecordsError::Damaged { path: path.to_path_buf(), why })
    };
    if is_whole {
        let sql = "PRAGMA quick_check(1)";
        return complain(connection.query_row(sql, [], |row| row.get(0)).map_err(failed)?);
    }
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut statement = connection.prepare(names).map_err(failed)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0)).map_err(failed)?;
    for name in names {
        let name = name.map_err(failed)?;
        if LARGE_TABLES.contains(&name.as_str()) || name.contains(['\'', '"']) {
            continue;
        }
        let sql = format!("PRAGMA quick_check('{name}')");
        complain(connection.query_row(&sql, [], |row| row.get(0)).map_err(failed)?)?;
    }
    Ok(())
}

/// Connections that only read, several at a time.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    pool: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct Pool {
    idle: Vec<Connection>,
    open: usize,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, pool: Mutex::default(), returned: Condvar::new() }
    }

    /// Reads; what is read is one state of the database.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, RecordsError>,
    ) -> Result<T, RecordsError> {
        let guard = Borrowed { readers: self, connection: Some(self.take()?) };
        let Some(connection) = &guard.connection else { return Err(RecordsError::Closed) };
        let failed = |error: rusqlite::Error| RecordsError::sqlite(&self.path, &error);
        let transaction = connection.unchecked_transaction().map_err(failed)?;
        work(&transaction)
    }

    fn take(&self) -> Result<Connection, RecordsError> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = pool.idle.pop() {
                return Ok(connection);
            }
            if pool.open < READERS_MAX {
                pool.open += 1;
                drop(pool);
                return self.connect().inspect_err(|_| self.forget());
            }
            pool = self.returned.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn forget(&self) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.open = pool.open.saturating_sub(1);
        self.returned.notify_one();
    }

    fn connect(&self) -> Result<Connection, RecordsError> {
        let connection = connect(&self.path)?;
        let pragmas = "PRAGMA query_only = ON; PRAGMA cache_size = -16384;
                       PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;";
        let set = connection.execute_batch(pragmas);
        set.map_err(|error| RecordsError::sqlite(&self.path, &error))?;
        Ok(connection)
    }
}

/// A connection that goes back to the others, also when its reader panics.
struct Borrowed<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let mut pool = self.readers.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if connection.is_autocommit() {
            pool.idle.push(connection);
        } else {
            pool.open = pool.open.saturating_sub(1);
        }
        drop(pool);
        self.readers.returned.notify_one();
    }
}
