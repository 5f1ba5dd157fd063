//! Prices: shown beside amounts, asked, fetched from whom the user named.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::server::{Asked, Reply, Server};
use crate::support::{
    BAD_DATA, DONE, EXCHANGE, MULE, Said, SmallCase, THIEF, UNAVAILABLE, USAGE, command, hawkshaw,
    row, said, table,
};

const ETH: &str = "eip155:1/slip44:60";
const VICTIM: &str = "0x00000000000000000000000000000000000b0b00";
const DAY: i64 = 86_400;
/// The theft of the small case is at 1,700,000,012: this is the start of its day.
const START: i64 = 1_699_920_000;

/// The small case in whole ETH.
fn case() -> SmallCase {
    let eth = |amount: u64| format!("{amount}000000000000000000");
    SmallCase::with_table(table(&[
        row(1, VICTIM, THIEF, &eth(100)),
        row(2, THIEF, EXCHANGE, &eth(60)),
        row(3, THIEF, MULE, &eth(40)),
    ]))
}

fn file(folder: &Path, name: &str, rows: &[(i64, &str)]) -> PathBuf {
    let mut text = "asset,time,price,source\n".to_owned();
    for (time, price) in rows {
        text.push_str(&format!("{ETH},{time},{price},an exchange\n"));
    }
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn traced(prices: &[&Path], options: &[&str]) -> Said {
    let case = case();
    let mut command = command();
    command.arg("trace").arg(case.path()).args(options);
    for path in prices {
        command.arg("--prices").arg(path);
    }
    said(&mut command)
}

#[test]
fn a_trace_shows_what_amounts_were_worth() {
    let folder = TempDir::new().unwrap();
    let prices = file(folder.path(), "p.csv", &[(START, "2000.5"), (START + DAY, "1")]);
    let trace = traced(&[&prices], &["--json"]).ended(DONE).json();
    let stolen = &trace["stolen"][0]["usd"];
    assert_eq!(stolen["amount"], "200050.00");
    assert_eq!(stolen["quotes"][0]["time"], START);
    assert_eq!(stolen["quotes"][0]["source"], "an exchange");
    let terminals = trace["terminals"].as_array().unwrap();
    let exchange = terminals.iter().find(|row| row["kind"] == "exchange").unwrap();
    assert_eq!(exchange["usd"]["amounts"]["fifo"], "120030.00");
    assert_eq!(trace["usd"]["terminals"]["fifo"]["amount"], "200050.00");
    assert_eq!(trace["usd"]["terminals"]["fifo"]["unpriced"], 0);
    let text = traced(&[&prices], &[]).ended(DONE);
    assert!(text.stdout.contains("worth $200,050 then"), "{}", text.stdout);
    assert!(text.stdout.contains("$120,030"), "{}", text.stdout);
    // Taint does not rest on prices.
    let mut without = traced(&[], &["--json"]).ended(DONE).json();
    assert!(without.get("usd").is_none());
    for field in ["balance", "timeline", "findings", "limits", "coverage"] {
        assert_eq!(trace[field], without[field], "{field}");
    }
    assert_eq!(without["terminals"][0]["amounts"], trace["terminals"][0]["amounts"]);
    assert!(without["terminals"][0].as_object_mut().unwrap().remove("usd").is_none());
}

#[test]
fn a_price_that_is_too_old_or_not_yet_there_is_unknown() {
    let folder = TempDir::new().unwrap();
    for time in [START - 3 * DAY, START + DAY] {
        let prices = file(folder.path(), "p.csv", &[(time, "2000")]);
        let trace = traced(&[&prices], &["--json"]).ended(DONE).json();
        assert_eq!(trace["stolen"][0]["usd"], Value::Null);
        assert!(trace["stolen"][0].get("usd").is_some());
        assert_eq!(trace["usd"]["stolen"]["unpriced"], 1);
        traced(&[&prices], &[]).ended(DONE).answers("US dollars: unknown at 2 of 3 places (ETH)");
    }
}

#[test]
fn a_report_keeps_its_prices_and_is_run_again_with_them() {
    let folder = TempDir::new().unwrap();
    let prices = file(folder.path(), "p.csv", &[(START, "2000")]);
    let report = folder.path().join("report");
    traced(&[&prices], &["--out", report.to_str().unwrap()]).ended(DONE);
    let trace: Value =
        serde_json::from_slice(&std::fs::read(report.join("trace.json")).unwrap()).unwrap();
    let inputs = trace["manifest"]["inputs"].as_array().unwrap();
    let input = inputs.iter().find(|input| input["role"] == "prices").unwrap();
    assert_eq!(input["name"], "p.csv");
    // The report stands on its own.
    std::fs::remove_file(&prices).unwrap();
    said(command().arg("verify").arg(&report)).ended(DONE).answers("Every byte agrees");
    let copy = report.join("inputs").join(input["sha256"].as_str().unwrap());
    let text = std::fs::read_to_string(&copy).unwrap();
    std::fs::write(&copy, text.replace("2000", "2001")).unwrap();
    said(command().arg("verify").arg(&report)).ended(BAD_DATA).explains("was changed");
}

#[test]
fn files_may_be_folders_and_named_twice_but_may_not_contradict_each_other() {
    let folder = TempDir::new().unwrap();
    let first = file(folder.path(), "a.csv", &[(START, "2000")]);
    let again = traced(&[folder.path(), &first], &["--json"]).ended(DONE);
    assert!(again.stderr.contains("given twice, read once"), "{}", again.stderr);
    file(folder.path(), "b.csv", &[(START, "2000.0"), (START + 1, "2001")]);
    let trace = traced(&[folder.path()], &["--json"]).ended(DONE).json();
    assert_eq!(trace["defects"]["prices: repeated-row"], 1);
    file(folder.path(), "c.csv", &[(START + 1, "2002")]);
    traced(&[folder.path()], &[])
        .ended(BAD_DATA)
        .explains("b.csv line 3 says that eip155:1/slip44:60 was worth 2001")
        .explains("c.csv line 2 says 2002");
    std::fs::write(folder.path().join("c.csv"), "asset,time,price\nETH,2023-11-15,1\n").unwrap();
    traced(&[folder.path()], &[]).ended(BAD_DATA).explains("c.csv line 2, column `asset`");
    traced(&[&folder.path().join("none.csv")], &[]).ended(UNAVAILABLE).explains("none.csv");
}

#[test]
fn show_says_what_is_known() {
    let folder = TempDir::new().unwrap();
    let prices = file(folder.path(), "p.csv", &[(START, "2000.50"), (START + DAY, "1e-8")]);
    let path = prices.to_str().unwrap();
    hawkshaw(["prices", "show", ETH, "--prices", path])
        .ended(DONE)
        .answers("eip155:1/slip44:60 (ETH), US dollars for a whole unit")
        .answers("2023-11-14T00:00:00Z  2000.5  an exchange")
        .answers("2023-11-15T00:00:00Z  0.00000001  an exchange");
    let at =
        |time: &str| hawkshaw(["prices", "show", ETH, "--at", time, "--prices", path, "--json"]);
    let json = at("2023-11-14T22:13:32Z").ended(DONE).json();
    assert_eq!(json["quote"]["price"], "2000.5");
    assert_eq!(at("2023-11-01").ended(DONE).json()["quote"], Value::Null);
    hawkshaw(["prices", "show", ETH, "--at", "2023-11-01", "--prices", path])
        .ended(DONE)
        .answers("the price is unknown at 2023-11-01T00:00:00Z")
        .answers("there are 2 prices of eip155:1/slip44:60 from 2023-11-14");
}

/// Answers as DefiLlama does, with no price on the third day.
fn llama(asked: &Asked) -> Reply {
    let coin = asked.target.strip_prefix("/chart/").unwrap().split('?').next().unwrap();
    let number = |name: &str| asked.parameter(name).unwrap().parse::<i64>().unwrap();
    let times = (0..number("span")).map(|at| number("start") + at * DAY);
    let points: Vec<String> = times
        .filter(|time| *time != START + 2 * DAY)
        .map(|time| format!("{{\"timestamp\":{time},\"price\":2000.{}}}", (time - START) / DAY + 1))
        .collect();
    Reply::json(format!("{{\"coins\":{{\"{coin}\":{{\"prices\":[{}]}}}}}}", points.join(",")))
}

fn fetch(server: &Server, out: &Path, options: &[&str]) -> Said {
    let mut command = command();
    command.args(["prices", "fetch", "--source", &server.url(), "--api", "defillama"]);
    said(command.arg("--out").arg(out).args(options))
}

#[test]
fn prices_are_fetched_completed_and_used() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("fetched.csv");
    let server = Server::start(llama);
    let first = ["--asset", ETH, "--from", "2023-11-14", "--to", "2023-11-16"];
    fetch(&server, &out, &first).ended(DONE).answers("2 of them new; 0 moments without a price");
    let expected = format!(
        "asset,time,price,source\n\
         {ETH},{START},2000.1,{0} coingecko:ethereum\n\
         {ETH},{1},2000.2,{0} coingecko:ethereum\n",
        server.url(),
        START + DAY
    );
    assert_eq!(std::fs::read_to_string(&out).unwrap(), expected);
    // Only what is missing is asked for.
    let more = ["--asset", ETH, "--from", "2023-11-13", "--to", "2023-11-18"];
    fetch(&server, &out, &more).ended(DONE).answers("2 of them new; 1 moment without a price");
    let spans: Vec<_> = server
        .asked()
        .iter()
        .map(|asked| {
            let number = |name: &str| asked.parameter(name).unwrap().parse::<i64>().unwrap();
            ((number("start") - START) / DAY, number("span"))
        })
        .collect();
    assert_eq!(spans, [(0, 2), (-1, 1), (2, 2)]);
    let complete = std::fs::read(&out).unwrap();
    // In one go it is the same file.
    let whole = folder.path().join("whole.csv");
    fetch(&server, &whole, &more).ended(DONE);
    assert_eq!(std::fs::read(&whole).unwrap(), complete);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
    let trace = traced(&[&out], &["--json"]).ended(DONE).json();
    assert_eq!(trace["stolen"][0]["usd"]["amount"], "200010.00");
}

#[test]
fn what_one_asset_brought_stays_when_the_next_fails() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("fetched.csv");
    let bad = "eip155:137/slip44:966";
    let options = ["--asset", bad, "--asset", ETH, "--from", "2023-11-14", "--to", "2023-11-15"];
    let server = Server::start(|asked| {
        if asked.target.contains("polygon") {
            return Reply::status(400, "{\"message\":\"no such coin\"}");
        }
        llama(asked)
    });
    fetch(&server, &out, &options).ended(UNAVAILABLE).explains("polygon-ecosystem-token");
    // The other asset sorts behind it and was not reached; named apart, it is there.
    assert!(!out.exists() || std::fs::read_to_string(&out).unwrap().contains(ETH));
    let swapped = format!("{bad}=coingecko:matic-network");
    let options = [&options[..], &["--coin", &swapped]].concat();
    let server = Server::start(llama);
    fetch(&server, &out, &options).ended(DONE).answers("2 prices in");
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(text.contains("coingecko:matic-network"), "{text}");
}

#[test]
fn a_fetch_that_cannot_be_is_refused_before_anything_is_asked() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("fetched.csv");
    let server = Server::start(llama);
    let days = ["--from", "2023-11-14", "--to", "2023-11-16"];
    let with = |options: &[&str]| fetch(&server, &out, &[options, &days].concat());
    let fake = "eip155:1/erc721:0x00000000000000000000000000000000000000ff";
    with(&["--asset", fake]).ended(USAGE).explains("say so by --coin");
    with(&["--asset", "ETH"]).ended(USAGE).explains("CAIP-19");
    with(&["--asset", ETH, "--step", "7h"]).ended(USAGE).explains("divides a day");
    let backwards = ["--asset", ETH, "--from", "2023-11-16", "--to", "2023-11-14"];
    fetch(&server, &out, &backwards).ended(USAGE).explains("is not before --to");
    let unknown = ["prices", "fetch", "--source", "http://127.0.0.1:9", "--asset", ETH];
    let out_text = out.to_str().unwrap();
    hawkshaw([&unknown[..], &days, &["--out", out_text]].concat())
        .ended(USAGE)
        .explains("--api defillama");
    let nowhere = folder.path().join("no/such/file.csv");
    fetch(&server, &nowhere, &[&["--asset", ETH][..], &days].concat())
        .ended(UNAVAILABLE)
        .explains("is no folder");
    // A file of another kind is not overwritten.
    std::fs::write(&out, "my own notes\n").unwrap();
    with(&["--asset", ETH]).ended(BAD_DATA).explains("there is no `asset`");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "my own notes\n");
    assert!(server.asked().is_empty());
}

#[test]
fn a_service_that_lies_is_bad_data_and_its_key_stays_secret() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("fetched.csv");
    let key = folder.path().join("key.txt");
    std::fs::write(&key, "sesame-open\n").unwrap();
    let server = Server::start(|_| {
        Reply::json(
            "{\"coins\":{\"coingecko:ethereum\":{\"prices\":[{\"timestamp\":1,\"price\":-5}]}}}",
        )
    });
    let options = ["--asset", ETH, "--from", "2023-11-14", "--to", "2023-11-16", "--key-file"];
    let said = fetch(&server, &out, &[&options[..], &[key.to_str().unwrap()]].concat())
        .ended(BAD_DATA)
        .explains("prices of coingecko:ethereum from 2023-11-14")
        .explains("below zero");
    assert!(!format!("{said:?}").contains("sesame"), "{said:?}");
    assert!(!out.exists());
}
