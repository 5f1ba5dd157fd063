//! Raising alerts, finding them, and working on them.

use std::path::Path;

use hawkshaw_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::alert::{
    Alert, AlertChange, AlertEvent, AlertFilter, AlertQueue, AlertState, NewAlert, TEXT_MAX,
};
use crate::error::RecordsError;
use crate::id::RecordId;
use crate::keys::KeyId;
use crate::outbox;
use crate::page::{Page, PageRequest};
use crate::promise::Promise;
use crate::records::Records;
use crate::registration::RegistrationKind;
use crate::registrations::unreadable;
use crate::scope::Scope;
use crate::subscription::EventKind;
use crate::verdict::{GivenAnswer, Verdict};

/// So many things may happen to an alert.
const HISTORY_MAX: i64 = 10_000;

/// What an alert is raised with.
pub(crate) struct Raise<'a> {
    pub(crate) registration: i64,
    pub(crate) owner: &'a KeyId,
    pub(crate) queue: AlertQueue,
    pub(crate) earlier: Option<&'a str>,
    pub(crate) answer: &'a GivenAnswer,
    pub(crate) now: Timestamp,
}

/// Raises an alert and puts its event into the outbox, in the transaction at hand.
pub(crate) fn raise(
    connection: &Connection,
    new: &Raise<'_>,
    path: &Path,
) -> Result<RecordId, RecordsError> {
    let failed = |error: rusqlite::Error| RecordsError::sqlite(path, &error);
    let id = RecordId::new()?;
    let n = insert(connection, new, id).map_err(failed)?;
    record(connection, n, 0, (new.now, "hawkshaw", "raised", None)).map_err(failed)?;
    let alert = find(connection, n, new.now).map_err(failed)?.ok_or_else(unreadable)?;
    outbox::publish(connection, EventKind::AlertRaised, &alert, new.now, path)?;
    Ok(id)
}

fn insert(connection: &Connection, new: &Raise<'_>, id: RecordId) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO alerts (id, owner, queue, registration, state, earlier, verdict, answer,
                 created, updated, entries)
             VALUES (?1, ?2, ?3, ?4, 'open', ?5, ?6, ?7, ?8, ?8, 1)",
        )?
        .insert(params![
            id.0,
            new.owner.as_str(),
            new.queue.as_str(),
            new.registration,
            new.earlier,
            new.answer.verdict.to_text(),
            new.answer.json,
            new.now.to_unix()
        ])
}

fn record(
    connection: &Connection,
    alert: i64,
    entry: i64,
    (time, who, what, text): (Timestamp, &str, &str, Option<String>),
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO alert_history (alert, entry, time, who, what, text)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![alert, entry, time.to_unix(), who, what, text])?;
    Ok(())
}

/// The columns of [`row`].
const SELECT: &str = "SELECT l.id, l.owner, l.queue, r.id, r.kind, r.address, r.chain, r.subject,
        r.reference, l.earlier, l.verdict, l.answer, l.state, l.assignee, l.snoozed_until,
        l.reason, l.created, l.updated
    FROM alerts l JOIN registrations r ON r.n = l.registration";

/// A row; `None` where what stands there is none of ours. What was snoozed until now is open.
fn row(row: &Row<'_>, now: Timestamp) -> rusqlite::Result<Option<Alert>> {
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let time = |seconds: Option<i64>| seconds.and_then(|at| Timestamp::from_unix(at).ok());
    let until = time(row.get(14)?);
    let earlier = text(9)?;
    let has_earlier = earlier.is_some();
    let earlier = earlier.and_then(|text| Verdict::from_text(&text));
    let parts = (
        text(1)?.and_then(|owner| owner.parse().ok()),
        text(2)?.and_then(|queue| queue.parse().ok()),
        RegistrationKind::of_number(row.get(4)?),
        text(10)?.and_then(|text| Verdict::from_text(&text)),
        text(12)?.and_then(|state| state.parse().ok()),
        time(row.get(16)?),
        time(row.get(17)?),
    );
    let (
        Some(owner),
        Some(queue),
        Some(kind),
        Some(verdict),
        Some(state),
        Some(created),
        Some(updated),
    ) = parts
    else {
        return Ok(None);
    };
    if has_earlier != earlier.is_some() {
        return Ok(None);
    }
    let has_woken = state == AlertState::Snoozed && until.is_none_or(|until| until <= now);
    Ok(Some(Alert {
        id: RecordId(row.get(0)?),
        owner,
        queue,
        registration: RecordId(row.get(3)?),
        kind,
        address: row.get(5)?,
        chain: text(6)?,
        user: text(7)?.filter(|user| !user.is_empty()),
        reference: text(8)?,
        earlier,
        verdict,
        answer: row.get(11)?,
        state: if has_woken { AlertState::Open } else { state },
        assignee: text(13)?,
        snoozed_until: until.filter(|_| !has_woken),
        reason: text(15)?,
        created,
        updated,
    }))
}

fn find(connection: &Connection, n: i64, now: Timestamp) -> rusqlite::Result<Option<Alert>> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE l.n = ?1"))?;
    statement.query_row(params![n], |found| row(found, now))
}

fn number(
    connection: &Connection,
    scope: &Scope,
    id: RecordId,
) -> rusqlite::Result<Option<(i64, i64)>> {
    let sql = "SELECT n, entries FROM alerts WHERE id = ?1 AND (?2 IS NULL OR owner = ?2)";
    let mut statement = connection.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    statement.query_row(params![id.0, scope.owner()], read).optional()
}

impl Records {
    /// An alert.
    ///
    /// # Errors
    ///
    /// When there is none with that id in the scope.
    pub fn alert(
        &self,
        scope: &Scope,
        id: RecordId,
        now: Timestamp,
    ) -> Result<Alert, RecordsError> {
        self.read(|connection, failed| {
            let found = number(connection, scope, id).map_err(failed)?;
            let (n, _) = found.ok_or(RecordsError::NotFound("alert"))?;
            find(connection, n, now).map_err(failed)?.ok_or_else(unreadable)
        })
    }

    /// What happened to an alert, from the beginning.
    ///
    /// # Errors
    ///
    /// When there is none with that id in the scope.
    pub fn alert_history(
        &self,
        scope: &Scope,
        id: RecordId,
    ) -> Result<Vec<AlertEvent>, RecordsError> {
        let sql = "SELECT time, who, what, text FROM alert_history WHERE alert = ?1 ORDER BY entry";
        self.read(|connection, failed| {
            let found = number(connection, scope, id).map_err(failed)?;
            let (n, _) = found.ok_or(RecordsError::NotFound("alert"))?;
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            let rows = statement.query_map(params![n], |row| {
                Ok(AlertEvent {
                    time: Timestamp::from_unix(row.get(0)?).unwrap_or_default(),
                    who: row.get(1)?,
                    what: row.get(2)?,
                    text: row.get(3)?,
                })
            });
            rows.map_err(failed)?.collect::<Result<_, _>>().map_err(failed)
        })
    }

    /// Alerts, in the order in which they were raised.
    ///
    /// # Errors
    ///
    /// When the cursor points at nothing in the scope.
    pub fn alerts(
        &self,
        scope: &Scope,
        filter: &AlertFilter,
        page: PageRequest,
        now: Timestamp,
    ) -> Result<Page<Alert>, RecordsError> {
        let (behind, order) = page.order();
        let woken = "(l.state = 'snoozed' AND coalesce(l.snoozed_until, 0) <= ?4)";
        let state = match filter.state {
            None => "?4 > 0 OR ?4 <= 0".to_owned(),
            Some(AlertState::Open) => format!("l.state = 'open' OR {woken}"),
            Some(AlertState::Snoozed) => format!("l.state = 'snoozed' AND NOT {woken}"),
            Some(AlertState::Closed) => "l.state = 'closed' AND ?4 = ?4".to_owned(),
        };
        // Conditions are written out where they are wanted, so that an index answers them in the
        // order of the page; the alerts of one registration are few.
        let (plus, registration) = match filter.registration {
            Some(_) => ("+", "l.registration = (SELECT n FROM registrations WHERE id = ?3)"),
            None => ("", "?3 IS NULL"),
        };
        let owner = match scope.owner() {
            Some(_) => format!("{plus}l.owner = ?1"),
            None => "?1 IS NULL".to_owned(),
        };
        let queue = match filter.queue {
            Some(_) => format!("{plus}l.queue = ?2"),
            None => "?2 IS NULL".to_owned(),
        };
        let sql = format!(
            "{SELECT} WHERE {owner} AND {queue} AND {registration} AND ({state})
                 AND (?5 IS NULL OR l.n {behind} ?5)
             ORDER BY l.n {order} LIMIT ?6"
        );
        self.read(|connection, failed| {
            let after = match page.after {
                None => None,
                Some(cursor) => {
                    let found = number(connection, scope, cursor.0).map_err(failed)?;
                    Some(found.ok_or(RecordsError::NotFound("cursor"))?.0)
                }
            };
            let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
            let parameters = params![
                scope.owner(),
                filter.queue.map(AlertQueue::as_str),
                filter.registration.map(|id| id.0),
                now.to_unix(),
                after,
                page.rows()
            ];
            let rows = statement.query_map(parameters, |found| row(found, now)).map_err(failed)?;
            let mut items = Vec::new();
            for found in rows {
                items.push(found.map_err(failed)?.ok_or_else(unreadable)?);
            }
            Ok(page.page(items, |item| item.id))
        })
    }

    /// Raises an alert about a registration, with what is said of it now.
    pub fn raise(&self, scope: &Scope, new: NewAlert) -> Promise<Result<RecordId, RecordsError>> {
        let owner = scope.owner().map(str::to_owned);
        let path = self.path().to_path_buf();
        self.write(move |connection, failed| {
            let sql = "SELECT r.n, r.owner, coalesce(a.latest, a.given),
                           coalesce(a.latest_verdict, a.given_verdict)
                       FROM registrations r JOIN answers a ON a.registration = r.n
                       WHERE r.id = ?1 AND (?2 IS NULL OR r.owner = ?2)";
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            let read = |row: &Row<'_>| {
                let owner: String = row.get(1)?;
                let verdict: String = row.get(3)?;
                Ok((row.get::<_, i64>(0)?, owner, row.get::<_, String>(2)?, verdict))
            };
            let found = statement.query_row(params![new.registration.0, owner], read).optional();
            let found = found.map_err(failed)?.ok_or(RecordsError::NotFound("registration"))?;
            let (registration, owner, json, verdict) = found;
            let owner: KeyId = owner.parse().map_err(|_| unreadable())?;
            let verdict = Verdict::from_text(&verdict).ok_or_else(unreadable)?;
            let raised = Raise {
                registration,
                owner: &owner,
                queue: new.queue,
                earlier: None,
                answer: &GivenAnswer { verdict, json },
                now: new.time,
            };
            raise(connection, &raised, &path)
        })
    }

    /// Does something with an alert, and puts the event into the outbox.
    pub fn change_alert(
        &self,
        scope: &Scope,
        id: RecordId,
        change: AlertChange,
        who: &str,
        now: Timestamp,
    ) -> Promise<Result<Alert, RecordsError>> {
        if let Err(error) = check(&change, who, now) {
            return Promise::kept(Err(error));
        }
        let (scope, who) = (scope.clone(), who.to_owned());
        let path = self.path().to_path_buf();
        self.write(move |connection, failed| {
            let found = number(connection, &scope, id).map_err(failed)?;
            let (n, entries) = found.ok_or(RecordsError::NotFound("alert"))?;
            let before = find(connection, n, now).map_err(failed)?.ok_or_else(unreadable)?;
            allow(&before, &change, entries)?;
            apply(connection, n, &change, now).map_err(failed)?;
            let entry = (now, who.as_str(), change.as_str(), change.text());
            record(connection, n, entries, entry).map_err(failed)?;
            let after = find(connection, n, now).map_err(failed)?.ok_or_else(unreadable)?;
            outbox::publish(connection, EventKind::AlertChanged, &after, now, &path)?;
            Ok(after)
        })
    }
}

fn check(change: &AlertChange, who: &str, now: Timestamp) -> Result<(), RecordsError> {
    let text = change.text();
    let longest = text.as_ref().map_or(0, String::len).max(who.len());
    if longest > TEXT_MAX {
        let why = format!("a text of {longest} bytes; at most {TEXT_MAX} are kept");
        return Err(RecordsError::Refused(why));
    }
    let must_speak = matches!(change, AlertChange::Comment(_) | AlertChange::Close(_));
    if must_speak && text.is_none_or(|text| text.trim().is_empty()) {
        let why = "a comment and the reason of a closure may not be empty".to_owned();
        return Err(RecordsError::Refused(why));
    }
    if matches!(change, AlertChange::Snooze(until) if *until <= now) {
        let why = "an alert is snoozed until a time that is still to come".to_owned();
        return Err(RecordsError::Refused(why));
    }
    Ok(())
}

fn allow(alert: &Alert, change: &AlertChange, entries: i64) -> Result<(), RecordsError> {
    let is_closed = alert.state == AlertState::Closed;
    let why = match change {
        _ if entries >= HISTORY_MAX => {
            format!("{HISTORY_MAX} things happened to the alert, and no more are kept")
        }
        AlertChange::Snooze(_) | AlertChange::Close(_) | AlertChange::Assign(_) if is_closed => {
            format!("the alert is closed: reopen it before it is {}", change.as_str())
        }
        AlertChange::Reopen if alert.state == AlertState::Open => {
            "the alert is open already".to_owned()
        }
        _ => return Ok(()),
    };
    Err(RecordsError::Conflict(why))
}

fn apply(
    connection: &Connection,
    n: i64,
    change: &AlertChange,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let (set, value): (&str, rusqlite::types::Value) = match change {
        AlertChange::Assign(who) => ("assignee = ?3", who.clone().into()),
        AlertChange::Comment(_) => ("assignee = coalesce(assignee, ?3)", None::<String>.into()),
        AlertChange::Snooze(until) => {
            ("state = 'snoozed', snoozed_until = ?3", until.to_unix().into())
        }
        AlertChange::Close(reason) => {
            ("state = 'closed', snoozed_until = NULL, reason = ?3", reason.clone().into())
        }
        AlertChange::Reopen => {
            ("state = 'open', snoozed_until = NULL, reason = ?3", None::<String>.into())
        }
    };
    let sql = format!("UPDATE alerts SET updated = ?2, entries = entries + 1, {set} WHERE n = ?1");
    connection.prepare_cached(&sql)?.execute(params![n, now.to_unix(), value])?;
    Ok(())
}
