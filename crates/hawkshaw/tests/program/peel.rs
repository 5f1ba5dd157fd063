//! `hawkshaw pattern peel`: what is followed, where it stops, and what it answers.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{BAD_DATA, DONE, Said, UNAVAILABLE, USAGE, hawkshaw};

const CHAIN: &str = "bip122:000000000019d6689c085ae165831e93";

/// A table of outputs in the making.
struct Table {
    folder: TempDir,
    rows: Vec<String>,
    made: Vec<(String, String, u64)>,
}

fn tx(name: &str) -> String {
    name.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
        + &"0".repeat(64 - 2 * name.len())
}

/// `w/name` is P2WPKH, `h/name` P2PKH.
fn script(name: &str) -> String {
    let (kind, name) = name.split_once('/').unwrap();
    let body = &tx(name)[..40];
    match kind {
        "w" => format!("script:0014{body}"),
        _ => format!("script:76a914{body}88ac"),
    }
}

impl Table {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), rows: Vec::new(), made: Vec::new() }
    }

    fn tx(&mut self, name: &str, inputs: &[&str], outputs: &[(&str, u64)]) {
        let height = 100 + self.rows.len();
        let place = format!(
            "{CHAIN},{height},{},{},{}",
            1_600_000_000 + 600 * height,
            usize::from(!inputs.is_empty()),
            tx(name)
        );
        for (at, input) in inputs.iter().enumerate() {
            let (maker, vout) = input.split_once(':').unwrap();
            let made = self.made.iter().find(|(output, _, _)| output == input).unwrap();
            self.rows.push(format!(
                "{place},in,{at},{}:{vout},{},{}",
                tx(maker),
                script(&made.1),
                made.2
            ));
        }
        for (at, (to, amount)) in outputs.iter().enumerate() {
            self.rows.push(format!("{place},out,{at},,{},{amount}", script(to)));
            self.made.push((format!("{name}:{at}"), (*to).to_owned(), *amount));
        }
    }

    /// A theft that is peeled off in three steps, the last of which nobody can resolve.
    fn story() -> Self {
        let mut table = Self::new();
        table.tx("old", &[], &[("w/victim", 500_000_000)]);
        table.tx("steal", &["old:0"], &[("w/thief", 400_000_000), ("w/rest", 99_990_000)]);
        table.tx("p1", &["steal:0"], &[("h/exchange", 50_000_000), ("w/c1", 349_990_000)]);
        table.tx("p2", &["p1:1"], &[("w/c2", 299_980_123), ("h/bob", 49_999_877)]);
        table.tx("p3", &["p2:0"], &[("w/c3", 199_970_000), ("w/al", 100_000_123)]);
        table.tx("q", &["p3:0"], &[("w/c4", 120_000_000), ("h/x", 79_960_000)]);
        table.tx("r", &["p3:1"], &[("w/a1", 60_000_000), ("h/y", 39_990_123)]);
        table
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, rows: &[String], end: &str) -> PathBuf {
        let header =
            "chain,block_number,block_time,tx_index,tx_hash,side,leg_index,outpoint,address,amount";
        let text = [header.to_owned()].iter().chain(rows).cloned().collect::<Vec<_>>().join(end);
        std::fs::write(self.path(name), text + end).unwrap();
        self.path(name)
    }

    fn tags(&self) -> PathBuf {
        let text = format!(
            "address,label,category,source,chain,actor\n{},Example exchange,exchange,https://example.org/,{CHAIN},example\n",
            script("h/exchange")
        );
        std::fs::write(self.path("tags.csv"), text).unwrap();
        self.path("tags.csv")
    }

    fn ask(&self, target: &str, options: &[&str]) -> Said {
        let ledger = self.write("outputs.csv", &self.rows, "\n");
        let (ledger, tags) = (ledger.display().to_string(), self.tags().display().to_string());
        let mut arguments = vec!["pattern", "peel", target, "--ledger", &ledger, "--tags", &tags];
        arguments.extend(options);
        hawkshaw(arguments)
    }
}

/// Asserts that every chain of an answer adds up.
#[track_caller]
fn adds_up(answer: &Value) {
    let number = |value: &Value| value.as_str().unwrap().parse::<u64>().unwrap();
    for chain in answer["chains"].as_array().unwrap() {
        let totals = &chain["totals"];
        let lists =
            ["services", "addresses"].iter().flat_map(|list| totals[list].as_array().unwrap());
        let paid: u64 = lists.map(|row| number(&row["amount"])).sum();
        let nobody =
            number(&totals["no_address"]["amount"]) + number(&totals["unspendable"]["amount"]);
        let out = paid + nobody + number(&totals["fees"]) + number(&totals["rest"]);
        assert_eq!(number(&chain["amount_in"]) + number(&totals["joined"]), out, "{totals}");
    }
}

#[test]
fn a_chain_is_followed_and_its_doubt_is_shown() {
    let table = Table::story();
    let output = format!("{}:0", tx("steal"));
    table
        .ask(&output, &["--backwards"])
        .ended(DONE)
        .answers("0.5 BTC to Example exchange (exchange)")
        .answers("0.49999877 BTC to")
        .answers("(unknown)")
        .answers(
            "Ended after 3 transactions: unresolved: another output than the best one is spent",
        )
        .answers(":1 1.00000123 BTC at")
        .answers("unresolved: 2.99970123 BTC")
        .answers("fees: 0.0003 BTC")
        .answers("Backwards, the nearest first");
    let answer = table.ask(&output, &["--json", "--backwards"]).ended(DONE).json();
    adds_up(&answer);
    assert_eq!(answer["schema"], "hawkshaw.peel/1");
    assert_eq!(answer["grade"], "inference");
    assert_eq!(answer["target"], format!("{CHAIN}:{output}"));
    let chain = &answer["chains"][0];
    assert_eq!(chain["end"]["kind"], "unresolved");
    assert_eq!(chain["end"]["reason"], "alike");
    assert_eq!(chain["end"]["tx"], tx("p3"));
    let rest = chain["rest"].as_array().unwrap();
    assert_eq!(rest.len(), 2);
    assert_eq!(rest[1]["amount"], "100000123");
    let first = &chain["hops"][0]["peels"][0];
    let service = json!({ "kind": "exchange", "actor": "Example exchange" });
    assert_eq!((&first["to"], &first["service"]), (&json!("service"), &service));
    let candidates = chain["hops"][2]["change"]["candidates"].as_array().unwrap();
    let spent: Vec<&Value> = candidates.iter().map(|one| &one["spent_by"]).collect();
    assert_eq!(spent, [&json!(tx("q")), &json!(tx("r"))]);
    assert_eq!(answer["backwards"]["end"]["kind"], "coinbase");
}

#[test]
fn targets_have_several_forms() {
    let table = Table::story();
    let output = format!("{}:0", tx("steal"));
    let chains = |target: &str| {
        let answer = table.ask(target, &["--json"]).ended(DONE).json();
        adds_up(&answer);
        answer["chains"].clone()
    };
    let by_output = chains(&output);
    assert_eq!(by_output, chains(&format!("{CHAIN}:{output}")));
    assert_eq!(by_output, chains(&script("w/thief")));
    assert_eq!(by_output, chains(&format!("{CHAIN}:{}", script("w/thief"))));
    assert_eq!(chains(&tx("p1"))[0]["hops"], by_output[0]["hops"]);
    // A coinbase has no change: the chains of its outputs are shown too.
    let coinbase = chains(&tx("old"));
    assert_eq!(coinbase.as_array().unwrap().len(), 2);
    assert_eq!(coinbase[0]["end"]["reason"], "coinbase");
    assert_eq!(coinbase[1]["hops"].as_array().unwrap().len(), 4);
}

#[test]
fn a_store_and_any_order_of_rows_say_the_same() {
    let table = Table::story();
    let output = format!("{}:0", tx("steal"));
    let expected = table.ask(&output, &["--json"]).ended(DONE).json();
    let mut rows = table.rows.clone();
    rows.reverse();
    let shuffled = table.write("shuffled.csv", &rows, "\r\n").display().to_string();
    let tags = table.tags().display().to_string();
    let asked = ["pattern", "peel", &output, "--tags", &tags, "--json"];
    let with = |place: &[&str]| hawkshaw(asked.iter().chain(place)).ended(DONE).json();
    assert_eq!(with(&["--ledger", &shuffled]), expected);
    let store = table.path("store").display().to_string();
    hawkshaw(["ledger", "import", &shuffled, "--store", &store]).ended(DONE);
    let stored = with(&["--store", &store]);
    assert_eq!((&stored["chains"], &stored["as_of"]), (&expected["chains"], &expected["as_of"]));
}

#[test]
fn a_coinjoin_ends_it() {
    let mut table = Table::new();
    let names: Vec<String> = (0..5).map(|n| format!("w/in{n}")).collect();
    for (at, name) in names.iter().enumerate() {
        let amount =
            if at == 0 { 5_000_000 } else { 5_050_000 - 1_000 * u64::try_from(at).unwrap() };
        table.tx(&format!("pre{at}"), &[], &[(name, amount)]);
    }
    let inputs: Vec<String> = (0..5).map(|n| format!("pre{n}:0")).collect();
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let outputs = ["w/o0", "w/o1", "w/o2", "w/o3", "w/o4"].map(|name| (name, 5_000_000));
    table.tx("mix", &inputs, &outputs);
    let answer = table.ask(&format!("{}:0", tx("pre1")), &["--json"]).ended(DONE).json();
    adds_up(&answer);
    let end = &answer["chains"][0]["end"];
    assert_eq!((&end["kind"], &end["mix"]["class"]), (&json!("mix"), &json!("whirlpool")));
    table.ask(&format!("{}:0", tx("pre1")), &[]).ended(DONE).answers("CoinJoin (Whirlpool");
}

#[test]
fn dust_hides_no_chain() {
    let mut table = Table::new();
    let dust: Vec<(String, u64)> = (0..1_100).map(|n| ("w/thief".to_owned(), 600 + n)).collect();
    let dust: Vec<(&str, u64)> = dust.iter().map(|(to, amount)| (to.as_str(), *amount)).collect();
    table.tx("dust", &[], &dust);
    table.tx("paid", &[], &[("w/thief", 400_000_000)]);
    table.tx("p1", &["paid:0"], &[("h/exchange", 50_000_000), ("w/c1", 349_990_000)]);
    table
        .ask(&script("w/thief"), &[])
        .ended(DONE)
        .answers("0.5 BTC to Example exchange (exchange)")
        .answers("Limit: 1101 chains begin at the address");
}

#[test]
fn limits_are_said() {
    let table = Table::story();
    let output = format!("{}:0", tx("steal"));
    table
        .ask(&output, &["--hops", "1"])
        .ended(DONE)
        .answers("the number of hops that was allowed is reached")
        .answers("raise --hops");
    table.ask(&output, &["--dwell-max", "0"]).ended(DONE).answers("longer than was allowed");
    table.ask(&output, &["--hops", "0"]).ended(USAGE);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let table = Table::story();
    let unknown = format!("{}:0", "ab".repeat(32));
    table.ask(&unknown, &[]).ended(BAD_DATA).explains("is not in the ledger");
    table.ask(&format!("{}:9", tx("steal")), &[]).ended(BAD_DATA);
    table.ask("nonsense", &[]).ended(USAGE);
    table.ask("", &[]).ended(USAGE);
    hawkshaw(["pattern", "peel", &unknown]).ended(USAGE).explains("--store");
    hawkshaw(["pattern", "peel", &unknown, "--ledger", "/nowhere.csv"]).ended(UNAVAILABLE);
    hawkshaw(["pattern", "peel", &unknown, "--ledger", "a.csv", "--store", "b"]).ended(USAGE);
    let empty = table.write("empty.csv", &[], "\n").display().to_string();
    hawkshaw(["pattern", "peel", &unknown, "--ledger", &empty]).ended(BAD_DATA);
    // A chain of balances has no change.
    let header =
        "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,from,to,amount";
    let (from, to) = (format!("0x{}", "11".repeat(20)), format!("0x{}", "22".repeat(20)));
    let row = format!(
        "eip155:1,1,1600000000,0,0,0x{},native,eip155:1/slip44:60,{from},{to},5",
        "ab".repeat(32)
    );
    std::fs::write(table.path("transfers.csv"), format!("{header}\n{row}\n")).unwrap();
    let ledger = table.path("transfers.csv").display().to_string();
    hawkshaw(["pattern", "peel", &from, "--ledger", &ledger]).ended(USAGE).explains("balances");
}
