//! What the service holds itself and its clients to.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use hawkshaw_records::Role;
use serde_json::json;

use crate::support::{LISTED, Request, Running, Wanted};

const TARGET: &str = "/v1/screen/address/0x1111111111111111111111111111111111111111";

#[test]
fn a_body_that_comes_slowly_keeps_nobody_out() {
    let service = Wanted::limited(|limits| {
        limits.requests_in_flight = 1;
        limits.batches_in_flight = 1;
    })
    .start();
    let mut slow = Vec::new();
    for target in ["/v1/screen/address", "/v1/screen/batch", "/v1/screen/batch"] {
        let mut connection = service.connect();
        let head = format!(
            "POST {target} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: 100\r\n\r\n{{"
        );
        connection.send(head.as_bytes());
        slow.push(connection);
    }
    std::thread::sleep(Duration::from_millis(200));
    service.get(&format!("/v1/screen/address/{LISTED}")).is(200);
    let body = format!("{{\"addresses\":[\"{LISTED}\"]}}");
    service.post("/v1/screen/batch", &body).is(200);
}

#[test]
fn pages_of_others_do_not_reach_a_service_without_keys() {
    let service = Running::start();
    let target = format!("/v1/screen/address/{LISTED}");
    let evil = "http://evil.example";
    service.ask(&Request::get(&target).header("origin", evil)).problem(403);
    let mut connection = service.connect();
    connection.send(format!("GET {target} HTTP/1.1\r\nhost: evil.example\r\n\r\n").as_bytes());
    connection.read().unwrap().problem(403);
    service.get(&target).is(200);
}

#[test]
fn a_key_has_its_rate_and_hears_of_it() {
    let wanted = Wanted::limited(|limits| limits.key_requests_per_second = 3);
    let (one, other) = (wanted.key(&[Role::Screen]), wanted.key(&[Role::Screen]));
    let service = wanted.start();
    let mut connection = service.connect();
    for left in ["2", "1", "0"] {
        let said = connection.ask(&Request::get(TARGET).key(&one)).is(200);
        assert_eq!(said.header("ratelimit-policy"), "\"key\";q=3;w=1");
        assert!(said.header("ratelimit").starts_with(&format!("\"key\";r={left};")), "{said:?}");
    }
    let refused = connection.ask(&Request::get(TARGET).key(&one)).is(429);
    assert_eq!(refused.header("retry-after"), "1");
    refused.problem(429);
    connection.ask(&Request::get(TARGET).key(&other)).is(200);
}

#[test]
fn guessing_keys_is_slowed_down() {
    let wanted = Wanted::limited(|limits| limits.refusals_per_second = 2);
    let key = wanted.key(&[Role::Screen]);
    let service = wanted.start();
    let mut connection = service.connect();
    let guess = Request::get(TARGET).key("hk_aaaaaaaaaaaa_guess");
    let said: Vec<u16> = (0..4).map(|_| connection.ask(&guess).status).collect();
    assert_eq!(said, [401, 401, 429, 429]);
    connection.ask(&Request::get(TARGET).key(&key)).is(200);
}

#[test]
fn bodies_targets_and_batches_are_bounded() {
    let service = Wanted::limited(|limits| {
        limits.body_bytes = 1_024;
        limits.uri_bytes = 256;
        limits.batch_addresses = 3;
    })
    .start();
    let long = json!({ "address": "x".repeat(2_000) }).to_string();
    service.post("/v1/screen/address", &long).problem(413);
    // The same without saying how long it is.
    let mut connection = service.connect();
    let head = "POST /v1/screen/address HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                transfer-encoding: chunked\r\n\r\n";
    connection.send(format!("{head}{:x}\r\n{long}\r\n0\r\n\r\n", long.len()).as_bytes());
    connection.read().unwrap().problem(413);
    service.get(&format!("/v1/screen/address/{}", "x".repeat(300))).problem(414);
    let batch = |count| json!({ "addresses": vec![LISTED; count] }).to_string();
    service.post("/v1/screen/batch", &batch(3)).is(200);
    service.post("/v1/screen/batch", &batch(4)).problem(422);
    let mut connection = service.connect();
    let head =
        format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "x".repeat(20_000));
    connection.send(head.as_bytes());
    assert_eq!(connection.read().unwrap().status, 431);
}

#[test]
fn slow_clients_are_let_go_and_others_answered() {
    let service = Wanted::limited(|limits| {
        limits.header_seconds = 1;
        limits.idle_seconds = 2;
        limits.body_seconds = 1;
    })
    .start();
    let closes = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(service.address).unwrap();
        stream.write_all(bytes).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let began = Instant::now();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        (said, began.elapsed())
    };
    for head in
        [&b""[..], b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-a: b\r\n"]
    {
        let (said, after) = closes(head);
        assert_eq!(said, "");
        assert!(after >= Duration::from_millis(900) && after < Duration::from_secs(4), "{after:?}");
    }
    let body = "POST /v1/screen/address HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                content-length: 100\r\n\r\n{\"addr";
    let (said, _) = closes(body.as_bytes());
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    // A connection with nothing to do.
    let (said, after) = closes(&Request::get("/healthz").bytes());
    assert!(said.starts_with("HTTP/1.1 200") && after >= Duration::from_millis(1_900), "{after:?}");
    service.get(TARGET).is(200);
}

#[test]
fn a_client_that_reads_nothing_of_a_long_answer_is_let_go() {
    let service = Wanted::limited(|limits| {
        limits.write_seconds = 1;
        limits.batches_in_flight = 1;
    })
    .start();
    let body = json!({ "addresses": vec![LISTED; 20_000] }).to_string();
    let mut deaf = service.connect();
    deaf.send(&Request::post("/v1/screen/batch", &body).bytes());
    std::thread::sleep(Duration::from_millis(600));
    service.post("/v1/screen/batch", &body).problem(503);
    let began = Instant::now();
    let small = json!({ "addresses": [LISTED] }).to_string();
    while service.post("/v1/screen/batch", &small).status != 200 {
        assert!(began.elapsed() < Duration::from_secs(20), "its place was never given back");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_flood_of_silent_connections_keeps_nobody_out() {
    let service = Wanted::limited(|limits| limits.connections_per_address = 16).start();
    let silent: Vec<TcpStream> =
        (0..64).map(|_| TcpStream::connect(service.address).unwrap()).collect();
    for _ in 0..8 {
        service.get(TARGET).is(200);
    }
    drop(silent);
}
