//! The API of Hawkshaw itself, under `/v1`.

mod address;
mod admin;
mod batch;
mod transfer;
mod wire;

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
        .merge(admin::routes(loader))
}
