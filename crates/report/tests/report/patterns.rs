//! Patterns are shown with what shows them, the same in every file.

use std::collections::BTreeSet;

use hawkshaw_report::{to_html, to_json, to_patterns_csv};
use hawkshaw_trace::{PatternSettings, patterns};
use serde_json::Value;

use crate::sample::sample;

#[test]
fn json_names_the_transactions_of_the_edges_that_show_a_pattern() {
    let trace: Value = serde_json::from_slice(&sample().with(to_json)).unwrap();
    let rows = trace["patterns"].as_array().unwrap();
    assert!(rows.len() > 5, "{rows:?}");
    for row in rows {
        let edges = row["edges"].as_array().unwrap().iter();
        let edges =
            edges.map(|index| &trace["edges"][usize::try_from(index.as_u64().unwrap()).unwrap()]);
        let named: BTreeSet<String> = edges
            .filter_map(|edge| {
                Some(format!("{}:{}", edge["chain"].as_str()?, edge["tx"].as_str()?))
            })
            .collect();
        let listed = row["transactions"].as_array().unwrap().iter();
        let listed: BTreeSet<String> = listed.map(|tx| tx.as_str().unwrap().to_owned()).collect();
        assert_eq!(listed, named);
        assert_eq!(row["grade"], "inference");
        assert!(
            row["accounts"][0]["address"].is_string() && row["accounts"][0]["chain"].is_string()
        );
        assert!(row["numbers"].as_object().is_some_and(|numbers| !numbers.is_empty()));
    }
    let figures = &trace["pattern_figures"]["passing_through"];
    assert!(figures["forwarding"].as_u64() <= figures["intermediaries"].as_u64());
}

#[test]
fn csv_has_a_row_for_each_pattern() {
    let sample = sample();
    let found = patterns(&sample.trace, &PatternSettings::default()).found;
    let bytes = sample.with(to_patterns_csv);
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let fields = reader.headers().unwrap().len();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), found.len());
    for (row, pattern) in rows.iter().zip(&found) {
        assert_eq!(row.len(), fields);
        assert_eq!(&row[0], pattern.kind.as_str());
        assert_eq!(row[8].split(' ').count(), pattern.accounts.len());
    }
}

#[test]
fn the_page_shows_every_kind_and_says_what_it_leaves_out() {
    let mut sample = sample();
    let page = String::from_utf8(sample.with(to_html)).unwrap();
    let kinds = ["Peel chains", "Passing through", "Scattered, then gathered", "Into mixers"];
    for heading in kinds {
        assert!(page.contains(&format!("<h3>{heading}</h3>")), "{heading}");
    }
    assert!(page.contains("Median stay"));
    sample.trace.edges.clear();
    let page = String::from_utf8(sample.with(to_html)).unwrap();
    assert!(page.contains("None was found. That says nothing"));
    assert!(!page.contains("Median stay"));
}
