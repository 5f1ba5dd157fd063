//! The rules of the matcher, one by one.

use hawkshaw_bridges::{Leg, MatchOptions, Matching, Reason, Side, TokenMap, match_legs};
use hawkshaw_model::{Amount, LinkClass};

use crate::world::{leg, token};

const ALICE: &str = "00000000000000000000000000000000000a11ce";
const BOB: &str = "0000000000000000000000000000000000000b0b";
const DAY: u64 = 86_400;
const START: u64 = 1_650_000_000;

fn deposit(time: u64, amount: u64, id: &str) -> Leg {
    row(Side::Deposit, time, amount, id, ALICE)
}

fn payout(time: u64, amount: u64, id: &str) -> Leg {
    row(Side::Payout, time, amount, id, ALICE)
}

fn row(side: Side, time: u64, amount: u64, id: &str, receiver: &str) -> Leg {
    let far = side == Side::Payout;
    let mut leg = leg(side, far, START + time, time * 7 + amount * 31);
    leg.asset = Some(token(0, far));
    leg.amount = Some(Amount::from(amount));
    leg.id = Some(id.to_owned()).filter(|id| !id.is_empty());
    leg.receiver = Some(receiver.to_owned());
    leg
}

fn to(receiver: &str, leg: Leg) -> Leg {
    Leg { receiver: Some(receiver.to_owned()), ..leg }
}

fn matched(deposits: &[Leg], payouts: &[Leg]) -> Matching {
    let mut token_map = TokenMap::new();
    token_map.add(&token(0, true), &token(0, false));
    token_map.add(&token(1, false), &token(1, true));
    match_legs(deposits, payouts, &MatchOptions { token_map, ..MatchOptions::default() })
}

/// Deposit, payout, class and whether it is accepted.
fn pairs(matching: &Matching) -> Vec<(usize, usize, u8, bool)> {
    let pairs = matching.pairs.iter();
    pairs.map(|pair| (pair.deposit, pair.payout, pair.class.number(), pair.accepted)).collect()
}

#[test]
fn an_id_on_both_sides_is_class_1_also_weeks_later_and_in_parts() {
    let deposits = [deposit(0, 1_000, "a"), deposit(5, 2_000, "b")];
    let payouts = [
        payout(40 * DAY, 999, "a"),
        payout(60, 900, "b"),
        payout(90, 1_050, "b"),
        payout(60, 1_000, "c"),
    ];
    let matching = matched(&deposits, &payouts);
    assert_eq!(pairs(&matching), [(0, 0, 1, true), (1, 1, 1, true), (1, 2, 1, true)]);
    assert_eq!(matching.unmatched_payouts, [3]);
    assert_eq!(matching.unmatched_deposits, [0usize; 0]);
}

#[test]
fn an_id_of_two_protocols_is_two() {
    let other = Leg { bridge: "other".into(), ..payout(60, 1_000, "a") };
    let matching = matched(&[deposit(0, 1_000, "a")], &[other]);
    assert!(matching.pairs.is_empty());
}

#[test]
fn what_contradicts_an_id_is_reported_and_not_accepted() {
    let other_token = Leg { asset: Some(token(1, true)), ..payout(60, 1_000, "a") };
    let other_chain = |leg: Leg| Leg { far_chain: Some("eip155:10".parse().unwrap()), ..leg };
    for (bad, reason) in [
        (to(BOB, payout(60, 1_000, "a")), Reason::OtherReceiver),
        (payout(60, 1_500, "a"), Reason::MoreThanDeposited),
        (other_token, Reason::OtherAsset),
        (other_chain(payout(60, 1_000, "a")), Reason::OtherChain),
    ] {
        // Others teach that the assets have the same decimals.
        let deposits = [deposit(0, 1_000, "a"), to(BOB, deposit(0, 123_456_789, "z"))];
        let payouts = [bad, to(BOB, payout(9, 123_456_789, "z"))];
        let matching = matched(&deposits, &payouts);
        assert_eq!(pairs(&matching), [(0, 0, 1, false), (1, 1, 1, true)], "{reason}");
        assert_eq!(matching.pairs[0].reasons, [reason]);
        assert_eq!(matching.defects.contradicted_ids, 1);
        assert_eq!(matching.unmatched_deposits, [0]);
    }
    let matching = matched(&[deposit(DAY, 1_000, "a")], &[payout(0, 1_000, "a")]);
    assert_eq!(matching.pairs[0].reasons, [Reason::BeforeDeposit]);
}

#[test]
fn an_id_that_two_deposits_carry_proves_nothing() {
    let deposits = [deposit(0, 1_000, "a"), deposit(50, 777, "a")];
    let payouts = [payout(80, 777, "a"), payout(90, 1_000, "a")];
    let matching = matched(&deposits, &payouts);
    assert_eq!(pairs(&matching), [(0, 1, 2, true), (1, 0, 2, true)]);
    assert!(matching.pairs.iter().all(|pair| pair.reasons == [Reason::DuplicatedId]));
    assert_eq!(matching.defects.duplicated_ids, 1);
    // The same deposit twice is one.
    let twice = [deposit(0, 1_000, "a"), deposit(0, 1_000, "a")];
    let matching = matched(&twice, &payouts[1..]);
    assert_eq!(pairs(&matching), [(0, 0, 1, true)]);
    assert_eq!(matching.defects.repeated_rows, 1);
    assert!(matching.unmatched_deposits.is_empty());
}

#[test]
fn an_id_counts_for_each_chain_of_origin() {
    let elsewhere = Leg { chain: "eip155:10".parse().unwrap(), ..to(BOB, deposit(3, 50, "a")) };
    let deposits = [deposit(0, 1_000, "a"), elsewhere];
    let payouts = [to(BOB, payout(70, 50, "a")), payout(80, 1_000, "a")];
    let matching = matched(&deposits, &payouts);
    assert_eq!(pairs(&matching), [(0, 1, 1, true), (1, 0, 1, true)]);
    assert_eq!(matching.defects.duplicated_ids, 0);
}

#[test]
fn more_than_was_deposited_cannot_come_out_under_one_id() {
    let deposits = [deposit(0, 123_456_789, "a")];
    let payouts = [payout(60, 123_456_789, "a"), payout(DAY, 123_456_789, "a")];
    let matching = matched(&deposits, &payouts);
    assert_eq!(matching.defects.overpaid_ids, 1);
    assert!(matching.pairs.iter().all(|pair| pair.class != LinkClass::Identifier));
    assert!(matching.pairs.iter().filter(|pair| pair.accepted).count() <= 1);
}

#[test]
fn only_one_that_fits_is_class_2_however_late() {
    let deposits = [deposit(0, 1_000, ""), deposit(10, 2_000, "")];
    let payouts =
        [payout(45 * DAY, 997, ""), payout(30, 2_000, ""), to(BOB, payout(30, 1_000, ""))];
    let matching = matched(&deposits, &payouts);
    assert_eq!(pairs(&matching), [(0, 0, 2, true), (1, 1, 2, true)]);
    assert_eq!(matching.pairs[0].candidates, 1);
    assert_eq!(matching.unmatched_payouts, [2]);
}

#[test]
fn nothing_is_paid_before_its_deposit_or_beyond_it() {
    let early = [payout(0, 1_000, "")];
    assert!(matched(&[deposit(3_600, 1_000, "")], &early).pairs.is_empty());
    assert_eq!(matched(&[deposit(60, 1_000, "")], &early).pairs.len(), 1, "clocks disagree");
    for amount in [1_002, 940, 0] {
        let matching = matched(&[deposit(0, 1_000, "")], &[payout(60, amount, "")]);
        assert!(matching.pairs.is_empty(), "{amount}");
    }
}

#[test]
fn time_decides_where_only_one_order_is_possible() {
    let deposits = [deposit(0, 1_000, ""), deposit(2 * DAY, 1_000, "")];
    let payouts = [payout(DAY, 1_000, ""), payout(3 * DAY, 1_000, "")];
    let matching = matched(&deposits, &payouts);
    assert_eq!(pairs(&matching), [(0, 0, 2, true), (1, 1, 2, true)]);
}

#[test]
fn equal_deposits_that_anything_fits_are_reported_only() {
    let deposits = [deposit(0, 1_000, ""), deposit(1, 1_000, "")];
    let payouts = [payout(DAY, 1_000, ""), payout(DAY + 1, 1_000, "")];
    let matching = matched(&deposits, &payouts);
    assert_eq!(matching.pairs.len(), 2);
    for pair in &matching.pairs {
        assert_eq!((pair.class, pair.accepted, pair.candidates), (LinkClass::Statistics, false, 2));
        assert_eq!(pair.reasons, [Reason::Ambiguous]);
    }
    assert_eq!((matching.unmatched_deposits.len(), matching.unmatched_payouts.len()), (2, 2));
}

#[test]
fn twenty_thousand_equal_deposits_of_one_receiver_are_taken_in_order() {
    let side = |make: fn(u64, u64, &str) -> Leg, after: u64| -> Vec<Leg> {
        (0..20_000u64).map(|at| make(at * 100 + after, 1_000, "")).collect()
    };
    let deposits = side(deposit, 0);
    let matching = matched(&deposits, &side(payout, 40));
    assert_eq!(matching.pairs.len(), 20_000);
    assert!(matching.pairs.iter().all(|pair| pair.deposit == pair.payout));
    // One less, and nothing is stood for: it is not known which.
    let fewer = side(payout, 40).split_off(1);
    let matching = matched(&deposits, &fewer);
    assert!(matching.pairs.iter().all(|pair| !pair.accepted));
    assert!(matching.pairs.iter().any(|pair| pair.reasons.contains(&Reason::TooMany)));
}

#[test]
fn a_window_leaves_out_what_comes_later() {
    let options = |window| MatchOptions { window, ..MatchOptions::default() };
    let both = |window| {
        let same = |leg: Leg| Leg { asset: Some("eip155:1/slip44:60".parse().unwrap()), ..leg };
        let deposits = [same(deposit(0, 1_000, ""))];
        match_legs(&deposits, &[same(payout(DAY, 1_000, ""))], &options(window)).pairs.len()
    };
    assert_eq!((both(None), both(Some(86_400)), both(Some(100))), (1, 1, 0));
}
