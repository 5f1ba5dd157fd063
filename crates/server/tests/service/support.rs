//! A service on loopback, and a client that writes plain bytes.

use std::io::{BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use hawkshaw_records::{Keys, NewKey, Role};
use hawkshaw_screening::{
    AddressIndex, Category, Coverage, IndexBuilder, ListInfo, ListKind, Listing, Overlay, RuleSet,
    Screener,
};
use hawkshaw_server::{
    App, Event, Limits, Load, ScreenerSource, Settings, SourceError, serve_until,
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;

/// An address that stands on the list of the tests.
pub(crate) const LISTED: &str = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
/// An address of which nothing is known.
pub(crate) const UNKNOWN: &str = "0x1111111111111111111111111111111111111111";

/// A listing of an address of Ethereum.
pub(crate) fn listing(address: &str) -> Listing {
    Listing {
        list: Arc::new(ListInfo {
            id: "ofac-sdn".parse().unwrap(),
            name: "OFAC SDN".to_owned(),
            kind: ListKind::Sanctions,
            edition: None,
        }),
        account: format!("eip155:1:{address}").parse().unwrap(),
        label: "LAZARUS GROUP".into(),
        entity: Some("27307".into()),
        category: Category::Sanctions,
        source: "https://sanctionssearch.ofac.treas.gov/Details.aspx?id=27307".into(),
        confidence: 100,
        added: Some("2022-04-14".parse().unwrap()),
        removed: None,
        by_cluster: false,
    }
}

/// A screener of these listings.
pub(crate) fn screener(listings: &[Listing]) -> Arc<Screener> {
    let mut builder = IndexBuilder::new();
    for listing in listings {
        builder.add_listing(listing).unwrap();
    }
    let index = AddressIndex::from_bytes("test", builder.to_bytes().unwrap()).unwrap();
    let rules = Arc::new(RuleSet::built_in());
    let overlay = Arc::new(Overlay::new());
    Arc::new(Screener::new(Arc::new(index), overlay, rules, Coverage::default()))
}

/// What a service of the tests answers from: it can be changed while the service runs.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) next: Mutex<Result<Arc<Screener>, String>>,
    pub(crate) has_changed: AtomicBool,
}

impl Shelf {
    pub(crate) fn put(&self, next: Result<Arc<Screener>, String>) {
        *self.next.lock().unwrap() = next;
        self.has_changed.store(true, Ordering::SeqCst);
    }
}

struct Source(Arc<Shelf>);

impl ScreenerSource for Source {
    fn load(&self, _: Load) -> Result<Arc<Screener>, SourceError> {
        self.0.has_changed.store(false, Ordering::SeqCst);
        self.0.next.lock().unwrap().clone().map_err(SourceError)
    }

    fn has_changed(&self) -> bool {
        self.0.has_changed.load(Ordering::SeqCst)
    }
}

/// A service that runs until it is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) app: Arc<App>,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) state: Arc<TempDir>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<bool>>,
}

/// How a service is to be started.
pub(crate) struct Wanted {
    pub(crate) limits: Limits,
    pub(crate) state: Arc<TempDir>,
    pub(crate) tls: Option<hawkshaw_server::TlsFiles>,
}

impl Default for Wanted {
    fn default() -> Self {
        let limits = Limits { shutdown_seconds: 2, ..Limits::default() };
        Self { limits, state: Arc::new(TempDir::new().unwrap()), tls: None }
    }
}

impl Wanted {
    pub(crate) fn limited(change: impl FnOnce(&mut Limits)) -> Self {
        let mut wanted = Self::default();
        change(&mut wanted.limits);
        wanted
    }

    /// Makes a key with roles, as its owner sends it.
    pub(crate) fn key(&self, roles: &[Role]) -> String {
        let keys = Keys::open(self.state.path()).unwrap();
        let new = NewKey { name: "test".to_owned(), roles: roles.to_vec(), ..NewKey::default() };
        keys.create(new, "2024-01-01".parse().unwrap()).unwrap().text
    }

    pub(crate) fn start(self) -> Running {
        let shelf = Arc::new(Shelf {
            next: Mutex::new(Ok(screener(&[listing(LISTED)]))),
            has_changed: AtomicBool::new(false),
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let (source, state) = (Arc::new(Source(shelf.clone())), self.state.clone());
        let thread = std::thread::spawn(move || {
            let settings = Settings {
                listen: Some("127.0.0.1:0".parse().unwrap()),
                limits: self.limits.clone(),
                tls: self.tls,
                ..Settings::default()
            };
            let app = Arc::new(App::open(self.state.path(), true, self.limits).unwrap());
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            let (mut bound, mut was_clean) = (None, false);
            let mut hear = |event: Event<'_>| match event {
                Event::Listening { address, .. } => bound = Some(address),
                Event::Ready { .. } => tell.send((bound.unwrap(), app.clone())).unwrap(),
                Event::Stopped { is_clean } => was_clean = is_clean,
                Event::Stopping => {}
            };
            let until = async {
                let _ = stopped.await;
            };
            runtime.block_on(serve_until(&app, &settings, source, &mut hear, until)).unwrap();
            was_clean
        });
        let (address, app) =
            told.recv_timeout(Duration::from_secs(30)).expect("the service is ready");
        Running { address, app, shelf, state, stop: Some(stop), thread: Some(thread) }
    }
}

impl Running {
    pub(crate) fn start() -> Self {
        Wanted::default().start()
    }

    pub(crate) fn connect(&self) -> Connection {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Connection { stream: BufReader::new(stream) }
    }

    /// A request over a connection of its own.
    pub(crate) fn ask(&self, request: &Request<'_>) -> Said {
        self.connect().ask(request)
    }

    pub(crate) fn get(&self, target: &str) -> Said {
        self.ask(&Request::get(target))
    }

    pub(crate) fn post(&self, target: &str, body: &str) -> Said {
        self.ask(&Request::post(target, body))
    }

    /// Begins to stop.
    pub(crate) fn begin_to_stop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
    }

    /// Waits for the end, and says whether every request was answered.
    pub(crate) fn ended(mut self) -> bool {
        self.begin_to_stop();
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.begin_to_stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) headers: Vec<(&'a str, String)>,
    pub(crate) body: &'a str,
}

impl<'a> Request<'a> {
    pub(crate) fn get(target: &'a str) -> Self {
        Self { method: "GET", target, ..Self::default() }
    }

    pub(crate) fn post(target: &'a str, body: &'a str) -> Self {
        Self::with_body("POST", target, body)
    }

    pub(crate) fn with_body(method: &'a str, target: &'a str, body: &'a str) -> Self {
        Self {
            method,
            target,
            headers: vec![("content-type", "application/json".to_owned())],
            body,
        }
    }

    pub(crate) fn header(mut self, name: &'a str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() || self.method != "GET" {
            text.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        format!("{text}\r\n{}", self.body).into_bytes()
    }
}

/// A connection that is kept open.
pub(crate) struct Connection {
    pub(crate) stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
    }

    pub(crate) fn ask(&mut self, request: &Request<'_>) -> Said {
        self.send(&request.bytes());
        self.read().expect("an answer")
    }

    /// Reads an answer; `None` where the connection was closed before one.
    pub(crate) fn read(&mut self) -> Option<Said> {
        read_answer(&mut self.stream)
    }
}

/// Reads an answer; `None` where the connection was closed before one.
pub(crate) fn read_answer(stream: &mut impl std::io::BufRead) -> Option<Said> {
    let mut line = String::new();
    if stream.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let find = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, v)| v.clone());
    let body = match find("content-length") {
        Some(length) => {
            let mut body = vec![0; length.parse().ok()?];
            stream.read_exact(&mut body).ok()?;
            body
        }
        None if find("transfer-encoding").is_some() => chunks(stream)?,
        None => Vec::new(),
    };
    Some(Said { status, headers, body: String::from_utf8(body).ok()? })
}

fn chunks(stream: &mut impl std::io::BufRead) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim_end(), 16).ok()?;
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk).ok()?;
        if length == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(&chunk[..length]);
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Said {
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("no {name} in {self:?}")).1
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks that it is a problem as RFC 9457 has it, of a status.
    #[track_caller]
    pub(crate) fn problem(self, status: u16) -> Value {
        let said = self.is(status);
        assert_eq!(said.header("content-type"), "application/problem+json");
        let problem = said.json();
        assert_eq!(problem["status"], status);
        for member in ["type", "title", "detail"] {
            assert!(problem[member].is_string(), "{member} in {problem}");
        }
        let instance = format!("urn:hawkshaw:request:{}", said.header("x-request-id"));
        assert_eq!(problem["instance"], instance);
        problem
    }
}
