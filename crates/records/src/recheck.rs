//! Screening again what was answered earlier, when lists, tags, traces or rules changed.
//!
//! The addresses that have to be looked at stand in a table until they were; what is said of a
//! registration now is compared with what was last said of it, and is replaced by it in the
//! transaction that raises the alert. So a change gives one alert, however often the search is
//! begun again.

use std::path::Path;

use hawkshaw_model::Timestamp;
use hawkshaw_screening::{AddressKey, Query};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::alert::AlertQueue;
use crate::alerts::{self, Raise};
use crate::error::RecordsError;
use crate::keys::KeyId;
use crate::records::Records;
use crate::registration::QueryText;
use crate::verdict::GivenAnswer;

/// So many registrations are screened between two writes.
const STEP: usize = 2000;

/// So many addresses are marked between two writes.
const MARKED_AT_ONCE: usize = 4000;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// What is known of these addresses.
    Keys(Vec<AddressKey>),
    /// Nobody knows what: the rules, or what happened while no service ran.
    Everything,
}

/// Whoever answers queries now.
pub trait Rescreen {
    /// The answer.
    ///
    /// # Errors
    ///
    /// When the lookup fails: then the registration is looked at again later.
    fn answer(&self, query: &Query) -> Result<GivenAnswer, String>;
}

/// What a step did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecheckStep {
    /// Registrations that were screened again.
    pub screened: usize,
    /// Alerts that were raised.
    pub alerts: usize,
    /// Registrations whose lookup failed: begin again later, and they are looked at again.
    pub failed: usize,
    /// Why the first of them failed.
    pub reason: Option<String>,
    /// Where to go on; `None`: this was the last step.
    pub next: Option<AddressKey>,
}

/// A registration as the search reads it.
struct Candidate {
    n: i64,
    owner: KeyId,
    key: AddressKey,
    query: Query,
    fingerprint: [u8; 16],
}

/// A registration of which something else is said now.
pub(crate) struct Turned {
    pub(crate) n: i64,
    pub(crate) owner: KeyId,
    pub(crate) before: [u8; 16],
    pub(crate) answer: GivenAnswer,
}

/// An address that has to be looked at: up to which registration it was, and since which change.
struct Marked {
    key: AddressKey,
    generation: i64,
    after: i64,
}

impl Records {
    /// The version of the data for which changes were last looked for; `None`: never.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn data_version(&self) -> Result<Option<String>, RecordsError> {
        self.read(|connection, failed| data_version(connection).map_err(failed))
    }

    /// Says that answers come from other data from now on, and marks the registered ones among
    /// the changed addresses. To be called after the new data answer requests: what is answered
    /// from the old ones later than that is marked when it is registered. Stands still until it
    /// is on the disk. Gives how many addresses were marked; `None` where all are looked at.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or written. Everything is looked at then, later.
    pub fn answers_change(
        &self,
        version: &str,
        changed: &Changed,
    ) -> Result<Option<usize>, RecordsError> {
        let version = version.to_owned();
        self.write(move |connection, failed| begin_change(connection, &version).map_err(failed))
            .wait()?;
        let marked = match changed {
            Changed::Everything => None,
            Changed::Keys(keys) => Some(self.mark_registered(keys)?),
        };
        let is_all = marked.is_none();
        self.write(move |connection, failed| end_change(connection, is_all).map_err(failed))
            .wait()?;
        Ok(marked)
    }

    /// Marks those of the addresses that are registered.
    fn mark_registered(&self, keys: &[AddressKey]) -> Result<usize, RecordsError> {
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let mut marked = 0;
        for some in sorted.chunks(MARKED_AT_ONCE) {
            let registered = self.read(|connection, failed| {
                let sql = "SELECT 1 FROM registrations WHERE address_key = ?1";
                let mut statement = connection.prepare_cached(sql).map_err(failed)?;
                let mut registered = Vec::new();
                for key in some {
                    if statement.exists(params![key.0]).map_err(failed)? {
                        registered.push(*key);
                    }
                }
                Ok(registered)
            })?;
            if registered.is_empty() {
                continue;
            }
            marked += registered.len();
            self.write(move |connection, failed| {
                registered.iter().try_for_each(|key| mark(connection, *key)).map_err(failed)
            })
            .wait()?;
        }
        Ok(marked)
    }

    /// Screens the next registrations that have to be looked at, and raises alerts in the
    /// retroactive queue where something else is said now. `screen` must answer from data that
    /// are not older than the last [`answers_change`](Self::answers_change). To be called by one
    /// thread, first without a place and then with that which the step before gave, until none
    /// is given.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or written. Nothing is forgotten then.
    pub fn recheck(
        &self,
        screen: &dyn Rescreen,
        from: Option<AddressKey>,
        now: Timestamp,
    ) -> Result<RecheckStep, RecordsError> {
        match self.recheck_marked(screen, from, now)? {
            Some(step) => Ok(step),
            None => self.recheck_everything(screen, now),
        }
    }

    /// A step over the marked addresses; `None`: there are none behind the place.
    fn recheck_marked(
        &self,
        screen: &dyn Rescreen,
        from: Option<AddressKey>,
        now: Timestamp,
    ) -> Result<Option<RecheckStep>, RecordsError> {
        let (marked, candidates) = self.read(|connection, failed| {
            let mut marked = marked(connection, from).map_err(failed)?;
            let mut candidates: Vec<Candidate> = Vec::new();
            let mut seen = 0;
            for one in &marked {
                let room = STEP.saturating_sub(candidates.len());
                if room == 0 {
                    break;
                }
                candidates.extend(of_address(connection, one, room).map_err(failed)?);
                seen += 1;
            }
            marked.truncate(seen);
            Ok((marked, candidates))
        })?;
        let Some(last) = marked.last().map(|last| last.key) else { return Ok(None) };
        // Of the last address there may be more than fitted.
        let end = candidates.last().filter(|_| candidates.len() >= STEP);
        let cut = end.filter(|end| end.key == last).map(|end| end.n);
        let Compared { turned, stuck, mut step } = compare(screen, candidates, now);
        let before_last = marked.len().checked_sub(2).and_then(|at| marked.get(at));
        step.next = match cut.filter(|_| !stuck.contains(&last)) {
            None => Some(last),
            Some(_) => Some(before_last.map_or_else(|| before(last), |one| one.key)),
        };
        let path = self.path().to_path_buf();
        step.alerts = self
            .write(move |connection, failed| {
                let alerts = turn(connection, &turned, now, &path)?;
                for one in marked.iter().filter(|one| !stuck.contains(&one.key)) {
                    let goes_on = cut.filter(|_| one.key == last);
                    unmark(connection, one, goes_on).map_err(failed)?;
                }
                Ok(alerts)
            })
            .wait()?;
        Ok(Some(step))
    }

    /// A step over all registrations, where all have to be looked at.
    fn recheck_everything(
        &self,
        screen: &dyn Rescreen,
        now: Timestamp,
    ) -> Result<RecheckStep, RecordsError> {
        let (place, candidates) = self.read(|connection, failed| {
            let Some(place) = place(connection).map_err(failed)? else { return Ok((None, vec![])) };
            let candidates = behind(connection, &place).map_err(failed)?;
            Ok((Some(place), candidates))
        })?;
        let Some(place) = place else { return Ok(RecheckStep::default()) };
        let next = candidates.last().map(|last| Place { key: last.key, n: last.n, ..place });
        let Compared { turned, stuck, mut step } = compare(screen, candidates, now);
        step.next = next.as_ref().map(|_| AddressKey([0xff; 16]));
        let path = self.path().to_path_buf();
        step.alerts = self
            .write(move |connection, failed| {
                let alerts = turn(connection, &turned, now, &path)?;
                stuck.iter().try_for_each(|key| mark(connection, *key)).map_err(failed)?;
                keep_place(connection, &place, next.as_ref()).map_err(failed)?;
                Ok(alerts)
            })
            .wait()?;
        Ok(step)
    }
}

/// The largest key below one.
fn before(key: AddressKey) -> AddressKey {
    AddressKey(u128::from_be_bytes(key.0).saturating_sub(1).to_be_bytes())
}

/// What a comparison of answers gave.
struct Compared {
    turned: Vec<Turned>,
    /// The addresses whose lookup failed, in order.
    stuck: Vec<AddressKey>,
    step: RecheckStep,
}

/// Screens candidates, and says which of them are answered otherwise now.
fn compare(screen: &dyn Rescreen, candidates: Vec<Candidate>, now: Timestamp) -> Compared {
    let mut step = RecheckStep { screened: candidates.len(), ..RecheckStep::default() };
    let (mut turned, mut stuck) = (Vec::new(), Vec::new());
    for mut candidate in candidates {
        candidate.query.now = Some(now);
        match screen.answer(&candidate.query) {
            Ok(answer) if answer.verdict.fingerprint() == candidate.fingerprint => {}
            Ok(answer) => {
                let Candidate { n, owner, fingerprint, .. } = candidate;
                turned.push(Turned { n, owner, before: fingerprint, answer });
            }
            Err(why) => {
                step.failed += 1;
                step.reason.get_or_insert(why);
                stuck.push(candidate.key);
            }
        }
    }
    stuck.sort_unstable();
    stuck.dedup();
    Compared { turned, stuck, step }
}

/// Replaces what was last said, and raises an alert for each registration of which nobody else
/// has replaced it since it was read. Gives how many.
pub(crate) fn turn(
    connection: &Connection,
    turned: &[Turned],
    now: Timestamp,
    path: &Path,
) -> Result<usize, RecordsError> {
    let failed = |error: rusqlite::Error| RecordsError::sqlite(path, &error);
    let mut alerts = 0;
    for one in turned {
        let Some(earlier) = replace(connection, one).map_err(failed)? else { continue };
        let raised = Raise {
            registration: one.n,
            owner: &one.owner,
            queue: AlertQueue::Retroactive,
            earlier: Some(&earlier),
            answer: &one.answer,
            now,
        };
        alerts::raise(connection, &raised, path)?;
        alerts += 1;
    }
    Ok(alerts)
}

/// Replaces what was last said by what is said now; gives the verdict before, or `None` where it
/// was replaced meanwhile.
fn replace(connection: &Connection, one: &Turned) -> rusqlite::Result<Option<String>> {
    let verdict = &one.answer.verdict;
    let version = version_number(connection, &verdict.data_version)?;
    let changed = connection
        .prepare_cached(
            "UPDATE registrations SET status = ?3, action = ?4, rule = ?5, fingerprint = ?6,
                 data_version = ?7
             WHERE n = ?1 AND fingerprint = ?2 AND removed IS NULL",
        )?
        .execute(params![
            one.n,
            one.before,
            verdict.status.as_str(),
            verdict.action.as_str(),
            verdict.rule,
            verdict.fingerprint(),
            version
        ])?;
    if changed == 0 {
        return Ok(None);
    }
    let earlier: String = connection
        .prepare_cached(
            "SELECT coalesce(latest_verdict, given_verdict) FROM answers WHERE registration = ?1",
        )?
        .query_row(params![one.n], |row| row.get(0))?;
    connection
        .prepare_cached(
            "UPDATE answers SET latest = ?2, latest_verdict = ?3 WHERE registration = ?1",
        )?
        .execute(params![one.n, one.answer.json, verdict.to_text()])?;
    Ok(Some(earlier))
}

/// The number of a version of the data in its table.
pub(crate) fn version_number(connection: &Connection, version: &str) -> rusqlite::Result<i64> {
    let mut find = connection.prepare_cached("SELECT n FROM data_versions WHERE text = ?1")?;
    let found = find.query_row(params![version], |row| row.get(0)).optional()?;
    if let Some(n) = found {
        return Ok(n);
    }
    connection
        .prepare_cached("INSERT INTO data_versions (text) VALUES (?1)")?
        .insert(params![version])
}

pub(crate) fn data_version(connection: &Connection) -> rusqlite::Result<Option<String>> {
    meta(connection, "data_version")
}

pub(crate) fn meta(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
    statement.query_row(params![name], |row| row.get(0)).optional()
}

pub(crate) fn set_meta(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO meta (name, value) VALUES (?1, ?2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute(params![name, value]).map(|_| ())
}

fn forget_meta(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("DELETE FROM meta WHERE name = ?1")?;
    statement.execute(params![name]).map(|_| ())
}

/// Counts changes, so that an address that is marked again while it is looked at stays marked.
fn generation(connection: &Connection) -> rusqlite::Result<i64> {
    Ok(meta(connection, "generation")?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

fn begin_change(connection: &Connection, version: &str) -> rusqlite::Result<()> {
    set_meta(connection, "data_version", version)?;
    set_meta(connection, "generation", &(generation(connection)? + 1).to_string())?;
    set_meta(connection, "is_changing", "1")
}

fn end_change(connection: &Connection, is_all: bool) -> rusqlite::Result<()> {
    if is_all {
        let start = Place { key: AddressKey([0; 16]), n: 0, generation: generation(connection)? };
        set_meta(connection, "everything", &start.to_text())?;
    }
    forget_meta(connection, "is_changing")
}

/// A change whose addresses were not all marked when the process ended: all are looked at.
pub(crate) fn recover(connection: &Connection) -> rusqlite::Result<()> {
    if meta(connection, "is_changing")?.is_some() {
        end_change(connection, true)?;
    }
    Ok(())
}

/// Marks an address: its registrations are screened again.
pub(crate) fn mark(connection: &Connection, key: AddressKey) -> rusqlite::Result<()> {
    let generation = generation(connection)? + 1;
    set_meta(connection, "generation", &generation.to_string())?;
    connection
        .prepare_cached(
            "INSERT INTO recheck (address_key, generation, after) VALUES (?1, ?2, 0)
             ON CONFLICT (address_key) DO UPDATE
                 SET generation = excluded.generation, after = 0",
        )?
        .execute(params![key.0, generation])?;
    Ok(())
}

fn marked(connection: &Connection, from: Option<AddressKey>) -> rusqlite::Result<Vec<Marked>> {
    let sql = "SELECT address_key, generation, after FROM recheck
               WHERE address_key > ?1 ORDER BY address_key LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    // The empty blob comes before all others.
    let from: &[u8] = match &from {
        Some(key) => &key.0,
        None => &[],
    };
    let most = i64::try_from(STEP).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![from, most], |row| {
        Ok(Marked { key: AddressKey(row.get(0)?), generation: row.get(1)?, after: row.get(2)? })
    })?;
    rows.collect()
}

/// An address was looked at: up to a registration, or in all.
fn unmark(connection: &Connection, one: &Marked, goes_on: Option<i64>) -> rusqlite::Result<()> {
    let sql = match goes_on {
        None => "DELETE FROM recheck WHERE address_key = ?1 AND generation = ?2 AND ?3 IS NULL",
        Some(_) => "UPDATE recheck SET after = ?3 WHERE address_key = ?1 AND generation = ?2",
    };
    connection.prepare_cached(sql)?.execute(params![one.key.0, one.generation, goes_on])?;
    Ok(())
}

/// The columns of [`candidate`].
const SELECT: &str = "SELECT n, owner, address_key, address, chain, direction, asset, amount, usd,
        fingerprint FROM registrations";

fn candidate(row: &Row<'_>) -> rusqlite::Result<Option<Candidate>> {
    let query = QueryText {
        address: row.get(3)?,
        chain: row.get(4)?,
        direction: row.get(5)?,
        asset: row.get(6)?,
        amount: row.get(7)?,
        usd: row.get(8)?,
    };
    let owner: String = row.get(1)?;
    let (Some(query), Ok(owner)) = (query.query(), owner.parse()) else { return Ok(None) };
    Ok(Some(Candidate {
        n: row.get(0)?,
        owner,
        key: AddressKey(row.get(2)?),
        query,
        fingerprint: row.get(9)?,
    }))
}

/// The registrations of a marked address that were not looked at yet.
fn of_address(
    connection: &Connection,
    one: &Marked,
    room: usize,
) -> rusqlite::Result<Vec<Candidate>> {
    let sql = format!(
        "{SELECT} WHERE address_key = ?1 AND n > ?2 AND removed IS NULL ORDER BY n LIMIT ?3"
    );
    let room = i64::try_from(room).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![one.key.0, one.after, room], candidate)?;
    rows.map(|row| row?.ok_or_else(foreign)).collect()
}

/// Where a search through everything stands.
#[derive(Debug, Clone)]
struct Place {
    key: AddressKey,
    n: i64,
    generation: i64,
}

impl Place {
    fn to_text(&self) -> String {
        format!("{:?} {} {}", self.key, self.n, self.generation)
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let key = u128::from_str_radix(parts.next()?, 16).ok()?;
        let n = parts.next()?.parse().ok()?;
        let generation = parts.next()?.parse().ok()?;
        Some(Self { key: AddressKey(key.to_be_bytes()), n, generation })
    }
}

fn place(connection: &Connection) -> rusqlite::Result<Option<Place>> {
    match meta(connection, "everything")? {
        None => Ok(None),
        Some(text) => Place::from_text(&text).map(Some).ok_or_else(foreign),
    }
}

/// The registrations behind a place.
fn behind(connection: &Connection, place: &Place) -> rusqlite::Result<Vec<Candidate>> {
    let sql = format!(
        "{SELECT} WHERE address_key >= ?1 AND (address_key, n) > (?1, ?2) AND removed IS NULL
         ORDER BY address_key, n LIMIT ?3"
    );
    let most = i64::try_from(STEP).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![place.key.0, place.n, most], candidate)?;
    rows.map(|row| row?.ok_or_else(foreign)).collect()
}

/// Keeps where the search stands, unless it was begun anew meanwhile.
fn keep_place(connection: &Connection, seen: &Place, next: Option<&Place>) -> rusqlite::Result<()> {
    let now = place(connection)?;
    if now.is_none_or(|now| now.generation != seen.generation) {
        return Ok(());
    }
    match next {
        Some(next) => set_meta(connection, "everything", &next.to_text()),
        None => forget_meta(connection, "everything"),
    }
}

fn foreign() -> rusqlite::Error {
    rusqlite::Error::InvalidQuery
}
