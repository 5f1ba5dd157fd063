//! What a store answers, and a trace that rests on one.

use std::path::Path;

use serde_json::Value;

use crate::ledger::Desk;
use crate::support::{
    BAD_DATA, DONE, EXCHANGE, MULE, SmallCase, THEFT, THIEF, UNAVAILABLE, USAGE, case_toml,
    command, row, rows, said, table, tag_pack,
};

#[test]
fn a_history_in_every_form() {
    let desk = Desk::imported();
    let text = desk.ask(&["history", THIEF]).ended(DONE).answers("+ 0.0000000000000001 ETH");
    let text = text.answers("2023-11-14T22:13:32Z").answers(THEFT).answers("block 1");
    text.answers("- 0.00000000000000006 ETH").answers(&EXCHANGE.to_lowercase()[..2]);
    let csv = desk.ask(&["history", THIEF, "--csv"]).ended(DONE);
    let lines: Vec<&str> = csv.stdout.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("chain,address,block_number,block_time"));
    assert!(lines[2].contains(&format!(",out,{EXCHANGE},,eip155:1/slip44:60,60,ETH,")), "{csv:?}");
    let json = desk.ask(&["history", THIEF, "--json"]).ended(DONE).json();
    assert_eq!(json["schema"], "hawkshaw.ledger.history/1");
    assert_eq!(json["complete"], true);
    let sides: Vec<_> = json["movements"].as_array().unwrap().iter().map(|m| &m["side"]).collect();
    assert_eq!(sides, ["in", "out", "out"]);
    let cut = desk.ask(&["history", THIEF, "--json", "--limit", "1"]).ended(DONE);
    assert_eq!(cut.json()["complete"], false);
    cut.explains("--limit 0");
}

#[test]
fn a_history_is_cut_by_height_time_and_asset() {
    let desk = Desk::imported();
    let count = |arguments: &[&str]| {
        let all = [&["history", THIEF, "--json"], arguments].concat();
        desk.ask(&all).ended(DONE).json()["movements"].as_array().unwrap().len()
    };
    assert_eq!(count(&["--from", "2"]), 2);
    assert_eq!(count(&["--from", "2", "--to", "3"]), 1);
    assert_eq!(count(&["--from", "1700000024"]), 2);
    assert_eq!(count(&["--to", "2023-11-14"]), 0);
    assert_eq!(count(&["--asset", "eth"]), 3);
    desk.ask(&["history", THIEF, "--asset", "usdc"]).ended(USAGE).explains("`usdc`");
    let other = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
    desk.ask(&["history", THIEF, "--asset", other]).ended(USAGE).explains("holds nothing of");
    for verb in ["history", "counterparties"] {
        for range in [["3", "2"], ["2023-11-16", "2023-11-15"], ["2023-11-16", "1"]] {
            let reversed = desk.ask(&[verb, THIEF, "--from", range[0], "--to", range[1]]);
            reversed.ended(USAGE).explains("--from is after --to");
        }
    }
    desk.ask(&["history", THIEF, "--from", "yesterday"]).ended(USAGE).explains("yesterday");
}

#[test]
fn a_balance_is_never_negative() {
    let desk = Desk::imported();
    let at = |moment: &str| {
        let json = desk.ask(&["balance", THIEF, "--at", moment, "--json"]).ended(DONE).json();
        json["accounts"][0]["assets"][0]["balance"].as_str().map(str::to_owned)
    };
    assert_eq!(at("1").as_deref(), Some("100"));
    assert_eq!(at("2").as_deref(), Some("40"));
    assert_eq!(at("2023-11-15").as_deref(), Some("0"));
    let victim = "0x00000000000000000000000000000000000b0b00";
    let said = desk.ask(&["balance", victim]).ended(DONE);
    said.answers("paid more than received: the store lacks data").answers("blocks 1 to 3");
    let json = desk.ask(&["balance", victim, "--json"]).ended(DONE).json();
    let held = &json["accounts"][0]["assets"][0];
    assert_eq!((&held["balance"], &held["paid_beyond_received"]), (&Value::Null, &"100".into()));
}

#[test]
fn an_unknown_address_is_no_zero() {
    let desk = Desk::imported();
    let nobody = "0x00000000000000000000000000000000000fffff";
    for verb in ["balance", "history", "counterparties"] {
        desk.ask(&[verb, nobody]).ended(DONE).answers("is not in this store");
        desk.ask(&[verb, "nonsense"]).ended(USAGE).explains("nonsense");
    }
    let json = desk.ask(&["balance", nobody, "--json"]).ended(DONE).json();
    assert_eq!(json["accounts"], Value::Array(Vec::new()));
    desk.ask(&["tx", &format!("{:064x}", 99)]).ended(DONE).answers("is not in this store");
    desk.ask(&["tx", "0x12"]).ended(USAGE).explains("64 hex digits");
    // An account says its chain; another chain is not searched.
    desk.ask(&["balance", &format!("eip155:1:{THIEF}")]).ended(DONE).answers("Ethereum");
    desk.ask(&["balance", &format!("eip155:56:{THIEF}")]).ended(DONE).answers("not in this store");
    desk.ask(&["balance", THIEF, "--chain", "eip155:56"]).ended(USAGE).explains("holds nothing of");
}

#[test]
fn an_address_is_found_on_every_chain_of_the_store() {
    let desk = Desk::imported();
    let polygon: Vec<String> = rows()
        .iter()
        .map(|row| row.replace("eip155:1", "eip155:137").replace(":60,", ":966,"))
        .collect();
    desk.write("polygon.csv", table(&polygon));
    desk.import(&["polygon.csv"]).ended(DONE).answers("Polygon");
    let both = desk.ask(&["balance", THIEF]).ended(DONE);
    both.answers("on Ethereum").answers("on Polygon");
    let one = desk.ask(&["balance", THIEF, "--chain", "eip155:137"]).ended(DONE);
    assert!(!one.answers("on Polygon").stdout.contains("Ethereum"));
    desk.ask(&["tx", THEFT]).ended(DONE).answers("on Ethereum").answers("on Polygon");
    desk.ask(&["unwind", "--to", "1"]).ended(USAGE).explains("--chain");
}

#[test]
fn an_answer_says_what_is_not_covered() {
    let desk = Desk::imported();
    let ask = |arguments: &[&str]| {
        let json = desk.ask(&[&["history", THIEF, "--json"], arguments].concat());
        let json = json.ended(DONE).json();
        (json["complete"].clone(), json["accounts"][0]["not_covered"].clone())
    };
    let whole = serde_json::json!([]);
    assert_eq!(ask(&[]), (true.into(), whole.clone()));
    assert_eq!(ask(&["--from", "1", "--to", "4"]), (true.into(), whole.clone()));
    assert_eq!(ask(&["--to", "9"]), (false.into(), serde_json::json!([[4, 8]])));
    assert_eq!(ask(&["--from", "9"]), (false.into(), serde_json::json!([[9, null]])));
    assert_eq!(ask(&["--from", "2030-01-01"]), (false.into(), serde_json::json!([[4, null]])));
    assert_eq!(ask(&["--to", "2023-11-14"]), (false.into(), serde_json::json!([[0, 0]])));
    assert_eq!(ask(&["--to", "1700000037"]), (true.into(), whole));
    let text = desk.ask(&["history", THIEF, "--from", "9", "--to", "12"]).ended(DONE);
    text.answers("No such movement").answers("Not covered of Ethereum: blocks 9 to 11");
    let json = desk.ask(&["history", THIEF, "--json"]).ended(DONE).json();
    let account = &json["accounts"][0];
    assert_eq!(
        (&account["known"], &account["covered"]),
        (&true.into(), &serde_json::json!([[1, 3]]))
    );
    let nobody = "0x00000000000000000000000000000000000fffff";
    let json = desk.ask(&["history", nobody, "--json"]).ended(DONE).json();
    assert_eq!((&json["complete"], &json["accounts"][0]["known"]), (&false.into(), &false.into()));
    assert_eq!(json["accounts"][0]["covered"], serde_json::json!([[1, 3]]));
    let balance = desk.ask(&["balance", THIEF, "--at", "99"]).ended(DONE);
    balance.answers("Not covered of Ethereum: blocks 4 to 99");
    let balance = desk.ask(&["balance", THIEF, "--at", "0"]).ended(DONE);
    balance.answers("No movement of it").answers("Not covered of Ethereum: blocks 0");
    let one = one_history();
    let known = one.ask(&["history", THIEF, "--json"]).ended(DONE).json();
    assert_eq!(known["complete"], true);
    assert_eq!(known["accounts"][0]["histories"], serde_json::json!([[THIEF, [1, 3]]]));
    let other = one.ask(&["history", MULE, "--json"]).ended(DONE).json();
    assert_eq!(other["complete"], false);
    assert_eq!(other["accounts"][0]["not_covered"], serde_json::json!([[1, 3]]));
}

#[test]
fn counterparties_are_summed_by_asset() {
    let desk = Desk::imported();
    let said = desk.ask(&["counterparties", THIEF]).ended(DONE);
    said.answers("3 of 3 counterparties");
    let json = desk.ask(&["counterparties", THIEF, "--json", "--limit", "1"]).ended(DONE).json();
    assert_eq!(json["accounts"][0]["total"], 3);
    assert_eq!(json["accounts"][0]["counterparties"].as_array().unwrap().len(), 1);
    let csv = desk.ask(&["counterparties", THIEF, "--csv"]).ended(DONE);
    assert!(csv.stdout.contains(&format!("{MULE},eip155:1/slip44:60,0,40,ETH,")), "{csv:?}");
}

#[test]
fn an_export_imports_as_it_was() {
    let fees = [
        row(4, MULE, EXCHANGE, "7"),
        row(4, MULE, "", "1").replace(",0,0,", ",0,1,").replace("native", "fee"),
    ];
    for format in ["csv", "parquet"] {
        let desk = Desk::imported();
        desk.write("fees.csv", table(&fees));
        desk.import(&["fees.csv"]).ended(DONE);
        desk.ask(&["export", "--format", format, "--out", "tables"]).ended(DONE).answers("5 rows");
        let name = format!("tables/eip155-1-transfers.{format}");
        assert!(desk.path(&name).is_file());
        let copy = Desk::new();
        std::fs::copy(desk.path(&name), copy.path("table")).unwrap();
        copy.import(&["table"]).ended(DONE).answers("5 movements");
        copy.ask(&["export", "--format", format, "--out", "tables"]).ended(DONE);
        let read = |desk: &Desk| std::fs::read(desk.path(&name)).unwrap();
        assert!(read(&desk) == read(&copy), "{format}: another export");
        let history = |desk: &Desk| desk.ask(&["history", MULE, "--json"]).stdout;
        assert_eq!(history(&desk), history(&copy));
        desk.ask(&["export", "--out", "tables"]).ended(USAGE).explains("is not empty");
    }
    let desk = Desk::imported();
    desk.ask(&["export", "--from", "2", "--to", "3", "--out", "day.csv"]).ended(DONE);
    let day = std::fs::read_to_string(desk.path("day.csv")).unwrap();
    assert_eq!(day.lines().count(), 2, "{day}");
}

#[test]
fn coins_are_stored_asked_and_exported() {
    let header =
        "chain,block_number,block_time,tx_index,tx_hash,side,leg_index,outpoint,address,amount";
    let chain = "bip122:000000000019d6689c085ae165831e93";
    let address = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
    let (mint, spend) = (format!("{:064x}", 1), format!("{:064x}", 2));
    let text = format!(
        "{header}\n{chain},1,1700000012,0,{mint},out,0,,{address},5000\n\
         {chain},2,1700000024,1,{spend},in,0,{mint}:0,{address},5000\n\
         {chain},2,1700000024,1,{spend},out,0,,script:51,4000\n"
    );
    let desk = Desk::new();
    desk.write("outputs.csv", text);
    desk.import(&["outputs.csv"]).ended(DONE).answers("Bitcoin");
    let tx = desk.ask(&["tx", &mint]).ended(DONE);
    tx.answers("spent by").answers(&spend);
    desk.ask(&["tx", &format!("{spend}:0")]).ended(DONE).answers("fee 0.00001 BTC");
    let history = desk.ask(&["history", address, "--json"]).ended(DONE).json();
    let kinds: Vec<_> =
        history["movements"].as_array().unwrap().iter().map(|m| &m["kind"]).collect();
    assert_eq!(kinds, ["output", "input"]);
    desk.ask(&["balance", address, "--at", "1"]).ended(DONE).answers("0.00005 BTC");
    desk.ask(&["counterparties", address]).ended(USAGE).explains("does not say who paid whom");
    let json = desk.ask(&["counterparties", address, "--json"]).ended(USAGE).json();
    let reason = json["accounts"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("Bitcoin does not say who paid whom"), "{json}");
    desk.ask(&["export", "--format", "parquet", "--out", "coins.parquet"]).ended(DONE);
    let copy = Desk::new();
    std::fs::copy(desk.path("coins.parquet"), copy.path("coins.parquet")).unwrap();
    copy.import(&["coins.parquet"]).ended(DONE).answers("3 movements");
    let history = |desk: &Desk| desk.ask(&["history", address, "--json"]).stdout;
    assert_eq!(history(&desk), history(&copy));
}

/// What a trace says of the money; what it says of its inputs differs.
fn money(trace: &Value) -> Value {
    let mut trace = trace.clone();
    for input in ["manifest", "noise", "coverage"] {
        trace.as_object_mut().unwrap().remove(input);
    }
    trace
}

fn trace(case: &Path, desk: &Desk, more: &[&str]) -> crate::support::Said {
    let store = desk.path("store");
    said(command().arg("trace").arg(case).arg("--store").arg(store).args(more))
}

#[test]
fn a_trace_of_a_store_is_that_of_its_table() {
    let desk = Desk::imported();
    let case = SmallCase::new();
    let of_table = case.trace(&["--json"]).ended(DONE).json();
    let of_store = trace(case.path(), &desk, &["--json"]).ended(DONE);
    let of_store = of_store.explains("transfers.csv is not read").json();
    assert_eq!(money(&of_table), money(&of_store));
    std::fs::remove_file(case.path().join("transfers.csv")).unwrap();
    let said = trace(case.path(), &desk, &["--json"]).ended(DONE);
    assert_eq!(said.stderr, "");
    case.trace(&[]).ended(USAGE).explains("--store");
    trace(case.path(), &desk, &["--ledger", "x"]).ended(USAGE).explains("--ledger");
    let inputs = of_store["manifest"]["inputs"].as_array().unwrap();
    assert!(inputs.iter().any(|input| input["role"] == "store" && input["name"] == "store"));
}

#[test]
fn a_report_on_a_store_is_verified_with_it() {
    let desk = Desk::imported();
    desk.write("case.toml", case_toml("small", THEFT));
    std::fs::create_dir(desk.path("tags")).unwrap();
    desk.write("tags/services.yaml", tag_pack("Exchange"));
    let case = desk.path("case.toml").parent().unwrap().to_owned();
    let (report, store) = (desk.path("report"), desk.path("store"));
    let out = report.to_str().unwrap().to_owned();
    trace(&case, &desk, &["--out", &out]).ended(DONE).explains("--store");
    let verify = |store: Option<&Path>| {
        let mut verify = command();
        verify.arg("verify").arg(&report);
        if let Some(store) = store {
            verify.arg("--store").arg(store);
        }
        said(&mut verify)
    };
    verify(None).ended(UNAVAILABLE).explains("name it with --store");
    verify(Some(&store)).ended(DONE).answers("Every byte agrees");
    desk.write("more.csv", table(&[row(9, EXCHANGE, MULE, "1")]));
    desk.import(&["more.csv"]).ended(DONE);
    verify(Some(&store)).ended(BAD_DATA).answers("The store has changed since");
    let (_parent, of_files) = SmallCase::new().report();
    let mut other = command();
    other.arg("verify").arg(of_files).arg("--store").arg(&store);
    said(&mut other).ended(USAGE).explains("leave out --store");
}

/// What Etherscan exports of the transactions of an account.
fn etherscan(rows: &[(u64, &str, &str, &str)]) -> String {
    let mut text = "Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,\
                    ContractAddress,Value_IN(ETH),Value_OUT(ETH),CurrentValue,TxnFee(ETH),\
                    TxnFee(USD),Historical $Price/Eth,Status,ErrCode,Method\n"
        .to_owned();
    for (block, from, to, value) in rows {
        let (is_in, time) = (*to == THIEF, 1_700_000_000 + 12 * block);
        let (credit, debit) = if is_in { (*value, "0") } else { ("0", *value) };
        text.push_str(&format!(
            "0x{block:064x},{block},{time},,{from},{to},,{credit},{debit},0,0,0,0,,,Transfer\n"
        ));
    }
    text
}

const VICTIM: &str = "0x00000000000000000000000000000000000b0b00";

/// A desk with the history of the thief alone.
fn one_history() -> Desk {
    let desk = Desk::new();
    let rows = [(1, VICTIM, THIEF, "2"), (2, THIEF, EXCHANGE, "1"), (3, THIEF, MULE, "0.5")];
    desk.write("export.csv", etherscan(&rows));
    desk.import(&["export.csv"]).ended(DONE);
    desk
}

#[test]
fn one_history_says_nothing_of_other_accounts() {
    let desk = one_history();
    let case = SmallCase::new();
    let found = trace(case.path(), &desk, &["--json"]).ended(DONE).json();
    let kind = |account: &str| {
        let terminals = found["terminals"].as_array().unwrap();
        let is_of = |terminal: &&Value| {
            terminal["address"]
                .as_str()
                .is_some_and(|text| text.to_lowercase().ends_with(&account.to_lowercase()))
        };
        let found = terminals.iter().find(is_of).map(|terminal| terminal["kind"].clone());
        found.unwrap_or_else(|| panic!("{account} is not in {terminals:?}"))
    };
    assert_eq!((kind(MULE), kind(THIEF)), ("no-data".into(), "held".into()));
    let limits = found["limits"].to_string();
    assert!(
        limits.contains("no whole blocks of Ethereum, only the history of 1 account"),
        "{limits}"
    );
    // With whole blocks of the chain nothing is cut off.
    let whole = trace(case.path(), &Desk::imported(), &["--json"]).ended(DONE).json();
    assert!(!whole["limits"].to_string().contains("whole blocks"), "{whole}");
}

#[test]
fn a_place_that_no_file_gives_is_unknown() {
    let desk = one_history();
    let history = desk.ask(&["history", THIEF]).ended(DONE);
    history.answers("place in the block unknown");
    let json = desk.ask(&["history", THIEF, "--json"]).ended(DONE).json();
    for movement in json["movements"].as_array().unwrap() {
        assert_eq!(movement["tx_index"], Value::Null, "{movement}");
    }
    let tx = desk.ask(&["tx", THEFT]).ended(DONE);
    tx.answers("block 1, its place in the block is unknown");
    let json = desk.ask(&["tx", THEFT, "--json"]).ended(DONE).json();
    assert_eq!(json["transactions"][0]["tx_index"], Value::Null);
    assert!(!holds_a_stand_in(&json.to_string()), "{json}");
    let known = Desk::imported().ask(&["history", THIEF, "--json"]).ended(DONE).json();
    assert_eq!(known["movements"][0]["tx_index"], 0);
}

/// Whether a text holds an index that stands for none.
fn holds_a_stand_in(text: &str) -> bool {
    ["21474836", "42949672"].iter().any(|index| text.contains(index))
}
