//! Registrations, repetition, pages, alerts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{LISTED, Request, Running, UNKNOWN};

fn transfer(address: &str, reference: &str) -> String {
    json!({
        "direction": "received", "address": address, "asset": "eip155:1/slip44:60",
        "amount": "1000", "usd": "3.5", "user": "u1", "reference": reference,
    })
    .to_string()
}

#[test]
fn a_transfer_is_registered_once_and_found_again() {
    let service = Running::start();
    let made = service.post("/v1/transfers", &transfer(LISTED, "a")).is(201);
    let place = made.header("location").to_owned();
    let registration = made.json();
    assert_eq!(registration["status"], "hit");
    assert_eq!(registration["answer"]["schema"], "hawkshaw.screen/1");
    assert_eq!(service.get(&place).is(200).json()["id"], registration["id"]);
    let again = service.post("/v1/transfers", &transfer(LISTED, "a")).is(200).json();
    assert_eq!(again["id"], registration["id"]);
    let found = service.get("/v1/transfers?reference=a").is(200).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(service.get("/v1/transfers?user=nobody").is(200).json()["items"], json!([]));
    // What is of another kind is not there.
    let id = registration["id"].as_str().unwrap();
    service.get(&format!("/v1/withdrawal-attempts/{id}")).problem(404);
    service.get("/v1/transfers/00000000-0000-7000-8000-000000000000").problem(404);
    service.get("/v1/transfers/zebra").problem(404);
}

#[test]
fn withdrawals_and_addresses_are_registered_too_and_nonsense_is_not() {
    let service = Running::start();
    let body = json!({ "address": UNKNOWN, "asset": "eip155:1/slip44:60", "amount": "1" });
    let made = service.post("/v1/withdrawal-attempts", &body.to_string()).is(201).json();
    assert_eq!((&made["direction"], &made["alert"]), (&json!("sent"), &Value::Null));
    let body = json!({ "address": UNKNOWN }).to_string();
    let one = service.post("/v1/addresses", &body).is(201).json();
    let two = service.post("/v1/addresses", &body).is(200).json();
    assert_eq!(one["id"], two["id"], "an address is watched once");
    let body = json!({ "address": "no such address!" }).to_string();
    service.post("/v1/addresses", &body).problem(422);
}

#[test]
fn a_request_under_a_key_is_done_once() {
    let service = Running::start();
    let ask = |key: &str, body: &str| {
        service.ask(&Request::post("/v1/transfers", body).header("idempotency-key", key))
    };
    let body = json!({
        "direction": "received", "address": UNKNOWN, "asset": "eip155:1/slip44:60", "amount": "5",
    })
    .to_string();
    let first = ask("k1", &body).is(201);
    let second = ask("k1", &body).is(201);
    assert_eq!(first.body, second.body);
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(second.header("idempotency-replayed"), "true");
    ask("k1", &transfer(UNKNOWN, "x")).problem(422);
    ask("k2", &body).is(201);
    assert_eq!(service.get("/v1/transfers").is(200).json()["items"].as_array().unwrap().len(), 2);
    ask(&"k".repeat(300), &body).problem(422);
    // Twenty at once: one does it, the others hear the same or that it is under way.
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| ask("k3", &body).status)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    assert_eq!(service.get("/v1/transfers").is(200).json()["items"].as_array().unwrap().len(), 3);
}

#[test]
fn pages_give_everything_once() {
    let service = Running::start();
    let mut made = BTreeSet::new();
    for n in 0..23 {
        let body = transfer(UNKNOWN, &format!("t{n}"));
        let said = service.post("/v1/transfers", &body).is(201).json();
        made.insert(said["id"].as_str().unwrap().to_owned());
    }
    let (mut found, mut target) = (Vec::new(), "/v1/transfers?limit=5".to_owned());
    loop {
        let page = service.get(&target).is(200).json();
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        assert_eq!(items.len(), 5);
        target = format!("/v1/transfers?limit=5&cursor={next}");
    }
    assert_eq!(found.len(), 23);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), made);
    for query in ["limit=0", "limit=1001", "limit=x", "cursor=x", "since=soon", "zebra=1"] {
        service.get(&format!("/v1/transfers?{query}")).problem(422);
    }
}

#[test]
fn an_alert_is_worked_on_until_it_is_closed() {
    let service = Running::start();
    let made = service.post("/v1/transfers", &transfer(LISTED, "a")).is(201).json();
    let target = format!("/v1/alerts/{}", made["alert"].as_str().unwrap());
    let open = service.get("/v1/alerts?state=open&queue=immediate").is(200).json();
    assert_eq!(open["items"][0]["registration"]["id"], made["id"]);
    let change =
        |body: Value| service.ask(&Request::with_body("PATCH", &target, &body.to_string()));
    assert_eq!(change(json!({ "assign": "ana" })).is(200).json()["assignee"], "ana");
    change(json!({ "comment": "asked the client" })).is(200);
    let snoozed = change(json!({ "snooze_until": 4_102_444_800_u64 })).is(200).json();
    assert_eq!(snoozed["state"], "snoozed");
    let closed = change(json!({ "close": "returned to sender" })).is(200).json();
    assert_eq!(
        (&closed["state"], &closed["reason"]),
        (&json!("closed"), &json!("returned to sender"))
    );
    let history = closed["history"].as_array().unwrap();
    assert!(history.len() >= 5, "{history:?}");
    change(json!({ "reopen": true })).is(200);
    for wrong in [
        json!({ "close": "" }),
        json!({ "close": "x", "comment": "y" }),
        json!({ "reopen": false }),
        json!({ "shout": "x" }),
    ] {
        change(wrong).problem(422);
    }
    change(json!({})).problem(422);
    service.get("/v1/alerts?state=lost").problem(422);
}

#[test]
fn another_amount_under_the_same_reference_is_a_conflict_that_says_so() {
    let service = Running::start();
    for target in ["/v1/transfers", "/v1/withdrawal-attempts"] {
        let body = |amount: &str, usd: Option<&str>| {
            let mut body = json!({
                "address": UNKNOWN, "asset": "eip155:1/slip44:60", "amount": amount, "usd": usd,
                "reference": "dd",
            });
            if target == "/v1/transfers" {
                body["direction"] = json!("sent");
            }
            body.to_string()
        };
        let made = service.post(target, &body("5", None)).is(201).json();
        let problem = service.post(target, &body("5000000", None)).problem(409);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("`amount` was 5 and is 5000000"), "{detail}");
        let problem = service.post(target, &body("5", Some("7.00"))).problem(409);
        assert!(problem["detail"].as_str().unwrap().contains("`usd`"), "{problem}");
        // It is not kept as the response to a key either.
        let other = body("6", None);
        let keyed = || Request::post(target, &other).header("idempotency-key", target);
        service.ask(&keyed()).problem(409);
        service.ask(&keyed()).problem(409);
        let again = service.post(target, &body("5", None)).is(200).json();
        assert_eq!((&again["id"], &again["amount"]), (&made["id"], &json!("5")));
        let found = service.get(&format!("{target}?reference=dd")).is(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
    }
    // An attempt has a reference of its own.
    let body = json!({
        "address": LISTED, "asset": "eip155:1/slip44:60", "amount": "5", "reference": "dd",
    });
    let problem = service.post("/v1/withdrawal-attempts", &body.to_string()).problem(409);
    assert!(problem["detail"].as_str().unwrap().contains("`address`"), "{problem}");
}

#[test]
fn a_repetition_tells_what_is_known_now_and_the_audit_log_says_the_same() {
    let service = Running::start();
    service.post("/v1/transfers", &transfer(UNKNOWN, "r")).is(201);
    let listings = [crate::support::listing(LISTED), crate::support::listing(UNKNOWN)];
    service.app.replace_screener(crate::support::screener(&listings));
    // Whether the search through earlier answers was faster or not.
    let again = service.post("/v1/transfers", &transfer(UNKNOWN, "r")).is(200).json();
    assert_eq!((&again["status"], &again["action"]), (&json!("hit"), &json!("reject")));
    let filter = hawkshaw_records::AuditFilter::default();
    let mut told = Vec::new();
    let each = |line: &hawkshaw_records::AuditLine, _: &str| {
        told.extend(line.fields.get("what").map(|what| what["answers"][0]["action"].clone()));
        true
    };
    hawkshaw_records::read_audit(service.state.path(), &filter, each).unwrap();
    assert_eq!(told, ["allow", "reject"]);
}

#[test]
fn a_key_for_repetitions_is_refused_where_it_would_not_count() {
    let service = Running::start();
    let made = service.post("/v1/transfers", &transfer(LISTED, "a")).is(201).json();
    let alert = format!("/v1/alerts/{}", made["alert"].as_str().unwrap());
    let requeue = "/v1/webhook-deliveries/00000000-0000-7000-8000-000000000000/requeue";
    let webhook = json!({ "url": "https://nowhere.example/hook" }).to_string();
    for request in [
        Request::with_body("PATCH", &alert, "{\"comment\":\"seen\"}"),
        Request::post("/v1/webhooks", &webhook),
        Request::post(requeue, ""),
    ] {
        let problem = service.ask(&request.clone().header("idempotency-key", "k")).problem(422);
        assert!(problem["detail"].as_str().unwrap().contains("Idempotency-Key"), "{problem}");
    }
    let history = service.get(&alert).is(200).json()["history"].clone();
    assert_eq!(history.as_array().unwrap().len(), 1, "nothing was done: {history}");
    assert_eq!(service.get("/v1/webhooks").is(200).json()["items"], json!([]));
    let body = transfer(LISTED, "b");
    let twice = Request::post("/v1/transfers", &body).header("idempotency-key", "k");
    service.ask(&twice.header("idempotency-key", "l")).problem(400);
}

#[test]
fn a_change_says_one_thing_and_nothing_that_acts_on_a_screen() {
    let service = Running::start();
    let made = service.post("/v1/transfers", &transfer(LISTED, "a")).is(201).json();
    let target = format!("/v1/alerts/{}", made["alert"].as_str().unwrap());
    let change = |body: &str| service.ask(&Request::with_body("PATCH", &target, body));
    for body in [
        r#"{"comment":"one","comment":"two"}"#,
        r#"{"close":"one","close":"two"}"#,
        r#"{"comment":"a\u0000b"}"#,
        r#"{"comment":"a\u202eb"}"#,
        r#"{"close":"a\u001b[2Jb"}"#,
        r#"{"assign":"a\u202eb"}"#,
        "{}",
    ] {
        change(body).problem(422);
    }
    let history = change(r#"{"comment":"one"}"#).is(200).json()["history"].clone();
    assert_eq!(history.as_array().unwrap().len(), 2, "{history}");
}
