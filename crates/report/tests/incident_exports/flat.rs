//! The exports that hold every incident once: CSV, Parquet, JSON.

use std::collections::BTreeMap;

use hawkshaw_incidents::Incident;
use hawkshaw_report::incidents::{to_csv, to_json, to_parquet};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;

use crate::{hostile, ledger, parsed};

/// The rows of a CSV, each by the names of its columns.
pub(crate) fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let cells = header.iter().zip(record.iter());
        cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn a_row_holds_the_figures_of_the_ledger() {
    let ledger = ledger();
    let rows = rows(&to_csv(&ledger, &[hostile(&ledger)]));
    let row = &rows[0];
    for (column, cell) in [
        ("id", "2020-hostile"),
        ("title", "'=HYPERLINK(\"https://evil.example\",\"click\"), \"quoted\"  second line"),
        ("kind", "theft"),
        ("date_theft", "2020-02/2020-03"),
        ("date_theft_first", "2020-02-01"),
        ("date_theft_last", "2020-03-31"),
        ("date_discovered_last", "2020-03-31"),
        ("date_attributed", "2020-04-05"),
        ("victim", "'@SUM(A1:A9)"),
        ("chains", "bitcoin;ethereum;monero"),
        ("usd", "123983"),
        ("usd_low", "100000"),
        ("usd_high", "200000"),
        ("priced", "theft"),
        ("amount_by", "'=cmd|'/C calc'!A0"),
        ("amount_claims", "3"),
        ("actor", "group"),
        ("actor_name", "'=Group \"quoted\", with, commas"),
        ("actor_whole", "state"),
        ("attributed_by", "Court \u{fffd} of \u{fffd} bells"),
        ("attributed_sure", "stated"),
        ("attribution_claims", "4"),
        ("contested", "true"),
        ("techniques", "insider;key-theft"),
        ("channels", "mixer;swap"),
        ("frozen_usd_low", "150000"),
        ("frozen_usd_high", "200000"),
        ("seized_usd_low", ""),
        ("blocked_usd_low", "5000000"),
        ("recovery_claims", "4"),
        ("part_of", "2020-plain"),
        ("addresses", "3"),
    ] {
        assert_eq!(row[column], cell, "{column}");
    }
    assert_eq!(row["sources"].split(';').count(), 4);
}

#[test]
fn no_cell_begins_like_a_formula() {
    let ledger = ledger();
    let all: Vec<&Incident> = ledger.incidents().collect();
    let bytes = to_csv(&ledger, &all);
    let rows = rows(&bytes);
    assert_eq!(rows.len(), 3);
    let cells = rows.iter().flat_map(BTreeMap::values);
    assert!(cells.clone().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])));
    assert!(cells.clone().any(|cell| cell.starts_with("'=HYPERLINK")));
}

/// What a cell of the Parquet file is in the CSV.
fn as_in_csv(name: &str, field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(cents) if name.ends_with("_cents") => {
            assert_eq!(cents % 100, 0, "no amount of the ledger has cents");
            (cents / 100).to_string()
        }
        Field::Long(number) => number.to_string(),
        Field::Bool(flag) => flag.to_string(),
        Field::Date(days) => {
            let epoch: hawkshaw_incidents::PartialDate = "1970-01-01".parse().unwrap();
            (0..*days).fold(epoch.first(), |day, _| day.tomorrow().unwrap()).to_string()
        }
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn parquet_holds_what_the_csv_holds() {
    let ledger = ledger();
    let all: Vec<&Incident> = ledger.incidents().collect();
    let bytes = to_parquet(&ledger, &all).unwrap();
    let reader = SerializedFileReader::new(parquet_bytes(bytes)).unwrap();
    let metadata = reader.metadata().file_metadata();
    assert_eq!(metadata.num_rows(), 3);
    assert_eq!(metadata.created_by(), Some("hawkshaw"));
    let expected = rows(&to_csv(&ledger, &all));
    let found: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(found.len(), expected.len());
    for (row, expected) in found.iter().zip(&expected) {
        assert_eq!(row.len(), expected.len());
        for (name, field) in row.get_column_iter() {
            let cell = &expected[name.strip_suffix("_cents").unwrap_or(name)];
            // The apostrophe is for spreadsheets only.
            let cell = cell.strip_prefix('\'').unwrap_or(cell);
            assert_eq!(as_in_csv(name, field), *cell, "{name}");
        }
    }
}

/// Bytes as the reader wants them.
fn parquet_bytes(bytes: Vec<u8>) -> std::fs::File {
    use std::io::{Seek as _, Write as _};
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    file.rewind().unwrap();
    file
}

#[test]
fn json_holds_everything_and_nothing_is_changed() {
    let ledger = ledger();
    let json = parsed(&to_json(&ledger, &ledger.incidents().collect::<Vec<_>>()));
    assert_eq!(json["schema"], "hawkshaw.incidents/1");
    assert_eq!(json["actors"].as_array().unwrap().len(), 5);
    assert_eq!(json["claimants"][1]["name"], "Court \u{202e} of \u{7} bells");
    let keys: Vec<&str> =
        json["sources"].as_array().unwrap().iter().map(|s| s["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["set-of-sets", "shared"], "a data set of a source is a source as well");
    for (found, incident) in json["incidents"].as_array().unwrap().iter().zip(ledger.incidents()) {
        assert_eq!(*found, serde_json::to_value(incident).unwrap());
    }
    let hostile = &json["incidents"][0];
    assert_eq!(hostile["note"], "<script>alert(1)</script> ]]> --> \\ \0");
    assert_eq!(hostile["amounts"][1]["usd"], "123983");
    assert_eq!(hostile["amounts"][1]["native"][1]["amount"], "100000000000000000000000000000");
    assert!(hostile["summary"].as_str().unwrap().len() > 3_000);
}
