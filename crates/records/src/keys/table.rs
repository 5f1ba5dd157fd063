//! The table of keys in its file.

use hawkshaw_model::Timestamp;
use rusqlite::{Connection, Row, params};

use super::key::{ApiKey, KeyEvent, KeyId, KeyLimits};
use super::role::Role;
use super::secret::Kept;

/// Says in the header of the file whose it is: `HKky`.
pub(crate) const APPLICATION: i64 = 0x484b_6b79;

/// What makes version n + 1 of version n. A script that was released is never changed.
pub(crate) const MIGRATIONS: &[&str] = &["
    CREATE TABLE keys (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        roles TEXT NOT NULL,
        salt BLOB NOT NULL,
        digest BLOB NOT NULL,
        old_salt BLOB,
        old_digest BLOB,
        old_until INTEGER,
        created INTEGER NOT NULL,
        expires INTEGER,
        revoked INTEGER,
        last_used INTEGER,
        per_second INTEGER,
        burst INTEGER,
        batch INTEGER
    ) STRICT;
    CREATE TABLE key_events (
        n INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        key TEXT NOT NULL,
        what TEXT NOT NULL
    ) STRICT;
"];

/// A key with what is kept of its secrets.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: ApiKey,
    pub(crate) kept: Kept,
    pub(crate) old: Option<Kept>,
}

/// All keys, in the order in which they were made. A row that is none of ours is an error: a key
/// that is left out could be one that was taken back.
pub(crate) fn entries(connection: &Connection) -> rusqlite::Result<Vec<Entry>> {
    let sql = "SELECT id, name, roles, salt, digest, old_salt, old_digest, old_until, created,
                   expires, revoked, last_used, per_second, burst, batch FROM keys ORDER BY n";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], entry)?;
    rows.collect()
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let foreign = || rusqlite::Error::InvalidQuery;
    let time = |column: usize| -> rusqlite::Result<Option<Timestamp>> {
        let seconds: Option<i64> = row.get(column)?;
        seconds.map(Timestamp::from_unix).transpose().map_err(|_| foreign())
    };
    let roles: String = row.get(2)?;
    let roles = roles.split_whitespace().map(str::parse).collect::<Result<Vec<Role>, _>>();
    let id: String = row.get(0)?;
    let old = match (row.get(5)?, row.get(6)?) {
        (Some(salt), Some(digest)) => Some(Kept { salt, digest }),
        _ => None,
    };
    let key = ApiKey {
        id: id.parse().map_err(|_| foreign())?,
        name: row.get(1)?,
        roles: roles.map_err(|_| foreign())?,
        limits: KeyLimits { per_second: row.get(12)?, burst: row.get(13)?, batch: row.get(14)? },
        created: time(8)?.ok_or_else(foreign)?,
        expires: time(9)?,
        old_until: time(7)?,
        revoked: time(10)?,
        last_used: time(11)?,
    };
    Ok(Entry { key, kept: Kept { salt: row.get(3)?, digest: row.get(4)? }, old })
}

pub(crate) fn insert(connection: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let key = &entry.key;
    connection
        .prepare_cached(
            "INSERT INTO keys (id, name, roles, salt, digest, created, expires, per_second,
                 burst, batch)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            key.id.as_str(),
            key.name,
            roles(key),
            entry.kept.salt,
            entry.kept.digest,
            key.created.to_unix(),
            key.expires.map(Timestamp::to_unix),
            key.limits.per_second,
            key.limits.burst,
            key.limits.batch
        ])?;
    record(connection, key.created, &key.id, "created")
}

fn roles(key: &ApiKey) -> String {
    key.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ")
}

/// Gives a key another secret; the one that it has stays good until a time.
pub(crate) fn rotate(
    connection: &Connection,
    id: &KeyId,
    kept: &Kept,
    old_until: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE keys SET old_salt = salt, old_digest = digest, old_until = ?4, salt = ?2,
                 digest = ?3 WHERE id = ?1",
        )?
        .execute(params![id.as_str(), kept.salt, kept.digest, old_until.to_unix()])?;
    record(connection, now, id, "rotated")
}

pub(crate) fn revoke(connection: &Connection, id: &KeyId, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE keys SET revoked = coalesce(revoked, ?2) WHERE id = ?1")?
        .execute(params![id.as_str(), now.to_unix()])?;
    record(connection, now, id, "revoked")
}

pub(crate) fn used(connection: &Connection, id: &KeyId, at: Timestamp) -> rusqlite::Result<()> {
    let sql = "UPDATE keys SET last_used = max(coalesce(last_used, 0), ?2) WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![id.as_str(), at.to_unix()]).map(|_| ())
}

fn record(
    connection: &Connection,
    time: Timestamp,
    id: &KeyId,
    what: &str,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO key_events (time, key, what) VALUES (?1, ?2, ?3)")?
        .execute(params![time.to_unix(), id.as_str(), what])?;
    Ok(())
}

/// The number of the last thing that was done with a key.
pub(crate) fn last_event(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT coalesce(max(n), 0) FROM key_events", [], |row| row.get(0))
}

/// What was done with keys behind a number.
pub(crate) fn events(connection: &Connection, after: i64) -> rusqlite::Result<Vec<KeyEvent>> {
    let sql = "SELECT n, time, key, what FROM key_events WHERE n > ?1 ORDER BY n LIMIT 1000";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![after], |row| {
        let key: String = row.get(2)?;
        Ok(KeyEvent {
            number: row.get(0)?,
            time: Timestamp::from_unix(row.get(1)?).unwrap_or_default(),
            key: key.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
            what: row.get(3)?,
        })
    })?;
    rows.collect()
}
