//! The options of `trace`, each by what it changes.

use serde_json::Value;

use crate::support::{
    DONE, EXCHANGE, MULE, SmallCase, THIEF, USAGE, bundled, command, row, rows, said, table,
};

fn kinds(trace: &Value) -> Vec<&str> {
    trace["terminals"].as_array().unwrap().iter().map(|t| t["kind"].as_str().unwrap()).collect()
}

#[test]
fn policies_are_applied_as_asked_and_in_the_order_of_reports() {
    let trace = SmallCase::new().trace(&["--policy", "poison", "--policy", "fifo", "--json"]);
    let trace = trace.ended(DONE).json();
    assert_eq!(trace["policies"], serde_json::json!(["fifo", "poison"]));
    assert_eq!(trace["balance"].as_object().unwrap().len(), 1);
    assert_eq!(trace["manifest"]["parameters"]["policies"], trace["policies"]);
}

#[test]
fn a_policy_of_outputs_is_refused_on_accounts() {
    let said = SmallCase::new().trace(&["--policy", "tiho"]).ended(USAGE);
    said.explains("tiho is defined on outputs only");
    SmallCase::new().trace(&["--policy", "fofi"]).ended(USAGE).explains("`fofi` is no policy");
    let bitcoin = bundled("bitcoin-example");
    let alone = said_json(&["trace", bitcoin.to_str().unwrap(), "--policy", "tiho", "--json"]);
    assert_eq!(alone["policies"], serde_json::json!(["tiho"]));
}

fn said_json(arguments: &[&str]) -> Value {
    said(command().args(arguments)).ended(DONE).json()
}

#[test]
fn until_ends_the_view() {
    let case = SmallCase::new();
    // The third block is at 1700000036 seconds, 2023-11-14T22:13:56Z, and not looked at.
    for until in ["1700000036", "2023-11-14T22:13:56Z"] {
        let trace = case.trace(&["--until", until, "--json"]).ended(DONE).json();
        assert_eq!(trace["as_of"], 1_700_000_024);
        assert_eq!(kinds(&trace).iter().filter(|kind| **kind == "held").count(), 1);
        assert_eq!(trace["terminals"][1]["address"], THIEF);
    }
    let said = case.trace(&["--until", "2020-01-01"]).ended(USAGE);
    said.explains("there is nothing to follow");
    case.trace(&["--until", "yesterday"]).ended(USAGE).explains("`yesterday` is no time");
}

#[test]
fn the_floor_sums_up_and_changes_nothing_else() {
    let mut rows = vec![row(1, MULE, THIEF, "1000000")];
    rows.push(row(2, THIEF, EXCHANGE, "999990"));
    rows.push(row(3, THIEF, MULE, "10"));
    let case = SmallCase::with_table(table(&rows));
    let whole = case.trace(&["--floor", "0", "--json"]).ended(DONE).json();
    let summed = case.trace(&["--json"]).ended(DONE).json();
    assert!(!kinds(&whole).contains(&"below-floor"));
    assert!(kinds(&summed).contains(&"below-floor"));
    assert_eq!(whole["balance"], summed["balance"]);
    assert_eq!(summed["manifest"]["parameters"]["floor"], "0.0001");
    let percent = case.trace(&["--json", "--floor", "0.01%"]).ended(DONE).json();
    assert_eq!(percent["terminals"], summed["terminals"]);
    for bad in ["2", "-1", "x", ""] {
        let said = case.trace(&[&format!("--floor={bad}")]).ended(USAGE);
        said.explains("is no part of a whole, such as 0.001");
    }
}

/// Enough traffic before the theft to look like a service: the rules ask for 1,000 transactions,
/// 200 senders and 200 receivers within 30 days.
fn busy_place(at: &str) -> Vec<String> {
    let mut rows = vec![row(5_001, EXCHANGE, THIEF, "100"), row(5_002, THIEF, at, "60")];
    for block in 0..1_000 {
        let other = format!("0x{:040x}", 0xabc0_0000 + block % 250);
        rows.push(row(2 * block + 1, &other, at, "7"));
        rows.push(row(2 * block + 2, at, &other, "7"));
    }
    rows
}

#[test]
fn places_that_behave_like_services_stop_unless_only_tags_do() {
    let theft = format!("0x{:064x}", 5_001);
    let case = SmallCase::with_table(table(&busy_place(MULE)));
    case.write("case.toml", crate::support::case_toml("small", &theft));
    let inferred = case.trace(&["--json"]).ended(DONE).json();
    assert!(kinds(&inferred).contains(&"inferred-service"), "{:?}", kinds(&inferred));
    let rules: Vec<_> =
        inferred["findings"].as_array().unwrap().iter().map(|f| &f["rule"]).collect();
    assert!(rules.contains(&&Value::from("inferred-service")), "{rules:?}");
    let tagged = case.trace(&["--stops", "tagged", "--json"]).ended(DONE).json();
    assert!(!kinds(&tagged).contains(&"inferred-service"));
    assert_eq!(tagged["manifest"]["parameters"]["stops"], "tagged");
    case.trace(&["--stops", "never"]).ended(USAGE).explains("never");
}

#[test]
fn noise_is_counted_or_kept() {
    let mut noisy = rows();
    noisy.push(row(4, THIEF, MULE, "0"));
    let case = SmallCase::with_table(table(&noisy));
    let dropped = case.trace(&["--json"]).ended(DONE).json();
    let kept = case.trace(&["--json", "--keep-noise"]).ended(DONE).json();
    assert_eq!(dropped["noise"]["zero-value"], 1);
    assert!(kept["noise"].get("zero-value").is_none_or(|count| count == 0));
    assert_eq!(kept["manifest"]["parameters"]["keep_noise"], true);
    assert_eq!(dropped["balance"], kept["balance"]);
}

#[test]
fn more_tags_stop_at_more_places() {
    let case = SmallCase::new();
    let list = case.path().join("list.csv");
    let text =
        format!("address,label,category,source\n{MULE},Casino,gambling,https://example.org/\n");
    std::fs::write(&list, text).unwrap();
    let trace =
        said(command().arg("trace").arg(case.path()).arg("--json").arg("--tags").arg(&list));
    let trace = trace.ended(DONE).json();
    assert!(kinds(&trace).contains(&"gambling"));
    let before = case.trace(&["--json"]).ended(DONE).json();
    assert!(!kinds(&before).contains(&"gambling") && kinds(&before).contains(&"held"));
}
