//! Surfaces of other vendors: their paths, headers and JSON, answered from our data.
//!
//! A client of theirs needs another host and one of our keys. Each surface is a file of pure
//! functions from an [`Answer`] to its JSON; [`routes`] binds them to paths. What a vendor's
//! shape cannot say is an error and never an empty answer, and headers of ours say the rest.

mod ask;
mod category;
mod chain;
mod entity;
mod errors;
#[cfg(test)]
mod fixture;
mod matching;
mod number;
mod risk;
mod sanctions;
mod screening;
#[cfg(test)]
mod tests;
mod transfers;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
use crate::client::guarded;
use crate::problem::{Kind, Problem};
use errors::{Surface, in_form_of};

/// The surfaces, each behind the keys of the service and with its own form of errors.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let sanctions = Router::new().route("/api/v1/address/{address}", get(ask::address_sanctions));
    let risk = Router::new()
        .route("/api/risk/v2/entities/{address}", get(ask::risk_entity))
        .route("/api/risk/v2/entities", post(ask::register_risk_entity));
    let screening = Router::new()
        .route("/public/v1/sanctions/screening", post(ask::screen_sanctions))
        .route("/public/v2/screening/addresses", post(ask::screen_addresses));
    Router::new()
        .merge(surface(sanctions, Surface::Sanctions, app))
        .merge(surface(risk, Surface::Risk, app))
        .merge(surface(screening, Surface::Screening, app))
        .merge(surface(transfers::routes(), Surface::Transfers, app))
        .merge(surface(matching::routes(), Surface::Matching, app))
}

fn surface(router: Router<Arc<App>>, surface: Surface, app: &Arc<App>) -> Router<Arc<App>> {
    guarded(router.method_not_allowed_fallback(no_method), app)
        .layer(from_fn_with_state(surface, in_form_of))
}

async fn no_method() -> Problem {
    Problem::new(Kind::MethodNotAllowed, "this path knows other methods")
}
