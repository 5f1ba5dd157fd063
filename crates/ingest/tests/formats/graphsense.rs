//! Real transactions, traces, logs and blocks around block 15,000,000 in `../shared/data`,
//! with the token transfers that GraphSense found in them. Without the folder the tests say so
//! and pass.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Everything, sample};

#[expect(clippy::print_stderr, reason = "a test that is left out has to say so")]
fn data(name: &str) -> Option<PathBuf> {
    let folder =
        "../../../shared/data/graphsense_eth_sample/spark/src/test/resources/account/eth/tokens";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: graphsense_eth_sample is not in ../shared/data");
    None
}

fn read(name: &str) -> Option<Everything> {
    Some(sample(name, fs::read(data(name)?).unwrap()).read())
}

/// The number that follows a name in a line of JSON.
fn number(line: &str, name: &str) -> u64 {
    let rest = line.split_once(&format!("\"{name}\":")).unwrap().1;
    rest.split([',', '}']).next().unwrap().trim().parse().unwrap()
}

#[test]
fn tables_are_recognised_and_read() {
    let Some(transactions) = read("transactions.csv") else { return };
    assert_eq!(transactions.words, "graphsense transactions, CSV");
    assert!(transactions.calls.len() > 10);
    assert!(!transactions.transfers.is_empty());
    let traces = read("traces.csv").unwrap();
    assert_eq!(traces.words, "graphsense traces, CSV");
    let blocks = read("blocks.csv").unwrap();
    assert_eq!(blocks.words, "graphsense blocks, CSV");
    // What a transaction moves is what its root call moves.
    let native = |all: &Everything| -> BTreeSet<String> {
        let rows = all.transfers.iter().filter(|(row, _)| row.event == 0 && row.spot.tx.is_some());
        rows.map(|(row, _)| format!("{:?} {:?} {:?} {}", row.spot.tx, row.from, row.to, row.amount))
            .collect()
    };
    let (left, right) = (native(&transactions), native(&traces));
    let hashes: BTreeSet<_> = traces.transfers.iter().filter_map(|(row, _)| row.spot.tx).collect();
    let both = left.iter().filter(|row| hashes.iter().any(|hash| row.contains(&hash.to_string())));
    let missing: Vec<_> = both.filter(|row| !right.contains(*row)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn logs_give_the_token_transfers_that_others_found() {
    let Some(logs) = read("logs.json") else { return };
    assert_eq!(logs.words, "graphsense logs, JSON lines");
    let expected = fs::read_to_string(data("reference/USDT_token_transfers.json").unwrap());
    let mut expected: Vec<(u64, u64, u64)> = expected
        .unwrap()
        .lines()
        .map(|line| (number(line, "blockId"), number(line, "logIndex"), number(line, "value")))
        .collect();
    let usdt = "eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7";
    let found = logs.transfers.iter().filter(|(_, asset)| asset == usdt);
    let mut found: Vec<(u64, u64, u64)> = found
        .map(|(row, _)| {
            let value = row.amount.to_string().parse().unwrap();
            (row.spot.height, u64::from(row.event / 2), value)
        })
        .collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert!(expected.len() > 100, "{}", expected.len());
    assert_eq!(found, expected);
}
