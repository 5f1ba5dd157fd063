use std::fs;
use std::path::Path;
use std::process::Command;

use hawkshaw_records::{
    Anchors, AuditLog, AuditSettings, KeyId, Keys, KeysError, Records, RecordsError, StateFolder,
};

use crate::crash::{child, said};
use crate::support::{open, register, transfer};

fn failure(path: &Path) -> RecordsError {
    Records::open(&StateFolder::open(path).unwrap()).unwrap_err()
}

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    register(&open(folder.path()), transfer("a", 1));
    let file = folder.path().join("records.sqlite");
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = fs::read(&file).unwrap();
    let refused = failure(folder.path());
    assert!(matches!(refused, RecordsError::Newer { found: 99, .. }), "{refused}");
    assert_eq!(fs::read(&file).unwrap(), before);
    Keys::open(folder.path()).unwrap();
    let connection = rusqlite::Connection::open(folder.path().join("keys.sqlite")).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    let refused = Keys::open(folder.path()).unwrap_err();
    assert!(matches!(refused, KeysError::Records(RecordsError::Newer { .. })), "{refused}");
}

#[test]
fn what_is_no_database_of_ours_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.sqlite");
    let other = tempfile::tempdir().unwrap();
    let foreign = other.path().join("foreign.sqlite");
    let connection = rusqlite::Connection::open(&foreign).unwrap();
    connection.execute_batch("CREATE TABLE t (x)").unwrap();
    drop(connection);
    for bytes in
        [b"this is a text, and no database at all".repeat(300), fs::read(&foreign).unwrap()]
    {
        fs::write(&file, &bytes).unwrap();
        let refused = failure(folder.path());
        assert!(matches!(refused, RecordsError::Damaged { .. }), "{refused}");
        assert!(refused.to_string().contains("records.sqlite"), "{refused}");
        assert_eq!(fs::read(&file).unwrap(), bytes);
    }
}

#[test]
fn a_damaged_database_is_found_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let new = (0..500).map(|number| transfer("a", number)).collect();
    records.register(new, None).wait().unwrap();
    drop(records);
    let file = folder.path().join("records.sqlite");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xa5);
    fs::write(&file, &bytes).unwrap();
    let refused = failure(folder.path());
    assert!(matches!(refused, RecordsError::Damaged { .. }), "{refused}");
    // Cut short.
    fs::write(&file, &bytes[..middle]).unwrap();
    let refused = failure(folder.path());
    assert!(matches!(refused, RecordsError::Damaged { .. }), "{refused}");
}

#[test]
fn records_that_are_gone_beside_an_audit_log_are_missed() {
    let folder = tempfile::tempdir().unwrap();
    let state = StateFolder::open(folder.path()).unwrap();
    state.check_records().unwrap();
    let records = Records::open(&state).unwrap();
    assert!(!records.has_any().unwrap());
    register(&records, transfer("local", 1));
    assert!(records.has_any().unwrap());
    assert!(!records.has_other_owners(&KeyId::local()).unwrap());
    register(&records, transfer("k", 1));
    assert!(records.has_other_owners(&KeyId::local()).unwrap());
    assert_eq!(records.anchors().unwrap(), Anchors::default());
    let log = AuditLog::open(&state, AuditSettings::default()).unwrap();
    log.close().unwrap();
    records.anchor_audit(log.head()).wait().unwrap();
    records.anchor_keys(7).wait().unwrap();
    drop(records);
    state.check_records().unwrap();
    let anchors = Records::open(&state).unwrap().anchors().unwrap();
    assert_eq!(anchors, Anchors { audit: Some(log.head()), key_event: 7 });
    for bytes in [None, Some(b"")] {
        let file = folder.path().join("records.sqlite");
        match bytes {
            None => fs::remove_file(&file).unwrap(),
            Some(bytes) => fs::write(&file, bytes).unwrap(),
        }
        let refused = state.check_records().unwrap_err();
        assert!(matches!(refused, RecordsError::Lost(_)), "{refused}");
        assert!(refused.to_string().contains("put a backup back"), "{refused}");
    }
}

#[test]
fn a_second_process_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _records = open(folder.path());
    let output = child("open", folder.path()).output().unwrap();
    let said = said(&output.stdout);
    assert!(said.iter().any(|line| line.contains("in use by another process")), "{said:?}");
    // It may change keys.
    Keys::open(folder.path()).unwrap();
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    fs::create_dir(&state).unwrap();
    fs::set_permissions(&state, fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(state.join("probe"), b"x").is_ok() {
        println!("skipped: this user may write everywhere");
        return;
    }
    let refused = StateFolder::open(&state).unwrap_err().to_string();
    assert!(refused.contains("state"), "{refused}");
}

/// A file system of 2 MB, where the system lets us make one; else files of at most some blocks.
/// Whichever it is: what was acknowledged is there, and the refusal says why.
#[cfg(unix)]
#[test]
fn a_full_disk_is_said_and_nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let small = "mount -t tmpfs -o size=2m none \"$HAWKSHAW_STATE\" && exec \"$0\" \"$@\"";
    let limited = "trap '' XFSZ; ulimit -f 800; exec \"$0\" \"$@\"";
    let mut tried = 0;
    for (wrapper, arguments) in
        [("unshare", vec!["-Urm", "sh", "-c", small]), ("sh", vec!["-c", limited])]
    {
        let state = folder.path().join(wrapper);
        fs::create_dir(&state).unwrap();
        let plain = child("fill", &state);
        let mut wrapped = Command::new(wrapper);
        wrapped.args(arguments).arg(plain.get_program()).args(plain.get_args());
        wrapped.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let Ok(output) = wrapped.output() else { continue };
        let said = said(&output.stdout);
        if said.is_empty() {
            println!("skipped with {wrapper}: {}", String::from_utf8_lossy(&output.stderr));
            continue;
        }
        tried += 1;
        assert!(said.iter().any(|line| line.starts_with("records refused")), "{said:?}");
        assert!(said.iter().any(|line| line.starts_with("audit refused")), "{said:?}");
        assert!(said.iter().any(|line| line == "everything is there"), "{said:?}");
        if wrapper == "unshare" {
            assert!(said.iter().any(|line| line.contains("no room on the disk")), "{said:?}");
        }
    }
    assert!(tried > 0 || cfg!(not(target_os = "linux")), "no disk could be filled");
}
