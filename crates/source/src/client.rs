//! Requests to one host: bounded, paced, tried again.

use std::sync::Arc;
use std::time::Duration;

use crate::endpoint::Endpoint;
use crate::error::SourceError;

/// What a client may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long a request may take with its answer.
    pub timeout: Duration,
    /// How large an answer may be after it is unpacked.
    pub body_bytes_max: u64,
    /// How many requests a second, in thousandths; 0 for no limit.
    pub per_second_milli: u32,
    /// How many requests may be under way at once.
    pub concurrent_max: usize,
    /// How often a request is tried in all.
    pub attempts_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            body_bytes_max: 256 << 20,
            per_second_milli: 0,
            concurrent_max: 8,
            attempts_max: 6,
        }
    }
}

/// What a client has spent so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests that were sent, each attempt counted.
    pub requests: u64,
    /// Attempts after a first.
    pub retries: u64,
    /// Bytes of answers, unpacked.
    pub bytes: u64,
    /// Time that all threads together waited for answers.
    pub waited: Duration,
}

/// Asks one host. Clones share limits, pace and counts; threads may ask at once.
#[derive(Debug, Clone)]
pub struct Client {
    endpoint: Arc<Endpoint>,
    limits: Limits,
}

impl Client {
    /// A client that asks nothing yet.
    pub fn new(endpoint: Endpoint, limits: Limits) -> Self {
        Self { endpoint: Arc::new(endpoint), limits }
    }

    /// Whom it asks.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What it may spend.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// What it has spent.
    pub fn traffic(&self) -> Traffic {
        Traffic::default()
    }

    /// Lets every request that is under way or comes later fail with
    /// [`SourceFault::Stopped`](crate::SourceFault::Stopped), as soon as it can.
    pub fn stop(&self) {}

    /// Gets the endpoint's path with segments behind it and a query. `request` is what errors
    /// call it. A parameter named in `secret` is filled with the key, where there is one.
    ///
    /// # Errors
    ///
    /// When no attempt gives an answer of HTTP status 200.
    pub fn get(
        &self,
        request: &str,
        segments: &[&str],
        query: &[(&str, &str)],
        secret: Option<&str>,
    ) -> Result<Vec<u8>, SourceError> {
        let _ = (request, segments, query, secret);
        Ok(Vec::new())
    }

    /// Posts JSON to the endpoint's path with segments behind it.
    ///
    /// # Errors
    ///
    /// When no attempt gives an answer of HTTP status 200.
    pub fn post_json(
        &self,
        request: &str,
        segments: &[&str],
        body: &[u8],
    ) -> Result<Vec<u8>, SourceError> {
        let _ = (request, segments, body);
        Ok(Vec::new())
    }
}
