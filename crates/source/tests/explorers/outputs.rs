//! Esplora: whole transactions in the order of the chain, from pages that come newest first.

use hawkshaw_fixture::explorer::{FakeExplorer, Fault};
use hawkshaw_ledger::{OutputRow, read_outputs};
use hawkshaw_model::rows::{Leg, Rows};
use hawkshaw_model::{Account, Address, ChainId};
use hawkshaw_source::{Cache, CacheMode, Explorer, ExplorerOptions, open_explorer};

use crate::support::client;

const EXAMPLE: &[u8] = include_bytes!("../../../../cases/bitcoin-example/outputs.csv");

fn open(fake: &FakeExplorer) -> Box<dyn Explorer> {
    open_explorer(&client(&fake.url(), None), None, &ExplorerOptions::default()).unwrap()
}

fn rows(file: &[u8]) -> Vec<OutputRow> {
    read_outputs(file, "test").unwrap().into_iter().map(|located| located.row).collect()
}

/// A leg as text, from either side.
fn leg_text(leg: &Leg) -> String {
    let spends = leg.spends.map(|(tx, vout)| format!("{tx}:{vout}")).unwrap_or_default();
    let at = leg.spot.tx_index.unwrap();
    let holder = leg.holder.as_ref().unwrap();
    let tx = leg.spot.tx.unwrap();
    format!("{} {at} {tx} {} [{spends}] {holder} {}", leg.spot.height, leg.index, leg.amount)
}

fn row_text(row: &OutputRow) -> String {
    let spends = row.outpoint.as_ref();
    let spends = spends.map(|out| format!("{}:{}", out.tx().hash(), out.vout()));
    let holder = row.holder.as_ref().unwrap().address();
    format!(
        "{} {} {} {} [{}] {holder} {}",
        row.height,
        row.tx_index,
        row.tx,
        row.leg_index,
        spends.unwrap_or_default(),
        row.amount
    )
}

/// The legs of all transactions that touch an address.
fn served(file: &[u8], address: &Address) -> Vec<String> {
    let rows = rows(file);
    let holds = |row: &&OutputRow| row.holder.as_ref().map(Account::address) == Some(address);
    let txs: Vec<_> = rows.iter().filter(holds).map(|row| row.tx).collect();
    let mut legs: Vec<String> =
        rows.iter().filter(|row| txs.contains(&row.tx)).map(row_text).collect();
    legs.sort();
    legs
}

fn legs(rows: &Rows) -> Vec<String> {
    let mut legs: Vec<String> = rows.legs.iter().map(leg_text).collect();
    legs.sort();
    legs
}

/// So many payments to one address, several in some blocks.
fn many(count: u64) -> String {
    let mut text =
        "chain,block_number,block_time,tx_index,tx_hash,side,leg_index,outpoint,address,amount\n"
            .to_owned();
    for n in 0..count {
        let (height, index) = (1_000 + n / 3, n % 3 * 2 + 1);
        let time = 1_600_000_000 + height * 600;
        let place = format!("{},{height},{time},{index},{:064x}", ChainId::bitcoin(), n + 1);
        let spent = format!("{:064x}:0", n + 1_000_000);
        text.push_str(&format!("{place},in,0,{spent},1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa,5000\n"));
        text.push_str(&format!("{place},out,0,,script:51,4000\n"));
        text.push_str(&format!("{place},out,1,,12Tw48SsrtqKCcvWCgy2cezAv1hWr47v3Q,900\n"));
    }
    text
}

#[test]
fn histories_have_whole_transactions_in_their_places() {
    let fake = FakeExplorer::outputs(EXAMPLE);
    let explorer = open(&fake);
    assert_eq!(*explorer.chain(), ChainId::bitcoin());
    let mut holders: Vec<_> = rows(EXAMPLE).into_iter().filter_map(|row| row.holder).collect();
    holders.sort();
    holders.dedup();
    for holder in holders {
        let history = explorer.history(holder.address(), 1_000).unwrap();
        assert!(history.is_whole());
        assert_eq!(legs(&history.rows), served(EXAMPLE, holder.address()), "{holder}");
    }
}

#[test]
fn pages_are_joined_also_of_scripts_without_an_address() {
    let file = many(137);
    let fake = FakeExplorer::outputs(file.as_bytes());
    let explorer = open(&fake);
    for text in ["script:51", "12Tw48SsrtqKCcvWCgy2cezAv1hWr47v3Q"] {
        let address = Address::parse(&ChainId::bitcoin(), text).unwrap();
        let history = explorer.history(&address, 1_000).unwrap();
        assert!(history.is_whole());
        assert_eq!(history.rows_seen, 137);
        assert_eq!(legs(&history.rows), served(file.as_bytes(), &address));
        let points: Vec<_> =
            history.rows.legs.iter().map(|leg| (leg.spot.height, leg.spot.tx_index)).collect();
        assert!(points.is_sorted());
        for nth in [2, 3] {
            fake.fault_every(nth, Fault::Truncated);
            assert_eq!(legs(&explorer.history(&address, 1_000).unwrap().rows).len(), 137 * 3);
        }
        fake.fault_every(3, Fault::TooManyRequests(None));
        assert_eq!(explorer.history(&address, 1_000).unwrap(), history);
        fake.fault_every(1_000_000, Fault::Html);
    }
    let address = Address::parse(&ChainId::bitcoin(), "script:51").unwrap();
    let history = explorer.history(&address, 60).unwrap();
    assert_eq!(history.gaps, ["it stops after 75 of 137 transactions, the newest"]);
    assert_eq!(legs(&history.rows).len(), 75 * 3);
}

#[test]
fn one_transaction_is_told() {
    let fake = FakeExplorer::outputs(EXAMPLE);
    let explorer = open(&fake);
    let wanted = rows(EXAMPLE).into_iter().find(|row| row.outpoint.is_some()).unwrap().tx;
    let told = explorer.transaction(&wanted).unwrap().unwrap();
    let mut expected: Vec<_> =
        rows(EXAMPLE).iter().filter(|row| row.tx == wanted).map(row_text).collect();
    expected.sort();
    assert_eq!(legs(&told.rows), expected);
    assert_eq!(explorer.transaction(&"77".repeat(32).parse().unwrap()).unwrap(), None);
    let report = explorer.check().unwrap();
    assert_eq!(
        (report.kind, report.lists),
        ("Esplora", vec![("txs/chain", true), ("txids", true)])
    );
    assert!(report.tip_time.is_some());
}

#[test]
fn a_second_run_asks_nobody_and_another_chain_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = many(60);
    let fake = FakeExplorer::outputs(file.as_bytes());
    let cache = |mode| Some(Cache::open(folder.path(), mode).unwrap());
    let run = |mode| {
        let client = client(&fake.url(), None);
        let explorer = open_explorer(&client, cache(mode), &ExplorerOptions::default()).unwrap();
        let address = Address::parse(&ChainId::bitcoin(), "script:51").unwrap();
        let none = explorer.transaction(&"77".repeat(32).parse().unwrap()).unwrap();
        assert_eq!(none, None);
        explorer.history(&address, 1_000).unwrap()
    };
    let first = run(CacheMode::AskForTheRest);
    let asked = fake.requests();
    assert_eq!(run(CacheMode::Offline), first);
    assert_eq!(run(CacheMode::AskForTheRest), first);
    assert_eq!(fake.requests(), asked);
    fake.fault_always(Some(Fault::OtherChain("f".repeat(64))));
    let wanted = ExplorerOptions { chain: Some(ChainId::bitcoin()), ..ExplorerOptions::default() };
    let error = open_explorer(&client(&fake.url(), None), None, &wanted).unwrap_err().to_string();
    assert!(error.contains("it holds bip122:ffffffffffffffffffffffffffffffff"), "{error}");
}

#[test]
fn what_stays_wrong_is_named() {
    let fake = FakeExplorer::outputs(EXAMPLE);
    let explorer = open(&fake);
    let address = Address::parse(&ChainId::bitcoin(), "16Jswqk47s9PUcyCc88MMVwzgvHPvtEpf").unwrap();
    for (fault, named) in [
        (Fault::Html, "web page"),
        (Fault::Nested(10_000), "nests"),
        (Fault::CutBody, "does not answer"),
        (Fault::InvalidKey, "not as documented"),
        (Fault::Huge(64 << 20), "over 33554432 bytes"),
        (Fault::TooManyRequests(None), "too many requests"),
    ] {
        fake.fault_always(Some(fault.clone()));
        let error = explorer.history(&address, 100).unwrap_err().to_string();
        assert!(error.contains(named), "{fault:?}: {error}");
    }
    let foreign = Address::Evm([1; 20]);
    assert!(explorer.history(&foreign, 1).is_err());
}
