//! What comes with a request, read within bounds and taken literally.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse as _;
use axum::response::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::limits::Limits;
use crate::place::Place;
use crate::problem::{Kind, Problem};

/// A body of JSON, of at most `body_bytes`. Types refuse fields that they do not know.
#[derive(Debug)]
pub struct Sent<T> {
    /// What it says.
    pub value: T,
    /// The bytes, by which the repetition of a request is recognised.
    pub bytes: Bytes,
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let bytes = read_json(request, app, app.limits().body_bytes).await?;
        Ok(Self { value: parse_object(&bytes)?, bytes })
    }
}

/// Reads a body that is to be JSON.
pub(crate) async fn read_json(request: Request, app: &App, most: u64) -> Result<Bytes, Problem> {
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        let detail = "the body has to be application/json, said in Content-Type";
        return Err(Problem::new(Kind::UnsupportedMediaType, detail));
    }
    if parts.uri.query().is_some_and(|query| !query.is_empty()) {
        let detail = "this route takes no parameters behind `?`: everything stands in the body";
        return Err(Problem::new(Kind::Unprocessable, detail));
    }
    read(&parts, body, app, most).await
}

/// Reads a body whatever it says that it is: clients of other vendors say nothing, or text.
pub(crate) async fn read_anything(
    request: Request,
    app: &App,
    most: u64,
) -> Result<Bytes, Problem> {
    let (parts, body) = request.into_parts();
    read(&parts, body, app, most).await
}

async fn read(parts: &Parts, body: Body, app: &App, most: u64) -> Result<Bytes, Problem> {
    let headers = &parts.headers;
    let too_large = || Problem::new(Kind::TooLarge, format!("the body may have {most} bytes"));
    let stated = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let stated = stated.and_then(|text| text.parse::<u64>().ok());
    if stated.is_some_and(|bytes| bytes > most) {
        return Err(too_large());
    }
    let allowed = Limits::seconds(app.limits().body_seconds);
    let bytes = tokio::time::timeout(allowed, to_bytes(body, Limits::count(most)));
    let late = |_| {
        let seconds = app.limits().body_seconds;
        Problem::new(Kind::Timeout, format!("the body has to arrive within {seconds} seconds"))
    };
    let bytes = bytes.await.map_err(late)?.map_err(|error| {
        // The limit of `to_bytes` is told only by its text, so a longer body is told by that.
        if error.to_string().contains("length limit") {
            too_large()
        } else {
            Problem::new(Kind::BadRequest, "the body ended too early or is no valid HTTP")
        }
    })?;
    if let Some(place) = parts.extensions.get::<Place>() {
        place.take()?;
    }
    Ok(bytes)
}

fn is_json(headers: &HeaderMap) -> bool {
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = stated.and_then(|text| text.split(';').next()).map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
}

/// Reads JSON.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let kind = match error.classify() {
            serde_json::error::Category::Data => Kind::Unprocessable,
            _ => Kind::BadRequest,
        };
        Problem::new(kind, format!("the body: {error}"))
    })
}

/// Reads a JSON object. A list of its values in order, which serde would take too, is none.
pub(crate) fn parse_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first.is_some_and(|byte| *byte != b'{') {
        let _: serde::de::IgnoredAny = parse(bytes)?;
        return Err(Problem::new(Kind::Unprocessable, "the body has to be a JSON object"));
    }
    parse(bytes)
}

/// The parameters behind `?`.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let explain = |error: axum::extract::rejection::QueryRejection| {
            Problem::new(Kind::Unprocessable, format!("the parameters: {}", error.body_text()))
        };
        Query::try_from_uri(&parts.uri).map(|Query(value)| Self(value)).map_err(explain)
    }
}

/// A part of the path, with its escapes undone.
#[derive(Debug)]
pub struct Part(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Part {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let explain = |error: PathRejection| {
            Problem::new(Kind::BadRequest, format!("the path: {}", error.body_text()))
        };
        let Path(part) = Path::<String>::from_request_parts(parts, state).await.map_err(explain)?;
        Ok(Self(part))
    }
}

/// An answer as JSON.
pub(crate) fn answer(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            let json = header::HeaderValue::from_static("application/json");
            ([(header::CONTENT_TYPE, json)], bytes).into_response()
        }
        Err(error) => Problem::internal(error).into_response(),
    }
}

/// An answer as JSON with a status.
pub(crate) fn answer_with(status: axum::http::StatusCode, value: &impl Serialize) -> Response {
    (status, Json(value)).into_response()
}
