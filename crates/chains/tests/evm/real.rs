//! Real blocks from `../shared/data`: 16 of Ethereum with all their calls, and the logs of five
//! with the token transfers that GraphSense found in them. Without the folder the tests say so
//! and pass.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hawkshaw_model::rows::{Rows, Transfer};
use hawkshaw_model::{Address, TransferKind};
use serde_json::{Value, json};

use crate::support::{Answers, Told, n};

#[expect(clippy::print_stderr, reason = "a test that is left out has to say so")]
fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {name} is not in ../shared/data");
    None
}

/// The blocks with their calls, as the file of each says it.
fn mev_blocks() -> Vec<Value> {
    let Some(folder) = data("mev_blocks/tests/blocks") else { return Vec::new() };
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 16);
    files.iter().map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap()).collect()
}

/// The name that nodes give to a field.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |name, part| name + &part[..1].to_uppercase() + &part[1..])
}

fn renamed(value: &Value) -> Value {
    let map = value.as_object().unwrap();
    map.iter().map(|(name, value)| (camel(name), value.clone())).collect()
}

/// The calls of the transactions of a block, in their order.
fn by_tx(traces: &[Value]) -> Vec<Vec<&Value>> {
    let mut txs: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    for trace in traces.iter().filter(|trace| trace["type"] != "reward") {
        txs.entry(trace["transactionPosition"].as_u64().unwrap()).or_default().push(trace);
    }
    txs.into_values().collect()
}

/// Who is called or created.
fn payee(trace: &Value) -> Value {
    if trace["type"] == "create" {
        return trace["result"]["address"].clone();
    }
    trace["action"]["to"].clone()
}

/// What a node says of a block of which a file has calls and receipts.
fn answers(file: &Value, traces: &[Value]) -> Answers {
    let height = file["block_number"].as_u64().unwrap();
    let receipts = file["receipts"].as_array().unwrap();
    let price = |receipt: &Value| receipt["effective_gas_price"].as_u64().unwrap();
    // Two files have no base fee before EIP-1559, and say 0.
    let base_fee = file["base_fee_per_gas"].as_u64().unwrap_or(0);
    let mut answers = Answers { height, ..Answers::new() };
    answers.block["number"] = json!(n(height.into()));
    answers.block["hash"] = traces[0]["blockHash"].clone();
    answers.block["miner"] = json!(file["miner"].as_str().unwrap().to_lowercase());
    answers.block["baseFeePerGas"] = json!(n(base_fee.into()));
    let rewards = traces.iter().filter(|trace| trace["type"] == "reward").count();
    answers.block["uncles"] = json!(vec![traces[0]["blockHash"].clone(); rewards.max(1) - 1]);
    for (root, receipt) in by_tx(traces).iter().map(|calls| calls[0]).zip(receipts) {
        let is_create = root["type"] == "create";
        let contract = if is_create { payee(root) } else { Value::Null };
        let to = if is_create { Value::Null } else { payee(root) };
        let hash = &root["transactionHash"];
        assert_eq!(*hash, receipt["transaction_hash"]);
        answers = answers.tx(
            json!({"hash": hash, "from": root["action"]["from"], "to": to,
                   "value": root["action"]["value"]}),
            json!({
                "status": if root["error"].is_null() { "0x1" } else { "0x0" },
                "gasUsed": n(receipt["gas_used"].as_u64().unwrap().into()),
                "effectiveGasPrice": n(price(receipt).into()),
                "contractAddress": contract,
            }),
        );
    }
    answers
}

/// The tree of the calls of a transaction, as the call tracer tells it.
fn nested(calls: &[&Value]) -> Value {
    fn frame(calls: &[&Value], at: &[u64]) -> Value {
        let place = |trace: &Value| -> Vec<u64> {
            trace["traceAddress"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it.as_u64().unwrap())
                .collect()
        };
        let trace = calls.iter().find(|trace| place(trace) == at).unwrap();
        let action = &trace["action"];
        let is_below = |other: &&&Value| {
            let place = place(other);
            place.len() == at.len() + 1 && place.starts_with(at)
        };
        let below = calls.iter().filter(is_below).map(|other| frame(calls, &place(other)));
        let mut frame = json!({"calls": below.collect::<Vec<_>>(), "to": payee(trace)});
        let from = |name: &str| action[name].clone();
        let (kind, fields) = match trace["type"].as_str().unwrap() {
            "create" => ("CREATE".to_owned(), ["from", "value"]),
            "suicide" => {
                frame["to"] = from("refundAddress");
                ("SELFDESTRUCT".to_owned(), ["address", "balance"])
            }
            _ => (action["callType"].as_str().unwrap().to_uppercase(), ["from", "value"]),
        };
        frame["type"] = json!(kind);
        (frame["from"], frame["value"]) = (from(fields[0]), from(fields[1]));
        if let Some(error) = trace["error"].as_str() {
            frame["error"] = json!(error);
        }
        frame
    }
    json!({"txHash": calls[0]["transactionHash"], "result": frame(calls, &[])})
}

/// What everybody has more or less after a transaction, by hash and account, without fees.
type Deltas = BTreeMap<String, BTreeMap<String, i128>>;

/// A plain walk over the calls: failed ones move nothing, nor what is below them.
fn walked(traces: &[Value]) -> Deltas {
    let mut deltas = Deltas::new();
    for calls in by_tx(traces) {
        let mut failed: BTreeSet<String> = BTreeSet::new();
        for trace in calls {
            let place: Vec<String> = trace["traceAddress"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it.as_u64().unwrap().to_string())
                .collect();
            let prefixes = (0..=place.len()).map(|end| place[..end].join("/"));
            if !trace["error"].is_null() {
                failed.insert(place.join("/"));
            }
            if prefixes.into_iter().any(|prefix| failed.contains(&prefix)) {
                continue;
            }
            let action = &trace["action"];
            let (from, to, value) = match trace["type"].as_str().unwrap() {
                "suicide" => ("address", action["refundAddress"].clone(), "balance"),
                "create" => ("from", payee(trace), "value"),
                _ if action["callType"] != "call" => continue,
                _ => ("from", payee(trace), "value"),
            };
            let value = action[value].as_str().unwrap().trim_start_matches("0x");
            let value = i128::from_str_radix(value, 16).unwrap();
            let hash = trace["transactionHash"].as_str().unwrap().to_owned();
            let accounts = deltas.entry(hash).or_default();
            *accounts.entry(action[from].as_str().unwrap().to_owned()).or_default() -= value;
            *accounts.entry(to.as_str().unwrap().to_owned()).or_default() += value;
        }
    }
    without_nothing(deltas)
}

/// The same out of rows.
fn summed(rows: &Rows) -> Deltas {
    let mut deltas = Deltas::new();
    let named = |address: &Option<Address>| address.as_ref().unwrap().to_string().to_lowercase();
    let moved = |row: &&Transfer| row.spot.tx.is_some() && row.kind != TransferKind::Fee;
    for row in rows.transfers.iter().filter(moved) {
        let amount: i128 = row.amount.to_string().parse().unwrap();
        let hash = format!("0x{}", row.spot.tx.unwrap());
        let accounts = deltas.entry(hash).or_default();
        *accounts.entry(named(&row.from)).or_default() -= amount;
        *accounts.entry(named(&row.to)).or_default() += amount;
    }
    without_nothing(deltas)
}

fn without_nothing(mut deltas: Deltas) -> Deltas {
    deltas.values_mut().for_each(|accounts| accounts.retain(|_, delta| *delta != 0));
    deltas.retain(|_, accounts| !accounts.is_empty());
    deltas
}

#[test]
fn real_calls_move_what_a_plain_walk_finds() {
    for file in mev_blocks() {
        let traces: Vec<Value> = file["traces"].as_array().unwrap().iter().map(renamed).collect();
        let answers = answers(&file, &traces);
        let flat = answers.clone().told(Told::Flat(json!(traces))).decode();
        let expected = walked(&traces);
        assert!(expected.values().all(|accounts| accounts.values().sum::<i128>() == 0));
        assert!(!expected.is_empty());
        assert_eq!(summed(&flat.rows), expected);
        // The other dialect tells no rewards; the rules of the chain give the same one.
        let trees: Vec<Value> = by_tx(&traces).iter().map(|calls| nested(calls)).collect();
        let nested = answers.clone().told(Told::Nested(json!(trees))).decode();
        let rows = |rows: &Rows| -> Vec<Transfer> { rows.transfers.clone() };
        let uncles = answers.block["uncles"].as_array().unwrap().len();
        let flat: Vec<Transfer> = rows(&flat.rows);
        let found = rows(&nested.rows);
        assert_eq!(flat.len(), found.len() + uncles);
        assert!(found.iter().all(|row| flat.contains(row)));
    }
}

const TOKENS: &str = "graphsense_eth_sample/spark/src/test/resources/account/eth/tokens";

/// Blocks of which every log is known, as a node says them.
fn logged_blocks() -> Vec<Answers> {
    let Some(path) = data(&format!("{TOKENS}/logs.json")) else { return Vec::new() };
    let text = fs::read_to_string(path).unwrap();
    let mut blocks: BTreeMap<u64, BTreeMap<u64, Value>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let log: Value = serde_json::from_str(line).unwrap();
        let block = blocks.entry(log["blockId"].as_u64().unwrap()).or_default();
        block.insert(log["logIndex"].as_u64().unwrap(), log);
    }
    let of_block = |(height, logs): (&u64, &BTreeMap<u64, Value>)| {
        let mut answers = Answers { height: *height, ..Answers::new() };
        answers.block["number"] = json!(n((*height).into()));
        answers.block["hash"] = logs[&0]["blockHash"].clone();
        let mut last = Value::Null;
        for log in logs.values() {
            if log["txHash"] != last {
                last = log["txHash"].clone();
                answers = answers.tx(json!({"hash": last}), json!({}));
            }
            let texts = log["topics"].as_array().unwrap().iter();
            let topics: Vec<String> = texts.map(|it| it.as_str().unwrap().to_owned()).collect();
            let data = log["data"].as_str().unwrap().trim_start_matches("0x");
            answers = answers.log(log["address"].as_str().unwrap(), &topics, data);
        }
        answers
    };
    blocks.iter().map(of_block).collect()
}

/// The bytes that a text writes in base64.
fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| -> Option<u32> {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        digits.iter().position(|digit| *digit == byte).map(|at| u32::try_from(at).unwrap())
    };
    let digits: Vec<u32> = text.bytes().filter_map(digit).collect();
    let bits = digits.len() * 6 / 8;
    let chunks = digits.chunks(4).flat_map(|chunk| {
        let word =
            chunk.iter().enumerate().fold(0, |sum, (at, digit)| sum | digit << (18 - 6 * at));
        [16, 8, 0].map(|shift| u8::try_from(word >> shift & 0xff).unwrap())
    });
    chunks.take(bits).collect()
}

#[test]
fn real_logs_give_the_transfers_that_others_found_and_no_more() {
    let blocks = logged_blocks();
    if blocks.is_empty() {
        return;
    }
    assert_eq!(blocks.len(), 5);
    let usdt = "erc20:0xdac17f958d2ee523a2206206994597c13d831ec7";
    let mut found = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for block in &blocks {
        let rows = block.decode().rows;
        for row in rows.transfers.iter().filter(|row| row.spot.tx.is_some()) {
            let asset = rows.assets[row.asset as usize].local();
            *counts.entry(asset.split(':').next().unwrap().to_owned()).or_default() += 1;
            if asset == usdt {
                let side = |side: &Option<Address>| match side {
                    Some(Address::Evm(bytes)) => bytes.to_vec(),
                    _ => panic!("both sides of these are known"),
                };
                let hash = row.spot.tx.unwrap().as_bytes().to_vec();
                let value = row.amount.to_string();
                let log = u64::from(row.event / 2);
                found.push((block.height, log, hash, side(&row.from), side(&row.to), value));
            }
        }
    }
    let path = data(&format!("{TOKENS}/reference/USDT_token_transfers.json")).unwrap();
    let mut expected: Vec<_> = fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            let bytes = |name: &str| base64(row[name].as_str().unwrap());
            let number = |name: &str| row[name].as_u64().unwrap();
            let value = number("value").to_string();
            let sides = (bytes("from"), bytes("to"));
            (number("blockId"), number("logIndex"), bytes("txHash"), sides.0, sides.1, value)
        })
        .collect();
    expected.sort();
    found.sort();
    assert!(expected.len() > 100);
    assert_eq!(found, expected);
    // What an independent count of the first topics gives: transfers with two and with three
    // indexed fields, wrapped ether, and kinds of ERC-1155.
    assert_eq!(counts, independent(&blocks));
}

/// How many movements of each kind of token the logs state, counted by their form alone.
fn independent(blocks: &[Answers]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut add = |kind: &str, more: usize| *counts.entry(kind.to_owned()).or_default() += more;
    let weth = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
    for receipt in blocks.iter().flat_map(|block| block.receipts.as_array().unwrap()) {
        for log in receipt["logs"].as_array().unwrap() {
            let topics = log["topics"].as_array().unwrap();
            let data = log["data"].as_str().unwrap();
            let first = topics.first().and_then(Value::as_str).unwrap_or_default();
            match (&first[..first.len().min(10)], topics.len()) {
                ("0xddf252ad", 4) => add("erc721", 1),
                ("0xddf252ad", 3) => add("erc20", 1),
                ("0xe1fffcc4" | "0x7fcf532c", 2) if log["address"] == weth => add("erc20", 1),
                ("0xc3d58168", 4) => add("erc1155", 1),
                // Offsets, the length of the first list, its words.
                ("0x4a39dc06", 4) => {
                    let length = &data[2 + 2 * 64..2 + 3 * 64];
                    let ids = usize::from_str_radix(length.trim_start_matches('0'), 16).unwrap();
                    let ids: BTreeSet<&str> =
                        (0..ids).map(|at| &data[2 + (3 + at) * 64..2 + (4 + at) * 64]).collect();
                    add("erc1155", ids.len());
                }
                _ => {}
            }
        }
    }
    counts
}
