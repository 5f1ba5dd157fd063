//! The tables, and how older ones become them.

use std::path::Path;

use rusqlite::Connection;

use crate::error::RecordsError;

/// Says in the header of the file whose it is: `HKrc`.
pub(crate) const APPLICATION: i64 = 0x484b_7263;

/// What makes version n + 1 of version n. A script that was released is never changed.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql"), include_str!("schema-2.sql")];

/// The version that this program writes.
pub(crate) fn version() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Refuses what is not ours or newer than we know, before anything is written.
pub(crate) fn check(
    connection: &Connection,
    path: &Path,
    (application, known): (i64, i64),
) -> Result<(), RecordsError> {
    let failed = |error: rusqlite::Error| RecordsError::sqlite(path, &error);
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let found = number("PRAGMA user_version").map_err(failed)?;
    let theirs = number("PRAGMA application_id").map_err(failed)?;
    let tables = number("SELECT count(*) FROM sqlite_schema").map_err(failed)?;
    let is_new = found == 0 && theirs == 0 && tables == 0;
    if !is_new && theirs != application {
        let why = "it is another program's database".to_owned();
        return Err(RecordsError::Damaged { path: path.to_path_buf(), why });
    }
    if found > known {
        return Err(RecordsError::Newer { path: path.to_path_buf(), found, known });
    }
    Ok(())
}

/// Brings the tables to the newest version, each step whole or not at all.
pub(crate) fn migrate(
    connection: &mut Connection,
    path: &Path,
    application: i64,
    migrations: &[&str],
) -> Result<(), RecordsError> {
    let failed = |error: rusqlite::Error| RecordsError::sqlite(path, &error);
    let found: i64 =
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    for (script, version) in migrations.iter().zip(1i64..).skip(done) {
        let transaction = connection.transaction().map_err(failed)?;
        transaction.execute_batch(script).map_err(failed)?;
        transaction.pragma_update(None, "application_id", application).map_err(failed)?;
        transaction.pragma_update(None, "user_version", version).map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    Ok(())
}

/// The steps of the records.
pub(crate) fn migrations() -> &'static [&'static str] {
    MIGRATIONS
}
