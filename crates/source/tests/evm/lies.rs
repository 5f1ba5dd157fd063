//! A node that lies, lags, or answers with something else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hawkshaw_model::BlockSource;
use hawkshaw_model::rows::Rows;
use hawkshaw_source::{
    Client, Endpoint, EvmNode, EvmNodeOptions, Key, Limits, SourceError, SourceFault,
};
use serde_json::{Value, json};

use crate::support::{Refusal, Reply, Server, node};

const KEY: &str = "the-key-of-this-user";
const TIP: u64 = 40;
const ALICE: &str = "0x00000000000000000000000000000000000a11ce";
const BOB: &str = "0x0000000000000000000000000000000000000b0b";

/// A hash that says which thing of which block it is of.
fn hash(kind: u64, height: u64) -> String {
    format!("0x{kind:032x}{height:032x}")
}

fn block(height: u64) -> Value {
    json!({
        "number": format!("{height:#x}"), "hash": hash(1, height),
        "parentHash": hash(1, height.wrapping_sub(1)), "timestamp": format!("{:#x}", 1_000 + height),
        "miner": BOB, "difficulty": "0x0", "baseFeePerGas": "0x1", "uncles": [],
        "transactions": [{
            "hash": hash(2, height), "from": ALICE, "to": BOB, "value": format!("{:#x}", height + 1),
            "nonce": "0x0", "type": "0x2", "transactionIndex": "0x0", "gasPrice": "0x2", "input": "0x",
        }],
    })
}

fn receipts(height: u64) -> Value {
    json!([{
        "transactionHash": hash(2, height), "blockHash": hash(1, height),
        "blockNumber": format!("{height:#x}"), "transactionIndex": "0x0", "gasUsed": "0x5208",
        "effectiveGasPrice": "0x2", "status": "0x1", "contractAddress": null, "logs": [],
    }])
}

fn traces(height: u64) -> Value {
    json!([{
        "type": "call", "traceAddress": [], "blockHash": hash(1, height), "blockNumber": height,
        "transactionHash": hash(2, height), "transactionPosition": 0, "subtraces": 0,
        "action": {"callType": "call", "from": ALICE, "to": BOB, "value": format!("{:#x}", height + 1)},
        "result": {"gasUsed": "0x0", "output": "0x"},
    }])
}

/// What an honest node answers.
fn honest(method: &str, params: &Value) -> Result<Value, Refusal> {
    let named = params[0].as_str().unwrap_or_default();
    // A number, or a hash that ends with one.
    let digits = named.trim_start_matches("0x");
    let height = match named {
        "latest" => TIP,
        _ => u64::from_str_radix(&digits[digits.len().saturating_sub(16)..], 16).unwrap_or(0),
    };
    let or_null = |value: Value| if height <= TIP { value } else { Value::Null };
    match method {
        // Sepolia: as Ethereum, without the rewards of its beginning.
        "eth_chainId" => Ok(json!("0xaa36a7")),
        "web3_clientVersion" => Ok(json!("Honest/v1")),
        "eth_getBlockByNumber" => Ok(or_null(block(height))),
        "eth_getBlockReceipts" => Ok(or_null(receipts(height))),
        "trace_block" => Ok(or_null(traces(height))),
        _ => Err((-32601, "the method does not exist/is not available")),
    }
}

fn client(server: &Server) -> Client {
    let limits = Limits {
        timeout: Duration::from_secs(5),
        body_bytes_max: 4 << 20,
        attempts_max: 8,
        back_off_first: Duration::from_millis(2),
        back_off_max: Duration::from_millis(20),
        concurrent_max: 3,
        ..Limits::default()
    };
    let endpoint =
        Endpoint::new(&format!("{}/{{key}}", server.url()), Some(Key::new(KEY).unwrap()));
    Client::new(endpoint.unwrap(), limits)
}

fn connect(server: &Server) -> Result<EvmNode, SourceError> {
    EvmNode::connect(client(server), EvmNodeOptions::default())
}

/// Blocks 3 to 20 of a node that answers as `lie` says once it is connected, `None` for the truth.
fn read(
    lie: impl Fn(&str, u64) -> Option<Result<Value, Refusal>> + Send + Sync + 'static,
) -> Vec<Result<Rows, SourceError>> {
    let is_on = Arc::new(AtomicUsize::new(0));
    let switch = Arc::clone(&is_on);
    let server = Server::start(node(move |method, params| {
        let named = params[0].as_str().unwrap_or_default().trim_start_matches("0x");
        let height = u64::from_str_radix(&named[named.len().saturating_sub(16)..], 16).unwrap_or(0);
        let lied = (switch.load(Ordering::SeqCst) > 0).then(|| lie(method, height)).flatten();
        lied.unwrap_or_else(|| honest(method, params))
    }));
    let source = connect(&server).unwrap();
    is_on.store(1, Ordering::SeqCst);
    let begun = Instant::now();
    let items: Vec<_> = source.blocks(3..=20).collect();
    assert!(begun.elapsed() < Duration::from_secs(10));
    for item in &items {
        let said = format!("{item:?}");
        assert!(!said.contains(KEY), "{said}");
    }
    items
}

/// How many blocks came, and what ended them.
fn ended(mut items: Vec<Result<Rows, SourceError>>) -> (usize, Option<SourceError>) {
    let last = items.pop_if(|item| item.is_err()).and_then(Result::err);
    assert!(items.iter().all(Result::is_ok), "an error ends the blocks");
    (items.len(), last)
}

/// A lie about block 9 in the answers to a method, so many times.
fn about_nine(
    method: &'static str,
    times: usize,
    lie: Result<Value, Refusal>,
) -> Vec<Result<Rows, SourceError>> {
    let told = AtomicUsize::new(0);
    read(move |asked, height| {
        let is_lie = asked == method && height == 9;
        (is_lie && told.fetch_add(1, Ordering::SeqCst) < times).then(|| lie.clone())
    })
}

#[test]
fn an_honest_node_is_read() {
    let items = read(|_, _| None);
    assert_eq!(items.len(), 18);
    for (height, item) in (3..).zip(items) {
        let rows = item.unwrap();
        assert_eq!((rows.blocks[0].height, rows.blocks.len()), (height, 1));
        // The value, the fee, the tip.
        let amounts: Vec<String> =
            rows.transfers.iter().map(|row| row.amount.to_string()).collect();
        assert_eq!(amounts, [(height + 1).to_string(), "42000".to_owned(), "21000".to_owned()]);
    }
}

#[test]
fn contradictions_are_asked_for_again_and_then_named() {
    let mut foreign = receipts(9);
    foreign[0]["blockHash"] = json!(hash(7, 9));
    let mut fork = traces(9);
    fork[0]["blockHash"] = json!(hash(7, 9));
    let mut taller = block(9);
    taller["number"] = json!("0xa");
    let lies = [
        ("eth_getBlockReceipts", Ok(foreign)),
        ("eth_getBlockReceipts", Ok(json!([]))),
        ("eth_getBlockReceipts", Ok(Value::Null)),
        ("eth_getBlockReceipts", Ok(receipts(10))),
        ("eth_getBlockReceipts", Err((-32000, "header not found"))),
        ("trace_block", Ok(fork)),
        ("trace_block", Ok(traces(10))),
        ("eth_getBlockByNumber", Ok(taller)),
    ];
    for (method, lie) in lies {
        let (count, error) = ended(about_nine(method, 2, lie.clone()));
        assert!((count, &error.map(|e| e.to_string())) == (18, &None), "{method} {lie:?}");
        let (count, error) = ended(about_nine(method, usize::MAX, lie.clone()));
        let error = error.unwrap_or_else(|| panic!("{method} {lie:?}"));
        assert_eq!(count, 6, "{error}");
        assert!(error.to_string().contains("block 9"), "{error}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let mut injected = block(9);
    injected["transactions"][0]["hash"] = json!("0x1\"],\"x\":[\"");
    let lies = [
        ("eth_getBlockByNumber", Ok(injected)),
        ("eth_getBlockByNumber", Ok(json!({"number": "0x9"}))),
        ("eth_getBlockByNumber", Ok(json!([1, 2]))),
        ("eth_getBlockReceipts", Ok(json!("0x"))),
        ("eth_getBlockReceipts", Ok(json!([{"logs": 5}]))),
        ("trace_block", Ok(json!([{"type": 7}]))),
        ("trace_block", Err((-32000, "missing trie node 0abc"))),
    ];
    for (method, lie) in lies {
        let (count, error) = ended(about_nine(method, usize::MAX, lie.clone()));
        let error = error.unwrap_or_else(|| panic!("{method} {lie:?}"));
        assert_eq!(count, 6, "{error}");
        assert!(error.to_string().contains("block 9"), "{error}");
        let is_named = matches!(error.fault, SourceFault::Decode(_) | SourceFault::Unable(_));
        assert!(is_named, "{error}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let answers = node(honest);
    let server = Server::start(move |asked| {
        let body = String::from_utf8_lossy(&asked.body);
        if body.contains("trace_block") && !body.contains(&format!("{TIP:#x}\"")) {
            return Reply::json(format!(r#"{{"jsonrpc":"2.0","id":0,"result":{deep}}}"#));
        }
        answers(asked)
    });
    let items: Vec<_> = connect(&server).unwrap().blocks(5..=5).collect();
    let (count, error) = ended(items);
    assert_eq!(count, 0);
    assert!(matches!(error.unwrap().fault, SourceFault::Decode(_)));
}

#[test]
fn a_node_of_another_chain_is_refused() {
    let server = Server::start(node(honest));
    let options = |chain: &str| EvmNodeOptions {
        chain: Some(chain.parse().unwrap()),
        ..EvmNodeOptions::default()
    };
    let error = EvmNode::connect(client(&server), options("eip155:56")).unwrap_err();
    let SourceFault::WrongChain { wanted, found } = error.fault else { panic!("{error}") };
    assert_eq!((wanted.as_str(), found.as_str()), ("eip155:56", "eip155:11155111"));
    assert!(EvmNode::connect(client(&server), options("eip155:11155111")).is_ok());
    for id in [json!("1"), json!("0x"), json!(1), json!("0xfffffffffffffffff"), Value::Null] {
        let server = Server::start(node(move |method, params| match method {
            "eth_chainId" => Ok(id.clone()),
            _ => honest(method, params),
        }));
        let error = connect(&server).unwrap_err();
        assert!(matches!(error.fault, SourceFault::Decode(_)), "{error}");
        assert!(!error.to_string().contains(KEY));
    }
}

#[test]
fn a_node_that_lags_gives_what_it_has() {
    let items = read(|method, height| {
        (method == "eth_getBlockByNumber" && height > 11).then_some(Ok(Value::Null))
    });
    assert_eq!(ended(items).0, 9);
    let items = read(|method, height| {
        let is_gone = method == "eth_getBlockByNumber" && height > 11;
        is_gone.then_some(Err((-32001, "block not found")))
    });
    let (count, error) = ended(items);
    assert!(count == 9 && error.is_none(), "{error:?}");
}

#[test]
fn blocks_that_do_not_follow_are_seen_to() {
    let mut stray = block(9);
    stray["parentHash"] = json!(hash(7, 8));
    let items = about_nine("eth_getBlockByNumber", usize::MAX, Ok(stray));
    let blocks: Vec<Rows> = items.into_iter().map(Result::unwrap).collect();
    let follows = |pair: &[Rows]| pair[1].blocks[0].parent == pair[0].blocks[0].hash;
    let broken: Vec<u64> = blocks
        .windows(2)
        .filter(|pair| !follows(pair))
        .map(|pair| pair[1].blocks[0].height)
        .collect();
    assert_eq!(broken, [9]);
}

#[test]
fn a_gateway_in_trouble_is_survived() {
    let answers = node(honest);
    let server = Server::start(move |asked| match asked.number % 5 {
        1 => Reply::status(429, "").header("Retry-After", "0"),
        3 => Reply::page(502),
        _ => answers(asked),
    });
    let source = connect(&server).unwrap();
    assert_eq!(source.blocks(0..=TIP).map(Result::unwrap).count(), 41);
    assert!(source.client().traffic().retries > 0);
}

#[test]
fn a_stop_ends_a_run() {
    let answers = node(honest);
    let server = Server::start(move |asked| {
        std::thread::sleep(Duration::from_millis(250));
        answers(asked)
    });
    let source = connect(&server).unwrap();
    let mut blocks = source.blocks(0..=TIP);
    let begun = Instant::now();
    let client = source.client().clone();
    let stops = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        client.stop();
    });
    let error = blocks.find_map(Result::err).unwrap();
    assert!(matches!(error.fault, SourceFault::Stopped), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert!(blocks.next().is_none());
    stops.join().unwrap();
}

#[test]
fn receipts_of_large_blocks_are_asked_for_a_few_at_a_time() {
    let large = |method: &str, params: &Value| {
        let mut answer = honest(method, params)?;
        if method == "eth_getBlockByNumber" && answer["transactions"].is_array() {
            answer["transactions"][0]["input"] = json!(format!("0x{}", "00".repeat(300_000)));
        }
        Ok(answer)
    };
    let server = Server::start(node(large));
    let source = connect(&server).unwrap();
    assert_eq!(source.blocks(3..=20).map(Result::unwrap).count(), 18);
    let asked = server.asked();
    let sizes = asked.iter().map(|asked| {
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        body.matches("eth_getBlockReceipts").count()
    });
    assert_eq!(sizes.max(), Some(2));
}
