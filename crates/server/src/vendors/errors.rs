//! Errors in the form of each surface.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::client::{POLICY, RATE};
use crate::clock;
use crate::edge::RequestId;
use crate::problem::{Kind, Problem};

/// Whose form errors have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surface {
    /// `{"message"}`; no key is 403 and a wrong one 401.
    Sanctions,
    /// `{"timestamp","path","status","error","requestId","message"}`; no or a wrong key is 403.
    Risk,
    /// `{"timestamp","status","error","message","path"}`; no or a wrong key is 403.
    Transfers,
    /// `{"message"}`; no or a wrong key is 401.
    Screening,
    /// `{"detail"}`; no or a wrong key is 401.
    Matching,
}

/// The body of an error: whatever of it the surface knows, in its order.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Gives every error of a surface its form, whoever raised it.
pub(super) async fn in_form_of(
    State(surface): State<Surface>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let id = request.extensions().get::<RequestId>().cloned();
    let has_key = has_key(request.headers());
    let response = next.run(request).await;
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return response;
    }
    let problem = response.extensions().get::<Problem>().cloned();
    let mut problem = problem.unwrap_or_else(|| nameless(response.status()));
    problem.instance = id.map(|id| id.0.to_string());
    let mut formed = form(surface, &problem, &path, has_key);
    // Times to wait, rates and allowed methods are the same everywhere.
    for name in [header::RETRY_AFTER, header::ALLOW, POLICY, RATE] {
        if let Some(value) = response.headers().get(&name) {
            formed.headers_mut().insert(name, value.clone());
        }
    }
    formed.extensions_mut().insert(problem);
    formed
}

/// Whether any key came with a request, be it wrong.
fn has_key(headers: &HeaderMap) -> bool {
    ["x-api-key", "token", "authorization"].iter().any(|name| headers.contains_key(*name))
}

/// What a status alone says.
fn nameless(status: StatusCode) -> Problem {
    let kind = match status.as_u16() {
        401 => Kind::Unauthorized,
        403 => Kind::Forbidden,
        404 => Kind::NotFound,
        405 => Kind::MethodNotAllowed,
        408 => Kind::Timeout,
        413 => Kind::TooLarge,
        414 => Kind::UriTooLong,
        415 => Kind::UnsupportedMediaType,
        422 => Kind::Unprocessable,
        429 => Kind::RateLimited,
        503 => Kind::Unavailable,
        500..=599 => Kind::Internal,
        _ => Kind::BadRequest,
    };
    Problem::new(kind, status.canonical_reason().unwrap_or("refused"))
}

fn form(surface: Surface, problem: &Problem, path: &str, has_key: bool) -> Response {
    let status = status(surface, problem.kind, has_key);
    let error = status.canonical_reason().unwrap_or("Error");
    let message = message(surface, problem, has_key);
    let body = match surface {
        Surface::Sanctions | Surface::Screening => {
            Body { message: Some(message), ..Body::default() }
        }
        Surface::Matching => Body { detail: Some(message), ..Body::default() },
        Surface::Risk | Surface::Transfers => Body {
            timestamp: Some(clock::now().to_string()),
            path: Some(path.chars().take(PATH_CHARACTERS_MAX).collect()),
            status: Some(status.as_u16()),
            error: Some(error),
            request_id: (surface == Surface::Risk)
                .then(|| problem.instance.clone().unwrap_or_default()),
            message: Some(message),
            ..Body::default()
        },
    };
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::UNAUTHORIZED && surface == Surface::Screening {
        let challenge = HeaderValue::from_static("Basic realm=\"hawkshaw\"");
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// Characters of the path that an error gives back.
const PATH_CHARACTERS_MAX: usize = 300;

fn status(surface: Surface, kind: Kind, has_key: bool) -> StatusCode {
    match (surface, kind) {
        (Surface::Sanctions, Kind::Unauthorized) if !has_key => StatusCode::FORBIDDEN,
        (Surface::Risk | Surface::Transfers, Kind::Unauthorized) => StatusCode::FORBIDDEN,
        // Nobody reads 422 there: what cannot be is a bad request.
        (Surface::Screening | Surface::Transfers, Kind::Unprocessable) => StatusCode::BAD_REQUEST,
        _ => kind.status(),
    }
}

/// The vendors' own words for wrong keys, which clients look for; else ours.
fn message(surface: Surface, problem: &Problem, has_key: bool) -> String {
    match (surface, problem.kind) {
        (Surface::Sanctions, Kind::Unauthorized) if has_key => "Invalid API Key".to_owned(),
        (Surface::Sanctions, Kind::Unauthorized) => "Missing API Key".to_owned(),
        (Surface::Risk, Kind::Unauthorized) => "Invalid token".to_owned(),
        (Surface::Transfers, Kind::Unauthorized) => "AccessDenied".to_owned(),
        _ => problem.detail.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Surface, form, nameless};
    use crate::problem::{Kind, Problem};
    use axum::http::StatusCode;
    use serde_json::Value;

    async fn told(surface: Surface, kind: Kind, has_key: bool) -> (u16, String) {
        let response = form(surface, &Problem::new(kind, "why"), "/api/x", has_key);
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn wrong_keys_are_told_as_the_vendor_does() {
        let unauthorized = |surface, has_key| told(surface, Kind::Unauthorized, has_key);
        let (status, body) = unauthorized(Surface::Sanctions, true).await;
        assert_eq!((status, body.as_str()), (401, r#"{"message":"Invalid API Key"}"#));
        assert_eq!(unauthorized(Surface::Sanctions, false).await.0, 403);
        assert_eq!(unauthorized(Surface::Screening, false).await.0, 401);
        let (status, body) = unauthorized(Surface::Matching, true).await;
        assert_eq!((status, body.as_str()), (401, r#"{"detail":"why"}"#));
        for surface in [Surface::Risk, Surface::Transfers] {
            let (status, body) = unauthorized(surface, true).await;
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!((status, &body["status"]), (403, &Value::from(403)));
            assert_eq!(body["error"], "Forbidden");
            assert_eq!(body["path"], "/api/x");
            assert!(body["timestamp"].is_string() && body["message"].is_string());
            assert_eq!(body.get("requestId").is_some(), surface == Surface::Risk);
        }
    }

    #[tokio::test]
    async fn a_failure_inside_is_a_server_error_everywhere() {
        let all = [Surface::Sanctions, Surface::Risk, Surface::Transfers];
        for surface in all.into_iter().chain([Surface::Screening, Surface::Matching]) {
            assert_eq!(told(surface, Kind::Internal, true).await.0, 500);
            assert_eq!(told(surface, Kind::Unavailable, true).await.0, 503);
        }
    }

    #[test]
    fn every_status_has_a_kind_of_its_class() {
        for status in (400..600).filter_map(|code| StatusCode::from_u16(code).ok()) {
            let kind = nameless(status).kind;
            assert_eq!(kind.status().is_server_error(), status.is_server_error(), "{status}");
        }
    }
}
