//! All routes, put together in one place.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::app::App;
use crate::client::guarded;
use crate::edge::{edge, no_method, no_route};
use crate::reload::Loader;
use crate::{api, health, openapi, page, vendors};

/// Every route of the service.
pub(crate) fn routes(app: &Arc<App>, loader: &Loader) -> Router {
    // Each part gives its routes; surfaces of other vendors wrap `guarded` in their own form of
    // errors.
    Router::new()
        .merge(guarded(api::routes(loader), app))
        .merge(vendors::routes(app))
        .merge(health::routes(app))
        .merge(openapi::routes())
        .merge(page::routes())
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(from_fn_with_state(app.clone(), edge))
        .with_state(app.clone())
}
