//! Circles and rests.

use hawkshaw_trace::PatternKind::{Cycle, Dormancy};

use crate::told::{check, found, lines, measured};

const CIRCLE: &str = "
    1 steal: victim -> thief 1000 ETH
    5 c1: thief -> a 500 ETH
    10 c2: a -> b 490 ETH
    15 c3: b -> thief 480 ETH";

#[test]
fn value_that_is_back_within_days_went_in_a_circle() {
    check(Cycle, &["steal"], CIRCLE, "thief a b | c1 c2 c3 | 48");
    assert_eq!(measured(Cycle, &["steal"], CIRCLE), [("accounts", 3), ("seconds", 120)]);
}

#[test]
fn a_refund_a_late_return_and_a_trickle_are_no_circles() {
    let refund = "
        1 steal: victim -> thief 1000 ETH
        5: thief -> a 500 ETH
        10: a -> thief 490 ETH";
    check(Cycle, &["steal"], refund, "");
    check(Cycle, &["steal"], &CIRCLE.replace("15 c3", "21606 c3"), "");
    check(Cycle, &["steal"], &CIRCLE.replace("thief 480", "thief 249"), "");
}

#[test]
fn movements_in_the_wrong_order_are_no_circle() {
    let story = "
        1 own: victim -> a 500 ETH, victim -> b 500 ETH
        1 steal: victim -> thief 1000 ETH
        5: b -> thief 480 ETH
        10: a -> b 490 ETH
        15: thief -> a 500 ETH";
    check(Cycle, &["steal", "own"], story, "");
}

#[test]
fn circles_have_six_accounts_at_most() {
    let ring = |length: usize| {
        let next =
            |n: usize| if n + 1 == length { "thief".to_owned() } else { format!("a{}", n + 1) };
        let from = |n: usize| if n == 0 { "thief".to_owned() } else { format!("a{n}") };
        let lines =
            lines(length, |n| format!("{} c{n}: {} -> {} 500 ETH", 5 + n, from(n), next(n)));
        format!("1 steal: victim -> thief 1000 ETH\n{lines}")
    };
    check(Cycle, &["steal"], &ring(6), "thief a1 a2 a3 a4 a5 | c0 c1 c2 c3 c4 c5 | 50");
    check(Cycle, &["steal"], &ring(7), "");
}

#[test]
fn a_mesh_in_which_all_pay_all_is_searched_to_the_budget() {
    let mut story = String::from("1 steal: victim -> a0 1000000 ETH\n");
    for round in 0..6 {
        for from in 0..14 {
            for to in (0..14).filter(|to| *to != from) {
                let block = 2 + round * 14 + from;
                story.push_str(&format!(
                    "{block} m{round}-{from}-{to}: a{from} -> a{to} 5000 ETH\n"
                ));
            }
        }
    }
    let all = found(&["steal"], &story);
    assert!(all.limits.iter().any(|limit| limit.starts_with("cycle: ")), "{:?}", all.limits);
    assert_eq!(all.found.iter().filter(|pattern| pattern.kind == Cycle).count(), 20);
    assert!(all.left_out[&Cycle] > 0);
}

#[test]
fn value_that_lay_for_a_month_and_was_moved_woke_up() {
    // Blocks of twelve seconds: 216,000 are thirty days.
    let story = "
        1 steal: victim -> thief 1000 ETH
        5 t1: thief -> a 400 ETH
        216005 t2: a -> b 10 ETH
        216010 t3: a -> b 390 ETH";
    check(Dormancy, &["steal"], story, "a b | t1 t2 | 40");
    let numbers = measured(Dormancy, &["steal"], story);
    assert_eq!(numbers, [("rest_seconds", 2_592_000), ("rests", 1)]);
    check(Dormancy, &["steal"], &story.replace("216005", "216004"), "");
}

#[test]
fn dust_does_not_wake_anybody_and_what_lies_still_is_not_awake() {
    let story = "
        1 steal: victim -> thief 1000000 ETH
        100000 d: thief -> x 9 ETH
        200000 e: other -> thief 9 ETH
        216001 t: thief -> a 1000000 ETH";
    check(Dormancy, &["steal"], story, "thief a | steal t | 100");
    check(Dormancy, &["steal"], "1 steal: victim -> thief 1000 ETH\n300000: x -> y 1 ETH", "");
}
