//! Deliveries to receivers that fail, hang, redirect and are gone, and with the sender killed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hawkshaw_model::Timestamp;
use hawkshaw_records::{
    DeliveryState, EventKind, GivenAnswer, KeyId, NewRegistration, NewSubscription, PageRequest,
    RecordId, Records, RegistrationKind, Scope, Secret, StateFolder, Verdict,
};
use hawkshaw_screening::{Action, Query, Status};
use hawkshaw_server::{Reach, WebhookSettings, Webhooks, signature};
use serde_json::Value;

/// A request as a receiver sees it.
#[derive(Debug, Clone)]
struct Received {
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// A receiver on loopback that answers each request by its number.
struct Receiver {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

fn read(stream: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received { path, headers, body: String::from_utf8(body).ok()? })
}

impl Receiver {
    fn start(answer: impl Fn(usize, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&received), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let Some(request) = read(&stream) else { return };
                    let number = {
                        let mut kept = kept.lock().unwrap();
                        kept.push(request);
                        kept.len()
                    };
                    answer(number, &mut stream);
                });
            }
        });
        Self { url, received }
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    fn wait_for(&self, count: usize) -> Vec<Received> {
        within(&|| self.received().len() >= count);
        self.received()
    }
}

fn say(stream: &mut TcpStream, text: &str) {
    let _ = stream.write_all(format!("HTTP/1.1 {text}\r\ncontent-length: 0\r\n\r\n").as_bytes());
}

fn within(what: &dyn Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(60), "it did not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds).unwrap()
}

fn owner() -> KeyId {
    "a".parse().unwrap()
}

fn open(path: &Path) -> Arc<Records> {
    Arc::new(Records::open(&StateFolder::open(path).unwrap()).unwrap())
}

fn subscribe(records: &Records, url: &str) -> Vec<Secret> {
    let new = NewSubscription {
        owner: owner(),
        url: url.to_owned(),
        description: None,
        events: vec![EventKind::AlertRaised],
    };
    records.subscribe(new, at(1)).wait().unwrap().secrets
}

fn raise(records: &Records) -> RecordId {
    let verdict = Verdict {
        status: Status::Hit,
        action: Action::Hold,
        rule: None,
        listings: Vec::new(),
        data_version: "v1".to_owned(),
    };
    let new = NewRegistration {
        id: RecordId::new().unwrap(),
        owner: owner(),
        kind: RegistrationKind::Transfer,
        time: at(1_700_000_000),
        query: Query { address: "0x1".to_owned(), ..Query::default() },
        key: None,
        user: None,
        reference: None,
        extra: None,
        answer: GivenAnswer { verdict, json: "{}".to_owned() },
        is_alert: true,
    };
    records.register(vec![new], None).wait().unwrap()[0].alert.unwrap()
}

fn settings() -> WebhookSettings {
    WebhookSettings {
        reach: Reach { private: true, plain: true },
        timeout: Duration::from_millis(500),
        first_wait: Duration::from_millis(20),
        longest_wait: Duration::from_millis(50),
        attempts: 5,
        ..WebhookSettings::default()
    }
}

fn in_state(records: &Records, state: DeliveryState) -> Vec<hawkshaw_records::Delivery> {
    let page = PageRequest { limit: 1000, ..PageRequest::default() };
    records.deliveries(&Scope::Everything, Some(state), page).unwrap().items
}

#[test]
fn a_delivery_is_signed_and_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let receiver = Receiver::start(|number, stream| match number {
        1 => say(stream, "500 No"),
        _ => say(stream, "204 Fine"),
    });
    let secrets = subscribe(&records, &receiver.url);
    let alert = raise(&records);
    let webhooks = Webhooks::start(Arc::clone(&records), settings()).unwrap();
    let received = receiver.wait_for(2);
    within(&|| !in_state(&records, DeliveryState::Delivered).is_empty());
    webhooks.close();
    assert_eq!(receiver.received().len(), 2, "what was taken is not sent again");
    for (attempt, one) in received.iter().enumerate() {
        assert_eq!(one.path, "/hook");
        let body: Value = serde_json::from_str(&one.body).unwrap();
        assert_eq!(body["attempt"], attempt + 1);
        assert_eq!(one.headers["hawkshaw-attempt"], (attempt + 1).to_string());
        assert_eq!(body["delivery"], one.headers["hawkshaw-delivery"]);
        assert_eq!(body["event"]["alert"]["id"], alert.to_string());
        assert_eq!(one.headers["content-type"], "application/json");
        let header = &one.headers["hawkshaw-signature"];
        let seconds = header.split_once("t=").unwrap().1.split_once(',').unwrap().0;
        let now = at(seconds.parse().unwrap());
        assert_eq!(*header, signature(&secrets, now, &one.body));
        assert_ne!(*header, signature(&secrets, now, &one.body.replace("hold", "allow")));
    }
    let ids: BTreeSet<&String> =
        received.iter().map(|one| &one.headers["hawkshaw-delivery"]).collect();
    assert_eq!(ids.len(), 1, "a repetition has the id of the first");
}

#[test]
fn redirects_are_not_followed_and_end_as_dead_letters_that_can_be_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let other = Receiver::start(|_, stream| say(stream, "200 OK"));
    let target = other.url.clone();
    let receiver = Receiver::start(move |number, stream| match number {
        1..=5 => {
            let status = ["301", "302", "303", "307", "308"][number - 1];
            say(stream, &format!("{status} There\r\nlocation: {target}"));
        }
        _ => say(stream, "200 OK"),
    });
    subscribe(&records, &receiver.url);
    raise(&records);
    let _webhooks = Webhooks::start(Arc::clone(&records), settings()).unwrap();
    within(&|| !in_state(&records, DeliveryState::Dead).is_empty());
    let dead = in_state(&records, DeliveryState::Dead).pop().unwrap();
    assert_eq!((dead.attempts, receiver.received().len()), (5, 5));
    assert!(dead.error.is_some(), "{dead:?}");
    assert!(other.received().is_empty());
    records
        .requeue(&Scope::Everything, dead.id, hawkshaw_records::UnixMillis::now())
        .wait()
        .unwrap();
    within(&|| !in_state(&records, DeliveryState::Delivered).is_empty());
    let last = receiver.received().pop().unwrap();
    assert_eq!(last.headers["hawkshaw-attempt"], "6");
    assert_eq!(last.headers["hawkshaw-delivery"], dead.id.to_string());
}

#[test]
fn a_receiver_that_hangs_trickles_or_floods_holds_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let bad = Receiver::start(|number, stream| match number % 3 {
        0 => std::thread::sleep(Duration::from_secs(3)),
        1 => {
            for _ in 0..300 {
                if stream.write_all(b"H").is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        _ => {
            let _ = stream.write_all(b"HTTP/1.1 500 No\r\n");
            for _ in 0..100_000 {
                if stream.write_all(b"x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n").is_err()
                {
                    return;
                }
            }
        }
    });
    let good = Receiver::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\nxx");
        std::thread::sleep(Duration::from_secs(2));
    });
    subscribe(&records, &bad.url);
    subscribe(&records, &good.url);
    for _ in 0..10 {
        raise(&records);
    }
    let started = Instant::now();
    let webhooks = Webhooks::start(Arc::clone(&records), settings()).unwrap();
    within(&|| in_state(&records, DeliveryState::Delivered).len() == 10);
    let took = started.elapsed();
    assert!(took < Duration::from_secs(10), "the good receiver waited {took:?}");
    let closing = Instant::now();
    webhooks.close();
    assert!(closing.elapsed() < Duration::from_secs(10), "{:?}", closing.elapsed());
}

#[test]
fn nothing_that_is_not_public_is_connected_to() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let receiver = Receiver::start(|_, stream| say(stream, "200 OK"));
    let port = receiver.url.rsplit(':').next().unwrap().to_owned();
    // The last is a name, and what it means is only seen when it is resolved.
    for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0", "localhost"] {
        subscribe(&records, &format!("http://{host}:{port}"));
    }
    raise(&records);
    let settings = WebhookSettings { reach: Reach { private: false, plain: true }, ..settings() };
    let webhooks = Webhooks::start(Arc::clone(&records), settings).unwrap();
    within(&|| in_state(&records, DeliveryState::Dead).len() == 4);
    drop(webhooks);
    for dead in in_state(&records, DeliveryState::Dead) {
        assert!(dead.error.as_deref().unwrap().contains("no public address"), "{dead:?}");
    }
    assert!(receiver.received().is_empty());
    // Nor anything without TLS.
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    subscribe(&records, &receiver.url);
    raise(&records);
    let settings = WebhookSettings { reach: Reach { private: true, plain: false }, ..settings };
    let _webhooks = Webhooks::start(Arc::clone(&records), settings).unwrap();
    within(&|| in_state(&records, DeliveryState::Dead).len() == 1);
    assert!(receiver.received().is_empty());
}

#[test]
fn a_receiver_that_is_gone_for_good_is_not_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let receiver = Receiver::start(|_, stream| say(stream, "410 Gone"));
    subscribe(&records, &receiver.url);
    raise(&records);
    let _webhooks = Webhooks::start(Arc::clone(&records), settings()).unwrap();
    within(&|| in_state(&records, DeliveryState::Dead).len() == 1);
    assert_eq!(receiver.received().len(), 1);
}

#[test]
#[ignore = "a part of another test"]
fn a_child() {
    let Some(state) = std::env::var_os("HAWKSHAW_STATE") else { return };
    let records = open(Path::new(&state));
    let _webhooks = Webhooks::start(Arc::clone(&records), settings()).unwrap();
    loop {
        raise(&records);
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_is_sent_twice_around_a_kill_says_so_and_nothing_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|_, stream| {
        std::thread::sleep(Duration::from_millis(15));
        say(stream, "200 OK");
    });
    subscribe(&open(folder.path()), &receiver.url);
    for round in 0..8u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "a_child", "--nocapture"])
            .env("HAWKSHAW_STATE", folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(150 + round * 53 % 200));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let records = open(folder.path());
    let webhooks = Webhooks::start(Arc::clone(&records), settings()).unwrap();
    let waiting = || {
        in_state(&records, DeliveryState::Waiting).len()
            + in_state(&records, DeliveryState::Sending).len()
    };
    within(&|| waiting() == 0);
    webhooks.close();
    let mut attempts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in receiver.received() {
        let (id, attempt) = (&one.headers["hawkshaw-delivery"], &one.headers["hawkshaw-attempt"]);
        let is_new = attempts.entry(id.clone()).or_default().insert(attempt.clone());
        assert!(is_new, "{id} came twice as attempt {attempt}");
    }
    let mut all = BTreeSet::new();
    let mut page = PageRequest { limit: 1000, ..PageRequest::default() };
    loop {
        let found = records.deliveries(&Scope::Everything, None, page).unwrap();
        assert!(found.items.iter().all(|one| one.state == DeliveryState::Delivered));
        all.extend(found.items.iter().map(|one| one.id.to_string()));
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    assert!(all.len() > 50, "{}", all.len());
    assert_eq!(all, attempts.keys().cloned().collect::<BTreeSet<_>>());
    let repeated = attempts.values().filter(|attempts| attempts.len() > 1).count();
    assert!(repeated > 0, "eight kills in the middle of deliveries repeat some");
}
