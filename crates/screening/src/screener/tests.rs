//! What is answered.

use std::sync::Arc;

use hawkshaw_model::{Amount, Timestamp, Usd};

use super::Screener;
use crate::answer::{Answer, Match, Status};
use crate::category::Category;
use crate::coverage::Coverage;
use crate::exposure::{
    Exposed, ExposureEntry, ExposureKind, ExposureTable, PathNode, PathStep, Source, Total,
};
use crate::index::{AddressIndex, IndexBuilder};
use crate::listing::{ListInfo, ListKind, Listing};
use crate::overlay::Overlay;
use crate::query::{Action, Direction, Query};
use crate::rules::RuleSet;

const THIEF: &str = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
const RECEIVER: &str = "0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn listing(account: &str, added: Option<&str>, removed: Option<&str>) -> Listing {
    Listing {
        list: Arc::new(ListInfo {
            id: "ofac-sdn".parse().unwrap(),
            name: "OFAC SDN".to_owned(),
            kind: ListKind::Sanctions,
            edition: None,
        }),
        account: account.parse().unwrap(),
        label: "LAZARUS GROUP".into(),
        entity: Some("27307".into()),
        category: Category::Sanctions,
        source: "https://example.org".into(),
        confidence: 100,
        added: added.map(time),
        removed: removed.map(time),
        by_cluster: false,
    }
}

fn exposure() -> ExposureTable {
    let asset: hawkshaw_model::AssetId = "eip155:1/slip44:60".parse().unwrap();
    let receiver = format!("eip155:1:{RECEIVER}").parse().unwrap();
    let entry = ExposureEntry {
        direction: Direction::Received,
        kind: ExposureKind::Indirect,
        category: Category::StolenFunds,
        source: Some(Arc::new(Source {
            name: "Ronin bridge".to_owned(),
            category: Category::StolenFunds,
            case: Some("ronin-bridge-2022".parse().unwrap()),
            actor: None,
            reference: "https://example.org/ronin".to_owned(),
            confidence: 100,
        })),
        sources: 1,
        asset: asset.clone(),
        amounts: [Amount::from(750u64), Amount::from(500u64), Amount::from(250u64)],
        usd: Some([Usd::from_cents(750_000_000), Usd::from_cents(500_000_000), Usd::ZERO]),
        hops: 2,
        first_time: time("2022-04-01"),
        last_time: time("2022-05-01"),
        path: Some(0),
    };
    let step = |account: &str, day: &str| PathStep {
        account: format!("eip155:1:{account}").parse().unwrap(),
        tx: Some([7; 32].into()),
        time: time(day),
    };
    ExposureTable {
        exposed: vec![Exposed {
            account: receiver,
            entries: vec![entry],
            totals: vec![Total {
                direction: Direction::Received,
                asset,
                amount: Amount::from(1_000u64),
                usd: None,
            }],
        }],
        paths: vec![
            PathNode { step: step(RECEIVER, "2022-04-01"), next: Some(1) },
            PathNode { step: step(THIEF, "2022-03-23"), next: None },
        ],
        ..ExposureTable::default()
    }
}

fn screener(listings: &[Listing], table: &ExposureTable) -> Screener {
    let mut builder = IndexBuilder::new();
    listings.iter().for_each(|listing| builder.add_listing(listing).unwrap());
    builder.add_table(table).unwrap();
    if !table.exposed.is_empty() {
        let chain = hawkshaw_model::ChainId::ethereum();
        builder.add_ledger(&chain, time("2022-03-01"), time("2022-06-01"));
    }
    let index = AddressIndex::from_bytes("index", builder.to_bytes().unwrap()).unwrap();
    let rules = Arc::new(RuleSet::built_in());
    Screener::new(Arc::new(index), Arc::new(Overlay::new()), rules, Coverage::default())
}

fn query(address: &str) -> Query {
    Query { address: address.to_owned(), ..Query::default() }
}

fn ask(screener: &Screener, address: &str, chain: Option<&str>, as_of: Option<&str>) -> Answer {
    let chain = chain.map(|chain| chain.parse().unwrap());
    screener.screen(&Query { chain, as_of: as_of.map(time), ..query(address) }).unwrap()
}

#[test]
fn a_listed_address_is_a_hit_on_every_evm_chain() {
    let listed =
        screener(&[listing(&format!("eip155:1:{THIEF}"), None, None)], &ExposureTable::default());
    for text in [THIEF, &THIEF.to_lowercase(), &THIEF.to_uppercase(), &THIEF[2..]] {
        let answer = ask(&listed, text, None, None);
        assert_eq!(
            (answer.status, answer.decision.action),
            (Status::Hit, Action::Reject),
            "{text}"
        );
        assert!(answer.notes.is_empty(), "{:?}", answer.notes);
    }
    let elsewhere = ask(&listed, THIEF, Some("eip155:56"), None);
    assert_eq!(elsewhere.status, Status::Hit);
    assert_eq!(elsewhere.chain.unwrap().as_str(), "eip155:56");
    assert!(elsewhere.notes[0].contains("eip155:1)"), "{:?}", elsewhere.notes);
    // A wrong checksum is told, and hides nothing.
    let wrong = ask(&listed, "0x098b716B8Aaf21512996dC57EB0615e2383E2f96", None, None);
    assert_eq!(wrong.status, Status::Hit);
    assert!(wrong.notes[0].contains("checksum"), "{:?}", wrong.notes);
}

#[test]
fn what_is_not_known_is_told_apart() {
    let listed = screener(
        &[listing(&format!("eip155:1:{THIEF}"), Some("2022-04-14"), None)],
        &ExposureTable::default(),
    );
    let status = |address: &str, chain, as_of| ask(&listed, address, chain, as_of).status;
    assert_eq!(status(RECEIVER, None, None), Status::NotFound);
    assert_eq!(status(RECEIVER, Some("eip155:1"), Some("2023-01-01")), Status::NotFound);
    assert_eq!(status(RECEIVER, None, Some("2022-04-13")), Status::NotCovered);
    assert_eq!(status(RECEIVER, Some("eip155:56"), None), Status::NotCovered);
    assert_eq!(status("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", None, None), Status::NotCovered);
    assert_eq!(status("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", None, None), Status::Invalid);
    assert_eq!(
        status(RECEIVER, Some("bip122:000000000019d6689c085ae165831e93"), None),
        Status::Invalid
    );
    let invalid = ask(&listed, "hello\u{202e}", None, None);
    assert_eq!(invalid.status, Status::Invalid);
    assert!(invalid.account.is_none() && invalid.matches.is_empty());
    assert!(invalid.notes[0].starts_with("no address: "), "{:?}", invalid.notes);
    let nothing = screener(&[], &ExposureTable::default());
    assert_eq!(ask(&nothing, THIEF, None, None).status, Status::NotCovered);
}

#[test]
fn the_past_is_answered_with_the_lists_of_that_day() {
    let account = format!("eip155:1:{THIEF}");
    let listed = screener(
        &[listing(&account, Some("2022-04-14"), Some("2025-03-21"))],
        &ExposureTable::default(),
    );
    let stands = |as_of| {
        let answer = ask(&listed, THIEF, None, as_of);
        let stands = match answer.matches.first() {
            Some(Match::Listed(listing)) => Some(listing.stands_at(answer.as_of)),
            _ => None,
        };
        (answer.status, stands, answer.to_json()["matches"][0]["stands"].as_bool())
    };
    assert_eq!(stands(Some("2022-04-13")), (Status::NotCovered, None, None));
    assert_eq!(stands(Some("2022-04-14")), (Status::Hit, Some(true), Some(true)));
    // A delisting hides nothing: it stood there, and does not any more.
    assert_eq!(stands(Some("2025-03-21")), (Status::Hit, Some(false), Some(false)));
    assert_eq!(stands(None), (Status::Hit, Some(false), Some(false)));
    assert_ne!(ask(&listed, THIEF, None, None).decision.action, Action::Reject);
    let undated = screener(&[listing(&account, None, None)], &ExposureTable::default());
    let answer = ask(&undated, THIEF, None, Some("2010-01-01"));
    assert_eq!(answer.status, Status::Hit);
    assert!(answer.notes[0].contains("not since when"), "{:?}", answer.notes);
}

#[test]
fn exposure_is_told_with_its_way_and_its_share() {
    let known = screener(&[], &exposure());
    let answer = ask(&known, RECEIVER, None, None);
    assert_eq!(answer.status, Status::Hit);
    let json = answer.to_json();
    let found = &json["matches"][0];
    assert_eq!(found["type"], "exposure");
    assert_eq!(found["kind"], "indirect");
    assert_eq!(found["category"]["name"], "stolen-funds");
    assert_eq!(found["source"]["case"], "ronin-bridge-2022");
    assert_eq!(found["amounts"]["dirty-first"], "750");
    assert_eq!(found["usd"]["haircut"], "5000000.00");
    assert_eq!(found["share"]["haircut"], "0.5");
    assert_eq!(found["path"][1]["account"], format!("eip155:1:{}", THIEF.to_lowercase()));
    assert_eq!(found["path_complete"], true);
    assert_eq!(json["exposure"]["received"]["totals"][0]["amount"], "1000");
    assert_eq!(json["exposure"]["received"]["categories"][0]["share"]["clean-first"], "0.25");
    assert_eq!(json["exposure"]["sent"]["categories"].as_array().unwrap().len(), 0);
    assert_eq!(json["schema"], "hawkshaw.screen/1");
    assert_eq!(json["chain"], "eip155:1");
    let before = ask(&known, RECEIVER, None, Some("2022-03-31"));
    assert_eq!(before.status, Status::NotFound);
    assert!(before.notes[0].contains("younger"), "{:?}", before.notes);
    let within = ask(&known, RECEIVER, None, Some("2022-04-15"));
    assert_eq!(within.status, Status::Hit);
    assert!(within.notes[0].contains("came later too"), "{:?}", within.notes);
    let ages_ago = ask(&known, RECEIVER, None, Some("2020-01-01"));
    assert_eq!(ages_ago.status, Status::NotCovered);
}

#[test]
fn every_reason_points_at_its_match() {
    let account = format!("eip155:1:{RECEIVER}");
    let known = screener(&[listing(&account, None, None)], &exposure());
    let json = ask(&known, RECEIVER, None, None).to_json();
    assert_eq!(json["action"], "reject");
    let reasons = json["reasons"].as_array().unwrap();
    assert!(reasons.iter().any(|reason| reason["match"] == 0), "{reasons:?}");
    assert_eq!(json["matches"][0]["list"]["id"], "ofac-sdn");
    assert_eq!(json["matches"][1]["type"], "exposure");
}

#[test]
fn another_overlay_or_other_rules_have_another_version() {
    let account = format!("eip155:1:{THIEF}");
    let indexed = screener(&[], &exposure());
    let listed =
        indexed.with_overlay(Arc::new(Overlay::of_lists([], [listing(&account, None, None)])));
    assert_eq!(ask(&indexed, THIEF, None, None).status, Status::NotFound);
    assert_eq!(ask(&listed, THIEF, None, None).status, Status::Hit);
    assert_ne!(indexed.data_version(), listed.data_version());
    let lax = Arc::new(RuleSet::from_toml("version = \"x\"\n").unwrap());
    let lax = listed.with_rules(lax);
    assert_ne!(lax.data_version(), listed.data_version());
    let again =
        indexed.with_overlay(Arc::new(Overlay::of_lists([], [listing(&account, None, None)])));
    assert_eq!(again.data_version(), listed.data_version());
}

#[test]
fn a_damaged_index_is_an_error_and_no_answer() {
    let mut builder = IndexBuilder::new();
    for number in 0..500 {
        builder.add_listing(&listing(&format!("eip155:1:0x{number:040x}"), None, None)).unwrap();
    }
    let mut bytes = builder.to_bytes().unwrap();
    bytes[5_000] ^= 1;
    let index = AddressIndex::from_bytes("index", bytes).unwrap();
    let rules = Arc::new(RuleSet::built_in());
    let damaged =
        Screener::new(Arc::new(index), Arc::new(Overlay::new()), rules, Coverage::default());
    let failed = (0..500)
        .filter(|number| damaged.screen(&query(&format!("0x{number:040x}"))).is_err())
        .count();
    assert!(failed > 100, "{failed} lookups failed");
    let unlisted = (500..1_000).map(|number| damaged.screen(&query(&format!("0x{number:040x}"))));
    for answer in unlisted {
        assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status == Status::NotFound));
    }
}

#[test]
fn texts_shared_by_chains_are_looked_up_on_all_of_them() {
    let text = "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h";
    let known =
        screener(&[listing(&format!("other:bch:{text}"), None, None)], &ExposureTable::default());
    let answer = ask(&known, text, None, None);
    assert_eq!((answer.status, answer.chain.unwrap().as_str()), (Status::Hit, "other:bch"));
    let bitcoin = "bip122:000000000019d6689c085ae165831e93";
    let both = screener(
        &[
            listing(&format!("other:bch:{text}"), None, None),
            listing(&format!("{bitcoin}:{text}"), None, None),
        ],
        &ExposureTable::default(),
    );
    let answer = ask(&both, text, None, None);
    assert_eq!((answer.chain.unwrap().as_str(), answer.matches.len()), (bitcoin, 2));
    assert!(answer.notes[0].contains("other:bch"), "{:?}", answer.notes);
    assert_eq!(ask(&both, text, Some(bitcoin), None).matches.len(), 2);
    for (text, chain) in [(text, None), (text, Some("other:bsv")), (text, Some(bitcoin))] {
        let answer = ask(&known, text, chain, None);
        assert_eq!(answer.status, Status::Hit, "{text} {chain:?}");
        if chain.is_some() {
            assert!(answer.notes[0].contains("the same key owns it there"), "{:?}", answer.notes);
        }
    }
}

/// What is listed, in which notations it is asked, and the chains said beside it.
const LISTED: [(&str, &[&str], &[&str]); 8] = [
    (
        "other:bch:18M8bJWMzWHDBMxoLqjHHAffdRy4SrzkfB",
        &[
            "18M8bJWMzWHDBMxoLqjHHAffdRy4SrzkfB",
            "qpgf0ztxq3mwfq6eg5versgfdzq9c3pwv5jsk6wnay",
            "BITCOINCASH:QPGF0ZTXQ3MWFQ6EG5VERSGFDZQ9C3PWV5JSK6WNAY",
        ],
        &["other:bch", "other:bsv", "bip122:000000000019d6689c085ae165831e93"],
    ),
    (
        "other:bch:bitcoincash:qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq",
        &["18Y8VPic2pZsvyLaYVdSLQdCuT2nAJJ3hd", "qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq"],
        &["other:bch", "bip122:000000000019d6689c085ae165831e93"],
    ),
    (
        "bip122:000000000019d6689c085ae165831e93:18Y8VPic2pZsvyLaYVdSLQdCuT2nAJJ3hd",
        &["18Y8VPic2pZsvyLaYVdSLQdCuT2nAJJ3hd", "qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq"],
        &["other:bch", "other:bsv"],
    ),
    (
        "other:ltc:32m72D2HEycRqfBkaazZcuVpLWq9k3sYdt",
        &["32m72D2HEycRqfBkaazZcuVpLWq9k3sYdt", "M8yFL6SFC6TreATegTyuSYkDfDRbisdpT3"],
        &["other:ltc"],
    ),
    (
        "other:ltc:LTC1QQQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSN3S44DY",
        &[
            "ltc1qqqqsyqcyq5rqwzqfpg9scrgwpugpzysn3s44dy",
            "LTC1QQQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSN3S44DY",
        ],
        &["other:ltc"],
    ),
    (
        "other:ton:EQD2NmD_lH5f5u1Kj3KfGyTvhZSX0Eg6qp2a5IQUKXxOG21n",
        &[
            "EQD2NmD_lH5f5u1Kj3KfGyTvhZSX0Eg6qp2a5IQUKXxOG21n",
            "EQD2NmD/lH5f5u1Kj3KfGyTvhZSX0Eg6qp2a5IQUKXxOG21n",
            "UQD2NmD_lH5f5u1Kj3KfGyTvhZSX0Eg6qp2a5IQUKXxOGzCi",
            "0:f63660ff947e5fe6ed4a8f729f1b24ef859497d0483aaa9d9ae48414297c4e1b",
        ],
        &["other:ton"],
    ),
    (
        "other:vet:0xcaca08a5053604bb9e9715ed78102dbb392f21ee",
        &[
            "0xcaca08a5053604bb9e9715ed78102dbb392f21ee",
            "caca08a5053604bb9e9715ed78102dbb392f21ee",
            "0XCACA08A5053604BB9E9715ED78102DBB392F21EE",
            "xdccaca08a5053604bb9e9715ed78102dbb392f21ee",
            "XDCCACA08A5053604BB9E9715ED78102DBB392F21EE",
        ],
        &["other:vet", "eip155:1", "eip155:50", "eip155:8217", "other:some-chain", "other:ltc"],
    ),
    (
        "eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96",
        &["0x098b716b8aaf21512996dc57eb0615e2383e2f96"],
        &["other:vet", "eip155:56", "other:xyz"],
    ),
];

#[test]
fn a_listed_address_is_found_in_every_notation_on_every_chain_that_has_it() {
    for (listed, texts, chains) in &LISTED {
        let listings = [listing(listed, None, None)];
        let indexed = screener(&listings, &ExposureTable::default());
        let beside = screener(&[], &ExposureTable::default())
            .with_overlay(Arc::new(Overlay::new().with_listings(listings)));
        for known in [&indexed, &beside] {
            for text in texts.iter() {
                let said = chains.iter().map(|chain| Some(*chain));
                for chain in std::iter::once(None).chain(said) {
                    let answer = ask(known, text, chain, None);
                    assert_eq!(answer.status, Status::Hit, "{listed}: {text} {chain:?}");
                    assert_eq!(answer.matches.len(), 1, "{listed}: {text} {chain:?}");
                }
            }
        }
    }
}

#[test]
fn a_chain_makes_no_address_of_any_text() {
    let known = screener(
        &[
            listing("other:ltc:LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9", None, None),
            listing("other:xmr:hello-listed", None, None),
            listing("eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96", None, None),
        ],
        &ExposureTable::default(),
    );
    for (text, chain) in [
        ("hello", "other:ltc"),
        ("hello", "other:xmr"),
        ("hello", "other:new"),
        ("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH8", "other:ltc"),
        ("0x1111111111111111111111111111111111111111", "other:ltc"),
        ("rDsbeomae4FXwgQTJp9Rs64Qg9vDiTCdBw", "other:xrp"),
        ("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9", "eip155:1"),
    ] {
        let answer = ask(&known, text, Some(chain), None);
        let is_listed = text.ends_with("MH9");
        let expected = if is_listed { Status::Hit } else { Status::Invalid };
        assert_eq!(answer.status, expected, "{text} {chain}: {:?}", answer.notes);
    }
    // What a list has just so is found, and it is said that it is no address.
    let answer = ask(&known, "hello-listed", Some("other:xmr"), None);
    assert_eq!(answer.status, Status::Hit);
    assert!(answer.notes[0].contains("all the same"), "{:?}", answer.notes);
}
