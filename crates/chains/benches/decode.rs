//! How fast the answers of a node about EVM blocks become rows: movements a second on one
//! thread, from memory.
//!
//! `cargo bench -p hawkshaw-chains --bench decode` decodes a generated block of 200 transactions,
//! 400 logs and 600 calls, and real ones where `../shared/data/mev_blocks` is beside the
//! repository, each several times, and prints the best run. Beside it stands what a plain walk
//! over `serde_json::Value` takes to find the same movements without checking anything. The
//! first argument that is a number is how often a block is decoded in a run, 100 by default.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark prints rates"
)]

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use alloy_primitives::U256;
use hawkshaw_chains::evm::{
    BlockParts, EventChoice, Network, Options, Receipts, Traces, decode_block,
};
use serde_json::{Value, json};

const RUNS: usize = 5;

/// The answers about a block.
struct Sample {
    height: u64,
    block: Vec<u8>,
    receipts: Vec<u8>,
    flat: Vec<u8>,
    nested: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Flat,
    Nested,
    Neither,
}

fn main() {
    let rounds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(100);
    println!(
        "{:<44} {:>9} {:>8} {:>12} {:>7} {:>12} {:>6}",
        "block", "movements", "bytes", "movements/s", "MB/s", "plain walk/s", "ratio"
    );
    let generated = generated();
    measure("generated, trace_block", &generated, rounds, Dialect::Flat);
    measure("generated, callTracer", &generated, rounds, Dialect::Nested);
    measure("generated, no traces", &generated, rounds, Dialect::Neither);
    for sample in real() {
        let name = format!("block {} (without logs), trace_block", sample.height);
        measure(&name, &sample, rounds, Dialect::Flat);
    }
}

fn measure(name: &str, sample: &Sample, rounds: u32, dialect: Dialect) {
    let chain = "eip155:1".parse().expect("a chain");
    let network = Network::new(&chain, None).expect("it is known");
    let file = Arc::from("node");
    let (traces, bytes) = match dialect {
        Dialect::Flat => (Traces::Flat(&sample.flat), &sample.flat[..]),
        Dialect::Nested => (Traces::Nested(&sample.nested), &sample.nested[..]),
        Dialect::Neither => (Traces::None, &b"[]"[..]),
    };
    let receipts = Receipts::List(&sample.receipts);
    let parts = BlockParts { height: sample.height, block: &sample.block, receipts, traces };
    let options = Options { events: EventChoice::Known, calldata: false };
    let decode = || decode_block(&network, &file, &parts, options).expect("the block is sound");
    let movements = decode().rows.transfers.len();
    let ours = best(rounds, || drop(black_box(decode())));
    let plain = best(rounds, || drop(black_box(plain_walk(sample, bytes))));
    let bytes = bytes.len() + sample.block.len() + sample.receipts.len();
    println!(
        "{name:<44} {movements:>9} {bytes:>8} {:>12.0} {:>7.0} {:>12.0} {:>6.1}",
        movements as f64 / ours.as_secs_f64(),
        bytes as f64 / ours.as_secs_f64() / 1e6,
        movements as f64 / plain.as_secs_f64(),
        plain.as_secs_f64() / ours.as_secs_f64(),
    );
}

/// What one round takes in the best run.
fn best(rounds: u32, mut work: impl FnMut()) -> Duration {
    let runs = (0..RUNS).map(|_| {
        let start = Instant::now();
        (0..rounds).for_each(|_| work());
        start.elapsed() / rounds
    });
    runs.min().unwrap_or_default()
}

type Plain = (String, String, U256);

/// The movements of a block as whoever does not care about speed or checks would find them.
fn plain_walk(sample: &Sample, traces: &[u8]) -> Vec<Plain> {
    let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).expect("it is JSON");
    let mut moves = Vec::new();
    for tx in list(&read(&sample.block)["transactions"]) {
        moves.push((text(&tx["from"]), text(&tx["to"]), number(&tx["value"])));
    }
    for receipt in list(&read(&sample.receipts)) {
        let fee = number(&receipt["gasUsed"]) * number(&receipt["effectiveGasPrice"]);
        moves.push((text(&receipt["from"]), String::new(), fee));
        for log in list(&receipt["logs"]) {
            let topics = list(&log["topics"]);
            if topics.len() == 3 && topics[0] == TRANSFER {
                moves.push((text(&topics[1]), text(&topics[2]), number(&log["data"])));
            }
        }
    }
    for trace in list(&read(traces)) {
        plain_calls(trace, &mut moves);
    }
    moves
}

fn plain_calls(value: &Value, moves: &mut Vec<Plain>) {
    let call = match (value.get("action"), value.get("result")) {
        (Some(action), _) => action,
        (None, Some(root)) => return plain_calls(root, moves),
        (None, None) => value,
    };
    let amount = number(&call["value"]);
    if value.get("error").is_none_or(Value::is_null) && !amount.is_zero() {
        moves.push((text(&call["from"]), text(&call["to"]), amount));
    }
    for below in list(&value["calls"]) {
        plain_calls(below, moves);
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> U256 {
    let digits = value.as_str().unwrap_or_default().trim_start_matches("0x");
    U256::from_str_radix(digits, 16).unwrap_or_default()
}

const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/// A number that looks random and is not.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    number ^ (number >> 29)
}

fn hash(number: u64) -> String {
    let mixed = mixed(number);
    format!("0x{mixed:016x}{number:016x}{mixed:016x}{number:016x}")
}

fn address(number: u64) -> String {
    let mixed = mixed(number);
    format!("0x{mixed:016x}{number:016x}{:08x}", mixed >> 32)
}

fn topic(number: u64) -> String {
    format!("0x{}{}", "0".repeat(24), &address(number)[2..])
}

/// A block of 200 transactions, each with two logs of tokens, three calls of which two move
/// ether, and what else nodes say of it: blooms, calldata, signatures, output.
fn generated() -> Sample {
    let (block_hash, height) = (hash(7), 20_000_000);
    let bloom = format!("0x{}", "00000400".repeat(64));
    let calldata = format!("0xa9059cbb{}", "00000000000000000000000012345678".repeat(8));
    let [mut txs, mut receipts, mut flat, mut nested] = [const { Vec::new() }; 4];
    for tx in 0..200 {
        let (tx_hash, from, to) = (hash(1_000 + tx), address(tx % 150), address(500 + tx % 90));
        let (index, value) = (format!("{tx:#x}"), format!("{:#x}", mixed(tx)));
        txs.push(json!({
            "blockHash": block_hash, "blockNumber": "0x1312d00", "from": from, "gas": "0x5208",
            "gasPrice": "0x2540be400", "maxFeePerGas": "0x2540be400",
            "maxPriorityFeePerGas": "0x3b9aca00", "hash": tx_hash, "input": calldata,
            "nonce": index, "to": to, "transactionIndex": index, "value": value, "type": "0x2",
            "accessList": [], "chainId": "0x1", "v": "0x0", "yParity": "0x0", "r": hash(1),
            "s": hash(2),
        }));
        let log = |log: u64| {
            let [payer, payee] = [tx * 2 + log, tx * 3 + log].map(|it| topic(it % 300));
            json!({
                "address": address(900 + (tx + log) % 40), "topics": [TRANSFER, payer, payee],
                "data": format!("0x{:064x}", mixed(tx + log)), "blockNumber": "0x1312d00",
                "transactionHash": tx_hash, "transactionIndex": index, "blockHash": block_hash,
                "logIndex": format!("{:#x}", tx * 2 + log), "removed": false,
            })
        };
        receipts.push(json!({
            "blockHash": block_hash, "blockNumber": "0x1312d00", "contractAddress": null,
            "cumulativeGasUsed": "0x100000", "effectiveGasPrice": "0x2540be400", "from": from,
            "gasUsed": "0x10000", "logs": [log(0), log(1)], "logsBloom": bloom, "status": "0x1",
            "to": to, "transactionHash": tx_hash, "transactionIndex": index, "type": "0x2",
        }));
        let calls = [
            (json!([]), from.clone(), to.clone(), value.as_str()),
            (json!([0]), to.clone(), address(tx % 77), "0x2386f26fc10000"),
            (json!([1]), to.clone(), address(tx % 88), "0x0"),
        ];
        let frame = |(_, from, to, value): &(Value, String, String, &str)| {
            json!({
                "from": from, "gas": "0x5208", "gasUsed": "0x10", "to": to, "input": calldata,
                "output": hash(3), "value": value, "type": "CALL",
            })
        };
        let mut root = frame(&calls[0]);
        root["calls"] = calls[1..].iter().map(frame).collect();
        nested.push(json!({"txHash": tx_hash, "result": root}));
        flat.extend(calls.iter().map(|(place, from, to, value)| {
            json!({
                "action": {"from": from, "callType": "call", "gas": "0x5208", "input": calldata,
                           "to": to, "value": value},
                "blockHash": block_hash, "blockNumber": height,
                "result": {"gasUsed": "0x10", "output": hash(3)}, "subtraces": 0,
                "traceAddress": place, "transactionHash": tx_hash, "transactionPosition": tx,
                "type": "call",
            })
        }));
    }
    let block = json!({
        "number": "0x1312d00", "hash": block_hash, "parentHash": hash(6), "logsBloom": bloom,
        "timestamp": "0x66500000", "miner": address(1), "baseFeePerGas": "0x12a05f200",
        "transactions": txs, "uncles": [],
    });
    Sample::new(height, [&block, &json!(receipts), &json!(flat), &json!(nested)])
}

impl Sample {
    fn new(height: u64, answers: [&Value; 4]) -> Self {
        let [block, receipts, flat, nested] =
            answers.map(|value| serde_json::to_vec(value).expect("JSON can be written"));
        Self { height, block, receipts, flat, nested }
    }
}

/// Two of the real blocks, as a node says them; their files have no logs.
fn real() -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder.join("../../../shared/data/mev_blocks/tests/blocks");
    let read = |name: &str| fs::read(folder.join(name)).ok();
    let files = ["12914944.json", "13298725.json"].into_iter().filter_map(read);
    files.map(|bytes| sample_of(&serde_json::from_slice(&bytes).expect("it is JSON"))).collect()
}

const NAMES: [(&str, &str); 5] = [
    ("block_hash", "blockHash"),
    ("block_number", "blockNumber"),
    ("trace_address", "traceAddress"),
    ("transaction_hash", "transactionHash"),
    ("transaction_position", "transactionPosition"),
];

fn sample_of(file: &Value) -> Sample {
    let height = file["block_number"].as_u64().expect("a number");
    let name = |name: &str| {
        NAMES.iter().find(|(snake, _)| *snake == name).map_or(name, |(_, camel)| camel).to_owned()
    };
    let rename = |trace: &Value| -> Value {
        let fields = trace.as_object().expect("a trace");
        fields.iter().map(|(field, value)| (name(field), value.clone())).collect()
    };
    let traces: Vec<Value> = list(&file["traces"]).iter().map(rename).collect();
    let is_root =
        |trace: &&Value| list(&trace["traceAddress"]).is_empty() && trace["type"] != "reward";
    let (mut txs, mut receipts) = (Vec::new(), Vec::new());
    for (root, receipt) in traces.iter().filter(is_root).zip(list(&file["receipts"])) {
        let (hash, action) = (&root["transactionHash"], &root["action"]);
        txs.push(json!({
            "hash": hash, "from": action["from"], "to": action["to"], "value": action["value"],
            "input": action["input"], "nonce": "0x1", "type": "0x2",
        }));
        receipts.push(json!({
            "transactionHash": hash, "blockHash": root["blockHash"], "blockNumber": height,
            "from": action["from"], "contractAddress": root["result"]["address"], "logs": [],
            "gasUsed": receipt["gas_used"], "effectiveGasPrice": receipt["effective_gas_price"],
            "status": if root["error"].is_null() { "0x1" } else { "0x0" },
        }));
    }
    let block = json!({
        "number": height, "hash": traces[0]["blockHash"], "parentHash": hash(1),
        "timestamp": "0x60000000", "miner": file["miner"], "transactions": txs, "uncles": [],
    });
    Sample::new(height, [&block, &json!(receipts), &json!(traces), &json!([])])
}
