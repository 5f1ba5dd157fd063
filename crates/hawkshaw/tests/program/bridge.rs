//! `hawkshaw bridge match`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{BAD_DATA, DONE, Said, UNAVAILABLE, USAGE, hawkshaw};

const HEADER: &str = "chain,time,tx_hash,event_index,bridge,id,asset,amount,receiver";
const ALICE: &str = "0x00000000000000000000000000000000000a11ce";
const USDC: &str = "eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const FAR: &str = "eip155:1284/erc20:0x00000000000000000000000000000000000000f1";

/// A row of the side where value goes in (chain 1), respectively comes out.
fn row(asset: &str, time: u64, tx: u64, id: &str, amount: u64) -> String {
    let chain = asset.split('/').next().unwrap();
    format!("{chain},{},0x{tx:064x},{tx},b,{id},{asset},{amount},{ALICE}", 1_650_000_000 + time)
}

struct Tables {
    folder: TempDir,
}

impl Tables {
    fn new(deposits: &[String], withdrawals: &[String]) -> Self {
        let tables = Self { folder: TempDir::new().unwrap() };
        tables.write("d.csv", &format!("{HEADER}\n{}\n", deposits.join("\n")));
        tables.write("w.csv", &format!("{HEADER}\n{}\n", withdrawals.join("\n")));
        tables.write("map.csv", &format!("asset_a,asset_b\n{FAR},{USDC}\n"));
        tables
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn matched(&self, options: &[&str]) -> Said {
        let (d, w) = (self.path("d.csv"), self.path("w.csv"));
        let mut arguments: Vec<&Path> = vec![Path::new("bridge"), Path::new("match"), &d, &w];
        arguments.extend(options.iter().map(Path::new));
        hawkshaw(arguments)
    }
}

fn example() -> Tables {
    Tables::new(
        &[
            row(USDC, 0, 1, "7", 1_000_000),
            row(USDC, 50, 2, "8", 2_500_000),
            row(USDC, 99, 3, "9", 123),
        ],
        &[
            row(FAR, 5_000_000, 4, "8", 2_500_000),
            row(FAR, 70, 5, "7", 1_000_000),
            row(FAR, 70, 6, "", 5),
        ],
    )
}

#[test]
fn the_json_has_the_stated_form_in_the_order_of_deposits() {
    let tables = example();
    let map = tables.path("map.csv");
    let said = tables.matched(&["--json", "--token-map", map.to_str().unwrap()]).ended(DONE);
    let row = |tx: u64| json!({ "tx_hash": format!("0x{tx:064x}"), "event_index": tx });
    let pair = |deposit: u64, withdrawal: u64| {
        json!({
            "deposit": row(deposit), "withdrawal": row(withdrawal),
            "class": 1, "score": 1.0, "candidates": 1, "accepted": true, "reasons": [],
        })
    };
    let expected = json!({
        "schema": "hawkshaw.bridge-match/1",
        "pairs": [pair(1, 5), pair(2, 4)],
        "unmatched": { "deposits": [row(3)], "withdrawals": [row(6)] },
        "defects": {},
    });
    assert_eq!(said.json(), expected);
    assert_eq!(said.stderr, "");
}

#[test]
fn with_the_ids_hidden_nothing_of_them_shows() {
    let tables = example();
    let map = tables.path("map.csv");
    let options = ["--json", "--ignore-id", "--token-map", map.to_str().unwrap()];
    let said = tables.matched(&options).ended(DONE);
    let classes: Vec<Value> =
        said.json()["pairs"].as_array().unwrap().iter().map(|pair| pair["class"].clone()).collect();
    assert_eq!(classes, [2, 2]);
    // The same whatever the column holds, and without it.
    let text = std::fs::read_to_string(tables.path("w.csv")).unwrap();
    tables.write("w.csv", &text.replace(",b,8,", ",b,7,").replace(",b,,", ",b,9,"));
    assert_eq!(tables.matched(&options).ended(DONE).stdout, said.stdout);
}

#[test]
fn text_counts_and_shows_the_first_pairs() {
    let said = example().matched(&["--ignore-id"]).ended(DONE);
    assert!(said.stdout.starts_with("3 deposits, 3 withdrawals\n"), "{}", said.stdout);
    let many: Vec<String> = (0..30).map(|n| row(USDC, n * 9_000, n, "", 1_000 + n * 99)).collect();
    let paid: Vec<String> =
        (0..30).map(|n| row(FAR, n * 9_000 + 60, n + 100, "", 1_000 + n * 99)).collect();
    let tables = Tables::new(&many, &paid);
    let map = tables.path("map.csv");
    let said = tables.matched(&["--token-map", map.to_str().unwrap()]).ended(DONE);
    said.answers("2            30              0").answers("… and 10 more");
}

#[test]
fn mistakes_are_named() {
    let tables = example();
    tables
        .write("d.csv", &format!("{HEADER}\n{}\n", row(USDC, 0, 1, "7", 1).replace(",1,", ",x,")));
    tables.matched(&[]).ended(BAD_DATA).explains("d.csv line 2, column `event_index`");
    tables.write("d.csv", "");
    tables.matched(&[]).ended(BAD_DATA).explains("a header is needed");
    tables.matched(&["--token-map", "no/such/map.csv"]).ended(UNAVAILABLE).explains("no/such/map");
    let map = tables.path("w.csv");
    let said = tables.matched(&["--token-map", map.to_str().unwrap()]);
    said.ended(BAD_DATA).explains("there is no column asset_a, asset_b");
    hawkshaw(["bridge", "match", "d.csv"]).ended(USAGE);
}
