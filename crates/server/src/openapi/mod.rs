//! The description of the API in OpenAPI 3.1.

use axum::Router;

pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
}
