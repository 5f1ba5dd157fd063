//! Etherscan and those like it: every row arrives once, whatever the pages look like.

use hawkshaw_fixture::explorer::{Behaviour, Dialect, FakeExplorer, Fault};
use hawkshaw_model::rows::{Extent, Transfer};
use hawkshaw_model::{Account, TransferKind};
use hawkshaw_source::{ExplorerOptions, open_explorer};

use crate::support::{RONIN, THIEF, client, evm, moved, open, options, payments, ronin, served};

const DIALECTS: [Dialect; 3] = [Dialect::EtherscanV2, Dialect::EtherscanV1, Dialect::Blockscout];

/// Every account of the case has the rows that the case has of it, once each.
#[test]
fn histories_of_a_real_case_are_whole() {
    for dialect in DIALECTS {
        let fake = ronin(Behaviour { dialect, ..Behaviour::default() });
        let explorer = open(&fake);
        let text = fake.canonical();
        let rows = hawkshaw_ledger::read_transfers(text.as_bytes(), "served").unwrap();
        let sides = rows.iter().flat_map(|row| [&row.row.from, &row.row.to]).flatten();
        let mut accounts: Vec<_> = sides.map(Account::address).cloned().collect();
        accounts.sort();
        accounts.dedup();
        assert!(accounts.len() > 100);
        for address in accounts.iter().step_by(7).chain([&evm(THIEF)]) {
            let history = explorer.history(address, 100_000).unwrap();
            assert!(history.is_whole(), "{dialect:?} {address}: {:?}", history.gaps);
            assert_eq!(moved(&history.rows), served(&fake, address), "{dialect:?} {address}");
            assert_eq!(history.rows.extent, Extent::Account(Some(address.clone())));
        }
    }
}

#[test]
fn what_lists_know_of_places_is_kept() {
    let fake = ronin(Behaviour::default());
    let history = open(&fake).history(&evm(THIEF), 100_000).unwrap();
    let rows = &history.rows;
    let of = |kind| rows.transfers.iter().filter(move |row| row.kind == kind);
    assert!(of(TransferKind::Native).all(|row| row.event == 0 && row.spot.tx_index.is_some()));
    assert!(of(TransferKind::Internal).all(|row| row.event == Transfer::UNPLACED));
    assert!(of(TransferKind::Internal).count() > 0);
    assert!(rows.calls.iter().all(|call| call.success == Some(true)));
    let fake = ronin(Behaviour { dialect: Dialect::Blockscout, ..Behaviour::default() });
    let history = open(&fake).history(&evm(THIEF), 100_000).unwrap();
    let tokens = history.rows.transfers.iter().filter(|row| row.kind == TransferKind::Token);
    assert!(tokens.clone().count() > 1);
    assert!(tokens.into_iter().all(|row| row.event % 2 == 1), "logs have odd numbers");
}

/// 11,160 rows: more than an explorer lists at all.
#[test]
fn more_rows_than_there_are_in_a_list_are_read_by_block() {
    let per_block: Vec<u32> = (0..60).map(|n| [1, 20, 450, 3, 456][n % 5]).collect();
    assert_eq!(per_block.iter().sum::<u32>(), 11_160);
    let file = payments(&per_block);
    for (page_rows_max, window_max) in [(10_000, 10_000), (100, 10_000), (10_000, 700), (37, 1_000)]
    {
        let behaviour = Behaviour { page_rows_max, window_max, ..Behaviour::default() };
        let fake = FakeExplorer::accounts(file.as_bytes(), behaviour);
        let history = open(&fake).history(&evm(THIEF), 1_000_000).unwrap();
        assert!(history.is_whole(), "{:?}", history.gaps);
        assert_eq!(history.rows_seen, 11_160);
        let counted = moved(&history.rows);
        assert!(counted == served(&fake, &evm(THIEF)), "{page_rows_max} {window_max}");
        assert!(counted.values().all(|count| *count == 1));
    }
}

#[test]
fn a_block_with_more_rows_than_a_page_is_read_by_page() {
    let file = payments(&[3, 2_500, 4, 1_000, 1]);
    let fake = FakeExplorer::accounts(file.as_bytes(), Behaviour::default());
    let history = open(&fake).history(&evm(THIEF), 1_000_000).unwrap();
    assert!(history.is_whole(), "{:?}", history.gaps);
    assert!(moved(&history.rows) == served(&fake, &evm(THIEF)));
    // The cap is not said, and the block fills it exactly.
    let behaviour = Behaviour { page_rows_max: 100, ..Behaviour::default() };
    let fake = FakeExplorer::accounts(payments(&[100, 250, 100]).as_bytes(), behaviour);
    let history = open(&fake).history(&evm(THIEF), 1_000_000).unwrap();
    assert!(history.is_whole(), "{:?}", history.gaps);
    assert!(moved(&history.rows) == served(&fake, &evm(THIEF)));
}

#[test]
fn a_block_with_more_rows_than_a_list_leaves_a_gap() {
    let file = payments(&[3, 1_200, 4]);
    let behaviour = Behaviour { window_max: 1_000, ..Behaviour::default() };
    let fake = FakeExplorer::accounts(file.as_bytes(), behaviour);
    let history = open(&fake).history(&evm(THIEF), 1_000_000).unwrap();
    assert_eq!(history.gaps, ["txlist lists only the first rows of block 1002"]);
    assert_eq!(history.rows_seen, 3 + 1_000 + 4);
    let all = served(&fake, &evm(THIEF));
    assert!(moved(&history.rows).keys().all(|row| all.contains_key(row)));
}

#[test]
fn reading_stops_at_the_limit_and_says_so() {
    let fake = FakeExplorer::accounts(payments(&[700; 9]).as_bytes(), Behaviour::default());
    let history = open(&fake).history(&evm(THIEF), 1_500).unwrap();
    assert!(!history.is_whole());
    assert!(history.gaps[0].starts_with("txlist stops after "), "{:?}", history.gaps);
    assert!((1_500..3_000).contains(&history.rows_seen), "{}", history.rows_seen);
    let last = "the limit of 1500 rows was reached before token1155tx";
    assert_eq!(history.gaps.len(), 5);
    assert_eq!(history.gaps[4], last);
}

/// Two payments of the same amount between the same in one transaction are two.
#[test]
fn movements_that_say_the_same_count_each() {
    let token = "erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
    let hash = "ab".repeat(32);
    let row = |event: u32, kind: &str, asset: &str, amount: u32| {
        format!(
            "eip155:1,100,1600000000,4,{event},0x{hash},{kind},eip155:1/{asset},0x{:040x},{THIEF},{amount}\n",
            9
        )
    };
    let mut file =
        "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,from,to,amount\n"
            .to_owned();
    for (event, amount) in [(1, 5), (3, 5), (5, 5), (7, 6)] {
        file.push_str(&row(event, "token", token, amount));
        file.push_str(&row(event + 1, "internal", "slip44:60", amount));
    }
    let fake = FakeExplorer::accounts(file.as_bytes(), Behaviour::default());
    let explorer = open(&fake);
    let [one, other] = [THIEF, "0x0000000000000000000000000000000000000009"]
        .map(|address| explorer.history(&evm(address), 100).unwrap());
    assert_eq!(moved(&one.rows), served(&fake, &evm(THIEF)));
    // Both lists give the same movement the same number, so that a store knows them again.
    assert_eq!(one.rows.transfers, other.rows.transfers);
    let mut events: Vec<_> = one.rows.transfers.iter().map(|row| (row.kind, row.event)).collect();
    events.retain(|(_, event)| *event != Transfer::UNPLACED);
    events.sort_by_key(|(_, event)| *event);
    assert_eq!(events.len(), 4);
    assert!(events.iter().all(|(_, event)| (3 << 30..u32::MAX - 8).contains(event)));
    events.dedup_by_key(|(_, event)| *event);
    assert_eq!(events.len(), 4);
    let alike: Vec<_> = one.defects.iter().map(|(defect, count)| (defect.name(), count)).collect();
    assert_eq!(alike, [("alike-movement", 4)]);
}

/// A transaction by itself, with its logs and what is inside.
#[test]
fn one_transaction_is_told() {
    for dialect in [Dialect::EtherscanV2, Dialect::Blockscout] {
        let fake = ronin(Behaviour { dialect, ..Behaviour::default() });
        let explorer = open(&fake);
        let theft = "0xc28fad5e8d5e0ce6a2eaf67b6687be5d58113e16be590824d6cfa1a94467d0b7";
        let told = explorer.transaction(&theft.parse().unwrap()).unwrap().unwrap();
        let row = &told.rows.transfers[0];
        assert_eq!((told.rows.transfers.len(), row.kind), (1, TransferKind::Internal));
        assert_eq!(row.amount.to_string(), "173600000000000000000000");
        assert_eq!(row.spot.height, 14_442_835);
        assert_eq!(row.spot.time.unwrap().to_unix(), 1_648_042_149);
        let tokens = "0xed2c72ef1a552ddaec6dd1f5cddf0b59a8f37f82bdda5257d9c7c37db7bb9b08";
        let told = explorer.transaction(&tokens.parse().unwrap()).unwrap().unwrap();
        let row = &told.rows.transfers[0];
        assert_eq!((row.kind, row.event % 2), (TransferKind::Token, 1));
        assert_eq!(row.amount.to_string(), "25500000000000");
        assert_eq!(explorer.transaction(&"00".repeat(32).parse().unwrap()).unwrap(), None);
    }
}

#[test]
fn the_chain_is_found_or_has_to_be_named() {
    let fake = ronin(Behaviour::default());
    let with_id = format!("{}?chainid=1", fake.url());
    let explorer =
        open_explorer(&client(&with_id, None), None, &ExplorerOptions::default()).unwrap();
    assert_eq!(explorer.chain().to_string(), "eip155:1");
    let error = open_explorer(&client(&fake.url(), None), None, &ExplorerOptions::default());
    assert!(error.unwrap_err().to_string().contains("chainid"));
    for dialect in [Dialect::EtherscanV1, Dialect::Blockscout] {
        let fake = ronin(Behaviour { dialect, ..Behaviour::default() });
        let client = client(&fake.url(), None);
        let explorer = open_explorer(&client, None, &ExplorerOptions::default()).unwrap();
        assert_eq!(explorer.chain().to_string(), "eip155:1", "{dialect:?}");
        let error = open_explorer(&client, None, &options("eip155:56")).unwrap_err().to_string();
        assert!(error.contains("it holds eip155:1, and eip155:56 was asked for"), "{error}");
        fake.fault_always(Some(Fault::OtherChain("137".to_owned())));
        let error = open_explorer(&client, None, &options("eip155:1")).unwrap_err().to_string();
        assert!(error.contains("it holds eip155:137"), "{error}");
    }
}

#[test]
fn an_explorer_says_what_it_can_do() {
    let fake = ronin(Behaviour::default());
    let report = open(&fake).check().unwrap();
    assert_eq!((report.kind, report.lists.len()), ("Etherscan", 5));
    assert!(report.lists.iter().all(|(_, has)| *has));
    let rows = hawkshaw_ledger::read_transfers(fake.canonical().as_bytes(), "served").unwrap();
    assert!(report.tip > rows.last().unwrap().row.point.unwrap().height);
    let fake = ronin(Behaviour { dialect: Dialect::Blockscout, ..Behaviour::default() });
    let report = open(&fake).check().unwrap();
    assert_eq!((report.kind, report.lists.len()), ("Blockscout", 3));
    assert!(!RONIN.is_empty());
}
