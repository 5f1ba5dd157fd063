//! Several assets, several losers and gainers.

use super::{ALL, check, check_priced, rules};

fn all(places: &str) -> String {
    format!("{ALL}: {places}")
}

/// Two swaps of one sender that have nothing to do with each other.
#[test]
fn two_swaps_in_one_transaction() {
    let trace = check(
        &["steal", "more"],
        "1 steal: victim -> thief 10 ETH
         2 more: victim -> thief 20 DAI
         3: thief -> one 10 ETH, one -> thief 30 USDC, thief -> two 20 DAI, two -> thief 6 WETH by thief",
        &all("held thief USDC 30 [0, 10], held thief WETH 6 [20, 0]"),
    );
    assert!(!rules(&trace).contains(&"ambiguous-swap"), "{:?}", trace.findings);
}

/// The rest of a route comes back in the asset in between. What the pools themselves exchanged
/// says what it is worth: 30 of 60 USDC went on and brought 15 DAI.
#[test]
fn a_rest_in_a_second_asset() {
    let trace = check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> one 10 ETH, one -> router 60 USDC, router -> two 30 USDC, two -> thief 15 DAI, router -> thief 30 USDC by thief",
        &all("held thief DAI 15 [5], held thief USDC 30 [5]"),
    );
    assert!(!rules(&trace).contains(&"ambiguous-swap"), "{:?}", trace.findings);
}

/// Nothing says what two assets are worth beside each other: each counts alike, and that is said
/// with the assets by name.
#[test]
fn nothing_weighs_two_assets() {
    let trace = check(
        &["steal"],
        "1 steal: victim -> thief 11 ETH
         2: thief -> pool 11 ETH, pool -> thief 7 DAI, pool -> thief 9 USDC by thief",
        &all("held thief DAI 7 [5], held thief USDC 9 [6]"),
    );
    let finding = trace.findings.iter().find(|finding| finding.rule == "ambiguous-swap").unwrap();
    let named = [
        "0x6b175474e89094c44da98b954eedeac495271d0f",
        "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
    ];
    assert!(named.iter().all(|asset| finding.text.contains(asset)), "{}", finding.text);
}

/// Prices weigh several assets that are given, too: three quarters of it are tainted.
#[test]
fn prices_weigh_what_is_given() {
    check_priced(
        &["steal"],
        &[("ETH", 3), ("USDC", 1), ("DAI", 1)],
        "1 steal: victim -> thief 10 ETH
         2: thief -> pool 10 ETH, thief -> pool 10 USDC, pool -> thief 40 DAI by thief",
        &all("held thief DAI 30 [10]"),
    );
}

/// A batch: each loser's taint goes on in what he gained, and the settlement keeps nothing.
#[test]
fn several_losers_and_gainers() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> batch 10 ETH, other -> batch 5 ETH, batch -> pool 15 ETH, pool -> batch 45 USDC, batch -> other 15 USDC, batch -> thief 30 USDC by solver",
        &all("held thief USDC 30 [10]"),
    );
}

#[test]
fn a_batch_payout() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: thief -> disperse 10 ETH, disperse -> a 1 ETH, disperse -> b 2 ETH, disperse -> c 3 ETH, disperse -> thief 4 ETH by thief",
        &all("held a ETH 1, held b ETH 2, held c ETH 3, held thief ETH 4"),
    );
}

/// The thief's swap stands between the two of somebody who profits from it, all in one
/// transaction: the profit is of what the thief gave, and the rest is in what he got.
#[test]
fn a_sandwiched_swap() {
    check(
        &["steal"],
        "1 steal: victim -> thief 10 ETH
         2: bot -> pool 50 ETH, pool -> bot 150 USDC, thief -> pool 10 ETH, pool -> thief 27 USDC, bot -> pool 150 USDC, pool -> bot 52 ETH by bot",
        &all("held bot ETH 2, held thief USDC 27 [8]"),
    );
}

/// Half of what goes in is tainted: half of each that comes out is.
#[test]
fn a_half_of_several() {
    check(
        &["steal"],
        "1: mint -> thief 5 ETH
         2 steal: victim -> thief 5 ETH
         3: thief -> pool 10 ETH, pool -> thief 8 DAI, pool -> thief 6 USDC by thief",
        "haircut + fifo + lifo + dirty-first + clean-first: held thief DAI 4 [2], held thief USDC 3",
    );
}

/// A transaction of ten thousand movements is answered, and soon.
#[test]
fn ten_thousand_movements() {
    let mut story = "1 steal: victim -> thief 10000 ETH\n".to_owned();
    for number in 0..2_500 {
        story.push_str(&format!(
            "2 big: thief -> p{number} 4 ETH, p{number} -> q{number} 8 USDC, q{number} -> r{number} 6 DAI, r{number} -> thief 5 DAI\n"
        ));
    }
    let story: hawkshaw_fixture::text::Story = story.parse().unwrap();
    let case = hawkshaw_fixture::text::case_of(&["steal"]);
    let assets = hawkshaw_model::AssetList::built_in();
    let question = crate::compare::Question {
        story: &story,
        case: &case,
        assets: &assets,
        stop: &|_| None,
        mix: &|_| None,
        prices: None,
        detail: hawkshaw_trace::Detail::Totals,
    };
    let started = std::time::Instant::now();
    let trace = question.ask_engine().unwrap();
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
    let accounted = trace.balance[0].as_ref().unwrap()[0].accounted;
    assert_eq!(accounted.to_string(), "10000");
}
