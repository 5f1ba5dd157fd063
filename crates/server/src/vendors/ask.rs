//! Requests that ask about addresses.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use hawkshaw_screening::{Answer, Query};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::chain::chain;
use super::risk::Entity;
use super::sanctions::Identifications;
use super::screening::{Sanctioned, Screened, Sent};
use super::view::covered;
use crate::app::App;
use crate::client::Client;
use crate::problem::{Kind, Problem};

/// Addresses that one request may ask about.
const ADDRESSES_MAX: usize = 1_000;

/// Characters of an id of the client's that are given back.
pub(super) const ID_CHARACTERS_MAX: usize = 300;

/// Headers that say what the shapes of other vendors have no room for.
const STATUS: HeaderName = HeaderName::from_static("x-hawkshaw-status");
const ACTION: HeaderName = HeaderName::from_static("x-hawkshaw-action");
const DATA_VERSION: HeaderName = HeaderName::from_static("x-hawkshaw-data-version");

/// `GET /api/v1/address/{address}`
pub(super) async fn sanctions(
    State(app): State<Arc<App>>,
    client: Client,
    Path(address): Path<String>,
) -> Result<Response, Problem> {
    let answer = ask(&app, &client, Query { address, ..Query::default() }).await?;
    Ok(reply(StatusCode::OK, &[&answer], Identifications::of(&answer)))
}

/// `GET /api/risk/v2/entities/{address}`
pub(super) async fn risk_entity(
    State(app): State<Arc<App>>,
    client: Client,
    Path(address): Path<String>,
) -> Result<Response, Problem> {
    let answer = ask(&app, &client, Query { address, ..Query::default() }).await?;
    Ok(reply(StatusCode::OK, &[&answer], Entity::of(&answer)))
}

/// `POST /api/risk/v2/entities`, which older clients send before they ask. There is nothing to
/// register: an address can be asked about at once. It is looked up all the same, so that what
/// cannot be answered is refused here already.
pub(super) async fn register_risk_entity(
    State(app): State<Arc<App>>,
    client: Client,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body: Value = read(body)?;
    let address = text(&body, "address")?;
    let answer = ask(&app, &client, Query { address, ..Query::default() }).await?;
    Ok(reply(StatusCode::CREATED, &[&answer], json!({ "address": answer.asked })))
}

/// `POST /public/v1/sanctions/screening`: 201, as the vendor answers and some clients insist.
pub(super) async fn screen_sanctions(
    State(app): State<Arc<App>>,
    client: Client,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let mut answers = Vec::new();
    for item in items(body)? {
        let chain = item.get("chain").and_then(Value::as_str).map(chain).transpose()?;
        let query = Query { address: text(&item, "address")?, chain, ..Query::default() };
        answers.push(ask(&app, &client, query).await?);
    }
    let sanctioned: Vec<Sanctioned> = answers.iter().map(Sanctioned::of).collect();
    Ok(reply(StatusCode::CREATED, &answers.iter().collect::<Vec<_>>(), sanctioned))
}

/// `POST /public/v2/screening/addresses`
pub(super) async fn screen_addresses(
    State(app): State<Arc<App>>,
    client: Client,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (mut answers, mut screened) = (Vec::new(), Vec::new());
    for item in items(body)? {
        let name = text(&item, "chain")?;
        let query = Query {
            address: text(&item, "address")?,
            chain: Some(chain(&name)?),
            ..Query::default()
        };
        let sent = Sent {
            chain: name,
            account_external_id: own_id(&item, "accountExternalId")?,
            external_id: own_id(&item, "externalId")?,
        };
        let answer = ask(&app, &client, query).await?;
        screened.push(Screened::of(&answer, sent));
        answers.push(answer);
    }
    Ok(reply(StatusCode::OK, &answers.iter().collect::<Vec<_>>(), screened))
}

/// Asks, and refuses what a vendor's shape has no room for.
async fn ask(app: &App, client: &Client, query: Query) -> Result<Answer, Problem> {
    let answer = app.screen(client, query).await?;
    covered(&answer)?;
    Ok(answer)
}

/// An answer in a vendor's shape. Our headers are about one address, where one was asked about.
pub(super) fn reply(status: StatusCode, answers: &[&Answer], body: impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    if let [answer] = answers {
        headers.insert(STATUS, HeaderValue::from_static(answer.status.as_str()));
        headers.insert(ACTION, HeaderValue::from_static(answer.decision.action.as_str()));
    }
    if let Some(answer) = answers.first()
        && let Ok(version) = HeaderValue::from_str(&answer.data_version)
    {
        headers.insert(DATA_VERSION, version);
    }
    response
}

/// A body as JSON, whatever its media type says: several clients send none.
pub(super) fn read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Problem> {
    let body = body.map_err(|rejection| {
        let kind = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Kind::TooLarge,
            StatusCode::REQUEST_TIMEOUT => Kind::Timeout,
            _ => Kind::BadRequest,
        };
        Problem::new(kind, "the body could not be read")
    })?;
    serde_json::from_slice(&body)
        .map_err(|error| Problem::new(Kind::BadRequest, format!("the body is no JSON: {error}")))
}

/// The items of a body that has to be a list.
fn items(body: Result<Bytes, BytesRejection>) -> Result<Vec<Value>, Problem> {
    let items: Vec<Value> = read(body)?;
    if items.is_empty() || items.len() > ADDRESSES_MAX {
        let detail = format!("a request asks about 1 to {ADDRESSES_MAX} addresses");
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    Ok(items)
}

/// A text that has to be there.
pub(super) fn text(item: &Value, name: &str) -> Result<String, Problem> {
    let text = item.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let missing = || Problem::new(Kind::BadRequest, format!("`{name}` is missing or no text"));
    text.map(str::to_owned).ok_or_else(missing)
}

/// An id of the client's, which is given back as it came.
fn own_id(item: &Value, name: &str) -> Result<Option<String>, Problem> {
    match item.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id)) if id.chars().count() <= ID_CHARACTERS_MAX => Ok(Some(id.clone())),
        Some(_) => Err(Problem::new(
            Kind::BadRequest,
            format!("`{name}` has to be a text of at most {ID_CHARACTERS_MAX} characters"),
        )),
    }
}
