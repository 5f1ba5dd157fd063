//! Who asks: the key that came with a request, and what it may do.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use hawkshaw_records::{ApiKey, KeyId, Role, Scope};

use crate::app::App;
use crate::edge::RequestId;
use crate::gate::{Admitted, Rate};
use crate::problem::{Kind, Problem};

/// The authenticated key of a request. An extractor of routes under [`guarded`].
#[derive(Debug, Clone)]
pub struct Client {
    /// The key; its id is `local` where the service runs on loopback without keys.
    pub key: Arc<ApiKey>,
    /// The id of the request, as in its answer and its line of the audit log.
    pub request: Arc<str>,
    /// The route, such as `/v1/screen/address`, for the audit log: never the path that was asked.
    pub route: Arc<str>,
}

impl Client {
    /// Fails unless the key has a role.
    ///
    /// # Errors
    ///
    /// When it has not: [`Kind::Forbidden`].
    pub fn require(&self, role: Role) -> Result<(), Problem> {
        if self.key.may(role) {
            return Ok(());
        }
        Err(Problem::new(Kind::Forbidden, format!("this key lacks the role `{role}`")))
    }

    /// Whose records are made.
    pub fn id(&self) -> &KeyId {
        &self.key.id
    }

    /// Whose records it may see: its own, and an administrator everybody's.
    pub fn scope(&self) -> Scope {
        if self.key.may(Role::Admin) {
            Scope::Everything
        } else {
            Scope::Owner(self.key.id.clone())
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let client = parts.extensions.get::<Self>().cloned();
        client.ok_or_else(|| Problem::internal("a route that is not guarded asks for its client"))
    }
}

/// Routes that only keys may use: authenticates, and holds each key to its rate. A key comes as
/// `Authorization: Bearer`, as `X-API-Key`, as `Token`, or as user or password of `Basic`.
pub fn guarded(router: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    router.layer(from_fn_with_state(app.clone(), guard))
}

async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let admitted = match app.gate.admit(request.headers()) {
        Ok(admitted) => admitted,
        Err(turned) => {
            let mut response = turned.problem.into_response();
            if let Some(rate) = turned.rate {
                state_rate(&mut response, rate);
            }
            return response;
        }
    };
    let client = client(&request, &admitted);
    request.extensions_mut().insert(client);
    let mut response = next.run(request).await;
    state_rate(&mut response, admitted.rate);
    response
}

fn client(request: &Request, admitted: &Admitted) -> Client {
    let extensions = request.extensions();
    let route = extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let id = extensions.get::<RequestId>().map_or_else(|| Arc::from(""), |id| id.0.clone());
    Client { key: admitted.key.clone(), request: id, route: route.into() }
}

pub(crate) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub(crate) const RATE: HeaderName = HeaderName::from_static("ratelimit");

/// Says what is left of the rate, as draft-ietf-httpapi-ratelimit-headers-10 has it.
fn state_rate(response: &mut Response, rate: Rate) {
    let Rate { whom, quota, left, seconds } = rate;
    let policy = format!("\"{whom}\";q={quota};w=1");
    let left = format!("\"{whom}\";r={left};t={seconds}");
    for (name, text) in [(POLICY, policy), (RATE, left)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(name, value);
        }
    }
}
