//! What happens within one block stays in its order, also where a list names no places.

use hawkshaw_fixture::explorer::{Behaviour, Dialect, FakeExplorer, Fault};
use hawkshaw_model::TransferKind;
use hawkshaw_source::{Cache, CacheMode, SourceFault};

use crate::support::{THIEF, evm, open, try_open};

const PAYER: &str = "0x0000000000000000000000000000000000000005";
const METHOD: &str = "eth_getTransactionByHash";

/// Somebody lets a contract pay the thief, who sends it on in the same block. In the next block a
/// contract pays alone.
fn file() -> String {
    let contract = "0x0000000000000000000000000000000000000006";
    let other = "0x0000000000000000000000000000000000000007";
    let mut file = "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,from,\
                    to,amount,sender\n"
        .to_owned();
    for (block, index, hash, kind, from, to, sender) in [
        (100, 7, "ee", "internal", contract, THIEF, PAYER),
        (100, 9, "aa", "native", THIEF, other, THIEF),
        (101, 3, "bb", "internal", contract, THIEF, PAYER),
    ] {
        let (time, hash) = (1_600_000_000 + block, hash.repeat(32));
        let event = if kind == "native" { 0 } else { 2 };
        file.push_str(&format!(
            "eip155:1,{block},{time},{index},{event},0x{hash},{kind},eip155:1/slip44:60,{from},{to},5,{sender}\n"
        ));
    }
    file
}

fn fake(dialect: Dialect) -> FakeExplorer {
    let behaviour = Behaviour { dialect, ..Behaviour::default() };
    FakeExplorer::accounts(file().as_bytes(), behaviour)
}

#[test]
fn what_a_contract_pays_comes_before_it_is_sent_on() {
    for dialect in [Dialect::EtherscanV2, Dialect::EtherscanV1, Dialect::Blockscout] {
        let fake = fake(dialect);
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path(), CacheMode::AskForTheRest).unwrap();
        let history = try_open(&fake, Some(cache)).unwrap().history(&evm(THIEF), 100).unwrap();
        assert!(history.is_whole() && history.notes.is_empty(), "{history:?}");
        let index = |kind| {
            let row = history.rows.transfers.iter().find(|row| row.kind == kind).unwrap();
            row.spot.tx_index
        };
        assert_eq!(index(TransferKind::Internal), Some(7), "{dialect:?}");
        assert_eq!(index(TransferKind::Native), Some(9));
        let mut inside = history.rows.transfers.iter();
        let inside = inside.find(|row| row.spot.height == 100 && row.event != 0).unwrap();
        assert_eq!(inside.sender, Some(evm(PAYER)));
        // Alone in its block its place says nothing.
        let alone = history.rows.transfers.iter().find(|row| row.spot.height == 101).unwrap();
        assert_eq!((alone.spot.tx_index, &alone.sender), (None, &None));
        let places = fake.asked().iter().filter(|asked| asked.contains(METHOD)).count();
        assert_eq!(places, usize::from(dialect != Dialect::Blockscout));
        let asked = fake.requests();
        let offline = Cache::open(folder.path(), CacheMode::Offline).unwrap();
        let again = try_open(&fake, Some(offline)).unwrap().history(&evm(THIEF), 100).unwrap();
        assert_eq!((again, fake.requests()), (history, asked));
    }
}

#[test]
fn a_place_that_cannot_be_found_out_is_counted_and_the_fault_named() {
    let index = "\"transactionIndex\":\"0x7\"".to_owned();
    for (to, named) in [
        ("\"transactionIndex\":null", "transactionIndex is missing"),
        ("\"transactionIndex\":\"no\"", "transactionIndex is `no`"),
        ("\"transactionIndex\":\"0x7\",\"blockNumber\":\"0x65\"", "cannot be read"),
    ] {
        let fake = fake(Dialect::EtherscanV2);
        fake.fault_always(Some(Fault::Replaced(index.clone(), to.to_owned())));
        let history = open(&fake).history(&evm(THIEF), 100).unwrap();
        assert!(history.is_whole());
        assert_eq!(history.notes.len(), 1);
        let note = &history.notes[0];
        assert!(note.contains(&"ee".repeat(32)) && note.contains(named), "{note}");
        let defects: Vec<_> = history.defects.iter().map(|(d, n)| (d.name(), n)).collect();
        assert!(defects.contains(&("place-unknown", 1)), "{defects:?}");
    }
}

/// A key that is refused in the middle ends the run, whatever was asked for.
#[test]
fn a_refused_key_is_no_answer_about_one_account() {
    for dialect in [Dialect::EtherscanV2, Dialect::Blockscout] {
        let mut faults = 0;
        for before in 0..12 {
            let fake = fake(dialect);
            let explorer = open(&fake);
            let tx = "ee".repeat(32).parse().unwrap();
            for _ in 0..before {
                fake.fault_once(Fault::Slow(std::time::Duration::ZERO));
            }
            fake.fault_once(Fault::InvalidKey);
            let told = explorer.history(&evm(THIEF), 100).map(drop);
            let told = told.and_then(|()| explorer.transaction(&tx).map(drop));
            let Err(error) = told else { continue };
            faults += 1;
            assert!(matches!(error.fault, SourceFault::Unable(_)), "{before}: {error:?}");
            assert!(error.to_string().contains("refuses the key"), "{before}: {error}");
        }
        assert!((7..=12).contains(&faults), "{faults}");
    }
}

#[test]
fn rows_without_an_amount_leave_a_gap() {
    let fake = fake(Dialect::EtherscanV2);
    fake.fault_always(Some(Fault::Replaced("\"value\":\"5\"".to_owned(), "\"v\":1".to_owned())));
    let error = open(&fake).history(&evm(THIEF), 100).unwrap_err().to_string();
    assert!(error.contains("of txlist") && error.contains("value is missing"), "{error}");
    let token = "erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
    let file =
        file().replace(",internal,", ",token,").replace("slip44:60,0x0", &format!("{token},0x0"));
    let fake = FakeExplorer::accounts(file.as_bytes(), Behaviour::default());
    let is_whole = |fake: &FakeExplorer| open(fake).history(&evm(THIEF), 100).unwrap().gaps;
    assert!(is_whole(&fake).is_empty());
    let value = "\"transactionIndex\":\"3\",\"value\":\"5\"".to_owned();
    fake.fault_always(Some(Fault::Replaced(value, "\"transactionIndex\":\"3\"".to_owned())));
    assert_eq!(is_whole(&fake), ["its lists do not say the amount of 1 movements"]);
}
