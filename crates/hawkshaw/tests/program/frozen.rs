//! What an issuer froze, as the logs of a case folder say.

use crate::support::{DONE, EXCHANGE, MULE, SmallCase, THEFT, THIEF, case_toml, command, said};

const USDT: &str = "0xdac17f958d2ee523a2206206994597c13d831ec7";
const HEADER: &str = "chain,block_number,block_time,tx_index,event_index,tx_hash,emitter,topic0,\
                      topic1,topic2,topic3,data";
/// `AddedBlackList(address)` and `RemovedBlackList(address)`.
const ADDED: &str = "0x42e160154868087d6bfdc0ca23d96a1c1cfa32f1b72ba9ba27b69b98a0d819dc";
const REMOVED: &str = "0xd7e9ec6e6ecd65492dce6bf513cd6867560d49544421d0783ddf06e76c24470c";

fn padded(address: &str) -> String {
    format!("0x{:0>64}", &address[2..])
}

fn log(block: u64, topic: &str, holder: &str) -> String {
    let data = padded(holder);
    format!(
        "eip155:1,{block},{},0,7,0x{block:0>64},{USDT},{topic},,,,{data}",
        1_700_000_000 + block * 12
    )
}

/// 100 of USDT are stolen, 40 go to a mule.
fn case() -> SmallCase {
    let case = SmallCase::new();
    case.write("case.toml", case_toml("small", THEFT));
    let row = |block: u64, tx: &str, from: &str, to: &str, amount: u64| {
        let time = 1_700_000_000 + block * 12;
        format!("eip155:1,{block},{time},0,1,{tx},token,eip155:1/erc20:{USDT},{from},{to},{amount}")
    };
    let transfers = [
        crate::support::HEADER.to_owned(),
        row(1, THEFT, EXCHANGE, THIEF, 100),
        row(2, &format!("0x{:0>64}", 2), THIEF, MULE, 40),
    ];
    case.write("transfers.csv", transfers.join("\n") + "\n");
    case
}

fn kinds(case: &SmallCase) -> Vec<(String, String, Option<String>)> {
    let answer = case.trace(&["--json", "--floor", "0"]).ended(DONE).json();
    let terminals = answer["terminals"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    terminals
        .map(|t| (text(&t["kind"]), text(&t["address"]), t["actor"].as_str().map(str::to_owned)))
        .collect()
}

#[test]
fn frozen_value_is_a_terminal_of_its_issuer() {
    let case = case();
    case.write("events.csv", format!("{HEADER}\n{}\n", log(3, ADDED, MULE)));
    let found = kinds(&case);
    let tether = Some("Tether".to_owned());
    assert!(found.contains(&("frozen".to_owned(), MULE.to_owned(), tether)), "{found:?}");
    assert!(found.contains(&("held".to_owned(), THIEF.to_owned(), None)), "{found:?}");
    let answer = case.trace(&["--json"]).ended(DONE).json();
    let findings = answer["findings"].to_string();
    assert!(findings.contains("\"frozen\""), "{findings}");
    // The logs are an input like any other: the report can be run again from its copies.
    let report = case.path().join("report");
    said(command().arg("trace").arg(case.path()).arg("--out").arg(&report)).ended(DONE);
    said(command().arg("verify").arg(&report)).ended(DONE);
}

#[test]
fn released_value_is_held_and_bad_logs_are_refused_or_counted() {
    let case = case();
    let rows = [log(3, ADDED, MULE), log(4, REMOVED, MULE)];
    case.write("events.csv", format!("{HEADER}\n{}\n", rows.join("\n")));
    assert!(kinds(&case).iter().all(|(kind, ..)| kind == "held"));
    case.write(
        "events.csv",
        format!("{HEADER}\n{}\n", log(3, ADDED, MULE).replace("0xdac1", "0yxx")),
    );
    case.trace(&["--json"]).ended(crate::support::BAD_DATA).explains("events.csv");
}
