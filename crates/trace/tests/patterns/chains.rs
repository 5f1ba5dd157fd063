//! Accounts in a row.

use hawkshaw_trace::PatternKind::{PassThrough, PeelChain, RelayChain};

use crate::told::{check, found, measured};

/// A day of blocks.
const DAY: u64 = 7_200;

const RELAY: &str = "
    1 steal: victim -> thief 1000 ETH
    5 r1: thief -> a 1000 ETH
    10 r2: a -> b 990 ETH, a -> fee 1 ETH
    15 r3: b -> c 985 ETH
    20 r4: c -> d 980 ETH";

#[test]
fn a_relay_chain_is_told_from_end_to_end() {
    check(RelayChain, &["steal"], RELAY, "thief a b c d | steal r1 r2 r3 r4 | 100");
    check(PeelChain, &["steal"], RELAY, "");
    let numbers = measured(RelayChain, &["steal"], RELAY);
    let expected = [
        ("steps", 4),
        ("steps_that_paid_aside", 0),
        ("dwell_median_seconds", 60),
        ("seconds", 228),
    ];
    assert_eq!(numbers, expected);
}

#[test]
fn two_accounts_in_a_row_are_no_chain() {
    let story = "
        1 steal: victim -> thief 1000 ETH
        5: thief -> a 1000 ETH
        10: a -> b 990 ETH";
    check(RelayChain, &["steal"], story, "");
}

#[test]
fn a_chain_ends_where_an_account_keeps_much_is_paid_by_others_or_rests() {
    let keeps = RELAY.replace("b -> c 985", "b -> c 800").replace("c -> d 980", "c -> d 790");
    check(RelayChain, &["steal"], &keeps, "");
    let rests = RELAY.replace("15 r3", &format!("{} r3", 4 * DAY));
    let rests = rests.replace("20 r4", &format!("{} r4", 4 * DAY + 5));
    check(RelayChain, &["steal"], &rests, "");
    let other = RELAY
        .replace(
            "5 r1: thief -> a 1000 ETH",
            "
        5 r1: thief -> a 600 ETH
        6 r0: thief -> x 400 ETH
        7 rx: x -> b 400 ETH",
        )
        .replace("a -> b 990", "a -> b 590");
    check(RelayChain, &["steal"], &other, "");
}

#[test]
fn clean_value_on_the_way_does_not_hide_a_chain() {
    let story = "
        1: mint -> b 5000 ETH
        1 steal: victim -> thief 1000 ETH
        5 r1: thief -> a 1000 ETH
        10 r2: a -> b 1000 ETH
        15 r3: b -> c 6000 ETH
        20 r4: c -> d 6000 ETH";
    check(RelayChain, &["steal"], story, "thief a b c d | steal r1 r2 r3 r4 | 100");
}

const PEEL: &str = "
    1 steal: victim -> thief 1000 ETH
    5 p1: thief -> a 900 ETH, thief -> exchange 100 ETH
    10 p2: a -> b 800 ETH
    11 q2: a -> exchange 100 ETH
    15 p3: b -> c 700 ETH
    16 q3: b -> y 50 ETH, b -> z 50 ETH
    20 p4: c -> d 690 ETH";

#[test]
fn a_peel_chain_pays_a_part_aside_at_each_step() {
    check(PeelChain, &["steal"], PEEL, "thief a b c d | steal p1 p2 q2 p3 q3 p4 | 100");
    check(RelayChain, &["steal"], PEEL, "");
    let numbers = measured(PeelChain, &["steal"], PEEL);
    assert_eq!(
        numbers[..5],
        [
            ("steps", 4),
            ("steps_that_paid_aside", 3),
            ("movements_aside", 4),
            ("movements_aside_to_services", 2),
            ("share_aside_billionths", 300_000_000),
        ]
    );
}

#[test]
fn a_step_that_pays_four_or_splits_in_halves_is_no_peel() {
    let four = PEEL.replace("b -> z 50 ETH", "b -> z 30 ETH, b -> w 20 ETH");
    check(PeelChain, &["steal"], &four, "");
    let halves = PEEL.replace("b -> c 700", "b -> c 400").replace("b -> y 50", "b -> y 400");
    let halves = halves.replace("c -> d 690", "c -> d 390");
    check(PeelChain, &["steal"], &halves, "");
}

#[test]
fn dust_aside_makes_no_peel() {
    let story = "
        1 steal: victim -> thief 10000000 ETH
        5 p1: thief -> a 9999990 ETH, thief -> x 10 ETH
        10 p2: a -> b 9999980 ETH, a -> y 10 ETH
        15 p3: b -> c 9999970 ETH, b -> z 10 ETH";
    check(PeelChain, &["steal"], story, "");
    check(RelayChain, &["steal"], story, "thief a b c | steal p1 p2 p3 | 100");
}

#[test]
fn an_account_that_forwards_within_minutes_passes_through() {
    let story = "
        1 steal: victim -> thief 1000 ETH
        2000 t1: thief -> a 600 ETH
        2010 t2: a -> x 300 ETH
        2020 t3: a -> y 271 ETH
        2030 t4: thief -> b 400 ETH
        2040 t5: b -> z 379 ETH";
    check(PassThrough, &["steal"], story, "a | t1 t2 t3 | 60");
    let figures = found(&["steal"], story).passing_through;
    // The thief kept it for hours; `b` kept more than 5 %.
    assert_eq!((figures.intermediaries, figures.forwarding, figures.at_once), (3, 2, 1));
    assert_eq!(figures.dwell_median, Some(120));
}

#[test]
fn five_percent_is_the_border_of_passing_through() {
    let story = |kept: u64| {
        format!(
            "1 steal: victim -> thief 1000 ETH
             2 t1: thief -> a {} ETH",
            1000 - kept
        )
    };
    check(PassThrough, &["steal"], &story(50), "thief | steal t1 | 100");
    check(PassThrough, &["steal"], &story(51), "");
}

#[test]
fn an_account_that_swaps_on_the_way_passes_through_all_the_same() {
    let story = "
        1 steal: victim -> thief 1000 USDC
        2 t1: thief -> a 1000 USDC
        3 swap: a -> pool 1000 USDC, pool -> a 5 ETH by a
        4 t2: a -> b 5 ETH";
    check(PassThrough, &["steal USDC"], story, "thief | steal t1 | 100\na | t1 t2 | 100");
}

#[test]
fn a_market_is_no_account_in_between() {
    let story = "
        1 steal: victim -> thief 1000 USDC
        3 swap: thief -> pool 1000 USDC, pool -> b 5 ETH
        4 t2: b -> c 5 ETH";
    check(PassThrough, &["steal USDC"], story, "thief | steal swap | 100\nb | swap t2 | 100");
}
