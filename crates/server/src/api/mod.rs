//! The API of Hawkshaw itself, under `/v1`.

mod address;
mod admin;
mod alerts;
mod batch;
mod catalogue;
pub(crate) mod limits;
mod paging;
mod record;
mod register;
pub(crate) mod repeat;
mod transfer;
mod webhooks;
mod wire;

pub(crate) use webhooks::OVERLAP_MAX;

use std::sync::Arc;

use axum::Router;

use crate::app::App;
use crate::reload::Loader;

/// All of it. To be put under [`guarded`](crate::client::guarded).
pub(crate) fn routes(loader: &Loader) -> Router<Arc<App>> {
    Router::new()
        .merge(address::routes())
        .merge(transfer::routes())
        .merge(batch::routes())
        .merge(register::routes())
        .merge(record::routes())
        .merge(alerts::routes())
        .merge(webhooks::routes())
        .merge(catalogue::routes())
        .merge(admin::routes(loader))
}
