//! A state folder of which a part was lost between two runs.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_records::{AuditFilter, AuditLine, read_audit, stored_head};
use hawkshaw_server::{App, Limits};
use serde_json::json;
use tempfile::TempDir;

use crate::support::{LISTED, Running, Wanted};

/// A folder in which an address was registered.
fn used() -> Arc<TempDir> {
    let service = Running::start();
    let body = json!({ "address": LISTED }).to_string();
    service.post("/v1/addresses", &body).is(201);
    let state = service.state.clone();
    assert!(service.ended());
    state
}

fn refused(state: &Path) -> String {
    App::open(state, true, Limits::default()).unwrap_err().to_string()
}

fn events(state: &Path) -> Vec<String> {
    let mut events = Vec::new();
    let each = |line: &AuditLine, _: &str| {
        events.push(line.event.clone());
        true
    };
    read_audit(state, &AuditFilter::default(), each).unwrap();
    events
}

#[test]
fn a_folder_that_is_whole_is_opened_again() {
    let state = used();
    let service = Wanted { state, ..Wanted::default() }.start();
    assert_eq!(service.get("/v1/addresses").is(200).json()["items"].as_array().unwrap().len(), 1);
}

#[test]
fn records_that_are_gone_are_not_begun_anew() {
    let state = used();
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(state.path().join(format!("records.sqlite{end}")));
    }
    for _ in 0..2 {
        let said = refused(state.path());
        assert!(said.contains("records.sqlite") && said.contains("backup"), "{said}");
    }
    fs::remove_dir_all(state.path().join("audit")).unwrap();
    fs::remove_file(state.path().join("audit-head.json")).unwrap();
    App::open(state.path(), true, Limits::default()).unwrap();
}

#[test]
fn an_audit_log_that_is_gone_is_told_of_by_the_next() {
    let state = used();
    let head = stored_head(state.path()).unwrap().unwrap();
    fs::remove_dir_all(state.path().join("audit")).unwrap();
    let said = refused(state.path());
    assert!(said.contains("not whole"), "the head is there: {said}");
    fs::remove_dir_all(state.path().join("audit")).unwrap();
    fs::remove_file(state.path().join("audit-head.json")).unwrap();
    let app = App::open(state.path(), true, Limits::default()).unwrap();
    app.close().unwrap();
    assert_eq!(events(state.path()), ["audit.file", "audit.lost"]);
    let text = fs::read_to_string(state.path().join("audit/audit-00000001.jsonl")).unwrap();
    assert!(text.contains(&head.digest.to_string()), "{text}");
}

#[test]
fn an_audit_log_without_its_end_and_head_is_refused() {
    let state = used();
    let file = state.path().join("audit/audit-00000001.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let end = text.trim_end().rfind('\n').unwrap();
    fs::write(&file, &text[..=end]).unwrap();
    fs::remove_file(state.path().join("audit-head.json")).unwrap();
    let said = refused(state.path());
    assert!(said.contains("was on the disk"), "{said}");
    fs::write(&file, &text).unwrap();
    App::open(state.path(), true, Limits::default()).unwrap();
}
