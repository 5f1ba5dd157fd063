//! Deposit addresses, by their sweeps.

use hawkshaw_model::{Account, AssetNames, CoverageClaim};
use hawkshaw_trace::{Noise, Scene, Stops, Trace, trace};

use crate::support::{all, findings, ledger_of, places, tags, traced, with};

/// Thousandths of an ether.
fn story(text: &str) -> Trace {
    traced(&milli(text), &all(), &AssetNames::default())
}

fn milli(text: &str) -> String {
    text.replace("mETH", "000000000000000 ETH")
}

/// `steal` brings the thief 5 ether and 500 USDC.
const STEAL: &str = "100: mint -> victim 5000mETH, mint -> victim 500 USDC
     101 steal: victim -> thief 5000mETH, victim -> thief 500 USDC\n";

fn after_theft(text: &str) -> Trace {
    story(&format!("{STEAL}{text}"))
}

fn with_past(past: &str, text: &str) -> Trace {
    story(&format!("{past}\n{STEAL}{text}"))
}

/// What is said of deposit addresses: the account's name and whether following stopped.
fn said(trace: &Trace) -> Vec<(String, bool)> {
    let (stops, hops) =
        (findings(trace, "deposit-address"), findings(trace, "possible-deposit-address"));
    stops
        .into_iter()
        .chain(hops)
        .map(|finding| {
            let account: Account = finding.account.as_ref().unwrap().parse().unwrap();
            let name = hawkshaw_fixture::text::name_of(&account);
            (name, finding.rule == "deposit-address")
        })
        .collect()
}

fn is_stop(trace: &Trace) -> bool {
    said(trace) == [("dep".to_owned(), true)]
}

const PAST: &str = "1: mint -> user 9000mETH
     2: user -> dep 3000mETH by user
     3: dep -> hotbank 2990mETH, dep -> fee 1mETH by dep";

#[test]
fn what_was_swept_before_stops() {
    let trace = with_past(PAST, "110: thief -> dep 2000mETH by thief");
    assert_eq!(
        places(&trace),
        [
            "exchange dep ETH 2000000000000000000",
            "held thief ETH 3000000000000000000",
            "held thief USDC 500"
        ]
    );
    let terminal = trace.terminals.iter().find(|t| t.kind.name() == "exchange").unwrap();
    assert_eq!(terminal.actor.as_deref(), Some("bank"));
    let finding = findings(&trace, "deposit-address")[0];
    for part in ["by inference", "exchange of bank", "each payment was swept on", "1 sweep:"] {
        assert!(finding.text.contains(part), "{part}: {}", finding.text);
    }
    assert!(finding.tx.as_ref().unwrap().contains("6c696e6533"), "{finding:?}");
    assert_eq!(with_stops(PAST, Stops::Tagged), Vec::new());
}

fn with_stops(past: &str, stops: Stops) -> Vec<(String, bool)> {
    let text = milli(&format!("{past}\n{STEAL}110: thief -> dep 2000mETH by thief"));
    said(&traced(&text, &with(Noise::DROPPED, stops), &AssetNames::default()))
}

#[test]
fn the_bounds_are_exact() {
    let left = |kept: u32| {
        let past = format!(
            "1: mint -> user 9000mETH
             2: user -> dep 3000mETH by user
             3: dep -> hotbank {}mETH by dep",
            3_000 - kept
        );
        !with_stops(&past, Stops::Inferred).is_empty()
    };
    assert!(left(10), "a hundredth of an ether may stay");
    assert!(!left(11), "more may not");
    let late = |block: u32| {
        let past = format!(
            "1: mint -> user 9000mETH
             2: user -> dep 3000mETH by user
             {block}: dep -> hotbank 3000mETH by dep
             9999: mint -> victim 5000mETH"
        );
        let text =
            format!("{past}\n10000 steal: victim -> thief 5000mETH\n10001: thief -> dep 1mETH");
        !said(&story(&text)).is_empty()
    };
    assert!(late(3_202) && !late(3_203));
}

#[test]
fn tokens_are_swept_to_the_last_unit() {
    let past = |swept: u32| {
        format!(
            "1: mint -> user 700 USDC
             2: user -> dep 300 USDC by user
             3: user -> dep 400 USDC by user
             4: dep -> hotbank {swept} USDC by dep"
        )
    };
    assert_eq!(with_stops(&past(700), Stops::Inferred), [("dep".to_owned(), true)]);
    assert_eq!(with_stops(&past(699), Stops::Inferred), []);
    let text = "110: thief -> dep 500 USDC by thief";
    let trace = with_past(&past(700), text);
    assert!(findings(&trace, "deposit-address")[0].text.contains("swept on together"));
    assert!(places(&trace).contains(&"exchange dep USDC 500".to_owned()));
}

#[test]
fn one_hop_before_a_service_is_followed_and_reported() {
    let trace = after_theft(
        "110: thief -> dep 2000mETH by thief
         111: dep -> hotbank 1995mETH, dep -> fee 1mETH by dep",
    );
    assert_eq!(said(&trace), [("dep".to_owned(), false)]);
    assert!(places(&trace).contains(&"exchange hotbank ETH 1995000000000000000".to_owned()));
}

#[test]
fn who_is_given_the_fee_by_the_service_is_its_address() {
    let swept = "110: thief -> dep 500 USDC by thief
         8000: hotbank2 -> dep 4mETH by hotbank2
         8005: dep -> hotbank 500 USDC, dep -> fee 1mETH by dep";
    let trace = after_theft(swept);
    assert!(is_stop(&trace), "{:?}", trace.findings);
    assert!(findings(&trace, "deposit-address")[0].text.contains("fees of its sweeps in advance"));
    // Somebody else's gas proves nothing, and an hour is over after 300 blocks.
    let trace = after_theft(&swept.replace("hotbank2 ->", "somebody ->"));
    assert_eq!(said(&trace), [], "too late for a sweep without the service's gas");
    assert_eq!(said(&after_theft(&swept.replace("8005", "8301"))), []);
}

#[test]
fn who_is_made_to_pay_by_others_is_a_forwarder() {
    let text = "110: thief -> dep 500 USDC by thief
         9000: dep -> hotbank 500 USDC by keeper
         9001: thief -> dep 1000mETH by thief
         9002: dep -> hotbank 1000mETH by keeper";
    let trace = after_theft(text);
    assert!(is_stop(&trace), "{:?}", trace.findings);
    assert!(findings(&trace, "deposit-address")[0].text.contains("others made it pay on"));
    assert_eq!(said(&after_theft(&text.replace("keeper", "dep"))), []);
}

#[test]
fn who_pays_anybody_else_is_none() {
    for other in [
        "4: dep -> shop 1mETH by dep",
        "4: dep -> hotother 1mETH by dep",
        "4: dep -> hot 1mETH by dep",
        "4: dep -> mixer 1mETH by dep",
        "4: dep -> burn 1 USDC by dep",
        "4: dep -> shop 5 TOKEN by dep",
    ] {
        let past = format!("{PAST}\n{other}");
        let text = milli(&format!("{past}\n{STEAL}110: thief -> dep 2000mETH by thief"));
        assert_eq!(said(&traced(&text, &all(), &AssetNames::default())), [], "{other}");
    }
    // What others make a token say does not count, nor another account of the same service.
    for other in [
        "4: dep -> shop 5 TOKEN by spam",
        "4: user -> dep 100mETH by user\n5: dep -> hotbank7 100mETH by dep",
    ] {
        assert_eq!(with_stops(&format!("{PAST}\n{other}"), Stops::Inferred).len(), 1, "{other}");
    }
}

#[test]
fn who_only_pays_a_mixer_pays_for_himself() {
    assert_eq!(with_stops(&PAST.replace("hotbank", "mixer"), Stops::Inferred), []);
}

#[test]
fn customers_are_none() {
    // What a service pays back is for a customer.
    let past = format!("{PAST}\n4: hotbank2 -> dep 5 USDC by hotbank2");
    assert_eq!(with_stops(&past, Stops::Inferred), []);
    // What another service pays in is a deposit like any other.
    let past = format!("{PAST}\n4: hotother -> dep 5 USDC by hotother");
    assert_eq!(with_stops(&past, Stops::Inferred).len(), 1);
}

#[test]
fn the_recipient_of_a_theft_is_none() {
    let text = "1: mint -> user 9000mETH, mint -> victim 5000mETH
         2: user -> thief 3000mETH by user
         3: thief -> hotbank 2990mETH by thief
         4 steal: victim -> thief 5000mETH
         5: thief -> hotbank 5000mETH by thief";
    let trace = story(text);
    assert_eq!(said(&trace), []);
    // Ten thousandths were left before, and leave first.
    assert!(places(&trace).iter().any(|place| place.starts_with("exchange hotbank")));
}

#[test]
fn many_payers_are_said_to_be_nested() {
    let past = |count: u32| {
        let mut past = "1: mint -> user 9000mETH\n".to_owned();
        for number in 0..count {
            past.push_str(&format!("2 in{number}: p{number} -> dep 100mETH by p{number}\n"));
        }
        format!("{past}3: dep -> hotbank {}mETH by dep", 100 * count)
    };
    for (payers, is_nested) in [(48, false), (50, true)] {
        let trace = with_past(&past(payers), "110: thief -> dep 2000mETH by thief");
        let trace_text = &findings(&trace, "deposit-address")[0].text;
        assert_eq!(trace_text.contains("nested"), is_nested, "{payers}: {trace_text}");
    }
}

#[test]
fn what_the_data_do_not_cover_is_not_decided() {
    let text = milli(&format!("{PAST}\n{STEAL}110: thief -> dep 2000mETH by thief"));
    let ledger = ledger_of(&text);
    let mut case = hawkshaw_fixture::text::case_of(&["steal"]);
    let (assets, options) = (hawkshaw_model::AssetList::built_in(), all());
    let mut answers = Vec::new();
    for covered in [vec!["thief"], vec!["thief", "dep"]] {
        let covered = covered.into_iter().map(hawkshaw_fixture::text::account).collect();
        case.coverage = CoverageClaim::Only(covered);
        answers.push(said(&trace(&Scene::new(&ledger, &case, &assets, &tags, &options)).unwrap()));
    }
    assert_eq!(answers, [vec![], vec![("dep".to_owned(), true)]]);
    // More left than ever came: something before is missing.
    let short = PAST.replace("2990", "3001");
    assert_eq!(with_stops(&short, Stops::Inferred), []);
}

#[test]
fn dust_does_not_make_a_deposit_address_somebody() {
    let past =
        format!("{PAST}\n4: stranger -> dep 1 ETH by stranger\n5: spam -> dep 7 JUNK by spam");
    assert_eq!(with_stops(&past, Stops::Inferred).len(), 1);
}
