//! The outbox: events that wait to be delivered, and those that could not be.
//!
//! An event is written with what it tells, in one transaction. A delivery counts its attempt on
//! disk before anything is sent, so that after a crash the next attempt has a number above 1:
//! whoever gets it can tell that it may be a repetition.

use std::path::Path;

use hawkshaw_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::json;

use crate::alert::{Alert, TEXT_MAX};
use crate::clock::UnixMillis;
use crate::error::RecordsError;
use crate::id::RecordId;
use crate::page::{Page, PageRequest};
use crate::promise::Promise;
use crate::records::Records;
use crate::registrations::unreadable;
use crate::scope::Scope;
use crate::subscription::{EventKind, Secret};
use crate::subscriptions;

/// How long a delivery is kept that was taken: thirty days.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;

/// So many old deliveries are thrown away at a time, so that nobody waits long.
const FORGOTTEN_AT_ONCE: i64 = 2000;

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryState {
    /// It is due at a time.
    Waiting,
    /// It is being sent.
    Sending,
    /// The receiver took it.
    Delivered,
    /// It was given up; it may be put back.
    Dead,
}

/// A delivery that was taken out to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its id: the same in every attempt.
    pub id: RecordId,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// To which subscription.
    pub subscription: RecordId,
    /// Where to.
    pub url: String,
    /// What it is signed with.
    pub secrets: Vec<Secret>,
    /// What is sent: JSON.
    pub payload: String,
}

/// Why an attempt failed, and what comes then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// What the receiver answered, where he did.
    pub answered: Option<u16>,
    /// What went wrong.
    pub error: String,
    /// When the next attempt is due; `None`: it is given up.
    pub next: Option<UnixMillis>,
}

/// A delivery, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: RecordId,
    /// To which subscription.
    pub subscription: RecordId,
    /// The event that it tells of.
    pub event: RecordId,
    /// What kind of event that is.
    pub kind: EventKind,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is due, where it waits.
    pub due: UnixMillis,
    /// What the receiver answered last.
    pub answered: Option<u16>,
    /// What went wrong last.
    pub error: Option<String>,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sending, Self::Delivered, Self::Dead];

    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

impl std::str::FromStr for DeliveryState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| "a delivery is `waiting`, `sending`, `delivered` or `dead`".to_owned())
    }
}

/// Puts an event into the outbox of everybody who wants to hear of it, in the transaction at
/// hand.
pub(crate) fn publish(
    connection: &Connection,
    kind: EventKind,
    alert: &Alert,
    now: Timestamp,
    path: &Path,
) -> Result<(), RecordsError> {
    let failed = |error: rusqlite::Error| RecordsError::sqlite(path, &error);
    let receivers = receivers(connection, alert.owner.as_str(), kind).map_err(failed)?;
    if receivers.is_empty() {
        return Ok(());
    }
    let id = RecordId::new()?;
    let payload = json!({
        "schema": "hawkshaw.event/1",
        "id": id,
        "type": kind.as_str(),
        "time": now.to_string(),
        "alert": alert.to_json(),
    });
    let event = connection
        .prepare_cached(
            "INSERT INTO events (id, owner, kind, time, payload) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .and_then(|mut statement| {
            let owner = alert.owner.as_str();
            let payload = payload.to_string();
            statement.insert(params![id.0, owner, kind.as_str(), now.to_unix(), payload])
        })
        .map_err(failed)?;
    for receiver in receivers {
        let delivery = RecordId::new()?;
        connection
            .prepare_cached(
                "INSERT INTO deliveries (id, event, subscription, state, attempts, due, updated)
                 VALUES (?1, ?2, ?3, 'waiting', 0, 0, ?4)",
            )
            .and_then(|mut statement| {
                statement.execute(params![delivery.0, event, receiver, now.to_unix()])
            })
            .map_err(failed)?;
    }
    Ok(())
}

/// The subscriptions of an owner that want to hear of a kind of event.
fn receivers(connection: &Connection, owner: &str, kind: EventKind) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT n, events FROM subscriptions
               WHERE owner = ?1 AND is_active AND removed IS NULL ORDER BY n";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement
        .query_map(params![owner], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let mut receivers = Vec::new();
    for found in rows {
        let (n, events) = found?;
        if subscriptions::kinds(&events).is_some_and(|kinds| kinds.contains(&kind)) {
            receivers.push(n);
        }
    }
    Ok(receivers)
}

/// What was being sent when an earlier process ended is due again, as a further attempt.
pub(crate) fn recover(connection: &Connection) -> rusqlite::Result<()> {
    let sql = "UPDATE deliveries SET state = 'waiting', due = 0 WHERE state = 'sending'";
    connection.execute(sql, []).map(|_| ())
}

/// Throws away deliveries that were taken long ago, and the events of which none is left: how
/// many deliveries. Whoever wants to know of an alert asks for the alert.
pub(crate) fn forget_delivered(
    connection: &Connection,
    now: UnixMillis,
) -> rusqlite::Result<usize> {
    let transaction = connection.unchecked_transaction()?;
    let old: Vec<(i64, i64)> = {
        let sql = "SELECT n, event FROM deliveries WHERE state = 'delivered' AND updated < ?1
                   ORDER BY updated LIMIT ?2";
        let mut statement = transaction.prepare_cached(sql)?;
        let since = now.0 / 1000 - KEPT_SECONDS;
        let rows = statement
            .query_map(params![since, FORGOTTEN_AT_ONCE], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    {
        let mut forget = transaction.prepare_cached("DELETE FROM deliveries WHERE n = ?1")?;
        let sql = "DELETE FROM events
                   WHERE n = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event = ?1)";
        let mut forget_event = transaction.prepare_cached(sql)?;
        for (delivery, event) in &old {
            forget.execute(params![delivery])?;
            forget_event.execute(params![event])?;
        }
    }
    transaction.commit()?;
    Ok(old.len())
}

impl Records {
    /// Takes out what is due, at most so many deliveries in all and for each subscription
    /// (counting those that are being sent). Each attempt is counted on disk when the promise is
    /// kept; only then anything may be sent.
    pub fn claim(
        &self,
        now: UnixMillis,
        limit: usize,
        each: usize,
    ) -> Promise<Result<Vec<Claimed>, RecordsError>> {
        self.write(move |connection, failed| {
            let due = due(connection, now, limit, each).map_err(failed)?;
            let mut claimed = Vec::with_capacity(due.len());
            for n in due {
                let sql = "UPDATE deliveries SET state = 'sending', attempts = attempts + 1
                           WHERE n = ?1";
                connection
                    .prepare_cached(sql)
                    .and_then(|mut statement| statement.execute(params![n]))
                    .map_err(failed)?;
                claimed.push(taken(connection, n).map_err(failed)?.ok_or_else(unreadable)?);
            }
            Ok(claimed)
        })
    }

    /// When the next delivery is due; `None`: none waits.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn next_due(&self) -> Result<Option<UnixMillis>, RecordsError> {
        let sql = "SELECT min(due) FROM deliveries WHERE state = 'waiting'";
        self.read(|connection, failed| {
            let due: Option<i64> = connection
                .prepare_cached(sql)
                .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
                .map_err(failed)?;
            Ok(due.map(UnixMillis))
        })
    }

    /// The receiver took a delivery.
    pub fn delivered(
        &self,
        id: RecordId,
        answered: u16,
        now: UnixMillis,
    ) -> Promise<Result<(), RecordsError>> {
        self.write(move |connection, failed| {
            let sql = "UPDATE deliveries SET state = 'delivered', answered = ?2, error = NULL,
                           updated = ?3 WHERE id = ?1 AND state = 'sending'";
            let values = params![id.0, answered, now.0 / 1000];
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            statement.execute(values).map_err(failed)?;
            Ok(())
        })
    }

    /// An attempt failed.
    pub fn failed(
        &self,
        id: RecordId,
        why: Failed,
        now: UnixMillis,
    ) -> Promise<Result<(), RecordsError>> {
        self.write(move |connection, failed| {
            let sql = "UPDATE deliveries SET state = ?2, due = ?3, answered = ?4, error = ?5,
                           updated = ?6 WHERE id = ?1 AND state = 'sending'";
            let state = if why.next.is_some() { "waiting" } else { "dead" };
            let due = why.next.map_or(0, |next| next.0);
            let error: String = why.error.chars().take(TEXT_MAX / 4).collect();
            let values = params![id.0, state, due, why.answered, error, now.0 / 1000];
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            statement.execute(values).map_err(failed)?;
            Ok(())
        })
    }

    /// Puts a delivery that was given up back, as a further attempt.
    pub fn requeue(
        &self,
        scope: &Scope,
        id: RecordId,
        now: UnixMillis,
    ) -> Promise<Result<(), RecordsError>> {
        let owner = scope.owner().map(str::to_owned);
        self.write(move |connection, failed| {
            let sql = "UPDATE deliveries SET state = 'waiting', due = ?3
                       WHERE id = ?1 AND state = 'dead' AND subscription IN
                           (SELECT n FROM subscriptions
                            WHERE (?2 IS NULL OR owner = ?2) AND removed IS NULL)";
            let changed = connection.execute(sql, params![id.0, owner, now.0]).map_err(failed)?;
            if changed == 0 { Err(RecordsError::NotFound("dead letter")) } else { Ok(()) }
        })
    }

    /// Deliveries in a state, in the order in which they were made.
    ///
    /// # Errors
    ///
    /// When the cursor points at nothing in the scope.
    pub fn deliveries(
        &self,
        scope: &Scope,
        state: Option<DeliveryState>,
        page: PageRequest,
    ) -> Result<Page<Delivery>, RecordsError> {
        let (behind, order) = page.order();
        let sql = format!(
            "{LISTED} WHERE (?1 IS NULL OR s.owner = ?1) AND (?2 IS NULL OR d.state = ?2)
                 AND (?3 IS NULL OR d.n {behind} ?3)
             ORDER BY d.n {order} LIMIT ?4"
        );
        self.read(|connection, failed| {
            let after = match page.after {
                None => None,
                Some(cursor) => {
                    let found = number(connection, scope, cursor.0).map_err(failed)?;
                    Some(found.ok_or(RecordsError::NotFound("cursor"))?)
                }
            };
            let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
            let state = state.map(DeliveryState::as_str);
            let values = params![scope.owner(), state, after, page.rows()];
            let rows = statement.query_map(values, listed).map_err(failed)?;
            let mut items = Vec::new();
            for found in rows {
                items.push(found.map_err(failed)?.ok_or_else(unreadable)?);
            }
            Ok(page.page(items, |item| item.id))
        })
    }
}

fn due(
    connection: &Connection,
    now: UnixMillis,
    limit: usize,
    each: usize,
) -> rusqlite::Result<Vec<i64>> {
    // The window function keeps a receiver that is down from taking the turns of others.
    let sql = "SELECT n FROM (
                   SELECT n, due, state, row_number() OVER (
                       PARTITION BY subscription ORDER BY state = 'waiting', due, n) AS turn
                   FROM deliveries
                   WHERE state = 'sending' OR (state = 'waiting' AND due <= ?1))
               WHERE state = 'waiting' AND turn <= ?2 ORDER BY due, n LIMIT ?3";
    let count = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![now.0, count(each), count(limit)], |row| row.get(0))?;
    rows.collect()
}

fn taken(connection: &Connection, n: i64) -> rusqlite::Result<Option<Claimed>> {
    let sql = "SELECT d.id, d.attempts, s.id, s.url, s.secrets, e.payload
               FROM deliveries d JOIN subscriptions s ON s.n = d.subscription
                   JOIN events e ON e.n = d.event
               WHERE d.n = ?1";
    connection.prepare_cached(sql)?.query_row(params![n], |row| {
        let Some(secrets) = subscriptions::secrets(&row.get::<_, String>(4)?) else {
            return Ok(None);
        };
        Ok(Some(Claimed {
            id: RecordId(row.get(0)?),
            attempt: row.get(1)?,
            subscription: RecordId(row.get(2)?),
            url: row.get(3)?,
            secrets,
            payload: row.get(5)?,
        }))
    })
}

const LISTED: &str = "SELECT d.id, s.id, e.id, e.kind, d.state, d.attempts, d.due, d.answered,
        d.error
    FROM deliveries d JOIN subscriptions s ON s.n = d.subscription JOIN events e ON e.n = d.event";

fn listed(row: &Row<'_>) -> rusqlite::Result<Option<Delivery>> {
    let state: String = row.get(4)?;
    let state = DeliveryState::ALL.into_iter().find(|known| known.as_str() == state);
    let kind = row.get::<_, String>(3)?.parse().ok();
    let (Some(state), Some(kind)) = (state, kind) else { return Ok(None) };
    Ok(Some(Delivery {
        id: RecordId(row.get(0)?),
        subscription: RecordId(row.get(1)?),
        event: RecordId(row.get(2)?),
        kind,
        state,
        attempts: row.get(5)?,
        due: UnixMillis(row.get(6)?),
        answered: row.get(7)?,
        error: row.get(8)?,
    }))
}

fn number(connection: &Connection, scope: &Scope, id: RecordId) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT d.n FROM deliveries d JOIN subscriptions s ON s.n = d.subscription
               WHERE d.id = ?1 AND (?2 IS NULL OR s.owner = ?2)";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row(params![id.0, scope.owner()], |row| row.get(0)).optional()
}
