//! What many operations have in common: problems, headers, parameters.

use serde_json::{Map, Value, json};

use super::{map, schema};
use crate::problem::Kind;

/// What can go wrong with any guarded operation.
pub(super) const ALWAYS: &[Kind] = &[
    Kind::BadRequest,
    Kind::Unauthorized,
    Kind::Forbidden,
    Kind::UriTooLong,
    Kind::RateLimited,
    Kind::Internal,
    Kind::Unavailable,
];

/// What can go wrong with a body.
pub(super) const BODY: &[Kind] =
    &[Kind::Timeout, Kind::TooLarge, Kind::UnsupportedMediaType, Kind::Unprocessable];

/// The problems, by the names of their kinds.
pub(super) fn problems() -> Value {
    let response = |kind: &Kind| {
        let mut response = json!({
            "description": kind.title(),
            "content": { Kind::MEDIA_TYPE: { "schema": schema("Problem") } },
        });
        if matches!(kind, Kind::RateLimited | Kind::Unavailable) {
            let wait = json!({ "schema": { "type": "integer", "minimum": 1 } });
            response["headers"] = match kind {
                Kind::RateLimited => stated(&["RateLimit-Policy", "RateLimit"]),
                _ => json!({}),
            };
            response["headers"]["Retry-After"] = wait;
        }
        (kind.name().to_owned(), response)
    };
    Value::Object(Kind::ALL.iter().map(response).collect())
}

/// References to problems, by status.
pub(super) fn references(kinds: &[Kind]) -> Map<String, Value> {
    let reference = |kind: &Kind| {
        let at = format!("#/components/responses/{}", kind.name());
        (kind.status().as_u16().to_string(), json!({ "$ref": at }))
    };
    kinds.iter().map(reference).collect()
}

/// Headers of answers.
pub(super) fn headers() -> Value {
    let text = |what: &str| json!({ "description": what, "schema": { "type": "string" } });
    Value::Object(map([
        ("X-Request-Id", text("The id of the request, as in the audit log.")),
        ("RateLimit-Policy", text("How many requests a second the key, or everybody, may make.")),
        ("RateLimit", text("How many it may make at once now.")),
        ("Idempotency-Replayed", text("`true`: the answer to an earlier, equal request.")),
        ("Location", text("Where the registration is.")),
    ]))
}

/// Headers that an answer has.
pub(super) fn stated(names: &[&str]) -> Value {
    let reference = |name: &&str| {
        ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))
    };
    Value::Object(names.iter().map(reference).collect())
}

/// A parameter behind `?`.
pub(super) fn query(name: &str, what: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "description": what, "schema": schema })
}

/// A part of the path.
pub(super) fn path(name: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

/// The key under which a request can be repeated.
pub(super) fn idempotency() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header",
        "description": "Under the same key the same request is done once, for 24 hours.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
    })
}

/// Where and how far a list is read.
pub(super) fn paging() -> Vec<Value> {
    vec![
        query(
            "limit",
            "How many items.",
            json!({ "type": "integer", "minimum": 1, "maximum": 1000 }),
        ),
        query(
            "cursor",
            "Where the list goes on: `next` of the page before.",
            json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
        ),
    ]
}
