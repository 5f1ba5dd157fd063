//! The MISP events: ids, values, tags, objects.

use std::collections::BTreeSet;

use hawkshaw_incidents::Incident;
use hawkshaw_report::incidents::to_misp;
use serde_json::Value;

use crate::{hostile, ledger, parsed};

fn event() -> Value {
    let ledger = ledger();
    parsed(&to_misp(&ledger, &[hostile(&ledger)]))["response"][0]["Event"].clone()
}

fn attributes(event: &Value) -> &[Value] {
    event["Attribute"].as_array().unwrap()
}

/// Every id of an event, its objects and all their attributes.
fn ids(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|entry| ids(entry, found)),
        Value::Object(map) => {
            found.extend(map.get("uuid").map(|id| id.as_str().unwrap().to_owned()));
            let inner = map.iter().filter(|(name, _)| *name != "Orgc");
            inner.for_each(|(_, entry)| ids(entry, found));
        }
        _ => {}
    }
}

#[test]
fn ids_are_unique_over_all_events() {
    let ledger = ledger();
    let all = parsed(&to_misp(&ledger, &ledger.incidents().collect::<Vec<&Incident>>()));
    let mut found = Vec::new();
    ids(&all, &mut found);
    let unique: BTreeSet<&String> = found.iter().collect();
    assert_eq!(found.len(), unique.len());
    assert!(found.len() > 30);
}

#[test]
fn an_event_says_when_and_how_much() {
    let event = event();
    assert_eq!(event["date"], "2020-02-01");
    assert_eq!(event["timestamp"], "1660003200", "9 August 2022, the latest claim");
    let info = event["info"].as_str().unwrap();
    assert!(info.ends_with("second line (2020-02/2020-03, USD 123983)"), "{info}");
}

#[test]
fn no_value_of_a_type_stands_in_an_event_twice() {
    let event = event();
    let mut seen = BTreeSet::new();
    for attribute in attributes(&event) {
        let key = (attribute["type"].to_string(), attribute["value"].to_string());
        assert!(seen.insert(key), "{attribute}");
    }
    let links: Vec<_> = attributes(&event).iter().filter(|a| a["type"] == "link").collect();
    assert_eq!(links.len(), 3, "two of four sources have the same link");
    let second = links.iter().find(|link| link["value"] == "https://second.example/").unwrap();
    assert_eq!(second["comment"], "Second: Second; Third: The same link");
}

#[test]
fn claims_are_text_with_their_claimant() {
    let event = event();
    let values: Vec<&str> =
        attributes(&event).iter().map(|attribute| attribute["value"].as_str().unwrap()).collect();
    for text in [
        "Amount claim 1 of 3: at least USD 900000, attempted, certainty unstated. \
         Claimed by Researcher, 2020-03-02.",
        "Amount claim 2 of 3: USD 123983 (10.5 BTC + 100000000000000000000000000000 ETH), taken, \
         at the prices of the time of the theft, certainty exact. Claimed by =cmd|'/C calc'!A0, 2020-03-01. \
         \u{20}note",
        "Attribution claim 4 of 4: Nobody: denied (the claimant says that it was not this actor). \
         Claimed by Researcher, 2020-06.",
        "Recovery claim 4 of 4: 1 BTC, seized. Claimed by the victim, 2022-08-09.",
    ] {
        assert!(values.contains(&text), "{text} is not among {values:#?}");
    }
}

#[test]
fn only_who_is_accused_is_a_threat_actor_and_only_who_is_likely_a_tag() {
    let event = event();
    let actors = attributes(&event).iter().filter(|a| a["type"] == "threat-actor");
    let names: Vec<_> = actors.clone().map(|a| a["value"].as_str().unwrap()).collect();
    assert_eq!(names, ["=Group \"quoted\", with, commas", "Lazarus Group"]);
    let comment = actors.clone().next().unwrap()["comment"].as_str().unwrap();
    assert_eq!(
        comment,
        "Researcher (denied, 2020-04-06); Court \u{fffd} of \u{fffd} bells (stated, 2020-04-05)"
    );
    let tags: Vec<_> =
        event["Tag"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert_eq!(
        tags,
        [
            "tlp:clear",
            "hawkshaw:kind=\"theft\"",
            "hawkshaw:loot=\"crypto\"",
            "hawkshaw:technique=\"insider\"",
            "hawkshaw:technique=\"key-theft\"",
            "hawkshaw:contested",
        ],
        "a suspicion is no tag"
    );
}

#[test]
fn addresses_are_objects_and_only_the_thiefs_are_for_detection() {
    let event = event();
    let objects = event["Object"].as_array().unwrap();
    let coins: Vec<_> = objects.iter().filter(|o| o["name"] == "coin-address").collect();
    let first = |object: &Value| {
        let attribute = &object["Attribute"][0];
        let text = |name: &str| attribute[name].as_str().unwrap().to_owned();
        (text("object_relation"), text("type"), attribute["to_ids"].as_bool().unwrap())
    };
    let found: Vec<_> = coins.iter().map(|object| first(object)).collect();
    let expected = [
        ("address", "btc", true),
        ("address-crypto", "text", false),
        ("address-crypto", "text", false),
    ];
    assert_eq!(found, expected.map(|(relation, kind, ids)| (relation.into(), kind.into(), ids)));
    assert_eq!(coins[1]["Attribute"][1]["value"], "ETH");
}
