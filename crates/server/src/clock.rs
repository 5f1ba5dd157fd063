//! The clock of the service, the only part of an answer that is not a function of data.

use std::time::{SystemTime, UNIX_EPOCH};

use hawkshaw_model::Timestamp;

/// Now.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_unix(seconds).unwrap_or_default()
}
