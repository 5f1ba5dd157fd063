//! Clients that ask about addresses.

use hawkshaw_records::Role;
use hawkshaw_screening::magic::Magic;
use serde::Deserialize;
use serde_json::{Value, json};

use super::bench::{
    Bench, SANCTIONED, SANCTIONED_BITCOIN, SCAM, UNCOVERED, UNKNOWN, UNKNOWN_BITCOIN,
    WITHOUT_SANCTIONS,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sanctions {
    identifications: Vec<Identification>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Identification {
    category: String,
    name: String,
    description: String,
    url: String,
}

fn magic(magic: Magic) -> String {
    magic.bytes().iter().fold("0x".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

#[tokio::test]
async fn a_sanctions_client_blocks_whoever_has_identifications() {
    let bench = Bench::new();
    let ask = async |address: &str| {
        let answered = bench.get(&format!("/api/v1/address/{address}"), None).await;
        assert_eq!(answered.status, 200, "{}", answered.text);
        serde_json::from_str::<Sanctions>(&answered.text).unwrap().identifications
    };
    let upper = SANCTIONED.to_ascii_uppercase().replace("0X", "0x");
    for address in [SANCTIONED, &SANCTIONED.to_ascii_lowercase(), &upper, SANCTIONED_BITCOIN] {
        let found = ask(address).await;
        assert_eq!(found.len(), 1, "{address}");
        assert_eq!(found[0].category, "sanctions");
        assert!(found[0].name.starts_with("SANCTIONS: OFAC SDN "));
        assert!(found[0].url.starts_with("https://") && !found[0].description.is_empty());
    }
    for address in [UNKNOWN, UNKNOWN_BITCOIN, SCAM] {
        assert!(ask(address).await.is_empty(), "{address}");
    }
}

#[tokio::test]
async fn what_is_not_known_to_be_unsanctioned_is_an_error() {
    let bench = Bench::new();
    let ask = async |address: &str| {
        let answered = bench.get(&format!("/api/v1/address/{address}"), None).await;
        let body = answered.json();
        assert!(body["message"].is_string() && body.as_object().unwrap().len() == 1, "{body}");
        answered.status.as_u16()
    };
    assert_eq!(ask(UNCOVERED).await, 422);
    assert_eq!(ask(WITHOUT_SANCTIONS).await, 422, "tags alone say nothing of sanctions");
    assert_eq!(ask(&magic(Magic::NotCovered)).await, 422);
    assert_eq!(ask(&magic(Magic::Fails)).await, 500);
    for wrong in ["0x12", "hello", "%20", &"a".repeat(500), "%F0%9F%90%91"] {
        assert_eq!(ask(wrong).await, 400, "{wrong}");
    }
}

#[tokio::test]
async fn keys_are_told_apart_as_the_vendors_do() {
    let bench = Bench::new();
    let key = bench.key(&[Role::Screen]);
    let path = format!("/api/v1/address/{UNKNOWN}");
    assert_eq!(bench.get(&path, Some(("X-API-Key", &key))).await.status, 200);
    let bad = bench.get(&path, Some(("X-API-Key", "nobodys"))).await;
    assert_eq!(bad.status, 401);
    assert_eq!(bad.text, r#"{"message":"Invalid API Key"}"#);
    assert_eq!(bench.get(&path, None).await.status, 403);

    let path = format!("/api/risk/v2/entities/{UNKNOWN}");
    assert_eq!(bench.get(&path, Some(("Token", &key))).await.status, 200);
    let bad = bench.get(&path, Some(("Token", "nobodys"))).await;
    assert_eq!((bad.status.as_u16(), &bad.json()["message"]), (403, &json!("Invalid token")));
    assert_eq!(bad.json()["path"], path);
    assert!(!bad.json()["requestId"].as_str().unwrap().is_empty());

    let (path, body) =
        ("/public/v1/sanctions/screening", format!(r#"[{{"address":"{UNKNOWN}"}}]"#));
    for pair in [format!("{key}:{key}"), format!("{key}:"), format!(":{key}"), key.clone()] {
        let basic = format!("Basic {}", base64(pair.as_bytes()));
        let answered = bench.post(path, Some(("Authorization", &basic)), body.clone()).await;
        assert_eq!(answered.status, 201, "{}", answered.text);
    }
    let bad = bench.post(path, Some(("Authorization", "Basic eDp4")), body).await;
    assert_eq!(bad.status, 401);
    assert!(bad.header("www-authenticate").starts_with("Basic"));
}

#[tokio::test]
async fn a_key_without_the_role_is_refused_on_every_surface() {
    let bench = Bench::new();
    let key = bench.key(&[Role::Alerts]);
    let token = Some(("Token", key.as_str()));
    let item = json!([{"address": UNKNOWN, "chain": "ethereum"}]).to_string();
    for answered in [
        bench.get(&format!("/api/v1/address/{UNKNOWN}"), token).await,
        bench.get(&format!("/api/risk/v2/entities/{UNKNOWN}"), token).await,
        bench.post("/public/v1/sanctions/screening", token, item.clone()).await,
        bench.post("/public/v2/screening/addresses", token, item).await,
        bench.get("/api/kyt/v2/categories", token).await,
    ] {
        assert_eq!(answered.status, 403, "{}", answered.text);
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entity {
    address: String,
    risk: Risk,
    risk_reason: Option<String>,
    address_type: String,
    cluster: Option<Value>,
    address_identifications: Vec<Value>,
    exposures: Vec<Exposure>,
    triggers: Vec<Value>,
    pool_metadata: Option<Value>,
    status: String,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
enum Risk {
    Severe,
    High,
    Medium,
    Low,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exposure {
    category: String,
    value: f64,
    exposure_type: String,
    direction: String,
}

#[tokio::test]
async fn a_risk_client_registers_asks_and_decodes() {
    let bench = Bench::new();
    for (address, risk) in [
        (SANCTIONED.to_owned(), Risk::Severe),
        (SCAM.to_owned(), Risk::High),
        (UNKNOWN.to_owned(), Risk::Low),
        (magic(Magic::StolenDirect), Risk::Severe),
        (magic(Magic::StolenIndirect), Risk::High),
    ] {
        // One client sends its JSON as text/plain.
        let request = axum::http::Request::post("/api/risk/v2/entities")
            .header("content-type", "text/plain;charset=UTF-8")
            .body(axum::body::Body::from(json!({ "address": address }).to_string()))
            .unwrap();
        let registered = bench.send(request).await;
        assert_eq!(registered.status, 201);
        assert_eq!(registered.json(), json!({ "address": address }));
        let answered = bench.get(&format!("/api/risk/v2/entities/{address}"), None).await;
        // Another takes any `message` for "not registered".
        assert_eq!(answered.json().get("message"), None);
        let entity: Entity = serde_json::from_str(&answered.text).unwrap();
        assert_eq!(entity.address, address);
        assert_eq!(entity.risk, risk, "{}", answered.text);
        assert_eq!((entity.status.as_str(), entity.pool_metadata), ("COMPLETE", None));
        assert_eq!(entity.address_type, "PRIVATE_WALLET");
        assert_eq!(entity.cluster.is_some(), !entity.address_identifications.is_empty());
        for exposure in &entity.exposures {
            assert!(["direct", "indirect"].contains(&exposure.exposure_type.as_str()));
            assert_eq!(exposure.direction, "both_directions");
            assert!(exposure.value > 0.0 && !exposure.category.is_empty());
        }
        if risk != Risk::Low {
            assert!(!entity.triggers.is_empty() && entity.risk_reason.is_some());
        }
    }
    let refused = bench.get(&format!("/api/risk/v2/entities/{UNCOVERED}"), None).await;
    assert_eq!(refused.status, 422);
    let refused =
        bench.post("/api/risk/v2/entities", None, json!({ "address": UNCOVERED }).to_string());
    assert_eq!(refused.await.status, 422);
}

#[tokio::test]
async fn a_screening_client_gets_an_item_for_each_of_its_own() {
    let bench = Bench::new();
    let asked = [SANCTIONED, UNKNOWN, SANCTIONED_BITCOIN];
    let body: Vec<Value> = asked.iter().map(|address| json!({ "address": address })).collect();
    let answered =
        bench.post("/public/v1/sanctions/screening", None, json!(body).to_string()).await;
    assert_eq!(answered.status, 201);
    let want = [true, false, true];
    let want: Vec<Value> = asked
        .iter()
        .zip(want)
        .map(|(address, is)| json!({ "address": address, "isSanctioned": is }))
        .collect();
    assert_eq!(answered.json(), json!(want));

    let body = json!([
        { "address": SANCTIONED, "chain": "ethereum", "accountExternalId": "a", "externalId": "b" },
        { "address": UNKNOWN_BITCOIN, "chain": "bitcoin", "accountExternalId": null },
    ]);
    let answered = bench.post("/public/v2/screening/addresses", None, body.to_string()).await;
    assert_eq!(answered.status, 200, "{}", answered.text);
    let items = answered.json();
    assert_eq!(items[0]["accountExternalId"], "a");
    assert_eq!(items[0]["externalId"], "b");
    assert_eq!(items[0]["addressSubmitted"], SANCTIONED);
    let severe = |item: &Value| {
        let indicators = item["addressRiskIndicators"].as_array().unwrap();
        indicators.iter().any(|one| one["categoryRiskScoreLevelLabel"] == "Severe")
    };
    assert!(severe(&items[0]) && !severe(&items[1]));
    assert_eq!(items[1]["addressRiskIndicators"], json!([]));
}

#[tokio::test]
async fn a_list_is_answered_as_a_whole_or_not_at_all() {
    let bench = Bench::new();
    let refused = async |path: &str, body: Value| {
        let answered = bench.post(path, None, body.to_string()).await;
        assert!(answered.json()["message"].is_string(), "{}", answered.text);
        answered.status.as_u16()
    };
    let (v1, v2) = ("/public/v1/sanctions/screening", "/public/v2/screening/addresses");
    for body in [
        json!([{ "address": UNKNOWN }, { "address": UNCOVERED }]),
        json!([{ "address": UNKNOWN }, { "address": "nonsense" }]),
        json!([{ "address": UNKNOWN }, {}]),
        json!([{ "address": UNKNOWN, "chain": "no such chain!" }]),
        json!([]),
        json!(vec![json!({ "address": UNKNOWN }); 1_001]),
    ] {
        assert!([400, 422].contains(&refused(v1, body.clone()).await), "{body}");
    }
    assert_eq!(refused(v2, json!([{ "address": UNKNOWN }])).await, 400, "the chain is missing");
    let on_bitcoin = json!([{ "address": UNKNOWN, "chain": "bitcoin" }]);
    assert_eq!(refused(v2, on_bitcoin).await, 400);
    let uncovered = json!([{ "address": UNCOVERED, "chain": "tron" }]);
    assert_eq!(refused(v2, uncovered).await, 400);
}

#[tokio::test]
async fn headers_of_ours_say_the_rest() {
    let bench = Bench::new();
    let unknown = bench.get(&format!("/api/v1/address/{UNKNOWN}"), None).await;
    assert_eq!(unknown.header("x-hawkshaw-status"), "not_found");
    let listed = bench.get(&format!("/api/v1/address/{SANCTIONED}"), None).await;
    assert_eq!(listed.header("x-hawkshaw-status"), "hit");
    assert_eq!(listed.header("x-hawkshaw-action"), "reject");
    assert!(!listed.header("x-hawkshaw-data-version").is_empty());
}

/// Base64 (RFC 4648 §4), for what a client sends.
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 4];
        group[1..=chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes(group);
        for place in 0..4u32 {
            let digit = (number >> (18 - 6 * place)) & 63;
            let is_padding = usize::try_from(place).unwrap() > chunk.len();
            text.push(if is_padding {
                '='
            } else {
                char::from(DIGITS[usize::try_from(digit).unwrap()])
            });
        }
    }
    text
}
