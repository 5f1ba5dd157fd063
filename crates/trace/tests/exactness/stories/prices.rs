//! A swap must be worth something, where prices say what it is worth.

use super::{ALL, check_priced, rules};

const PRICES: [(&str, u32); 2] = [("ETH", 10), ("USDC", 1)];

fn all(places: &str) -> String {
    format!("{ALL}: {places}")
}

fn swapped_for(usdc: u32) -> String {
    format!(
        "1 steal: victim -> thief 10 ETH
         2: thief -> pool 10 ETH, pool -> thief {usdc} USDC by thief"
    )
}

#[test]
fn half_of_it_is_enough() {
    let trace =
        check_priced(&["steal"], &PRICES, &swapped_for(50), &all("held thief USDC 50 [10]"));
    assert!(rules(&trace).is_empty(), "{:?}", trace.findings);
}

/// The taint stays with what was given, and both values are said.
#[test]
fn less_than_half_is_none() {
    let trace = check_priced(&["steal"], &PRICES, &swapped_for(49), &all("held pool ETH 10"));
    let finding = trace.findings.iter().find(|finding| finding.rule == "unverified-swap").unwrap();
    assert!(finding.text.contains("100.00") && finding.text.contains("49.00"), "{}", finding.text);
}

/// Where one side has no price nothing is checked, and that is said.
#[test]
fn without_a_price_nothing_is_checked() {
    let trace =
        check_priced(&["steal"], &PRICES[..1], &swapped_for(1), &all("held thief USDC 1 [10]"));
    assert_eq!(rules(&trace), ["unpriced-swap"]);
}

/// A market maker that pays somebody else a trifle keeps what it was given.
#[test]
fn a_trifle_for_somebody_else() {
    check_priced(
        &["steal"],
        &PRICES,
        "1 steal: victim -> thief 10 ETH
         2: thief -> pool 10 ETH, pool -> friend 1 USDC by thief",
        &all("held pool ETH 10"),
    );
}
