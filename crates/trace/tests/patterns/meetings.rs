//! Branches that meet again, and outputs that sleep.

use hawkshaw_trace::PatternKind::{Consolidation, Dormancy};

use crate::told::{check, found, lines, measured};

const SPLIT: &str = "
    1 steal: victim -> thief 1000 ETH
    5 s1: thief -> a 400 ETH
    6 s2: thief -> b 300 ETH
    7 s3: thief -> c 300 ETH
    9 t1: a -> d 400 ETH
    20 m1: b -> hub 300 ETH
    25 m2: c -> hub 290 ETH
    30 m3: d -> hub 400 ETH";

#[test]
fn three_branches_meet_however_long_their_ways() {
    check(Consolidation, &["steal"], SPLIT, "hub d b c | s1 s2 s3 m1 m2 m3 | 99");
    let numbers = measured(Consolidation, &["steal"], SPLIT);
    assert_eq!(
        numbers,
        [
            ("branches", 3),
            ("payments", 3),
            ("largest_branch_billionths", 400_000_000),
            ("seconds", 120),
            ("seconds_since_first_split", 300),
            ("seconds_since_last_split", 276),
        ]
    );
    let all = found(&["steal"], SPLIT).found;
    let told = all.iter().find(|pattern| pattern.kind == Consolidation).unwrap();
    assert!(
        told.text.starts_with(
            "99.00 % of the theft met again at one account within 2 minutes: 3 branches \
             (40.00 %, 30.00 %, 29.00 %) that had split between "
        ),
        "{}",
        told.text
    );
}

#[test]
fn two_branches_are_chance_and_relays_are_no_branches() {
    let two = SPLIT.replace("25 m2: c -> hub 290 ETH", "25 m2: c -> other 290 ETH");
    check(Consolidation, &["steal"], &two, "");
    // One payment, relayed, and paid in three parts.
    let story = "
        1 steal: victim -> thief 1000 ETH
        5 s1: thief -> a 1000 ETH
        6 s2: a -> b 1000 ETH
        7 m1: b -> hub 300 ETH
        8 m2: b -> hub 300 ETH
        9 m3: b -> hub 400 ETH";
    check(Consolidation, &["steal"], story, "");
    // Into a service, where everybody meets.
    check(Consolidation, &["steal"], &SPLIT.replace("hub", "exchange"), "");
    // Too little.
    let dust = SPLIT.replace("steal: victim -> thief 1000", "steal: victim -> thief 100000000");
    check(Consolidation, &["steal"], &dust, "");
}

#[test]
fn what_has_met_is_one_branch_behind() {
    let story = format!(
        "{SPLIT}
        40 x1: hub -> next 500 ETH
        50 x2: hub -> next 490 ETH"
    );
    check(Consolidation, &["steal"], &story, "hub d b c | s1 s2 s3 m1 m2 m3 | 99");
    // Unless it splits again.
    let again = format!(
        "{SPLIT}
        40 x1: hub -> e 500 ETH
        41 x2: hub -> f 300 ETH
        42 x3: hub -> g 190 ETH
        50 y1: e -> last 500 ETH
        51 y2: f -> last 300 ETH
        52 y3: g -> last 190 ETH"
    );
    check(
        Consolidation,
        &["steal"],
        &again,
        "hub d b c | s1 s2 s3 m1 m2 m3 | 99
         last e f g | x1 x2 x3 y1 y2 y3 | 99",
    );
}

#[test]
fn outputs_of_several_branches_meet_in_one_transaction() {
    let split = "
        1: steal = u:0 1000 -> thief 1000
        5: split = steal:0 -> a 400, b 300, c 290
        9: relay = split:0 -> d 390";
    // Into one output: its holder is where they meet.
    let one = format!("{split}\n20: join = relay:0, split:1, split:2 -> hub 970");
    check(Consolidation, &["steal:0"], &one, "hub d b c | split join | 98");
    // Into several: who paid whom is not known, but that they met is.
    let many = format!("{split}\n20: join = relay:0, split:1, split:2 -> x 500, y 470");
    check(Consolidation, &["steal:0"], &many, "d b c | split join | 98");
    let numbers = measured(Consolidation, &["steal:0"], &many);
    assert_eq!((numbers[0], numbers[1]), (("branches", 3), ("payments", 3)));
    // Two of three.
    let two = format!("{split}\n20: join = relay:0, split:1 -> x 350, y 340");
    check(Consolidation, &["steal:0"], &two, "");
}

#[test]
fn peels_of_one_chain_that_are_collected_meet() {
    let story = "
        1: steal = u:0 1000 -> thief 1000
        5: p1 = steal:0 -> a1 900, b1 100
        6: p2 = p1:0 -> a2 800, b2 100
        7: p3 = p2:0 -> a3 700, b3 100
        20: join = p1:1, p2:1, p3:1 -> hub 300";
    check(Consolidation, &["steal:0"], story, "hub b1 b2 b3 | p1 p2 p3 join | 30");
}

#[test]
fn many_branches_are_listed_up_to_a_few() {
    let story = format!(
        "1 steal: victim -> thief 1000 ETH\n{}\n{}",
        lines(9, |n| format!("{} s{n}: thief -> w{n} 100 ETH", 5 + n)),
        lines(9, |n| format!("{} j{n}: w{n} -> hub 100 ETH", 50 + n)),
    );
    let all = found(&["steal"], &story).found;
    let told = all.iter().find(|pattern| pattern.kind == Consolidation).unwrap();
    assert!(
        told.text.contains("9 branches (10.00 %, 10.00 %, 10.00 %, 10.00 %, 10.00 % and 4 more)")
    );
    assert_eq!(told.edges_total, 18);
}

/// Thirty days of blocks of twelve seconds, as stories have them.
const MONTH: u64 = 216_000;

#[test]
fn each_output_sleeps_by_itself() {
    // One output of the address is spent while the other one sleeps on, and back to itself.
    let story = format!(
        "1: steal = u:0 1000 -> thief 600, thief 400
         10: p1 = steal:0 -> x 100, thief 490
         {}: p2 = steal:1 -> y 390",
        1 + MONTH
    );
    check(Dormancy, &["steal:0", "steal:1"], &story, "thief | steal p2 | 40");
    let numbers = measured(Dormancy, &["steal:0", "steal:1"], &story);
    assert_eq!(
        numbers,
        [("rest_seconds", 30 * 86_400), ("rests", 1), ("outputs_woken", 1), ("outputs_asleep", 0)]
    );
    // A block less.
    check(
        Dormancy,
        &["steal:0", "steal:1"],
        &story.replace(&format!("{}:", 1 + MONTH), &format!("{MONTH}:")),
        "",
    );
}

#[test]
fn what_sleeps_still_at_the_end_is_said_to() {
    let story = format!(
        "1: steal = u:0 1000 -> thief 1000
         10: p1 = steal:0 -> a 600, b 390
         20: p2 = p1:0 -> exchange 590
         {}: far = -> miner 50
         {}: wake = p1:1 -> c 380",
        10 + MONTH,
        11 + 2 * MONTH,
    );
    let asleep = story.rsplit_once('\n').unwrap().0;
    // As far as the case is looked at: its last transaction.
    check(Dormancy, &["steal:0"], &story, "b | p1 wake | 39");
    let told = found(&["steal:0"], asleep).found;
    let told: Vec<_> = told.iter().filter(|pattern| pattern.kind == Dormancy).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].numbers[2..], [("outputs_woken", 0), ("outputs_asleep", 1)]);
    assert_eq!(
        told[0].text,
        "39.00 % of the theft lay in 1 output of one account for 30 days and was not moved by \
         2020-10-13T12:28:40Z."
    );
}
