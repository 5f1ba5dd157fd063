//! The cases that come with the repository.

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{DONE, Said, bundled, command, copy, said};

const CASES: [&str; 2] = ["ronin-bridge-2022", "bitcoin-example"];
const ETH: &str = "eip155:1/slip44:60";
const USDC: &str = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";

fn json(case: &str) -> Said {
    said(command().arg("trace").arg(bundled(case)).arg("--json")).ended(DONE)
}

/// The sum of base units in some strings.
fn sum<'a>(amounts: impl Iterator<Item = &'a Value>) -> u128 {
    amounts.map(|amount| amount.as_str().unwrap().parse::<u128>().unwrap()).sum()
}

#[test]
fn every_conserving_policy_adds_up_to_the_base_unit() {
    for case in CASES {
        let trace = json(case).json();
        let stolen = trace["stolen"].as_array().unwrap();
        let policies = trace["policies"].as_array().unwrap();
        let balance = trace["balance"].as_object().unwrap();
        assert_eq!(balance.len() + 1, policies.len(), "{case}: all but poison conserve");
        for (policy, by_asset) in balance {
            for entry in stolen {
                let asset = entry["asset"].as_str().unwrap();
                let row = &by_asset[asset];
                assert_eq!(row["difference"], "0", "{case} {policy} {asset}");
                assert_eq!(row["stolen"], entry["amount"], "{case} {policy} {asset}");
                // The claim is checked against the rows themselves.
                let rows = trace["terminals"].as_array().unwrap().iter();
                let found = sum(rows.map(|row| &row["origins"][policy][asset]));
                let amount = sum([&entry["amount"]].into_iter());
                assert_eq!(found, amount, "{case} {policy} {asset}");
            }
        }
    }
}

#[test]
fn ronin_ends_in_tornado_cash() {
    let trace = json("ronin-bridge-2022").json();
    assert_eq!(trace["schema"], "hawkshaw.trace/1");
    assert_eq!(trace["case"], "ronin-bridge-2022");
    let stolen = |asset: &str| {
        let rows = trace["stolen"].as_array().unwrap();
        rows.iter().find(|row| row["asset"] == asset).unwrap()["amount"].clone()
    };
    assert_eq!(stolen(ETH), "173600000000000000000000");
    assert_eq!(stolen(USDC), "25500000000000");
    let first = &trace["terminals"][0];
    assert_eq!((&first["kind"], &first["actor"]), (&"mixer".into(), &"Tornado Cash".into()));
    assert_eq!(first["amounts"]["dirty-first"], "173400000000000000000000");
    let kinds = trace["terminals"].as_array().unwrap().iter().map(|row| &row["kind"]);
    assert!(kinds.clone().any(|kind| kind == "exchange") && kinds.clone().any(|k| k == "no-data"));
}

#[test]
fn bitcoin_shows_where_the_policies_disagree() {
    let trace = json("bitcoin-example").json();
    assert!(trace["policies"].as_array().unwrap().contains(&"tiho".into()));
    let mixed = |policy: &str| {
        let rows = trace["terminals"].as_array().unwrap().iter();
        sum(rows.filter(|row| row["kind"] == "mixer").map(|row| &row["amounts"][policy]))
    };
    assert_eq!((mixed("fifo"), mixed("lifo")), (600_000_000, 300_000_000));
}

#[test]
fn the_table_says_who_and_how_much_and_that_it_adds_up() {
    let table = said(command().arg("trace").arg(bundled("ronin-bridge-2022"))).ended(DONE);
    let table = table.answers("Tornado Cash").answers("FTX").answers("difference (base units)");
    assert!(!table.stdout.contains('\u{1b}'), "no colours where nobody watches");
    assert_eq!(table.stderr, "");
}

#[test]
fn two_runs_give_the_same_bytes() {
    for case in CASES {
        assert_eq!(json(case).stdout, json(case).stdout, "{case}");
    }
}

#[test]
fn the_order_of_rows_that_name_their_place_does_not_matter() {
    let folder = TempDir::new().unwrap();
    let case = folder.path().join("bitcoin-example");
    copy(&bundled("bitcoin-example"), &case);
    let text = std::fs::read_to_string(case.join("outputs.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut shuffled: Vec<&str> = rows.lines().rev().collect();
    shuffled.rotate_left(7);
    let shuffled = format!("{header}\n{}\n", shuffled.join("\n"));
    assert_ne!(shuffled, text);
    std::fs::write(case.join("outputs.csv"), shuffled).unwrap();
    let again = said(command().arg("trace").arg(&case).arg("--json")).ended(DONE);
    assert_eq!(without_manifest(&again), without_manifest(&json("bitcoin-example")));
}

/// A trace less its manifest, which holds the digest of the shuffled file.
fn without_manifest(said: &Said) -> String {
    let lines: Vec<&str> = said.stdout.lines().filter(|l| !l.contains("\"manifest\"")).collect();
    lines.join("\n")
}
