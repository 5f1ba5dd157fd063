use std::fs;
use std::path::{Path, PathBuf};

use hawkshaw_model::Digest;
use hawkshaw_records::{
    AuditError, AuditFilter, AuditHead, AuditLine, AuditLog, AuditSettings, StateFolder,
    read_audit, stored_head, verify_audit,
};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use serde_json::{Map, Value, json};

fn open(path: &Path) -> Result<AuditLog, AuditError> {
    AuditLog::open(&StateFolder::open(path).unwrap(), AuditSettings { file_bytes: 2000 })
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

fn write(path: &Path, lines: u64) {
    let log = open(path).unwrap();
    // One after the other: what is written in one go stays in one file.
    for n in 0..lines {
        let fields = fields(json!({"address": format!("0x{n:040x}")}));
        log.append("screen", &fields).wait().unwrap();
    }
    log.close().unwrap();
}

fn files(path: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(path.join("audit")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "jsonl"));
    files.sort();
    files
}

#[test]
fn the_chain_goes_on_over_files_and_restarts() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        write(folder.path(), 20);
    }
    let head = stored_head(folder.path()).unwrap().unwrap();
    let verified = verify_audit(folder.path(), &[head.digest]).unwrap();
    assert!(verified.is_whole(), "{verified:?}");
    assert_eq!(verified.head, head);
    assert_eq!((verified.first, verified.lines), (1, head.lines));
    assert!(verified.files >= 4, "{verified:?}");
    assert_eq!(verified.lines, 60 + u64::try_from(verified.files).unwrap());
    // By hand: every line names the digest of the line before.
    let mut previous = "0".repeat(64);
    for file in files(folder.path()) {
        for line in fs::read_to_string(file).unwrap().lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            assert_eq!(value["prev"], previous.as_str());
            previous = Digest::of(line.as_bytes()).to_string();
        }
    }
}

#[test]
fn every_change_of_a_file_is_found_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 40);
    let file = &files(folder.path())[1];
    let text = fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let rows = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let changed = text.replacen("\"screen\"", "\"skreen\"", 1);
    let without = rows(&[&lines[..2], &lines[3..]].concat());
    let twice = rows(&[&lines[..3], &lines[2..]].concat());
    let swapped = rows(&[&lines[..1], &[lines[2], lines[1]], &lines[3..]].concat());
    let junk = text.replacen('\n', "\nnothing\n", 1);
    for (bad, line) in [(changed, 3), (without, 3), (twice, 4), (swapped, 2), (junk, 2)] {
        fs::write(file, bad).unwrap();
        let found = verify_audit(folder.path(), &[]).unwrap();
        let first = found.first_break.unwrap();
        assert_eq!((&first.file, first.line), (file, line), "{first:?}");
    }
    fs::write(file, &text).unwrap();
    assert!(verify_audit(folder.path(), &[]).unwrap().is_whole());
    let kept = fs::read(file).unwrap();
    fs::remove_file(file).unwrap();
    let found = verify_audit(folder.path(), &[]).unwrap();
    assert!(found.first_break.unwrap().why.contains("is not here"));
    fs::write(file, kept).unwrap();
    // Old files may be taken away, and the answer says where the chain begins.
    fs::remove_file(&files(folder.path())[0]).unwrap();
    let found = verify_audit(folder.path(), &[]).unwrap();
    assert!(found.is_whole() && found.first > 1, "{found:?}");
}

#[test]
fn an_end_that_is_missing_is_found_by_the_head() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 5);
    let head = stored_head(folder.path()).unwrap().unwrap();
    let file = files(folder.path()).pop().unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let cut = text.trim_end().rfind('\n').unwrap();
    fs::write(&file, &text[..=cut]).unwrap();
    assert!(verify_audit(folder.path(), &[]).unwrap().is_whole(), "the file alone tells nothing");
    let found = verify_audit(folder.path(), &[head.digest]).unwrap();
    assert_eq!(found.missing_heads, [head.digest]);
    let refused = open(folder.path()).unwrap_err();
    assert!(matches!(refused, AuditError::Broken(_)), "{refused}");
    // The same where all of the log is gone.
    fs::remove_dir_all(folder.path().join("audit")).unwrap();
    let refused = open(folder.path()).unwrap_err();
    assert!(matches!(refused, AuditError::Broken(_)), "{refused}");
}

fn open_behind(path: &Path, anchor: AuditHead) -> Result<AuditLog, AuditError> {
    let settings = AuditSettings { file_bytes: 2000 };
    AuditLog::open_behind(&StateFolder::open(path).unwrap(), settings, Some(anchor))
}

fn shown(path: &Path, event: &str) -> Vec<AuditLine> {
    let mut lines = Vec::new();
    let filter = AuditFilter { event: Some(event.to_owned()), ..AuditFilter::default() };
    let each = |line: &AuditLine, _: &str| {
        lines.push(line.clone());
        true
    };
    read_audit(path, &filter, each).unwrap();
    lines
}

#[test]
fn a_line_that_is_known_from_elsewhere_has_to_be_there() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 20);
    let anchor = stored_head(folder.path()).unwrap().unwrap();
    write(folder.path(), 20);
    open_behind(folder.path(), anchor).unwrap();
    // The end is cut and the head that would tell is gone or was made to fit.
    for file in files(folder.path()).into_iter().skip(1) {
        fs::remove_file(file).unwrap();
    }
    let head = folder.path().join("audit-head.json");
    fs::remove_file(&head).unwrap();
    let refused = open_behind(folder.path(), anchor).unwrap_err();
    assert!(matches!(refused, AuditError::Broken(_)), "{refused}");
    assert!(refused.to_string().contains("audit-head.json` away"), "{refused}");
    assert!(!head.exists(), "nothing was begun");
    // Without that knowledge a line says that there was no head.
    drop(open(folder.path()).unwrap());
    assert_eq!(shown(folder.path(), "audit.no-head").len(), 1);
    assert!(open_behind(folder.path(), anchor).is_err());
    // Where nothing is left a new log begins, and says what is missing.
    fs::remove_dir_all(folder.path().join("audit")).unwrap();
    fs::remove_file(&head).unwrap();
    drop(open_behind(folder.path(), anchor).unwrap());
    let lost = shown(folder.path(), "audit.lost").pop().unwrap();
    assert_eq!((lost.number, &lost.fields["lines"]), (2, &json!(anchor.lines)));
    assert_eq!(lost.fields["digest"], anchor.digest.to_string());
}

#[test]
fn a_line_of_a_file_that_was_moved_away_is_not_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 2);
    let anchor = stored_head(folder.path()).unwrap().unwrap();
    write(folder.path(), 60);
    fs::remove_file(&files(folder.path())[0]).unwrap();
    open_behind(folder.path(), anchor).unwrap();
}

#[test]
fn a_torn_last_line_is_cut_off_kept_and_told() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 3);
    for torn in ["{\"prev\":\"12", "\u{0}\u{0}\u{0}", "x", "{}\n{\"prev\"", "\u{0}\u{0}\n"] {
        let file = files(folder.path()).pop().unwrap();
        let mut text = fs::read(&file).unwrap();
        text.extend_from_slice(torn.as_bytes());
        fs::write(&file, &text).unwrap();
        let log = open(folder.path()).unwrap();
        log.append("screen", &Map::new()).wait().unwrap();
        log.close().unwrap();
        drop(log);
        assert!(verify_audit(folder.path(), &[]).unwrap().is_whole());
        let mut said = Vec::new();
        let filter = AuditFilter { event: Some("audit.torn".to_owned()), ..AuditFilter::default() };
        read_audit(folder.path(), &filter, |line, _| {
            said.push(line.clone());
            true
        })
        .unwrap();
        let last = said.last().unwrap();
        assert_eq!(last.fields["bytes"], torn.len());
        let kept = folder.path().join("audit").join(last.fields["kept"].as_str().unwrap());
        assert_eq!(fs::read(kept).unwrap(), torn.as_bytes());
    }
}

#[test]
fn what_was_on_the_disk_and_was_changed_is_not_mended() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 5);
    let file = files(folder.path()).pop().unwrap();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("\"screen\"", "\"skreen\"", 1)).unwrap();
    let refused = open(folder.path()).unwrap_err();
    assert!(matches!(refused, AuditError::Broken(_)), "{refused}");
    assert!(refused.to_string().contains("line 3"), "{refused}");
}

#[test]
fn filters_show_what_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    log.append("key.created", &fields(json!({"key": "a"}))).wait().unwrap();
    log.append("keyless", &fields(json!({"status": 200}))).wait().unwrap();
    log.append("key", &fields(json!({"key": "b"}))).wait().unwrap();
    drop(log);
    let shown = |filter: AuditFilter| {
        let mut events = Vec::new();
        let bad = read_audit(folder.path(), &filter, |line, text| {
            assert!(text.contains(&line.event));
            events.push(line.event.clone());
            true
        });
        assert_eq!(bad.unwrap(), 0);
        events
    };
    let any = AuditFilter::default;
    assert_eq!(shown(any()), ["audit.file", "key.created", "keyless", "key"]);
    let event = Some("key".to_owned());
    assert_eq!(shown(AuditFilter { event, ..any() }), ["key.created", "key"]);
    let by = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    assert_eq!(shown(AuditFilter { fields: by("key", "b"), ..any() }), ["key"]);
    assert_eq!(shown(AuditFilter { fields: by("status", "200"), ..any() }), ["keyless"]);
    let since = Some("2100-01-01".parse().unwrap());
    assert!(shown(AuditFilter { since, ..any() }).is_empty());
}

#[test]
fn what_is_no_event_is_refused_and_the_next_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    let forged = log.append("screen", &fields(json!({"prev": "0"}))).wait();
    assert!(matches!(forged, Err(AuditError::Refused(_))), "{forged:?}");
    let huge = log.append("screen", &fields(json!({"x": "y".repeat(2 << 20)}))).wait();
    assert!(matches!(huge, Err(AuditError::Refused(_))), "{huge:?}");
    assert_eq!(log.append("screen", &Map::new()).wait().unwrap(), 2);
    log.close().unwrap();
    let closed = log.append("screen", &Map::new()).wait();
    assert!(matches!(closed, Err(AuditError::Closed)), "{closed:?}");
}

#[test]
fn lines_are_on_the_disk_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    let number = log.append("screen", &Map::new()).wait().unwrap();
    let start = std::time::Instant::now();
    while log.head().lines < number {
        assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", log.head());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(stored_head(folder.path()).unwrap().unwrap(), log.head());
    assert!(log.problem().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No flipped bit goes unnoticed when the head is known.
    #[test]
    fn every_flipped_bit_is_found(at in any::<proptest::sample::Index>(), bit in 0u8..8) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 4);
        let head = stored_head(folder.path()).unwrap().unwrap();
        let file = files(folder.path()).pop().unwrap();
        let mut bytes = fs::read(&file).unwrap();
        let place = at.index(bytes.len());
        bytes[place] ^= 1 << bit;
        fs::write(&file, &bytes).unwrap();
        prop_assert!(!verify_audit(folder.path(), &[head.digest]).unwrap().is_whole());
        prop_assert!(open(folder.path()).is_err());
    }

    /// Files of anything at all make nothing panic.
    #[test]
    fn any_file_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("audit")).unwrap();
        fs::write(folder.path().join("audit/audit-00000001.jsonl"), &bytes).unwrap();
        let _ = verify_audit(folder.path(), &[]).unwrap();
        let _ = read_audit(folder.path(), &AuditFilter::default(), |_, _| true).unwrap();
        let _ = open(folder.path());
    }
}
