//! `/v1/webhooks`: who is told of events, and what became of that.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use hawkshaw_model::Timestamp;
use hawkshaw_records::{
    Cursor, Delivery, DeliveryState, EventKind, NewSubscription, RecordId, Role, Subscription,
    SubscriptionChange, UnixMillis,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::paging::{self, PageLimit};
use crate::api::repeat::NeverKnownAgain;
use crate::api::wire::{Reference, Text};
use crate::app::App;
use crate::body::{Asked, Part, Sent, answer, answer_with};
use crate::client::Client;
use crate::clock;
use crate::problem::{Kind, Problem};
use crate::webhooks::ReachError;

/// How long the old secret is good where nobody says: a day.
const OVERLAP_SECONDS: i64 = 24 * 3600;

/// How long it may be good: thirty days.
pub(crate) const OVERLAP_MAX: i64 = 30 * 24 * 3600;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/webhooks", get(find).post(make))
        .route("/v1/webhooks/{id}", get(one).patch(change).delete(end))
        .route("/v1/webhook-deliveries", get(deliveries))
        .route("/v1/webhook-deliveries/{id}/requeue", post(requeue))
}

/// What a subscription is made with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    url: String,
    description: Option<Text<Reference>>,
    events: Option<Vec<Text<EventKind>>>,
}

/// Exactly one thing that is changed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Change {
    Url(String),
    Events(Vec<Text<EventKind>>),
    Active(bool),
    /// For how many seconds the old secret stays good.
    RotateSecret(Option<i64>),
}

/// Which deliveries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    limit: Option<PageLimit>,
    cursor: Option<Text<Cursor>>,
    state: Option<Text<DeliveryState>>,
}

fn unprocessable(why: impl AsRef<str>) -> Problem {
    Problem::new(Kind::Unprocessable, why)
}

fn reach(error: &ReachError) -> Problem {
    unprocessable(error.to_string())
}

async fn make(
    State(app): State<Arc<App>>,
    client: Client,
    _: NeverKnownAgain,
    sent: Sent<New>,
) -> Result<Response, Problem> {
    client.require(Role::Webhooks)?;
    // What is delivered are alerts.
    client.require(Role::Alerts)?;
    let new = sent.value;
    app.reach().check(&new.url).map_err(|error| reach(&error))?;
    let events = match new.events {
        Some(events) => kinds(events)?,
        None => EventKind::ALL.to_vec(),
    };
    let new = NewSubscription {
        owner: client.id().clone(),
        url: new.url,
        description: new.description.map(|text| text.0.0),
        events,
    };
    let made = app.records().subscribe(new, clock::now()).await?;
    app.audit(&client, json!({ "webhook": made.id, "what": "made", "url": made.url })).await?;
    Ok(answer_with(StatusCode::CREATED, &told(&made, true)))
}

async fn find(State(app): State<Arc<App>>, client: Client) -> Result<Response, Problem> {
    client.require(Role::Webhooks)?;
    let (records, scope) = (app.records().clone(), client.scope());
    let found = app.blocking(move || records.subscriptions(&scope)).await?;
    app.audit(&client, json!({ "listed": found.len() })).await?;
    let items: Vec<Value> = found.iter().map(|one| told(one, false)).collect();
    Ok(answer(&json!({ "items": items, "next": null })))
}

async fn one(
    State(app): State<Arc<App>>,
    client: Client,
    Part(id): Part,
) -> Result<Response, Problem> {
    client.require(Role::Webhooks)?;
    let id = read_id(&id, "webhook")?;
    let (records, scope) = (app.records().clone(), client.scope());
    let found = app.blocking(move || records.subscription(&scope, id)).await?;
    app.audit(&client, json!({ "read": id })).await?;
    Ok(answer(&told(&found, false)))
}

async fn change(
    State(app): State<Arc<App>>,
    client: Client,
    _: NeverKnownAgain,
    Part(id): Part,
    sent: Sent<Change>,
) -> Result<Response, Problem> {
    client.require(Role::Webhooks)?;
    let id = read_id(&id, "webhook")?;
    let (what, change) = match sent.value {
        Change::Url(url) => {
            app.reach().check(&url).map_err(|error| reach(&error))?;
            ("url", SubscriptionChange::Url(url))
        }
        Change::Events(events) => ("events", SubscriptionChange::Events(kinds(events)?)),
        Change::Active(is_active) => ("active", SubscriptionChange::Active(is_active)),
        Change::RotateSecret(seconds) => {
            let seconds = seconds.unwrap_or(OVERLAP_SECONDS);
            if !(0..=OVERLAP_MAX).contains(&seconds) {
                return Err(unprocessable("an old secret is good for 0 to 2592000 seconds"));
            }
            let until = Timestamp::from_unix(clock::now().to_unix().saturating_add(seconds));
            ("secret", SubscriptionChange::Rotate(until.map_err(Problem::internal)?))
        }
    };
    let is_rotated = what == "secret";
    let scope = client.scope();
    let changed = app.records().change_subscription(&scope, id, change, clock::now()).await?;
    app.audit(&client, json!({ "webhook": id, "what": what, "url": changed.url })).await?;
    Ok(answer(&told(&changed, is_rotated)))
}

async fn end(
    State(app): State<Arc<App>>,
    client: Client,
    Part(id): Part,
) -> Result<Response, Problem> {
    client.require(Role::Webhooks)?;
    let id = read_id(&id, "webhook")?;
    app.records().unsubscribe(&client.scope(), id, clock::now()).await?;
    app.audit(&client, json!({ "webhook": id, "what": "ended" })).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn deliveries(
    State(app): State<Arc<App>>,
    client: Client,
    Asked(wanted): Asked<Filter>,
) -> Result<Response, Problem> {
    client.require(Role::Webhooks)?;
    let state = wanted.state.map(|text| text.0);
    let page = paging::wanted(wanted.limit, wanted.cursor);
    let (records, scope) = (app.records().clone(), client.scope());
    let found = app.blocking(move || records.deliveries(&scope, state, page)).await?;
    app.audit(&client, json!({ "listed": found.items.len() })).await?;
    Ok(answer(&paging::json(&found, |one| Ok::<_, Problem>(delivery(one)))?))
}

async fn requeue(
    State(app): State<Arc<App>>,
    client: Client,
    _: NeverKnownAgain,
    Part(id): Part,
) -> Result<Response, Problem> {
    client.require(Role::Webhooks)?;
    let id = read_id(&id, "dead letter")?;
    app.records().requeue(&client.scope(), id, UnixMillis::now()).await?;
    app.audit(&client, json!({ "delivery": id, "what": "requeued" })).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn kinds(wanted: Vec<Text<EventKind>>) -> Result<Vec<EventKind>, Problem> {
    let mut kinds = Vec::new();
    for Text(kind) in wanted {
        if kinds.contains(&kind) {
            return Err(unprocessable("`events` names a kind twice"));
        }
        kinds.push(kind);
    }
    if kinds.is_empty() {
        return Err(unprocessable("`events` names no kind"));
    }
    Ok(kinds)
}

fn read_id(text: &str, what: &str) -> Result<RecordId, Problem> {
    let missing = || Problem::new(Kind::NotFound, format!("there is no such {what}"));
    text.parse().map_err(|_| missing())
}

/// A subscription; its newest secret only where it was just made.
fn told(subscription: &Subscription, is_secret_shown: bool) -> Value {
    let mut json = json!({
        "id": subscription.id,
        "url": subscription.url,
        "description": subscription.description,
        "events": subscription.events,
        "active": subscription.is_active,
        "created": subscription.created.to_string(),
        "secrets": subscription.secrets.len(),
    });
    if let Some(secret) = subscription.secrets.first().filter(|_| is_secret_shown) {
        json["secret"] = secret.text.as_str().into();
    }
    json
}

fn delivery(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id,
        "webhook": delivery.subscription,
        "event": delivery.event,
        "type": delivery.kind,
        "state": delivery.state.as_str(),
        "attempts": delivery.attempts,
        "due": delivery.due.to_timestamp().to_string(),
        "answered": delivery.answered,
        "error": delivery.error,
    })
}
