//! What goes wrong, as RFC 9457 says it (`application/problem+json`).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hawkshaw_model::Printable;
use hawkshaw_records::RecordsError;
use serde_json::json;

/// The kinds of problems. Their names are part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The request makes no sense: 400.
    BadRequest,
    /// No key, or one that nobody knows: 401.
    Unauthorized,
    /// The key may not do this: 403.
    Forbidden,
    /// Nothing is there, or it is somebody else's: 404.
    NotFound,
    /// The route knows other methods: 405.
    MethodNotAllowed,
    /// The body came too slowly: 408.
    Timeout,
    /// The same idempotency key is at work, or it is not what was expected to be there: 409.
    Conflict,
    /// The body is larger than allowed: 413.
    TooLarge,
    /// The target of the request is longer than allowed: 414.
    UriTooLong,
    /// The body is no JSON: 415.
    UnsupportedMediaType,
    /// The request is JSON and says something that cannot be: 422.
    Unprocessable,
    /// More requests than the key may make: 429.
    RateLimited,
    /// The fault is ours: 500. Never a verdict.
    Internal,
    /// Not ready, or too much to do: 503.
    Unavailable,
}

impl Kind {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Timeout,
        Self::Conflict,
        Self::TooLarge,
        Self::UriTooLong,
        Self::UnsupportedMediaType,
        Self::Unprocessable,
        Self::RateLimited,
        Self::Internal,
        Self::Unavailable,
    ];

    /// The media type of RFC 9457.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// Its name in `type`, its title, its status.
    const fn facts(self) -> (&'static str, &'static str, StatusCode) {
        match self {
            Self::BadRequest => ("bad-request", "Bad request", StatusCode::BAD_REQUEST),
            Self::Unauthorized => ("unauthorized", "Unknown key", StatusCode::UNAUTHORIZED),
            Self::Forbidden => ("forbidden", "Not allowed", StatusCode::FORBIDDEN),
            Self::NotFound => ("not-found", "Not found", StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => {
                ("method-not-allowed", "Method not allowed", StatusCode::METHOD_NOT_ALLOWED)
            }
            Self::Timeout => ("timeout", "Too slow", StatusCode::REQUEST_TIMEOUT),
            Self::Conflict => ("conflict", "Conflict", StatusCode::CONFLICT),
            Self::TooLarge => ("too-large", "Too large", StatusCode::PAYLOAD_TOO_LARGE),
            Self::UriTooLong => ("uri-too-long", "Target too long", StatusCode::URI_TOO_LONG),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", "Not JSON", StatusCode::UNSUPPORTED_MEDIA_TYPE)
            }
            Self::Unprocessable => ("unprocessable", "Cannot be", StatusCode::UNPROCESSABLE_ENTITY),
            Self::RateLimited => {
                ("rate-limited", "Too many requests", StatusCode::TOO_MANY_REQUESTS)
            }
            Self::Internal => ("internal", "Internal failure", StatusCode::INTERNAL_SERVER_ERROR),
            Self::Unavailable => ("unavailable", "Unavailable", StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    /// Its HTTP status.
    pub const fn status(self) -> StatusCode {
        self.facts().2
    }

    /// Its title.
    pub const fn title(self) -> &'static str {
        self.facts().1
    }

    /// Its name, the last part of `type`.
    pub const fn name(self) -> &'static str {
        self.facts().0
    }
}

/// A problem as it is told to whoever asked. It is part of the extensions of its response, so
/// that a surface of another vendor can tell it in that vendor's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub kind: Kind,
    /// What is wrong and what to do, for whoever asked: nothing about the inside of the service.
    pub detail: String,
    /// The request, so that it can be found in the audit log.
    pub instance: Option<String>,
    /// After how many seconds another attempt makes sense.
    pub retry_after: Option<u64>,
}

impl Problem {
    /// The media type as a header.
    pub(crate) const MEDIA_TYPE: HeaderValue = HeaderValue::from_static(Kind::MEDIA_TYPE);

    /// A problem of a kind. Outside text in the detail is made visible and cut.
    pub fn new(kind: Kind, detail: impl AsRef<str>) -> Self {
        let detail = Printable(detail.as_ref()).to_string();
        Self { kind, detail, instance: None, retry_after: None }
    }

    /// A failure inside: who asked learns that there is no answer, and the log learns why.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        crate::log::error(&format!("a request failed: {cause}"));
        Self::new(Kind::Internal, "the service failed; this is no answer about the address")
    }

    /// The same with a time to wait.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl From<RecordsError> for Problem {
    fn from(error: RecordsError) -> Self {
        match error {
            RecordsError::NotFound(what) => {
                Self::new(Kind::NotFound, format!("there is no such {what}"))
            }
            RecordsError::Conflict(why) => Self::new(Kind::Conflict, why),
            RecordsError::Refused(why) => Self::new(Kind::Unprocessable, why),
            error if error.is_passing() => {
                crate::log::error(&format!("the records: {error}"));
                let detail = "the records cannot be written: nothing of this request was kept";
                Self::new(Kind::Unavailable, detail).retry_after(1)
            }
            error => Self::internal(error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (name, title, status) = self.kind.facts();
        let mut body = json!({
            "type": format!("urn:hawkshaw:problem:{name}"),
            "title": title,
            "status": status.as_u16(),
            "detail": self.detail,
        });
        if let Some(instance) = &self.instance {
            body["instance"] = instance.as_str().into();
        }
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, Self::MEDIA_TYPE);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.kind == Kind::Unauthorized {
            let challenge = HeaderValue::from_static("Bearer realm=\"hawkshaw\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}
