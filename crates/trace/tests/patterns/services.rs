//! Services, mixers, bridges, swaps.

use hawkshaw_trace::PatternKind::{ChainHop, FanOut, MixerEntry, RapidSwap, Structuring};

use crate::told::{check, found, lines, measured, names};

fn payments(
    count: usize,
    payee: impl Fn(usize) -> String,
    amount: impl Fn(usize) -> usize,
) -> String {
    let lines =
        lines(count, |n| format!("{} p{n}: thief -> {} {} ETH", 10 + n * 100, payee(n), amount(n)));
    format!("1 steal: victim -> thief 100000 ETH\n{lines}")
}

#[test]
fn ten_payments_in_a_narrow_band_to_one_service_are_structured() {
    let story = payments(10, |_| "exchange".to_owned(), |n| 1_000 + n * 5);
    let expected = format!("exchange thief | {} | 10", names("p", 10));
    check(Structuring, &["steal"], &story, &expected);
    let numbers = measured(Structuring, &["steal"], &story);
    assert_eq!(numbers, [("payments", 10), ("payers", 1), ("places", 1), ("seconds", 10_800)]);
}

#[test]
fn deposit_addresses_of_one_service_count_together() {
    let story = payments(10, |n| format!("deposit{n}"), |_| 1_000);
    let expected = format!("{} thief | {} | 10", names("deposit", 10), names("p", 10));
    check(Structuring, &["steal"], &story, &expected);
}

#[test]
fn nine_payments_a_wide_band_two_services_or_strangers_are_not_structured() {
    check(Structuring, &["steal"], &payments(9, |_| "exchange".to_owned(), |_| 1_000), "");
    let wide = payments(10, |_| "exchange".to_owned(), |n| 1_000 + n * 6);
    check(Structuring, &["steal"], &wide, "");
    let two = payments(18, |n| ["exchange", "exchange2"][n % 2].to_owned(), |_| 1_000);
    check(Structuring, &["steal"], &two, "");
    check(Structuring, &["steal"], &payments(10, |_| "someone".to_owned(), |_| 1_000), "");
    check(Structuring, &["steal"], &payments(10, |_| "mixer".to_owned(), |_| 1_000), "");
}

#[test]
fn two_bands_at_one_service_are_two_patterns() {
    let story = payments(22, |_| "exchange".to_owned(), |n| if n < 10 { 500 } else { 1_000 });
    let found = found(&["steal"], &story);
    let bands: Vec<u64> = found
        .found
        .iter()
        .filter(|pattern| pattern.kind == Structuring)
        .map(|pattern| pattern.edges_total)
        .collect();
    assert_eq!(bands, [12, 10]);
}

#[test]
fn what_enters_a_mixer_is_listed_with_its_sums() {
    let story = "
        1 steal: victim -> thief 1000 ETH
        2 m1: thief -> mixer 100 ETH
        3 t: thief -> a 300 ETH
        4 m2: a -> mixer 100 ETH
        5 m3: a -> mixer 10 ETH
        6 x: a -> exchange 100 ETH";
    check(MixerEntry, &["steal"], story, "mixer thief a | m1 m2 m3 | 21");
    let numbers = measured(MixerEntry, &["steal"], story);
    let expected =
        [("movements", 3), ("payers", 2), ("different_sums", 2), ("most_frequent_sum", 2)];
    assert_eq!(numbers[..4], expected);
    check(MixerEntry, &["steal"], &story.replace("mixer", "nobody"), "");
}

#[test]
fn what_enters_a_bridge_left_its_chain() {
    let story = "
        1 steal: victim -> thief 1000 ETH
        2 b1: thief -> bridge 250 ETH
        3 b2: thief -> bridge 250 ETH";
    check(ChainHop, &["steal"], story, "thief bridge | b1 b2 | 50");
    check(ChainHop, &["steal"], &story.replace("bridge", "exchange"), "");
}

const SWAP: &str = "
    1 steal: victim -> thief 1000 USDC
    100 swap: thief -> pool 600 USDC, pool -> thief 3 ETH by thief
    300 back: thief -> pool 400 USDC, pool -> thief 2 ETH by thief";

#[test]
fn a_token_that_became_ether_within_the_hour_was_swapped_rapidly() {
    check(RapidSwap, &["steal USDC"], SWAP, "thief | swap back | 100");
    let numbers = measured(RapidSwap, &["steal USDC"], SWAP);
    let expected = [("swaps", 2), ("seconds_to_first", 1_188), ("seconds_to_last", 3_588)];
    assert_eq!(numbers, expected);
    // 301 blocks of twelve seconds later.
    let late = SWAP.replace("300 back", "302 back");
    check(RapidSwap, &["steal USDC"], &late, "thief | swap | 60");
}

#[test]
fn a_swap_over_another_token_and_by_a_router_counts() {
    let over = "
        1 steal: victim -> thief 1000 USDC
        100 s1: thief -> pool 1000 USDC, pool -> thief 1000 DAI by thief
        200 s2: thief -> pool2 1000 DAI, pool2 -> thief 3 ETH by thief";
    check(RapidSwap, &["steal USDC"], over, "thief | s2 | 100");
    let router = "
        1 steal: victim -> thief 1000 USDC
        3 swap: thief -> pool 1000 USDC, pool -> b 5 ETH";
    check(RapidSwap, &["steal USDC"], router, "b | swap | 100");
}

#[test]
fn other_swaps_are_not_rapid_swaps_to_native() {
    let token = SWAP.replace(" ETH", " DAI");
    check(RapidSwap, &["steal USDC"], &token, "");
    let native = "
        1 steal: victim -> thief 1000 ETH
        5: thief -> pool 1000 ETH, pool -> thief 90 USDC by thief
        6: thief -> pool 90 USDC, pool -> thief 999 ETH by thief";
    check(RapidSwap, &["steal ETH"], native, "");
}

#[test]
fn value_keeps_its_share_through_swaps() {
    // 1,000 USDC become 7 ETH: a tenth of them is a tenth of the theft.
    let fan = lines(10, |n| format!("{} f{n}: thief -> w{n} 7 ETH", 10 + n));
    let story = format!(
        "1 steal: victim -> thief 1000 USDC
         2 swap: thief -> pool 1000 USDC, pool -> thief 140 ETH by thief
         {fan}"
    );
    let expected = format!("thief {} | {} | 50", names("w", 10), names("f", 10));
    check(FanOut, &["steal USDC"], &story, &expected);
    // Of two stolen assets each is half of the theft.
    let story =
        story.replace("-> thief 1000 USDC\n", "-> thief 1000 USDC, victim -> thief 9 DAI\n");
    let expected = format!("thief {} | {} | 25", names("w", 10), names("f", 10));
    check(FanOut, &["steal"], &story, &expected);
}
