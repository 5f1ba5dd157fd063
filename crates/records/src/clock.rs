//! The time of day, for what has to wait and for ids.

use std::time::{SystemTime, UNIX_EPOCH};

use hawkshaw_model::Timestamp;

/// Milliseconds since 1970-01-01T00:00:00Z, for schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// What the clock of the machine says.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// So much later.
    pub fn plus(self, time: std::time::Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The second that it falls into; the first or last there is where it lies outside.
    pub fn to_timestamp(self) -> Timestamp {
        Timestamp::from_unix(self.0.div_euclid(1000)).unwrap_or_default()
    }
}
