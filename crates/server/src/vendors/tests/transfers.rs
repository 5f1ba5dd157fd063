//! Clients that register transfers and ask about them afterwards.

use hawkshaw_records::Role;
use hawkshaw_screening::Category;
use serde::Deserialize;
use serde_json::{Value, json};

use super::bench::{
    Bench, SANCTIONED, SANCTIONED_BITCOIN, SCAM, UNCOVERED, UNKNOWN, listing, listings, screener,
};

const TX: &str = "2d9bfc3a47c2c9cfd0170198782979ed327442e5ed1c8a752bced24d490347d4";

/// What a client in Rust decodes, which panics on anything else.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    #[allow(dead_code, reason = "that it can be decoded is what is tested")]
    transfer_reference: Option<String>,
    updated_at: Option<String>,
    external_id: String,
}

#[derive(Debug, Deserialize)]
struct Alerts {
    alerts: Vec<Alert>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    alert_level: Level,
    category: Option<String>,
    service: Option<String>,
    exposure_type: Kind,
    external_id: String,
    alert_amount: f64,
    category_id: Option<i64>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Level {
    Severe,
    High,
    Medium,
    Low,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Direct,
    Indirect,
}

#[derive(Debug, Deserialize)]
struct Error {
    status: u16,
    #[allow(dead_code, reason = "that it can be decoded is what is tested")]
    error: Option<String>,
    message: String,
}

async fn register(bench: &Bench, path: &str, body: &Value) -> Registered {
    let path = format!("/api/kyt/v2/users/user-1/{path}");
    let answered = bench.post(&path, None, body.to_string()).await;
    assert_eq!(answered.status, 200, "{}", answered.text);
    serde_json::from_str(&answered.text).unwrap()
}

async fn alerts(bench: &Bench, path: &str, id: &str) -> Vec<Alert> {
    let answered = bench.get(&format!("/api/kyt/v2/{path}/{id}/alerts"), None).await;
    assert_eq!(answered.status, 200, "{}", answered.text);
    serde_json::from_str::<Alerts>(&answered.text).unwrap().alerts
}

fn sent_to(address: &str, network: &str, asset: &str) -> Value {
    json!({
        "network": network,
        "asset": asset,
        "transferReference": format!("{TX}:{address}"),
        "direction": "sent",
        "assetAmount": 0.5,
        "assetPrice": 2000.0,
        "assetDenomination": "USD",
    })
}

#[tokio::test]
async fn a_client_registers_polls_and_fetches_alerts() {
    let bench = Bench::new();
    let body = sent_to(SANCTIONED_BITCOIN, "Bitcoin", "BTC");
    let registered = register(&bench, "transfers", &body).await;
    assert_eq!(registered.updated_at, None, "until it was looked at");
    let id = &registered.external_id;
    let summary = bench.get(&format!("/api/kyt/v2/transfers/{id}"), None).await.json();
    assert!(summary["updatedAt"].is_string(), "{summary}");
    assert_eq!(summary["network"], "BITCOIN");
    assert_eq!(summary["asset"], "BTC");
    assert_eq!(summary["tx"], TX);
    assert_eq!(summary["outputAddress"], SANCTIONED_BITCOIN);
    assert_eq!(summary["assetAmount"], 0.5);
    assert_eq!(summary["usdAmount"], 1000.0);
    let fields = [
        "asset",
        "assetAmount",
        "assetId",
        "externalId",
        "idx",
        "memo",
        "network",
        "outputAddress",
        "timestamp",
        "transferReference",
        "tx",
        "updatedAt",
        "usdAmount",
    ];
    let told: Vec<&str> = summary.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(told, fields);

    let found = alerts(&bench, "transfers", id).await;
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].alert_level, &found[0].exposure_type), (&Level::Severe, &Kind::Direct));
    assert_eq!(found[0].category.as_deref(), Some("sanctioned entity"));
    assert_eq!((found[0].category_id, found[0].alert_amount), (Some(3), 1000.0));
    assert_eq!(found[0].service.as_deref(), Some("LAZARUS GROUP"));
    assert_eq!(found[0].external_id.len(), 36);
    let again = alerts(&bench, "transfers", id).await;
    assert_eq!(again[0].external_id, found[0].external_id, "an alert keeps its id");

    let exposures = bench.get(&format!("/api/kyt/v2/transfers/{id}/exposures"), None).await.json();
    assert_eq!(exposures["direct"]["name"], "LAZARUS GROUP");
    assert_eq!(exposures["direct"]["categoryId"], 3);
    let network =
        bench.get(&format!("/api/kyt/v2/transfers/{id}/network-identifications"), None).await;
    let orgs = json!({ "count": 1, "networkIdentificationOrgs": [{ "name": "LAZARUS GROUP" }] });
    assert_eq!(network.json(), orgs);
}

#[tokio::test]
async fn the_same_transfer_is_registered_once() {
    let bench = Bench::new();
    let body = sent_to(UNKNOWN, "Ethereum", "ETH");
    let first = register(&bench, "transfers", &body).await;
    let second = register(&bench, "transfers", &body).await;
    assert_eq!(first.external_id, second.external_id);
    let other = register(&bench, "transfers", &sent_to(SCAM, "Ethereum", "ETH")).await;
    assert_ne!(first.external_id, other.external_id);
    assert!(alerts(&bench, "transfers", &first.external_id).await.is_empty());
    let found = alerts(&bench, "transfers", &other.external_id).await;
    assert_eq!(found[0].alert_level, Level::High);
}

#[tokio::test]
async fn an_attempt_is_checked_before_the_money_leaves() {
    let bench = Bench::new();
    let body = json!({
        "network": "Bitcoin", "asset": "BTC", "address": SANCTIONED_BITCOIN,
        "attemptIdentifier": "w-1", "assetAmount": 1.0,
        "attemptTimestamp": "2020-12-09T17:25:40.008307",
    });
    let id = register(&bench, "withdrawal-attempts", &body).await.external_id;
    let path = format!("/api/kyt/v2/withdrawal-attempts/{id}");
    let summary = bench.get(&path, None).await.json();
    assert_eq!(summary["attemptIdentifier"], "w-1");
    assert_eq!(summary["address"], SANCTIONED_BITCOIN);
    assert_eq!(summary["assetAmount"], 1.0);
    assert!(summary["updatedAt"].is_string());
    assert_eq!(alerts(&bench, "withdrawal-attempts", &id).await[0].alert_level, Level::Severe);
    let risky = bench.get(&format!("{path}/high-risk-addresses"), None).await.json();
    let first = &risky["chainalysisIdentifications"][0];
    assert_eq!(first["categoryName"], "sanctioned entity");
    assert_eq!(risky["customAddresses"], json!([]));
    // An attempt is no transfer.
    assert_eq!(bench.get(&format!("/api/kyt/v2/transfers/{id}"), None).await.status, 404);
}

#[tokio::test]
async fn who_paid_a_deposit_is_looked_at_too() {
    let bench = Bench::new();
    let body = json!({
        "network": "Ethereum", "asset": "ETH", "direction": "received",
        "transferReference": format!("0x{TX}:{UNKNOWN}"), "inputAddresses": [SANCTIONED],
    });
    let id = register(&bench, "transfers", &body).await.external_id;
    assert_eq!(alerts(&bench, "transfers", &id).await[0].alert_level, Level::Severe);
    let exposures = bench.get(&format!("/api/kyt/v2/transfers/{id}/exposures"), None).await;
    assert_eq!(exposures.json()["direct"]["name"], "LAZARUS GROUP");
    let own = bench.get("/v1/addresses", None).await.json();
    assert!(
        own.to_string().contains(&SANCTIONED.to_lowercase())
            || own.to_string().contains(SANCTIONED)
    );
}

#[tokio::test]
async fn a_later_listing_reaches_what_was_registered() {
    let bench = Bench::new();
    let id = register(&bench, "transfers", &sent_to(UNKNOWN, "Ethereum", "ETH")).await.external_id;
    assert!(alerts(&bench, "transfers", &id).await.is_empty());
    let mut more = listings();
    more.push(listing(&format!("eip155:1:{UNKNOWN}"), Category::Sanctions));
    bench.app.replace_screener(screener(&more));
    assert_eq!(alerts(&bench, "transfers", &id).await[0].alert_level, Level::Severe);
}

#[tokio::test]
async fn what_is_not_covered_is_never_processed_and_never_silent() {
    let bench = Bench::new();
    let body = sent_to(UNCOVERED, "Tron", "TRX");
    let id = register(&bench, "transfers", &body).await.external_id;
    let summary = bench.get(&format!("/api/kyt/v2/transfers/{id}"), None).await.json();
    assert_eq!(summary["updatedAt"], Value::Null);
    let found = alerts(&bench, "transfers", &id).await;
    assert_eq!((&found[0].alert_level, &found[0].category), (&Level::Medium, &None));
}

#[tokio::test]
async fn each_key_sees_its_own() {
    let bench = Bench::new();
    let (mine, yours) = (bench.key(&[Role::Register]), bench.key(&[Role::Register]));
    let path = "/api/kyt/v2/users/u/transfers";
    let body = sent_to(UNKNOWN, "Ethereum", "ETH").to_string();
    let made = bench.post(path, Some(("Token", &mine)), body.clone()).await.json();
    let id = made["externalId"].as_str().unwrap();
    for suffix in ["", "/alerts", "/exposures", "/network-identifications"] {
        let path = format!("/api/kyt/v2/transfers/{id}{suffix}");
        assert_eq!(bench.get(&path, Some(("Token", &mine))).await.status, 200);
        let refused = bench.get(&path, Some(("Token", &yours))).await;
        assert_eq!(refused.status, 404);
        let error: Error = serde_json::from_str(&refused.text).unwrap();
        assert_eq!(error.status, 404);
        assert!(!error.message.contains(id) && !error.message.is_empty());
    }
    let theirs = bench.post(path, Some(("Token", &yours)), body).await.json();
    assert_ne!(theirs["externalId"], made["externalId"], "the same transfer of another key");
}

#[tokio::test]
async fn errors_can_be_decoded() {
    let bench = Bench::new();
    let path = "/api/kyt/v2/users/u/transfers";
    for (body, status) in [
        ("{", 400),
        ("[]", 400),
        ("{}", 400),
        (
            r#"{"network":"Bitcoin","asset":"BTC","transferReference":"x:0","direction":"sent"}"#,
            400,
        ),
    ] {
        let answered = bench.post(path, None, body).await;
        let error: Error = serde_json::from_str(&answered.text).unwrap();
        assert_eq!((answered.status.as_u16(), error.status), (status, status), "{body}");
    }
    let missing = bench.get("/api/kyt/v2/transfers/fc8e053e-8833-344d-b025-40559eafd16f", None);
    let error: Error = serde_json::from_str(&missing.await.text).unwrap();
    assert_eq!(error.status, 404);
    bench.key(&[Role::Register]);
    let refused = bench.get("/api/kyt/v2/categories", None).await;
    let error: Error = serde_json::from_str(&refused.text).unwrap();
    assert_eq!((error.status, error.message.as_str()), (403, "AccessDenied"));
}

#[tokio::test]
async fn categories_have_numbers_and_names() {
    let bench = Bench::new();
    let categories = bench.get("/api/kyt/v2/categories", None).await.json();
    let all = categories["categories"].as_array().unwrap();
    assert!(
        all.iter().any(|one| one["categoryId"] == 3 && one["categoryName"] == "sanctioned entity")
    );
    assert!(all.len() > 20);
}

async fn refused(bench: &Bench, path: &str, body: &Value) -> Error {
    let path = format!("/api/kyt/v2/users/user-1/{path}");
    let answered = bench.post(&path, None, body.to_string()).await;
    assert_eq!(answered.status, 409, "{}", answered.text);
    let error: Error = serde_json::from_str(&answered.text).unwrap();
    assert_eq!(error.status, 409);
    error
}

#[tokio::test]
async fn a_reference_that_says_something_else_is_refused() {
    let bench = Bench::new();
    let body = sent_to(UNKNOWN, "Ethereum", "ETH");
    let with = |name: &str, value: Value| {
        let mut other = body.clone();
        other[name] = value;
        other
    };
    register(&bench, "transfers", &body).await;
    let error = refused(&bench, "transfers", &with("assetAmount", json!(5000))).await;
    assert!(error.message.contains("`amount`"), "{}", error.message);
    refused(&bench, "transfers", &with("assetPrice", json!(1))).await;
    refused(&bench, "transfers", &with("assetAmount", Value::Null)).await;
    register(&bench, "transfers", &with("assetAmount", json!("0.50"))).await;
    // An output by number has one address.
    let by_number = |address: &str| {
        let mut other = with("transferReference", json!(format!("{TX}:7")));
        other["outputAddress"] = json!(address);
        other
    };
    register(&bench, "transfers", &by_number(UNKNOWN)).await;
    let error = refused(&bench, "transfers", &by_number(SCAM)).await;
    assert!(error.message.contains("`address`"), "{}", error.message);
    // Of an asset that is on no list the name and the amount are compared as they were written.
    let unlisted = |asset: &str, amount: &str| {
        let mut other = sent_to(SCAM, "Ethereum", asset);
        other["assetAmount"] = json!(amount);
        other["assetPrice"] = Value::Null;
        other
    };
    register(&bench, "transfers", &unlisted("NOSUCH", "1.5")).await;
    register(&bench, "transfers", &unlisted("nosuch", "1.50")).await;
    refused(&bench, "transfers", &unlisted("NOSUCH", "15")).await;
    refused(&bench, "transfers", &unlisted("OTHER", "1.5")).await;
}

#[tokio::test]
async fn the_identifier_of_an_attempt_names_one_attempt() {
    let bench = Bench::new();
    let body = json!({
        "network": "Ethereum", "asset": "ETH", "address": UNKNOWN, "attemptIdentifier": "w-1",
        "assetAmount": 1.0,
    });
    let first = register(&bench, "withdrawal-attempts", &body).await;
    for (name, value) in
        [("assetAmount", json!(1_000_000)), ("asset", json!("USDT")), ("address", json!(SCAM))]
    {
        let mut other = body.clone();
        other[name] = value;
        refused(&bench, "withdrawal-attempts", &other).await;
    }
    let again = register(&bench, "withdrawal-attempts", &body).await;
    assert_eq!(again.external_id, first.external_id);
}

#[tokio::test]
async fn who_paid_may_be_said_later_and_is_looked_at_then() {
    let bench = Bench::new();
    let mut body = json!({
        "network": "Ethereum", "asset": "ETH", "direction": "received",
        "transferReference": format!("0x{TX}:{UNKNOWN}"),
    });
    let id = register(&bench, "transfers", &body).await.external_id;
    assert!(alerts(&bench, "transfers", &id).await.is_empty());
    body["inputAddresses"] = json!([SCAM]);
    assert_eq!(register(&bench, "transfers", &body).await.external_id, id);
    assert_eq!(alerts(&bench, "transfers", &id).await.len(), 1);
    // Our own queue has it too, and once.
    body["inputAddresses"] = json!([SANCTIONED, SCAM]);
    register(&bench, "transfers", &body).await;
    let raised = bench.get("/v1/alerts", None).await.json();
    assert_eq!(raised["items"].as_array().unwrap().len(), 2, "{raised}");
    assert_eq!(alerts(&bench, "transfers", &id).await.len(), 2);
    let watched = bench.get("/v1/addresses", None).await.json();
    assert_eq!(watched["items"].as_array().unwrap().len(), 2);
    // What is not said again stays, and no header says less than is known.
    body["inputAddresses"] = Value::Null;
    let path = "/api/kyt/v2/users/user-1/transfers";
    let answered = bench.post(path, None, body.to_string()).await;
    assert_eq!((answered.status.as_u16(), answered.header("x-hawkshaw-action")), (200, ""));
    assert_eq!(alerts(&bench, "transfers", &id).await.len(), 2);
    // There is an end to them.
    let many: Vec<String> = (0..99).map(|number| format!("0x{number:040x}")).collect();
    body["inputAddresses"] = json!(many);
    refused(&bench, "transfers", &body).await;
    assert_eq!(alerts(&bench, "transfers", &id).await.len(), 2);
}

#[tokio::test]
async fn a_key_for_repetitions_is_refused_here() {
    let bench = Bench::new();
    let path = "/api/kyt/v2/users/user-1/transfers";
    let body = sent_to(UNKNOWN, "Ethereum", "ETH").to_string();
    let answered = bench.post(path, Some(("idempotency-key", "k")), body).await;
    let error: Error = serde_json::from_str(&answered.text).unwrap();
    assert_eq!((answered.status.as_u16(), error.status), (400, 400));
    assert!(error.message.contains("Idempotency-Key"), "{}", error.message);
}
