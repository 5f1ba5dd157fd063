//! The published lists, which nobody here wrote and which are not part of the repository:
//! skipped, with a message, where they are absent.

use std::collections::BTreeMap;

use hawkshaw_incidents::{
    DateOrder, DraftActor, DraftError, DraftOptions, DraftSource, ImportOptions, ImportedAmount,
    ImportedTable, IncidentId, IncidentLedger, MatchVerdict, Standing, TableFormat,
    TotalDifference, Usd, VictimKind, YearlyFigure, draft, match_rows, read_table,
};

use crate::support::{published, published_table, yearly};

const DPRK_LIST: &str = "lazarus_research/dprk_incidents_2016_2026.csv";
const DPRK_TOTALS: &str = "lazarus_research/dprk_yearly_totals_by_source.csv";
const EXPLOITS: &str = "ledger/data/defi_exploits.csv";
const BRIDGES: &str = "ledger/data/all_bridge_hacks.csv";
const HEISTS: &str = "ethereum_heist/HeistEvent_Info - origin.csv";
const HEISTS_FILTERED: &str = "ethereum_heist/HeistEvent_Info - filtered.csv";

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

#[test]
fn the_list_of_north_korean_thefts() {
    let Some(table) = published_table(DPRK_LIST) else { return };
    let facts = table.facts();
    assert_eq!((table.format, facts.rows), (TableFormat::Csv, 285));
    assert_eq!((facts.with_usd, facts.without_amount, facts.unreadable_amount), (274, 11, 0));
    assert_eq!((facts.without_full_date, facts.without_date, facts.repeats), (3, 0, 0));
    assert_eq!(facts.usd, usd("6840350466"));
    assert_eq!(table.defects, []);
    let partial: Vec<&str> = table
        .rows
        .iter()
        .filter_map(|row| row.date.as_ref())
        .filter(|date| date.day().is_none())
        .map(|date| date.as_str())
        .collect();
    assert_eq!(partial, ["2018-06", "2018-08", "2019-03"]);
    let icons = table.rows.iter().filter(|row| row.extra.contains_key("cluster_icon")).count();
    assert_eq!(icons, 284);
}

#[test]
fn its_years_add_up_to_its_yearly_totals_but_for_one() {
    let (Some(table), Some(totals)) = (published_table(DPRK_LIST), published(DPRK_TOTALS)) else {
        return;
    };
    let totals = yearly(read_table("t", &totals, &ImportOptions::default()).unwrap());
    let sums = table.year_sums();
    let column = |name: &str| totals.columns.iter().find(|column| column.name == name).unwrap();
    let (amounts, counts) = (column("tayvano_usd"), column("tayvano_count"));
    let mut differing = Vec::new();
    for (year, sum) in &sums.years {
        assert_eq!(counts.years[year], YearlyFigure::Count(sum.rows as u64), "{year}");
        if amounts.years[year] != YearlyFigure::Usd(sum.usd) {
            differing.push((*year, sum.usd, amounts.years[year]));
        }
    }
    assert_eq!(sums.years.len(), 11);
    assert_eq!(sums.unknown.rows, 0);
    // The total of 2025 is 437,200 dollars more than its 82 rows.
    assert_eq!(differing, [(2025, usd("2056772213"), YearlyFigure::Usd(usd("2057209413")))]);
    // The table is found to be made of the list, and the year that differs is named.
    let checks = totals.cross_check(&table);
    let found: Vec<_> = checks
        .iter()
        .map(|check| {
            let differ: Vec<i16> = check.differ.iter().map(|year| year.year).collect();
            (check.column.as_str(), check.agree.len(), differ)
        })
        .collect();
    assert_eq!(found, [("tayvano_usd", 10, vec![2025]), ("tayvano_count", 11, vec![])]);
}

#[test]
fn two_printed_totals_are_not_the_sum_of_their_years() {
    let Some(bytes) = published(DPRK_TOTALS) else { return };
    let table = yearly(read_table("t", &bytes, &ImportOptions::default()).unwrap());
    assert_eq!((table.years.len(), table.columns.len()), (11, 7));
    assert_eq!(table.columns.iter().map(|column| column.printed.len()).sum::<usize>(), 7);
    let wrong: Vec<_> = table
        .wrong_totals()
        .into_iter()
        .map(|(column, total)| (column.name.as_str(), total.difference()))
        .collect();
    // Both lack one row of the list: `May 1 2026 Theft`.
    assert_eq!(
        wrong,
        [
            ("tayvano_usd", TotalDifference::Less(YearlyFigure::Usd(usd("26234583")))),
            ("tayvano_count", TotalDifference::Less(YearlyFigure::Count(1))),
        ]
    );
    let lacks: Vec<(&str, &[i16])> = table
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.lacks.as_slice()))
        .collect();
    assert_eq!(
        lacks,
        [
            ("tayvano_usd", &[][..]),
            ("tayvano_count", &[]),
            ("chainalysis_usd", &[2026]),
            ("chainalysis_count", &[2025, 2026]),
            ("trm_usd", &[2024, 2025, 2026]),
            ("un_usd", &[2024, 2025, 2026]),
            ("un_count", &[2024, 2025, 2026]),
        ]
    );
}

#[test]
fn the_list_of_exploits() {
    let Some(table) = published_table(EXPLOITS) else { return };
    let facts = table.facts();
    assert_eq!((table.format, facts.rows), (TableFormat::DefillamaCsv, 449));
    assert_eq!((facts.with_usd, facts.without_amount, facts.repeats), (443, 6, 0));
    assert_eq!(facts.usd, usd("15692922999"));
    assert_eq!(facts.first.unwrap().to_string(), "2016-06-17");
    assert_eq!(facts.last.unwrap().to_string(), "2026-01-06");
    assert_eq!(table.defects, []);
    let bridges = table.rows.iter().filter(|row| row.victim_kind == VictimKind::Bridge).count();
    assert_eq!(bridges, 30);
    let unknown: usize = table.rows.iter().map(|row| row.chains_unknown.len()).sum();
    let counted: usize =
        table.unmapped.iter().filter(|word| word.field == "chain").map(|word| word.rows).sum();
    assert_eq!(unknown, counted);
}

#[test]
fn the_list_of_bridges_has_the_day_first() {
    let Some(table) = published_table(BRIDGES) else { return };
    let facts = table.facts();
    assert_eq!((table.dates, facts.rows, facts.with_usd), (Some(DateOrder::DayFirst), 33, 33));
    assert_eq!(facts.usd, usd("3221650000"));
    assert_eq!(table.rows[0].date.as_ref().unwrap().as_str(), "2022-03-01");
    assert!(table.rows.iter().all(|row| row.victim_kind == VictimKind::Bridge));
}

#[test]
fn the_lists_of_ethereum_heists() {
    let (Some(all), Some(filtered)) = (published_table(HEISTS), published_table(HEISTS_FILTERED))
    else {
        return;
    };
    for (table, rows, with_usd, with_native, without) in
        [(&all, 73, 64, 4, 5), (&filtered, 33, 31, 0, 2)]
    {
        let facts = table.facts();
        assert_eq!((table.format, facts.rows), (TableFormat::HeistList, rows));
        assert_eq!(
            (facts.with_usd, facts.with_native, facts.without_amount),
            (with_usd, with_native, without)
        );
        assert_eq!((facts.unreadable_amount, facts.without_full_date), (0, rows));
        assert_eq!(table.defects, []);
    }
    assert_eq!(all.facts().usd, usd("14555398832.57"));
    let natives: Vec<String> = all
        .rows
        .iter()
        .filter_map(|row| match &row.amount {
            ImportedAmount::Native(native) => Some(format!("{} {}", native.amount, native.asset)),
            _ => None,
        })
        .collect();
    assert_eq!(
        natives,
        ["750 ETH", "583216.827342391972390195 FRAX", "513000 cvxcrv LP", "323000000 FNX"]
    );
    let dego = all.rows.iter().find(|row| row.name.as_deref() == Some("DEGOandCocosExploiter"));
    assert_eq!(dego.unwrap().amount.usd(), Some(usd("10000000000")));
    let names: Vec<&str> = filtered.rows.iter().filter_map(|row| row.name.as_deref()).collect();
    assert!(names.contains(&"Fake_Phishing5041"), "{names:?}");
    assert_eq!(filtered.rows[0].victim_kind, VictimKind::Exchange);
    // Cells of several lines count as the lines that they are.
    let lines: Vec<usize> = filtered.rows[3..7].iter().map(|row| row.line).collect();
    assert_eq!(lines, [5, 6, 9, 13]);
    assert_eq!(filtered.rows[4].summary.as_ref().unwrap().lines().count(), 3);
}

#[test]
fn files_beside_them_that_are_no_lists_are_refused_with_what_they_are() {
    for (path, words) in [
        ("ethereum_heist/Heist label-etherscan.csv", "`hawkshaw tags import`"),
        ("ethereum_heist/Service_Provider_Map.csv", "services with their category"),
        ("lazarus_research/kucoin_addresses.csv", "list of addresses"),
        ("lazarus_research/kucoin_tornado_withdrawals.txt", "no column for date"),
    ] {
        let Some(bytes) = published(path) else { continue };
        let error = read_table(path, &bytes, &ImportOptions::default()).unwrap_err().to_string();
        assert!(error.contains(words), "{path}: {error}");
    }
}

/// How the three lists are drafted, each with the source and the claimant of the ledger.
fn drafting(source: &str, claimant: &str, on: &str, actor: Option<&str>) -> DraftOptions {
    DraftOptions {
        data_set: DraftSource::Shared(source.to_owned()),
        claimant: claimant.to_owned(),
        on: on.parse().unwrap(),
        actor: actor.map(|actor| DraftActor { actor: actor.to_owned(), sure: Standing::Stated }),
        taken: IncidentLedger::built_in().incidents().map(|incident| incident.id.clone()).collect(),
    }
}

#[test]
fn every_new_row_of_the_three_lists_can_be_drafted() {
    let ledger = IncidentLedger::built_in();
    for (path, mut options, refused_rows) in [
        (EXPLOITS, drafting("exploit-list", "list of DeFi exploits", "2026-02", None), 6),
        (
            DPRK_LIST,
            drafting(
                "dprk-incident-list",
                "Taylor Monahan and contributors",
                "2026-06",
                Some("dprk"),
            ),
            0,
        ),
        (HEISTS, drafting("heist-list", "list of Ethereum heists", "2022", None), 5),
    ] {
        let Some(table) = published_table(path) else { continue };
        let matches = match_rows(&ledger, &table);
        let mut files = Vec::new();
        let mut refused = Vec::new();
        // Rows that the ledger has are drafted too, so that every form of row is tested.
        let mut news = 0;
        for (row, found) in table.rows.iter().zip(&matches) {
            news += usize::from(found.verdict == MatchVerdict::New);
            match draft(row, &options) {
                Ok(draft) => {
                    options.taken.insert(draft.id.clone());
                    files.push(draft.file);
                }
                Err(error) => refused.push(error),
            }
        }
        assert!(news > 0, "{path}: nothing is new");
        assert_eq!(refused.len(), refused_rows, "{path}: {refused:?}");
        assert!(refused.iter().all(|error| matches!(error, DraftError::NoClaim { .. })));
        let count = files.len();
        let drafted =
            IncidentLedger::from_files(files.clone()).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(drafted.len(), count, "{path}");
        let all = IncidentLedger::built_in_and(files).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(all.len(), ledger.len() + count, "{path}");
    }
}

#[test]
fn a_list_that_was_drafted_is_found_again() {
    let Some(table) = published_table(EXPLOITS) else { return };
    let mut options = drafting("exploit-list", "list of DeFi exploits", "2026-02", None);
    options.taken.clear();
    let mut ids: BTreeMap<usize, IncidentId> = BTreeMap::new();
    let mut files = Vec::new();
    for row in &table.rows {
        let Ok(draft) = draft(row, &options) else { continue };
        options.taken.insert(draft.id.clone());
        ids.insert(row.row, draft.id);
        files.push(draft.file);
    }
    let ledger = IncidentLedger::from_files(files).unwrap();
    let matches = match_rows(&ledger, &table);
    for found in &matches {
        let Some(id) = ids.get(&found.row.row) else { continue };
        let best = found.best().unwrap();
        assert_eq!((&best.incident, best.score), (id, 100), "{}", found.row);
        assert_ne!(found.verdict, MatchVerdict::New);
    }
    let same = matches.iter().filter(|found| found.verdict == MatchVerdict::Same).count();
    assert!(same >= 430, "{same} of 443");
}

/// What the ledger has of a victim is found by date: rows and the incidents that they are of.
#[test]
fn thefts_from_one_victim_are_told_apart_in_the_list() {
    let Some(table) = published_table(DPRK_LIST) else { return };
    let ledger = IncidentLedger::built_in();
    let best = best_of(&ledger, &table);
    for (name, date, id) in [
        ("Bithumb", "2018-06", "2018-bithumb"),
        ("Bithumb", "2019-03", "2019-bithumb"),
        ("Indodax", "2018-09-01", "2018-indodax"),
        ("Indodax", "2024-09-10", "2024-indodax"),
    ] {
        let id = IncidentId::new(id).unwrap();
        if ledger.incident(&id).is_none() {
            eprintln!("skipped: the ledger has no {id}");
            continue;
        }
        assert_eq!(best.get(&(name, date)), Some(&Some(id)), "{name} {date}");
    }
}

fn best_of<'a>(
    ledger: &IncidentLedger,
    table: &'a ImportedTable,
) -> BTreeMap<(&'a str, &'a str), Option<IncidentId>> {
    let rows = table.rows.iter().zip(match_rows(ledger, table));
    rows.filter_map(|(row, found)| {
        let key = (row.name.as_deref()?, row.date.as_ref()?.as_str());
        Some((key, found.best().map(|best| best.incident.clone())))
    })
    .collect()
}
