//! A Tron node on loopback, with the shapes of java-tron's HTTP API.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hawkshaw_model::rows::Rows;
use hawkshaw_model::{BlockSource as _, ChainId, Lack, TransferKind};
use hawkshaw_source::{
    Client, Endpoint, Key, Limits, SourceError, SourceFault, TronNode, TronNodeOptions,
};
use serde_json::{Value, json};

use support::{Asked, Reply, Server};

/// The first block of the main network ends so; the rest of the chain here is made up.
const GENESIS: &str = "00000000000000001ebf88508a03865c71d452e25f4d51194196a1d22b6653dc";

/// What the node holds, and how it misbehaves.
#[derive(Debug, Default)]
struct Held {
    tip: u64,
    /// From this block on it holds another branch.
    fork_from: Option<u64>,
    keeps_internal: bool,
    /// Older ones are thrown away.
    oldest: u64,
    /// Answers that come before the right ones.
    first: Vec<Reply>,
    /// Results of another branch, so many times.
    stale_results: u32,
    /// A block whose transactions are left out.
    without_transactions: Option<u64>,
    /// A block, and its timestamp.
    timestamp: Option<(u64, i64)>,
}

impl Held {
    fn id(&self, height: u64) -> String {
        if height == 0 {
            return GENESIS.to_owned();
        }
        let is_forked = self.fork_from.is_some_and(|from| height >= from);
        format!("{height:016x}{}", if is_forked { "f" } else { "a" }.repeat(48))
    }

    fn tx(&self, height: u64, number: u64) -> String {
        let branch = u64::from(self.fork_from.is_some_and(|from| height >= from));
        format!("{:064x}", (height << 16) + (branch << 8) + number)
    }

    fn block(&self, height: u64) -> Value {
        if height > self.tip || (height < self.oldest && height != 0) {
            return json!({});
        }
        let transfer = json!({ "owner_address": who(1), "to_address": who(2), "amount": height });
        let call =
            json!({ "owner_address": who(1), "contract_address": who(3), "call_value": height });
        let tx = |number: u64, kind: &str, value: Value| {
            json!({
                "ret": [{ "contractRet": "SUCCESS" }], "txID": self.tx(height, number),
                "raw_data": { "contract": [{
                    "parameter": { "value": value }, "type": kind,
                }] },
            })
        };
        let parent = match height {
            0 => "e58f33f9baf9305dc6f82b9f1934ea8f0ade2defb951258d50167028c780351f".to_owned(),
            _ => self.id(height - 1),
        };
        let transactions = match height {
            0 => json!([]),
            _ => json!([tx(0, "TransferContract", transfer), tx(1, "TriggerSmartContract", call),]),
        };
        let time = 1_600_000_000_000 + i64::try_from(height).unwrap() * 3_000;
        let time = self.timestamp.filter(|(at, _)| *at == height).map_or(time, |(_, time)| time);
        let root = if height == 0 { "00" } else { "c3" };
        let mut block = json!({
            "blockID": self.id(height),
            "block_header": { "raw_data": {
                "number": height, "parentHash": parent, "timestamp": time,
                "txTrieRoot": root.repeat(32),
            } },
            "transactions": transactions,
        });
        if self.without_transactions == Some(height) {
            block.as_object_mut().unwrap().remove("transactions");
        }
        block
    }

    fn results(&mut self, height: u64) -> Value {
        let mut internal = json!([]);
        if self.keeps_internal {
            internal = json!([{
                "caller_address": who(3), "transferTo_address": who(4), "note": "63616c6c",
                "callValueInfo": [{ "callValue": height }],
            }]);
        }
        let is_stale = self.stale_results > 0;
        self.stale_results -= u32::from(is_stale);
        let id = |number| {
            let id = self.tx(height, number);
            if is_stale { id.replace('0', "1") } else { id }
        };
        json!([
            { "id": id(0), "blockNumber": height, "receipt": { "net_usage": 268 } },
            { "id": id(1), "blockNumber": height, "fee": 100, "receipt": { "result": "SUCCESS" },
              "internal_transactions": internal },
        ])
    }
}

fn who(number: u8) -> String {
    format!("41{:040x}", number)
}

fn node(held: &Arc<Mutex<Held>>) -> Server {
    let held = Arc::clone(held);
    Server::start(move |asked: &Asked| {
        let mut held = held.lock().unwrap();
        if let Some(first) = held.first.pop() {
            return first;
        }
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let number = |name: &str| body[name].as_u64().unwrap();
        let answer = match asked.target.as_str() {
            "/wallet/getnowblock" => held.block(held.tip),
            "/walletsolidity/getnowblock" => held.block(held.tip.saturating_sub(19)),
            "/wallet/getblockbynum" => held.block(number("num")),
            "/wallet/getblockbylimitnext" => {
                let blocks =
                    (number("startNum")..number("endNum")).map(|height| held.block(height));
                let blocks: Vec<Value> = blocks.filter(|block| *block != json!({})).collect();
                if blocks.is_empty() { json!({}) } else { json!({ "block": blocks }) }
            }
            "/wallet/gettransactioninfobyblocknum" => held.results(number("num")),
            _ => return Reply::status(405, "{}"),
        };
        Reply::json(answer.to_string())
    })
}

fn client(url: &str) -> Client {
    let limits = Limits {
        timeout: Duration::from_secs(5),
        body_bytes_max: 8 << 20,
        attempts_max: 4,
        concurrent_max: 3,
        back_off_first: Duration::from_millis(2),
        back_off_max: Duration::from_millis(20),
        ..Limits::default()
    };
    Client::new(Endpoint::new(url, Some(Key::new("s3cr3t-0f-the-user").unwrap())).unwrap(), limits)
}

fn holding(held: Held) -> Arc<Mutex<Held>> {
    Arc::new(Mutex::new(held))
}

fn connect(server: &Server) -> Result<TronNode, SourceError> {
    TronNode::connect(&client(&server.url()), &TronNodeOptions::default())
}

fn whole(tip: u64) -> Held {
    Held { tip, keeps_internal: true, ..Held::default() }
}

#[test]
fn blocks_come_in_order_with_all_that_moved() {
    let held = holding(whole(60));
    let server = node(&held);
    let node = connect(&server).unwrap();
    assert_eq!(*node.chain(), ChainId::tron());
    assert_eq!(node.lacks(), []);
    let tip = node.tip().unwrap();
    assert_eq!((tip.height, &tip.hash[..8]), (60, &60_u64.to_be_bytes()[..]));
    assert_eq!(node.finalized().unwrap().unwrap().height, 41);
    assert_eq!(node.block_at(60).unwrap(), Some(tip));
    assert_eq!(node.block_at(61).unwrap(), None);
    // Nothing above the tip, and no error.
    let blocks: Vec<Rows> = node.blocks(1..=200).map(Result::unwrap).collect();
    assert_eq!(blocks.len(), 60);
    for (rows, height) in blocks.iter().zip(1_u64..) {
        assert_eq!(rows.blocks[0].height, height);
        let moved: Vec<_> = rows.transfers.iter().map(|row| (row.kind, row.event)).collect();
        use TransferKind::{Fee, Internal, Native};
        assert_eq!(moved, [(Native, 0), (Native, 0), (Internal, 2), (Fee, u32::MAX)]);
        assert!(rows.transfers.iter().take(3).all(|row| row.amount == height.into()));
    }
    assert_eq!(node.blocks(0..=0).map(Result::unwrap).count(), 1);
    let asked = server.asked();
    assert!(asked.iter().all(|asked| asked.header.contains("tron-pro-api-key: s3cr3t")));
}

#[test]
fn a_node_that_keeps_no_calls_says_nothing_of_it() {
    let held = holding(Held { keeps_internal: false, ..whole(30) });
    let server = node(&held);
    assert_eq!(connect(&server).unwrap().lacks(), [Lack::InternalTransfers]);
    let told = TronNodeOptions { internal: Some(true), ..TronNodeOptions::default() };
    assert_eq!(TronNode::connect(&client(&server.url()), &told).unwrap().lacks(), []);
}

#[test]
fn another_chain_is_refused() {
    let server = node(&holding(whole(3)));
    let wanted = Some("tron:0xcd8690dc".parse().unwrap());
    let options = TronNodeOptions { chain: wanted, ..TronNodeOptions::default() };
    let error = TronNode::connect(&client(&server.url()), &options).unwrap_err().to_string();
    assert!(error.contains("it holds tron:0x2b6653dc, and tron:0xcd8690dc was asked"), "{error}");
}

/// The results of a block come from another branch than the block: it is asked for anew.
#[test]
fn parts_of_different_branches_are_asked_for_anew() {
    let held = holding(whole(40));
    let server = node(&held);
    let node = connect(&server).unwrap();
    held.lock().unwrap().stale_results = 2;
    assert_eq!(node.blocks(1..=40).map(Result::unwrap).count(), 40);
    held.lock().unwrap().stale_results = 1_000_000;
    let error = node.blocks(1..=40).find_map(Result::err).unwrap().to_string();
    assert!(error.contains("block "), "{error}");
    assert!(error.contains("contradicts itself"), "{error}");
}

#[test]
fn a_block_without_its_transactions_is_not_an_empty_one() {
    let held = holding(whole(40));
    let server = node(&held);
    let node = connect(&server).unwrap();
    held.lock().unwrap().without_transactions = Some(3);
    let items: Vec<Result<Rows, SourceError>> = node.blocks(1..=40).collect();
    assert_eq!(items.len(), 3);
    let error = items[2].as_ref().unwrap_err();
    let wanted = "block 3: its answer cannot be read: it contradicts itself: block 3 comes without";
    assert!(error.to_string().contains(wanted), "{error}");
}

#[test]
fn times_that_cannot_be_are_refused() {
    let held = holding(whole(40));
    let server = node(&held);
    let node = connect(&server).unwrap();
    let cases = [(-5, "has the timestamp -5"), (0, "has the timestamp 0")];
    for (time, wanted) in cases {
        held.lock().unwrap().timestamp = Some((9, time));
        let items: Vec<Result<Rows, SourceError>> = node.blocks(1..=40).collect();
        assert_eq!(items.len(), 9);
        let error = items[8].as_ref().unwrap_err().to_string();
        assert!(error.contains(" block 9: ") && error.contains(wanted), "{error}");
    }
}

/// A block that is broken is no sign of a host that is no Tron node.
#[test]
fn a_newest_block_that_is_broken_is_named_when_connecting() {
    let broken = [
        (Held { timestamp: Some((30, -1)), ..whole(30) }, "wallet/getnowblock"),
        (Held { timestamp: Some((29, 0)), keeps_internal: false, ..whole(30) }, "block 29"),
    ];
    for (held, request) in broken {
        let server = node(&holding(held));
        let error = connect(&server).unwrap_err();
        assert_eq!(error.request, request);
        assert!(matches!(error.fault, SourceFault::Decode(_)), "{error}");
        assert!(TronNode::answers(&client(&server.url())));
    }
    for reply in [Reply::status(405, "{}"), Reply::json("{}"), Reply::json("[]")] {
        let server = Server::start(move |_: &Asked| reply.clone());
        assert!(connect(&server).is_err());
        assert!(!TronNode::answers(&client(&server.url())));
    }
}

/// Whoever takes the blocks sees that they do not follow each other, and reads again.
#[test]
fn a_chain_that_changes_while_it_is_read_is_passed_on() {
    let held = holding(whole(600));
    let server = node(&held);
    let node = connect(&server).unwrap();
    let mut blocks = node.blocks(1..=600);
    let first = blocks.next().unwrap().unwrap().blocks[0];
    held.lock().unwrap().fork_from = Some(3);
    let rest = blocks.map(|rows| rows.unwrap().blocks[0]);
    let all: Vec<_> = std::iter::once(first).chain(rest).collect();
    assert_eq!(all.len(), 600);
    let breaks = all.windows(2).filter(|pair| pair[0].hash != pair[1].parent).count();
    assert!(breaks > 0);
}

#[test]
fn a_node_that_threw_blocks_away_is_named() {
    let held = holding(Held { oldest: 50, ..whole(80) });
    let server = node(&held);
    let node = connect(&server).unwrap();
    let error = node.blocks(10..=60).find_map(Result::err).unwrap().to_string();
    assert!(error.contains("block 10: it does not keep that block"), "{error}");
    assert!(node.block_at(20).unwrap_err().to_string().contains("lite node"));
    assert_eq!(node.blocks(50..=60).map(Result::unwrap).count(), 11);
}

#[test]
fn faults_are_waited_out_or_named() {
    let busy = || {
        Reply::json(
            r#"{"Error":"class java.lang.IllegalAccessException : lack of computing resources"}"#,
        )
    };
    let held = holding(whole(20));
    let server = node(&held);
    let node = connect(&server).unwrap();
    held.lock().unwrap().first = vec![busy(), busy()];
    assert_eq!(node.blocks(1..=20).map(Result::unwrap).count(), 20);
    let cases = [
        (Reply::json(r#"{"Error":"class java.lang.NullPointerException : null"}"#), "NullPointer"),
        (Reply::page(200), "web page"),
        (Reply::json("[".repeat(10_000)), "nests"),
        (Reply::json(r#"{"block":[{}]}"#), "block"),
        (Reply::status(429, ""), "too many requests"),
    ];
    for (reply, named) in cases {
        held.lock().unwrap().first = vec![reply; 40];
        let error = node.blocks(1..=20).find_map(Result::err).unwrap().to_string();
        assert!(error.contains(named), "{error}");
        assert!(!error.contains("s3cr3t"), "{error}");
    }
    held.lock().unwrap().first.clear();
    assert_eq!(node.blocks(1..=20).map(Result::unwrap).count(), 20);
}
