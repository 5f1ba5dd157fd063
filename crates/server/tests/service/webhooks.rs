//! Webhooks as their owners manage them.

use hawkshaw_records::Role;
use serde_json::{Value, json};

use crate::support::{LISTED, Request, Running, Wanted};

const URL: &str = "https://example.org/hook";

fn change(service: &Running, key: &str, target: &str, body: &Value) -> crate::support::Said {
    service.ask(&Request::with_body("PATCH", target, &body.to_string()).key(key))
}

#[test]
fn a_webhook_is_made_changed_and_ended_and_its_secret_is_told_once() {
    let wanted = Wanted::default();
    let key = wanted.key(&[Role::Webhooks, Role::Alerts]);
    let service = wanted.start();
    let body = json!({ "url": URL, "description": "for tests" }).to_string();
    let made = service.ask(&Request::post("/v1/webhooks", &body).key(&key)).is(201).json();
    assert_eq!((&made["url"], &made["active"]), (&json!(URL), &json!(true)));
    assert_eq!(made["events"], json!(["alert.raised", "alert.changed"]));
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 70);
    let target = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    let found = service.ask(&Request::get("/v1/webhooks").key(&key)).is(200);
    assert_eq!(found.json()["items"][0]["id"], made["id"]);
    assert!(!found.body.contains(secret));
    assert!(!service.ask(&Request::get(&target).key(&key)).is(200).body.contains(secret));
    let rotated = change(&service, &key, &target, &json!({ "rotate_secret": 60 })).is(200).json();
    assert_eq!(rotated["secrets"], 2);
    assert_ne!(rotated["secret"], made["secret"]);
    let stopped = change(&service, &key, &target, &json!({ "active": false })).is(200).json();
    assert_eq!((&stopped["active"], stopped.get("secret")), (&json!(false), None));
    let one = change(&service, &key, &target, &json!({ "events": ["alert.raised"] }));
    assert_eq!(one.is(200).json()["events"], json!(["alert.raised"]));
    let end = Request { method: "DELETE", target: &target, ..Request::default() }.key(&key);
    service.ask(&end).is(204);
    service.ask(&end).problem(404);
    service.ask(&Request::get(&target).key(&key)).problem(404);
}

#[test]
fn a_webhook_goes_to_public_places_alone_and_nobody_else_sees_it() {
    let wanted = Wanted::default();
    let both = [Role::Webhooks, Role::Alerts];
    let (own, other) = (wanted.key(&both), wanted.key(&both));
    let screening = wanted.key(&[Role::Screen]);
    let (half, rest) = (wanted.key(&[Role::Webhooks]), wanted.key(&[Role::Alerts]));
    let service = wanted.start();
    let post = |key: &str, body: &Value| {
        service.ask(&Request::post("/v1/webhooks", &body.to_string()).key(key))
    };
    for url in [
        "http://example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://user:pass@example.org/",
        "ftp://example.org/",
        "https://localhost/",
        "https://foo.internal/",
        "https://intranet/",
        "nonsense",
    ] {
        post(&own, &json!({ "url": url })).problem(422);
    }
    post(&own, &json!({ "url": URL, "events": ["alert.raised", "alert.raised"] })).problem(422);
    post(&own, &json!({ "url": URL, "events": ["alert.lost"] })).problem(422);
    post(&own, &json!({ "url": URL, "secret": "mine" })).problem(422);
    post(&screening, &json!({ "url": URL })).problem(403);
    // Alerts are what is delivered.
    post(&half, &json!({ "url": URL })).problem(403);
    post(&rest, &json!({ "url": URL })).problem(403);
    let made = post(&own, &json!({ "url": URL })).is(201).json();
    let target = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    service.ask(&Request::get(&target).key(&other)).problem(404);
    change(&service, &other, &target, &json!({ "active": false })).problem(404);
    change(&service, &own, &target, &json!({ "url": "https://127.1/" })).problem(422);
    change(&service, &own, &target, &json!({ "url": "https://localhost/" })).problem(422);
    change(&service, &own, &target, &json!({ "rotate_secret": -1 })).problem(422);
    let found = service.ask(&Request::get("/v1/webhooks").key(&other)).is(200).json();
    assert_eq!(found["items"], json!([]));
}

#[test]
fn what_cannot_be_delivered_is_listed_and_no_other_state_is_put_back() {
    let wanted = Wanted::default();
    let key = wanted.key(&[Role::Webhooks, Role::Alerts, Role::Register]);
    let service = wanted.start();
    let ask = |request: Request<'_>| service.ask(&request.key(&key));
    // A name that is kept for examples resolves to nothing (RFC 2606).
    let body = json!({ "url": "https://nowhere.example/hook" }).to_string();
    let webhook = ask(Request::post("/v1/webhooks", &body)).is(201).json();
    let transfer = json!({
        "direction": "received", "address": LISTED, "asset": "eip155:1/slip44:60", "amount": "1",
    });
    ask(Request::post("/v1/transfers", &transfer.to_string())).is(201);
    let found = ask(Request::get("/v1/webhook-deliveries")).is(200).json();
    let delivery = &found["items"][0];
    assert_eq!((&delivery["webhook"], &delivery["type"]), (&webhook["id"], &json!("alert.raised")));
    assert_ne!(delivery["state"], "delivered");
    let target = format!("/v1/webhook-deliveries/{}/requeue", delivery["id"].as_str().unwrap());
    ask(Request::post(&target, "")).problem(404);
    ask(Request::get("/v1/webhook-deliveries?state=dead")).is(200);
    ask(Request::get("/v1/webhook-deliveries?state=lost")).problem(422);
}
