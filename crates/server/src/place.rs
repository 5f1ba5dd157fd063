//! Places for requests that are worked on: so many at once, and no more.
//!
//! A request whose body is still on its way takes none: otherwise a client that sends slowly
//! would keep others out.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use axum::http::{Method, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Kind, Problem};

/// The place of a request, taken when it can be worked on and kept until it is answered.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    all: Arc<Semaphore>,
    held: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Place {
    pub(crate) fn new(all: &Arc<Semaphore>) -> Self {
        Self { all: all.clone(), held: Arc::default() }
    }

    /// Takes it, where it was not taken before.
    pub(crate) fn take(&self) -> Result<(), Problem> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_some() {
            return Ok(());
        }
        let full = |_| {
            let detail = "too many requests are worked on at once";
            Problem::new(Kind::Unavailable, detail).retry_after(1)
        };
        *held = Some(self.all.clone().try_acquire_owned().map_err(full)?);
        Ok(())
    }
}

/// Whether a request is worked on only when its body is there.
pub(crate) fn waits_for_body(request: &Request) -> bool {
    let headers = request.headers();
    let has_body = headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    has_body && [Method::POST, Method::PATCH, Method::PUT].contains(request.method())
}
