//! Policies, netting, thefts, fees and outputs.

use super::check;

/// *Clayton's Case* (1816): what came first leaves first.
#[test]
fn every_policy_takes_its_own_part() {
    check(
        &["steal"],
        "1: mint -> x 10 ETH
         2 steal: victim -> x 10 ETH
         3: x -> y 12 ETH",
        "fifo + clean-first: held x ETH 8, held y ETH 2
         lifo + dirty-first: held y ETH 10
         haircut: held x ETH 4, held y ETH 6
         poison: held x ETH 10, held y ETH 12",
    );
}

/// *Roscoe v Winder* [1915]: what has left is not made good by what comes later.
#[test]
fn the_lowest_intermediate_balance_stays() {
    check(
        &["steal"],
        "1: mint -> x 10 ETH
         2 steal: victim -> x 10 ETH
         3: x -> y 15 ETH
         4: mint -> x 20 ETH
         5: x -> z 20 ETH",
        "clean-first: held x ETH 5, held y ETH 5
         fifo: held y ETH 5, held z ETH 5",
    );
}

/// A third of one unit is none; the last unit takes what is left.
#[test]
fn haircut_rounds_down_until_the_last_unit() {
    check(
        &["steal"],
        "1: mint -> x 2 ETH
         2 steal: victim -> x 1 ETH
         3: x -> a 1 ETH
         4: x -> b 1 ETH
         5: x -> c 1 ETH",
        "haircut: held c ETH 1",
    );
}

#[test]
fn a_swap_yields_at_least_one_unit() {
    check(
        &["steal"],
        "1: mint -> thief 999 ETH
         2 steal: victim -> thief 1 ETH
         3: thief -> pool 1000 ETH, pool -> thief 5 USDC",
        "haircut + dirty-first + clean-first + fifo + lifo: held thief USDC 1
         poison: held thief USDC 5, held thief ETH 1",
    );
}

/// The first k runs get ⌊5 · their length / 1000⌋ units together.
#[test]
fn runs_are_converted_by_their_sums() {
    check(
        &["steal"],
        "1 steal: victim -> thief 300 ETH
         2: mint -> thief 700 ETH
         3: thief -> pool 1000 ETH, pool -> thief 5 USDC",
        "fifo + haircut: held thief USDC 1 [300]",
    );
}

#[test]
fn who_passes_on_what_he_is_paid_is_transparent() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> router 10 ETH, router -> a 6 ETH, router -> b 4 ETH",
        "fifo + lifo + haircut + dirty-first + clean-first: held a ETH 6, held b ETH 4",
    );
}

#[test]
fn so_is_who_pays_before_he_is_paid() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: router -> a 10 ETH, a -> b 3 ETH, thief -> router 10 ETH",
        "fifo + haircut: held a ETH 7, held b ETH 3",
    );
}

/// Whoever looks up unit for unit who filled a promise that was handed back never comes to an
/// end here.
#[test]
fn a_promise_handed_back_is_no_debt() {
    check(
        &["steal"],
        "1 steal: victim -> thief 4 ETH
         3 loan: x -> y 1000000000000000000000000000000 ETH
         3 loan: y -> z 4 ETH
         3 loan: y -> x 999999999999999999999999999996 ETH
         3 loan: thief -> x 4 ETH",
        "dirty-first + clean-first + fifo: held z ETH 4",
    );
}

#[test]
fn clean_value_of_the_same_transaction_comes_in_its_order() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: rich -> x 10 ETH, thief -> x 10 ETH
         3: x -> y 15 ETH",
        "fifo: held x ETH 5, held y ETH 5
         lifo: held y ETH 10",
    );
}

/// A sender pays a pool, which pays a third party.
#[test]
fn a_market_maker_keeps_no_taint() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> pool 10 ETH, pool -> a 20 USDC, pool -> b 10 USDC",
        "fifo + lifo + haircut + dirty-first: held a USDC 20 [6], held b USDC 10 [4]
         poison: held a USDC 20, held b USDC 10, held thief ETH 10",
    );
}

#[test]
fn taint_stays_with_what_was_given_for_a_worthless_token() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> pool 10 ETH, pool -> thief 1000000 JUNK",
        "fifo + lifo + haircut + dirty-first + clean-first: held pool ETH 10",
    );
}

/// What a tainted friend adds to the proceeds keeps its own taint.
#[test]
fn a_gift_is_no_proceeds() {
    check(
        &["steal", "more"],
        "1 steal: victim -> thief 10 ETH
         2 more: victim -> friend 7 USDC
         3: thief -> pool 10 ETH, pool -> thief 20 USDC, friend -> thief 7 USDC by thief",
        "fifo + haircut: held thief USDC 27 [7, 10]",
    );
}

#[test]
fn what_is_stolen_twice_ends_at_its_first_thief() {
    check(
        &["steal", "again"],
        "1 steal: victim -> thief 10 ETH
         2 again: thief -> other 6 ETH",
        "fifo + lifo + haircut + dirty-first + clean-first: \
         held other ETH 6, held thief ETH 4, stolen-again thief ETH 6",
    );
}

#[test]
fn fees_are_paid_last_and_arrive_clean() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> a 6 ETH, thief -> fee:miner 1 ETH
         3: a -> exchange 6 ETH",
        "fifo + lifo + haircut + dirty-first: exchange exchange ETH 6, fee ETH 1, held thief ETH 3",
    );
}

/// 60 clean and 40 tainted units into 50, 30, 10 and a fee of 10.
#[test]
fn a_transaction_with_outputs() {
    check(
        &["b:0"],
        "1: a = -> miner 60
         2: b = -> thief 40
         3: c = a:0, b:0 -> x 50, y 30, z 10",
        "haircut: fee BTC 4, held c:0 BTC 20, held c:1 BTC 12, held c:2 BTC 4
         tiho + lifo + dirty-first: held c:0 BTC 40
         fifo + clean-first: fee BTC 10, held c:1 BTC 20, held c:2 BTC 10
         poison: fee BTC 10, held c:0 BTC 50, held c:1 BTC 30, held c:2 BTC 10",
    );
}

#[test]
fn an_output_stolen_twice_and_one_that_nobody_can_spend() {
    check(
        &["a:0", "b:1"],
        "1: a = -> thief 10
         2: b = a:0 -> data 4, other 6",
        "fifo + haircut + tiho: burned data BTC 4, held b:1 BTC 6, stolen-again b:1 BTC 6",
    );
}
