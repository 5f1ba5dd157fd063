//! A second run asks nobody and gets the same.

use std::fs;
use std::path::{Path, PathBuf};

use hawkshaw_fixture::explorer::{Behaviour, Dialect, FakeExplorer, Fault};
use hawkshaw_source::{Cache, CacheMode, Explorer, History, SourceFault};

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
        let error = run.unwrap_err();
        assert!(matches!(error.fault, SourceFault::Unreadable(_)), "{error:?}");
        let error = error.to_string();
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

/// A host may repeat the key in any form: what it says then is used and not kept.
#[test]
fn an_answer_with_the_key_is_not_kept() {
    let key = "S3CRET/S3CRET+S3\"CRET";
    for said in [
        r#"S3CRET/S3CRET+S3\"CRET"#,
        r#"S3CRET\/S3CRET+S3\"CRET"#,
        r"S3CRET\u002fS3CRET\u002BS3\u0022CRET",
        "S3CRET%2fS3CRET%2bS3%22CRET",
        "S3CRET%2FS3CRET%2BS3%22CRET",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let fake = ronin(Behaviour::default());
        let cache = Cache::open(folder.path(), CacheMode::AskForTheRest).unwrap();
        let client = client(&fake.url(), Some(key));
        let explorer =
            hawkshaw_source::open_explorer(&client, Some(cache), &options("eip155:1")).unwrap();
        let kept = files(folder.path()).len();
        let echo = Fault::Replaced("\"OK\"".to_owned(), format!("\"OK {said}\""));
        fake.fault_always(Some(echo));
        let first = explorer.history(&evm(THIEF), 100_000).unwrap();
        for file in files(folder.path()) {
            let text = String::from_utf8(fs::read(file).unwrap()).unwrap();
            assert!(!text.contains("S3CRET"), "{said}: {text}");
        }
        let (asked, some) = (fake.requests(), files(folder.path()).len());
        assert!(some > kept, "what does not hold the key is kept");
        assert_eq!(explorer.history(&evm(THIEF), 100_000).unwrap(), first);
        assert!(fake.requests() > asked, "what is not kept is asked for again");
        // An answer that cannot be read is quoted without it.
        let row = Fault::Replaced("\"timeStamp\":\"".to_owned(), format!("\"timeStamp\":\"{said}"));
        fake.fault_always(Some(row));
        let error = explorer.history(&evm(THIEF), 100_000).unwrap_err();
        assert!(error.to_string().contains("timeStamp"), "{error}");
        if !said.contains('%') {
            assert!(!format!("{error} {error:?}").contains("S3CRET"), "{said}: {error:?}");
        }
    }
}
