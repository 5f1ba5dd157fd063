//! What goes in comes out, and nothing comes out of a damaged file.

use std::collections::BTreeMap;
use std::sync::Arc;

use hawkshaw_model::{Account, Amount, Timestamp, Usd};
use proptest::prelude::*;

use super::{AddressIndex, IndexBuilder, IndexError};
use crate::category::Category;
use crate::exposure::{
    Exposed, ExposureEntry, ExposureKind, ExposureTable, PathNode, PathStep, Source, Total,
};
use crate::key::AddressKey;
use crate::listing::{ListInfo, ListKind, Listing};
use crate::query::Direction;

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds).unwrap()
}

fn account(number: u32) -> Account {
    match number % 4 {
        0 => format!("bip122:000000000019d6689c085ae165831e93:script:{number:08x}"),
        1 => format!("other:ltc:L{number}"),
        _ => format!("eip155:1:0x{number:040x}"),
    }
    .parse()
    .unwrap()
}

fn listing(number: u32, label: &str) -> Listing {
    Listing {
        list: Arc::new(ListInfo {
            id: format!("list-{}", number % 3).parse().unwrap(),
            name: "A list".to_owned(),
            kind: ListKind::Tags,
            edition: (number.is_multiple_of(2)).then(|| time(1_700_000_000)),
        }),
        account: account(number),
        label: label.into(),
        entity: (number % 2 == 1).then(|| "27307".into()),
        category: Category::ALL[usize::try_from(number).unwrap() % Category::ALL.len()],
        source: "https://example.org".into(),
        confidence: 60,
        added: (number.is_multiple_of(5)).then(|| time(i64::from(number))),
        removed: (number.is_multiple_of(10)).then(|| time(i64::from(number) + 1)),
        by_cluster: number.is_multiple_of(7),
    }
}

fn entry(number: u32, path: Option<u32>) -> ExposureEntry {
    ExposureEntry {
        direction: if number.is_multiple_of(2) { Direction::Received } else { Direction::Sent },
        kind: ExposureKind::Indirect,
        category: Category::StolenFunds,
        source: (!number.is_multiple_of(3)).then(|| {
            Arc::new(Source {
                name: format!("Theft {}", number % 9),
                category: Category::StolenFunds,
                case: Some("ronin-bridge-2022".parse().unwrap()),
                actor: None,
                reference: "https://example.org/theft".to_owned(),
                confidence: 90,
            })
        }),
        sources: 1,
        asset: "eip155:1/slip44:60".parse().unwrap(),
        amounts: [Amount::from(u64::from(number)), Amount::from(u128::MAX), Amount::ZERO],
        usd: (number.is_multiple_of(2)).then_some([Usd::from_cents(u128::from(number)); 3]),
        hops: 3,
        first_time: time(1_648_042_149),
        last_time: time(1_648_042_150),
        path,
    }
}

fn node(number: u32, next: Option<u32>) -> PathNode {
    let tx = (number.is_multiple_of(2)).then(|| [u8::try_from(number % 256).unwrap(); 32].into());
    PathNode { step: PathStep { account: account(number), tx, time: time(number.into()) }, next }
}

/// A table in which every third address is exposed, each by a way of its own.
fn table(count: u32) -> ExposureTable {
    let mut table = ExposureTable::default();
    for number in (0..count).filter(|number| number.is_multiple_of(3)) {
        let first = u32::try_from(table.paths.len()).unwrap();
        table.paths.push(node(number, Some(first + 1)));
        table.paths.push(node(number + 1, None));
        table.exposed.push(Exposed {
            account: account(number),
            entries: vec![entry(number, Some(first)), entry(number + 1, None)],
            totals: vec![Total {
                direction: Direction::Received,
                asset: "eip155:1/slip44:60".parse().unwrap(),
                amount: Amount::from(u128::MAX),
                usd: None,
            }],
        });
    }
    table
}

fn builder(count: u32) -> IndexBuilder {
    let mut builder = IndexBuilder::new();
    builder.set_origin("made of numbers");
    builder.add_note("a limit was reached");
    for number in 0..count {
        builder.add_listing(&listing(number, &format!("label {}", number % 17))).unwrap();
        if number % 4 == 3 {
            builder.add_listing(&listing(number, "another")).unwrap();
        }
    }
    builder.add_table(&table(count)).unwrap();
    builder
}

fn index(count: u32) -> AddressIndex {
    AddressIndex::from_bytes("x.idx", builder(count).to_bytes().unwrap()).unwrap()
}

#[test]
fn what_goes_in_comes_out() {
    const COUNT: u32 = 5_000;
    let index = index(COUNT);
    assert_eq!(index.len(), 5_000);
    assert_eq!((index.origin(), index.lists().len()), ("made of numbers", 6));
    assert_eq!(index.coverage().notes(), ["a limit was reached"]);
    let exposed = table(COUNT);
    let mut tables: BTreeMap<Account, &Exposed> = BTreeMap::new();
    tables.extend(exposed.exposed.iter().map(|exposed| (exposed.account.clone(), exposed)));
    for number in 0..COUNT {
        let account = account(number);
        let facts = index.facts(&account).unwrap();
        let mut expected = vec![listing(number, &format!("label {}", number % 17))];
        if number % 4 == 3 {
            expected.push(listing(number, "another"));
        }
        expected.sort_by(Listing::cmp_rank);
        assert_eq!(facts.listings, expected);
        let known = tables.get(&account);
        assert_eq!(facts.exposure, known.map_or(Vec::new(), |exposed| exposed.entries.clone()));
        assert_eq!(facts.totals, known.map_or(Vec::new(), |exposed| exposed.totals.clone()));
        if let Some(first) = facts.exposure.first().and_then(|entry| entry.path) {
            let (steps, is_complete) = index.path(first).unwrap();
            assert_eq!(steps, [node(number, None).step, node(number + 1, None).step]);
            assert!(is_complete);
        }
    }
    for number in COUNT..2 * COUNT {
        assert!(index.facts(&account(number)).unwrap().is_empty());
    }
}

#[test]
fn an_empty_index_knows_nothing() {
    let index = AddressIndex::from_bytes("x", IndexBuilder::new().to_bytes().unwrap()).unwrap();
    assert!(index.is_empty() && index.facts(&account(2)).unwrap().is_empty());
    assert!(matches!(index.path(0), Err(IndexError::Damaged { .. })));
}

#[test]
fn an_address_of_several_chains_and_replays_has_all_that_is_known() {
    let mut builder = IndexBuilder::new();
    let binance = format!("eip155:56:0x{:040x}", 2).parse().unwrap();
    builder.add_listing(&listing(2, "a")).unwrap();
    builder.add_listing(&Listing { account: binance, ..listing(2, "a") }).unwrap();
    // The same again is the same.
    builder.add_listing(&listing(2, "a")).unwrap();
    let table = |number| ExposureTable {
        exposed: vec![Exposed {
            account: account(2),
            entries: vec![entry(number, Some(0))],
            totals: Vec::new(),
        }],
        paths: vec![node(number, None)],
        ..ExposureTable::default()
    };
    builder.add_table(&table(10)).unwrap();
    builder.add_table(&table(20)).unwrap();
    let index = AddressIndex::from_bytes("x", builder.to_bytes().unwrap()).unwrap();
    let facts = index.facts(&account(2)).unwrap();
    let chains: Vec<_> = facts.listings.iter().map(|l| l.account.chain().as_str()).collect();
    assert_eq!(chains, ["eip155:1", "eip155:56"]);
    // The larger one first, and each with its own way.
    let ways: Vec<_> =
        facts.exposure.iter().map(|e| index.path(e.path.unwrap()).unwrap().0).collect();
    assert_eq!(ways, [[node(20, None).step], [node(10, None).step]]);
}

#[test]
fn ways_that_go_in_circles_end() {
    let mut builder = IndexBuilder::new();
    builder.add_path(&node(0, Some(1))).unwrap();
    builder.add_path(&node(1, Some(0))).unwrap();
    let index = AddressIndex::from_bytes("x", builder.to_bytes().unwrap()).unwrap();
    let (steps, is_complete) = index.path(0).unwrap();
    assert_eq!((steps.len(), is_complete), (super::PATH_STEPS_MAX, false));
}

#[test]
fn the_same_calls_give_the_same_bytes_and_a_file_is_replaced_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("screening.idx");
    builder(300).write(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes, builder(300).to_bytes().unwrap());
    let old = AddressIndex::open(&path).unwrap();
    builder(400).write(&path).unwrap();
    assert_eq!(AddressIndex::open(&path).unwrap().len(), 400);
    // Whoever has the old one open still reads it.
    assert!(!old.facts(&account(2)).unwrap().is_empty());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let missing = AddressIndex::open(&folder.path().join("absent")).unwrap_err();
    assert!(missing.to_string().contains("absent"), "{missing}");
}

#[test]
fn keys_whose_facts_differ_are_found() {
    let old = index(1_000);
    assert_eq!(old.changed_keys(&index(1_000)).unwrap(), []);
    let mut newer = builder(1_000);
    newer.add_listing(&listing(7, "new")).unwrap();
    newer.add_listing(&listing(20_002, "new")).unwrap();
    let newer = AddressIndex::from_bytes("y", newer.to_bytes().unwrap()).unwrap();
    let mut expected = vec![AddressKey::of(&account(7)), AddressKey::of(&account(20_002))];
    expected.sort_unstable();
    assert_eq!(old.changed_keys(&newer).unwrap(), expected);
    assert_eq!(newer.changed_keys(&old).unwrap(), expected);
    // Other numbers for the same listings are no change.
    let (mut one, mut other) = (IndexBuilder::new(), IndexBuilder::new());
    for number in 0..100 {
        one.add_listing(&listing(number, "x")).unwrap();
        other.add_listing(&listing(99 - number, "x")).unwrap();
    }
    let one = AddressIndex::from_bytes("x", one.to_bytes().unwrap()).unwrap();
    let other = AddressIndex::from_bytes("x", other.to_bytes().unwrap()).unwrap();
    assert_eq!(one.changed_keys(&other).unwrap(), []);
}

/// Asks a possibly damaged index for all that was put into it: an error, or the truth.
fn ask(bytes: Vec<u8>, count: u32, truth: &AddressIndex) {
    let index = match AddressIndex::from_bytes("x.idx", bytes) {
        Ok(index) => index,
        Err(error) => return assert!(error.to_string().starts_with("x.idx: "), "{error}"),
    };
    for number in 0..count + 50 {
        let account = account(number);
        if let Ok(facts) = index.facts(&account) {
            assert_eq!(facts, truth.facts(&account).unwrap(), "of {account}");
            for first in facts.exposure.iter().filter_map(|entry| entry.path) {
                if let Ok(path) = index.path(first) {
                    assert_eq!(path, truth.path(first).unwrap());
                }
            }
        }
    }
}

#[test]
fn a_flipped_bit_anywhere_is_an_error_or_changes_nothing() {
    const COUNT: u32 = 60;
    let bytes = builder(COUNT).to_bytes().unwrap();
    let truth = index(COUNT);
    for place in 0..bytes.len() {
        if place % 7 == 0 || place < 64 || place + 200 > bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1 << (place % 8);
            let refused = AddressIndex::from_bytes("x", damaged.clone()).is_err();
            assert!(refused || (HEAD..bytes.len()).contains(&place), "byte {place} is not covered");
            ask(damaged, COUNT, &truth);
        }
    }
}

/// Bytes of magic and version: whatever is wrong there is found at once.
const HEAD: usize = 12;

#[test]
fn damage_is_named_with_its_place() {
    let bytes = builder(4_000).to_bytes().unwrap();
    let mut damaged = bytes.clone();
    let place = bytes.len() / 2;
    damaged[place] ^= 0x40;
    let index = AddressIndex::from_bytes("x.idx", damaged).unwrap();
    let errors: Vec<String> = (0..4_000)
        .filter_map(|number| index.facts(&account(number)).err())
        .map(|error| error.to_string())
        .collect();
    let page = place / 4096 * 4096;
    assert!(!errors.is_empty());
    assert!(errors.iter().all(|e| e.contains(&format!("damaged at byte {page}"))), "{}", errors[0]);
    for (cut, what) in
        [(0, "no index"), (10, "no index"), (40, "cut off"), (bytes.len() - 1, "cut")]
    {
        let _ = what;
        assert!(AddressIndex::from_bytes("x", bytes[..cut].to_vec()).is_err(), "{cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn nothing_wrong_comes_out_of_damaged_bytes(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = builder(40).to_bytes().unwrap();
        for (place, byte) in flips {
            let length = bytes.len();
            bytes[place.index(length)] = byte;
        }
        if let Some(cut) = cut {
            let length = bytes.len();
            bytes.truncate(cut.index(length));
        }
        ask(bytes, 40, &index(40));
    }

    #[test]
    fn no_bytes_make_it_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        place in any::<prop::sample::Index>(),
    ) {
        let mut framed = builder(3).to_bytes().unwrap();
        let start = place.index(framed.len());
        framed.splice(start..start, bytes.iter().copied());
        ask(framed, 3, &index(3));
        let _ = AddressIndex::from_bytes("x", bytes);
    }
}
