//! `hawkshaw pattern coinjoin`.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    BAD_DATA, DONE, Said, SmallCase, UNAVAILABLE, USAGE, command, hawkshaw, said,
};

const BITCOIN: &str = "bip122:000000000019d6689c085ae165831e93";
const HEADER: &str =
    "chain,block_number,block_time,tx_index,tx_hash,side,leg_index,outpoint,address,amount";

/// A table that grows by transactions.
#[derive(Default)]
struct Table {
    rows: Vec<String>,
    scripts: u32,
}

impl Table {
    /// A script of P2WPKH that no other leg has.
    fn script(&mut self) -> String {
        self.scripts += 1;
        format!("script:0014{:040x}", self.scripts)
    }

    /// Adds a transaction at a height: each input with the output that it spends, each output
    /// with its script if that is not a new one.
    fn add(&mut self, height: u64, inputs: &[(String, u64)], outputs: &[(Option<&str>, u64)]) {
        let head = format!("{BITCOIN},{height},{},1,{}", 1_600_000_000 + height, tx(height));
        for (at, (outpoint, amount)) in inputs.iter().enumerate() {
            let is_elsewhere = outpoint.contains("feed");
            let script = if is_elsewhere { self.script() } else { String::new() };
            self.rows.push(format!("{head},in,{at},{outpoint},{script},{amount}"));
        }
        for (at, (script, amount)) in outputs.iter().enumerate() {
            let script = script.map_or_else(|| self.script(), |script| format!("script:{script}"));
            self.rows.push(format!("{head},out,{at},,{script},{amount}"));
        }
    }

    fn text(&self) -> String {
        format!("{HEADER}\n{}\n", self.rows.join("\n"))
    }
}

/// The id of the transaction at a height.
fn tx(height: u64) -> String {
    format!("{height:064x}")
}

/// Outputs that nobody made: each is of a transaction that the table lacks.
fn elsewhere(amounts: &[u64]) -> Vec<(String, u64)> {
    let outpoint = |(at, amount): (usize, &u64)| (format!("{:0>64}:{at}", "feed"), *amount);
    amounts.iter().enumerate().map(outpoint).collect()
}

/// A Tx0, the mix that takes two of its coins' kind, and two payments.
fn small() -> Table {
    let mut table = Table::default();
    let data = format!("6a40{}", "9c".repeat(64));
    let premix = (None, 1_002_000);
    table.add(
        1,
        &elsewhere(&[5_000_000, 10_000])[..1],
        &[(Some(&data), 0), (None, 50_000), premix, premix, (None, 2_900_000)],
    );
    let mut inputs = vec![(format!("{}:2", tx(1)), 1_002_000)];
    inputs.extend(elsewhere(&[0, 1_003_000, 1_000_000, 1_000_000, 1_000_000]).split_off(1));
    table.add(2, &inputs, &[(None, 1_000_000); 5]);
    let paid = [(format!("{}:0", tx(2)), 1_000_000), (format!("{}:4", tx(1)), 2_900_000)];
    table.add(3, &paid, &[(None, 3_000_000), (None, 899_000)]);
    table.add(4, &[(format!("{}:0", tx(3)), 3_000_000)], &[(None, 2_999_000)]);
    table
}

struct Folder(TempDir);

impl Folder {
    fn with(text: &str) -> Self {
        let folder = Self(TempDir::new().unwrap());
        folder.write("outputs.csv", text);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn ask(&self, name: &str, options: &[&str]) -> Said {
        said(command().args(["pattern", "coinjoin"]).arg(self.path(name)).args(options))
    }
}

fn classes(answer: &Value) -> Vec<(String, String)> {
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
    let entries = answer["transactions"].as_array().unwrap();
    entries.iter().map(|entry| (word(entry, "tx"), word(entry, "class"))).collect()
}

#[test]
fn every_transaction_has_an_entry_in_chain_order() {
    let folder = Folder::with(&small().text());
    let said = folder.ask("outputs.csv", &["--json"]).ended(DONE);
    assert_eq!(said.stderr, "");
    let answer = said.json();
    assert_eq!(answer["schema"], "hawkshaw.coinjoin/1");
    let expected = ["tx0", "whirlpool", "none", "none"];
    let expected: Vec<_> = (1..).zip(expected).map(|(at, c)| (tx(at), c.to_owned())).collect();
    assert_eq!(classes(&answer), expected);
    for entry in answer["transactions"].as_array().unwrap() {
        let confidence = entry["confidence"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&confidence), "{entry}");
        assert!(entry["rule"].as_str().is_some_and(|rule| !rule.is_empty()));
        assert_eq!(entry["chain"], BITCOIN);
    }
    let mix = &answer["transactions"][1];
    assert_eq!(mix["equal_outputs"], serde_json::json!([{"amount": "1000000", "outputs": 5}]));
    assert_eq!((&mix["inputs"], &mix["height"]), (&5.into(), &2.into()));
    assert!(answer["transactions"][2].get("equal_outputs").is_none());
}

#[test]
fn neither_the_order_of_rows_nor_their_line_ends_nor_the_place_changes_a_byte() {
    let table = small();
    let folder = Folder::with(&table.text());
    let plain = folder.ask("outputs.csv", &["--json"]).ended(DONE).stdout;
    let mut reversed = table.rows.clone();
    reversed.reverse();
    folder.write("reversed.csv", &format!("{HEADER}\r\n{}\r\n", reversed.join("\r\n")));
    assert_eq!(folder.ask("reversed.csv", &["--json"]).ended(DONE).stdout, plain);
    let store = folder.path("store");
    let table = folder.path("outputs.csv");
    let import = ["ledger", "import"].map(OsStr::new);
    hawkshaw(import.into_iter().chain([table.as_ref(), "--store".as_ref(), store.as_ref()]))
        .ended(DONE);
    assert_eq!(folder.ask("store", &["--json"]).ended(DONE).stdout, plain);
    let case = TempDir::new().unwrap();
    std::fs::copy(&table, case.path().join("outputs.csv")).unwrap();
    std::fs::write(case.path().join("events.csv"), "chain\n").unwrap();
    std::fs::write(case.path().join("case.toml"), "").unwrap();
    let of_case = said(command().args(["pattern", "coinjoin"]).arg(case.path()).arg("--json"));
    assert_eq!(of_case.ended(DONE).stdout, plain);
}

#[test]
fn people_see_what_was_found_or_that_nothing_was() {
    let mut table = small();
    let folder = Folder::with(&table.text());
    folder
        .ask("outputs.csv", &[])
        .ended(DONE)
        .answers("Looked at 4 transactions.")
        .answers("prepares coins, mixes nothing")
        .answers("5 x 0.01")
        .answers("whirlpool-pool")
        .answers("A class is an inference");
    table.rows.retain(|row| row.contains(&tx(4)));
    folder.write("plain.csv", &table.text());
    folder.ask("plain.csv", &[]).ended(DONE).answers("None of them has the shape of a mix");
    folder.write("none.csv", &format!("{HEADER}\n"));
    let none = folder.ask("none.csv", &["--json"]).ended(DONE).json();
    assert_eq!(none["transactions"], serde_json::json!([]));
}

#[test]
fn heights_that_cannot_be_are_not_relied_on() {
    let mut table = small();
    let plain = classes(&Folder::with(&table.text()).ask("outputs.csv", &["--json"]).json());
    // The Tx0 is put after everything that spends it.
    for row in &mut table.rows {
        *row =
            row.replace(&format!("{BITCOIN},1,1600000001,"), &format!("{BITCOIN},9,1600000009,"));
    }
    let folder = Folder::with(&table.text());
    let said = folder.ask("outputs.csv", &["--json"]).ended(DONE).explains("not relied on");
    let mut mended = classes(&said.json());
    assert_eq!(mended.last().unwrap().0, tx(1), "entries are in the order of the table");
    mended.sort();
    assert_eq!(mended, plain);
    let quiet = folder.ask("outputs.csv", &["--json", "--quiet"]).ended(DONE);
    assert_eq!(quiet.stderr, "");
}

/// As in tables that were put together from lists of transactions.
#[test]
fn places_that_are_taken_are_not_relied_on() {
    let table = small();
    let mut plain = classes(&Folder::with(&table.text()).ask("outputs.csv", &["--json"]).json());
    plain.sort();
    let at = |height: u64| format!("{BITCOIN},{height},{},", 1_600_000_000 + height);
    // Everything stands at one place; then a transaction stands there twice, at two heights.
    let mut crowded = table.text();
    (2..=4).for_each(|height| crowded = crowded.replace(&at(height), &at(1)));
    let again = table.rows.iter().map(|row| row.replace(&at(3), &at(7)) + "\n");
    let twice = table.text() + &again.collect::<String>();
    for text in [crowded, twice] {
        let said = Folder::with(&text).ask("outputs.csv", &["--json"]);
        let mut found = classes(&said.ended(DONE).explains("not relied on").json());
        found.sort();
        assert_eq!(found, plain);
    }
}

#[test]
fn bad_tables_are_refused_with_their_line() {
    let table = small();
    let folder = Folder::with(&table.text());
    let refused = |rows: &[String], reason: &str| {
        folder.write("bad.csv", &format!("{HEADER}\n{}\n", rows.join("\n")));
        let said = folder.ask("bad.csv", &["--json"]).ended(BAD_DATA).explains(reason);
        assert_eq!(said.stdout, "");
        said.explains("bad.csv line ");
    };
    let mut rows = table.rows.clone();
    rows[2] = rows[2].replace(",out,", ",sideways,");
    refused(&rows, "no side");
    rows[2] = format!("{},", table.rows[2].rsplit_once(',').unwrap().0);
    refused(&rows, "it is empty");
    rows.clone_from(&table.rows);
    rows.push(table.rows[3].replace("1002000", "1002001"));
    refused(&rows, "describe output 2");
    rows.clone_from(&table.rows);
    rows.remove(3);
    refused(&rows, "is missing");
    let without_inputs: Vec<String> =
        table.rows.iter().filter(|row| row.contains(",out,")).cloned().collect();
    refused(&without_inputs, "no inputs");
    let mut spent_twice = small();
    let spent = [(format!("{}:0", tx(2)), 1_000_000)];
    spent_twice.add(8, &spent, &[(None, 900_000)]);
    refused(&spent_twice.rows, "both spend");
    folder.write("empty.csv", "");
    folder.ask("empty.csv", &[]).ended(BAD_DATA).explains("no header");
}

#[test]
fn what_is_no_chain_of_outputs_is_said() {
    let accounts = SmallCase::new();
    let table = accounts.path().join("transfers.csv");
    let ask = |path: &OsStr| hawkshaw([OsStr::new("pattern"), OsStr::new("coinjoin"), path]);
    ask(table.as_ref()).ended(USAGE).explains("a chain of accounts");
    ask(accounts.path().as_ref()).ended(USAGE).explains("a chain of accounts");
    let folder = Folder::with("");
    folder.ask("nowhere", &[]).ended(UNAVAILABLE).explains("cannot read");
    let empty = TempDir::new().unwrap();
    ask(empty.path().as_ref()).ended(USAGE).explains("no file ending in");
}

/// The two pairs of coinbases with one id, blocks 91722 and 91880: the ledger keeps what it
/// keeps, and nothing crashes. Outputs without an address and of the most there can be do not
/// either, nor do scripts of versions to come.
#[test]
fn odd_outputs_do_not_crash() {
    let mut text = format!("{HEADER}\n");
    let most = 2_100_000_000_000_000_u64;
    let rows = [
        format!("{BITCOIN},7,1600000007,0,{},out,0,,,{most}", tx(7)),
        format!("{BITCOIN},8,1600000008,1,{},in,0,{}:0,,{most}", tx(8), tx(7)),
        format!("{BITCOIN},8,1600000008,1,{},out,0,,,0", tx(8)),
        format!("{BITCOIN},8,1600000008,1,{},out,1,,script:6a,0", tx(8)),
        format!("{BITCOIN},8,1600000008,1,{},out,2,,script:6028{},1", tx(8), "ab".repeat(40)),
        format!("{BITCOIN},8,1600000008,1,{},out,3,,script:,1002000", tx(8)),
    ];
    for row in rows {
        let _ = writeln!(text, "{row}");
    }
    let folder = Folder::with(&text);
    let answer = folder.ask("outputs.csv", &["--json"]).ended(DONE).json();
    assert_eq!(classes(&answer), [(tx(7), "none".to_owned()), (tx(8), "none".to_owned())]);
}
