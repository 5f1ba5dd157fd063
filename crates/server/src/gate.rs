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

/// Who may ask, and how often.
#[derive(Debug)]
pub(crate) struct Gate {
    keys: Arc<Keys>,
    /// Who asks while there have never been keys: nobody, unless the service is on loopback.
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
    /// How many requests a second the key may make.
    pub(crate) quota: u64,
    /// How many it may make at once now.
    pub(crate) left: u64,
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
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<Admitted, Problem> {
        if let Reading::Refused { wait } = self.all.take() {
            return Err(too_many("the service answers no more requests a second", wait));
        }
        let key = self.holder(headers)?;
        let meter = self.meter(&key);
        match meter.take() {
            Reading::Allowed { left } => Ok(Admitted { key, quota: meter.per_second(), left }),
            Reading::Refused { wait } => {
                let detail = format!("this key may ask {} times a second", meter.per_second());
                Err(too_many(&detail, wait))
            }
        }
    }

    fn holder(&self, headers: &HeaderMap) -> Result<Arc<ApiKey>, Problem> {
        let (secrets, now) = (secrets(headers), clock::now());
        let mut refusal = None;
        for secret in &secrets {
            match self.keys.verify(secret, now) {
                Ok(key) => return Ok(key),
                Err(KeyRefusal::Unavailable) => {
                    let detail = "the keys cannot be read at the moment";
                    return Err(Problem::new(Kind::Unavailable, detail).retry_after(1));
                }
                Err(error) => refusal = Some(error),
            }
        }
        if let Some(local) = self.local.as_ref().filter(|_| !self.needs_key()) {
            if !is_own(headers) {
                let detail = "without keys, web pages and names of others are not answered: ask \
                              127.0.0.1, or make a key with `hawkshaw keys create`";
                return Err(Problem::new(Kind::Forbidden, detail));
            }
            return Ok(local.clone());
        }
        if let Reading::Refused { wait } = self.refusals.take() {
            return Err(too_many("too many requests come without a known key", wait));
        }
        let detail = match refusal {
            None => "a key is needed: `Authorization: Bearer KEY`".to_owned(),
            Some(error) => error.to_string(),
        };
        Err(Problem::new(Kind::Unauthorized, detail))
    }

    /// Whether there is a key, or was one since the service runs: then taking back the last one
    /// lets nobody in, not everybody.
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
        // A key whose rate was changed gets another meter.
        if let Some(meter) = known.filter(|meter| meter.per_second() == rate.max(1)) {
            return meter;
        }
        let mut all = self.by_key.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= METERS_MAX {
            return self.shared.clone();
        }
        let fresh = Arc::new(Meter::new(rate));
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

fn too_many(detail: &str, wait: Duration) -> Problem {
    // Seconds are whole in `Retry-After`, and waiting too short would only ask again.
    let seconds = wait.as_secs().saturating_add(1);
    Problem::new(Kind::RateLimited, detail).retry_after(seconds)
}
