//! The responses that are kept for requests that are repeated.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::clock::UnixMillis;
use crate::error::RecordsError;
use crate::idempotency::{Begun, IdempotencyKey, InFlight, StoredResponse};
use crate::keys::KeyId;
use crate::promise::Promise;
use crate::records::Records;

/// Bytes of a response that are kept; a longer one is refused, and with it the request.
const BODY_MAX: usize = 8 << 20;

/// So many expired responses are thrown away at a time, so that nobody waits long.
const FORGOTTEN_AT_ONCE: i64 = 2000;

impl Records {
    /// Begins a request that may be repeated. `digest` is that of all that it asks for: method,
    /// path and body.
    ///
    /// # Errors
    ///
    /// When the database cannot be read, or too many requests are being worked on.
    pub fn begin(
        &self,
        owner: &KeyId,
        key: IdempotencyKey,
        digest: [u8; 32],
        now: UnixMillis,
    ) -> Result<Begun, RecordsError> {
        // First in memory, then on disk: whoever finishes in between has been on disk before he
        // left memory.
        let in_flight = match self.in_flight().begin((owner.clone(), key), digest, now)? {
            Ok(in_flight) => in_flight,
            Err(true) => return Ok(Begun::InFlight),
            Err(false) => return Ok(Begun::Mismatch),
        };
        let (owner, key) = (&in_flight.id.0, &in_flight.id.1);
        let found = self.read(|connection, failed| {
            find(connection, owner.as_str(), key.as_str(), now).map_err(failed)
        })?;
        Ok(match found {
            None => Begun::New(in_flight),
            Some((other, _)) if other != digest => Begun::Mismatch,
            Some((_, response)) => Begun::Done(response),
        })
    }

    /// Keeps the response to a request that registered nothing.
    pub fn finish(
        &self,
        in_flight: InFlight,
        response: StoredResponse,
    ) -> Promise<Result<(), RecordsError>> {
        let path = self.path().to_path_buf();
        self.write_held(in_flight, move |connection, in_flight| {
            let failed = |error: rusqlite::Error| RecordsError::sqlite(&path, &error);
            check(&response)?;
            keep(connection, in_flight, &response).map_err(failed)
        })
    }
}

/// Refuses what is too long.
pub(crate) fn check(response: &StoredResponse) -> Result<(), RecordsError> {
    if response.body.len() <= BODY_MAX {
        return Ok(());
    }
    let why = format!(
        "the response has {} bytes, and at most {BODY_MAX} are kept for a repeated request",
        response.body.len()
    );
    Err(RecordsError::Refused(why))
}

/// Keeps a response, in the transaction at hand.
pub(crate) fn keep(
    connection: &Connection,
    in_flight: &InFlight,
    response: &StoredResponse,
) -> rusqlite::Result<()> {
    let (owner, key) = (&in_flight.id.0, &in_flight.id.1);
    let headers = serde_json::json!(response.headers).to_string();
    connection
        .prepare_cached(
            "INSERT INTO responses (owner, key, digest, status, headers, body, expires)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (owner, key) DO UPDATE SET digest = excluded.digest,
                 status = excluded.status, headers = excluded.headers, body = excluded.body,
                 expires = excluded.expires",
        )?
        .execute(params![
            owner.as_str(),
            key.as_str(),
            in_flight.digest,
            response.status,
            headers,
            response.body,
            in_flight.expires.0
        ])?;
    Ok(())
}

type Found = ([u8; 32], StoredResponse);

fn find(
    connection: &Connection,
    owner: &str,
    key: &str,
    now: UnixMillis,
) -> rusqlite::Result<Option<Found>> {
    let sql = "SELECT digest, status, headers, body FROM responses
               WHERE owner = ?1 AND key = ?2 AND expires > ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let read = |row: &rusqlite::Row<'_>| {
        let headers: String = row.get(2)?;
        let response = StoredResponse {
            status: row.get(1)?,
            headers: serde_json::from_str(&headers).unwrap_or_default(),
            body: row.get(3)?,
        };
        Ok((row.get(0)?, response))
    };
    statement.query_row(params![owner, key, now.0], read).optional()
}

/// Throws away responses that have expired; how many.
pub(crate) fn forget_expired(connection: &Connection, now: UnixMillis) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "DELETE FROM responses WHERE (owner, key) IN
                 (SELECT owner, key FROM responses WHERE expires <= ?1 LIMIT ?2)",
        )?
        .execute(params![now.0, FORGOTTEN_AT_ONCE])
}
