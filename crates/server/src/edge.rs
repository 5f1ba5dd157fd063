//! What every request passes first and every answer last: its id, bounds, panics, headers, times.

use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::app::App;
use crate::limits::Limits;
use crate::place::{Place, waits_for_body};
use crate::problem::{Kind, Problem};

/// The header that carries the id of a request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: part of its answer, of its problems and of its line of the audit log.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) Arc<str>);

/// Makes ids that differ within a process and, as far as chance goes, between processes.
#[derive(Debug)]
pub(crate) struct RequestIds {
    start: u64,
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        Self { start: RandomState::new().hash_one(0), next: AtomicU64::new(0) }
    }

    fn next(&self) -> RequestId {
        let mut id = String::with_capacity(33);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        // Writing into a string does not fail.
        let _ = write!(id, "{:016x}{number:08x}", self.start);
        RequestId(id.into())
    }
}

/// Routes that are answered however much there is to do.
const ALWAYS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

pub(crate) async fn edge(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let id = app.request_ids.next();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    request.extensions_mut().insert(id.clone());
    let mut response = admit(&app, request, next, route).await;
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>()
        && problem.instance.is_none()
        && response.headers().get(header::CONTENT_TYPE) == Some(&Problem::MEDIA_TYPE)
    {
        problem.instance = Some(format!("urn:hawkshaw:request:{}", id.0));
        let told = problem.into_response();
        *response.body_mut() = told.into_body();
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let status = response.status().as_u16();
    app.metrics.requests(known(&method), route, status).record(began.elapsed().as_secs_f64());
    response
}

/// A method as a label: those that nobody defined are one, so that a client cannot make labels.
fn known(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

async fn admit(app: &App, mut request: Request, next: Next, route: &str) -> Response {
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    if target.len() > Limits::count(app.limits.uri_bytes) {
        let detail = format!("the target may have {} bytes", app.limits.uri_bytes);
        return Problem::new(Kind::UriTooLong, detail).into_response();
    }
    let place = Place::new(&app.places);
    if !ALWAYS.contains(&route) {
        if !waits_for_body(&request)
            && let Err(problem) = place.take()
        {
            return problem.into_response();
        }
        request.extensions_mut().insert(place.clone());
    }
    let counted = Counted::new(app);
    let response = unless_it_panics(next.run(request)).await;
    drop((counted, place));
    response.unwrap_or_else(|()| {
        app.metrics.panics.increment(1);
        Problem::internal(format!("a request of {route} met a fault of the program"))
            .into_response()
    })
}

/// A request under way, counted until it is dropped: a client may leave at any point.
struct Counted<'a>(&'a App);

impl<'a> Counted<'a> {
    fn new(app: &'a App) -> Self {
        app.metrics.in_flight.increment(1);
        Self(app)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.metrics.in_flight.decrement(1);
    }
}

/// Runs a future to its end, also where that is a panic.
async fn unless_it_panics<T>(future: impl Future<Output = T>) -> Result<T, ()> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        // After a panic the future is not polled again, so that nobody sees it half done.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(Err(())),
        }
    })
    .await
}

/// What is said where there is no route.
pub(crate) async fn no_route() -> Problem {
    Problem::new(Kind::NotFound, "there is no such route; /openapi.json lists them")
}

/// What is said where the route knows other methods: those are named in `Allow`.
pub(crate) async fn no_method() -> Response {
    Problem::new(Kind::MethodNotAllowed, "this route knows other methods").into_response()
}

#[cfg(test)]
mod tests {
    use super::unless_it_panics;

    #[tokio::test]
    async fn a_panic_ends_a_request_and_nothing_else() {
        assert_eq!(unless_it_panics(async { 7 }).await, Ok(7));
        let fault = async {
            tokio::task::yield_now().await;
            assert!(std::hint::black_box(false), "on purpose");
        };
        assert_eq!(unless_it_panics(fault).await, Err(()));
    }
}
