//! The README and the page of formats say what the program does.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::support::{DONE, bundled, command, said};

fn page(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(name)).unwrap()
}

#[test]
fn the_readme_shows_what_is_printed() {
    let printed = said(command().arg("trace").arg(bundled("ronin-bridge-2022"))).ended(DONE).stdout;
    let readme = page("README.md");
    let excerpt = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next());
    let mut lines = excerpt.expect("the README has an excerpt").lines().peekable();
    assert!(lines.peek().is_some());
    let mut rest = printed.lines();
    for line in lines.filter(|line| !line.is_empty() && *line != "[…]") {
        assert!(rest.any(|printed| printed == line), "the README shows `{line}`");
    }
}

#[test]
fn every_field_of_the_json_is_described() {
    let formats = page("docs/formats.md");
    let mut fields = BTreeSet::new();
    for case in ["ronin-bridge-2022", "bitcoin-example"] {
        let trace =
            said(command().arg("trace").arg(bundled(case)).arg("--json")).ended(DONE).json();
        let mut add = |value: &Value| fields.extend(value.as_object().unwrap().keys().cloned());
        add(&trace);
        add(&trace["manifest"]);
        add(&trace["manifest"]["parameters"]);
        for list in ["terminals", "edges", "stolen", "findings"] {
            trace[list].as_array().unwrap().iter().for_each(&mut add);
        }
        trace["manifest"]["inputs"].as_array().unwrap().iter().for_each(&mut add);
        trace["coverage"].as_object().unwrap().values().for_each(&mut add);
        for by_asset in trace["balance"].as_object().unwrap().values() {
            by_asset.as_object().unwrap().values().for_each(&mut add);
        }
    }
    for field in fields {
        assert!(formats.contains(&format!("`{field}`")), "docs/formats.md lacks `{field}`");
    }
}

#[test]
fn every_kind_of_terminal_is_described() {
    let formats = page("docs/formats.md");
    for case in ["ronin-bridge-2022", "bitcoin-example"] {
        let trace =
            said(command().arg("trace").arg(bundled(case)).args(["--json", "--floor", "0"]));
        for row in trace.ended(DONE).json()["terminals"].as_array().unwrap() {
            let kind = row["kind"].as_str().unwrap();
            assert!(formats.contains(&format!("`{kind}`")), "docs/formats.md lacks `{kind}`");
        }
    }
}
