//! Questions and answers.

use serde_json::json;

use crate::support::{LISTED, Request, Running, UNKNOWN, screener};

#[test]
fn an_address_is_answered_in_every_way_of_asking() {
    let service = Running::start();
    let body = json!({ "address": LISTED.to_lowercase(), "direction": "received" }).to_string();
    let posted = service.post("/v1/screen/address", &body).is(200).json();
    let got = service.get(&format!("/v1/screen/address/{LISTED}?direction=received"));
    let got = got.is(200).json();
    for answer in [&posted, &got] {
        assert_eq!(answer["schema"], "hawkshaw.screen/1");
        assert_eq!(answer["status"], "hit");
        assert_eq!(answer["matches"][0]["label"], "LAZARUS GROUP");
        assert_ne!(answer["action"], "allow");
    }
    let before = service.get(&format!("/v1/screen/address/{LISTED}?as_of=2020-01-01"));
    assert_eq!(before.is(200).json()["status"], "not_covered");
    let unknown = service.get(&format!("/v1/screen/address/{UNKNOWN}")).is(200).json();
    assert_eq!(unknown["status"], "not_found");
    let none = service.get("/v1/screen/address/zebra%21").is(200).json();
    assert_eq!(none["status"], "invalid");
}

#[test]
fn what_stands_beside_the_body_is_not_overlooked() {
    let service = Running::start();
    let body = json!({ "address": LISTED }).to_string();
    service.post("/v1/screen/address?as_of=2020-01-01", &body).problem(422);
}

#[test]
fn a_transfer_gets_the_sternest_of_its_counterparties() {
    let service = Running::start();
    let ask = |counterparties: &[&str]| {
        let body = json!({
            "counterparties": counterparties, "direction": "received",
            "asset": "eip155:1/slip44:60", "amount": "1000000000000000000", "usd": "2500.5",
        });
        service.post("/v1/screen/transfer", &body.to_string()).is(200).json()
    };
    let clean = ask(&[UNKNOWN]);
    assert_eq!(clean["status"], "not_found");
    let both = ask(&[UNKNOWN, LISTED]);
    assert_eq!(
        (&both["status"], both["counterparties"].as_array().unwrap().len()),
        (&json!("hit"), 2)
    );
    assert_eq!(both["action"], both["counterparties"][1]["action"]);
    assert_ne!(both["action"], clean["action"]);
}

#[test]
fn a_batch_is_answered_in_order_over_many_pieces() {
    let service = Running::start();
    let mut addresses: Vec<_> = (0..2_345).map(|n| json!(format!("0x{n:040x}"))).collect();
    addresses[1_777] = json!({ "address": LISTED, "chain": "eip155:1" });
    let body = json!({ "addresses": addresses }).to_string();
    let said = service.post("/v1/screen/batch", &body).is(200);
    let answer = said.json();
    let answers = answer["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 2_345);
    for (n, one) in answers.iter().enumerate() {
        let status = if n == 1_777 { "hit" } else { "not_found" };
        assert_eq!(one["status"], status, "{n}");
        if n != 1_777 {
            assert_eq!(one["asked"], format!("0x{n:040x}"));
        }
    }
    assert_eq!(answer["data_version"], answers[0]["data_version"]);
}

#[test]
fn what_cannot_be_is_a_problem_that_says_so() {
    let service = Running::start();
    let (one, batch) = ("/v1/screen/address", "/v1/screen/batch");
    for (target, body, status, said) in [
        (one, "", 400, "EOF"),
        (one, "{", 400, "EOF"),
        (one, "[]", 422, "object"),
        (one, "[\"x\",null,null,null,null,null,null]", 422, "object"),
        (one, "[", 400, "EOF"),
        (one, "{}", 422, "address"),
        (one, "{\"address\":\"\"}", 422, "1 to 256"),
        (one, "{\"address\":\"x\",\"adress\":\"y\"}", 422, "adress"),
        (one, "{\"address\":\"x\",\"address\":\"y\"}", 422, "duplicate"),
        (one, "{\"address\":\"x\",\"amount\":1}", 422, "expected a string"),
        (one, "{\"address\":\"x\",\"amount\":\"1.5\"}", 422, "1.5"),
        (one, "{\"address\":\"x\",\"chain\":\"mars\"}", 422, "mars"),
        (one, "{\"address\":\"x\",\"direction\":\"up\"}", 422, "up"),
        (one, "{\"address\":\"x\",\"as_of\":\"soon\"}", 422, "soon"),
        (one, "{\"address\":\"\\ud800\"}", 400, "hex escape"),
        (batch, "{\"addresses\":[]}", 422, "1 to"),
        (batch, "{\"addresses\":[1]}", 422, "an address, or"),
        (batch, "{\"addresses\":[[\"x\",null]]}", 422, "an address, or"),
        ("/v1/screen/transfer", "{\"counterparties\":[]}", 422, "direction"),
    ] {
        let problem = service.post(target, body).problem(status);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(said), "{body}: {detail}");
    }
    let plain = Request::post(one, "{}").header("content-type", "text/plain");
    let plain = Request { headers: plain.headers[1..].to_vec(), ..plain };
    service.ask(&plain).problem(415);
    service.get("/v1/screen/address/%ff%fe").problem(400);
    service.get("/v1/screen/address/x?chian=eip155:1").problem(422);
    service.get("/v1/nowhere").problem(404);
    let refused = service.get("/v1/screen/address").is(405);
    assert_eq!(refused.header("allow"), "POST");
    refused.problem(405);
}

#[test]
fn what_is_not_loaded_or_fails_is_never_an_answer() {
    let service = Running::start();
    service.get("/healthz").is(200);
    service.get("/readyz").is(200);
    // A load that fails leaves what there is.
    service.shelf.put(Err("the disk is gone".to_owned()));
    let problem = service.post("/v1/admin/reload", "").problem(409);
    assert!(problem["detail"].as_str().unwrap().contains("the disk is gone"));
    let hit = service.get(&format!("/v1/screen/address/{LISTED}")).is(200).json();
    assert_eq!(hit["status"], "hit");
    service.shelf.put(Ok(screener(&[])));
    service.post("/v1/admin/reload", "").is(200);
    let answer = service.get(&format!("/v1/screen/address/{LISTED}")).is(200).json();
    assert_eq!(answer["status"], "not_covered", "nothing is listed now, which is not clean");
}

#[test]
fn every_answer_has_its_line_in_the_audit_log_and_no_other_place_names_the_address() {
    let service = Running::start();
    let said = service.get(&format!("/v1/screen/address/{LISTED}")).is(200);
    let request = said.header("x-request-id").to_owned();
    let metrics = service.get("/metrics").is(200).body;
    assert!(metrics.contains("route=\"/v1/screen/address/{address}\""), "{metrics}");
    assert!(!metrics.to_lowercase().contains(&LISTED.to_lowercase()));
    let state = service.state.clone();
    assert!(service.ended());
    let verified = hawkshaw_records::verify_audit(state.path(), &[]).unwrap();
    assert!(verified.lines >= 2 && verified.first_break.is_none(), "{verified:?}");
    let folder = state.path().join("audit");
    let text: String = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok())
        .collect();
    let line = text.lines().find(|line| line.contains(&request)).unwrap();
    assert!(line.contains(LISTED) && line.contains("\"hit\""), "{line}");
}

#[test]
fn without_its_line_in_the_audit_log_nothing_is_answered() {
    let service = Running::start();
    let target = format!("/v1/screen/address/{LISTED}");
    service.get(&target).is(200);
    service.app.close().unwrap();
    service.get(&target).problem(503);
    let body = json!({ "addresses": [LISTED] }).to_string();
    service.post("/v1/screen/batch", &body).problem(503);
    service.post("/v1/addresses", &json!({ "address": LISTED }).to_string()).problem(503);
    service.get("/v1/categories").problem(503);
    service.get("/healthz").is(200);
}
