//! The JSON Schema for editors says the same as the reader.

use std::collections::BTreeSet;

use crate::support::{amount, file, frame, theft};
use hawkshaw_incidents::{
    Certainty, Channel, IncidentLedger, Kind, Loot, Outcome, Priced, Reach, Role, Seen, Standing,
    Technique, VictimKind, Vocabulary,
};
use serde_json::Value;

const SCHEMA: &str = include_str!("../../../../incidents/schema.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// The files of incidents of the built-in ledger: name and content.
fn incidents() -> Vec<(String, Value)> {
    let files = IncidentLedger::built_in_files();
    let is_incident = |name: &str| name.contains('/');
    let read = |text: &str| toml::from_str::<Value>(text).unwrap();
    files
        .iter()
        .filter(|file| is_incident(&file.name))
        .map(|file| (file.name.clone(), read(&file.text)))
        .collect()
}

#[test]
fn every_incident_fits_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let incidents = incidents();
    assert!(incidents.len() >= 150, "{}", incidents.len());
    for (name, incident) in incidents {
        let errors: Vec<String> = validator
            .iter_errors(&incident)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

/// The words under `enum` at a place of the schema.
fn words(pointer: &str) -> BTreeSet<String> {
    let schema = schema();
    let list = schema.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}"));
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

fn names<V: Vocabulary>() -> BTreeSet<String> {
    V::ALL.iter().map(|word| word.name().to_owned()).collect()
}

#[test]
fn the_schema_has_the_words_of_the_reader() {
    assert_eq!(words("/properties/kind/enum"), names::<Kind>());
    assert_eq!(words("/properties/loot/enum"), names::<Loot>());
    assert_eq!(words("/properties/victim/properties/kind/enum"), names::<VictimKind>());
    assert_eq!(words("/properties/began/properties/how/items/enum"), names::<Technique>());
    assert_eq!(words("/properties/laundered/properties/through/items/enum"), names::<Channel>());
    assert_eq!(words("/properties/address/items/properties/role/enum"), names::<Role>());
    assert_eq!(words("/$defs/amount/properties/what/enum"), names::<Reach>());
    assert_eq!(words("/$defs/amount/properties/priced/enum"), names::<Priced>());
    assert_eq!(words("/$defs/amount/properties/sure/enum"), names::<Certainty>());
    assert_eq!(words("/$defs/attribution/properties/sure/enum"), names::<Standing>());
    assert_eq!(words("/$defs/recovery/properties/what/enum"), names::<Outcome>());
    assert_eq!(words("/$defs/source/properties/seen/enum"), names::<Seen>());
}

/// What the schema refuses, the reader refuses too.
#[test]
fn schema_and_reader_refuse_the_same() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let (_, whole) = theft("2020-a", "2020-05-06", &amount(5, "Police"));
    let both = |text: &str| {
        let fits = validator.is_valid(&toml::from_str::<Value>(text).unwrap());
        let mut files = frame();
        files.push(file("2020-a.toml", text));
        (fits, IncidentLedger::from_files(files).is_ok())
    };
    assert_eq!(both(&whole), (true, true));
    for (from, to) in [
        ("usd = 5", "usd = -5"),
        ("usd = 5", "usd = \"5.123\""),
        ("usd = 5", "usd = 1_000_000_000_001"),
        ("usd = 5\n", ""),
        ("sources = [\"page\"]\n", ""),
        ("sources = [\"page\"]", "sources = []"),
        ("kind = \"theft\"", "kind = \"robbery\""),
        ("kind = \"theft\"", "kind = \"theft\"\nextra = 1"),
        ("theft = \"2020-05-06\"", "theft = \"5 June 2020\""),
        ("kind = \"exchange\"", "kind = \"exchange\"\ncountry = \"Japan\""),
        ("[dates]", "assets = [\"a b\"]\n[dates]"),
        ("[dates]", "aliases = [\"A\", \"A\"]\n[dates]"),
        ("by = \"Police\"", "by = \"\""),
        ("on = \"2030\"", "on = \"9998\""),
        ("theft = \"2020-05-06\"", "theft = \"0000\""),
        ("usd = 5", "native = []"),
        ("[dates]", "address = []\n[dates]"),
        ("[dates]", "case = \"../../etc/passwd\"\n[dates]"),
    ] {
        assert!(whole.contains(from), "{from}");
        assert_eq!(both(&whole.replacen(from, to, 1)), (false, false), "{to}");
    }
    let long = format!("title = \"{}\"", "x".repeat(201));
    assert_eq!(both(&whole.replacen("title = \"Title of 2020-a\"", &long, 1)), (false, false));
    for (from, to) in [("usd = 5", "usd = \"5.12\""), ("usd = 5", "usd_low = 5")] {
        assert_eq!(both(&whole.replacen(from, to, 1)), (true, true), "{to}");
    }
}
