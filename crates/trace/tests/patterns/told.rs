//! A story traced, and its patterns told in a line each.

use hawkshaw_fixture::text::{Story, account, bitcoin_account, case_of, name_of};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{Account, AssetList, Crossing, Fraction, Stop, TerminalKind};
use hawkshaw_trace::{
    Noise, Options, Pattern, PatternKind, PatternSettings, Patterns, Scene, Stops, Trace, patterns,
    trace,
};

/// Where stories stop: `exchange`, `exchange2` and the deposit addresses `deposit…` of Northwind,
/// `mixer`, and `bridge`.
fn stop(account: &Account) -> Option<Stop> {
    let name = name_of(account);
    let stop = |kind, actor: &str| Some(Stop { kind, actor: Some(actor.to_owned()) });
    match name.as_str() {
        "exchange" | "exchange2" => stop(TerminalKind::Exchange, &name),
        name if name.starts_with("deposit") => stop(TerminalKind::Exchange, "northwind"),
        "mixer" => stop(TerminalKind::Mixer, "mixer"),
        "bridge" => stop(TerminalKind::Bridge, "bridge"),
        _ => None,
    }
}

/// The trace of a story.
pub(crate) fn traced(stolen: &[&str], story: &str, crossings: &[Crossing]) -> Trace {
    let story: Story = story.parse().unwrap();
    let (ledger, _) = MemoryLedger::from_rows(story.transfers, story.outputs).unwrap();
    let options = Options {
        stops: Stops::Tagged,
        floor: "0".parse::<Fraction>().unwrap(),
        noise: Noise::KEPT,
        ..Options::default()
    };
    let (case, assets) = (case_of(stolen), AssetList::built_in());
    let scene = Scene::new(&ledger, &case, &assets, &stop, &options);
    trace(&Scene { crossings, ..scene }).unwrap()
}

/// The patterns of a story.
pub(crate) fn found(stolen: &[&str], story: &str) -> Patterns {
    patterns(&traced(stolen, story, &[]), &PatternSettings::default())
}

/// Asserts which patterns of a kind a story has, a line for each:
/// `accounts | transactions | share in percent`.
#[track_caller]
pub(crate) fn check(kind: PatternKind, stolen: &[&str], story: &str, expected: &str) {
    let found = found(stolen, story);
    let of_kind = found.found.iter().filter(|pattern| pattern.kind == kind);
    let told: Vec<String> = of_kind.map(tell).collect();
    let expected: Vec<&str> =
        expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let all: Vec<String> =
        found.found.iter().map(|pattern| format!("{}: {}", pattern.kind, tell(pattern))).collect();
    assert_eq!(told, expected, "all of them: {all:#?}");
}

/// What was measured of the only pattern of a kind in a story.
#[track_caller]
pub(crate) fn measured(
    kind: PatternKind,
    stolen: &[&str],
    story: &str,
) -> Vec<(&'static str, u64)> {
    let found = found(stolen, story);
    let mut of_kind = found.found.into_iter().filter(|pattern| pattern.kind == kind);
    let pattern = of_kind.next().unwrap();
    assert_eq!(of_kind.next(), None);
    pattern.numbers
}

pub(crate) fn tell(pattern: &Pattern) -> String {
    let accounts: Vec<String> = pattern.accounts.iter().map(name_of).collect();
    let transactions = pattern.transactions.iter().map(|tx| {
        let hash = tx.hash();
        let letters = hash.as_bytes().iter().filter(|byte| **byte != 0);
        letters.map(|byte| char::from(*byte)).collect::<String>()
    });
    let transactions: Vec<String> = transactions.collect();
    let percent = (pattern.share_billionths + 5_000_000) / 10_000_000;
    format!("{} | {} | {percent}", accounts.join(" "), transactions.join(" "))
}

/// `a0 … a9`, each with a line of a story.
pub(crate) fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect::<Vec<_>>().join("\n")
}

/// Names with numbers.
pub(crate) fn names(name: &str, count: usize) -> String {
    (0..count).map(|n| format!("{name}{n}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn names_are_those_of_the_story() {
    assert_eq!(name_of(&account("thief")), "thief");
    assert_eq!(name_of(&bitcoin_account("thief")), "thief");
}
