//! What `trace --out` writes.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{DONE, SmallCase, UNAVAILABLE, USAGE, bundled, command, said};
use tempfile::TempDir;

const FILES: [&str; 7] = [
    "edges.csv",
    "graph.graphml",
    "inputs",
    "patterns.csv",
    "report.html",
    "terminals.csv",
    "trace.json",
];

#[test]
fn a_report_holds_its_files_and_its_inputs() {
    let case = SmallCase::new();
    let (_parent, folder) = case.report();
    let names: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, FILES.map(str::to_owned).into());
    let stored = std::fs::read_to_string(folder.join("trace.json")).unwrap();
    assert_eq!(stored, case.trace(&["--json"]).ended(DONE).stdout);
    let trace: Value = serde_json::from_str(&stored).unwrap();
    let inputs = trace["manifest"]["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 3);
    for input in inputs {
        let copy = folder.join("inputs").join(input["sha256"].as_str().unwrap());
        assert_eq!(std::fs::metadata(copy).unwrap().len(), input["bytes"].as_u64().unwrap());
    }
    let here = case.path().to_str().unwrap();
    for name in FILES.iter().filter(|name| **name != "inputs") {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(!text.contains(here), "{name} tells where the case is kept");
    }
}

#[test]
fn two_reports_of_the_same_case_are_the_same() {
    let parent = TempDir::new().unwrap();
    let folders = ["a", "b"].map(|name| parent.path().join(name));
    for folder in &folders {
        let case = bundled("ronin-bridge-2022");
        said(command().arg("trace").arg(case).arg("--out").arg(folder)).ended(DONE);
    }
    for name in FILES.iter().filter(|name| **name != "inputs") {
        let [a, b] = folders.each_ref().map(|folder| std::fs::read(folder.join(name)).unwrap());
        assert!(a == b, "{name} differs");
    }
}

#[test]
fn a_report_overwrites_nothing() {
    let case = SmallCase::new();
    let (_parent, folder) = case.report();
    let before = std::fs::read(folder.join("report.html")).unwrap();
    case.trace(&["--out", folder.to_str().unwrap()]).ended(USAGE).explains("is not empty");
    assert_eq!(std::fs::read(folder.join("report.html")).unwrap(), before);
    let file = folder.join("report.html");
    case.trace(&["--out", file.to_str().unwrap()]).ended(UNAVAILABLE);
    let below = file.join("x");
    case.trace(&["--out", below.to_str().unwrap()]).ended(UNAVAILABLE);
}
