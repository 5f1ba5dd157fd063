//! `/v1/admin`: what administrators do.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use hawkshaw_records::Role;
use serde_json::json;

use crate::app::App;
use crate::body::answer;
use crate::client::Client;
use crate::problem::Problem;
use crate::reload::Loader;

pub(super) fn routes(loader: &Loader) -> Router<Arc<App>> {
    let loader = loader.clone();
    let reload =
        async move |State(app): State<Arc<App>>, client: Client| reload(&loader, app, client).await;
    Router::new().route("/v1/admin/reload", post(reload))
}

/// Loads lists, tags and rules again, and answers when they are live.
async fn reload(loader: &Loader, app: Arc<App>, client: Client) -> Result<Response, Problem> {
    client.require(Role::Admin)?;
    let loaded = loader.on_demand(&app).await?;
    app.audit(&client, json!({ "reloaded": loaded.data_version })).await?;
    Ok(answer(&loaded))
}
