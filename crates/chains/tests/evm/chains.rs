//! Where chains differ from Ethereum.

use serde_json::json;

use crate::support::{Answers, TRANSFER, Told, a, defect, h, moves, topic, w};

#[test]
fn a_deposit_of_the_op_stack_mints_even_where_it_fails() {
    let deposit = |status: &str| {
        Answers::on("eip155:10").tx(
            json!({"type": "0x7e", "mint": "0x9", "value": "0x7", "sourceHash": h(1),
                   "isSystemTx": false}),
            json!({"status": status, "l1Fee": "0x0", "effectiveGasPrice": "0x5"}),
        )
    };
    let minted = "2147483646 Mint slip44:60 nobody -> 0001 9";
    assert_eq!(deposit("0x1").moves(), [minted, "0 Native slip44:60 0001 -> 0002 7"]);
    assert_eq!(deposit("0x0").moves(), [minted]);
}

#[test]
fn a_rollup_takes_the_price_of_publishing() {
    let receipt = json!({"gasUsed": "0xa", "effectiveGasPrice": "0x3", "l1Fee": "0x64"});
    let block = Answers::on("eip155:8453").tx(json!({}), receipt.clone());
    assert_eq!(block.moves(), ["- Fee slip44:60 0001 -> nobody 130"]);
    let mut block = block;
    block.receipts[0]["operatorFeeConstant"] = json!("0x1");
    assert_eq!(defect(&block.decode().defects, "operator-fee"), 1);
}

#[test]
fn arbitrum_credits_tickets_and_redemptions() {
    let free = json!({"effectiveGasPrice": "0x5", "gasUsed": "0x0", "gasUsedForL1": "0x0"});
    let block = Answers::on("eip155:42161")
        .tx(json!({"type": "0x6a", "from": a(0x4b05)}), free.clone())
        .tx(json!({"type": "0x64", "value": "0x7"}), free.clone())
        .tx(
            json!({"type": "0x69", "value": "0x0", "depositValue": "0x32", "retryValue": "0x14"}),
            json!({"gasUsed": "0x2", "effectiveGasPrice": "0x3"}),
        )
        .tx(
            json!({"type": "0x68", "value": "0x14", "ticketId": h(0x1002)}),
            json!({"gasUsed": "0x2", "effectiveGasPrice": "0x3"}),
        );
    let decoded = block.decode();
    let moves = moves(&decoded.rows);
    assert_eq!(
        moves[..4],
        [
            "2147483646 Mint slip44:60 nobody -> 0001 7",
            "0 Native slip44:60 0001 -> 0002 7",
            "2147483646 Mint slip44:60 nobody -> 0001 50",
            moves[3].as_str(),
        ]
    );
    // The escrow of the ticket pays what it was given.
    let escrow = decoded.rows.transfers[3].to.clone();
    assert!(moves[3].starts_with("2147483644 Internal slip44:60 0001 -> "), "{}", moves[3]);
    assert_eq!(moves[4], "- Fee slip44:60 0001 -> nobody 6");
    assert_eq!(decoded.rows.transfers[5].from, escrow);
    assert_eq!(decoded.rows.transfers[5].amount.to_string(), "20");
    assert_eq!(moves[6], "0 Native slip44:60 0001 -> 0002 20");
    assert_eq!(moves.len(), 7);
    assert_eq!(defect(&decoded.defects, "retryable-ticket"), 1);
}

const MRC20: &str = "0x0000000000000000000000000000000000001010";
const NATIVE_IN: &str = "0x4e2ca0515ed1aef1395f66b5303bb5d6f1bf9d61a353fa53f73f8ac9973fa9f6";

#[test]
fn on_polygon_the_token_of_the_native_asset_repeats_it() {
    let topics = [TRANSFER.to_owned(), topic(1), topic(2)];
    let block = Answers::on("eip155:137")
        .tx(json!({"value": "0x5"}), json!({}))
        .log(MRC20, &topics, &w(5))
        .log(&a(7), &topics, &w(6));
    let decoded = block.decode();
    assert_eq!(
        moves(&decoded.rows),
        ["0 Native slip44:966 0001 -> 0002 5", "3 Token erc20:0007 0001 -> 0002 6"]
    );
    assert_eq!(defect(&decoded.defects, "repeats-native"), 1);
}

#[test]
fn on_polygon_value_comes_in_by_transactions_of_nobody() {
    let nobody = format!("0x{:040x}", 0);
    let topics = [NATIVE_IN.to_owned(), topic(0x1010), topic(3)];
    let sync = json!({"from": nobody, "to": nobody});
    let block = Answers::on("eip155:137")
        .tx(json!({"value": "0x5"}), json!({}))
        .tx(sync, json!({"gasUsed": "0x0"}))
        .log(MRC20, &topics, &(w(8) + &w(0) + &w(8)));
    let expected = ["0 Native slip44:966 0001 -> 0002 5", "1 Internal slip44:966 1010 -> 0003 8"];
    assert_eq!(block.moves(), expected);
    // Nodes that leave such transactions out of the traces, and of the receipts.
    let mut block = block.told(Told::Nested(json!([{
        "txHash": h(0x1000),
        "result": {"type": "CALL", "from": a(1), "to": a(2), "value": "0x5"},
    }])));
    assert_eq!(block.moves(), expected);
    block.receipts.as_array_mut().unwrap().pop();
    let decoded = block.decode();
    assert_eq!(moves(&decoded.rows), expected[..1]);
    assert_eq!(defect(&decoded.defects, "no-receipt"), 1);
    // Of anybody else the same is refused.
    block.chain = "eip155:1".to_owned();
    assert!(block.error().contains("2 transactions and 1 receipts"));
}

#[test]
fn on_zksync_logs_tell_every_movement_of_ether() {
    let base = "0x000000000000000000000000000000000000800a";
    let system = |number: u64| format!("0x{}", w(number));
    let mint = "0x0f6798a560793a54c3bcfe86a93cde1e73087d944c0ea20544137d4121396885".to_owned();
    let burn = "0x2717ead6b9200dd235aad468c9809ea400fe33ac69b5bfaa6d3e90fc922b6398".to_owned();
    let block = Answers::on("eip155:324")
        .tx(json!({"value": "0x5"}), json!({"gasUsed": "0x2", "effectiveGasPrice": "0x3"}))
        .log(base, &[TRANSFER.to_owned(), topic(1), system(0x8001)], &w(9))
        .log(base, &[TRANSFER.to_owned(), topic(1), topic(2)], &w(5))
        .log(base, &[TRANSFER.to_owned(), system(0x8001), topic(1)], &w(3))
        .log(base, &[mint.clone(), topic(4)], &w(7))
        .log(base, &[burn, topic(1), topic(5)], &w(2))
        // Such logs of others mean nothing.
        .log(&a(7), &[mint, topic(4)], &w(7));
    let expected = [
        "1 Internal slip44:60 0001 -> 8001 9",
        "3 Internal slip44:60 0001 -> 0002 5",
        "5 Internal slip44:60 8001 -> 0001 3",
        "7 Mint slip44:60 nobody -> 0004 7",
        "9 Burn slip44:60 800a -> 0000 2",
    ];
    assert_eq!(block.moves(), expected);
    assert!(block.decode().defects.iter().next().is_none());
}

#[test]
fn on_celo_the_token_of_the_native_asset_adds_to_it() {
    let token = "0x471ece3750da237f93b8e339c536989b8978a438";
    let block = Answers::on("eip155:42220")
        .tx(
            json!({"value": "0x5", "feeCurrency": a(8), "type": "0x7b"}),
            json!({"effectiveGasPrice": "0x5"}),
        )
        .log(token, &[TRANSFER.to_owned(), topic(1), topic(2)], &w(6));
    let decoded = block.decode();
    assert_eq!(
        moves(&decoded.rows),
        ["0 Native slip44:52752 0001 -> 0002 5", "1 Internal slip44:52752 0001 -> 0002 6"]
    );
    assert_eq!(defect(&decoded.defects, "fee-in-token"), 1);
}

#[test]
fn some_chains_number_logs_with_gaps() {
    let topics = [TRANSFER.to_owned(), topic(1), topic(2)];
    let mut block = Answers::on("eip155:56")
        .tx(json!({}), json!({}))
        .log(&a(7), &topics, &w(5))
        .log(&a(7), &topics, &w(6));
    block.receipts[0]["logs"][1]["logIndex"] = json!("0x9");
    assert_eq!(block.moves().len(), 2);
    block.receipts[0]["logs"][1]["logIndex"] = json!("0x0");
    assert!(block.error().contains("log 0 in receipt 0 is out of order"));
}

#[test]
fn avalanche_has_value_that_no_transaction_moves() {
    let mut block = Answers::on("eip155:43114");
    block.block["blockExtraData"] = json!("0x");
    assert!(block.decode().defects.iter().next().is_none());
    block.block["blockExtraData"] = json!("0x0001");
    assert_eq!(defect(&block.decode().defects, "atomic-transactions"), 1);
}
