//! Matching: with reasons, never by name alone, never twice in silence.

use std::fmt::Write as _;

use hawkshaw_incidents::{IncidentLedger, MatchVerdict, RowMatch, match_rows};

use crate::support::{ledger, table};

const VICTIMS: &str = "
    2017-bithumb | Bithumb, 2017 | Bithumb | 2017-02/2017-07 | 7000000
    2018-bithumb | Bithumb, June 2018 | Bithumb | 2018-06-19/2018-06-20 | 31500000
    2019-bithumb | Bithumb, March 2019 | Bithumb | 2019-03-29 | 19000000
    2021-cream-august | Cream, August 2021 | Cream Finance | 2021-08-30 | 18800000
    2021-cream-october | Cream, October 2021 | Cream Finance | 2021-10-27 | 130000000
    2024-btcturk | BtcTurk, 2024 | BtcTurk | 2024-06-22 | 55000000
    2025-btcturk | BtcTurk, 2025 | BtcTurk | 2025-08-14 | 48000000
    2018-indodax | Indodax, 2018 | Indodax | 2018-09 | 24900000
    2024-indodax | Indodax, 2024 | Indodax | 2024-09-10 | 22000000
    2022-ronin-bridge | Ronin bridge | Ronin Network (Sky Mavis) | 2022-03-23 | 620000000 | 2022-03-29 | Axie Infinity
    2018-marine-chain | Marine Chain | Marine Chain | 2018-04/2018-09 | -
";

fn matches(rows: &str) -> Vec<RowMatch> {
    match_rows(&ledger(VICTIMS), &table(&format!("date,name,amount\n{rows}")))
}

/// Verdict and best candidate of each row.
fn verdicts(rows: &str) -> Vec<String> {
    let shown = |found: &RowMatch| match found.best() {
        Some(best) => format!("{} {}", found.verdict, best.incident),
        None => found.verdict.to_string(),
    };
    matches(rows).iter().map(shown).collect()
}

#[test]
fn thefts_from_one_victim_are_told_apart_by_date_and_amount() {
    let rows = "2018-06-??,Bithumb,31500000\n2019-03-??,Bithumb,16000000\n\
        2021-08-30,CREAM Lending,18800000\n2021,CreamFinanceFlashLoanExploiter,130000000\n\
        2025-08-14,BTCTurk,55000000\n2024-06-22,BTCTurk,54000000\n2024-09-10,Indodax,20000000\n";
    assert_eq!(
        verdicts(rows),
        [
            "same 2018-bithumb",
            "same 2019-bithumb",
            "same 2021-cream-august",
            "same 2021-cream-october",
            "same 2025-btcturk",
            "same 2024-btcturk",
            "same 2024-indodax",
        ]
    );
}

#[test]
fn a_name_alone_matches_nothing() {
    let rows = "2020-01-01,Bithumb,5000000\n2023-05-05,Indodax,1000000\n2022-10-27,Cream Finance,\n\
        2022-03-23,Unrelated,3000000\n";
    assert_eq!(verdicts(rows), ["new", "new", "new", "new"]);
}

#[test]
fn weak_candidates_are_shown_as_doubtful() {
    // Another name on the day with the amount; the name without date; the year with two thefts.
    let rows = "2022-03-23,Mystery,620000000\n,Ronin,620000000\n2021,Cream,\n\
        2018-01-01,Marine Chain,\n2022-03-25,Ronin,1000\n";
    assert_eq!(
        verdicts(rows),
        [
            "doubtful 2022-ronin-bridge",
            "doubtful 2022-ronin-bridge",
            "doubtful 2021-cream-august",
            "doubtful 2018-marine-chain",
            "likely 2022-ronin-bridge",
        ]
    );
    assert_eq!(matches("2021,Cream,\n")[0].candidates.len(), 2);
}

#[test]
fn each_reason_is_given_in_words() {
    let found = matches("2022-03-29,AXIE-INFINITY,625000000\n");
    let best = found[0].best().unwrap();
    assert_eq!(found[0].verdict, MatchVerdict::Same);
    assert_eq!(best.name.reason, "the same name as `Axie Infinity`");
    assert_eq!(best.date.reason, "the day of the discovery");
    assert_eq!(best.amount.reason, "more than the $620.0 M of press by a factor of 1.009");
    assert_eq!(
        (best.name.score, best.date.score, best.amount.score),
        (Some(100), Some(97), Some(98))
    );
    let found = matches("2018-06,Marine Chain,5\n");
    assert_eq!(found[0].best().unwrap().amount.score, None);
    assert_eq!(found[0].best().unwrap().amount.reason, "nothing to compare");
}

#[test]
fn rows_that_match_the_same_incident_name_each_other() {
    let found = matches(
        "2022-03-23,Ronin,620000000\n2024-09-10,Indodax,22000000\n2022-03-29,Ronin Bridge,600000000\n",
    );
    let also: Vec<Vec<String>> = found
        .iter()
        .map(|found| found.also_matched_by.iter().map(ToString::to_string).collect())
        .collect();
    assert_eq!(
        also,
        [vec!["line 4 (row 3)".to_owned()], vec![], vec!["line 2 (row 1)".to_owned()]]
    );
    let counts: Vec<usize> = found.iter().map(|found| found.also_matched_count).collect();
    assert_eq!(counts, [1, 0, 1]);
}

/// A ledger with one incident for each of so many weeks, and rows of which every second is of it.
fn large(incidents: u32, rows: u32) -> (IncidentLedger, String) {
    let date =
        |day: u32| format!("20{:02}-{:02}-{:02}", 10 + day / 336, day / 28 % 12 + 1, day % 28 + 1);
    let mut lines = String::new();
    for at in 0..incidents {
        let date = date(at * 5);
        let _ = writeln!(
            lines,
            "{}-victim-{at} | Victim{at} Exchange | Victim{at} | {date} | {}",
            &date[..4],
            1_000_000 + at
        );
    }
    let mut text = "date,name,amount\n".to_owned();
    for at in 0..rows {
        let incident = at % incidents;
        let name = if at % 2 == 0 { "Victim" } else { "Nobody" };
        let _ = writeln!(text, "{},{name}{incident},{}", date(incident * 5), 1_000_000 + incident);
    }
    (ledger(&lines), text)
}

#[test]
fn many_rows_are_matched_with_many_incidents() {
    let (ledger, text) = large(1_000, 4_000);
    let found = match_rows(&ledger, &table(&text));
    for (at, found) in found.iter().enumerate() {
        let expected = if at % 2 == 0 { MatchVerdict::Same } else { MatchVerdict::Doubtful };
        assert_eq!(found.verdict, expected, "{at}: {:?}", found.candidates);
        let id = found.best().unwrap().incident.to_string();
        assert!(id.ends_with(&format!("-victim-{}", at % 1_000)), "{at}: {id}");
    }
}
