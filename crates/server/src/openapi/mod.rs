//! The description of the API in OpenAPI 3.1, made from what the code checks.

mod answers;
mod forms;
mod operations;
mod parts;
mod vendors;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::body::answer;
use crate::limits::Limits;

pub(crate) fn routes() -> Router<Arc<App>> {
    let described =
        async |State(app): State<Arc<App>>| -> Response { answer(&document(&app.limits)) };
    Router::new().route("/openapi.json", get(described))
}

/// The whole description.
pub(crate) fn document(limits: &Limits) -> Value {
    let mut schemas = forms::schemas(limits);
    schemas.append(&mut answers::schemas());
    schemas.append(&mut vendors::schemas());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Hawkshaw screening",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "May I credit this deposit, may I pay out to this address? `not_found` \
                            and `not_covered` are not clean. A failure is a problem (RFC 9457) and \
                            never an answer. Amounts are decimal strings, in base units of their \
                            asset; times are Unix seconds.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }, { "header": [] }, {}],
        "paths": operations::paths(),
        "components": {
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "header": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
                "token": { "type": "apiKey", "in": "header", "name": "Token" },
                "basic": { "type": "http", "scheme": "basic" },
            },
            "schemas": Value::Object(schemas),
            "responses": parts::problems(),
            "headers": parts::headers(),
        },
    })
}

/// A reference to a schema.
fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A schema that may also be null.
fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

/// An object that has all of its properties and no other.
fn closed(properties: Value, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// An object that has at least these properties: more may be added.
fn open(properties: Value) -> Value {
    let required: Vec<&String> =
        properties.as_object().map_or(Vec::new(), |all| all.keys().collect());
    json!({ "type": "object", "required": required, "properties": properties })
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests;
