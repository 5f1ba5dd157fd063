//! Borrowing against tainted collateral.

use hawkshaw_fixture::text::{account, asset};

use super::{ALL, check, rules};

fn all(places: &str) -> String {
    format!("{ALL}: {places}")
}

/// The debt token is on the list: the collateral keeps the taint, the loan is beside it.
#[test]
fn a_loan_against_a_receipt() {
    let trace = check(
        &["steal"],
        "1 steal: victim -> thief 10 WETH
         2: thief -> AWETH 10 WETH, mint -> thief 10 AWETH by thief
         3: market -> thief 15 USDC, mint -> thief 15 OWEUSDC by thief
         4: thief -> friend 15 USDC by thief",
        &all("held thief AWETH 10"),
    );
    let [secured] = &trace.secured[..] else { panic!("{:?}", trace.secured) };
    assert_eq!(secured.borrower, account("thief"));
    assert_eq!(secured.lender, account("market"));
    assert_eq!((&secured.asset, secured.amount.to_string()), (&asset("USDC"), "15".to_owned()));
    assert!(secured.is_listed && rules(&trace).contains(&"secured-by-tainted"));
}

/// Collateral and loan in one transaction: no swap, although something was given and received.
#[test]
fn a_loan_in_the_transaction_of_its_collateral() {
    let trace = check(
        &["steal"],
        "1 steal: victim -> thief 10 WETH
         2: thief -> AWETH 10 WETH, mint -> thief 10 AWETH, market -> thief 15 USDC, mint -> thief 15 OWEUSDC by thief",
        &all("held thief AWETH 10"),
    );
    assert_eq!(trace.secured.len(), 1);
}

/// A token that is not on the list says as much where the pool that is given the collateral
/// pays the loan, and as much as the token is minted of.
#[test]
fn a_loan_with_a_debt_token_of_its_own() {
    let trace = check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> bank 10 ETH, bank -> thief 15 USDC, mint -> thief 15 DEBT by thief",
        &all("held bank ETH 10"),
    );
    assert!(!trace.secured[0].is_listed);
}

/// A listed lender that mints no debt token.
#[test]
fn a_loan_of_a_listed_lender() {
    let trace = check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: CUSDC -> thief 15 USDC by thief",
        &all("held thief ETH 10"),
    );
    assert_eq!(trace.secured.len(), 1);
    // Its own token given back for it is no loan.
    let trace = check(
        &["steal"],
        "1 steal: victim -> thief 10 USDC
         2: thief -> CUSDC 10 USDC, CUSDC -> thief 400 CUSDC by thief
         3: thief -> CUSDC 400 CUSDC, CUSDC -> thief 11 USDC by thief",
        &all("held thief USDC 11 [10]"),
    );
    assert!(trace.secured.is_empty());
}

/// What is paid back is paid to the market; the collateral comes back for its receipt.
#[test]
fn a_loan_that_is_paid_back() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 WETH
         2: thief -> AWETH 10 WETH, mint -> thief 10 AWETH, market -> thief 15 USDC, mint -> thief 15 OWEUSDC by thief
         3: thief -> market 15 USDC, thief -> burn 15 OWEUSDC, thief -> burn 10 AWETH, AWETH -> thief 10 WETH by thief",
        &all("held thief WETH 10"),
    );
}

/// Who had no taint borrows for himself.
#[test]
fn a_loan_of_somebody_else() {
    let trace = check(
        &["steal"],
        "1 steal: victim -> thief 10 WETH
         2: market -> other 15 USDC, mint -> other 15 OWEUSDC, thief -> a 1 WETH by other",
        &all("held a WETH 1, held thief WETH 9"),
    );
    assert!(trace.secured.is_empty());
}
