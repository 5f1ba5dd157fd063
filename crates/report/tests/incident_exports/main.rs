//! Exports of a small ledger whose text is made to break readers: what stands in each, that two
//! runs give the same bytes, and that nothing in them refers to nothing.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod flat;
mod invented;
mod misp;
mod stix;

use hawkshaw_incidents::{Incident, IncidentLedger, Standing};
use hawkshaw_report::incidents::{to_csv, to_json, to_misp, to_parquet, to_stix};
use serde_json::Value;

fn ledger() -> IncidentLedger {
    invented::ledger().unwrap()
}

/// Everything that a ledger is exported as, by name.
fn exports(ledger: &IncidentLedger) -> [(&'static str, Vec<u8>); 5] {
    let all: Vec<&Incident> = ledger.incidents().collect();
    [
        ("csv", to_csv(ledger, &all)),
        ("json", to_json(ledger, &all)),
        ("parquet", to_parquet(ledger, &all).unwrap()),
        ("stix", to_stix(ledger, &all)),
        ("misp", to_misp(ledger, &all)),
    ]
}

fn parsed(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn hostile(ledger: &IncidentLedger) -> &Incident {
    ledger.incidents().find(|incident| incident.id.as_str() == "2020-hostile").unwrap()
}

#[test]
fn two_runs_give_the_same_bytes() {
    for ((name, one), (_, two)) in exports(&ledger()).into_iter().zip(exports(&ledger())) {
        assert!(!one.is_empty(), "{name}");
        assert_eq!(one, two, "{name}");
    }
}

#[test]
fn every_link_of_a_source_is_in_every_export() {
    let ledger = ledger();
    for (name, bytes) in exports(&ledger) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let escaped = text.contains("%C3%BC.example/%22%3Cfirst%3E?q=a;b%7Cc%E2%80%AE");
        // The JSON keeps a link as it is, the tables only make it visible.
        let kept = match name {
            "json" => text.contains(r#"https://ü.example/\"<first>?q=a;b|c\u202e"#),
            "csv" => text.contains("https://ü.example/\"\"<first>?q=a%3Bb|c\u{fffd}"),
            "parquet" => text.contains("https://ü.example/\"<first>?q=a%3Bb|c\u{fffd}"),
            _ => escaped,
        };
        assert!(kept, "{name}");
        let shared = ["https://shared.example/a;b?c=d", "https://shared.example/a%3Bb?c=d"];
        assert!(shared.iter().any(|link| text.contains(link)), "{name}");
        assert!(text.contains("https://second.example/"), "{name}");
        assert!(!text.contains("https://unused.example/"), "{name}");
    }
}

#[test]
fn no_character_of_an_export_is_invisible() {
    for (name, bytes) in exports(&ledger()).into_iter().filter(|(name, _)| *name != "parquet") {
        let text = String::from_utf8(bytes).unwrap();
        let is_hidden = |c: char| {
            (c.is_control() && c != '\n' && c != '\r') || ('\u{202a}'..='\u{202e}').contains(&c)
        };
        assert_eq!(text.chars().find(|c| is_hidden(*c)), None, "{name}");
    }
}

#[test]
fn contested_means_the_same_in_every_export() {
    let ledger = IncidentLedger::built_in();
    let is_denied = |incident: &Incident| {
        incident.attributions.iter().any(|claim| claim.sure == Standing::Denied)
    };
    let contested = || ledger.incidents().filter(|incident| ledger.is_contested(incident));
    assert!(contested().any(|incident| !is_denied(incident)), "some name several actors");
    for incident in ledger.incidents() {
        let is_contested = ledger.is_contested(incident);
        let csv = flat::rows(&to_csv(&ledger, &[incident]));
        assert_eq!(csv[0]["contested"], is_contested.to_string(), "{}", incident.id);
        let misp = parsed(&to_misp(&ledger, &[incident]));
        let tags = misp["response"][0]["Event"]["Tag"].as_array().unwrap();
        let is_tagged = tags.iter().any(|tag| tag["name"] == "hawkshaw:contested");
        assert_eq!(is_tagged, is_contested, "{}", incident.id);
    }
}

#[test]
fn a_selection_holds_what_was_selected_and_nothing_else() {
    let ledger = ledger();
    let one = [hostile(&ledger)];
    let none: [&Incident; 0] = [];
    assert_eq!(parsed(&to_json(&ledger, &one))["incidents"].as_array().unwrap().len(), 1);
    assert_eq!(parsed(&to_misp(&ledger, &one))["response"].as_array().unwrap().len(), 1);
    assert_eq!(parsed(&to_misp(&ledger, &none))["response"].as_array().unwrap().len(), 0);
    let bundle = parsed(&to_stix(&ledger, &one));
    let objects = bundle["objects"].as_array().unwrap();
    assert_eq!(objects.iter().filter(|object| object["type"] == "incident").count(), 1);
    // The incident is part of one that was not selected.
    assert!(objects.iter().all(|object| {
        object["relationship_type"] != "part-of"
            || object["source_ref"].as_str().unwrap().starts_with("threat-actor--")
    }));
    let rows = String::from_utf8(to_csv(&ledger, &none)).unwrap();
    assert_eq!(rows.matches("\r\n").count(), 1, "only the header");
    assert!(to_parquet(&ledger, &none).unwrap().starts_with(b"PAR1"));
}
