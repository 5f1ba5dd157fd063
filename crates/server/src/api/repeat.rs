//! `Idempotency-Key`: a request that is repeated is done once
//! (draft-ietf-httpapi-idempotency-key-header-07).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use hawkshaw_records::{Begun, IdempotencyKey, InFlight, StoredResponse, UnixMillis};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::client::Client;
use crate::problem::{Kind, Problem};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A request that may be one that is repeated.
pub(super) enum Repeat {
    /// It is to be done; its response is kept where it has a key.
    New(Option<InFlight>),
    /// It was done, and this was said.
    Done(Response),
}

/// Looks whether a request was made before by the same client under the same key.
pub(super) async fn begin(
    app: &Arc<App>,
    client: &Client,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Repeat, Problem> {
    let mut values = headers.get_all(KEY).iter();
    let Some(value) = values.next() else { return Ok(Repeat::New(None)) };
    if values.next().is_some() {
        return Err(Problem::new(Kind::BadRequest, "Idempotency-Key: one of them"));
    }
    let text = value.to_str().map_err(|_| {
        Problem::new(Kind::BadRequest, "Idempotency-Key: 1 to 255 visible ASCII characters")
    })?;
    let key = IdempotencyKey::new(text)?;
    let digest = Sha256::new()
        .chain_update(client.route.as_bytes())
        .chain_update([0])
        .chain_update(body)
        .finalize();
    let (records, owner) = (app.records().clone(), client.id().clone());
    let begun = tokio::task::spawn_blocking(move || {
        records.begin(&owner, key, digest.into(), UnixMillis::now())
    });
    match begun.await.map_err(|_| Problem::internal("a lookup met a fault"))?? {
        Begun::New(in_flight) => Ok(Repeat::New(Some(in_flight))),
        Begun::Done(stored) => {
            app.audit(client, json!({ "repeated": true, "status": stored.status })).await?;
            Ok(Repeat::Done(replayed(stored)))
        }
        Begun::InFlight => {
            let detail = "the same request is being worked on: repeat it later";
            Err(Problem::new(Kind::Conflict, detail).retry_after(1))
        }
        Begun::Mismatch => Err(Problem::new(
            Kind::Unprocessable,
            "this Idempotency-Key was used for another request",
        )),
    }
}

/// A request that is not known again when it is repeated. Who sends an `Idempotency-Key` with it
/// counts on that, and is told before anything is done twice.
#[derive(Debug)]
pub(crate) struct NeverKnownAgain;

impl<S: Send + Sync> FromRequestParts<S> for NeverKnownAgain {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if !parts.headers.contains_key(KEY) {
            return Ok(Self);
        }
        let detail = "Idempotency-Key is not honoured here: a repetition would be done again";
        Err(Problem::new(Kind::Unprocessable, detail))
    }
}

/// A response as it was kept.
pub(super) fn response(stored: StoredResponse) -> Response {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, stored.body).into_response();
    response.headers_mut().clear();
    for (name, value) in stored.headers {
        let parsed = (HeaderName::try_from(name), HeaderValue::try_from(value));
        if let (Ok(name), Ok(value)) = parsed {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn replayed(stored: StoredResponse) -> Response {
    let mut response = response(stored);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
