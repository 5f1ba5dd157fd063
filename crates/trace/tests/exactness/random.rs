//! Random ledgers.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hawkshaw_fixture::random::RandomLedger;
use hawkshaw_trace::Detail;

use crate::compare::{Question, REFUSED};
use crate::shrink::shrink;

/// One ledger in so many is traced in full detail.
const FULL_DETAIL: u64 = 4;

fn check(ledger: RandomLedger) {
    let found = difference(&ledger);
    if found.is_empty() {
        return;
    }
    let kind = kind_of(&found);
    let fails = |smaller: &RandomLedger| kind_of(&difference(smaller)) == kind;
    let ledger = shrink(ledger, &fails);
    panic!("{ledger}{}", difference(&ledger));
}

/// What is said where a trace panics.
const PANICKED: &str = "tracing it panics\n";

/// Nothing, a refusal, a panic, or another answer: a smaller ledger must show the same kind.
fn kind_of(difference: &str) -> u8 {
    match difference {
        "" => 0,
        refused if refused.starts_with(REFUSED) => 1,
        PANICKED => 2,
        _ => 3,
    }
}

fn difference(ledger: &RandomLedger) -> String {
    let full = ledger.seed.is_multiple_of(FULL_DETAIL);
    let assets = ledger.assets();
    let question = Question {
        story: &ledger.story,
        case: &ledger.case,
        assets: &assets,
        stop: &|account| ledger.stop(account),
        mix: &|tx| ledger.mix(tx),
        prices: ledger.prices.as_ref(),
        detail: if full { Detail::Full } else { Detail::Totals },
    };
    let difference = catch_unwind(AssertUnwindSafe(|| question.difference()));
    difference.unwrap_or_else(|_| PANICKED.to_owned())
}

fn accounts(seeds: Range<u64>) {
    seeds.for_each(|seed| check(RandomLedger::of_accounts(seed)));
}

fn outputs(seeds: Range<u64>) {
    seeds.for_each(|seed| check(RandomLedger::of_outputs(seed)));
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
