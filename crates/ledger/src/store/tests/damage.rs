//! Bits that flip and files that end early: found by `verify` and by the read that meets them.

use hawkshaw_model::ChainId;
use std::path::{Path, PathBuf};

use super::chains::{Block, Move, account_rows, output_rows};
use crate::store::{Snapshot, StoreError, StoreWriter, verify};

fn blocks() -> Vec<Block> {
    let one = |n: u64| Move {
        from: u8::try_from(n % 9 + 1).unwrap(),
        to: u8::try_from(n * 5 % 11 + 1).unwrap(),
        asset: u8::try_from(n % 3).unwrap(),
        amount: u128::from(n) * 1_234_567_890_123_456_789,
    };
    let txs = |height: u64| (0..3).map(|tx| vec![one(height + tx), one(height * 3 + tx)]).collect();
    (1..40).map(|height| Block { height, txs: txs(height) }).collect()
}

fn store(dir: &Path) {
    let mut writer = StoreWriter::open(dir).unwrap();
    writer.begin(&[]);
    writer.add(account_rows(&ChainId::ethereum(), 1, &blocks())).unwrap();
    writer.add(output_rows(&ChainId::bitcoin(), 2, &blocks())).unwrap();
    writer.end().unwrap();
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.file_name().is_some_and(|name| name != "lock"));
    files.sort();
    files
}

/// What the store says, or the error that reading it all meets.
fn read(dir: &Path) -> Result<String, String> {
    let snapshot = Snapshot::open(dir).map_err(|error| error.to_string())?;
    std::panic::catch_unwind(|| super::dump(&snapshot)).map_err(|panic| {
        // `dump` unwraps what reads give.
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    })
}

#[test]
fn a_flipped_bit_is_found_wherever_it_is() {
    let dir = tempfile::tempdir().unwrap();
    store(dir.path());
    let whole = read(dir.path()).unwrap();
    assert!(verify(dir.path(), &mut |_, _| {}).unwrap().is_sound());
    std::panic::set_hook(Box::new(|_| {}));
    for path in files(dir.path()) {
        let good = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let step = (good.len() / 97).max(1);
        for at in (0..good.len()).step_by(step) {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            std::fs::write(&path, &bad).unwrap();
            let found = match verify(dir.path(), &mut |_, _| {}) {
                Ok(report) => report.problems.iter().map(ToString::to_string).collect(),
                Err(error) => vec![error.to_string()],
            };
            assert!(found.iter().any(|problem| problem.contains(&name)), "{name} {at}: {found:?}");
            match read(dir.path()) {
                // Not every read meets every byte, but none may say something else.
                Ok(said) => assert_eq!(said, whole, "{name} {at}"),
                Err(error) => assert!(error.contains(&name), "{name} {at}: {error}"),
            }
        }
        std::fs::write(&path, &good).unwrap();
    }
    let _ = std::panic::take_hook();
    assert_eq!(read(dir.path()).unwrap(), whole);
}

#[test]
fn a_file_that_ends_early_or_is_gone_is_named() {
    let dir = tempfile::tempdir().unwrap();
    store(dir.path());
    for path in files(dir.path()) {
        let good = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for length in [0, 1, 63, good.len() / 2, good.len() - 1] {
            std::fs::write(&path, &good[..length]).unwrap();
            let error = Snapshot::open(dir.path()).unwrap_err().to_string();
            assert!(error.contains(&name), "{name} of {length} bytes: {error}");
        }
        std::fs::remove_file(&path).unwrap();
        let error = Snapshot::open(dir.path()).unwrap_err();
        let is_said = error.to_string().contains(&name) || matches!(error, StoreError::NoStore(_));
        assert!(is_said, "{name}: {error}");
        std::fs::write(&path, &good).unwrap();
    }
    assert!(verify(dir.path(), &mut |_, _| {}).unwrap().is_sound());
}

#[test]
fn a_second_writer_and_a_newer_format_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    store(dir.path());
    let writer = StoreWriter::open(dir.path()).unwrap();
    let second = StoreWriter::open(dir.path()).unwrap_err();
    assert!(matches!(second, StoreError::Locked(_)), "{second}");
    Snapshot::open(dir.path()).unwrap();
    drop(writer);
    StoreWriter::open(dir.path()).unwrap();

    let path = dir.path().join("manifest.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let body = text.lines().nth(1).unwrap().replacen("\"format\":1", "\"format\":2", 1);
    let sum = twox_hash::XxHash3_64::oneshot(body.as_bytes());
    std::fs::write(&path, format!("{sum:016x}\n{body}\n")).unwrap();
    let error = Snapshot::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 2, .. }), "{error}");
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("thesis.txt"), "important").unwrap();
    let error = StoreWriter::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::NotAStore(_)), "{error}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    assert!(matches!(Snapshot::open(dir.path()), Err(StoreError::NoStore(_))));
}
