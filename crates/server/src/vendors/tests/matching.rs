//! Clients that search by name and by wallet.

use std::sync::Arc;

use hawkshaw_records::Role;
use hawkshaw_screening::{EntityKind, ListEntry, NameIndex, NamedEntity};
use serde_json::{Value, json};

use super::bench::{Bench, SANCTIONED, UNCOVERED, UNKNOWN};
use crate::vendors::fixture::listed;

fn names() -> Arc<NameIndex> {
    let mut index = NameIndex::default();
    for (number, kind, name) in [
        ("27307", EntityKind::Body, "LAZARUS GROUP"),
        ("1", EntityKind::Person, "Ivan Example"),
        ("", EntityKind::Unknown, "Nameless Number"),
    ] {
        index.add(NamedEntity {
            list: listed().list,
            entry: ListEntry {
                number: number.to_owned(),
                kind,
                names: vec![name.to_owned()],
                programmes: vec!["DPRK3".to_owned()],
                designated: Some("2019-09-13".parse().unwrap()),
                source: "https://example.org/sdn".to_owned(),
                from: "2019-09-13".parse().unwrap(),
                until: None,
            },
        });
    }
    Arc::new(index)
}

fn example(schema: &str, property: &str, value: &str) -> String {
    json!({ "queries": { "q1": { "schema": schema, "properties": { property: [value] } } } })
        .to_string()
}

async fn found(bench: &Bench, path: &str, body: String) -> Value {
    let answered = bench.post(path, None, body).await;
    assert_eq!(answered.status, 200, "{}", answered.text);
    answered.json()["responses"]["q1"].clone()
}

#[tokio::test]
async fn a_wallet_is_found_by_its_address() {
    let bench = Bench::new();
    let matches =
        found(&bench, "/match/default", example("CryptoWallet", "publicKey", SANCTIONED)).await;
    let first = &matches["results"][0];
    assert_eq!((&first["schema"], &first["match"]), (&json!("CryptoWallet"), &json!(true)));
    assert_eq!(first["score"].to_string(), "1.0");
    assert_eq!(first["datasets"], json!(["ofac-sdn"]));
    assert_eq!(first["properties"]["topics"], json!(["sanction"]));
    assert_eq!(matches["total"], json!({ "value": 1, "relation": "eq" }));
    let id = first["id"].as_str().unwrap();
    let entity = bench.get(&format!("/entities/{id}"), None).await;
    assert_eq!(entity.status, 200, "{}", entity.text);
    assert_eq!(entity.json()["id"], id);
    assert_eq!(entity.json().get("score"), None);

    let none = found(&bench, "/match/default", example("CryptoWallet", "publicKey", UNKNOWN)).await;
    assert_eq!(none["results"], json!([]));
    let body = example("CryptoWallet", "publicKey", UNCOVERED);
    let refused = bench.post("/match/default", None, body).await;
    assert_eq!(refused.status, 422);
    assert!(refused.json()["detail"].is_string());
}

#[tokio::test]
async fn a_name_is_found_by_likeness_and_kind() {
    let bench = Bench::new();
    let body = example("Organization", "name", "Lazarus Grop");
    assert_eq!(bench.post("/match/default", None, body.clone()).await.status, 422, "no lists");
    bench.app.replace_names(Some(names()));
    let matches = found(&bench, "/match/default", body).await;
    let first = &matches["results"][0];
    assert_eq!(first["caption"], "LAZARUS GROUP");
    assert_eq!(first["id"], "ofac-sdn-27307");
    let score = first["score"].as_f64().unwrap();
    assert!((0.9..1.0).contains(&score) && first["match"] == json!(true));
    assert!(first["explanations"]["name_likeness"]["detail"].is_string());
    assert_eq!(first["target"], json!(true));
    let entity = bench.get("/entities/ofac-sdn-27307", None).await.json();
    assert_eq!(entity["properties"]["program"], json!(["DPRK3"]));

    // An organisation is no person; who is of no kind may be either.
    let body = example("Person", "name", "Lazarus Group");
    assert_eq!(found(&bench, "/match/default", body).await["results"], json!([]));
    let body = example("Person", "name", "number nameless");
    let either = found(&bench, "/match/ofac-sdn", body).await;
    assert_eq!(either["results"][0]["schema"], "LegalEntity");
    let strict = "/match/default?threshold=0.999&cutoff=0.999";
    let body = example("Organization", "name", "Lazarus Grop");
    assert_eq!(found(&bench, strict, body).await["results"], json!([]));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_form() {
    let bench = Bench::new();
    bench.app.replace_names(Some(names()));
    for (path, body, status) in [
        ("/match/nowhere", example("Person", "name", "x"), 404),
        ("/match/default", example("Zebra", "name", "x"), 400),
        ("/match/default", example("Person", "height", "x"), 400),
        ("/match/default", json!({ "queries": {} }).to_string(), 400),
        ("/match/default", "[]".to_owned(), 422),
        ("/match/default", "{".to_owned(), 400),
        ("/match/default?threshold=2", example("Person", "name", "x"), 400),
        ("/match/default?limit=0", example("Person", "name", "x"), 400),
        ("/match/default?limit=x", example("Person", "name", "x"), 422),
        ("/match/default", example("CryptoWallet", "publicKey", "nonsense"), 400),
    ] {
        let answered = bench.post(path, None, body.clone()).await;
        assert_eq!(answered.status.as_u16(), status, "{path} {body}: {}", answered.text);
        assert!(answered.json()["detail"].is_string());
    }
    for id in ["nobody", "ofac-sdn-", "eip155:1:0x2222222222222222222222222222222222222222"] {
        assert_eq!(bench.get(&format!("/entities/{id}"), None).await.status, 404, "{id}");
    }
    let key = bench.key(&[Role::Screen]);
    let header = format!("ApiKey {key}");
    let body = example("CryptoWallet", "publicKey", SANCTIONED);
    let asked = bench.post("/match/default", Some(("Authorization", &header)), body.clone()).await;
    assert_eq!(asked.status, 200);
    assert_eq!(bench.post("/match/default", None, body).await.status, 401);
}
