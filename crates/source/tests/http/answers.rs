//! What is made of answers and of their faults.

use std::process::Command;
use std::time::{Duration, Instant};

use hawkshaw_source::{Auth, Client, Endpoint, Key, SourceError, SourceFault};
use proptest::prelude::{ProptestConfig, any, prop, prop_assert, proptest};

use crate::support::{Manner, Reply, Server};
use crate::{KEY, client, limits};

fn get(server: &Server) -> Result<Vec<u8>, SourceError> {
    let client = client(&server.url(), limits());
    client.get("the list", &["list"], &[("page", "1")], Some("apikey"))
}

/// The fault of what a server answers for ever, after a look at its message.
fn fault(reply: Reply) -> SourceFault {
    let server = Server::in_turn(vec![reply]);
    let error = get(&server).unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(!said.contains(KEY), "{said}");
    assert!(said.contains("the list") && said.contains(&server.url()), "{said}");
    error.fault
}

/// Whether the answer that comes after a fault is taken.
fn is_survived(reply: Reply) -> bool {
    let server = Server::in_turn(vec![reply, Reply::json("[7]")]);
    let answer = get(&server).unwrap();
    assert_eq!(server.asked().len(), 2);
    answer == b"[7]"
}

#[test]
fn passing_faults_are_survived() {
    let long = "[1, 2, 3, 4, 5, 6, 7, 8]";
    assert!(is_survived(Reply::status(429, "slow down").header("Retry-After", "0")));
    for status in [408, 500, 502, 503, 504, 520] {
        assert!(is_survived(Reply::status(status, r#"{"error":"overloaded"}"#)));
        assert!(is_survived(Reply::page(status)));
    }
    assert!(is_survived(Reply::page(200)));
    assert!(is_survived(Reply::json(long).manner(Manner::Cut(9))));
    assert!(is_survived(Reply::json(long).manner(Manner::Hangup)));
    assert!(is_survived(Reply::json("damaged").header("Content-Encoding", "gzip")));
    let silence = Manner::Silence(Duration::from_secs(3));
    assert!(is_survived(Reply::json(long).manner(silence)));
    assert!(is_survived(Reply::json(long).manner(Manner::Drip(Duration::from_millis(200)))));
}

#[test]
fn lasting_faults_are_named() {
    let too_many = Reply::status(429, "slow down").header("Retry-After", "0");
    assert!(matches!(fault(too_many), SourceFault::RateLimited(4)));
    let broken = Reply::json("[1, 2]").manner(Manner::Cut(3));
    assert!(matches!(fault(broken), SourceFault::Unreachable(why) if why.contains("closed")));
    let down = Reply::status(503, "");
    assert!(matches!(fault(down), SourceFault::Unreachable(why) if why.contains("503")));
    assert!(
        matches!(fault(Reply::page(200)), SourceFault::Unable(why) if why.contains("web page"))
    );
    assert!(matches!(fault(Reply::status(401, "")), SourceFault::Unauthorised(401)));
    assert!(matches!(fault(Reply::page(403)), SourceFault::Unauthorised(403)));
    let missing = fault(Reply::page(404));
    assert!(
        matches!(missing, SourceFault::Refused(why) if why == "HTTP status 404, with a web page")
    );
    let nobody = client("http://127.0.0.1:9", limits()).get("x", &[], &[], None).unwrap_err();
    assert!(matches!(nobody.fault, SourceFault::Unreachable(why) if why.contains("refused")));
}

#[test]
fn what_cannot_change_is_not_asked_again() {
    for reply in [
        Reply::status(400, "bad"),
        Reply::status(401, ""),
        Reply::status(404, "no such block"),
        Reply::status(302, "").header("Location", "/elsewhere"),
    ] {
        let server = Server::in_turn(vec![reply]);
        assert!(get(&server).is_err());
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn redirects_are_refused_and_the_key_stays_here() {
    let other = Server::in_turn(vec![Reply::json("[]")]);
    let location = format!("{}/list?apikey={KEY}", other.url());
    for status in [301, 302, 303, 307, 308] {
        let redirect = fault(Reply::status(status, "").header("Location", &location));
        assert!(matches!(redirect, SourceFault::Redirected(to) if to == other.url()));
    }
    let hidden = format!("http://user:pass@{KEY}.example/");
    let redirect = fault(Reply::status(307, "").header("Location", &hidden));
    assert!(matches!(redirect, SourceFault::Redirected(to) if to == "http://….example"));
    let redirect = fault(Reply::status(307, ""));
    assert!(matches!(redirect, SourceFault::Redirected(to) if to == "nowhere"));
    assert!(other.asked().is_empty());
}

#[test]
fn texts_of_the_host_are_short_printable_and_without_the_key() {
    let text = format!("bad key {KEY}\x1b[31m\r\n{}", "x".repeat(100_000));
    let SourceFault::Refused(why) = fault(Reply::status(400, text)) else { panic!() };
    assert!(why.starts_with("HTTP status 400: bad key …"), "{why}");
    assert!(why.len() < 400 && !why.chars().any(char::is_control), "{why}");
    // The key must not come out in part where the text is cut.
    let text = format!("{}{KEY}", "y".repeat(190));
    let SourceFault::Refused(why) = fault(Reply::status(400, text)) else { panic!() };
    assert!(!why.contains("s3cr"), "{why}");
}

#[test]
fn keys_travel_as_they_are_wanted() {
    let asked = |auth: Auth, secret: Option<&str>| {
        let server = Server::in_turn(vec![Reply::json("[]")]);
        let endpoint = Endpoint::new(&server.url(), Some(Key::new("user:pass").unwrap())).unwrap();
        let client = Client::new(endpoint, limits()).with_auth(auth);
        client.get("x", &["a b"], &[("q", "ü")], secret).unwrap();
        assert!(!format!("{client:?} {:?}", client.endpoint()).contains("pass"));
        let asked = server.asked().remove(0);
        assert_eq!(asked.parameter("q"), Some("%C3%BC"));
        assert!(asked.target.starts_with("/a%20b?"), "{}", asked.target);
        let header = |line: &&str| line.contains("user:pass") || line.contains("authorization");
        let header = asked.header.lines().find(header).map(str::to_owned);
        (asked.parameter("apikey").map(str::to_owned), header)
    };
    assert_eq!(asked(Auth::Query, None), (None, None));
    assert_eq!(asked(Auth::Query, Some("apikey")).0.as_deref(), Some("user%3Apass"));
    assert_eq!(asked(Auth::Bearer, None).1.as_deref(), Some("authorization: bearer user:pass"));
    let tron = asked(Auth::Header("TRON-PRO-API-KEY"), None).1;
    assert_eq!(tron.as_deref(), Some("tron-pro-api-key: user:pass"));
    let basic = asked(Auth::Basic, None).1;
    assert_eq!(basic.as_deref(), Some("authorization: basic dxnlcjpwyxnz"));
}

#[test]
fn a_host_is_left_alone_as_long_as_it_asks() {
    let wait = |seconds: &str| {
        let busy = Reply::status(429, "").header("Retry-After", seconds);
        let server = Server::in_turn(vec![busy, Reply::json("[]")]);
        let begun = Instant::now();
        get(&server).unwrap();
        begun.elapsed()
    };
    // It asks for an hour and gets the longest wait that the limits allow: 0.3 s.
    let waited = wait("3600");
    assert!(waited >= Duration::from_millis(300) && waited < Duration::from_secs(3));
    assert!(wait("never") < Duration::from_millis(300));
}

#[test]
fn posts_carry_json() {
    let server = Server::in_turn(vec![Reply::json("{}")]);
    let client = client(&server.url(), limits());
    assert_eq!(
        client.post_json("x", &["walletsolidity", "getnowblock"], b"{\"a\":1}").unwrap(),
        b"{}"
    );
    let asked = server.asked().remove(0);
    assert_eq!(
        (asked.method.as_str(), asked.target.as_str()),
        ("POST", "/walletsolidity/getnowblock")
    );
    assert_eq!(asked.body, b"{\"a\":1}");
    assert!(asked.header.contains("content-type: application/json"));
    let traffic = client.traffic();
    assert_eq!((traffic.requests, traffic.retries, traffic.bytes), (1, 0, 2));
}

#[test]
fn proxies_of_the_environment_are_not_asked() {
    // Another process, because an environment belongs to all threads: it runs the test above
    // with proxies that nobody answers at.
    let mut other = Command::new(std::env::current_exe().unwrap());
    other.args(["--exact", "answers::posts_carry_json"]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    {
        other.env(name, "http://127.0.0.1:9");
    }
    other.env_remove("NO_PROXY").env_remove("no_proxy");
    let ran = other.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever stands behind a port: there is an answer or an error, soon, without the key.
    #[test]
    fn no_bytes_do_harm(
        start in prop::sample::select(vec!["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 ",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 301 M\r\nLocation: "]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = [start.as_bytes(), &rest].concat();
        let server = Server::in_turn(vec![Reply::json(bytes).manner(Manner::Raw)]);
        let begun = Instant::now();
        let hasty = hawkshaw_source::Limits { attempts_max: 1, ..limits() };
        if let Err(error) = client(&server.url(), hasty).get("x", &[], &[], None) {
            let said = format!("{error} {error:?}");
            prop_assert!(!said.contains(KEY) && said.len() < 2_000, "{}", said);
            prop_assert!(!error.to_string().chars().any(char::is_control));
        }
        prop_assert!(begun.elapsed() < Duration::from_secs(3));
    }
}
