//! The theft from the Ronin bridge: its addresses carry stolen funds, with the way back to it.

use std::path::Path;

use hawkshaw_attribution::{NoIncludes, TagIndex};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{Account, AssetList, Case, Ledger as _, TxHash, TxId, TxIx};
use hawkshaw_screening::{
    Category, Direction, ExposureEntry, ExposureTable, ReplaySettings, SourceBook, replay,
};

use crate::{ethereum, in_world};

const VICTIM: &str = "0x1a2a1c938ce3ec39b6d47113c7955baa9dd454f2";
const THIEF: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
/// A deposit address of an exchange.
const DEPOSIT: &str = "0x036587e77eabe6a7e181886a5a6ed10dc25654f9";
const ROUTER: &str = "0xd90e2f925da726b50c4ed8d0fb90ad053324f31b";

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases/ronin-bridge-2022")
}

fn account(address: &str) -> Account {
    Account::parse(&ethereum(), address).unwrap()
}

/// What is exposed, with the tags of the case or without.
fn exposed(with_tags: bool) -> (MemoryLedger, ExposureTable) {
    let read = |name: &str| std::fs::read_to_string(folder().join(name)).unwrap();
    let case = Case::from_toml(&read("case.toml")).unwrap();
    let transfers = read("transfers.csv");
    let files = [("transfers.csv", transfers.as_bytes())];
    let (ledger, _) = MemoryLedger::from_files(files).unwrap();
    let mut tags = TagIndex::new();
    let mut names: Vec<_> = std::fs::read_dir(folder().join("tags")).unwrap().collect();
    names.sort_by_key(|entry| entry.as_ref().unwrap().path());
    for entry in names {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Services stop, whoever is followed.
        if with_tags || !["perpetrators.yaml", "intermediaries.yaml"].contains(&name.as_str()) {
            tags.add_file(&name, &std::fs::read(&path).unwrap(), &NoIncludes).unwrap();
        }
    }
    let assets = AssetList::built_in();
    let book = SourceBook::new(&tags, [case]);
    let table = in_world(&ledger, &tags, &assets, |world| {
        replay(world, &book, &ReplaySettings::default(), &mut |_| ()).unwrap()
    });
    (ledger, table)
}

fn entries<'t>(table: &'t ExposureTable, address: &str) -> &'t [ExposureEntry] {
    let found = table.exposed.iter().find(|exposed| exposed.account == account(address));
    found.map_or(&[], |exposed| &exposed.entries)
}

/// The addresses along a way, each with whether its transaction is known.
fn way(table: &ExposureTable, entry: &ExposureEntry) -> Vec<String> {
    let mut way = Vec::new();
    let mut at = entry.path;
    while let Some(number) = at {
        let node = &table.paths[number as usize];
        way.push(node.step.account.address_in_files());
        at = node.next;
    }
    way
}

#[test]
fn every_address_that_the_theft_reached_carries_it_back_to_the_bridge() {
    for with_tags in [false, true] {
        let (_, table) = exposed(with_tags);
        let is_theft = |entry: &&ExposureEntry| {
            entry.direction == Direction::Received
                && entry.source.as_ref().is_some_and(|source| source.case.is_some())
        };
        let reached: Vec<_> = table
            .exposed
            .iter()
            .filter_map(|e| Some((e, e.entries.iter().find(is_theft)?)))
            .collect();
        assert!(reached.len() >= 60, "{}", reached.len());
        for (exposed, entry) in reached {
            assert_eq!(entry.category, Category::StolenFunds);
            let way = way(&table, entry);
            assert_eq!(way.first(), Some(&exposed.account.address_in_files()));
            assert_eq!(way.last().map(String::as_str), Some(VICTIM), "{way:?}");
            if exposed.account != account(THIEF) {
                assert_eq!(way[way.len() - 2], THIEF, "{way:?}");
            }
        }
        let thief = entries(&table, THIEF).iter().find(is_theft).unwrap();
        assert_eq!((thief.hops, thief.kind.as_str()), (1, "direct"));
        if !with_tags {
            // With tags, what tagged addresses brought back to him is direct too.
            assert_eq!(thief.amounts[1].to_units(18), "173600");
        }
        for address in [DEPOSIT, ROUTER] {
            let entry = entries(&table, address).iter().find(is_theft).unwrap();
            assert!(!entry.amounts[1].is_zero());
            assert!(way(&table, entry).len() >= 4, "{:?}", way(&table, entry));
        }
        let router = entries(&table, ROUTER).iter().find(is_theft).unwrap();
        let total: f64 = router.amounts[0].to_units(18).parse().unwrap();
        assert!((140_000.0..=176_000.0).contains(&total), "{total}");
    }
}

#[test]
fn what_a_tagged_payer_paid_is_the_thefts_or_his_own() {
    let (_, table) = exposed(true);
    let deposit = entries(&table, DEPOSIT);
    let received = |entry: &&ExposureEntry| entry.direction == Direction::Received;
    let of = |kind: &str, name: &str| {
        let is_it = |e: &ExposureEntry| {
            let source = e.source.as_ref().unwrap();
            (e.kind.as_str(), source.name.as_str()) == (kind, name)
        };
        deposit.iter().filter(received).any(is_it)
    };
    // What the tagged payer had of the theft came over three payments; the rest is his own.
    assert!(of("indirect", "Ronin bridge") && of("direct", "lazarusgroup"), "{deposit:#?}");
    // The exchange was paid by tagged addresses only, so all that it received is exposed.
    let sum = deposit
        .iter()
        .filter(received)
        .filter(|e| e.category == Category::StolenFunds)
        .fold(hawkshaw_model::Amount::default(), |sum, e| sum.checked_add(e.amounts[0]).unwrap());
    let exposed = table.exposed.iter().find(|exposed| exposed.account == account(DEPOSIT)).unwrap();
    let total = exposed.totals.iter().find(|total| total.direction == Direction::Received).unwrap();
    assert_eq!(sum, total.amount);
}

/// Whether a transaction that is known moves value from one account to another, in whichever
/// steps.
fn is_between(ledger: &MemoryLedger, tx: &TxHash, from: &Account, to: &Account) -> bool {
    let tx = ledger.find_tx(&TxId::new(ethereum(), *tx)).unwrap().unwrap();
    let has = |account: &Account, is_credit: bool| {
        let account = ledger.find_account(account).unwrap().unwrap();
        let mut history = ledger.history(account, TxIx(tx.0 + 1));
        history.any(|posting| {
            posting.is_ok_and(|posting| posting.tx == tx && posting.is_credit == is_credit)
        })
    };
    has(from, false) && has(to, true)
}

#[test]
fn every_way_is_as_long_as_it_says_and_stands_in_the_ledger() {
    for with_tags in [false, true] {
        let (ledger, table) = exposed(with_tags);
        let (mut matches, mut hashes) = (0, 0);
        for exposed in &table.exposed {
            for entry in &exposed.entries {
                let told = format!("{}: {entry:?}", exposed.account);
                let mut places = Vec::new();
                let mut at = entry.path;
                while let Some(number) = at {
                    let node = &table.paths[number as usize];
                    places.push(&node.step);
                    at = node.next;
                }
                matches += 1;
                assert_eq!(usize::from(entry.hops), places.len() - 1, "{told}");
                assert_eq!(entry.kind.as_str() == "direct", entry.hops == 1, "{told}");
                let time = places[0].time;
                assert!((entry.first_time..=entry.last_time).contains(&time), "{told}");
                assert_eq!(places[places.len() - 2].time, places[places.len() - 1].time, "{told}");
                for pair in places.windows(2) {
                    let (near, far) = (pair[0], pair[1]);
                    let (from, to) = match entry.direction {
                        Direction::Received => (far, near),
                        Direction::Sent => (near, far),
                    };
                    assert!(from.time <= to.time, "{told}");
                    if let Some(tx) = &near.tx {
                        assert!(is_between(&ledger, tx, &from.account, &to.account), "{told}");
                        hashes += 1;
                    }
                }
            }
        }
        assert!(matches > 200 && hashes > 60, "{matches} {hashes}");
    }
}

#[test]
fn each_asset_has_the_way_on_which_it_came() {
    let (_, table) = exposed(true);
    for (symbol, tx) in [("erc20", "0xed2c72"), ("slip44", "0xc28fad")] {
        let is_it = |e: &&ExposureEntry| {
            e.asset.to_string().contains(symbol)
                && e.source.as_ref().is_some_and(|source| source.case.is_some())
        };
        let entry = entries(&table, THIEF).iter().find(is_it).unwrap();
        let first = &table.paths[entry.path.unwrap() as usize];
        assert!(first.step.tx.unwrap().to_string().contains(&tx[2..]), "{first:?}");
    }
}

#[test]
fn the_bridge_that_was_robbed_paid_nobody() {
    for with_tags in [false, true] {
        let (_, table) = exposed(with_tags);
        let sent = entries(&table, VICTIM).iter().filter(|e| e.direction == Direction::Sent);
        assert_eq!(sent.collect::<Vec<_>>(), Vec::<&ExposureEntry>::new());
    }
}

#[test]
fn who_paid_the_thief_is_told_where_tags_name_him() {
    let (ledger, table) = exposed(true);
    assert!(ledger.account_count() > 60);
    let funder = entries(&table, "0x4976a4a02f38326660d17bf34b431dc6e2eb2327");
    let sent = funder.iter().find(|e| e.direction == Direction::Sent).unwrap();
    assert_eq!((sent.category, sent.hops), (Category::Sanctions, 1), "{sent:#?}");
}
