//! Small ledgers, with numbers worked out by hand.

use hawkshaw_fixture::text::{account, bitcoin_account, case_of};
use hawkshaw_model::{Amount, Timestamp};
use hawkshaw_screening::{Category, Direction, ExposureKind, ReplaySettings};

use crate::{bitcoin_tags, ledger, lines, table, tags};

#[test]
fn received_and_sent_are_told_apart() {
    let story = "1: clean -> a 30 ETH\n2: mixer -> a 10 ETH\n3: a -> b 20 ETH\n4: b -> scam 20 ETH";
    let tags = tags(&["mixer mixing_service Mixer", "scam scam Scam"]);
    let found = table(&ledger(&story.parse().unwrap()), &tags, &[], &ReplaySettings::default());
    // Backwards, a is paid 20 by b, beside the 20 that it keeps, and pays 10, then 30. Of 40 half
    // is tainted: of 10 most 10, a half 5, at least none; of the last 30 most 10, half, all.
    let mut lines = lines(&found);
    lines.sort();
    assert_eq!(
        lines,
        [
            "a received direct mixer Mixer ETH 10/10/10 1: a<mixer",
            "a sent indirect scam Scam ETH 20/20/20 2: a<b<scam",
            "b received indirect mixer Mixer ETH 10/5/0 2: b<a<mixer",
            "b sent direct scam Scam ETH 20/20/20 1: b<scam",
            "clean sent indirect scam Scam ETH 10/15/20 3: clean<a<b<scam",
            "mixer sent indirect scam Scam ETH 10/5/0 3: mixer<a<b<scam",
            "scam received indirect mixer Mixer ETH 10/5/0 3: scam<b<a<mixer",
        ]
    );
    let of = |name: &str| found.exposed.iter().find(|e| e.account == account(name)).unwrap();
    let total = |name: &str, direction| {
        let totals = &of(name).totals;
        totals.iter().find(|total| total.direction == direction).unwrap().amount
    };
    assert_eq!(total("a", Direction::Received), Amount::from(40u64));
    assert_eq!(total("a", Direction::Sent), Amount::from(20u64));
    assert_eq!(of("a").entries[0].kind, ExposureKind::Direct);
    let first = found.paths[of("b").entries[0].path.unwrap() as usize].clone();
    assert_eq!(first.step.account, account("b"));
    assert!(first.step.tx.is_some());
}

#[test]
fn what_was_sent_is_told_of_outputs_too() {
    let story =
        "1: m = -> a 50\n2: x = m:0 -> b 30, a 19\n3: y = x:0 -> scam 30\n4: z = x:1 -> c 19";
    let tags = bitcoin_tags(&["scam scam Scam"]);
    let settings = ReplaySettings { directions: vec![Direction::Sent], ..Default::default() };
    let found = table(&ledger(&story.parse().unwrap()), &tags, &[], &settings);
    assert_eq!(
        lines(&found),
        [
            "a sent indirect scam Scam BTC 30/30/30 2: a<b<scam",
            "b sent direct scam Scam BTC 30/30/30 1: b<scam"
        ]
        .iter()
        .map(|line| (*line).to_owned())
        .collect::<Vec<_>>()
    );
}

#[test]
fn tags_that_are_unsure_or_overruled_are_no_sources_and_actors_are_one() {
    let story = "1: a -> x 1 ETH\n1: b -> x 2 ETH\n1: c -> x 4 ETH\n1: d -> x 8 ETH";
    let tags =
        tags(&["a scam Label1 Gang", "b scam Label2 Gang", "c scam Label3", "d exchange Label4"]);
    let found = table(&ledger(&story.parse().unwrap()), &tags, &[], &ReplaySettings::default());
    let mut lines = lines(&found);
    lines.sort();
    // An exchange is of low severity, and not followed if nobody asks for it.
    assert_eq!(
        lines,
        [
            "x received direct scam Gang ETH 3/3/3 1: x<a",
            "x received direct scam Label3 ETH 4/4/4 1: x<c",
        ]
    );
    let asked = ReplaySettings { categories: vec![Category::Exchange], ..Default::default() };
    let found = table(&ledger(&story.parse().unwrap()), &tags, &[], &asked);
    assert_eq!(crate::lines(&found), ["x received direct exchange Label4 ETH 8/8/8 1: x<d"]);
}

#[test]
fn who_is_robbed_sent_nothing_and_neither_did_who_paid_him() {
    let story = "1: saver -> victim 12 ETH\n2 theft: victim -> thief 10 ETH\n\
                 3: funder -> thief 1 ETH\n4: thief -> scam 11 ETH\n5: victim -> scam 1 ETH";
    // With the thief tagged or not: what he took is no payment of the victim's.
    for tagged in [&["scam scam Scam"][..], &["scam scam Scam", "thief hack Thief"]] {
        let ledger = ledger(&story.parse().unwrap());
        let found =
            table(&ledger, &tags(tagged), &[case_of(&["theft"])], &ReplaySettings::default());
        let sent: Vec<String> =
            lines(&found).into_iter().filter(|line| line.contains(" sent ")).collect();
        let expected = [
            "funder sent indirect scam Scam ETH 1/1/1 2: funder<thief<scam",
            "thief sent direct scam Scam ETH 11/11/11 1: thief<scam",
            "victim sent direct scam Scam ETH 1/1/1 1: victim<scam",
            "saver sent indirect scam Scam ETH 1/1/1 2: saver<victim<scam",
        ];
        for line in expected {
            assert!(sent.iter().any(|known| known == line), "{line}: {sent:#?}");
        }
        let of = |name: &str| found.exposed.iter().find(|e| e.account == account(name)).unwrap();
        let is_of_theft =
            |line: &&String| line.starts_with("victim") && !line.contains(" scam Scam ");
        assert_eq!(sent.iter().filter(is_of_theft).count(), 0, "{sent:#?}");
        let totals = &of("victim").totals;
        let total = totals.iter().find(|total| total.direction == Direction::Sent).unwrap();
        assert_eq!(total.amount, Amount::from(1u64), "what was taken is not sent");
    }
}

#[test]
fn who_is_robbed_is_not_blamed_where_other_entries_of_the_case_are_missing() {
    let story = "1 theft: victim -> thief 10 ETH\n2: a -> thief 1 ETH";
    let cases = [case_of(&["theft", "elsewhere"])];
    let settings = ReplaySettings { directions: vec![Direction::Sent], ..Default::default() };
    let found =
        table(&ledger(&story.parse().unwrap()), &tags(&["thief scam Thief"]), &cases, &settings);
    assert_eq!(lines(&found), ["a sent direct scam Thief ETH 1/1/1 1: a<thief"]);
}

#[test]
fn a_robbed_source_paid_the_thief_nothing() {
    let story = "1 theft: victim -> thief 10 ETH\n2: victim -> a 5 ETH\n3: thief -> b 10 ETH";
    let tags = tags(&["victim scam Scam"]);
    let settings = ReplaySettings { directions: vec![Direction::Received], ..Default::default() };
    let found = table(&ledger(&story.parse().unwrap()), &tags, &[case_of(&["theft"])], &settings);
    let mut lines = lines(&found);
    lines.sort();
    assert_eq!(
        lines,
        [
            "a received direct scam Scam ETH 5/5/5 1: a<victim",
            "b received indirect stolen-funds A story ETH 10/10/10 2: b<thief<victim",
            "thief received direct stolen-funds A story ETH 10/10/10 1: thief<victim",
        ]
    );
}

#[test]
fn a_source_that_is_robbed_of_an_output_paid_the_thief_nothing() {
    let story = "1: m = -> victim 50\n2: t = m:0 -> thief 40, a 10\n3: u = t:0 -> b 40";
    let tags = bitcoin_tags(&["victim scam Scam"]);
    let cases = [case_of(&["t:0"])];
    let settings = ReplaySettings { directions: vec![Direction::Received], ..Default::default() };
    let found = table(&ledger(&story.parse().unwrap()), &tags, &cases, &settings);
    let mut lines = lines(&found);
    lines.sort();
    assert_eq!(
        lines,
        [
            "a received direct scam Scam BTC 10/10/10 1: a<victim",
            "b received indirect stolen-funds A story BTC 40/40/40 2: b<thief<victim",
            "thief received direct stolen-funds A story BTC 40/40/40 1: thief<victim",
        ]
    );
}

#[test]
fn a_stolen_output_is_no_payment_of_the_victim() {
    let story = "1: m = -> saver 50\n2: s = m:0 -> victim 50\n3: t = s:0 -> thief 40, victim 10\n\
                 4: u = t:0 -> scam 40\n5: v = t:1 -> scam 10";
    let tags = bitcoin_tags(&["scam scam Scam"]);
    let cases = [case_of(&["t:0"])];
    let settings = ReplaySettings { directions: vec![Direction::Sent], ..Default::default() };
    let found = table(&ledger(&story.parse().unwrap()), &tags, &cases, &settings);
    let mut lines = lines(&found);
    lines.sort();
    assert_eq!(
        lines,
        [
            "saver sent indirect scam Scam BTC 10/10/10 2: saver<victim<scam",
            "thief sent direct scam Scam BTC 40/40/40 1: thief<scam",
            "victim sent direct scam Scam BTC 10/10/10 1: victim<scam",
        ]
    );
    let victim = found.exposed.iter().find(|e| e.account == bitcoin_account("victim")).unwrap();
    assert_eq!(victim.totals[0].amount, Amount::from(10u64));
}

#[test]
fn the_ends_of_ways_have_the_times_of_payments_between_them() {
    let story = "1: mixer -> a 1 ETH\n2: mixer -> b 1 ETH\n3: b -> scam 1 ETH\n\
                 4: a -> scam 1 ETH\n5: c -> scam 1 ETH";
    let story = story.parse::<hawkshaw_fixture::text::Story>().unwrap();
    let tags = tags(&["mixer mixing_service Mixer", "scam scam Scam"]);
    let found = table(&ledger(&story), &tags, &[], &ReplaySettings::default());
    let mut seen = 0;
    for exposed in &found.exposed {
        for entry in exposed.entries.iter().filter(|entry| entry.hops == 1) {
            let first = &found.paths[entry.path.unwrap() as usize];
            let last = &found.paths[first.next.unwrap() as usize];
            assert_eq!(first.step.time, last.step.time, "one payment has one time");
            seen += 1;
        }
    }
    assert_eq!(seen, 5);
}

#[test]
fn the_eight_largest_sources_are_named_and_the_others_summed_up() {
    let mut story = String::new();
    let mut tagged = Vec::new();
    for (n, name) in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"].iter().enumerate() {
        story += &format!("1: {name} -> x {} ETH\n", n + 1);
        tagged.push(format!("{name} scam L{name}"));
    }
    let tagged: Vec<&str> = tagged.iter().map(String::as_str).collect();
    let settings = ReplaySettings { directions: vec![Direction::Received], ..Default::default() };
    let found = table(&ledger(&story.parse().unwrap()), &tags(&tagged), &[], &settings);
    let lines = lines(&found);
    assert_eq!(lines.len(), 9);
    assert_eq!(lines[0], "x received direct scam Lj ETH 10/10/10 1: x<j");
    assert_eq!(lines[7], "x received direct scam rest ETH 3/3/3 1: x<b", "{lines:#?}");
    assert_eq!(found.exposed[0].entries[7].sources, 2);
}

#[test]
fn nothing_is_looked_at_from_until_on() {
    let story = "1: scam -> a 1 ETH\n2: scam -> b 1 ETH\n3: scam -> c 1 ETH\n3: c -> scam 1 ETH";
    let story = story.parse::<hawkshaw_fixture::text::Story>().unwrap();
    let until: Timestamp = story.transfers[1].time;
    let settings = ReplaySettings { until: Some(until), ..Default::default() };
    let found = table(&ledger(&story), &tags(&["scam scam Scam"]), &[], &settings);
    assert_eq!(lines(&found), ["a received direct scam Scam ETH 1/1/1 1: a<scam"]);
    assert_eq!(found.as_of, Some(story.transfers[0].time));
}

#[test]
fn a_theft_that_the_ledger_does_not_hold_is_said_and_others_are_followed() {
    let story = "1 theft: victim -> thief 9 ETH\n2: thief -> a 9 ETH";
    let mut other = case_of(&["elsewhere"]);
    other.id = "other".parse().unwrap();
    let cases = [other, case_of(&["theft"])];
    let found =
        table(&ledger(&story.parse().unwrap()), &tags(&[]), &cases, &ReplaySettings::default());
    let mut lines = lines(&found);
    lines.sort();
    assert_eq!(
        lines,
        [
            "a received indirect stolen-funds A story ETH 9/9/9 2: a<thief<victim",
            "thief received direct stolen-funds A story ETH 9/9/9 1: thief<victim",
        ]
    );
    assert_eq!(found.limits.len(), 1);
    assert!(found.limits[0].contains("the case other is not followed"), "{:?}", found.limits);
}
