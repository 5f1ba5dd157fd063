//! Swaps of one asset for another: who swaps, who passes on, and what is no swap.

use super::{ALL, check, rules};

fn all(places: &str) -> String {
    format!("{ALL}: {places}")
}

#[test]
fn a_route_over_several_pools() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> router 10 ETH, router -> one 10 ETH, one -> two 30 USDC, two -> router 7 DAI, router -> thief 7 DAI",
        &all("held thief DAI 7 [10]"),
    );
}

/// Market makers pass on along the route, whoever is paid at its end.
#[test]
fn a_route_to_another_address() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> one 10 ETH, one -> two 30 USDC, two -> friend 7 DAI by thief",
        &all("held friend DAI 7 [10]"),
    );
}

/// Ether is wrapped on the way: the wrapped token is minted by its own contract.
#[test]
fn a_router_that_wraps() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> router 10 ETH, router -> WETH 10 ETH, mint -> router 10 WETH, router -> pool 10 WETH, pool -> friend 30 USDC by thief",
        &all("held friend USDC 30 [10]"),
    );
}

#[test]
fn wrapping_and_unwrapping() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> WETH 10 ETH, mint -> thief 10 WETH
         3: thief -> burn 4 WETH, WETH -> thief 4 ETH
         4: thief -> burn 2 WETH, WETH -> friend 2 ETH by thief",
        &all("held friend ETH 2, held thief WETH 4, held thief ETH 4"),
    );
}

/// The sender started a drain; the owner of what left is whom it left, and a worthless token
/// that is pushed on the owner takes nothing over.
#[test]
fn a_drainer_is_no_swapper_of_what_others_lose() {
    check(
        &["steal"],
        "1 steal: bank -> owner 10 DAI
         2: owner -> drainer 10 DAI by operator
         3: mint -> drainer 5 JUNK",
        &all("held drainer DAI 10"),
    );
    check(
        &["steal"],
        "1 steal: bank -> owner 10 DAI
         2: owner -> drainer 10 DAI, drainer -> owner 1000 JUNK by operator",
        &all("held drainer DAI 10"),
    );
}

/// A unit of another asset from somebody who takes no part makes no swap of a payment.
#[test]
fn a_unit_of_spam_makes_no_swap() {
    let trace = check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> friend 10 ETH, spammer -> thief 1 USDC by thief",
        &all("held friend ETH 10"),
    );
    assert!(rules(&trace).contains(&"ambiguous-swap"), "{:?}", trace.findings);
}

/// Nor does spam, curated or not, make a swap ambiguous.
#[test]
fn a_unit_of_spam_beside_a_swap() {
    for spam in ["spammer -> thief 1 DAI", "mint -> thief 9 JUNK", "spammer -> pool 1 DAI"] {
        let story = format!(
            "1 steal: victim -> thief 10 ETH
             2: thief -> pool 10 ETH, pool -> thief 30 USDC, {spam} by thief"
        );
        let trace = check(&["steal"], &story, &all("held thief USDC 30 [10]"));
        assert!(!rules(&trace).contains(&"ambiguous-swap"), "{spam}: {:?}", trace.findings);
    }
}

/// Only what goes to the pool is swapped; what goes elsewhere in the transaction goes there.
#[test]
fn a_payment_beside_a_swap_is_a_payment() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> pool 6 ETH, pool -> thief 30 USDC, thief -> a 3 ETH, thief -> b 1 ETH by thief",
        &all("held a ETH 3, held b ETH 1, held thief USDC 30 [6]"),
    );
}

/// Little comes back to the swapper and the rest goes elsewhere: a thief sheds nothing so.
#[test]
fn proceeds_that_are_divided() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> pool 10 ETH, pool -> friend 90 USDC, pool -> thief 10 USDC by thief",
        &all("held friend USDC 90 [9], held thief USDC 10 [1]"),
    );
}

#[test]
fn a_worthless_token_handed_back() {
    for receipt in ["pool -> thief 1000 JUNK", "mint -> thief 1000 JUNK"] {
        let story = format!(
            "1 steal: victim -> thief 10 ETH
             2: thief -> pool 10 ETH, {receipt} by thief"
        );
        check(&["steal"], &story, &all("held pool ETH 10"));
    }
    let trace = check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> JUNK 10 ETH, mint -> thief 1000 JUNK by thief
         3: JUNK -> other 10 ETH by other",
        &all("held other ETH 10"),
    );
    assert!(rules(&trace).contains(&"unverified-swap"), "{:?}", trace.findings);
}

/// A fee on transfer is a movement of its own, to the token's contract or to nobody.
#[test]
fn a_token_that_takes_a_fee_on_transfer() {
    check(
        &["steal thief"],
        "1 steal: victim -> thief 100 TOK
         2: thief -> a 95 TOK, thief -> TOK 5 TOK
         3: a -> b 90 TOK, a -> burn 5 TOK",
        &all("burned TOK 5, held TOK TOK 5, held b TOK 90"),
    );
}

/// What moves although nobody had it is missing data, not stolen value.
#[test]
fn a_token_that_moves_more_than_there_is() {
    check(
        &["steal thief"],
        "1 steal: victim -> thief 10 DAI
         2: thief -> a 1000000 DAI",
        "fifo + clean-first: held a DAI 10
         dirty-first + haircut + lifo: held a DAI 10",
    );
}

#[test]
fn a_flash_loan_leaves_its_profit() {
    check(
        &["steal thief ETH"],
        "1: mint -> pool 500 ETH
         2 steal: lender -> thief 100 ETH, thief -> pool 100 ETH, pool -> thief 130 ETH, thief -> lender 101 ETH by thief",
        &all("held thief ETH 29"),
    );
}

/// A flash loan around a swap: what was borrowed is no part of what was given.
#[test]
fn a_flash_loan_around_a_swap() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: lender -> thief 500 USDC, thief -> pool 500 USDC, thief -> pool 10 ETH, pool -> thief 530 USDC, thief -> lender 500 USDC by thief",
        &all("held thief USDC 30 [10]"),
    );
}

/// Who goes round in a circle of pools gains a little; no taint was given.
#[test]
fn an_arbitrage_circle() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> one 10 ETH, one -> two 30 USDC, two -> thief 11 ETH by thief",
        &all("held thief ETH 10"),
    );
}
