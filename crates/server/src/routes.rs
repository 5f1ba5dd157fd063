//! All routes, put together in one place.

use std::sync::Arc;

use axum::Router;

use crate::app::App;
use crate::client::guarded;

/// Every route of the service.
pub fn routes(app: &Arc<App>) -> Router {
    // Each part gives `routes()`; surfaces of other vendors wrap `guarded` in their own form of
    // errors.
    let own = guarded(Router::new(), app);
    Router::new().merge(own).with_state(app.clone())
}
