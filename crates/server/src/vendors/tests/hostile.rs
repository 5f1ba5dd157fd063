//! Requests that mean harm, on every surface: each is answered within its bounds, with an error in
//! the form of the surface, and never with an answer or a failure of ours.

use axum::body::Body;
use axum::http::{Method, Request};
use proptest::prelude::{ProptestConfig, any, proptest};
use serde_json::json;

use super::bench::{Bench, UNKNOWN};

const LISTS: [&str; 2] = ["/public/v1/sanctions/screening", "/public/v2/screening/addresses"];
const OBJECTS: [&str; 3] = [
    "/api/risk/v2/entities",
    "/api/kyt/v2/users/u/transfers",
    "/api/kyt/v2/users/u/withdrawal-attempts",
];

/// Bodies that are no question.
fn bodies() -> Vec<Vec<u8>> {
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(200_000), close.repeat(200_000));
    let wide = format!("[{}]", vec!["{}"; 10_000].join(","));
    let key = format!("{{\"{}\":1}}", "k".repeat(100_000));
    vec![
        Vec::new(),
        b"null".to_vec(),
        b"\xff\xfe{}".to_vec(),
        b"{\"address\":\"\xc3\x28\"}".to_vec(),
        b"{\"address\":\"\\ud800\"}".to_vec(),
        b"{\"address\":\"0x\\u0000\"}".to_vec(),
        b"[{\"address\":1e400}]".to_vec(),
        b"[{\"address\":[]}]".to_vec(),
        b"{} trailing".to_vec(),
        deep("[", "]").into_bytes(),
        deep("{\"a\":", "}").into_bytes(),
        wide.into_bytes(),
        key.into_bytes(),
        vec![b'9'; 400_000],
        vec![b' '; 5_000_000],
    ]
}

#[tokio::test]
async fn bodies_that_are_no_question_are_refused_in_form() {
    let bench = Bench::new();
    for path in LISTS.into_iter().chain(OBJECTS) {
        for body in bodies() {
            let start = String::from_utf8_lossy(&body[..body.len().min(30)]).into_owned();
            let answered = bench.post(path, None, body).await;
            let status = answered.status.as_u16();
            assert!([400, 413, 422].contains(&status), "{path} {start}: {status}");
            assert!(answered.json()["message"].is_string(), "{path} {start}");
        }
    }
}

#[tokio::test]
async fn paths_that_play_tricks_lead_nowhere() {
    let bench = Bench::new();
    for front in ["/api/v1/address/", "/api/risk/v2/entities/", "/api/kyt/v2/transfers/"] {
        for trick in [
            "..%2f..%2fetc%2fpasswd",
            "%2e%2e%2f",
            "%00",
            "a%00b",
            "%ff%fe",
            "%c0%ae%c0%ae",
            "%0d%0aSet-Cookie:x",
            "%25%32%65",
            "'%20OR%201=1--",
            "%3Cscript%3E",
            "%E2%80%AE",
        ] {
            let answered = bench.get(&format!("{front}{trick}"), None).await;
            let status = answered.status.as_u16();
            assert!([400, 404].contains(&status), "{front}{trick}: {status} {}", answered.text);
            assert!(answered.json()["message"].is_string());
            assert!(!answered.text.contains('\u{202e}') && !answered.text.contains('\0'));
        }
        let long = format!("{front}{}", "a".repeat(50_000));
        assert_eq!(bench.get(&long, None).await.status, 414);
    }
    for path in ["/api/v1/address/", "/api/v1/address", "/api/v1/address/a/b", "/api/kyt/v2/"] {
        assert_eq!(bench.get(path, None).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn other_methods_are_named() {
    let bench = Bench::new();
    for method in [Method::DELETE, Method::PUT, Method::PATCH, Method::TRACE] {
        for path in LISTS.into_iter().chain(OBJECTS).chain(["/api/v1/address/x"]) {
            let request =
                Request::builder().method(method.clone()).uri(path).body(Body::empty()).unwrap();
            let answered = bench.send(request).await;
            assert_eq!(answered.status, 405, "{method} {path}");
            assert!(!answered.header("allow").is_empty());
            assert!(answered.json()["message"].is_string(), "{path}");
        }
    }
}

#[tokio::test]
async fn a_client_cannot_write_into_headers_or_messages() {
    let bench = Bench::new();
    let body = json!([{ "address": UNKNOWN, "chain": "eth\r\nX-Evil: 1\u{202e}" }]).to_string();
    let answered = bench.post(LISTS[1], None, body).await;
    assert_eq!(answered.status, 400);
    assert!(answered.headers.get("x-evil").is_none());
    assert!(!answered.text.contains('\u{202e}') && !answered.text.contains("\\r"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_body_and_no_path_makes_it_fail(
        body in proptest::collection::vec(any::<u8>(), 0..300),
        part in "[^\\x00-\\x20\\x7f?#/]{1,60}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new();
            for path in LISTS.into_iter().chain(OBJECTS) {
                assert!(!bench.post(path, None, body.clone()).await.status.is_server_error());
            }
            let part = percent(&part);
            for front in ["/api/v1/address", "/api/risk/v2/entities", "/api/kyt/v2/transfers"] {
                let answered = bench.get(&format!("{front}/{part}"), None).await;
                assert!(!answered.status.is_server_error(), "{}", answered.text);
            }
        });
    }
}

/// A text as a part of a path.
fn percent(text: &str) -> String {
    let escaped = text.bytes().map(|byte| {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if is_plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    });
    escaped.collect()
}
