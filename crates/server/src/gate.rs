//! Who may ask, and how often.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::HeaderMap;

use crate::credential::secrets;
use crate::limits::Limits;
use crate::meter::{Meter, Reading};
use crate::problem::{Kind, Problem};
use crate::stand_in::{KeyHolder, Keys, Role};

/// Keys whose rates are remembered; more keys than that share one meter.
const METERS_MAX: usize = 100_000;

/// The name of whoever asks a service on loopback that has no keys.
const LOCAL: &str = "local";

/// Who may ask, and how often.
#[derive(Debug)]
pub(crate) struct Gate {
    keys: Keys,
    limits: Limits,
    all: Meter,
    refusals: Meter,
    shared: Arc<Meter>,
    by_key: RwLock<HashMap<Arc<str>, Arc<Meter>>>,
}

/// Somebody who may ask, once.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) holder: KeyHolder,
    /// How many requests a second the key may make.
    pub(crate) quota: u64,
    /// How many it may make at once now.
    pub(crate) left: u64,
}

impl Gate {
    pub(crate) fn new(keys: Keys, limits: &Limits) -> Self {
        Self {
            keys,
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
        let holder = self.holder(headers)?;
        let meter = self.meter(&holder.id);
        match meter.take() {
            Reading::Allowed { left } => Ok(Admitted { holder, quota: meter.per_second(), left }),
            Reading::Refused { wait } => {
                let detail = format!("this key may ask {} times a second", meter.per_second());
                Err(too_many(&detail, wait))
            }
        }
    }

    fn holder(&self, headers: &HeaderMap) -> Result<KeyHolder, Problem> {
        let secrets = secrets(headers);
        if let Some(holder) = secrets.iter().find_map(|secret| self.keys.holder(secret)) {
            return Ok(holder);
        }
        if self.keys.is_empty() {
            return Ok(KeyHolder { id: LOCAL.into(), roles: Role::ALL.into() });
        }
        if let Reading::Refused { wait } = self.refusals.take() {
            return Err(too_many("too many requests come without a known key", wait));
        }
        let detail = match secrets.is_empty() {
            true => "a key is needed: `Authorization: Bearer KEY`",
            false => "nobody knows this key, or it was taken back",
        };
        Err(Problem::new(Kind::Unauthorized, detail))
    }

    fn meter(&self, key: &Arc<str>) -> Arc<Meter> {
        let known = self.by_key.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        if let Some(meter) = known {
            return meter;
        }
        let mut all = self.by_key.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= METERS_MAX {
            return self.shared.clone();
        }
        let fresh = || Arc::new(Meter::new(self.limits.key_requests_per_second));
        all.entry(key.clone()).or_insert_with(fresh).clone()
    }
}

fn too_many(detail: &str, wait: Duration) -> Problem {
    // Seconds are whole in `Retry-After`, and waiting too short would only ask again.
    let seconds = wait.as_secs().saturating_add(1);
    Problem::new(Kind::RateLimited, detail).retry_after(seconds)
}
