//! Single rules, and verdicts.

use hawkshaw_wallets::change::{Reason, Rule};
use hawkshaw_wallets::fingerprint::{CountClass, FeeClass, OutputOrder};

use crate::told::Told;

/// The points of each reason of an output, `address-type +1 client-change +1`.
fn reasons(told: &Told, tx: &str, vout: usize) -> String {
    let point = |reason: &Reason| format!("{} {:+}", reason.rule.as_str(), reason.points);
    let change = told.change(tx);
    change.outputs[vout].reasons.iter().map(point).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_kind_of_script_tells_change() {
    let told = Told::new(
        "1: a = -> w/a 5000000
         2: p = a:0 -> w/b 2012345, h/shop 2912345",
    );
    assert_eq!(told.verdict("p"), ":0 by 2");
    assert_eq!(reasons(&told, "p", 0), "address-type +1 client-change +1");
    assert_eq!(reasons(&told, "p", 1), "address-type -1 client-change +1");
}

#[test]
fn inputs_of_several_kinds_tell_nothing_of_kinds() {
    let told = Told::new(
        "1: a = -> w/a 5000000
         2: b = -> h/b 5000000
         3: p = a:0, b:0 -> w/c 4912345, h/shop 5012345",
    );
    assert_eq!(reasons(&told, "p", 0), "client-change +1 optimal-change +1 legacy +0");
    assert_eq!(told.verdict("p"), ":0 by 2");
}

#[test]
fn whoever_was_paid_before_is_no_change_address() {
    let told = Told::new(
        "1: old = -> w/shop 5000
         2: a = -> w/a 5000000
         3: p = a:0 -> w/b 2012345, w/shop 2912345",
    );
    // Ahead of nothing, which is more than the other one has.
    assert_eq!(told.verdict("p"), ":0 by 2");
    assert_eq!(
        reasons(&told, "p", 0),
        "address-type +1 client-change +1 one-time-change +0 legacy +0"
    );
    assert_eq!(reasons(&told, "p", 1), "address-type +1 client-change -2");
}

#[test]
fn whoever_is_paid_again_later_is_less_likely_change() {
    let told = Told::new(
        "1: a = -> w/a 5000000
         2: p = a:0 -> w/b 2012345, w/shop 2912345
         3: later = -> w/shop 5000",
    );
    assert_eq!(reasons(&told, "p", 1), "address-type +1 client-change +1 used-again -1");
    assert_eq!(told.verdict("p"), "close");
}

#[test]
fn who_pays_himself_keeps_the_rest() {
    let told = Told::new(
        "1: a = -> w/a 5000000
         2: p = a:0 -> w/shop 1912345, w/a 3012345",
    );
    assert_eq!(told.verdict("p"), ":1 by 3");
    assert_eq!(reasons(&told, "p", 1), "address-reuse +3 address-type +1 larger-share +1");
    assert!(told.change("p").fingerprint.reuses);
    // Crumbs to himself, while another output goes on as this wallet does.
    let told = Told::new(
        "1: a = -> w/a 5000000
         2: p = a:0 -> w/b 4900000, w/a 90000
         3: q = p:0 -> w/c 4000000, h/shop 890000",
    );
    assert_eq!(told.verdict("p"), "only-moved");
}

#[test]
fn round_sums_are_payments() {
    let told = Told::new(
        "1: a = -> w/a 500000000
         2: p = a:0 -> w/shop 20000000, w/b 479990123
         3: q = p:1 -> w/c 250010000, w/d 229970123",
    );
    // 0.2 bitcoin is a multiple of 0.01 and ends in four zeros; the rest is larger too.
    assert_eq!(told.verdict("p"), ":1 by 6");
    assert_eq!(reasons(&told, "p", 0), "address-type +1 client-change +1 power-of-ten -1 round -1");
    // 2.5001 ends in four zeros only.
    assert_eq!(reasons(&told, "q", 0), "address-type +1 client-change +1 round -1");
    assert_eq!(told.verdict("q"), "close");
}

#[test]
fn an_input_that_was_not_needed_speaks_against() {
    let told = Told::new(
        "1: a = -> w/a 3000000
         2: b = -> w/b 1000000
         3: p = a:0, b:0 -> w/c 2912345, w/d 1012345
         4: q = p:1, x:0 w/x 900000 -> w/e 1500001, w/f 400001",
    );
    assert_eq!(told.verdict("p"), "close");
    assert!(
        !reasons(&told, "p", 1).contains("optimal-change"),
        "both are larger: it tells nothing"
    );
    assert_eq!(
        reasons(&told, "q", 1),
        "address-type +1 client-change +1 optimal-change +1 legacy +0"
    );
    assert_eq!(
        reasons(&told, "q", 0),
        "address-type +1 client-change +1 optimal-change -1 larger-share +1"
    );
}

#[test]
fn whoever_spends_it_tells_whose_it_was() {
    let told = Told::new(
        "1: a = -> w/a 5000000
         2: p = a:0 -> w/b 2412345, w/shop 2512345
         3: q = p:0 -> w/c 2000001, h/x 337345
         4: z = -> h/z 1000000
         5: r = p:1, z:0 -> w/hot 3500000",
    );
    let change = told.change("p");
    assert_eq!(change.outputs[0].onward.as_str(), "alike");
    // Spent with another kind of script, which the wallet never used.
    assert_eq!(change.outputs[1].onward.as_str(), "swept");
    assert_eq!(
        reasons(&told, "p", 0),
        "address-type +1 client-change +1 goes-on +2 fixed-fee +1 peeling-chain +0"
    );
    assert_eq!(reasons(&told, "p", 1), "address-type +1 client-change +1 goes-on -1");
    assert_eq!(told.verdict("p"), ":0 by 4");
}

#[test]
fn a_deposit_address_is_emptied_and_does_not_go_on() {
    let story = |to: &str| {
        format!(
            "1: old = -> w/hot 5000
             2: a = -> w/a 5000000
             3: p = a:0 -> w/b 2912345, w/shop 2012345
             4: q = p:0 -> w/c 2000001, h/x 837345
             5: r = p:1 -> {to} 2000345"
        )
    };
    // Into a wallet that others paid, into a tagged service, into a fresh address.
    for (to, onward, verdict) in [
        ("w/hot", "emptied", ":0 by 3"),
        ("h/exchange", "emptied", ":0 by 3"),
        ("w/new", "alike", "alike"),
    ] {
        let told = Told::new(&story(to));
        assert_eq!(told.change("p").outputs[1].onward.as_str(), onward, "{to}");
        assert_eq!(told.verdict("p"), verdict, "{to}");
    }
}

#[test]
fn outputs_that_are_spent_together_are_of_one_hand() {
    let told = Told::new(
        "1: a = -> w/a 5000000
         2: p = a:0 -> w/b 2012345, w/c 2012346, h/shop 900000
         3: q = p:0, p:1 -> w/d 4000000",
    );
    assert_eq!(told.verdict("p"), ":0 :1 by 4");
}

#[test]
fn a_split_that_is_joined_again_is_of_one_hand() {
    let split: Vec<String> = (0..12).map(|n| format!("w/o{n} {}", 100_001 + n)).collect();
    let joined: Vec<String> = (0..12).map(|n| format!("p:{n}")).collect();
    let told = Told::new(&format!(
        "1: a = -> w/a 5000000
         2: p = a:0 -> {}
         3: q = {} -> w/all 1100000",
        split.join(", "),
        joined.join(", ")
    ));
    assert_eq!(told.verdict("p"), ":0 :1 :2 :3 :4 :5 :6 :7 :8 :9 :10 :11 by 4");
    told.check("a:0", "p q |  | unspent | 1100000");
}

#[test]
fn it_abstains_where_nothing_can_be_said() {
    let many: Vec<String> = (0..11).map(|n| format!("w/o{n} {}", 100_001 + n)).collect();
    let told = Told::new(&format!(
        "1: a = -> w/a 5000000, w/b 5000000, w/c 5000000, w/d 5000000
         2: mix = a:0 -> w/e 2000000, w/f 2000000
         3: services = a:1 -> h/exchange 4000000, d/memo 0
         4: tie = a:2 -> w/g 2400001, w/h 2400001
         5: batch = a:3 -> {}",
        many.join(", ")
    ));
    assert_eq!(told.verdict("a"), "coinbase");
    assert_eq!(told.verdict("mix"), "mix");
    assert_eq!(told.verdict("services"), "no-candidate");
    assert_eq!(told.verdict("tie"), "close");
    assert_eq!(told.verdict("batch"), "many-outputs");
    assert!(told.change("batch").outputs.iter().all(|output| output.reasons.is_empty()));
}

#[test]
fn every_rule_has_a_word_of_its_own() {
    let mut words: Vec<&str> = Rule::ALL.iter().map(|rule| rule.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Rule::ALL.len());
}

#[test]
fn a_fingerprint_is_what_the_legs_tell() {
    let told = Told::new(
        "1: a = -> w/a 100000000
         2: p = a:0 -> w/b 40000000, h/shop 59985600, d/x 0",
    );
    let print = told.change("p").fingerprint;
    assert_eq!((print.inputs, print.outputs), (1, 2));
    assert_eq!((print.input_class(), print.output_class()), (CountClass::One, CountClass::Two));
    // 10.5 + 68 + 31 + 34 + 11 virtual bytes, for 14,400 satoshi.
    assert_eq!(print.fee_rate, Some(93_203));
    assert_eq!(print.fee_class(), Some(FeeClass::High));
    assert_eq!(print.order, OutputOrder::Unsorted);
    assert!(!print.reuses);
    assert_eq!(print.to_string(), "1 from p2wpkh, 2 to p2pkh+p2wpkh+data, about 93.2 sat/vB");
}
