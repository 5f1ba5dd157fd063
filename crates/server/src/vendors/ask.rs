//! Requests that ask about addresses.

use std::slice;
use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use hawkshaw_screening::{Answer, Query, magic};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chain::chain;
use super::risk::Entity;
use super::sanctions::{Identifications, sanctions};
use super::screening::{Sanctioned, Screened, Sent};
use super::view::covered;
use crate::app::App;
use crate::body::{Part, answer_with, parse, read_anything};
use crate::client::Client;
use crate::problem::{Kind, Problem};

/// Addresses that one request may ask about.
const ADDRESSES_MAX: usize = 1_000;

/// Bytes of the body of such a request, where the service allows fewer to others.
const BODY_BYTES: u64 = 512 << 10;

/// Characters of an id of the client's that are given back.
pub(super) const ID_CHARACTERS_MAX: usize = 300;

/// Headers that say what the shapes of other vendors have no room for.
const STATUS: HeaderName = HeaderName::from_static("x-hawkshaw-status");
const ACTION: HeaderName = HeaderName::from_static("x-hawkshaw-action");
const DATA_VERSION: HeaderName = HeaderName::from_static("x-hawkshaw-data-version");

/// `GET /api/v1/address/{address}`
pub(super) async fn address_sanctions(
    State(app): State<Arc<App>>,
    client: Client,
    Part(address): Part,
) -> Result<Response, Problem> {
    let query = Query { address, ..Query::default() };
    let answers = ask_sanctions(&app, &client, vec![query]).await?;
    let told = answers.first().map(Identifications::of);
    let told = told.ok_or_else(|| Problem::internal("a question got no answer"))?;
    Ok(reply(StatusCode::OK, &answers, &told))
}

/// `GET /api/risk/v2/entities/{address}`
pub(super) async fn risk_entity(
    State(app): State<Arc<App>>,
    client: Client,
    Part(address): Part,
) -> Result<Response, Problem> {
    let answer = ask(&app, &client, Query { address, ..Query::default() }).await?;
    Ok(reply(StatusCode::OK, slice::from_ref(&answer), &Entity::of(&answer)))
}

/// `POST /api/risk/v2/entities`, which older clients send before they ask. There is nothing to
/// register: an address can be asked about at once. It is looked up all the same, so that what
/// cannot be answered is refused here already.
pub(super) async fn register_risk_entity(
    State(app): State<Arc<App>>,
    client: Client,
    Read(body): Read<Value>,
) -> Result<Response, Problem> {
    let address = text(&body, "address")?;
    let answer = ask(&app, &client, Query { address, ..Query::default() }).await?;
    let body = json!({ "address": answer.asked });
    Ok(reply(StatusCode::CREATED, slice::from_ref(&answer), &body))
}

/// `POST /public/v1/sanctions/screening`: 201, as the vendor answers and some clients insist.
pub(super) async fn screen_sanctions(
    State(app): State<Arc<App>>,
    client: Client,
    Read(Items(items)): Read<Items>,
) -> Result<Response, Problem> {
    let query = |item: &Value| {
        let chain = item.get("chain").and_then(Value::as_str).map(chain).transpose()?;
        Ok(Query { address: text(item, "address")?, chain, ..Query::default() })
    };
    let queries = items.iter().map(query).collect::<Result<_, Problem>>()?;
    let answers = ask_sanctions(&app, &client, queries).await?;
    let sanctioned: Vec<Sanctioned> = answers.iter().map(Sanctioned::of).collect();
    Ok(reply(StatusCode::CREATED, &answers, &sanctioned))
}

/// `POST /public/v2/screening/addresses`
pub(super) async fn screen_addresses(
    State(app): State<Arc<App>>,
    client: Client,
    Read(Items(items)): Read<Items>,
) -> Result<Response, Problem> {
    let (mut queries, mut sent) = (Vec::new(), Vec::new());
    for item in items {
        let name = text(&item, "chain")?;
        queries.push(Query {
            address: text(&item, "address")?,
            chain: Some(chain(&name)?),
            ..Query::default()
        });
        sent.push(Sent {
            chain: name,
            account_external_id: own_id(&item, "accountExternalId")?,
            external_id: own_id(&item, "externalId")?,
        });
    }
    let answers = ask_all(&app, &client, queries).await?;
    let screened = answers.iter().zip(sent).map(|(answer, sent)| Screened::of(answer, sent));
    Ok(reply(StatusCode::OK, &answers, &screened.collect::<Vec<_>>()))
}

/// Asks, and refuses what a vendor's shape has no room for.
async fn ask(app: &App, client: &Client, query: Query) -> Result<Answer, Problem> {
    let answer = app.screen(client, query).await?;
    covered(&answer)?;
    Ok(answer)
}

/// The same for several at once: all are answered, or none.
async fn ask_all(app: &App, client: &Client, queries: Vec<Query>) -> Result<Vec<Answer>, Problem> {
    let answers = app.screen_all(client, queries).await?;
    answers.iter().try_for_each(covered)?;
    Ok(answers)
}

/// The same where only sanctions are told: "none" is an answer where lists of sanctions at hand
/// name addresses of the chain, before and after, as the lists may be replaced meanwhile.
async fn ask_sanctions(
    app: &App,
    client: &Client,
    queries: Vec<Query>,
) -> Result<Vec<Answer>, Problem> {
    let before = app.screener()?;
    let answers = ask_all(app, client, queries).await?;
    let after = app.screener()?;
    for answer in &answers {
        let knows =
            |chain| before.coverage().has_sanctions(chain) && after.coverage().has_sanctions(chain);
        let is_test = answer.notes.iter().any(|note| note == magic::NOTE);
        let is_known =
            sanctions(answer).next().is_some() || answer.chain.as_ref().is_some_and(knows);
        if !is_known && !is_test {
            let detail =
                format!("no list of sanctions at hand covers the chain of `{}`", answer.asked);
            return Err(Problem::new(Kind::Unprocessable, detail));
        }
    }
    Ok(answers)
}

/// An answer in a vendor's shape. Our headers are about one address, where one was asked about.
pub(super) fn reply(status: StatusCode, answers: &[Answer], body: &impl Serialize) -> Response {
    let mut response = answer_with(status, body);
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

/// A body of JSON, whatever its media type says.
#[derive(Debug)]
pub(super) struct Read<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Read<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let most = app.limits().body_bytes.max(BODY_BYTES);
        parse(&read_anything(request, app, most).await?).map(Self)
    }
}

/// The items of a list that is neither empty nor too long.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Vec<Value>")]
pub(super) struct Items(Vec<Value>);

impl TryFrom<Vec<Value>> for Items {
    type Error = String;

    fn try_from(items: Vec<Value>) -> Result<Self, String> {
        if items.is_empty() || items.len() > ADDRESSES_MAX {
            return Err(format!("a request asks about 1 to {ADDRESSES_MAX} addresses"));
        }
        Ok(Self(items))
    }
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
