//! Chains of outputs: who paid whom is said only where one paid or one was paid.

use hawkshaw_trace::PatternKind::{FanIn, FanOut, PassThrough, PeelChain, RelayChain};

use crate::told::{check, found, names};

const PEEL: &str = "
    1: steal = u:0 1000 -> thief 1000
    5: p1 = steal:0 -> shop 100, a 890
    10: p2 = p1:1 -> b 780, exchange 100
    15: p3 = p2:0 -> c 670, market 100
    20: p4 = p3:0 -> d 660";

#[test]
fn change_makes_a_peel_chain() {
    check(PeelChain, &["steal:0"], PEEL, "thief a b c d | steal p1 p2 p3 p4 | 100");
    check(RelayChain, &["steal:0"], PEEL, "");
}

#[test]
fn whole_outputs_make_a_relay_chain() {
    let story = "
        1: steal = u:0 1000 -> thief 1000
        5: p1 = steal:0 -> a 999
        10: p2 = p1:0 -> b 998
        15: p3 = p2:0 -> c 997";
    check(RelayChain, &["steal:0"], story, "thief a b c | steal p1 p2 p3 | 100");
}

#[test]
fn change_to_oneself_is_no_payment() {
    let story = "
        1: steal = u:0 1000 -> thief 1000
        5: p1 = steal:0 -> a 300, thief 700
        10: p2 = p1:1 -> b 690";
    check(PassThrough, &["steal:0"], story, "thief | steal p1 p2 | 100");
    assert_eq!(found(&["steal:0"], story).movements, 3);
}

#[test]
fn who_pays_whom_among_many_is_not_said() {
    let outs: Vec<String> = (0..12).map(|n| format!("w{n} 80")).collect();
    let alone = format!(
        "1: steal = u:0 1000 -> thief 1000
         5: mix = steal:0 -> {}",
        outs.join(", ")
    );
    let expected = format!("thief {} | mix | 96", names("w", 12));
    check(FanOut, &["steal:0"], &alone, &expected);
    // A stranger puts in the rest: nobody can tell whose outputs are whose.
    let joined = alone.replace("mix = steal:0", "mix = steal:0, v:0 5000");
    let joined = joined.replace(" 80", " 480");
    check(FanOut, &["steal:0"], &joined, "");
    // Two who were paid by the thief pay in together.
    let two = format!(
        "1: steal = u:0 1000 -> thief 1000
         5: split = steal:0 -> x 500, y 500
         9: mix = split:0, split:1 -> {}",
        outs.join(", ")
    );
    check(FanOut, &["steal:0"], &two, "");
}

#[test]
fn many_holders_who_pay_one_output_are_payers_each() {
    let outs: Vec<String> = (0..10).map(|n| format!("w{n} 100")).collect();
    let ins: Vec<String> = (0..10).map(|n| format!("split:{n}")).collect();
    let story = format!(
        "1: steal = u:0 1000 -> thief 1000
         5: split = steal:0 -> {}
         9: join = {} -> hub 995",
        outs.join(", "),
        ins.join(", ")
    );
    let expected = format!("hub {} | join | 100", names("w", 10));
    check(FanIn, &["steal:0"], &story, &expected);
}
