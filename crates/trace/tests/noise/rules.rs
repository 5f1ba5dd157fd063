//! Each rule, each guard, and near misses.

use std::fmt::Write as _;

use hawkshaw_fixture::text::account;
use hawkshaw_model::AssetNames;
use hawkshaw_trace::{Noise, NoiseRule, Stops};

use crate::support::{
    all, counts, findings, ledger_of, names, places, rules, told_of, traced, with,
};

/// Base units of ether: 10^15 is a thousandth.
const MILLI: &str = "1000000000000000";

fn milli(story: &str) -> String {
    story.replace("mETH", "000000000000000 ETH").replace("kETH", "000000000000000000000 ETH")
}

#[test]
fn a_counterfeit_is_told_by_its_name() {
    let story = "1: pool -> me 100 USDT
         2: spam -> me 100 FAKE
         3: spam -> me 100 LONG
         4: shop -> me 100 OTHER
         5: shop -> me 100 NAMELESS";
    let names = names(&[
        ("FAKE", "USD\u{422}", "x"),
        ("LONG", "x", "Tether\u{200b} USD"),
        ("OTHER", "USDT0", "Some Dollar"),
        // The real one is not a counterfeit of itself, whatever it is called.
        ("USDT", "USDC", "USDC"),
    ]);
    assert_eq!(rules(story, &names), ["", "counterfeit", "counterfeit", "", ""]);
    assert_eq!(rules(story, &AssetNames::default()), [""; 5]);
}

#[test]
fn a_movement_of_nothing_is_noise_unless_one_made_it() {
    let story = "1: me -> shop 5 USDC by me
         2: me -> stranger 0 USDC by spam
         3: me -> stranger 0 USDC by me
         4: spam -> me 0 ETH by spam
         5: me -> shop 0 ETH";
    // Native value leaves nobody who does not send it.
    let told = ["", "zero-value", "", "zero-value", ""];
    assert_eq!(rules(story, &AssetNames::default()), told);
}

#[test]
fn a_token_cannot_leave_who_never_had_it() {
    let story = "1: shop -> me 5 HAD
         2: me -> other 100 SPOOF by spam
         3: me -> other 5 HAD by drainer
         4: me -> other 100 OWN by me
         5: me -> other 100 UNKNOWN
         6: me -> other 100 USDC by drainer
         7: maker -> me 9 PASSED, me -> taker 9 PASSED by spam";
    assert_eq!(rules(story, &AssetNames::default()), ["", "spoofed-log", "", "", "", "", "", ""]);
}

#[test]
fn fifty_recipients_are_an_airdrop_and_one_less_is_not() {
    let drop = |token: &str, count: usize, sender: &str| {
        let mut line = format!("9 drop{}: a -> me 7 {token}", token.to_lowercase());
        for number in 1..count {
            write!(line, ", a -> r{number} 7 {token}").unwrap();
        }
        format!("{line} by {sender}\n")
    };
    let story = [
        drop("MANY", 50, "a"),
        drop("FEW", 49, "a"),
        drop("CLAIMED", 60, "me"),
        drop("USDC", 60, "a"),
    ]
    .concat();
    let told = rules(&story, &AssetNames::default());
    assert_eq!(told, ["airdrop", "", "", ""]);
}

#[test]
fn dust_comes_from_strangers_after_the_first_payment() {
    let story = milli(
        "1: funder -> me 20mETH
         2: bridge -> me 300kETH
         3: stranger -> me 20mETH
         4: me -> friend 1kETH
         5: stranger -> me 20mETH
         6: stranger -> me 21mETH
         7: friend -> me 1mETH
         8: bridge -> me 1mETH
         9: partner -> me 1mETH
         10: me -> partner 2mETH
         11: stranger -> me 5mETH by me",
    );
    let told = rules(&story, &AssetNames::default());
    // Before the first payment it may pay for fees; above twenty thousandths it is no dust; a
    // friend, a patron and who is paid later are no strangers; what one fetches oneself counts.
    assert_eq!(told, ["", "", "", "", "", "", "", "", "", "", ""]);
    let alone = milli(
        "1: bridge -> me 300kETH
         2: me -> friend 1kETH
         3: stranger -> me 20mETH
         4: another -> me 21mETH",
    );
    assert_eq!(rules(&alone, &AssetNames::default()), ["", "", "dust", ""]);
    let small =
        milli("1: bridge -> me 199000mETH\n2: me -> friend 1mETH\n3: stranger -> me 20mETH");
    assert_eq!(rules(&small, &AssetNames::default()), ["", "", ""], "not beside 199 ETH");
    assert!(milli("1mETH").starts_with(&MILLI[..1]));
}

#[test]
fn a_look_alike_with_next_to_nothing_is_poisoning() {
    // Names are spelt from the front and filled with zeros behind: `shop` and `shoe` share the
    // first digits and the last.
    let story = milli(
        "1: bank -> me 500kETH
         2: me -> shop 100kETH by me
         3: shoe -> me 1mETH by shoe
         4: me -> shoe 5 SPOOF by shoe
         5: shoe -> me 5 TOKEN by shoe
         6: shoe -> me 1kETH by shoe
         7: me -> shoe 1mETH by me",
    );
    let told = rules(&story, &AssetNames::default());
    // Whoever is paid in the end is no look-alike, but a real counterparty.
    assert_eq!(told, ["", "", "", "spoofed-log", "", "", ""]);
    let without: String = story.lines().take(5).collect::<Vec<_>>().join("\n");
    let told = rules(&without, &AssetNames::default());
    assert_eq!(told, ["", "", "poisoning", "poisoning", "poisoning"]);
    let other = without.replace("shoe", "toes");
    assert_eq!(rules(&other, &AssetNames::default()), ["", "", "dust", "spoofed-log", ""]);
    // A block of a story is twelve seconds: 30 days are 216,000 blocks.
    let late = milli(
        "1: bank -> me 500kETH
         2: me -> shop 100kETH by me
         216002: shoe -> me 1mETH by shoe",
    );
    assert_eq!(rules(&late, &AssetNames::default())[2], "poisoning");
    let later = late.replace("216002", "216003");
    assert_eq!(rules(&later, &AssetNames::default())[2], "dust");
}

#[test]
fn every_rule_can_be_switched_off_alone() {
    let story = milli(
        "1: bank -> me 500kETH
         2: me -> shop 100kETH by me
         3: shoe -> me 1mETH by shoe
         4: me -> other 5 SPOOF by spam",
    );
    let ledger = ledger_of(&story);
    let told =
        |noise| told_of(&ledger, &account("me"), &AssetNames::default(), noise)[2..].to_vec();
    assert_eq!(told(Noise::DROPPED), ["poisoning", "spoofed-log"]);
    assert_eq!(told(Noise::keeping([NoiseRule::Poisoning])), ["dust", "spoofed-log"]);
    assert_eq!(told(Noise::keeping([NoiseRule::SpoofedLog])), ["poisoning", ""]);
    assert_eq!(told(Noise::KEPT), ["", ""]);
}

const SWAP: &str = "1: mint -> victim 1000 USDC
     2 steal: victim -> me 1000 USDC
     3 swap: me -> pool 1000 USDC, pool -> me 500 WETH, spam -> me 7 FAKE by me
     4: me -> end 500 WETH";

#[test]
fn a_swap_is_not_made_ambiguous_by_a_counterfeit() {
    let names = names(&[("FAKE", "WETH", "Wrapped Ether")]);
    let clear = traced(SWAP, &all(), &names);
    assert_eq!(places(&clear), ["held end WETH 500"]);
    assert_eq!(counts(&clear)["counterfeit"], 1);
    assert!(findings(&clear, "ambiguous-swap").is_empty());
    let kept = traced(SWAP, &with(Noise::KEPT, Stops::Inferred), &names);
    assert_eq!(counts(&kept).get("counterfeit"), None);
    for trace in [&clear, &kept] {
        for balance in trace.balance.iter().flatten().flatten() {
            assert_eq!(balance.stolen, balance.accounted);
        }
    }
}

#[test]
fn a_counterfeit_that_is_all_that_was_got_stays() {
    let names = names(&[("FAKE", "WETH", "")]);
    let story = "1: mint -> victim 1000 USDC
         2 steal: victim -> me 1000 USDC
         3 swap: me -> pool 1000 USDC, pool -> me 500 FAKE by me";
    let trace = traced(story, &all(), &names);
    assert_eq!(places(&trace), ["held pool USDC 1000"]);
    assert!(!findings(&trace, "unverified-swap").is_empty());
    assert_eq!(counts(&trace).get("counterfeit"), None);
}

#[test]
fn what_was_stolen_is_no_noise_whatever_it_is_called() {
    let names = names(&[("FAKE", "USDC", "USD Coin")]);
    let story = "1: mint -> victim 1000 FAKE
         2 steal: victim -> me 1000 FAKE
         3: me -> other 400 FAKE
         4: other -> me 100 FAKE";
    let trace = traced(story, &all(), &names);
    assert_eq!(places(&trace), ["held me FAKE 700", "held other FAKE 300"]);
    assert_eq!(counts(&trace).get("counterfeit"), None);
}

#[test]
fn tainted_dust_is_no_noise_and_clean_dust_stays_in_the_balance() {
    let story = milli(
        "1: mint -> victim 900kETH
         2 steal: victim -> me 900kETH
         3: me -> peel 1mETH
         4: stranger -> me 1mETH
         5: me -> end 900kETH",
    );
    let trace = traced(&story, &all(), &AssetNames::default());
    let kept = traced(&story, &with(Noise::KEPT, Stops::Inferred), &AssetNames::default());
    assert_eq!(counts(&trace)["dust"], 1);
    assert!(trace.edges.iter().any(|edge| edge.amount.to_string() == MILLI), "the peel is shown");
    assert_eq!(trace.terminals, kept.terminals);
    assert_eq!(trace.balance, kept.balance);
}
