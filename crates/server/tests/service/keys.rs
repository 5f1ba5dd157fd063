//! Who may do what.

use hawkshaw_records::{Keys, Role};
use serde_json::json;

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
