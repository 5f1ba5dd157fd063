//! What is answered from: lists, rules, categories.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use hawkshaw_records::Role;
use hawkshaw_screening::{Category, Severity};
use serde_json::{Value, json};

use crate::app::App;
use crate::body::answer;
use crate::client::Client;
use crate::problem::Problem;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/lists", get(lists))
        .route("/v1/rules", get(rules))
        .route("/v1/categories", get(categories))
}

async fn lists(State(app): State<Arc<App>>, client: Client) -> Result<Response, Problem> {
    client.require(Role::Screen)?;
    let screener = app.screener()?;
    let lists = screener.lists().into_iter().map(|list| {
        json!({ "id": list.id, "name": list.name, "kind": list.kind, "edition": list.edition })
    });
    let chains = screener.coverage().chains().map(|(chain, known)| {
        json!({
            "chain": chain.as_str(),
            "name": chain.name(),
            "listings": known.listings,
            "listed_since": known.listed_since,
            "ledger": known.ledger.map(|(from, to)| json!({ "from": from, "to": to })),
        })
    });
    let json = json!({
        "data_version": screener.data_version(),
        "lists": lists.collect::<Vec<_>>(),
        "chains": chains.collect::<Vec<_>>(),
        "notes": screener.coverage().notes(),
    });
    tell(&app, &client, &json).await
}

async fn rules(State(app): State<Arc<App>>, client: Client) -> Result<Response, Problem> {
    client.require(Role::Screen)?;
    let digest = app.screener()?.rules().digest();
    tell(&app, &client, &json!({ "digest": digest, "rules": *app.rules_text() })).await
}

async fn categories(State(app): State<Arc<App>>, client: Client) -> Result<Response, Problem> {
    client.require(Role::Screen)?;
    let category = |category: &Category| {
        let severity = match category.severity() {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Severe => "severe",
        };
        json!({ "id": category.id(), "name": category.name(), "severity": severity })
    };
    let all: Vec<Value> = Category::ALL.iter().map(category).collect();
    tell(&app, &client, &json!({ "categories": all })).await
}

async fn tell(app: &App, client: &Client, json: &Value) -> Result<Response, Problem> {
    app.audit(client, Value::Null).await?;
    Ok(answer(json))
}
