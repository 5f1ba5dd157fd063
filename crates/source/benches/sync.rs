//! How fast blocks of a local node are read, and who is the limit: the node or the reader.
//!
//! anvil, on the same machine, makes blocks of transfers of ether and of a token. They are read
//! once in the plain way, one request after the other, and once as `hawkshaw sync` reads them.
//! Of the reader the time that its threads waited for answers is told apart from that in which
//! they decoded, beside the processor time of both processes.
//!
//! `cargo bench -p hawkshaw-source --bench sync [-- BLOCKS]`; `docs/benchmarks.md` holds results.
//! It needs the node that `scripts/servers/anvil.sh` puts there.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    dead_code,
    unreachable_pub,
    reason = "a benchmark prints times, and uses a part of what tests use"
)]

#[path = "../tests/evm/anvil.rs"]
mod anvil;
#[path = "../tests/evm/asm.rs"]
mod asm;
#[path = "../tests/evm/contracts.rs"]
mod contracts;

use std::time::{Duration, Instant};

use alloy_primitives::hex;
use hawkshaw_chains::evm::{BlockParts, Options, Receipts, Traces, decode_block};
use hawkshaw_model::BlockSource;
use hawkshaw_source::{
    Client, Endpoint, EvmNode, EvmNodeOptions, JsonRpc, Limits, RpcCall, TraceChoice,
};
use serde_json::{Value, json};

use crate::anvil::Node;
use crate::contracts::{Style, token};

const BLOCKS: u64 = 2_000;
const TXS_PER_BLOCK: usize = 20;
/// anvil runs the whole block anew for every transaction that its call tracer looks at.
const SHARE_OF_NESTED: u64 = 20;

fn main() {
    let blocks = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(BLOCKS);
    let Some(node) = Node::anvil(&["--no-mining", "--order", "fifo"]) else { return };
    let begun = Instant::now();
    fill(&node, blocks);
    println!(
        "anvil made {blocks} blocks of {TXS_PER_BLOCK} transactions in {:.1?}",
        begun.elapsed()
    );
    println!(
        "{:<44} {:>9} {:>12} {:>8} {:>8} {:>9} {:>9}",
        "", "blocks/s", "movements/s", "waited", "worked", "CPU own", "CPU node"
    );
    for (name, choice) in [("trace_block", TraceChoice::Flat), ("call tracer", TraceChoice::Nested)]
    {
        let is_flat = choice == TraceChoice::Flat;
        let blocks = if is_flat { blocks } else { blocks.div_ceil(SHARE_OF_NESTED) };
        if is_flat {
            measure(&node, &format!("one request at a time, {name}"), || plain(&node, blocks / 4));
        }
        for concurrent in [1, 4, 8] {
            let title = format!("pipeline of {concurrent}, {name}");
            measure(&node, &title, || piped(&node, blocks, choice, concurrent));
        }
    }
}

/// What was read, and what threads spent their time on.
struct Read {
    blocks: u64,
    movements: usize,
    waited: Duration,
    worked: Duration,
}

fn measure(node: &Node, name: &str, read: impl FnOnce() -> Read) {
    let (own, theirs, begun) = (cpu("self"), cpu(&node.id().to_string()), Instant::now());
    let read = read();
    let time = begun.elapsed().as_secs_f64();
    let threads = (read.waited + read.worked).as_secs_f64();
    let percent = |part: f64, of: f64| format!("{:.0} %", 100.0 * part / of);
    println!(
        "{name:<44} {:>9.0} {:>12.0} {:>8} {:>8} {:>9} {:>9}",
        read.blocks as f64 / time,
        read.movements as f64 / time,
        percent(read.waited.as_secs_f64(), threads),
        percent(read.worked.as_secs_f64(), threads),
        percent(cpu("self") - own, time),
        percent(cpu(&node.id().to_string()) - theirs, time),
    );
}

/// Processor seconds of a process (proc(5): fields 14 and 15 of `stat`, in hundredths).
fn cpu(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let rest = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> =
        rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    fields.iter().sum::<f64>() / 100.0
}

/// Mines blocks of which half the transactions move ether and half a token.
fn fill(node: &Node, blocks: u64) {
    let accounts: Vec<String> =
        serde_json::from_value(node.call("eth_accounts", json!([]))).unwrap();
    let code = hex::encode(asm::deployment(&token(Style::Standard)));
    let created = json!({"from": accounts[0], "data": format!("0x{code}"), "gas": "0x1e8480"});
    let created = node.send(created);
    node.call("evm_mine", json!([]));
    let token = node.receipt(&created)["contractAddress"].as_str().unwrap().to_owned();
    let word = |account: &str| format!("{:0>64}", account.trim_start_matches("0x"));
    let fees = |mut tx: Value| {
        tx["maxFeePerGas"] = json!("0x174876e800");
        tx["maxPriorityFeePerGas"] = json!("0x3b9aca00");
        json!([tx])
    };
    let mint = accounts.iter().map(|account| {
        let data = format!("0x40c10f19{}{:064x}", word(account), 1_u64 << 60);
        fees(json!({"from": account, "to": token, "data": data, "gas": "0x249f0"}))
    });
    node.batch("eth_sendTransaction", &mint.collect::<Vec<_>>());
    node.call("evm_mine", json!([]));
    for block in 0..usize::try_from(blocks).unwrap() {
        let tx = |at: usize| {
            let [from, to] = [at, at + 1 + block % 8].map(|at| &accounts[at % accounts.len()]);
            let data = format!("0xa9059cbb{}{:064x}", word(to), block + 1);
            match at % 2 {
                0 => fees(json!({"from": from, "to": to, "value": "0x64", "gas": "0x5208"})),
                _ => fees(json!({"from": from, "to": token, "data": data, "gas": "0x249f0"})),
            }
        };
        node.batch("eth_sendTransaction", &(0..TXS_PER_BLOCK).map(tx).collect::<Vec<_>>());
        node.call("evm_mine", json!([]));
    }
}

/// As it would be written first: three requests for a block, one after the other.
fn plain(node: &Node, blocks: u64) -> Read {
    let source = node.source(TraceChoice::Flat);
    let client = Client::new(Endpoint::new(node.url(), None).unwrap(), Limits::default());
    let rpc = JsonRpc::new(client.clone(), 1);
    let begun = Instant::now();
    let mut movements = 0;
    for height in 3..3 + blocks {
        let call = |method, more: &str| {
            let params = format!(r#"["0x{height:x}"{more}]"#);
            rpc.call(&RpcCall::new(method, params, "")).unwrap()
        };
        let block = call("eth_getBlockByNumber", ",true");
        let receipts = call("eth_getBlockReceipts", "");
        let traces = call("trace_block", "");
        let parts = BlockParts {
            height,
            block: block.as_bytes(),
            receipts: Receipts::List(receipts.as_bytes()),
            traces: Traces::Flat(traces.as_bytes()),
        };
        let decoded = decode_block(source.network(), source.name(), &parts, Options::default());
        movements += decoded.unwrap().rows.transfers.len();
    }
    let waited = client.traffic().waited;
    Read { blocks, movements, waited, worked: begun.elapsed().saturating_sub(waited) }
}

fn piped(node: &Node, blocks: u64, traces: TraceChoice, concurrent_max: usize) -> Read {
    let limits = Limits { concurrent_max, ..Limits::default() };
    let client = Client::new(Endpoint::new(node.url(), None).unwrap(), limits);
    let options = EvmNodeOptions { traces, ..EvmNodeOptions::default() };
    let source = EvmNode::connect(client, options).unwrap();
    let movements = source.blocks(3..=2 + blocks).map(|rows| rows.unwrap().transfers.len()).sum();
    let effort = source.effort();
    Read { blocks, movements, waited: effort.waited, worked: effort.worked }
}
