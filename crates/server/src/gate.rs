//! Who may ask, and how often.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::HeaderMap;
use hawkshaw_records::{ApiKey, KeyId, KeyLimits, KeyRefusal, Keys, Role};

use crate::clock;
use crate::credential::secrets;
use crate::limits::Limits;
use crate::meter::{Meter, Reading};
use crate::origin::is_own;
use crate::problem::{Kind, Problem};

/// Keys whose rates are remembered; more keys than that share one meter.
const METERS_MAX: usize = 100_000;

impl From<Problem> for Box<Turned> {
    /// Refused for another reason than a rate.
    fn from(problem: Problem) -> Self {
        Self::new(Turned { problem, rate: None })
    }
}

/// One key, as the headers about rates call it.
const KEY: &str = "key";
/// All who ask together.
const EVERYBODY: &str = "service";

/// Who may ask, and how often.
#[derive(Debug)]
pub(crate) struct Gate {
    keys: Arc<Keys>,
    /// Who asks while there has never been a key: nobody, unless the service is on loopback.
    local: Option<Arc<ApiKey>>,
    had_keys: AtomicBool,
    limits: Limits,
    all: Meter,
    refusals: Meter,
    shared: Arc<Meter>,
    by_key: RwLock<HashMap<KeyId, Arc<Meter>>>,
}

/// Somebody who may ask, once.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) key: Arc<ApiKey>,
    pub(crate) rate: Rate,
}

/// What somebody is held to, and what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Whom it holds: one key, or everybody together.
    pub(crate) whom: &'static str,
    /// How many requests a second may be made.
    pub(crate) quota: u64,
    /// How many may be made at once now.
    pub(crate) left: u64,
    /// In how many seconds there is more.
    pub(crate) seconds: u64,
}

/// Why somebody may not ask, and what he is held to where that is why.
#[derive(Debug)]
pub(crate) struct Turned {
    pub(crate) problem: Problem,
    pub(crate) rate: Option<Rate>,
}

impl Gate {
    /// `is_open`: who asks needs no key as long as there has never been one.
    pub(crate) fn new(keys: Arc<Keys>, is_open: bool, limits: &Limits) -> Self {
        Self {
            had_keys: AtomicBool::new(!keys.is_empty()),
            keys,
            local: is_open.then(|| Arc::new(local())),
            limits: limits.clone(),
            all: Meter::new(limits.requests_per_second),
            refusals: Meter::new(limits.refusals_per_second),
            shared: Arc::new(Meter::new(limits.key_requests_per_second)),
            by_key: RwLock::default(),
        }
    }

    /// Says who asks, and counts the request.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<Admitted, Box<Turned>> {
        if let Reading::Refused { wait } = self.all.take() {
            let detail = "the service answers no more requests a second";
            return Err(too_many(detail, EVERYBODY, &self.all, wait));
        }
        let key = self.holder(headers)?;
        let meter = self.meter(&key);
        match meter.take() {
            Reading::Allowed { left } => {
                let rate = Rate { whom: KEY, quota: meter.per_second(), left, seconds: 1 };
                Ok(Admitted { key, rate })
            }
            Reading::Refused { wait } => {
                let detail = format!("this key may ask {} times a second", meter.per_second());
                Err(too_many(&detail, KEY, &meter, wait))
            }
        }
    }

    fn holder(&self, headers: &HeaderMap) -> Result<Arc<ApiKey>, Box<Turned>> {
        let (secrets, now) = (secrets(headers), clock::now());
        let mut refusal = None;
        for secret in &secrets {
            match self.keys.verify(secret, now) {
                Ok(key) => return Ok(key),
                Err(KeyRefusal::Unavailable) => {
                    let detail = "the keys cannot be read at the moment";
                    return Err(Problem::new(Kind::Unavailable, detail).retry_after(1).into());
                }
                Err(error) => refusal = Some(error),
            }
        }
        if let Some(local) = self.local.as_ref().filter(|_| !self.needs_key()) {
            if !is_own(headers) {
                let detail = "without keys, web pages and names of others are not answered: ask \
                              127.0.0.1, or make a key with `hawkshaw keys create`";
                return Err(Problem::new(Kind::Forbidden, detail).into());
            }
            return Ok(local.clone());
        }
        if let Reading::Refused { wait } = self.refusals.take() {
            let detail = "too many requests come without a known key";
            return Err(too_many(detail, EVERYBODY, &self.refusals, wait));
        }
        let detail = match refusal {
            None => "a key is needed: `Authorization: Bearer KEY`".to_owned(),
            Some(error) => error.to_string(),
        };
        Err(Problem::new(Kind::Unauthorized, detail).into())
    }

    /// Whether there is or ever was a key: then taking back the last one lets nobody in, not
    /// everybody, also behind a restart.
    fn needs_key(&self) -> bool {
        if self.had_keys.load(Ordering::Relaxed) {
            return true;
        }
        let has_keys = !self.keys.is_empty();
        if has_keys {
            self.had_keys.store(true, Ordering::Relaxed);
        }
        has_keys
    }

    fn meter(&self, key: &ApiKey) -> Arc<Meter> {
        let rate = key.limits.per_second.map_or(self.limits.key_requests_per_second, u64::from);
        let known =
            self.by_key.read().unwrap_or_else(PoisonError::into_inner).get(&key.id).cloned();
        let burst = key.limits.burst.map_or(rate, u64::from);
        // A key whose limits were changed gets another meter.
        if let Some(meter) = known.filter(|meter| meter.is(rate, burst)) {
            return meter;
        }
        let mut all = self.by_key.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= METERS_MAX {
            return self.shared.clone();
        }
        let fresh = Arc::new(Meter::with_burst(rate, burst));
        all.insert(key.id.clone(), fresh.clone());
        fresh
    }
}

/// Whoever asks a service on loopback that has no keys: he may everything.
fn local() -> ApiKey {
    ApiKey {
        id: KeyId::local(),
        name: "whoever asks on this machine".to_owned(),
        roles: Role::ALL.to_vec(),
        limits: KeyLimits::default(),
        created: clock::now(),
        expires: None,
        old_until: None,
        revoked: None,
        last_used: None,
    }
}

fn too_many(detail: &str, whom: &'static str, meter: &Meter, wait: Duration) -> Box<Turned> {
    // Seconds are whole in `Retry-After`, and waiting too short would only ask again.
    let seconds = wait.as_secs().saturating_add(1);
    let problem = Problem::new(Kind::RateLimited, detail).retry_after(seconds);
    let rate = Rate { whom, quota: meter.per_second(), left: 0, seconds };
    Box::new(Turned { problem, rate: Some(rate) })
}
