//! Real transactions, traces, logs and blocks around block 15,000,000 in `../shared/data`,
//! with the token transfers that GraphSense found in them. Without the folder the tests say so
//! and pass.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hawkshaw_chains::evm::{BlockParts, Network, Options, Receipts, Traces, decode_block};
use hawkshaw_model::rows::Transfer;
use serde_json::{Value, json};

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

/// A row of the table of traces.
type Row<'a> = BTreeMap<&'a str, &'a str>;

fn rows_of(text: &str) -> Vec<Row<'_>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines.map(|line| names.iter().copied().zip(line.split(',')).collect()).collect()
}

/// A number in hex, of one in decimal digits.
fn hex(decimal: &str) -> String {
    format!("{:#x}", decimal.parse::<u128>().unwrap())
}

/// A trace as a node tells it.
fn trace(row: &Row<'_>, position: Option<usize>) -> Value {
    let mut parts = row["traceId"].split('_');
    let kind = parts.next().unwrap();
    let place: Vec<u32> = parts.skip(1).filter_map(|part| part.parse().ok()).collect();
    let (from, to, value) = (row["fromAddress"], row["toAddress"], hex(row["value"]));
    let action = match kind {
        "reward" => json!({"author": to, "value": value, "rewardType": "block"}),
        "suicide" => json!({"address": from, "refundAddress": to, "balance": value}),
        "create" => json!({"from": from, "value": value}),
        _ => json!({"from": from, "to": to, "value": value, "callType": row["callType"]}),
    };
    json!({
        "type": kind,
        "action": action,
        "result": if kind == "create" { json!({"address": to}) } else { Value::Null },
        "error": if row["status"] == "1" { Value::Null } else { json!("Reverted") },
        "traceAddress": if kind == "reward" { Vec::new() } else { place },
        "transactionPosition": position,
    })
}

/// The answers of a node about a block of which the tables have traces and logs: block,
/// receipts, traces.
fn answers(height: u64, traces: &[Row<'_>], logs: &BTreeMap<u64, Value>) -> [Value; 3] {
    let block_hash = logs[&0]["blockHash"].clone();
    let is_root = |row: &&Row<'_>| row["traceId"].splitn(3, '_').nth(2) == Some("");
    let roots: BTreeMap<&str, &Row<'_>> =
        traces.iter().filter(is_root).map(|row| (row["txHash"], row)).collect();
    // Those with logs in their order, and behind them the rest.
    let mut order: Vec<&str> = logs.values().map(|log| log["txHash"].as_str().unwrap()).collect();
    order.extend(roots.keys().copied().filter(|hash| !order.contains(hash)).collect::<Vec<_>>());
    order.dedup();
    assert!(order.iter().all(|hash| roots.contains_key(hash)));
    let mut txs = Vec::new();
    let mut receipts = Vec::new();
    for hash in &order {
        let root = roots[hash];
        let is_create = root["traceId"].starts_with("create");
        let [to, contract] = match is_create {
            true => [Value::Null, json!(root["toAddress"])],
            false => [json!(root["toAddress"]), Value::Null],
        };
        txs.push(json!({
            "hash": hash, "from": root["fromAddress"], "to": to, "value": hex(root["value"]),
        }));
        let of_tx = logs.values().filter(|log| log["txHash"].as_str() == Some(hash));
        receipts.push(json!({
            "transactionHash": hash, "blockHash": block_hash, "blockNumber": height,
            "status": if root["status"] == "1" { "0x1" } else { "0x0" },
            "gasUsed": "0x1", "effectiveGasPrice": "0x0", "contractAddress": contract,
            "logs": of_tx.collect::<Vec<_>>(),
        }));
    }
    let position = |row: &Row<'_>| order.iter().position(|hash| *hash == row["txHash"]);
    // Of three transactions that create contracts the sample lacks the first call.
    let is_whole = |row: &&Row<'_>| row["txHash"].is_empty() || roots.contains_key(row["txHash"]);
    let traces = traces.iter().filter(is_whole);
    let traces: Vec<Value> = traces.map(|row| trace(row, position(row))).collect();
    let block = json!({
        "number": height, "hash": block_hash, "parentHash": block_hash, "timestamp": "0x62b12cc4",
        "transactions": txs,
    });
    [block, json!(receipts), json!(traces)]
}

/// What a movement says beside the block and the place of its transaction there.
fn said(row: &Transfer, asset: &str) -> String {
    let Transfer { event, kind, from, to, amount, spot, .. } = row;
    let tx = spot.tx.map(|tx| tx.to_string());
    format!("{} {tx:?} {event} {kind:?} {asset} {from:?} {to:?} {amount}", spot.height)
}

#[test]
fn the_same_blocks_from_a_node_give_the_same_movements() {
    let (Some(logs), Some(traces)) = (read("logs.json"), read("traces.csv")) else { return };
    let text = fs::read_to_string(data("traces.csv").unwrap()).unwrap();
    let mut traces_of: BTreeMap<u64, Vec<Row<'_>>> = BTreeMap::new();
    for row in rows_of(&text) {
        traces_of.entry(row["blockId"].parse().unwrap()).or_default().push(row);
    }
    let mut logs_of: BTreeMap<u64, BTreeMap<u64, Value>> = BTreeMap::new();
    for line in fs::read_to_string(data("logs.json").unwrap()).unwrap().lines() {
        let log: Value = serde_json::from_str(line).unwrap();
        let block = logs_of.entry(log["blockId"].as_u64().unwrap()).or_default();
        block.insert(log["logIndex"].as_u64().unwrap(), log);
    }
    assert_eq!(logs_of.len(), 5);
    let network = Network::new(&"eip155:1".parse().unwrap(), None).unwrap();
    let mut from_node = BTreeSet::new();
    for (height, logs) in &logs_of {
        let parts = answers(*height, &traces_of[height], logs);
        let [block, receipts, traces] = parts.map(|part| serde_json::to_vec(&part).unwrap());
        let (receipts, traces) = (Receipts::List(&receipts), Traces::Flat(&traces));
        let parts = BlockParts { height: *height, block: &block, receipts, traces };
        let rows =
            decode_block(&network, &Arc::from("node"), &parts, Options::default()).unwrap().rows;
        let asset = |row: &Transfer| rows.assets[row.asset as usize].to_string();
        from_node.extend(rows.transfers.iter().map(|row| said(row, &asset(row))));
    }
    let is_there = |row: &&(Transfer, String)| logs_of.contains_key(&row.0.spot.height);
    let from_files: BTreeSet<String> = logs
        .transfers
        .iter()
        .chain(traces.transfers.iter().filter(is_there))
        .map(|(row, asset)| said(row, asset))
        .collect();
    assert!(from_files.len() > 1_500, "{}", from_files.len());
    let differences: Vec<_> = from_files.symmetric_difference(&from_node).collect();
    assert!(differences.is_empty(), "{differences:?}");
}
