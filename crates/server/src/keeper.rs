//! Follows what is done with keys, whoever does it: each change becomes a line of the audit log,
//! and whoever may hear of alerts no more is told of none. And notes how far the audit log is
//! known to be on the disk where its own files are not.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hawkshaw_model::Timestamp;
use hawkshaw_records::{
    ApiKey, AuditHead, AuditLog, KeyEvent, KeyId, KeyRefusal, Keys, Records, Role, Scope,
};
use serde_json::{Map, Value, json};

use crate::app::{App, OpenError};
use crate::clock;

/// How often it is looked: a key that is revoked has no webhook a second later.
const LOOK: Duration = Duration::from_millis(400);

/// After how many looks the end of the audit log is noted again.
const LOOKS_BETWEEN_NOTES: u32 = 12;

/// Follows what is done with keys.
#[derive(Debug)]
pub(crate) struct Keeper {
    keys: Arc<Keys>,
    records: Arc<Records>,
    audit: Arc<AuditLog>,
    /// The number of the last change of keys that the audit log tells of.
    told: AtomicI64,
    /// One look at a time: a change is told once.
    turn: Mutex<()>,
}

impl Keeper {
    pub(crate) fn new(
        keys: Arc<Keys>,
        records: Arc<Records>,
        audit: Arc<AuditLog>,
        told: i64,
    ) -> Self {
        Self { keys, records, audit, told: AtomicI64::new(told), turn: Mutex::new(()) }
    }

    /// Writes a line about each change of keys that none tells of, and ends the webhooks of keys
    /// that may not hear of alerts.
    pub(crate) fn follow(&self) -> Result<(), OpenError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.tell_changes()?;
        let now = clock::now();
        for owner in self.records.subscribers()? {
            if let Some(why) = self.objection(&owner, now) {
                self.end_webhooks(&owner, why, now)?;
            }
        }
        Ok(())
    }

    fn tell_changes(&self) -> Result<(), OpenError> {
        let (mut told, last) = (self.told.load(Ordering::Relaxed), self.keys.last_event()?);
        if last < told {
            // Keys of an older copy: what was revoked since may be good again.
            self.say("keys.replaced", json!({ "known": told, "found": last }))?;
            crate::log::error("keys.sqlite is older than it was: look which keys are good now");
            self.note_told(last)?;
            told = last;
        }
        while told < last {
            let events = self.keys.events(told)?;
            let Some(newest) = events.last().map(|event| event.number) else { break };
            // From the file: what is in memory may be older than the change.
            let keys = self.keys.list()?;
            for event in &events {
                let key = keys.iter().find(|key| key.id == event.key);
                self.say(&format!("key.{}", event.what), in_words(event, key))?;
            }
            self.note_told(newest)?;
            told = newest;
        }
        Ok(())
    }

    /// A crash in between repeats lines: their number says that they are the same.
    fn note_told(&self, number: i64) -> Result<(), OpenError> {
        self.records.anchor_keys(number).wait()?;
        self.told.store(number, Ordering::Relaxed);
        Ok(())
    }

    /// Why a key may not be told of its alerts; `None`: it may.
    fn objection(&self, owner: &KeyId, now: Timestamp) -> Option<&'static str> {
        if *owner == KeyId::local() {
            return None;
        }
        match self.keys.standing(owner, now) {
            Some(KeyRefusal::Revoked) => Some("the key was revoked"),
            Some(KeyRefusal::Expired) => Some("the key has expired"),
            Some(_) => Some("there is no such key"),
            None if self.keys.get(owner).is_some_and(|key| key.may(Role::Alerts)) => None,
            None => Some("the key lacks the role `alerts`"),
        }
    }

    fn end_webhooks(&self, owner: &KeyId, why: &str, now: Timestamp) -> Result<(), OpenError> {
        let all = self.records.subscriptions(&Scope::Owner(owner.clone()))?;
        let ids: Vec<_> = all.iter().map(|one| one.id).collect();
        self.say("webhooks.ended", json!({ "key": owner, "webhooks": ids, "why": why }))?;
        self.records.unsubscribe_owner(owner, now).wait()?;
        Ok(())
    }

    /// Says that records were found without the audit log that told of them.
    pub(crate) fn say_lost(&self) -> Result<(), OpenError> {
        self.say("audit.lost", json!({ "why": "there are records, and no audit log was there" }))
    }

    fn say(&self, event: &str, what: Value) -> Result<(), OpenError> {
        let fields = match what {
            Value::Object(fields) => fields,
            other => Map::from_iter([("what".to_owned(), other)]),
        };
        self.audit.append(event, &fields).wait()?;
        Ok(())
    }

    /// Notes with the records how far the audit log is on the disk.
    pub(crate) fn note_head(&self) -> Result<(), OpenError> {
        let head: AuditHead = self.audit.head();
        if head.lines > 0 && self.records.anchors()?.audit != Some(head) {
            self.records.anchor_audit(head).wait()?;
        }
        Ok(())
    }
}

/// What the audit log is told of a change of a key.
fn in_words(event: &KeyEvent, key: Option<&ApiKey>) -> Value {
    json!({
        "key": event.key,
        "number": event.number,
        "time": event.time.to_string(),
        "name": key.map(|key| &key.name),
        "roles": key.map(|key| &key.roles),
    })
}

/// Follows for as long as the service runs.
pub(crate) async fn follow(app: Arc<App>) {
    for look in 1_u32.. {
        tokio::time::sleep(LOOK).await;
        let own = app.clone();
        let looked = tokio::task::spawn_blocking(move || {
            own.keeper.follow()?;
            if look % LOOKS_BETWEEN_NOTES == 0 { own.keeper.note_head() } else { Ok(()) }
        });
        if let Ok(Err(error)) = looked.await {
            crate::log::error(&format!("what was done with keys: {error}"));
        }
    }
}
