//! Random ledgers.

use hawkshaw_fixture::random::RandomLedger;
use hawkshaw_trace::Detail;

use crate::compare::Question;

/// One ledger in so many is traced in full detail.
const FULL_DETAIL: u64 = 4;

fn check(ledger: &RandomLedger) {
    let full = ledger.seed.is_multiple_of(FULL_DETAIL);
    let assets = ledger.assets();
    let question = Question {
        story: &ledger.story,
        case: &ledger.case,
        assets: &assets,
        stop: &|account| ledger.stop(account),
        detail: if full { Detail::Full } else { Detail::Totals },
    };
    let difference = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| question.difference()));
    match difference {
        Ok(difference) => assert!(difference.is_empty(), "{ledger}{difference}"),
        Err(_) => panic!("{ledger}the trace of this ledger panicked"),
    }
}

fn accounts(seeds: std::ops::Range<u64>) {
    seeds.for_each(|seed| check(&RandomLedger::of_accounts(seed)));
}

fn outputs(seeds: std::ops::Range<u64>) {
    seeds.for_each(|seed| check(&RandomLedger::of_outputs(seed)));
}

#[test]
fn account_ledgers_0() {
    accounts(0..1_000);
}

#[test]
fn account_ledgers_1() {
    accounts(1_000..2_000);
}

#[test]
fn account_ledgers_2() {
    accounts(2_000..3_000);
}

#[test]
fn account_ledgers_3() {
    accounts(3_000..4_000);
}

#[test]
fn utxo_ledgers_0() {
    outputs(0..1_500);
}

#[test]
fn utxo_ledgers_1() {
    outputs(1_500..3_000);
}
