//! Search of wallets and names in the style of a match API: examples in, likenesses out.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use hawkshaw_records::Role;
use hawkshaw_screening::{Answer, NameHit, NameIndex, NameQuery, NamedEntity, Query, Status};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::ask::{Read, reply};
use super::entity::{self, Entity, Schema};
use super::view::{covered, listings};
use crate::app::{App, told};
use crate::body::{Asked, Part};
use crate::client::Client;
use crate::problem::{Kind, Problem};

/// Examples of a request.
const QUERIES_MAX: usize = 100;
/// Names, or wallets, of an example.
const VALUES_MAX: usize = 10;
/// Results of an example where the client does not say how many.
const LIMIT: usize = 5;
/// Results of an example at most.
const LIMIT_MAX: usize = 500;
/// The likeness from which a result is a match, and that below which it is none, in thousandths.
const THRESHOLD: u16 = 700;
const CUTOFF: u16 = 500;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/match/{dataset}", post(search)).route("/entities/{id}", get(one))
}

#[derive(Debug, Deserialize)]
struct Examples {
    queries: Map<String, Value>,
}

/// The parameters that are known; others of that API change nothing that we could do.
#[derive(Debug, Deserialize)]
struct Parameters {
    limit: Option<usize>,
    threshold: Option<String>,
    cutoff: Option<String>,
}

/// What a client wants of each example.
#[derive(Debug, Clone, Copy)]
struct Wish {
    limit: usize,
    threshold: u16,
    cutoff: u16,
}

/// An example.
#[derive(Debug)]
struct Example {
    schema: Schema,
    names: Vec<String>,
    wallets: Vec<String>,
    echo: Value,
}

#[derive(Debug, Serialize)]
struct Matches {
    status: u16,
    results: Vec<Entity>,
    total: Value,
    query: Value,
}

async fn search(
    State(app): State<Arc<App>>,
    client: Client,
    Part(dataset): Part,
    Asked(parameters): Asked<Parameters>,
    Read(examples): Read<Examples>,
) -> Result<Response, Problem> {
    client.require(Role::Screen)?;
    let wish = Wish::of(&parameters)?;
    let names = app.names();
    let list = dataset_of(&app, names.as_deref(), &dataset)?;
    if !(1..=QUERIES_MAX).contains(&examples.queries.len()) {
        return Err(bad(&format!("`queries` has to hold 1 to {QUERIES_MAX} examples")));
    }
    let mut responses = BTreeMap::new();
    let mut said = Vec::new();
    for (id, example) in &examples.queries {
        let example = Example::of(example)?;
        let mut found = Found::default();
        for wallet in &example.wallets {
            found.wallet(&app, wallet, list.as_deref(), &mut said)?;
        }
        if !example.names.is_empty() {
            let names = names.as_deref().ok_or_else(no_names)?;
            for name in &example.names {
                found.name(names, name, &example.schema, list.as_deref(), wish);
                said.push(json!({ "name": name }));
            }
        }
        responses.insert(id.clone(), found.told(example.echo, wish));
    }
    app.audit(&client, json!({ "searched": said })).await?;
    let matcher = json!({
        "name_likeness": {
            "description": "Words of the name, in any order, by the measure of Jaro and Winkler.",
            "coefficient": 1.0,
            "url": "",
        },
        "wallet_address": {
            "description": "The same address, in whatever notation.",
            "coefficient": 1.0,
            "url": "",
        },
    });
    let body = json!({ "responses": responses, "matcher": matcher, "limit": wish.limit });
    Ok(reply(StatusCode::OK, &[], &body))
}

async fn one(
    State(app): State<Arc<App>>,
    client: Client,
    Part(id): Part,
) -> Result<Response, Problem> {
    client.require(Role::Screen)?;
    let unknown = || Problem::new(Kind::NotFound, "there is no such entity");
    if id.contains(':') {
        let answer = app.answer(&Query { address: id, ..Query::default() })?;
        app.audit(&client, json!({ "answers": [told(&answer)] })).await?;
        covered(&answer)?;
        let entity = entity::wallet(&answer, None).ok_or_else(unknown)?;
        return Ok(reply(StatusCode::OK, &[answer], &entity));
    }
    app.audit(&client, json!({ "read": id })).await?;
    let names = app.names().ok_or_else(no_names)?;
    let found = names.entities().iter().find(|named| entity::id(named) == id);
    let entity = entity::named(found.ok_or_else(unknown)?);
    Ok(reply(StatusCode::OK, &[], &entity))
}

/// What was found for an example.
#[derive(Debug, Default)]
struct Found {
    by_id: BTreeMap<String, (u16, Entity)>,
    is_cut: bool,
}

impl Found {
    fn wallet(
        &mut self,
        app: &App,
        wallet: &str,
        list: Option<&str>,
        said: &mut Vec<Value>,
    ) -> Result<(), Problem> {
        let answer = app.answer(&Query { address: wallet.to_owned(), ..Query::default() })?;
        said.push(told(&answer));
        covered(&answer)?;
        if answer.status == Status::Hit
            && stands(&answer, list)
            && let Some(mut entity) = entity::wallet(&answer, list)
        {
            entity.score_as("wallet_address", 1_000, THRESHOLD, "the same address");
            self.add(1_000, entity);
        }
        Ok(())
    }

    fn name(
        &mut self,
        names: &NameIndex,
        name: &str,
        schema: &Schema,
        list: Option<&str>,
        wish: Wish,
    ) {
        // Of other kinds and lists there may be many: more are looked at than are told.
        let query = NameQuery { name, score_min: wish.cutoff, limit: LIMIT_MAX * 4, as_of: None };
        let hits = names.search(&query);
        self.is_cut |= hits.is_cut;
        let is_wanted = |hit: &NameHit<'_>| {
            list.is_none_or(|list| hit.entity.list.id.as_str() == list)
                && schema.takes(hit.entity.entry.kind)
        };
        for hit in hits.hits.into_iter().filter(is_wanted) {
            let mut entity = entity::named(hit.entity);
            entity.score_as("name_likeness", hit.score, wish.threshold, &hit.explanation);
            self.add(hit.score, entity);
        }
    }

    fn add(&mut self, score: u16, entity: Entity) {
        let id = entity.id().to_owned();
        if self.by_id.get(&id).is_none_or(|(known, _)| *known < score) {
            self.by_id.insert(id, (score, entity));
        }
    }

    fn told(self, query: Value, wish: Wish) -> Matches {
        let relation = if self.is_cut { "gte" } else { "eq" };
        let total = json!({ "value": self.by_id.len(), "relation": relation });
        let mut ranked: Vec<(u16, Entity)> = self.by_id.into_values().collect();
        ranked.sort_by_key(|(score, _)| u16::MAX - score);
        let results = ranked.into_iter().take(wish.limit).map(|(_, entity)| entity).collect();
        Matches { status: 200, results, total, query }
    }
}

/// Whether anything of an answer stands on a list; on any where none is named.
fn stands(answer: &Answer, list: Option<&str>) -> bool {
    listings(answer).any(|listing| list.is_none_or(|list| listing.list.id.as_str() == list))
}

impl Wish {
    fn of(parameters: &Parameters) -> Result<Self, Problem> {
        let part = |text: &Option<String>, default| match text {
            None => Ok(default),
            Some(text) => thousandths_of(text).ok_or_else(|| bad("a score is from 0 to 1")),
        };
        let threshold = part(&parameters.threshold, THRESHOLD)?;
        let cutoff = part(&parameters.cutoff, CUTOFF)?.min(threshold);
        let limit = parameters.limit.unwrap_or(LIMIT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(bad(&format!("`limit` is from 1 to {LIMIT_MAX}")));
        }
        Ok(Self { limit, threshold, cutoff })
    }
}

/// A decimal from 0 to 1, cut to thousandths.
fn thousandths_of(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() > 1 || part.len() > 30 || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    let parts: u16 = format!("{whole}{digits}").parse().ok()?;
    (parts <= 1_000 && !(whole.is_empty() && part.is_empty())).then_some(parts)
}

impl Example {
    fn of(example: &Value) -> Result<Self, Problem> {
        let schema = example.get("schema").and_then(Value::as_str).unwrap_or_default();
        let schema = Schema::of(schema)?;
        let properties = example.get("properties").and_then(Value::as_object);
        let properties = properties.ok_or_else(|| bad("`properties` of an example are missing"))?;
        let mut echo = Map::new();
        for (name, value) in properties {
            echo.insert(name.clone(), json!(values(name, value)?));
        }
        let all = |name: &str| properties.get(name).map_or(Ok(Vec::new()), |v| values(name, v));
        let mut names = [all("name")?, all("alias")?].concat();
        let (first, last) = (all("firstName")?, all("lastName")?);
        if names.is_empty() && !(first.is_empty() && last.is_empty()) {
            names.push([first, last].concat().join(" "));
        }
        let wallets = all("publicKey")?;
        if names.is_empty() && wallets.is_empty() {
            return Err(bad("an example has to have `name` or `publicKey`"));
        }
        let echo = json!({ "id": null, "schema": schema.name(), "properties": echo });
        Ok(Self { schema, names, wallets, echo })
    }
}

/// The values of a property: one text or several.
fn values(name: &str, value: &Value) -> Result<Vec<String>, Problem> {
    let wrong = || bad(&format!("`{name}` has to be a text or at most {VALUES_MAX} of them"));
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(all) if all.len() <= VALUES_MAX => {
            all.iter().map(|one| one.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        _ => Err(wrong()),
    }
}

/// The list that a dataset is; `None`: all of them.
fn dataset_of(
    app: &App,
    names: Option<&NameIndex>,
    dataset: &str,
) -> Result<Option<String>, Problem> {
    if ["default", "sanctions", "all"].contains(&dataset) {
        return Ok(None);
    }
    let screener = app.screener()?;
    let has = |named: &NamedEntity| named.list.id.as_str() == dataset;
    let is_known = screener.lists().iter().any(|list| list.id.as_str() == dataset)
        || names.is_some_and(|names| names.entities().iter().any(has));
    let unknown = || Problem::new(Kind::NotFound, format!("No such dataset: {dataset}"));
    is_known.then(|| Some(dataset.to_owned())).ok_or_else(unknown)
}

fn no_names() -> Problem {
    Problem::new(Kind::Unprocessable, "no list at hand has names: nothing can be said of a name")
}

fn bad(why: &str) -> Problem {
    Problem::new(Kind::BadRequest, why)
}

#[cfg(test)]
mod tests {
    use super::thousandths_of;

    #[test]
    fn scores_are_read_to_thousandths() {
        for (text, parts) in
            [("0.7", 700), ("1", 1_000), ("1.0", 1_000), ("0.12345", 123), (".5", 500)]
        {
            assert_eq!(thousandths_of(text), Some(parts), "{text}");
        }
        for text in ["", ".", "1.1", "-0.5", "NaN", "2", "1e-1"] {
            assert_eq!(thousandths_of(text), None, "{text}");
        }
    }
}
