//! One and many.

use hawkshaw_trace::PatternKind::{FanIn, FanOut, GatherScatter, ScatterGather};

use crate::told::{check, found, lines, measured, names};

fn fan_out(payees: usize, apart: usize) -> String {
    let lines = lines(payees, |n| format!("{} f{n}: thief -> w{n} 100 ETH", 10 + n * apart));
    format!("1 steal: victim -> thief {} ETH\n{lines}", payees * 100)
}

#[test]
fn ten_payees_within_a_day_are_a_fan_out() {
    let expected = format!("thief {} | {} | 100", names("w", 10), names("f", 10));
    check(FanOut, &["steal"], &fan_out(10, 5), &expected);
    let numbers = measured(FanOut, &["steal"], &fan_out(10, 5));
    let expected = [("payees", 10), ("payments", 10), ("equal_payments", 10), ("seconds", 540)];
    assert_eq!(numbers, expected);
    check(FanOut, &["steal"], &fan_out(9, 5), "");
    // Ten payees with three hours between each two: nine within a day.
    check(FanOut, &["steal"], &fan_out(10, 900), "");
}

#[test]
fn many_payments_to_few_are_no_fan_out() {
    let lines = lines(40, |n| format!("{} f{n}: thief -> w{} 10 ETH", 10 + n, n % 9));
    check(FanOut, &["steal"], &format!("1 steal: victim -> thief 400 ETH\n{lines}"), "");
}

#[test]
fn a_spray_of_dust_shows_nothing_and_hides_nothing() {
    let dust = lines(300, |n| format!("{} d{n}: thief -> x{n} 9 ETH", 100 + n));
    let story = format!("1 steal: victim -> thief 1000000 ETH\n{dust}");
    let all = found(&["steal"], &story);
    assert_eq!((all.found.len(), all.movements, all.movements_small), (0, 1, 300));
    let real = lines(10, |n| format!("{} f{n}: thief -> w{n} 90000 ETH", 10 + n));
    let expected = format!("thief {} | {} | 90", names("w", 10), names("f", 10));
    let story = format!("1 steal: victim -> thief 1000000 ETH\n{real}\n{dust}");
    check(FanOut, &["steal"], &story, &expected);
}

#[test]
fn only_the_largest_are_listed_and_the_others_are_counted() {
    let mut story = String::from("1 steal: victim -> thief 1000000 ETH\n");
    for hub in 0..30 {
        story.push_str(&format!("2 h{hub}: thief -> hub{hub} {} ETH\n", 20_000 + hub));
        for n in 0..10 {
            story.push_str(&format!("{} h{hub}-{n}: hub{hub} -> w{hub}-{n} 1500 ETH\n", 9_000 + n));
        }
    }
    let all = found(&["steal"], &story);
    let fans: Vec<_> = all.found.iter().filter(|pattern| pattern.kind == FanOut).collect();
    assert_eq!((fans.len(), all.left_out[&FanOut]), (20, 11));
    // The thief himself paid thirty.
    assert_eq!((fans[0].accounts.len(), fans[0].share_billionths), (31, 600_435_000));
}

fn fan_in(payers: usize) -> String {
    let out = lines(payers, |n| format!("{} o{n}: thief -> w{n} 100 ETH", 10 + n * 2_000));
    let back = lines(payers, |n| format!("{} i{n}: w{n} -> hub 99 ETH", 90_000 + n));
    format!("1 steal: victim -> thief {} ETH\n{out}\n{back}", payers * 100)
}

#[test]
fn ten_payers_within_a_day_are_a_fan_in() {
    let expected = format!("hub {} | {} | 99", names("w", 10), names("i", 10));
    check(FanIn, &["steal"], &fan_in(10), &expected);
    check(FanOut, &["steal"], &fan_in(10), "");
    check(FanIn, &["steal"], &fan_in(9), "");
}

#[test]
fn a_service_that_many_pay_collects_nothing() {
    check(FanIn, &["steal"], &fan_in(10).replace("hub", "exchange"), "");
}

fn gather_scatter(out: usize, first_out: usize) -> String {
    let scatter = lines(10, |n| format!("{} s{n}: hub -> v{n} {out} ETH", first_out + n));
    format!("{}\n{scatter}", fan_in(10))
}

#[test]
fn who_gathers_and_then_scatters_is_one_pattern() {
    let story = gather_scatter(95, 91_000);
    let expected = format!(
        "hub {} {} | {} {} | 95",
        names("w", 10),
        names("v", 10),
        names("i", 10),
        names("s", 10)
    );
    check(GatherScatter, &["steal"], &story, &expected);
    check(FanIn, &["steal"], &story, "");
    check(FanOut, &["steal"], &story, "");
}

#[test]
fn who_keeps_a_part_or_scatters_before_only_gathers_and_scatters() {
    // 800 of 990 are less than 90 %.
    check(GatherScatter, &["steal"], &gather_scatter(80, 91_000), "");
    let expected = format!("hub {} | {} | 80", names("v", 10), names("s", 10));
    check(FanOut, &["steal"], &gather_scatter(80, 91_000), &expected);
    // What it had of its own goes first: what is gathered comes later.
    let story = format!(
        "1 own: victim -> hub 990 ETH\n{}",
        gather_scatter(95, 80_000).replace("1 steal", "2 steal")
    );
    check(GatherScatter, &["steal", "own"], &story, "");
}

fn scatter_gather(middles: usize, back: usize) -> String {
    let out = lines(middles, |n| format!("{} o{n}: thief -> m{n} 100 ETH", 10 + n));
    let to = lines(middles, |n| format!("{} t{n}: m{n} -> target 98 ETH", back + n));
    format!("1 steal: victim -> thief {} ETH\n{out}\n{to}", middles * 100)
}

#[test]
fn three_ways_that_meet_again_are_scattered_and_gathered() {
    check(
        ScatterGather,
        &["steal"],
        &scatter_gather(3, 100),
        "thief target m0 m1 m2 | o0 o1 o2 t0 t1 t2 | 98",
    );
    check(ScatterGather, &["steal"], &scatter_gather(2, 100), "");
    // Eight days later.
    check(ScatterGather, &["steal"], &scatter_gather(3, 58_000), "");
}

#[test]
fn the_end_of_scattered_value_may_be_a_service() {
    check(
        ScatterGather,
        &["steal"],
        &scatter_gather(3, 100).replace("target", "exchange"),
        "thief exchange m0 m1 m2 | o0 o1 o2 t0 t1 t2 | 98",
    );
}

#[test]
fn what_a_middle_paid_before_it_was_paid_is_no_way() {
    let story = "
        1 a: victim -> m0 100 ETH, victim -> m1 100 ETH, victim -> m2 100 ETH
        2 steal: victim -> thief 300 ETH
        5: m0 -> target 100 ETH
        6: m1 -> target 100 ETH
        7: m2 -> target 100 ETH
        10: thief -> m0 100 ETH
        11: thief -> m1 100 ETH
        12: thief -> m2 100 ETH";
    check(ScatterGather, &["steal", "a"], story, "");
}
