//! `/v1/screen/address`: one address.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use hawkshaw_model::{AssetId, ChainId};
use hawkshaw_screening::{Direction, Query};
use serde::Deserialize;

use crate::api::wire::{AddressText, BaseUnits, Context, Dollars, Text, Time};
use crate::app::App;
use crate::body::{Asked, Part, Sent, answer};
use crate::client::Client;
use crate::problem::{Kind, Problem};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/screen/address", post(screen))
        .route("/v1/screen/address/{address}", get(look_up))
}

/// A question about an address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    address: Text<AddressText>,
    chain: Option<Text<ChainId>>,
    direction: Option<Text<Direction>>,
    asset: Option<Text<AssetId>>,
    amount: Option<Text<BaseUnits>>,
    usd: Option<Text<Dollars>>,
    as_of: Option<Time>,
}

impl Question {
    fn into_query(self) -> Query {
        let Self { address, chain, direction, asset, amount, usd, as_of } = self;
        Context { chain, direction, asset, amount, usd, as_of }.about(address.0.0)
    }
}

async fn screen(
    State(app): State<Arc<App>>,
    client: Client,
    question: Sent<Question>,
) -> Result<Response, Problem> {
    let found = app.screen(&client, question.value.into_query()).await?;
    Ok(answer(&found))
}

async fn look_up(
    State(app): State<Arc<App>>,
    client: Client,
    Part(address): Part,
    Asked(context): Asked<Context>,
) -> Result<Response, Problem> {
    let address: AddressText =
        address.parse().map_err(|why: String| Problem::new(Kind::Unprocessable, why))?;
    let found = app.screen(&client, context.about(address.0)).await?;
    Ok(answer(&found))
}
