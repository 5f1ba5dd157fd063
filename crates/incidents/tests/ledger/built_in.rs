//! The ledger that comes with Hawkshaw.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hawkshaw_incidents::{
    Comparison, IncidentLedger, InclusionRule, Pricing, Reason, Seen, Selection, Verdict,
    launches_by_year, read_launches,
};

#[test]
fn it_has_no_mistake() {
    let read = IncidentLedger::from_files(IncidentLedger::built_in_files());
    if let Err(problems) = read {
        panic!("{problems}");
    }
}

#[test]
fn every_incident_has_a_source_and_every_case_is_there() {
    let ledger = IncidentLedger::built_in();
    assert!(ledger.len() >= 150, "{}", ledger.len());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for incident in ledger.incidents() {
        let sources: Vec<_> =
            incident.source_keys().iter().filter_map(|key| ledger.source(incident, key)).collect();
        assert!(!sources.is_empty(), "{}", incident.id);
        for source in sources {
            assert_eq!(source.data_set.is_some(), source.seen == Seen::DataSet, "{}", incident.id);
        }
        if let Some(case) = &incident.case {
            assert!(root.join("cases").join(case).is_dir(), "{}: no case {case}", incident.id);
        }
    }
}

#[test]
fn titles_tell_incidents_apart() {
    let ledger = IncidentLedger::built_in();
    let mut seen = BTreeSet::new();
    for incident in ledger.incidents() {
        let key = (incident.title.to_lowercase(), incident.dates.theft.as_str().to_owned());
        assert!(seen.insert(key), "{} is there twice", incident.title);
    }
}

fn comparison<'a>(all: &'a [Comparison<'a>], id: &str) -> &'a Comparison<'a> {
    all.iter().find(|one| one.total.id == id).unwrap_or_else(|| panic!("no total {id}"))
}

#[test]
fn quoted_totals_are_within_the_claims_or_explained() {
    let ledger = IncidentLedger::built_in();
    let all = ledger.compare_all();
    assert_eq!(all.len(), ledger.totals().len(), "every published total can be compared");
    for id in ["incident-ronin", "incident-kucoin-un"] {
        let verdict = comparison(&all, id).verdict;
        assert!(matches!(verdict, Verdict::Agrees | Verdict::Within), "{id}: {verdict:?}");
    }
    // Since 2017: the difference is explained by named incidents.
    let total = comparison(&all, "recorded-future-2023");
    let has_rest = total.explanations.iter().any(|one| one.reason == Reason::Unexplained);
    let is_within = matches!(total.verdict, Verdict::Agrees | Verdict::Within);
    assert!(is_within || !has_rest, "{:?}", total.explanations);
    // 2022: claimants disagree threefold, and the ledger lies between them.
    let total = comparison(&all, "chainalysis-2022");
    let peers = total.peers.unwrap();
    assert!(peers.totals >= 5 && peers.hold_ledger, "{peers:?}");
    // Where the ledger differs, something is named.
    for one in &all {
        let differs =
            matches!(one.verdict, Verdict::LedgerLower { .. } | Verdict::LedgerHigher { .. });
        let is_count = one.total.count.is_some();
        assert!(!differs || is_count || !one.explanations.is_empty(), "{}", one.total.id);
    }
}

#[test]
fn sums_of_years_are_the_sum_of_all() {
    let ledger = IncidentLedger::built_in();
    let rule = InclusionRule { actor: Some("dprk".to_owned()), ..InclusionRule::default() };
    let all = Selection::new(&ledger, rule, Pricing::Ledger);
    let (mut sum, mut count) = (0, 0);
    for year in 2000..2030 {
        let first = |year| jiff::civil::Date::new(year, 1, 1).unwrap();
        let part = all.within(&ledger, first(year), first(year + 1));
        sum += part.sum().cents();
        count += part.counted.len();
    }
    let straddling = all.counted.iter().filter(|one| one.incident.dates.theft.year().is_none());
    let (mut apart, mut apart_count) = (0, 0);
    for one in straddling {
        apart += one.figure.usd.unwrap_or_default().cents();
        apart_count += 1;
    }
    assert_eq!(sum + apart, all.sum().cents());
    assert_eq!(count + apart_count, all.counted.len());
}

#[test]
fn launches_a_year_are_those_of_the_database() {
    let ledger = IncidentLedger::built_in();
    let own = launches_by_year(ledger.launches());
    assert_eq!(own.iter().find(|(year, _)| *year == 2022), Some(&(2022, 69)));
    assert_eq!(own.iter().find(|(year, _)| *year == 2021), Some(&(2021, 6)));

    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/nk_missiles/nk_missile_tests.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: the database of launches is not at hand");
        return;
    };
    let launches = read_launches("nk_missile_tests.csv", &text).unwrap();
    assert_eq!(launches.iter().map(|launch| launch.count).sum::<u32>(), 339);
    let theirs = launches_by_year(&launches);
    let since: Vec<_> = theirs.into_iter().filter(|(year, _)| *year >= 2006).collect();
    assert_eq!(own, since);
}
