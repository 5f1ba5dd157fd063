//! The STIX bundle: ids, references, confidence, denials.

use std::collections::BTreeSet;

use hawkshaw_incidents::Incident;
use hawkshaw_report::incidents::to_stix;
use serde_json::Value;

use crate::{hostile, ledger, parsed};

fn bundle() -> Value {
    let ledger = ledger();
    parsed(&to_stix(&ledger, &ledger.incidents().collect::<Vec<&Incident>>()))
}

fn objects<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    let all = bundle["objects"].as_array().unwrap().iter();
    all.filter(|object| object["type"] == kind).collect()
}

fn links<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    let links = objects(bundle, "relationship").into_iter();
    links.filter(|link| link["relationship_type"] == kind).collect()
}

fn hostile_theft(bundle: &Value) -> &Value {
    objects(bundle, "incident")
        .into_iter()
        .find(|object| object["name"].as_str().unwrap().starts_with("=HYPERLINK"))
        .unwrap()
}

/// Every value under a name that ends in `_ref` or `_refs`, at any depth.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|entry| references(entry, found)),
        Value::Object(map) => {
            for (name, entry) in map {
                match entry {
                    Value::String(id) if name.ends_with("_ref") => found.push(id.clone()),
                    Value::Array(ids) if name.ends_with("_refs") => {
                        found.extend(ids.iter().map(|id| id.as_str().unwrap().to_owned()));
                    }
                    _ => references(entry, found),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn ids_are_unique_and_every_reference_resolves() {
    let bundle = bundle();
    let all = bundle["objects"].as_array().unwrap();
    let ids: Vec<&str> = all.iter().map(|object| object["id"].as_str().unwrap()).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len());
    let mut found = Vec::new();
    references(&bundle, &mut found);
    assert!(found.len() > all.len(), "every object but a few refers to several");
    for id in found {
        assert!(unique.contains(id.as_str()), "{id} is not in the bundle");
    }
    for object in all {
        for extension in object["extensions"].as_object().into_iter().flat_map(|map| map.keys()) {
            assert!(unique.contains(extension.as_str()), "{extension} is not defined");
        }
    }
}

#[test]
fn attributions_carry_claimant_sources_and_confidence() {
    let bundle = bundle();
    let theft = hostile_theft(&bundle);
    let links = links(&bundle, "attributed-to");
    let of_theft: Vec<_> = links.iter().filter(|link| link["source_ref"] == theft["id"]).collect();
    let confidence: Vec<_> = of_theft.iter().map(|link| link["confidence"].as_u64()).collect();
    assert_eq!(confidence, [Some(85), Some(15)], "stated and suspected; denials are no edges");
    let text = of_theft[0]["description"].as_str().unwrap();
    assert_eq!(
        text,
        "=Group \"quoted\", with, commas: stated. \
         Claimed by Court \u{fffd} of \u{fffd} bells, 2020-04-05."
    );
    let url = &of_theft[0]["external_references"][0]["url"];
    assert_eq!(url, "https://%C3%BC.example/%22%3Cfirst%3E?q=a;b%7Cc%E2%80%AE");
}

#[test]
fn a_denial_disagrees_with_the_claim_that_it_denies() {
    let bundle = bundle();
    let opinions = objects(&bundle, "opinion");
    assert_eq!(opinions.len(), 1);
    assert_eq!(opinions[0]["opinion"], "strongly-disagree");
    let denied = opinions[0]["object_refs"].as_array().unwrap();
    let link =
        links(&bundle, "attributed-to").into_iter().find(|link| denied.contains(&link["id"]));
    assert_eq!(link.unwrap()["confidence"], 85);
    assert_eq!(denied.len(), 1);
    let notes = objects(&bundle, "note");
    let lone = notes.iter().find(|note| note["content"].as_str().unwrap().starts_with("Nobody:"));
    assert_eq!(lone.unwrap()["object_refs"][0], hostile_theft(&bundle)["id"]);
}

#[test]
fn insiders_and_private_persons_of_two_thefts_are_not_the_same() {
    let bundle = bundle();
    let named = |kind: &str, name: &str| {
        objects(&bundle, kind).into_iter().filter(|object| object["name"] == name).count()
    };
    assert_eq!(named("threat-actor", "Insiders of the victim"), 2);
    assert_eq!(named("identity", "private persons"), 2);
    assert_eq!(named("threat-actor", "The State"), 1);
    assert_eq!(named("identity", "Researcher"), 1);
}

#[test]
fn a_claim_of_the_victim_is_a_claim_of_who_was_stolen_from() {
    let bundle = bundle();
    for theft in objects(&bundle, "incident") {
        let mut link = links(&bundle, "targets").into_iter();
        let link = link.find(|link| link["source_ref"] == theft["id"]).unwrap();
        let extension = theft["extensions"].as_object().unwrap().values().next().unwrap();
        let mut claims = ["attribution_claims", "recovery_claims"]
            .into_iter()
            .filter_map(|name| extension[name].as_array())
            .flatten()
            .filter(|claim| claim["claimant"] == "the victim");
        assert_eq!(claims.next().unwrap()["claimant_ref"], link["target_ref"]);
    }
    assert_eq!(objects(&bundle, "identity").len(), 1 + 3 + 3, "the ledger, victims, claimants");
}

#[test]
fn claims_are_there_for_programs_and_dates_are_of_the_ledger() {
    let bundle = bundle();
    let theft = hostile_theft(&bundle);
    assert_eq!(theft["created"], "2020-02-01T00:00:00.000Z");
    assert_eq!(theft["modified"], "2022-08-09T00:00:00.000Z");
    let extension = theft["extensions"].as_object().unwrap().values().next().unwrap();
    assert_eq!(extension["usd"], "123983");
    let claims = extension["amount_claims"].as_array().unwrap();
    assert_eq!(claims[1]["native"][0]["amount"], "10.5");
    assert_eq!(claims[1]["claimant"], "=cmd|'/C calc'!A0");
    assert_eq!(claims[0]["reach"], "attempted");
    assert_eq!(extension["attribution_claims"][0]["standing"], "denied");
    let whole = links(&bundle, "part-of");
    assert!(whole.iter().any(|link| link["source_ref"] == theft["id"]));
}

#[test]
fn an_address_has_the_id_that_its_account_gives() {
    let bundle = bundle();
    let wallets = objects(&bundle, "cryptocurrency-wallet");
    assert_eq!(wallets.len(), 3);
    assert_eq!(wallets[0]["value"], "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
    let key = r#"{"account_id":"bip122:000000000019d6689c085ae165831e93:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"}"#;
    let namespace = uuid::uuid!("00abedb4-aa42-466c-9c01-fed23315a9b7");
    let id = uuid::Uuid::new_v5(&namespace, key.as_bytes());
    assert_eq!(wallets[0]["id"], format!("cryptocurrency-wallet--{id}"));
}

#[test]
fn an_incident_is_the_same_object_in_every_selection() {
    let ledger = ledger();
    let one = parsed(&to_stix(&ledger, &[hostile(&ledger)]));
    let all = bundle();
    for object in one["objects"].as_array().unwrap() {
        assert!(all["objects"].as_array().unwrap().contains(object), "{}", object["id"]);
    }
}
