//! A node that is pretended by a server of the test: old, or lying.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bitcoin::hex::DisplayHex as _;
use hawkshaw_chains::bitcoin::Network;
use hawkshaw_model::rows::Rows;
use hawkshaw_model::{BlockSource as _, TxHash};
use hawkshaw_source::{BitcoinNode, Client, Endpoint, Limits};
use serde_json::{Value, json};

use crate::made::{Made, Maker};
use crate::support::{Asked, Refusal, Reply, Server, node};

type Chain = Arc<Mutex<Vec<Made>>>;

/// What a lying node does to the text of a block.
type Change = Box<dyn Fn(String) -> String + Send + Sync>;

/// A node of a version that holds a chain, and says it has the genesis block of regtest.
fn answers(
    chain: Chain,
    version: u64,
    change: impl Fn(u64, String) -> String + Send + Sync + 'static,
) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
    let is_known = AtomicBool::new(false);
    node(move |method, params| -> Result<Value, Refusal> {
        let chain = chain.lock().unwrap();
        let hash = |made: &Made| json!(made.block.block_hash().to_string());
        let above = (-8, "Block height out of range");
        match method {
            "getnetworkinfo" => Ok(json!({"version": version})),
            "getblockchaininfo" => Ok(json!({
                "blocks": chain.len() - 1, "headers": chain.len(), "chain": "regtest",
                "bestblockhash": hash(chain.last().unwrap()), "initialblockdownload": true,
            })),
            // The first question is which chain it is: the made-up one begins otherwise.
            "getblockhash" if !is_known.swap(true, Ordering::SeqCst) => {
                Ok(json!(TxHash::from(Network::ALL[4].genesis()).to_string()))
            }
            "getblockhash" => {
                let at = usize::try_from(params[0].as_u64().unwrap()).unwrap();
                chain.get(at).map(hash).ok_or(above)
            }
            "getblock" => {
                let made = chain.iter().find(|made| hash(made) == params[0]);
                let made = made.ok_or((-5, "Block not found"))?;
                if params[1] == json!(0) {
                    return Ok(json!(made.bytes().as_hex().to_string()));
                }
                let text = change(made.height.into(), made.json());
                Ok(serde_json::from_str(&text).unwrap())
            }
            _ => Err((-32601, "Method not found")),
        }
    })
}

fn chain(seed: u64, blocks: usize) -> Vec<Made> {
    let mut maker = Maker::new(seed);
    (0..blocks).map(|_| maker.grow(8)).collect()
}

fn open(server: &Server) -> BitcoinNode {
    let endpoint = Endpoint::new(&server.url(), None).unwrap();
    let limits = Limits {
        attempts_max: 2,
        timeout: Duration::from_secs(10),
        back_off_first: Duration::from_millis(1),
        ..Limits::default()
    };
    BitcoinNode::open(Client::new(endpoint, limits), None).unwrap()
}

#[test]
fn blocks_come_in_order_and_end_with_the_chain() {
    let made = chain(1, 30);
    let server =
        Server::start(answers(Arc::new(Mutex::new(made.clone())), 290_000, |_, text| text));
    let node = open(&server);
    assert_eq!((node.lacks(), node.tip().unwrap().height), (&[][..], 29));
    assert!(node.status().unwrap().is_catching_up);
    let rows: Vec<Rows> = node.blocks(1..=99).map(Result::unwrap).collect();
    let heights: Vec<u64> = rows.iter().map(|rows| rows.blocks[0].height).collect();
    assert_eq!(heights, (1..30).collect::<Vec<_>>());
    assert!(rows.iter().all(|rows| rows.file == *node.name()));
}

#[test]
fn answers_that_lie_are_refused() {
    let made = chain(2, 6);
    let other = chain(3, 6)[4].json();
    let cases: [(&str, Change, &str); 4] = [
        ("another block", Box::new(move |_| other.clone()), "the header is that of block "),
        (
            "another height",
            Box::new(|text| text.replacen("\"height\":4,", "\"height\":5,", 1)),
            "it is of height 5, not 4",
        ),
        (
            "nothing of what was spent",
            Box::new(|text| text.replace("\"prevout\"", "\"gone\"")),
            "an input has no `prevout`",
        ),
        ("no block", Box::new(|_| "{}".to_owned()), "missing field"),
    ];
    for (what, change, wanted) in cases {
        let change = move |height, text| if height == 4 { change(text) } else { text };
        let server = Server::start(answers(Arc::new(Mutex::new(made.clone())), 290_000, change));
        let node = open(&server);
        let outcome: Result<Vec<Rows>, _> = node.blocks(4..=5).collect();
        let error = outcome.unwrap_err().to_string();
        assert!(error.contains("getblock of block 4") && error.contains(wanted), "{what}: {error}");
    }
}

#[test]
fn an_old_node_is_read_from_its_first_block_on() {
    let made = chain(4, 12);
    let shared = Arc::new(Mutex::new(made.clone()));
    let server = Server::start(answers(Arc::clone(&shared), 220_000, |_, text| text));
    let node = open(&server);
    assert_eq!(node.lacks(), [], "it is read from its first block on");
    let bytes = Server::start(answers(Arc::clone(&shared), 290_000, |_, text| text));
    let newer = open(&bytes);
    let read = |node: &BitcoinNode, heights| -> Vec<Rows> {
        let named = |rows: Rows| Rows { file: "blocks".into(), ..rows };
        node.blocks(heights).map(|rows| named(rows.unwrap())).collect()
    };
    for heights in [3..=5, 6..=8, 0..=11, 11..=40] {
        assert_eq!(read(&node, heights.clone()), read(&newer, heights));
    }
    // Where the chain changes, what was unspent is found out anew.
    let mut maker = Maker::new(5);
    *shared.lock().unwrap() = (0..14).map(|_| maker.grow(8)).collect();
    assert_eq!(read(&node, 12..=13), read(&newer, 12..=13));
}
