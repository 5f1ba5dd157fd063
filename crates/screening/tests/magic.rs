//! Magic addresses, asked as a client asks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use hawkshaw_model::{Account, Address, ChainId};
use hawkshaw_screening::magic::{Magic, NOTE};
use hawkshaw_screening::{
    Action, AddressIndex, Answer, Coverage, ExposureKind, IndexBuilder, Match, Overlay, Query,
    RuleSet, ScreenError, Screener, Status,
};

fn screener() -> Screener {
    let bytes = IndexBuilder::new().to_bytes().unwrap();
    let index = AddressIndex::from_bytes("empty", bytes).unwrap();
    let rules = Arc::new(RuleSet::built_in());
    Screener::new(Arc::new(index), Arc::new(Overlay::new()), rules, Coverage::default())
}

fn addresses(magic: Magic) -> [String; 2] {
    let script = [&[0x00, 0x14][..], &magic.bytes()].concat().into_boxed_slice();
    [
        Account::new(ChainId::ethereum(), Address::Evm(magic.bytes())).address_for_people(),
        Account::new(ChainId::bitcoin(), Address::Script(script)).address_for_people(),
    ]
}

fn ask(screener: &Screener, address: &str) -> Result<Answer, ScreenError> {
    screener.screen(&Query { address: address.to_owned(), ..Query::default() })
}

#[test]
fn nobody_knows_them_unless_told_to() {
    let screener = screener();
    for magic in Magic::ALL {
        for address in addresses(magic) {
            let answer = ask(&screener, &address).unwrap();
            assert_eq!(answer.status, Status::NotCovered, "{address}");
            assert!(answer.matches.is_empty() && !answer.notes.contains(&NOTE.to_owned()));
        }
    }
}

#[test]
fn each_gets_its_answer_and_says_that_it_is_a_test() {
    let screener = screener().with_magic_addresses();
    for magic in Magic::ALL {
        for address in addresses(magic) {
            if magic == Magic::Fails {
                assert_eq!(ask(&screener, &address).unwrap_err(), ScreenError::Magic);
                continue;
            }
            let answer = ask(&screener, &address).unwrap();
            let status = match magic {
                Magic::NotFound => Status::NotFound,
                Magic::NotCovered => Status::NotCovered,
                _ => Status::Hit,
            };
            assert_eq!(answer.status, status, "{address}");
            assert!(answer.notes.contains(&NOTE.to_owned()));
            assert!(answer.data_version.ends_with("+magic"));
            let kind = match magic {
                Magic::StolenDirect => Some(ExposureKind::Direct),
                Magic::StolenIndirect => Some(ExposureKind::Indirect),
                _ => None,
            };
            let exposed = answer.matches.iter().find_map(|found| match found {
                Match::Exposed { entry, path, .. } => {
                    assert_eq!(path.len(), usize::from(entry.hops) + 1);
                    Some(entry.kind)
                }
                Match::Listed(_) => None,
            });
            assert_eq!(exposed, kind);
        }
    }
}

#[test]
fn the_built_in_rules_stop_what_is_sanctioned_or_stolen() {
    let screener = screener().with_magic_addresses();
    let action = |magic: Magic| {
        let [evm, _] = addresses(magic);
        ask(&screener, &evm).unwrap().decision.action
    };
    assert_eq!(action(Magic::Sanctioned), Action::Reject);
    assert!(action(Magic::StolenDirect) >= Action::Hold);
    assert!(action(Magic::StolenIndirect) >= Action::Review);
    assert!(action(Magic::Mixer) >= Action::Review);
    assert_ne!(action(Magic::NotCovered), Action::Allow);
    assert_ne!(action(Magic::Delisted), Action::Reject);
}

#[test]
fn a_delisting_was_in_force_before() {
    let screener = screener().with_magic_addresses();
    let [evm, _] = addresses(Magic::Delisted);
    let at = |date: &str| {
        let as_of = Some(date.parse().unwrap());
        let query = Query { address: evm.clone(), as_of, ..Query::default() };
        screener.screen(&query).unwrap()
    };
    assert_eq!(at("2022-06-01").decision.action, Action::Reject);
    assert_ne!(at("2024-06-01").decision.action, Action::Reject);
    assert_eq!(at("2019-06-01").status, Status::NotFound);
}

#[test]
fn other_rules_and_lists_leave_them_known() {
    let screener = screener().with_magic_addresses();
    let [evm, _] = addresses(Magic::Mixer);
    for other in [
        screener.with_overlay(Arc::new(Overlay::new())),
        screener.with_rules(Arc::new(RuleSet::built_in())),
        screener.clone().with_magic_addresses(),
    ] {
        assert_eq!(other.data_version(), screener.data_version());
        assert_eq!(ask(&other, &evm).unwrap().status, Status::Hit);
    }
}
