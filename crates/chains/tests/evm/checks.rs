//! What a block gives beside what it moves, fees, and answers that contradict each other.

use hawkshaw_chains::evm::{EventChoice, Options, Receipts, Traces, decode_header};
use serde_json::{Value, json};

use crate::support::{Answers, TRANSFER, Told, a, defect, h, n, topic, w};

#[test]
fn a_fee_is_one_row_and_the_tip_goes_to_the_fee_recipient() {
    let block = Answers::new()
        .tx(
            json!({"value": "0x7", "type": "0x3"}),
            json!({"gasUsed": "0x64", "effectiveGasPrice": "0x8", "blobGasUsed": "0x20000",
                   "blobGasPrice": "0x2"}),
        )
        .tx(json!({}), json!({"gasUsed": "0xa", "effectiveGasPrice": "0x6", "status": "0x0"}));
    // Gas 100·8 and blobs 131072·2; tips 100·3 and 10·1.
    let expected = [
        "0 Native slip44:60 0001 -> 0002 7",
        "- Fee slip44:60 0001 -> nobody 262944",
        "- Fee slip44:60 0001 -> nobody 60",
        "block 0 Mint slip44:60 nobody -> 0fee 310",
    ];
    assert_eq!(block.moves(), expected);
}

#[test]
fn a_price_may_stand_in_the_transaction() {
    let mut block = Answers::new().tx(json!({"gasPrice": "0x9"}), json!({"gasUsed": "0xa"}));
    block.receipts[0].as_object_mut().unwrap().remove("effectiveGasPrice");
    assert_eq!(block.moves()[0], "- Fee slip44:60 0001 -> nobody 90");
    block.block["transactions"][0].as_object_mut().unwrap().remove("gasPrice");
    let decoded = block.decode();
    assert_eq!(decoded.rows.transfers.len(), 0);
    assert_eq!(defect(&decoded.defects, "fee-unknown"), 1);
}

#[test]
fn withdrawals_are_summed_by_receiver() {
    let mut block = Answers::new();
    block.block["withdrawals"] = json!([
        {"index": "0x1", "validatorIndex": "0x1", "address": a(1), "amount": "0x2"},
        {"index": "0x2", "validatorIndex": "0x2", "address": a(2), "amount": "0x3"},
        {"index": "0x3", "validatorIndex": "0x3", "address": a(1), "amount": "0x2"},
    ]);
    let expected = [
        "block 0 Mint slip44:60 nobody -> 0001 4000000000",
        "block 0 Mint slip44:60 nobody -> 0002 3000000000",
    ];
    assert_eq!(block.moves(), expected);
    block.chain = "eip155:100".to_owned();
    let decoded = block.decode();
    assert!(decoded.rows.transfers.is_empty());
    assert_eq!(defect(&decoded.defects, "token-withdrawal"), 3);
}

#[test]
fn rewards_are_those_of_the_node_else_of_the_rules() {
    let reward = |author: u64, value: u128| {
        json!({
            "type": "reward",
            "action": {"author": a(author), "rewardType": "block", "value": n(value)},
            "blockHash": h(0xb10c),
            "traceAddress": [],
            "subtraces": 0,
            "transactionHash": null,
            "transactionPosition": null,
        })
    };
    let mut block = Answers::new();
    block.height = 5_000_000;
    block.block["number"] = json!("0x4c4b40");
    block.block["uncles"] = json!([h(1)]);
    assert_eq!(block.moves(), ["block 0 Mint slip44:60 nobody -> 0fee 3093750000000000000"]);
    assert_eq!(defect(&block.decode().defects, "uncle-reward"), 1);
    // Two equal rewards cannot be told apart without a transaction, so they are one.
    let told = json!([reward(0xfee, 5), reward(9, 3), reward(9, 3)]);
    let block = block.told(Told::Flat(told));
    let expected =
        ["block 0 Mint slip44:60 nobody -> 0fee 5", "block 0 Mint slip44:60 nobody -> 0009 6"];
    assert_eq!(block.moves(), expected);
}

#[test]
fn calls_and_logs_are_kept_as_asked() {
    let topics = [TRANSFER.to_owned(), topic(1), topic(2)];
    let approval = "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925";
    let block = Answers::new()
        .tx(json!({"input": "0xa9059cbb01"}), json!({}))
        .log(&a(7), &topics, &w(5))
        .log(&a(7), &[approval.to_owned(), topic(1), topic(2)], &w(6))
        .log(&a(7), &[], "");
    let kept = |events| {
        let decoded = block.decode_with(Options { events, calldata: true }).unwrap();
        decoded.rows.events.iter().map(|event| event.event).collect::<Vec<_>>()
    };
    assert_eq!(kept(EventChoice::None), [0; 0]);
    assert_eq!(kept(EventChoice::Known), [3]);
    assert_eq!(kept(EventChoice::All), [1, 3, 5]);
    let rows = block.decode_with(Options { events: EventChoice::All, calldata: true });
    let rows = rows.unwrap().rows;
    assert_eq!(*rows.calls[0].data, [0xa9, 0x05, 0x9c, 0xbb, 0x01]);
    assert_eq!(rows.calls[0].success, Some(true));
    assert_eq!(rows.events[0].topics.len(), 3);
    assert_eq!(rows.blocks[0].height, 15_600_000);
    assert_eq!(rows.blocks[0].time.to_unix(), 0x6330_0000);
    assert!(block.decode().rows.calls[0].data.is_empty());
}

#[test]
fn headers_are_read_alone() {
    let block = Answers::new().tx(json!({}), json!({}));
    let header = decode_header(&serde_json::to_vec(&block.block).unwrap()).unwrap().unwrap();
    assert_eq!(header, block.decode().rows.blocks[0]);
    assert_eq!(header.parent[30..], [0xb1, 0x0b]);
    assert_eq!(decode_header(b"null"), Ok(None));
    assert!(decode_header(br#"{"number":null}"#).is_err());
    assert!(decode_header(b"<html>").is_err());
}

/// A block with two transactions and a log in each, with flat traces.
fn sound() -> Answers {
    let topics = [TRANSFER.to_owned(), topic(1), topic(2)];
    let block = Answers::new()
        .tx(json!({}), json!({}))
        .log(&a(7), &topics, &w(5))
        .tx(json!({}), json!({}))
        .log(&a(7), &topics, &w(6));
    let trace = |position: u64| {
        json!({
            "type": "call",
            "action": {"from": a(1), "to": a(2), "value": "0x0", "callType": "call"},
            "traceAddress": [],
            "subtraces": 0,
            "transactionHash": h(0x1000 + position),
            "transactionPosition": position,
            "blockHash": h(0xb10c),
            "blockNumber": 15_600_000,
        })
    };
    block.told(Told::Flat(json!([trace(0), trace(1)])))
}

/// What is changed about answers.
type Change = &'static dyn Fn(&mut Answers);

fn changed(change: impl FnOnce(&mut Answers)) -> String {
    let mut block = sound();
    change(&mut block);
    block.error()
}

fn traces(block: &mut Answers) -> &mut Value {
    match &mut block.traces {
        Told::Flat(traces) | Told::Nested(traces) => traces,
        Told::Nothing => panic!("there are traces"),
    }
}

#[test]
fn answers_that_contradict_each_other_are_refused() {
    assert_eq!(sound().moves().len(), 2);
    let no = "it contradicts itself: ";
    let cases: [(Change, &str); 15] = [
        (&|b| b.height += 1, "block 15600001 was asked for and is 15600000"),
        (
            &|b| drop(b.receipts.as_array_mut().unwrap().pop()),
            "the block has 2 transactions and 1 receipts",
        ),
        (
            &|b| b.receipts.as_array_mut().unwrap().swap(0, 1),
            "receipt 0 is not of transaction 0 of the block",
        ),
        (&|b| b.receipts[1]["blockHash"] = json!(h(1)), "receipt 1 is of another block"),
        (&|b| b.receipts[1]["blockNumber"] = json!("0x1"), "receipt 1 is of another block"),
        (
            &|b| b.receipts[1]["transactionIndex"] = json!("0x0"),
            "receipt 1 is not of transaction 1 of the block",
        ),
        (
            &|b| b.block["transactions"][1]["transactionIndex"] = json!("0x7"),
            "transaction 1 of the block has another index",
        ),
        (
            &|b| b.receipts[1]["logs"][0]["transactionHash"] = json!(h(0x1000)),
            "log 1 in receipt 1 is of another transaction",
        ),
        (
            &|b| b.receipts[1]["logs"][0]["removed"] = json!(true),
            "log 1 was removed by a reorganisation",
        ),
        (
            &|b| b.receipts[1]["logs"][0]["logIndex"] = json!("0x2"),
            "log 2 in receipt 1 is out of order",
        ),
        (&|b| traces(b)[1]["blockHash"] = json!(h(1)), "a trace is of another block"),
        (
            &|b| traces(b)[1]["transactionHash"] = json!(h(1)),
            "a trace is of no transaction of the block",
        ),
        (
            &|b| traces(b)[1]["transactionPosition"] = json!(2),
            "a trace is of no transaction of the block",
        ),
        (
            &|b| traces(b)[1]["traceAddress"] = json!([0]),
            "the trace at [0] of transaction 0x00000000000000000000000000000000000000000000000000\
             00000000001001 stands twice or below none",
        ),
        (
            &|b| drop(traces(b).as_array_mut().unwrap().pop()),
            "there are no calls of transaction 0x000000000000000000000000000000000000000000000000\
             0000000000001001",
        ),
    ];
    for (change, reason) in cases {
        assert_eq!(changed(change), format!("{no}{reason}"));
    }
    let root = "the first call of transaction 0x0000000000000000000000000000000000000000000000000\
                000000000001000 is another than it";
    assert_eq!(changed(|b| traces(b)[0]["action"]["to"] = json!(a(3))), format!("{no}{root}"));
    let disagree = "receipt and calls disagree on whether transaction 0x00000000000000000000000000\
                    00000000000000000000000000000000001000 succeeded";
    assert_eq!(changed(|b| traces(b)[0]["error"] = json!("Reverted")), format!("{no}{disagree}"));
}

#[test]
fn an_error_in_place_of_calls_is_an_error() {
    let block = |trees: Value| sound().told(Told::Nested(trees)).error();
    let frame = json!({"type": "CALL", "from": a(1), "to": a(2), "value": "0x0"});
    let tree = |number: u64| json!({"txHash": h(number), "result": frame});
    assert_eq!(
        block(json!([tree(0x1000), {"txHash": h(0x1001), "error": "execution timeout\u{1b}"}])),
        "it contradicts itself: the node has an error in place of call tree 1: execution \
         timeout\u{fffd}"
    );
    assert_eq!(
        block(json!([tree(0x1001), tree(0x1000)])),
        "it contradicts itself: call tree 0 is not of transaction 0 of the block"
    );
    let missing = block(json!([tree(0x1000)]));
    assert!(missing.contains("there are no calls of transaction"), "{missing}");
    let more = block(json!([tree(0x1000), tree(0x1001), tree(0x1002)]));
    assert!(more.contains("call tree 2 is not of"), "{more}");
    let strange = json!({"type": "TRANSFER", "from": a(1), "to": a(2), "value": "0x1"});
    let strange = block(json!([{"result": strange}, tree(0x1001)]));
    assert!(strange.contains("`TRANSFER` is no known type of call"), "{strange}");
}

#[test]
fn receipts_come_one_by_one_too() {
    let block = sound();
    let bytes = |value: &Value| serde_json::to_vec(value).unwrap();
    let each: Vec<Vec<u8>> = block.receipts.as_array().unwrap().iter().map(bytes).collect();
    let each: Vec<&[u8]> = each.iter().map(Vec::as_slice).collect();
    let parts = hawkshaw_chains::evm::BlockParts {
        height: block.height,
        block: &bytes(&block.block),
        receipts: Receipts::Each(&each),
        traces: Traces::None,
    };
    let network = hawkshaw_chains::evm::Network::new(&"eip155:1".parse().unwrap(), None).unwrap();
    let options = Options { events: EventChoice::None, calldata: false };
    let file = std::sync::Arc::from("node");
    let decoded = hawkshaw_chains::evm::decode_block(&network, &file, &parts, options).unwrap();
    assert_eq!(decoded.rows, block.decode().rows);
}
