//! A second run asks nobody and gets the same.

use std::fs;
use std::path::{Path, PathBuf};

use hawkshaw_fixture::explorer::{Behaviour, Dialect, FakeExplorer, Fault};
use hawkshaw_source::{Cache, CacheMode, Explorer, History};

use crate::support::{THIEF, client, evm, options, payments, ronin, try_open};

const OTHER: &str = "0xa0e1c89ef1a489c9c7de96311ed5ce5d32c20e4b";
const THEFT: &str = "0xc28fad5e8d5e0ce6a2eaf67b6687be5d58113e16be590824d6cfa1a94467d0b7";

fn all(explorer: &dyn Explorer) -> Vec<History> {
    let mut all: Vec<History> = [THIEF, OTHER, "0x0000000000000000000000000000000000000001"]
        .map(|address| explorer.history(&evm(address), 100_000).unwrap())
        .into();
    all.extend(explorer.transaction(&THEFT.parse().unwrap()).unwrap());
    all
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
    files.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_second_run_asks_nobody_and_gets_the_same() {
    for dialect in [Dialect::EtherscanV2, Dialect::EtherscanV1, Dialect::Blockscout] {
        let folder = tempfile::tempdir().unwrap();
        let fake = ronin(Behaviour { dialect, ..Behaviour::default() });
        let cache = Cache::open(folder.path(), CacheMode::AskForTheRest).unwrap();
        fake.fault_every(4, Fault::RateLimited);
        let first = all(&*try_open(&fake, Some(cache.clone())).unwrap());
        let asked = fake.requests();
        assert_eq!(all(&*try_open(&fake, Some(cache)).unwrap()), first);
        assert_eq!(fake.requests(), asked, "{dialect:?}");
        let offline = Cache::open(folder.path(), CacheMode::Offline).unwrap();
        fake.fault_always(Some(Fault::Html));
        let explorer = try_open(&fake, Some(offline)).unwrap();
        assert_eq!(all(&*explorer), first);
        let unknown = evm("0x0000000000000000000000000000000000000002");
        let error = explorer.history(&unknown, 100).unwrap_err().to_string();
        assert!(error.contains("action=txlist"), "{error}");
        assert!(error.contains("not kept"), "{error}");
        assert_eq!(fake.requests(), asked, "{dialect:?}");
    }
}

/// A page that was cut short and then read in full is not kept as it was cut.
#[test]
fn what_does_not_fit_is_not_kept() {
    for nth in 1..8 {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path(), CacheMode::AskForTheRest).unwrap();
        let fake = FakeExplorer::accounts(payments(&[9; 120]).as_bytes(), Behaviour::default());
        let explorer = try_open(&fake, Some(cache)).unwrap();
        for _ in 1..nth {
            fake.fault_once(Fault::Slow(std::time::Duration::ZERO));
        }
        fake.fault_once(Fault::Truncated);
        let first = explorer.history(&evm(THIEF), 100_000).unwrap();
        assert_eq!(first.rows_seen, 1_080, "{nth}");
        let offline = Cache::open(folder.path(), CacheMode::Offline).unwrap();
        let again = try_open(&fake, Some(offline)).unwrap();
        assert_eq!(again.history(&evm(THIEF), 100_000).unwrap(), first);
    }
}

#[test]
fn a_damaged_entry_is_asked_for_anew_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let fake = ronin(Behaviour::default());
    let cache = Cache::open(folder.path(), CacheMode::AskForTheRest).unwrap();
    let first = all(&*try_open(&fake, Some(cache.clone())).unwrap());
    let files = files(folder.path());
    assert!(files.len() > 10);
    for file in &files {
        let whole = fs::read(file).unwrap();
        fs::write(file, &whole[..whole.len() - 1]).unwrap();
        let offline = Cache::open(folder.path(), CacheMode::Offline).unwrap();
        let run = try_open(&fake, Some(offline)).and_then(|explorer| {
            explorer.history(&evm(THIEF), 100_000)?;
            explorer.history(&evm(OTHER), 100_000)?;
            explorer.history(&evm("0x0000000000000000000000000000000000000001"), 100_000)?;
            explorer.transaction(&THEFT.parse().unwrap())
        });
        let error = run.unwrap_err().to_string();
        assert!(error.contains(file.to_str().unwrap()), "{error}");
        assert!(error.contains("damaged"), "{error}");
        assert_eq!(all(&*try_open(&fake, Some(cache.clone())).unwrap()), first);
        assert_eq!(fs::read(file).unwrap(), whole);
    }
}

#[test]
fn no_entry_holds_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let key = "S3CRETS3CRETS3CRET";
    let fake = ronin(Behaviour { key: Some(key.to_owned()), ..Behaviour::default() });
    let cache = Cache::open(folder.path(), CacheMode::AskForTheRest).unwrap();
    let client = client(&fake.url(), Some(key));
    let explorer =
        hawkshaw_source::open_explorer(&client, Some(cache), &options("eip155:1")).unwrap();
    all(&*explorer);
    for file in files(folder.path()) {
        let text = String::from_utf8(fs::read(file).unwrap()).unwrap();
        assert!(text.starts_with("hawkshaw-answer 1\nGET http://127.0.0.1:"), "{text}");
        assert!(!text.contains("S3CRET"));
    }
}
