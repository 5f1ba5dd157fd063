//! Liquidity, vaults and staking: receipts, and what is let out for them.

use super::{ALL, check, check_priced, rules};

fn all(places: &str) -> String {
    format!("{ALL}: {places}")
}

/// The pool holds other people's money, and its own contract mints the receipt.
const FUNDED: &str = "1: mint -> LP 100 ETH, mint -> LP 300 USDC
";

#[test]
fn adding_and_removing_liquidity() {
    let added = format!(
        "{FUNDED}2 steal: victim -> thief 10 ETH
         3: thief -> LP 10 ETH, thief -> LP 30 USDC, mint -> thief 20 LP by thief\n"
    );
    check(&["steal"], &added, &all("held thief LP 10"));
    let removed = format!("{added}4: thief -> burn 20 LP, LP -> thief 9 ETH, LP -> thief 33 USDC");
    let trace =
        check(&["steal"], &removed, "haircut: held thief USDC 16 [5], held thief ETH 4 [5]");
    assert!(rules(&trace).contains(&"ambiguous-swap"), "{:?}", trace.findings);
    assert!(trace.terminals.iter().all(|t| t.account.as_ref() != Some(&super::account("LP"))));
}

/// Prices say how much of what was taken out is what: 9 to 33 thirds.
#[test]
fn prices_weigh_what_is_taken_out() {
    let story = format!(
        "{FUNDED}2 steal: victim -> thief 40 ETH
         3: thief -> LP 40 ETH, mint -> thief 20 LP by thief
         4: thief -> burn 20 LP, LP -> thief 9 ETH, LP -> thief 9 USDC by thief"
    );
    let trace = check_priced(
        &["steal"],
        &[("ETH", 3), ("USDC", 1)],
        &story,
        &all("held thief USDC 9 [10], held thief ETH 9 [30]"),
    );
    assert!(!rules(&trace).contains(&"ambiguous-swap"), "{:?}", trace.findings);
}

/// The liquidity token goes to somebody else: the pool passes on.
#[test]
fn liquidity_added_for_another() {
    let story = format!(
        "{FUNDED}2 steal: victim -> thief 10 ETH
         3: thief -> LP 10 ETH, mint -> friend 20 LP by thief"
    );
    check(&["steal"], &story, &all("held friend LP 20 [10]"));
}

#[test]
fn vault_shares() {
    check(
        &["steal"],
        "1: saver -> SHARE 100 DAI, mint -> saver 90 SHARE
         2 steal: victim -> thief 10 DAI
         3: thief -> router 10 DAI, router -> SHARE 10 DAI, mint -> router 9 SHARE, router -> thief 9 SHARE by thief
         4: thief -> friend 9 SHARE
         5: friend -> burn 9 SHARE, SHARE -> friend 11 DAI
         6: saver -> burn 90 SHARE, SHARE -> saver 99 DAI by saver",
        &all("held friend DAI 11 [10]"),
    );
}

/// A vault that nobody else put anything into may be the thief's own: what was given stays where
/// it went, and comes out again with what the vault pays.
#[test]
fn a_vault_of_which_nothing_is_known() {
    let trace = check(
        &["steal"],
        "1 steal: victim -> thief 10 DAI
         2: thief -> SHARE 10 DAI, mint -> thief 9 SHARE by thief",
        &all("held SHARE DAI 10"),
    );
    assert_eq!(rules(&trace), ["unverified-swap"]);
    check(
        &["steal"],
        "1 steal: victim -> thief 10 DAI
         2: thief -> SHARE 10 DAI, mint -> thief 9 SHARE by thief
         3: thief -> burn 9 SHARE, SHARE -> thief 10 DAI by thief",
        &all("held thief DAI 10"),
    );
}

#[test]
fn staking_receipts() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> STETH 10 ETH, mint -> thief 10 STETH by thief
         3: thief -> pool 10 STETH, pool -> thief 9 WETH by thief",
        &all("held thief WETH 9 [10]"),
    );
}

/// The receipt's contract takes no part: the pool is another one, and the receipt is curated.
#[test]
fn a_receipt_that_another_contract_mints() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> deposits 10 ETH, mint -> thief 9 STETH by thief
         3: thief -> burn 9 STETH, deposits -> thief 10 ETH by thief",
        &all("held thief ETH 10"),
    );
}

/// What a burned receipt brings carries its taint, whatever it is: the receipt is gone.
#[test]
fn a_receipt_for_assets_of_unknown_worth() {
    let story = format!(
        "{FUNDED}2 steal: victim -> thief 10 ETH
         3: thief -> LP 10 ETH, mint -> thief 20 LP by thief
         4: thief -> burn 20 LP, LP -> thief 8 TOK by thief"
    );
    check(&["steal"], &story, &all("held thief TOK 8 [10]"));
}
