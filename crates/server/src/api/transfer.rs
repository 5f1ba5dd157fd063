//! `/v1/screen/transfer`: value that comes from, or goes to, one or several addresses.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use hawkshaw_model::{AssetId, ChainId};
use hawkshaw_screening::{Action, Answer, Direction, Status};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::limits::COUNTERPARTIES_MAX;
use crate::api::wire::{AddressText, BaseUnits, Context, Dollars, Text, Time};
use crate::app::App;
use crate::body::{Sent, answer};
use crate::client::Client;
use crate::problem::{Kind, Problem};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/screen/transfer", post(screen))
}

/// A question about a transfer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    counterparties: Vec<Text<AddressText>>,
    direction: Text<Direction>,
    asset: Text<AssetId>,
    amount: Text<BaseUnits>,
    chain: Option<Text<ChainId>>,
    usd: Option<Text<Dollars>>,
    as_of: Option<Time>,
}

async fn screen(
    State(app): State<Arc<App>>,
    client: Client,
    question: Sent<Question>,
) -> Result<Response, Problem> {
    let Question { counterparties, direction, asset, amount, chain, usd, as_of } = question.value;
    if !(1..=COUNTERPARTIES_MAX).contains(&counterparties.len()) {
        let detail = format!("counterparties: 1 to {COUNTERPARTIES_MAX} addresses");
        return Err(Problem::new(Kind::Unprocessable, detail));
    }
    // The asset says the chain where nothing else does.
    let chain = chain.or_else(|| Some(Text(asset.0.chain())));
    let context = Context {
        chain,
        direction: Some(direction),
        asset: Some(asset),
        amount: Some(amount),
        usd,
        as_of,
    };
    let queries = counterparties.into_iter().map(|one| context.clone().about(one.0.0)).collect();
    let answers = app.screen_all(&client, queries).await?;
    Ok(answer(&together(&answers)))
}

/// What a transfer gets: the sternest of what its addresses get.
fn together(answers: &[Answer]) -> Value {
    let sternest = answers.iter().max_by_key(|answer| answer.decision.action);
    let status = answers.iter().map(|answer| answer.status).max_by_key(|status| weight(*status));
    json!({
        "schema": "hawkshaw.screen-transfer/1",
        "status": status.unwrap_or(Status::Invalid),
        "action": sternest.map_or(Action::Reject, |answer| answer.decision.action),
        "rule": sternest.and_then(|answer| answer.decision.rule.as_deref()),
        "counterparties": answers.iter().map(Answer::to_json).collect::<Vec<_>>(),
        "data_version": answers.first().map(|answer| &answer.data_version),
    })
}

/// What weighs most in a sum: a hit, then what could not be answered.
const fn weight(status: Status) -> u8 {
    match status {
        Status::NotFound => 0,
        Status::NotCovered => 1,
        Status::Invalid => 2,
        Status::Hit => 3,
    }
}
