//! Thefts that MFTracer's authors traced by hand (LaunderNetEvm41): accounts in between forward
//! at once, and the shapes are there. Without `../shared/data` the tests say so and pass.

#![expect(clippy::print_stderr, reason = "a test says what it measured")]

#[path = "../labelled/mod.rs"]
mod labelled;

use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{Account, AssetList};
use hawkshaw_trace::{
    Options, PatternKind, PatternSettings, Patterns, Scene, Stops, patterns, trace,
};

fn found(name: &str) -> Option<Patterns> {
    let folder = labelled::folder(name)?;
    let rows = labelled::rows(&folder.join(format!("{name}.csv")));
    let case = labelled::case(&folder, &rows);
    let (ledger, _) = MemoryLedger::from_rows(rows, Vec::new()).unwrap();
    let options =
        Options { stops: Stops::Tagged, floor: "0".parse().unwrap(), ..Options::default() };
    let (assets, nowhere) = (AssetList::built_in(), |_: &Account| None);
    let trace = trace(&Scene::new(&ledger, &case, &assets, &nowhere, &options)).unwrap();
    let found = patterns(&trace, &PatternSettings::default());
    eprintln!("{name}: {:?}", found.passing_through);
    for pattern in &found.found {
        eprintln!("  {}: {}", pattern.kind, pattern.text);
    }
    Some(found)
}

/// Whether at least so many percent of the accounts in between forward what they got.
fn forward(found: &Patterns, percent: u64) -> bool {
    let figures = found.passing_through;
    figures.forwarding * 100 >= figures.intermediaries * percent
}

/// The largest number of this name among the patterns of a kind.
fn most(found: &Patterns, kind: PatternKind, name: &str) -> Option<u64> {
    let of_kind = found.found.iter().filter(|pattern| pattern.kind == kind);
    let numbers = of_kind.flat_map(|pattern| &pattern.numbers);
    numbers.filter(|(known, _)| *known == name).map(|(_, number)| *number).max()
}

#[test]
fn lifi() {
    let Some(found) = found("LIFI") else { return };
    assert!(forward(&found, 96), "{:?}", found.passing_through);
    assert_eq!(found.passing_through.dwell_median, Some(648));
    assert!(most(&found, PatternKind::RelayChain, "steps") >= Some(9));
    assert!(most(&found, PatternKind::PeelChain, "steps") >= Some(8));
}

#[test]
fn phishing_of_54_million() {
    let Some(found) = found("54m") else { return };
    assert!(forward(&found, 91), "{:?}", found.passing_through);
    assert_eq!(found.passing_through.dwell_median, Some(3_684));
    assert!(most(&found, PatternKind::FanOut, "payees") >= Some(36));
    assert!(most(&found, PatternKind::FanIn, "payers") >= Some(77));
    assert!(most(&found, PatternKind::ScatterGather, "middles") >= Some(36));
}

/// Amateurs take their time: a third of a day, where the professionals take minutes.
#[test]
fn xscam() {
    let Some(found) = found("XScam") else { return };
    assert!(!forward(&found, 82), "{:?}", found.passing_through);
    assert!(found.passing_through.dwell_median > Some(6 * 3_600));
}
