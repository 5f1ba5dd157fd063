//! Registering, and finding what is registered.

use hawkshaw_model::Timestamp;
use hawkshaw_screening::AddressKey;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::again::{Again, Rejoin};
use crate::alert::AlertQueue;
use crate::alerts::{self, Raise};
use crate::error::RecordsError;
use crate::id::RecordId;
use crate::idempotency::{InFlight, StoredResponse};
use crate::page::{Page, PageRequest};
use crate::promise::Promise;
use crate::recheck;
use crate::records::Records;
use crate::registration::{
    NewRegistration, QueryText, Registered, Registration, RegistrationFilter, RegistrationKind,
};
use crate::responses;
use crate::scope::Scope;
use crate::verdict::{GivenAnswer, Verdict};

/// Makes the response that is kept with what was registered, for a request that is repeated.
pub type Responder = Box<dyn FnOnce(&[Registered]) -> StoredResponse + Send>;

/// So many registrations are made by one call.
const BATCH_MAX: usize = 10_000;

impl Records {
    /// Registers, raises the alerts that are asked for, puts their events into the outbox, and
    /// keeps the response for a repeated request: all of it or nothing. It is on the disk when
    /// the promise is kept.
    ///
    /// What was registered before is given again, with what is answered now where that is
    /// another answer. Where something else was registered under the same reference, all of it
    /// is refused with [`RecordsError::Conflict`], which names the members.
    pub fn register(
        &self,
        new: Vec<NewRegistration>,
        response: Option<(InFlight, Responder)>,
    ) -> Promise<Result<Vec<Registered>, RecordsError>> {
        self.register_joining(new, response, None)
    }

    /// The same for a surface that has its own say about what is sent again.
    pub fn register_joining(
        &self,
        new: Vec<NewRegistration>,
        response: Option<(InFlight, Responder)>,
        rejoin: Option<Rejoin>,
    ) -> Promise<Result<Vec<Registered>, RecordsError>> {
        if new.len() > BATCH_MAX {
            let why = format!("{} registrations at once; at most {BATCH_MAX} are made", new.len());
            return Promise::kept(Err(RecordsError::Refused(why)));
        }
        if let Some(error) = new.iter().find_map(|one| one.check().err()) {
            return Promise::kept(Err(error));
        }
        let path = self.path().to_path_buf();
        let (in_flight, respond) = response.unzip();
        self.write_held(in_flight, move |connection, in_flight| {
            let failed = |error: rusqlite::Error| RecordsError::sqlite(&path, &error);
            let current = recheck::data_version(connection).map_err(failed)?;
            let (current, rejoin) = (current.as_deref(), rejoin.as_ref());
            let again = Again { connection, current, rejoin, path: &path };
            let mut done = Vec::with_capacity(new.len());
            for one in &new {
                done.push(register(&again, one)?);
            }
            if let (Some(in_flight), Some(respond)) = (in_flight, respond) {
                let response = respond(&done);
                responses::check(&response)?;
                responses::keep(connection, in_flight, &response).map_err(failed)?;
            }
            Ok(done)
        })
    }

    /// A registration.
    ///
    /// # Errors
    ///
    /// When there is none with that id in the scope.
    pub fn registration(&self, scope: &Scope, id: RecordId) -> Result<Registration, RecordsError> {
        let sql = format!("{SELECT} WHERE r.id = ?1 AND (?2 IS NULL OR r.owner = ?2)");
        self.read(|connection, failed| {
            let found = connection
                .prepare_cached(&sql)
                .and_then(|mut statement| {
                    statement.query_row(params![id.0, scope.owner()], row).optional()
                })
                .map_err(failed)?;
            found.ok_or(RecordsError::NotFound("registration"))?.ok_or_else(unreadable)
        })
    }

    /// Registrations, in the order in which they were made.
    ///
    /// # Errors
    ///
    /// When the cursor points at nothing in the scope.
    pub fn registrations(
        &self,
        scope: &Scope,
        filter: &RegistrationFilter,
        page: PageRequest,
    ) -> Result<Page<Registration>, RecordsError> {
        let kind = filter.kind.unwrap_or(RegistrationKind::Transfer);
        let (behind, order) = page.order();
        // An address or a reference finds few rows, an owner may have millions: the plus keeps
        // SQLite from walking through all of his.
        let plus = if filter.key.is_some() || filter.reference.is_some() { "+" } else { "" };
        let mut sql = format!("{SELECT} WHERE {plus}r.kind = ?1");
        let owner = scope.owner();
        match owner {
            Some(_) => sql.push_str(&format!(" AND {plus}r.owner = ?2")),
            None => sql.push_str(" AND ?2 IS NULL"),
        }
        let mut also = |is_given: bool, condition: &str, always: &str| {
            sql.push_str(if is_given { condition } else { always });
        };
        also(filter.key.is_some(), " AND r.address_key = ?3", " AND ?3 IS NULL");
        also(filter.reference.is_some(), " AND r.reference = ?4", " AND ?4 IS NULL");
        also(filter.user.is_some(), " AND r.subject = ?5", " AND ?5 IS NULL");
        also(filter.since.is_some(), " AND r.time >= ?6", " AND ?6 IS NULL");
        also(filter.until.is_some(), " AND r.time < ?7", " AND ?7 IS NULL");
        let bound = format!(" AND r.n {behind} ?8");
        also(page.after.is_some(), &bound, " AND ?8 IS NULL");
        sql.push_str(&format!(" ORDER BY r.n {order} LIMIT ?9"));
        self.read(|connection, failed| {
            let after = match page.after {
                None => None,
                Some(cursor) => Some(number(connection, scope, cursor.0).map_err(failed)?),
            };
            let after = match after {
                Some(None) => return Err(RecordsError::NotFound("cursor")),
                Some(found) => found,
                None => None,
            };
            let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
            let rows = statement.query_map(
                params![
                    kind.number(),
                    owner,
                    filter.key.map(|key| key.0),
                    filter.reference,
                    filter.user,
                    filter.since.map(Timestamp::to_unix),
                    filter.until.map(Timestamp::to_unix),
                    after,
                    page.rows()
                ],
                row,
            );
            let mut items = Vec::new();
            for found in rows.map_err(failed)? {
                items.push(found.map_err(failed)?.ok_or_else(unreadable)?);
            }
            Ok(page.page(items, |item| item.id))
        })
    }

    /// Ends watching. What was registered stays, and is not screened again.
    pub fn unwatch(
        &self,
        scope: &Scope,
        id: RecordId,
        now: Timestamp,
    ) -> Promise<Result<(), RecordsError>> {
        let owner = scope.owner().map(str::to_owned);
        self.write(move |connection, failed| {
            let sql = "UPDATE registrations SET removed = coalesce(removed, ?3)
                       WHERE id = ?1 AND (?2 IS NULL OR owner = ?2)";
            let changed = connection
                .prepare_cached(sql)
                .and_then(|mut statement| statement.execute(params![id.0, owner, now.to_unix()]))
                .map_err(failed)?;
            if changed == 0 { Err(RecordsError::NotFound("registration")) } else { Ok(()) }
        })
    }
}

/// The columns of [`row`].
pub(crate) const SELECT: &str =
    "SELECT r.id, r.owner, r.kind, r.time, r.address, r.address_key, r.chain,
        r.direction, r.asset, r.amount, r.usd, r.subject, r.reference, r.removed,
        a.extra, a.given, a.given_verdict, a.latest, a.latest_verdict
    FROM registrations r JOIN answers a ON a.registration = r.n";

/// A row; `None` inside where what stands there is none of ours.
pub(crate) fn row(row: &Row<'_>) -> rusqlite::Result<Option<Registration>> {
    let query = QueryText {
        address: row.get(4)?,
        chain: row.get(6)?,
        direction: row.get(7)?,
        asset: row.get(8)?,
        amount: row.get(9)?,
        usd: row.get(10)?,
    };
    let answer = |json: Option<String>, verdict: Option<String>| {
        let verdict = Verdict::from_text(&verdict?)?;
        Some(GivenAnswer { verdict, json: json? })
    };
    let latest: Option<String> = row.get(17)?;
    let has_latest = latest.is_some();
    let latest = answer(latest, row.get(18)?);
    let time = |seconds| Timestamp::from_unix(seconds).ok();
    let parts = (
        query.query(),
        RegistrationKind::of_number(row.get(2)?),
        time(row.get(3)?),
        row.get::<_, String>(1)?.parse().ok(),
        answer(row.get(15)?, row.get(16)?),
    );
    let (Some(query), Some(kind), Some(time), Some(owner), Some(given)) = parts else {
        return Ok(None);
    };
    if has_latest && latest.is_none() {
        return Ok(None);
    }
    let user: String = row.get(11)?;
    Ok(Some(Registration {
        id: RecordId(row.get(0)?),
        owner,
        kind,
        time,
        query,
        key: row.get::<_, Option<[u8; 16]>>(5)?.map(AddressKey),
        user: Some(user).filter(|user| !user.is_empty()),
        reference: row.get(12)?,
        extra: row.get(14)?,
        removed: row.get::<_, Option<i64>>(13)?.and_then(|at| Timestamp::from_unix(at).ok()),
        given,
        latest,
    }))
}

pub(crate) fn unreadable() -> RecordsError {
    RecordsError::Database("a record is none that this program wrote".to_owned())
}

/// The number of a registration in its table.
fn number(connection: &Connection, scope: &Scope, id: RecordId) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT n FROM registrations WHERE id = ?1 AND (?2 IS NULL OR owner = ?2)";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row(params![id.0, scope.owner()], |row| row.get(0)).optional()
}

fn register(again: &Again<'_>, new: &NewRegistration) -> Result<Registered, RecordsError> {
    let Again { connection, current, path, .. } = *again;
    let failed = |error: rusqlite::Error| RecordsError::sqlite(path, &error);
    if let Some(found) = again.find(new)? {
        return Ok(found);
    }
    let n = insert(connection, new).map_err(failed)?;
    let verdict = &new.answer.verdict;
    if let (Some(key), true) = (new.key, current != Some(verdict.data_version.as_str())) {
        // It was answered from other data than those that were last searched for changes.
        recheck::mark(connection, key).map_err(failed)?;
    }
    let mut alert = None;
    if new.is_alert {
        let raise = Raise {
            registration: n,
            owner: &new.owner,
            queue: AlertQueue::Immediate,
            earlier: None,
            answer: &new.answer,
            now: new.time,
        };
        alert = Some(alerts::raise(connection, &raise, path)?);
    }
    let registration = Registration {
        id: new.id,
        owner: new.owner.clone(),
        kind: new.kind,
        time: new.time,
        query: new.query.clone(),
        key: new.key,
        user: new.user.clone(),
        reference: new.reference.clone(),
        extra: new.extra.clone(),
        removed: None,
        given: new.answer.clone(),
        latest: None,
    };
    Ok(Registered { registration, is_new: true, alert })
}

fn insert(connection: &Connection, new: &NewRegistration) -> rusqlite::Result<i64> {
    let verdict = &new.answer.verdict;
    let version = recheck::version_number(connection, &verdict.data_version)?;
    let query = QueryText::of(&new.query);
    let mut statement = connection.prepare_cached(
        "INSERT INTO registrations (id, owner, kind, time, address, address_key, chain, direction,
             asset, amount, usd, subject, reference, identity, status, action, rule, fingerprint,
             data_version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
             ?19)",
    )?;
    let n = statement.insert(params![
        new.id.0,
        new.owner.as_str(),
        new.kind.number(),
        new.time.to_unix(),
        query.address,
        new.key.map(|key| key.0),
        query.chain,
        query.direction,
        query.asset,
        query.amount,
        query.usd,
        new.user.as_deref().unwrap_or_default(),
        new.reference,
        new.identity().map(|identity| identity.0),
        verdict.status.as_str(),
        verdict.action.as_str(),
        verdict.rule,
        verdict.fingerprint(),
        version
    ])?;
    connection
        .prepare_cached(
            "INSERT INTO answers (registration, given, given_verdict, extra)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![n, new.answer.json, verdict.to_text(), new.extra])?;
    Ok(n)
}
