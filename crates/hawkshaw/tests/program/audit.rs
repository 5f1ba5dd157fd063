//! `hawkshaw audit`.

use std::fs;
use std::path::Path;

use hawkshaw_records::{AuditLog, AuditSettings, StateFolder};
use serde_json::{Map, json};

use crate::support::hawkshaw;

fn write(state: &Path, lines: u64) {
    let settings = AuditSettings::default();
    let log = AuditLog::open(&StateFolder::open(state).unwrap(), settings).unwrap();
    for number in 0..lines {
        let fields = Map::from_iter([("asked".to_owned(), json!(format!("\u{202e}{number}")))]);
        log.append("screen", &fields).wait().unwrap();
    }
    log.close().unwrap();
}

#[test]
fn a_whole_log_is_whole_and_a_changed_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 5);
    let state = folder.path().to_str().unwrap();
    let head = hawkshaw(["audit", "head", state, "--json"]).ended(0).json();
    assert_eq!(head["lines"], 6);
    let digest = head["digest"].as_str().unwrap();
    let verified = hawkshaw(["audit", "verify", state, "--json"]).ended(0).json();
    assert_eq!(verified["whole"], true);
    assert_eq!(verified["head"]["digest"], digest);
    hawkshaw(["audit", "verify", state, "--head", digest])
        .ended(0)
        .answers("from line 1 to line 6");
    let file = folder.path().join("audit/audit-00000001.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    // A line that is changed.
    fs::write(&file, text.replacen("\"screen\"", "\"skreen\"", 1)).unwrap();
    hawkshaw(["audit", "verify", state]).ended(3).answers("audit-00000001.jsonl, line 3:");
    let broken = hawkshaw(["audit", "verify", state, "--json"]).ended(3).json();
    assert_eq!(broken["first_break"]["line"], 3);
    // An end that is missing.
    let end = text.trim_end().rfind('\n').unwrap();
    fs::write(&file, &text[..=end]).unwrap();
    hawkshaw(["audit", "verify", state]).ended(3).answers("no line has the digest");
    fs::remove_file(folder.path().join("audit-head.json")).unwrap();
    let headless = hawkshaw(["audit", "verify", state]).ended(3).answers("no head is stored");
    headless.explains("--head");
    let headless = hawkshaw(["audit", "verify", state, "--json"]).ended(3).json();
    assert_eq!((&headless["whole"], &headless["first_break"]), (&json!(false), &json!(null)));
    // Of files that were copied elsewhere the chain alone is judged.
    let files = folder.path().join("audit");
    hawkshaw(["audit", "verify", files.to_str().unwrap()]).ended(0).answers("could not be seen");
    // A head that was noted elsewhere does too.
    let last = text[..=end].trim_end().rsplit('\n').next().unwrap();
    let noted = hawkshaw_model::Digest::of(last.as_bytes()).to_string();
    hawkshaw(["audit", "verify", state, "--head", &noted]).ended(0).answers("no head is stored");
    hawkshaw(["audit", "verify", state, "--head", digest]).ended(3).answers("no line has");
    hawkshaw(["audit", "head", state]).ended(4).explains("no head");
    let nothing = tempfile::tempdir().unwrap();
    let nothing = nothing.path().to_str().unwrap();
    hawkshaw(["audit", "verify", nothing]).ended(4).explains("holds no audit log");
}

#[test]
fn lines_are_shown_as_they_stand_there_and_act_on_no_screen() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 5);
    let state = folder.path().to_str().unwrap();
    let shown = hawkshaw(["audit", "show", state, "--event", "screen", "--last", "2"]).ended(0);
    let shown = shown.answers("\\u202e4");
    assert_eq!(shown.stdout.lines().count(), 2);
    assert!(!shown.stdout.contains('\u{202e}'));
    let by = hawkshaw(["audit", "show", state, "--field", "asked=\u{202e}3"]).ended(0);
    assert_eq!(by.stdout.lines().count(), 1);
    hawkshaw(["audit", "show", state, "--field", "x"]).ended(2).explains("key=");
}
