//! Reading what is registered. Each key sees its own.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use hawkshaw_model::{ChainId, Usd};
use hawkshaw_records::{
    Cursor, RecordId, Registration, RegistrationFilter, RegistrationKind, Role,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::paging::{self, PageLimit};
use crate::api::wire::{Reference, Text, Time};
use crate::app::App;
use crate::body::{Asked, Part, answer};
use crate::client::Client;
use crate::problem::{Kind, Problem};

pub(super) fn routes() -> Router<Arc<App>> {
    let kinds = [
        ("transfers", RegistrationKind::Transfer),
        ("withdrawal-attempts", RegistrationKind::WithdrawalAttempt),
        ("addresses", RegistrationKind::Address),
    ];
    let mut router = Router::new();
    for (name, kind) in kinds {
        let find = async move |State(app): State<Arc<App>>,
                               client: Client,
                               Asked(wanted): Asked<Filter>| {
            find(app, client, kind, wanted).await
        };
        let one = async move |State(app): State<Arc<App>>, client: Client, Part(id): Part| {
            one(app, client, kind, id).await
        };
        router = router.route(&format!("/v1/{name}"), get(find));
        router = router.route(&format!("/v1/{name}/{{id}}"), get(one));
    }
    router
}

/// Which registrations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    limit: Option<PageLimit>,
    cursor: Option<Text<Cursor>>,
    reference: Option<Text<Reference>>,
    user: Option<Text<Reference>>,
    since: Option<Time>,
    until: Option<Time>,
}

async fn find(
    app: Arc<App>,
    client: Client,
    kind: RegistrationKind,
    wanted: Filter,
) -> Result<Response, Problem> {
    client.require(Role::Register)?;
    let filter = RegistrationFilter {
        kind: Some(kind),
        key: None,
        reference: wanted.reference.map(|text| text.0.0),
        user: wanted.user.map(|text| text.0.0),
        since: wanted.since.map(|time| time.0),
        until: wanted.until.map(|time| time.0),
    };
    let page = paging::wanted(wanted.limit, wanted.cursor);
    let (records, scope) = (app.records().clone(), client.scope());
    let found = app.blocking(move || records.registrations(&scope, &filter, page)).await?;
    app.audit(&client, json!({ "listed": found.items.len() })).await?;
    Ok(answer(&paging::json(&found, registration_json)?))
}

async fn one(
    app: Arc<App>,
    client: Client,
    kind: RegistrationKind,
    id: String,
) -> Result<Response, Problem> {
    client.require(Role::Register)?;
    let unknown = || Problem::new(Kind::NotFound, format!("there is no such {}", kind.as_str()));
    let id: RecordId = id.parse().map_err(|_| unknown())?;
    let (records, scope) = (app.records().clone(), client.scope());
    let found = app.blocking(move || records.registration(&scope, id)).await?;
    if found.kind != kind {
        return Err(unknown());
    }
    app.audit(&client, json!({ "read": id })).await?;
    Ok(answer(&registration_json(&found)?))
}

/// A registration as JSON.
pub(super) fn registration_json(registration: &Registration) -> Result<Value, Problem> {
    let whole = |json: &str| serde_json::from_str::<Value>(json).map_err(Problem::internal);
    let query = &registration.query;
    let latest = registration.latest.as_ref().map(|latest| whole(&latest.json)).transpose()?;
    let verdict = registration.verdict();
    Ok(json!({
        "schema": "hawkshaw.registration/1",
        "id": registration.id,
        "kind": registration.kind.as_str(),
        "time": registration.time,
        "address": query.address,
        "chain": query.chain.as_ref().map(ChainId::as_str),
        "direction": query.direction,
        "asset": query.asset,
        "amount": query.amount,
        "usd": query.usd.as_ref().map(Usd::to_string),
        "user": registration.user,
        "reference": registration.reference,
        "status": verdict.status,
        "action": verdict.action,
        "answer": whole(&registration.given.json)?,
        "latest": latest,
    }))
}
