//! Something that was registered before and is sent again.
//!
//! The verdict that stands is told, so that what is sent has to be what it is about: where the
//! two differ in anything that a rule may look at, nothing is told and the difference is named.

use std::path::Path;

use hawkshaw_screening::Query;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::RecordsError;
use crate::recheck::{self, Turned};
use crate::registration::{NewRegistration, Registered, Registration, RegistrationKind};
use crate::registrations::{SELECT, row, unreadable};

/// What a surface makes of something that it sends again: what is kept beside the registration
/// from now on, or why the two contradict each other. A surface that joins has references that
/// name one transfer each: the same with another address is a contradiction too.
pub type Rejoin =
    Box<dyn Fn(&Registration, &NewRegistration) -> Result<Option<String>, RecordsError> + Send>;

/// What is needed to look at something that is sent again.
pub(crate) struct Again<'a> {
    pub(crate) connection: &'a Connection,
    /// The data that were last searched for changes.
    pub(crate) current: Option<&'a str>,
    pub(crate) rejoin: Option<&'a Rejoin>,
    pub(crate) path: &'a Path,
}

impl Again<'_> {
    /// What was registered before, where what is sent is the same; `None`: it is new.
    pub(crate) fn find(&self, new: &NewRegistration) -> Result<Option<Registered>, RecordsError> {
        let failed = |error: rusqlite::Error| RecordsError::sqlite(self.path, &error);
        let Some(identity) = new.identity() else { return Ok(None) };
        let sql = format!("{SELECT} WHERE r.identity = ?1");
        let found = self
            .connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.query_row(params![identity.0], row).optional())
            .map_err(failed)?;
        match found {
            Some(found) => self.joined(found.ok_or_else(unreadable)?, new).map(Some),
            None => self.refuse_another(new).map(|()| None),
        }
    }

    /// Refuses a reference that names one thing each where it is used for another.
    fn refuse_another(&self, new: &NewRegistration) -> Result<(), RecordsError> {
        let is_one = match new.kind {
            RegistrationKind::WithdrawalAttempt => true,
            RegistrationKind::Transfer => self.rejoin.is_some(),
            RegistrationKind::Address => false,
        };
        let Some(reference) = new.reference.as_ref().filter(|_| is_one) else { return Ok(()) };
        let failed = |error: rusqlite::Error| RecordsError::sqlite(self.path, &error);
        let sql = format!(
            "{SELECT} WHERE r.reference = ?1 AND +r.owner = ?2 AND +r.kind = ?3 AND r.subject = ?4"
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        let (owner, user) = (new.owner.as_str(), new.user.as_deref().unwrap_or_default());
        let values = params![reference, owner, new.kind.number(), user];
        let rows = statement.query_map(values, row).map_err(failed)?;
        for found in rows {
            let found = found.map_err(failed)?.ok_or_else(unreadable)?;
            // One transaction may move several assets to and from an address.
            let is_other = new.kind == RegistrationKind::Transfer
                && (found.query.asset != new.query.asset
                    || found.query.direction != new.query.direction);
            if !is_other {
                return Err(contradiction(&differences(&found, new)));
            }
        }
        Ok(())
    }

    fn joined(
        &self,
        mut found: Registration,
        new: &NewRegistration,
    ) -> Result<Registered, RecordsError> {
        let failed = |error: rusqlite::Error| RecordsError::sqlite(self.path, &error);
        let different = differences(&found, new);
        if found.kind != RegistrationKind::Address && !different.is_empty() {
            return Err(contradiction(&different));
        }
        if let Some(rejoin) = self.rejoin {
            let extra = rejoin(&found, new)?;
            if extra != found.extra {
                self.keep_extra(&found, extra.as_deref()).map_err(failed)?;
                found.extra = extra;
            }
        }
        if found.removed.take().is_some() {
            self.watch_again(new).map_err(failed)?;
        } else {
            self.look_again(&mut found, new)?;
        }
        Ok(Registered { registration: found, is_new: false, alert: None })
    }

    fn keep_extra(&self, found: &Registration, extra: Option<&str>) -> rusqlite::Result<()> {
        let sql = "UPDATE answers SET extra = ?2
                   WHERE registration = (SELECT n FROM registrations WHERE id = ?1)";
        self.connection.prepare_cached(sql)?.execute(params![found.id.0, extra]).map(|_| ())
    }

    /// Watches again what was no longer watched: what changed in between is looked for.
    fn watch_again(&self, new: &NewRegistration) -> rusqlite::Result<()> {
        let identity = new.identity().map(|identity| identity.0);
        self.connection
            .prepare_cached("UPDATE registrations SET removed = NULL WHERE identity = ?1")?
            .execute(params![identity])?;
        new.key.map_or(Ok(()), |key| recheck::mark(self.connection, key))
    }

    /// Takes over what was just answered where it is another answer, as the search through
    /// earlier ones would a moment later: nobody is told less than is known. What was answered
    /// from other data than the search knows may be the older answer, and is taken over where it
    /// is the sterner one; the search decides then.
    fn look_again(
        &self,
        found: &mut Registration,
        new: &NewRegistration,
    ) -> Result<(), RecordsError> {
        let failed = |error: rusqlite::Error| RecordsError::sqlite(self.path, &error);
        let (before, now) = (found.verdict(), &new.answer.verdict);
        let is_current = self.current == Some(now.data_version.as_str());
        if let (Some(key), false) = (new.key, is_current) {
            recheck::mark(self.connection, key).map_err(failed)?;
        }
        let is_same = before.fingerprint() == now.fingerprint();
        if is_same || !(is_current || now.action > before.action) {
            return Ok(());
        }
        let n = self.number(found).map_err(failed)?;
        let owner = found.owner.clone();
        let turned = Turned { n, owner, before: before.fingerprint(), answer: new.answer.clone() };
        if recheck::turn(self.connection, &[turned], new.time, self.path)? > 0 {
            found.latest = Some(new.answer.clone());
        }
        Ok(())
    }

    fn number(&self, found: &Registration) -> rusqlite::Result<i64> {
        let mut statement =
            self.connection.prepare_cached("SELECT n FROM registrations WHERE id = ?1")?;
        statement.query_row(params![found.id.0], |row| row.get(0))
    }
}

/// The members in which two things under one reference differ, with what each says.
fn differences(before: &Registration, now: &NewRegistration) -> Vec<String> {
    let is_elsewhere = match (before.key, now.key) {
        (Some(before), Some(now)) => before != now,
        _ => before.query.address != now.query.address,
    };
    let (before, now) = (&before.query, &now.query);
    let direction = |query: &Query| query.direction.map(|one| one.as_str().to_owned());
    let asset = |query: &Query| query.asset.as_ref().map(ToString::to_string);
    let amount = |query: &Query| query.amount.map(|amount| amount.to_string());
    let usd = |query: &Query| query.usd.map(|usd| usd.to_string());
    let chain = |query: &Query| query.chain.as_ref().map(ToString::to_string);
    let mut different: Vec<String> = [
        ("direction", direction(before), direction(now)),
        ("asset", asset(before), asset(now)),
        ("amount", amount(before), amount(now)),
        ("usd", usd(before), usd(now)),
        ("chain", chain(before), chain(now)),
    ]
    .into_iter()
    .filter(|(_, before, now)| before != now)
    .map(|(name, before, now)| said(name, before.as_deref(), now.as_deref()))
    .collect();
    if is_elsewhere {
        different.push(said("address", Some(&before.address), Some(&now.address)));
    }
    different
}

/// What a member said and says.
pub(crate) fn said(name: &str, before: Option<&str>, now: Option<&str>) -> String {
    let text = |text: Option<&str>| text.unwrap_or("not given").to_owned();
    format!("`{name}` was {} and is {}", text(before), text(now))
}

/// What is said where something else was registered under a reference.
pub(crate) fn contradiction(different: &[String]) -> RecordsError {
    RecordsError::Conflict(format!(
        "what was registered under this reference differs: {}; nothing was changed and nothing is \
         said of what was sent: register it under a reference of its own",
        different.join(", ")
    ))
}
