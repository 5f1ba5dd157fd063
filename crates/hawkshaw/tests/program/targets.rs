//! `hawkshaw trace` on a bare output, transaction or address, in a ledger that is at hand.

use std::path::Path;

use serde_json::Value;

use crate::support::{Said, command, said};

const BITCOIN: &str = "bip122:000000000019d6689c085ae165831e93";
const HEADER: &str = "chain,block_number,block_time,tx_index,tx_hash,side,leg_index,outpoint,\
                      address,amount\n";

fn tx(number: u8) -> String {
    format!("{number:064x}")
}

fn script(number: u8) -> String {
    format!("script:0014{number:040x}")
}

/// Rows of a transaction: what it spends (output, whose, how much) and pays (whom, how much).
fn rows(height: u64, number: u8, spends: &[(String, u8, u64)], pays: &[(String, u64)]) -> String {
    let index = u8::from(!spends.is_empty());
    let start = format!("{BITCOIN},{height},{},{index},{}", 1_700_000_000 + height, tx(number));
    let mut text = String::new();
    for (at, (output, payer, amount)) in spends.iter().enumerate() {
        text += &format!("{start},in,{at},{output},{},{amount}\n", script(*payer));
    }
    for (at, (payee, amount)) in pays.iter().enumerate() {
        text += &format!("{start},out,{at},,{payee},{amount}\n");
    }
    text
}

/// 1 pays the thief 2, who pays 3 and himself, and then 5 together with coins of 9.
fn table() -> String {
    let mut text = HEADER.to_owned();
    text += &rows(1, 1, &[], &[(script(9), 5_000)]);
    text +=
        &rows(2, 2, &[(format!("{}:0", tx(77)), 1, 1_000)], &[(script(2), 600), (script(1), 390)]);
    text += &rows(3, 3, &[(format!("{}:0", tx(2)), 2, 600)], &[(script(3), 100), (script(2), 490)]);
    let spends = [(format!("{}:1", tx(3)), 2, 490), (format!("{}:0", tx(1)), 9, 5_000)];
    text += &rows(4, 4, &spends, &[(script(5), 5_400), ("script:6a0161".to_owned(), 50)]);
    text
}

fn hawkshaw(folder: &Path, arguments: &[&str]) -> Said {
    said(command().current_dir(folder).args(arguments))
}

fn traced(folder: &Path, arguments: &[&str]) -> (Value, String) {
    let mut line = vec!["trace"];
    line.extend(arguments);
    line.extend(["--json", "--floor", "0"]);
    let ran = hawkshaw(folder, &line);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    (serde_json::from_str(&ran.stdout).unwrap(), ran.stderr)
}

fn stolen(trace: &Value) -> &str {
    trace["stolen"][0]["amount"].as_str().unwrap()
}

fn setting() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("outputs.csv"), table()).unwrap();
    folder
}

#[test]
fn an_output_a_transaction_and_an_address_are_followed() {
    let folder = setting();
    let path = folder.path();
    let (trace, said) = traced(path, &[&format!("{}:0", tx(2)), "--ledger", "outputs.csv"]);
    assert_eq!(stolen(&trace), "600");
    assert!(said.contains("1 credit;"), "{said}");
    // What goes back to who paid is no theft.
    let (trace, said) = traced(path, &[&tx(2), "--ledger", "outputs.csv"]);
    assert_eq!(stolen(&trace), "600");
    assert!(said.contains("left out as change of who paid: 1 output"), "{said}");
    let (trace, said) = traced(path, &[&script(2), "--ledger", "outputs.csv"]);
    assert_eq!(stolen(&trace), "600");
    assert!(said.contains("left out as change of who paid: 1 output"), "{said}");
    for policy in ["fifo", "lifo", "haircut", "dirty-first", "clean-first", "tiho"] {
        let whole: u64 = trace["terminals"].as_array().unwrap().iter().fold(0, |sum, row| {
            let amount = row["amounts"][policy].as_str().unwrap_or("0");
            sum + amount.parse::<u64>().unwrap()
        });
        assert_eq!(whole, 600, "{policy}: {trace:#}");
    }
    let (trace, _) = traced(path, &[&format!("{BITCOIN}:{}", tx(2)), "--ledger", "outputs.csv"]);
    assert_eq!(stolen(&trace), "600");
}

#[test]
fn a_store_says_the_same_as_its_table() {
    let folder = setting();
    let path = folder.path();
    let imported = hawkshaw(path, &["ledger", "import", "outputs.csv", "--store", "store"]);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    for target in [format!("{}:0", tx(2)), tx(2), script(2)] {
        let (mut of_table, _) = traced(path, &[&target, "--ledger", "outputs.csv"]);
        let (mut of_store, _) = traced(path, &[&target, "--store", "store"]);
        for trace in [&mut of_table, &mut of_store] {
            let trace = trace.as_object_mut().unwrap();
            // The table also counts its rows of nothing.
            ["manifest", "noise"].iter().for_each(|field| drop(trace.remove(*field)));
        }
        assert!(of_table == of_store, "{target}");
    }
}

#[test]
fn a_time_says_from_when_on_an_address_counts() {
    let folder = setting();
    let path = folder.path();
    let ledger = ["--ledger", "outputs.csv"];
    let (trace, _) = traced(path, &[&script(5), ledger[0], ledger[1], "--since", "1700000004"]);
    assert_eq!(stolen(&trace), "5400");
    let ran = hawkshaw(path, &["trace", &script(5), ledger[0], ledger[1], "--since", "1700000005"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("nothing that came by"), "{}", ran.stderr);
    let ran = hawkshaw(path, &["trace", &tx(2), ledger[0], ledger[1], "--since", "2020-01-01"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--since is for a bare address"), "{}", ran.stderr);
}

#[test]
fn what_is_not_there_is_said() {
    let folder = setting();
    let path = folder.path();
    let refused = |target: &str, code: i32, reason: &str| {
        let ran = hawkshaw(path, &["trace", target, "--ledger", "outputs.csv"]);
        assert_eq!(ran.code, code, "{target}: {}", ran.stderr);
        assert!(ran.stderr.contains(reason), "{target}: {}", ran.stderr);
        assert!(ran.stdout.is_empty());
    };
    refused(&tx(99), 3, "is not in the ledger");
    refused(&format!("{}:7", tx(2)), 3, "is not in the ledger");
    refused(&script(44), 3, "is not in the ledger");
    refused("bc1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqg8a2n3", 2, "is no case folder, transaction");
    refused("eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96", 2, "and not on");
    let ran = hawkshaw(path, &["trace", &tx(2)]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("name the ledger with --store or --ledger"), "{}", ran.stderr);
}

#[test]
fn a_report_of_a_bare_target_is_run_again() {
    let folder = setting();
    let path = folder.path();
    let ran = hawkshaw(path, &["trace", &tx(2), "--ledger", "outputs.csv", "--out", "report"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // What was left out stands in the report, not only in a message.
    let page = std::fs::read_to_string(path.join("report/report.html")).unwrap();
    assert!(page.contains("but for 1 output that is change of who paid"));
    let ran = hawkshaw(path, &["verify", "report"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("Every byte agrees"), "{}", ran.stdout);
}
