//! Registering transfers, withdrawal attempts and addresses: screened once, watched for life.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use hawkshaw_model::{AssetId, ChainId};
use hawkshaw_records::{
    GivenAnswer, InFlight, NewRegistration, RecordId, Registered, Registration, RegistrationKind,
    Responder, Role, StoredResponse, Verdict,
};
use hawkshaw_screening::{Action, AddressKey, Answer, Direction, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::record::registration_json;
use crate::api::repeat::{self, Repeat};
use crate::api::wire::{AddressText, BaseUnits, Dollars, Reference, Text};
use crate::app::{App, told};
use crate::body::Sent;
use crate::client::Client;
use crate::clock;
use crate::problem::{Kind, Problem};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/transfers", post(transfer))
        .route("/v1/withdrawal-attempts", post(withdrawal_attempt))
        .route("/v1/addresses", post(address))
}

/// A transfer that happened.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Transfer {
    direction: Text<Direction>,
    address: Text<AddressText>,
    asset: Text<AssetId>,
    amount: Text<BaseUnits>,
    chain: Option<Text<ChainId>>,
    usd: Option<Text<Dollars>>,
    user: Option<Text<Reference>>,
    reference: Option<Text<Reference>>,
}

/// A withdrawal that is about to happen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attempt {
    address: Text<AddressText>,
    asset: Text<AssetId>,
    amount: Text<BaseUnits>,
    chain: Option<Text<ChainId>>,
    usd: Option<Text<Dollars>>,
    user: Option<Text<Reference>>,
    reference: Option<Text<Reference>>,
}

/// An address that is to be watched.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Watched {
    address: Text<AddressText>,
    chain: Option<Text<ChainId>>,
    user: Option<Text<Reference>>,
    reference: Option<Text<Reference>>,
}

async fn transfer(
    State(app): State<Arc<App>>,
    client: Client,
    headers: HeaderMap,
    sent: Sent<Transfer>,
) -> Result<Response, Problem> {
    let Sent { value, bytes } = sent;
    let chain = value.chain.map_or_else(|| value.asset.0.chain(), |text| text.0);
    let query = Query {
        address: value.address.0.0,
        chain: Some(chain),
        direction: Some(value.direction.0),
        asset: Some(value.asset.0),
        amount: Some(value.amount.0.0),
        usd: value.usd.map(|text| text.0.0),
        as_of: None,
        now: Some(clock::now()),
    };
    let wanted = Wanted::new(RegistrationKind::Transfer, query, value.user, value.reference);
    register(&app, &client, &headers, wanted, &bytes).await
}

async fn withdrawal_attempt(
    State(app): State<Arc<App>>,
    client: Client,
    headers: HeaderMap,
    sent: Sent<Attempt>,
) -> Result<Response, Problem> {
    let Sent { value, bytes } = sent;
    let chain = value.chain.map_or_else(|| value.asset.0.chain(), |text| text.0);
    let query = Query {
        address: value.address.0.0,
        chain: Some(chain),
        direction: Some(Direction::Sent),
        asset: Some(value.asset.0),
        amount: Some(value.amount.0.0),
        usd: value.usd.map(|text| text.0.0),
        as_of: None,
        now: Some(clock::now()),
    };
    let kind = RegistrationKind::WithdrawalAttempt;
    let wanted = Wanted::new(kind, query, value.user, value.reference);
    register(&app, &client, &headers, wanted, &bytes).await
}

async fn address(
    State(app): State<Arc<App>>,
    client: Client,
    headers: HeaderMap,
    sent: Sent<Watched>,
) -> Result<Response, Problem> {
    let Sent { value, bytes } = sent;
    let chain = value.chain.map(|text| text.0);
    let now = Some(clock::now());
    let query = Query { address: value.address.0.0, chain, now, ..Query::default() };
    let wanted = Wanted::new(RegistrationKind::Address, query, value.user, value.reference);
    register(&app, &client, &headers, wanted, &bytes).await
}

/// What is wanted to be registered.
struct Wanted {
    kind: RegistrationKind,
    query: Query,
    user: Option<String>,
    reference: Option<String>,
}

impl Wanted {
    fn new(
        kind: RegistrationKind,
        query: Query,
        user: Option<Text<Reference>>,
        reference: Option<Text<Reference>>,
    ) -> Self {
        let text = |text: Option<Text<Reference>>| text.map(|text| text.0.0);
        Self { kind, query, user: text(user), reference: text(reference) }
    }
}

async fn register(
    app: &Arc<App>,
    client: &Client,
    headers: &HeaderMap,
    wanted: Wanted,
    body: &[u8],
) -> Result<Response, Problem> {
    client.require(Role::Register)?;
    let in_flight = match repeat::begin(app, client, headers, body).await? {
        Repeat::New(in_flight) => in_flight,
        Repeat::Done(response) => return Ok(response),
    };
    let answer = app.answer(&wanted.query)?;
    let Some(account) = &answer.account else {
        let why = answer.notes.first().map_or("it is no address", String::as_str);
        return Err(Problem::new(Kind::Unprocessable, format!("cannot be watched: {why}")));
    };
    let key = AddressKey::of(account);
    let new = new_registration(client, wanted, key, &answer)?;
    let kept = keep(app, new, in_flight).await?;
    // What is told of something that was registered before is what stands there.
    let said = if kept.is_new { told(&answer) } else { told_again(&kept.registration) };
    let id = kept.registration.id;
    app.audit(client, json!({ "registered": id, "new": kept.is_new, "answers": [said] })).await?;
    Ok(repeat::response(stored(&kept)?))
}

/// What the audit log is told of a registration that there was.
fn told_again(registration: &Registration) -> Value {
    let (query, verdict) = (&registration.query, registration.verdict());
    json!({
        "asked": query.address,
        "chain": query.chain.as_ref().map(ChainId::as_str),
        "status": verdict.status,
        "action": verdict.action,
        "rule": verdict.rule,
        "as_of": null,
    })
}

fn new_registration(
    client: &Client,
    wanted: Wanted,
    key: AddressKey,
    answer: &Answer,
) -> Result<NewRegistration, Problem> {
    Ok(NewRegistration {
        id: RecordId::new()?,
        owner: client.id().clone(),
        kind: wanted.kind,
        time: clock::now(),
        query: wanted.query,
        key: Some(key),
        user: wanted.user,
        reference: wanted.reference,
        extra: None,
        answer: GivenAnswer { verdict: Verdict::of(answer), json: answer.to_json_text() },
        is_alert: answer.decision.action > Action::Allow,
    })
}

/// Keeps a registration and the response to it, on the disk.
async fn keep(
    app: &App,
    new: NewRegistration,
    in_flight: Option<InFlight>,
) -> Result<Registered, Problem> {
    let responder: Responder = Box::new(|all| {
        let made = all.first().and_then(|one| stored(one).ok());
        made.unwrap_or_else(unreadable)
    });
    let repeated = in_flight.map(|in_flight| (in_flight, responder));
    let mut kept = app.records().register(vec![new], repeated).await?;
    kept.pop().ok_or_else(|| Problem::internal("a registration was not kept"))
}

/// The response to a registration: 201 where it is new.
fn stored(kept: &Registered) -> Result<StoredResponse, Problem> {
    let mut body = registration_json(&kept.registration)?;
    body["alert"] = json!(kept.alert);
    let place = format!("/v1/{}/{}", folder(kept.registration.kind), kept.registration.id);
    Ok(StoredResponse {
        status: if kept.is_new { 201 } else { 200 },
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("location".to_owned(), place),
        ],
        body: body.to_string().into_bytes(),
    })
}

/// The part of the path that lists a kind.
const fn folder(kind: RegistrationKind) -> &'static str {
    match kind {
        RegistrationKind::Transfer => "transfers",
        RegistrationKind::WithdrawalAttempt => "withdrawal-attempts",
        RegistrationKind::Address => "addresses",
    }
}

/// What is kept where the response cannot be made: an answer that we wrote always can be read.
fn unreadable() -> StoredResponse {
    StoredResponse { status: 500, headers: Vec::new(), body: Vec::new() }
}
