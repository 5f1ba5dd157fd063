//! Whether the service lives, whether it answers, and what it counts.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use hawkshaw_records::Role;
use serde_json::json;

use crate::app::App;
use crate::body::answer;
use crate::client::{Client, guarded};
use crate::problem::Problem;

/// Metrics are for keys with a role of their own; whether the service lives is for everybody.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let metrics = guarded(Router::new().route("/metrics", get(metrics)), app);
    Router::new()
        .merge(metrics)
        .route("/healthz", get(async || answer(&json!({ "status": "alive" }))))
        .route("/readyz", get(ready))
}

/// Ready is who has something to answer from, and does not stop.
async fn ready(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    app.ready().await?;
    Ok(answer(&json!({ "status": "ready", "data_version": app.screener()?.data_version() })))
}

async fn metrics(State(app): State<Arc<App>>, client: Client) -> Result<Response, Problem> {
    client.require(Role::Metrics)?;
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(CONTENT_TYPE, kind)], app.metrics.render()).into_response())
}
