//! Who may do what.

use std::time::{Duration, Instant};

use hawkshaw_records::{AuditFilter, AuditLine, KeyLimits, Keys, NewKey, Role, read_audit};
use hawkshaw_server::{App, Limits};
use serde_json::{Value, json};

use crate::support::{LISTED, Request, Running, Wanted};

const TARGET: &str = "/v1/screen/address/0x098B716B8Aaf21512996dC57EB0615e2383E2f96";

#[test]
fn without_keys_loopback_is_open_until_there_is_one() {
    let service = Running::start();
    service.get(TARGET).is(200);
    let keys = Keys::open(service.state.path()).unwrap();
    let new = hawkshaw_records::NewKey { roles: vec![Role::Screen], ..Default::default() };
    let made = keys.create(new, "2024-01-01".parse().unwrap()).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(800));
    service.get(TARGET).problem(401);
    service.ask(&Request::get(TARGET).key(&made.text)).is(200);
    // Taking back the last key lets nobody in.
    keys.revoke(&made.key.id, "2024-01-02".parse().unwrap()).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(800));
    service.ask(&Request::get(TARGET).key(&made.text)).problem(401);
    service.get(TARGET).problem(401);
}

#[test]
fn a_key_comes_in_four_ways_and_a_wrong_one_in_none() {
    let wanted = Wanted::default();
    let key = wanted.key(&[Role::Screen]);
    let service = wanted.start();
    for (name, value) in [
        ("authorization", format!("Bearer {key}")),
        ("x-api-key", key.clone()),
        ("token", key.clone()),
    ] {
        service.ask(&Request::get(TARGET).header(name, &value)).is(200);
    }
    let refused = service.ask(&Request::get(TARGET).key("hk_aaaaaaaaaaaa_zzz"));
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    let problem = refused.problem(401);
    assert!(!problem.to_string().contains("zzz"), "a refused key is not repeated: {problem}");
    service.get(TARGET).problem(401);
}

#[test]
fn roles_are_kept_apart() {
    let wanted = Wanted::default();
    let screen = wanted.key(&[Role::Screen]);
    let register = wanted.key(&[Role::Register]);
    let alerts = wanted.key(&[Role::Alerts]);
    let metrics = wanted.key(&[Role::Metrics]);
    let admin = wanted.key(&[Role::Admin]);
    let service = wanted.start();
    let status = |key: &str, method: &'static str, target: &'static str| {
        service.ask(&Request { method, target, ..Request::default() }.key(key)).status
    };
    for (method, target, allowed) in [
        ("GET", TARGET, &screen),
        ("GET", "/v1/lists", &screen),
        ("GET", "/v1/rules", &screen),
        ("GET", "/v1/categories", &screen),
        ("GET", "/v1/transfers", &register),
        ("GET", "/v1/addresses", &register),
        ("GET", "/v1/alerts", &alerts),
        ("GET", "/metrics", &metrics),
        ("POST", "/v1/admin/reload", &admin),
    ] {
        for key in [&screen, &register, &alerts, &metrics, &admin] {
            let may = key == allowed || *key == admin;
            assert_eq!(status(key, method, target), if may { 200 } else { 403 }, "{target}");
        }
    }
    service.get("/healthz").is(200);
    service.get("/readyz").is(200);
    service.get("/openapi.json").is(200);
}

#[test]
fn each_key_sees_only_its_own() {
    let wanted = Wanted::default();
    let one = wanted.key(&[Role::Register, Role::Alerts]);
    let other = wanted.key(&[Role::Register, Role::Alerts]);
    let admin = wanted.key(&[Role::Admin]);
    let service = wanted.start();
    let body = json!({
        "direction": "received", "address": LISTED, "asset": "eip155:1/slip44:60", "amount": "1",
        "reference": "deposit 1",
    })
    .to_string();
    let made = service.ask(&Request::post("/v1/transfers", &body).key(&one)).is(201).json();
    let place = format!("/v1/transfers/{}", made["id"].as_str().unwrap());
    let alert = format!("/v1/alerts/{}", made["alert"].as_str().unwrap());
    for target in [&place, &alert] {
        service.ask(&Request::get(target).key(&one)).is(200);
        service.ask(&Request::get(target).key(&admin)).is(200);
        service.ask(&Request::get(target).key(&other)).problem(404);
    }
    for list in ["/v1/transfers", "/v1/alerts"] {
        let count = |key| {
            let page = service.ask(&Request::get(list).key(key)).is(200).json();
            page["items"].as_array().unwrap().len()
        };
        assert_eq!((count(&one), count(&other), count(&admin)), (1, 0, 1), "{list}");
    }
    let close = Request::with_body("PATCH", &alert, "{\"close\":\"not ours\"}");
    service.ask(&close.key(&other)).problem(404);
    // The same reference of another key is another registration.
    service.ask(&Request::post("/v1/transfers", &body).key(&other)).is(201);
}

fn open_again(service: Running) -> Running {
    let state = service.state.clone();
    assert!(service.ended());
    Wanted { state, ..Wanted::default() }.start()
}

#[test]
fn a_service_that_had_keys_is_never_open_again() {
    let wanted = Wanted::default();
    let keys = Keys::open(wanted.state.path()).unwrap();
    let new = NewKey { roles: vec![Role::Admin], ..NewKey::default() };
    let made = keys.create(new, "2024-01-01".parse().unwrap()).unwrap();
    keys.revoke(&made.key.id, "2024-01-02".parse().unwrap()).unwrap();
    let service = wanted.start();
    service.get(TARGET).problem(401);
    let service = open_again(service);
    service.get(TARGET).problem(401);
    service.get("/v1/alerts").problem(401);
    drop(service);
    // The same with one that has expired.
    let wanted = Wanted::default();
    let keys = Keys::open(wanted.state.path()).unwrap();
    let expires = Some("2024-01-02".parse().unwrap());
    let new = NewKey { roles: vec![Role::Admin], expires, ..NewKey::default() };
    keys.create(new, "2024-01-01".parse().unwrap()).unwrap();
    wanted.start().get(TARGET).problem(401);
}

#[test]
fn keys_that_are_gone_beside_what_belongs_to_them_are_missed() {
    let wanted = Wanted::default();
    let key = wanted.key(&[Role::Register]);
    let service = wanted.start();
    let body = json!({ "address": LISTED }).to_string();
    service.ask(&Request::post("/v1/addresses", &body).key(&key)).is(201);
    let state = service.state.clone();
    assert!(service.ended());
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(state.path().join(format!("keys.sqlite{end}")));
    }
    // Also the second time, when the attempt before has left an empty file.
    for _ in 0..2 {
        let refused = App::open(state.path(), true, Limits::default()).unwrap_err().to_string();
        assert!(refused.contains("keys.sqlite") && refused.contains("keys create"), "{refused}");
    }
    // With another key it goes on, and is open to nobody else.
    let wanted = Wanted { state, ..Wanted::default() };
    let admin = wanted.key(&[Role::Admin]);
    let service = wanted.start();
    service.get("/v1/addresses").problem(401);
    let found = service.ask(&Request::get("/v1/addresses").key(&admin)).is(200).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

fn lines(state: &std::path::Path, event: &str) -> Vec<AuditLine> {
    let mut lines = Vec::new();
    let filter = AuditFilter { event: Some(event.to_owned()), ..AuditFilter::default() };
    let each = |line: &AuditLine, _: &str| {
        lines.push(line.clone());
        true
    };
    read_audit(state, &filter, each).unwrap();
    lines
}

#[track_caller]
fn within(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(60), "it did not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn each_change_of_a_key_is_a_line_of_the_audit_log_once() {
    let wanted = Wanted::default();
    // Before the service runs, while it does, and between two runs.
    wanted.key(&[Role::Screen, Role::Alerts]);
    let service = wanted.start();
    let state = service.state.clone();
    let keys = Keys::open(state.path()).unwrap();
    let id = keys.list().unwrap()[0].id.clone();
    let at = |text: &str| text.parse().unwrap();
    keys.rotate(&id, at("2024-01-03"), at("2024-01-02")).unwrap();
    within(|| lines(state.path(), "key").len() == 2);
    let new = NewKey { name: "desk".to_owned(), roles: vec![Role::Admin], ..NewKey::default() };
    keys.create(new, at("2024-01-03")).unwrap();
    within(|| lines(state.path(), "key").len() == 3);
    assert!(service.ended());
    keys.revoke(&id, at("2024-01-04")).unwrap();
    let service = open_again(Wanted { state: state.clone(), ..Wanted::default() }.start());
    let told = lines(state.path(), "key");
    let what: Vec<&str> = told.iter().map(|line| line.event.as_str()).collect();
    assert_eq!(what, ["key.created", "key.rotated", "key.created", "key.revoked"]);
    assert!([0, 1, 3].iter().all(|&at| told[at].fields["key"] == id.as_str()));
    assert_eq!(told[0].fields["roles"], json!(["screen", "alerts"]));
    assert_eq!((&told[2].fields["name"], &told[2].fields["number"]), (&json!("desk"), &json!(3)));
    assert_eq!(told[3].fields["time"], "2024-01-04T00:00:00Z");
    drop(service);
}

#[test]
fn an_older_copy_of_the_keys_is_told_of() {
    let wanted = Wanted::default();
    let old = wanted.key(&[Role::Screen]);
    let state = wanted.state.clone();
    let file = state.path().join("keys.sqlite");
    let copy = std::fs::read(&file).unwrap();
    let keys = Keys::open(state.path()).unwrap();
    keys.revoke(&keys.list().unwrap()[0].id, "2024-01-02".parse().unwrap()).unwrap();
    drop(keys);
    let service = open_again(wanted.start());
    service.ask(&Request::get(TARGET).key(&old)).problem(401);
    assert!(service.ended());
    std::fs::write(&file, copy).unwrap();
    let service = Wanted { state: state.clone(), ..Wanted::default() }.start();
    let told = lines(state.path(), "keys.replaced");
    assert_eq!((&told[0].fields["known"], &told[0].fields["found"]), (&json!(2), &json!(1)));
    let service = open_again(service);
    assert_eq!(lines(state.path(), "keys.replaced").len(), 1, "once");
    drop(service);
}

#[test]
fn the_webhooks_of_a_key_that_is_taken_back_end_with_it() {
    let wanted = Wanted::default();
    let key = wanted.key(&[Role::Webhooks, Role::Alerts, Role::Register]);
    let admin = wanted.key(&[Role::Admin]);
    let service = wanted.start();
    let body = json!({ "url": "https://nowhere.example/hook" }).to_string();
    let made = service.ask(&Request::post("/v1/webhooks", &body).key(&key)).is(201).json();
    let owned = || {
        service.ask(&Request::get("/v1/webhooks").key(&admin)).is(200).json()["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(owned(), 1);
    let keys = Keys::open(service.state.path()).unwrap();
    let id = key.split('_').nth(1).unwrap().parse().unwrap();
    keys.revoke(&id, "2024-01-02".parse().unwrap()).unwrap();
    within(|| owned() == 0);
    let ended = lines(service.state.path(), "webhooks.ended").pop().unwrap();
    assert_eq!(ended.fields["webhooks"], json!([made["id"]]));
    assert_eq!(ended.fields["why"], "the key was revoked");
}

fn limited(wanted: &Wanted, limits: KeyLimits) -> String {
    let keys = Keys::open(wanted.state.path()).unwrap();
    let new = NewKey { roles: vec![Role::Screen], limits, ..NewKey::default() };
    keys.create(new, "2024-01-01".parse().unwrap()).unwrap().text
}

#[test]
fn a_key_is_held_to_its_burst_and_to_its_batch() {
    let wanted = Wanted::default();
    let rate = KeyLimits { per_second: Some(1), burst: Some(3), ..KeyLimits::default() };
    let bursting = limited(&wanted, rate);
    let batching = limited(&wanted, KeyLimits { batch: Some(2), ..KeyLimits::default() });
    let service = wanted.start();
    let mut connection = service.connect();
    let mut last = None;
    let statuses: Vec<u16> = (0..5)
        .map(|_| {
            let said = connection.ask(&Request::get(TARGET).key(&bursting));
            let status = said.status;
            last = Some(said);
            status
        })
        .collect();
    assert_eq!(statuses[..3], [200, 200, 200]);
    assert!(statuses[3..].contains(&429), "{statuses:?}");
    let refused = last.unwrap();
    if refused.status == 429 {
        assert_eq!(refused.header("ratelimit-policy"), "\"key\";q=1;w=1");
        assert!(refused.header("ratelimit").starts_with("\"key\";r=0;t="), "{refused:?}");
        refused.problem(429);
    }
    let batch = |count: usize| {
        let addresses: Vec<Value> = (0..count).map(|_| LISTED.into()).collect();
        let body = json!({ "addresses": addresses }).to_string();
        service.ask(&Request::post("/v1/screen/batch", &body).key(&batching))
    };
    batch(2).is(200);
    let problem = batch(3).problem(422);
    assert!(problem["detail"].as_str().unwrap().contains("1 to 2"), "{problem}");
}
