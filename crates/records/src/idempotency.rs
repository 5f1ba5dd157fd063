//! Requests that may be repeated: the same key gives the same response, once it has one.
//!
//! A response is kept in the transaction that keeps what the request did, so that there is never
//! one without the other. That a request is being worked on is known in memory alone: after a
//! crash nothing is being worked on, and what was not kept did not happen.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::UnixMillis;
use crate::error::RecordsError;
use crate::keys::KeyId;

/// Bytes that a key may have.
const KEY_MAX: usize = 255;

/// Requests that may be worked on at a time.
const IN_FLIGHT_MAX: usize = 65_536;

/// How long a response is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// What a client calls its request: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(String);

/// What was answered to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResponse {
    /// The HTTP status.
    pub status: u16,
    /// Headers that belong to it, such as `content-type`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What is known of a request with a key.
#[derive(Debug)]
pub enum Begun {
    /// It is new: work on it, and hand the guard in with the response.
    New(InFlight),
    /// The same request is being worked on.
    InFlight,
    /// The same request was answered.
    Done(StoredResponse),
    /// The key was used for another request.
    Mismatch,
}

pub(crate) type RequestId = (KeyId, IdempotencyKey);

/// The requests that are worked on, with the digests of what they ask.
#[derive(Debug, Default)]
pub(crate) struct InFlightTable(Mutex<HashMap<RequestId, [u8; 32]>>);

/// A request that is being worked on. Dropped without a response it may be tried again.
#[derive(Debug)]
pub struct InFlight {
    pub(crate) id: RequestId,
    pub(crate) digest: [u8; 32],
    pub(crate) expires: UnixMillis,
    table: Arc<InFlightTable>,
}

impl InFlightTable {
    /// Whether somebody works on it: `Err` with whether he was asked the same.
    pub(crate) fn begin(
        self: &Arc<Self>,
        id: RequestId,
        digest: [u8; 32],
        now: UnixMillis,
    ) -> Result<Result<InFlight, bool>, RecordsError> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = table.get(&id) {
            return Ok(Err(*other == digest));
        }
        if table.len() >= IN_FLIGHT_MAX {
            return Err(RecordsError::Busy);
        }
        table.insert(id.clone(), digest);
        Ok(Ok(InFlight { id, digest, expires: now.plus(KEPT), table: Arc::clone(self) }))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.table.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl IdempotencyKey {
    /// Reads a key.
    ///
    /// # Errors
    ///
    /// When it is empty, too long, or has other characters than visible ASCII.
    pub fn new(text: &str) -> Result<Self, RecordsError> {
        let is_sane = (1..=KEY_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if is_sane {
            return Ok(Self(text.to_owned()));
        }
        let why = "an idempotency key has 1 to 255 visible ASCII characters".to_owned();
        Err(RecordsError::Refused(why))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
