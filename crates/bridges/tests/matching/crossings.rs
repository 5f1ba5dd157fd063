//! Legs as crossings.

use std::collections::BTreeSet;

use hawkshaw_bridges::{Leg, MatchOptions, Side, TokenMap, Trust, crossings};
use hawkshaw_model::{Amount, Crossing, Grade, LinkClass};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

use crate::world::{Habit, World, leg, token};

const START: u64 = 1_650_000_000;
const VICTIM: &str = "00000000000000000000000000000000000000a1";

/// A swap: another asset comes out.
fn swap(side: Side, time: u64, amount: u64, id: &str) -> Leg {
    let far = side == Side::Payout;
    let mut leg = leg(side, far, START + time, time * 97 + amount);
    leg.asset = Some(token(if far { 1 } else { 0 }, far));
    leg.amount = Some(Amount::from(amount));
    leg.id = Some(id.to_owned());
    leg.receiver = Some(VICTIM.to_owned());
    leg
}

fn found(legs: &[Leg]) -> Vec<Crossing> {
    crossings(legs, &MatchOptions::default())
}

fn parts(crossing: &Crossing) -> Vec<Amount> {
    crossing.payouts.iter().map(|payout| payout.part).collect()
}

#[test]
fn a_streaming_swap_with_a_refund_before_its_payouts_is_divided() {
    let deposit = swap(Side::Deposit, 0, 1_000, "tx");
    let refund = swap(Side::Refund, 30, 100, "tx");
    let payouts = [swap(Side::Payout, 90, 20, "tx"), swap(Side::Payout, 60, 70, "tx")];
    let legs = [&payouts[..], &[refund, deposit]].concat();
    let found = found(&legs);
    let [crossing] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((crossing.class, crossing.grade), (LinkClass::Identifier, Grade::Protocol));
    // In the order of time: the refund, then 70 and 20 of 90 parts of what is left.
    assert_eq!(parts(crossing), [100u64, 700, 200].map(Amount::from));
    assert_eq!(crossing.payouts[0].passage.asset, crossing.deposit.asset);
    let account = crossing.payouts[1].passage.account.as_ref().unwrap().to_string();
    assert!(account.to_lowercase().ends_with(VICTIM), "{account}");
    assert_eq!(crossing.id.as_deref(), Some("tx"));
}

#[test]
fn a_deposit_without_payout_says_where_it_goes() {
    let far_chain = Some("eip155:56".parse().unwrap());
    let deposit = Leg { far_chain: far_chain.clone(), ..swap(Side::Deposit, 0, 1_000, "tx") };
    let found = found(&[deposit]);
    assert_eq!(found.len(), 1);
    assert!(found[0].payouts.is_empty());
    assert_eq!(found[0].candidates, 0);
    assert_eq!(found[0].destination.chain, far_chain);
    assert_eq!(found[0].destination.receiver.as_deref(), Some(VICTIM));
}

#[test]
fn what_contradicts_is_no_payout() {
    let other = Leg { receiver: Some("00".repeat(19) + "b0"), ..swap(Side::Payout, 60, 9, "tx") };
    let found = found(&[swap(Side::Deposit, 0, 1_000, "tx"), other]);
    assert!(found[0].payouts.is_empty());
}

#[test]
fn a_claim_is_no_proof_and_an_unknown_contract_takes_nothing_from_a_known_one() {
    let claim = |leg: Leg| Leg { trust: Trust::Claim, ..leg };
    let found_of =
        found(&[claim(swap(Side::Deposit, 0, 9, "tx")), swap(Side::Payout, 60, 9, "tx")]);
    assert_eq!((found_of[0].class, found_of[0].grade), (LinkClass::Identifier, Grade::Inference));
    let unknown = |leg: Leg| Leg { trust: Trust::Unknown, ..leg };
    let real = [swap(Side::Deposit, 0, 9, "tx"), swap(Side::Payout, 60, 9, "tx")];
    // A forged deposit with the identifier, and a forged payout of a real deposit.
    let forged = [
        unknown(swap(Side::Deposit, 1, 9, "tx")),
        swap(Side::Deposit, 5, 70, "open"),
        unknown(swap(Side::Payout, 70, 7, "open")),
    ];
    let found = found(&[&real[..], &forged[..]].concat());
    let summary: Vec<_> = found.iter().map(|c| (c.class, c.payouts.len())).collect();
    let expected =
        [(LinkClass::Identifier, 1), (LinkClass::Statistics, 0), (LinkClass::Statistics, 1)];
    assert_eq!(summary, expected);
    assert_eq!(found[2].grade, Grade::Inference);
}

#[test]
fn several_that_fit_are_shown_with_their_number() {
    let legs: Vec<Leg> =
        [(Side::Deposit, 0), (Side::Deposit, 1), (Side::Payout, 9_000), (Side::Payout, 9_001)]
            .into_iter()
            .map(|(side, time)| Leg {
                id: None,
                asset: Some(token(0, side == Side::Payout)),
                ..swap(side, time, 1_000, "")
            })
            .collect();
    let mut token_map = TokenMap::new();
    token_map.add(&token(0, false), &token(0, true));
    let options = MatchOptions { token_map, ..MatchOptions::default() };
    let found = crossings(&legs, &options);
    assert_eq!(found.len(), 2);
    for crossing in &found {
        assert_eq!((crossing.class, crossing.candidates), (LinkClass::Statistics, 2));
        assert_eq!(parts(crossing), [Amount::from(1_000u64)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_deposit_crosses_once_and_no_payout_twice(
        seed in any::<u64>(), users in 1u64..20, fee_ppm in 0u64..10_000, wrong_ids in proptest::sample::select(vec![0u64, 5, 40]),
    ) {
        let habit = Habit { passages: 120, users, fee_ppm, wrong_ids, ..Habit::PLAIN };
        let world = World::new(seed, habit);
        let legs: Vec<Leg> = world.payouts.iter().chain(&world.deposits).cloned().collect();
        let options = MatchOptions { token_map: world.tokens.clone(), ..MatchOptions::default() };
        let found = crossings(&legs, &options);
        prop_assert_eq!(found.len(), world.deposits.len());
        let mut payouts = BTreeSet::new();
        for crossing in &found {
            let mut left = crossing.deposit.amount;
            for payout in &crossing.payouts {
                let key = (payout.passage.tx.clone(), payout.passage.event);
                prop_assert!(payouts.insert(key));
                let rest = left.checked_sub(payout.part);
                prop_assert!(rest.is_some());
                left = rest.unwrap();
            }
            if wrong_ids == 0 && crossing.payouts.len() == 1 {
                prop_assert!(left.is_zero(), "a deposit that is paid is explained");
            }
        }
        let mut mirrored = legs;
        mirrored.reverse();
        prop_assert_eq!(found, crossings(&mirrored, &options));
    }
}
