//! The transfer API: what is registered is asked about afterwards, for as long as it lives.
//!
//! A registration goes where our own go, so that it is watched and alerted about in the same way;
//! each answer is made anew from what is known at that moment.

mod reply;
mod request;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use hawkshaw_records::{
    AlertFilter, GivenAnswer, NewRegistration, PageRequest, RecordId, RecordsError, Registration,
    RegistrationKind, Role, Verdict,
};
use hawkshaw_screening::{Action, AddressKey, Answer, Query};
use serde_json::{Value, json};

use self::reply::{
    Alerts, Attempt, Categories, Exposures, HighRiskAddresses, NetworkIdentifications, Transfer,
    is_processed,
};
use self::request::{Beside, Wanted};
use super::ask::{Read, reply};
use crate::api::repeat::NeverKnownAgain;
use crate::app::{App, told};
use crate::body::Part;
use crate::client::Client;
use crate::clock;
use crate::problem::{Kind, Problem};

/// What is asked about a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Summary,
    Exposures,
    Alerts,
    NetworkIdentifications,
    HighRiskAddresses,
}

/// The paths behind a registration, and what each is about.
const ABOUT: [(&str, About); 5] = [
    ("", About::Summary),
    ("/exposures", About::Exposures),
    ("/alerts", About::Alerts),
    ("/network-identifications", About::NetworkIdentifications),
    ("/high-risk-addresses", About::HighRiskAddresses),
];

/// The kinds of registrations, as the paths call them.
const KINDS: [(&str, RegistrationKind); 2] = [
    ("transfers", RegistrationKind::Transfer),
    ("withdrawal-attempts", RegistrationKind::WithdrawalAttempt),
];

pub(super) fn routes() -> Router<Arc<App>> {
    let mut router = Router::new()
        .route("/api/kyt/v2/categories", get(categories))
        .route("/api/kyt/v2/users/{user}/transfers", post(register_transfer))
        .route("/api/kyt/v2/users/{user}/withdrawal-attempts", post(register_attempt));
    for (name, kind) in KINDS {
        for (path, about) in ABOUT {
            let handler = async move |State(app): State<Arc<App>>, client: Client, id: Part| {
                ask(&app, &client, kind, &id.0, about).await
            };
            router = router.route(&format!("/api/kyt/v2/{name}/{{id}}{path}"), get(handler));
        }
    }
    router
}

async fn categories(State(app): State<Arc<App>>, client: Client) -> Result<Response, Problem> {
    client.require(Role::Screen)?;
    app.audit(&client, json!({ "read": "categories" })).await?;
    Ok(reply(StatusCode::OK, &[], &Categories::all()))
}

async fn register_transfer(
    State(app): State<Arc<App>>,
    client: Client,
    Path(user): Path<String>,
    _: NeverKnownAgain,
    Read(body): Read<Value>,
) -> Result<Response, Problem> {
    register(&app, &client, user, request::transfer(&body)?).await
}

async fn register_attempt(
    State(app): State<Arc<App>>,
    client: Client,
    Path(user): Path<String>,
    _: NeverKnownAgain,
    Read(body): Read<Value>,
) -> Result<Response, Problem> {
    register(&app, &client, user, request::attempt(&body)?).await
}

/// Registers, and with a transfer each address that paid it: these are watched as well. What is
/// sent again may name further ones, and contradicts nothing of what was sent before.
async fn register(
    app: &App,
    client: &Client,
    user: String,
    wanted: Wanted,
) -> Result<Response, Problem> {
    client.require(Role::Register)?;
    let extra = serde_json::to_string(&wanted.beside).map_err(Problem::internal)?;
    let maker = Maker { app, client, user, reference: wanted.reference };
    let mut answers = Vec::new();
    let mut new = vec![maker.make(wanted.kind, &wanted.query, Some(extra), &mut answers)?];
    for input in &wanted.beside.inputs {
        let query = about_input(&wanted.query, input);
        new.push(maker.make(RegistrationKind::Address, &query, None, &mut answers)?);
    }
    let kept = app.records().register_joining(new, None, Some(Box::new(rejoin))).await?;
    let first = kept.into_iter().next();
    let first = first.ok_or_else(|| Problem::internal("a registration was not kept"))?;
    for input in beside(&first.registration).inputs {
        if !wanted.beside.inputs.contains(&input) {
            answers.push(app.answer(&about_input(&wanted.query, &input))?);
        }
    }
    let said: Vec<Value> = answers.iter().map(told).collect();
    let id = first.registration.id;
    app.audit(client, json!({ "registered": id, "new": first.is_new, "answers": said })).await?;
    Ok(summary(StatusCode::OK, &first.registration, &answers, None))
}

/// What is kept beside a registration that is sent again.
fn rejoin(before: &Registration, new: &NewRegistration) -> Result<Option<String>, RecordsError> {
    // What came another way has nothing beside it, and addresses that paid have not either.
    let (Some(kept), Some(sent)) = (&before.extra, &new.extra) else {
        return Ok(before.extra.clone().or_else(|| new.extra.clone()));
    };
    let is_known = before.query.asset.is_some();
    let read = |text: &str| {
        let read = serde_json::from_str::<Beside>(text);
        read.map_err(|error| RecordsError::Database(error.to_string()))
    };
    let joined = read(kept)?.joined(read(sent)?, is_known).map_err(RecordsError::Conflict)?;
    let text = serde_json::to_string(&joined);
    text.map(Some).map_err(|error| RecordsError::Database(error.to_string()))
}

/// Makes registrations of a request.
struct Maker<'a> {
    app: &'a App,
    client: &'a Client,
    user: String,
    reference: Option<String>,
}

impl Maker<'_> {
    fn make(
        &self,
        kind: RegistrationKind,
        query: &Query,
        extra: Option<String>,
        answers: &mut Vec<Answer>,
    ) -> Result<NewRegistration, Problem> {
        let answer = self.app.answer(&now(query))?;
        let Some(account) = &answer.account else {
            let detail = format!("`{}` is no address", answer.asked);
            return Err(Problem::new(Kind::BadRequest, detail));
        };
        let new = NewRegistration {
            id: RecordId::new()?,
            owner: self.client.id().clone(),
            kind,
            time: clock::now(),
            query: query.clone(),
            key: Some(AddressKey::of(account)),
            user: Some(self.user.clone()),
            reference: self.reference.clone(),
            extra,
            answer: GivenAnswer { verdict: Verdict::of(&answer), json: answer.to_json_text() },
            is_alert: answer.decision.action > Action::Allow,
        };
        answers.push(answer);
        Ok(new)
    }
}

/// The same question, asked now: rules about age need the time.
fn now(query: &Query) -> Query {
    Query { now: Some(clock::now()), ..query.clone() }
}

/// What is asked about an address that paid a transfer.
fn about_input(query: &Query, input: &str) -> Query {
    Query { address: input.to_owned(), ..now(query) }
}

/// Answers about a registration.
async fn ask(
    app: &App,
    client: &Client,
    kind: RegistrationKind,
    id: &str,
    about: About,
) -> Result<Response, Problem> {
    client.require(Role::Register)?;
    let unknown = || Problem::new(Kind::NotFound, format!("there is no such {}", kind.as_str()));
    let id: RecordId = id.parse().map_err(|_| unknown())?;
    let (records, scope) = (app.records().clone(), client.scope());
    let found = app.blocking(move || records.registration(&scope, id)).await?;
    if found.kind != kind {
        return Err(unknown());
    }
    let inputs = beside(&found).inputs;
    let mut answers = vec![app.answer(&now(&found.query))?];
    for input in inputs {
        answers.push(app.answer(&about_input(&found.query, &input))?);
    }
    let said: Vec<Value> = answers.iter().map(told).collect();
    app.audit(client, json!({ "read": id, "answers": said })).await?;
    Ok(match about {
        About::Summary => {
            let updated = updated(app, client, &found, &answers).await?;
            summary(StatusCode::OK, &found, &answers, updated)
        }
        About::Exposures => reply(StatusCode::OK, &answers, &Exposures::of(&answers)),
        About::Alerts => reply(StatusCode::OK, &answers, &Alerts::of(&found, &answers)),
        About::NetworkIdentifications => {
            reply(StatusCode::OK, &answers, &NetworkIdentifications::of(&answers))
        }
        About::HighRiskAddresses => {
            reply(StatusCode::OK, &answers, &HighRiskAddresses::of(&answers))
        }
    })
}

fn summary(
    status: StatusCode,
    registration: &Registration,
    answers: &[Answer],
    updated: Option<String>,
) -> Response {
    let beside = beside(registration);
    match registration.kind {
        RegistrationKind::Transfer => {
            reply(status, answers, &Transfer::of(registration, beside, updated))
        }
        _ => reply(status, answers, &Attempt::of(registration, beside, updated)),
    }
}

/// When a registration was last looked at with another result; `None` as long as something of it
/// cannot be looked at, because its chain is not covered.
async fn updated(
    app: &App,
    client: &Client,
    registration: &Registration,
    answers: &[Answer],
) -> Result<Option<String>, Problem> {
    if !is_processed(answers) {
        return Ok(None);
    }
    let mut time = registration.time;
    if registration.latest.is_some() {
        let (records, scope) = (app.records().clone(), client.scope());
        let filter = AlertFilter { registration: Some(registration.id), ..AlertFilter::default() };
        let page = PageRequest { limit: 1, ..PageRequest::default() };
        let now = clock::now();
        let newest = app.blocking(move || records.alerts(&scope, &filter, page, now)).await?;
        time = newest.items.first().map_or(time, |alert| alert.created.max(time));
    }
    Ok(Some(time.to_string()))
}

/// What this surface kept beside a registration; of one that came another way, what its query
/// says.
fn beside(registration: &Registration) -> Beside {
    let kept = registration.extra.as_deref().and_then(|text| serde_json::from_str(text).ok());
    kept.unwrap_or_else(|| Beside::of(&registration.query))
}
