//! A service without a socket, and a client for it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use hawkshaw_records::{KeyLimits, NewKey, Role};
use hawkshaw_screening::{
    AddressIndex, Category, Coverage, IndexBuilder, Listing, Overlay, RuleSet, Screener,
};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::app::App;
use crate::clock;
use crate::limits::Limits;
use crate::reload::Loader;
use crate::source::{Load, ScreenerSource, SourceError};
use crate::vendors::fixture::listed;

/// On a list of sanctions.
pub(super) const SANCTIONED: &str = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
/// On a list of sanctions too.
pub(super) const SANCTIONED_BITCOIN: &str = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq";
/// A scam's, on no list of sanctions.
pub(super) const SCAM: &str = "0x1111111111111111111111111111111111111111";
/// Of which nothing is known.
pub(super) const UNKNOWN: &str = "0x2222222222222222222222222222222222222222";
/// The same on Bitcoin.
pub(super) const UNKNOWN_BITCOIN: &str = "1H7aVb2RZiBmdbnzazQgVj2hWR3eEZPg6v";
/// Of a chain that nothing covers.
pub(super) const UNCOVERED: &str = "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8";
/// Of a chain that tags cover and no list of sanctions.
pub(super) const WITHOUT_SANCTIONS: &str = "ltc1qyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zuxktx9";

/// A service and its folder.
pub(super) struct Bench {
    pub(super) app: Arc<App>,
    pub(super) router: Router,
    _folder: tempfile::TempDir,
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answered {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| {
            panic!("{} {error}: {}", self.status, self.text);
        })
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

struct Nothing;

impl ScreenerSource for Nothing {
    fn load(&self, _: Load) -> Result<Arc<Screener>, SourceError> {
        Err(SourceError("a test loads nothing".to_owned()))
    }

    fn has_changed(&self) -> bool {
        false
    }
}

/// A listing of an account.
pub(super) fn listing(account: &str, category: Category) -> Listing {
    Listing { account: account.parse().unwrap(), category, ..listed() }
}

/// What answers, with these listings.
pub(super) fn screener(listings: &[Listing]) -> Arc<Screener> {
    let mut builder = IndexBuilder::new();
    for listing in listings {
        builder.add_listing(listing).unwrap();
    }
    let index = AddressIndex::from_bytes("test", builder.to_bytes().unwrap()).unwrap();
    let rules = Arc::new(RuleSet::built_in());
    let screener =
        Screener::new(Arc::new(index), Arc::new(Overlay::new()), rules, Coverage::default());
    Arc::new(screener.with_magic_addresses())
}

/// The listings that tests ask about.
pub(super) fn listings() -> Vec<Listing> {
    let bitcoin = "bip122:000000000019d6689c085ae165831e93";
    vec![
        listing(&format!("eip155:1:{SANCTIONED}"), Category::Sanctions),
        listing(&format!("{bitcoin}:{SANCTIONED_BITCOIN}"), Category::Sanctions),
        listing(&format!("eip155:1:{SCAM}"), Category::Scam),
        listing("other:ltc:ltc1qxvenxvenxvenxvenxvenxvenxvenxvenwcpknh", Category::Exchange),
    ]
}

impl Bench {
    /// A service that answers from [`listings`].
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = Arc::new(App::open(folder.path(), true, Limits::default()).unwrap());
        app.replace_screener(screener(&listings()));
        let router = crate::routes::routes(&app, &Loader::new(Arc::new(Nothing)));
        Self { app, router, _folder: folder }
    }

    /// A new key; from the first on, every request needs one.
    pub(super) fn key(&self, roles: &[Role]) -> String {
        let new = NewKey {
            name: "test".to_owned(),
            roles: roles.to_vec(),
            limits: KeyLimits::default(),
            expires: None,
        };
        self.app.keys().create(new, clock::now()).unwrap().text
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 10_000_000).await.unwrap();
        Answered {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(super) async fn get(&self, path: &str, key: Option<(&str, &str)>) -> Answered {
        let mut request = Request::get(path);
        if let Some((name, value)) = key {
            request = request.header(name, value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(super) async fn post(
        &self,
        path: &str,
        key: Option<(&str, &str)>,
        body: impl Into<Body>,
    ) -> Answered {
        let mut request = Request::post(path).header("content-type", "application/json");
        if let Some((name, value)) = key {
            request = request.header(name, value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }
}
