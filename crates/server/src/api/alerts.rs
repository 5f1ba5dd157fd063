//! `/v1/alerts`: what a person has to look at.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use hawkshaw_records::{
    Alert, AlertChange, AlertFilter, AlertQueue, AlertState, Cursor, RecordId, Role,
};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Value, json};

use crate::api::paging::{self, PageLimit};
use crate::api::repeat::NeverKnownAgain;
use crate::api::wire::{Reference, Remark, Text, Time};
use crate::app::App;
use crate::body::{Asked, Part, Sent, answer};
use crate::client::Client;
use crate::clock;
use crate::problem::{Kind, Problem};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/alerts", get(find)).route("/v1/alerts/{id}", get(one).patch(change))
}

/// Which alerts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    limit: Option<PageLimit>,
    cursor: Option<Text<Cursor>>,
    queue: Option<Text<AlertQueue>>,
    state: Option<Text<AlertState>>,
    registration: Option<Text<RecordId>>,
}

async fn find(
    State(app): State<Arc<App>>,
    client: Client,
    Asked(wanted): Asked<Filter>,
) -> Result<Response, Problem> {
    client.require(Role::Alerts)?;
    let filter = AlertFilter {
        queue: wanted.queue.map(|text| text.0),
        state: wanted.state.map(|text| text.0),
        registration: wanted.registration.map(|text| text.0),
    };
    let page = paging::wanted(wanted.limit, wanted.cursor);
    let (records, scope) = (app.records().clone(), client.scope());
    let found = app.blocking(move || records.alerts(&scope, &filter, page, clock::now())).await?;
    app.audit(&client, json!({ "listed": found.items.len() })).await?;
    Ok(answer(&paging::json(&found, |alert| Ok::<_, Problem>(alert.to_json()))?))
}

async fn one(
    State(app): State<Arc<App>>,
    client: Client,
    Part(id): Part,
) -> Result<Response, Problem> {
    client.require(Role::Alerts)?;
    let id = read_id(&id)?;
    let (records, scope) = (app.records().clone(), client.scope());
    let alert = app.blocking(move || records.alert(&scope, id, clock::now())).await?;
    app.audit(&client, json!({ "read": id })).await?;
    whole(&app, &client, &alert).await
}

/// Exactly one thing that is done with an alert.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Change {
    Assign(Option<Text<Reference>>),
    Comment(Text<Remark>),
    SnoozeUntil(Time),
    Close(Text<Remark>),
    Reopen(bool),
}

async fn change(
    State(app): State<Arc<App>>,
    client: Client,
    _: NeverKnownAgain,
    Part(id): Part,
    sent: Sent<Members>,
) -> Result<Response, Problem> {
    client.require(Role::Alerts)?;
    let id = read_id(&id)?;
    let change = match one_change(sent.value)? {
        Change::Assign(who) => AlertChange::Assign(who.map(|text| text.0.0)),
        Change::Comment(text) => AlertChange::Comment(text.0.0),
        Change::SnoozeUntil(time) => AlertChange::Snooze(time.0),
        Change::Close(reason) => AlertChange::Close(reason.0.0),
        Change::Reopen(true) => AlertChange::Reopen,
        Change::Reopen(false) => {
            return Err(Problem::new(Kind::Unprocessable, "`reopen` can only be true"));
        }
    };
    let what = change.as_str();
    let (scope, who) = (client.scope(), client.id().as_str());
    let changed = app.records().change_alert(&scope, id, change, who, clock::now()).await?;
    app.audit(&client, json!({ "alert": id, "what": what })).await?;
    whole(&app, &client, &changed).await
}

/// The members of an object, also those that have one name.
#[derive(Debug)]
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

fn one_change(sent: Members) -> Result<Change, Problem> {
    let refused = |why: &str| Problem::new(Kind::Unprocessable, format!("the body: {why}"));
    if sent.0.len() != 1 {
        return Err(refused("exactly one of assign, comment, snooze_until, close and reopen"));
    }
    let one = Value::Object(sent.0.into_iter().collect());
    serde_json::from_value(one).map_err(|error| refused(&error.to_string()))
}

fn read_id(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Problem::new(Kind::NotFound, "there is no such alert"))
}

/// An alert with the answer that it is about and with what was done.
async fn whole(app: &Arc<App>, client: &Client, alert: &Alert) -> Result<Response, Problem> {
    let (records, scope, id) = (app.records().clone(), client.scope(), alert.id);
    let history = app.blocking(move || records.alert_history(&scope, id)).await?;
    let mut json = alert.to_json();
    let said: Value = serde_json::from_str(&alert.answer).map_err(Problem::internal)?;
    json["answer"] = said;
    json["history"] = serde_json::to_value(history).map_err(Problem::internal)?;
    Ok(answer(&json))
}
