//! Tests of what rows of lists mean.

use std::sync::Arc;

use hawkshaw_model::rows::Transfer;
use hawkshaw_model::{Address, ChainId};
use serde_json::{Value, json};

use super::{List, Listing, OneTransaction, Page, decode_page};
use crate::evm::Network;

/// The wrapper of Ethereum.
const WETH: &str = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";

fn who(number: u8) -> String {
    format!("0x{}", alloy_primitives::hex::encode([number; 20]))
}

/// A row with what every list has.
fn row(more: Value) -> Value {
    let mut row = json!({
        "blockNumber": "17000000", "timeStamp": "1680911891", "hash": format!("0x{}", "ab".repeat(32)),
        "from": who(1), "to": who(2), "value": "7",
    });
    if let (Value::Object(row), Value::Object(more)) = (&mut row, more) {
        row.extend(more);
    }
    row
}

/// The movements and defects of lists, as text.
fn read_on(chain: &str, lists: &[(List, Value)]) -> Vec<String> {
    let chain: ChainId = chain.parse().unwrap();
    let network = Network::new(&chain, None).unwrap();
    let mut listing = Listing::new(&network, &Arc::from("test"), None);
    for (list, row) in lists {
        let page = json!({ "status": "1", "message": "OK", "result": [row] }).to_string();
        let Page::Rows(rows) = decode_page(page.as_bytes()).unwrap() else { panic!() };
        listing.add(*list, &rows[0], 1).unwrap();
    }
    let (rows, defects) = listing.finish();
    let side = |side: &Option<Address>| match side {
        Some(Address::Evm(bytes)) => alloy_primitives::hex::encode(&bytes[..1]),
        _ => "-".to_owned(),
    };
    let text = |row: &Transfer| {
        let asset = rows.assets[usize::try_from(row.asset).unwrap()].local();
        let asset = asset.replace(&who(0xee), "token").replace(WETH, "weth");
        let event =
            if row.event == Transfer::UNPLACED { "·".into() } else { row.event.to_string() };
        format!(
            "{event} {:?} {asset} {} {} {}",
            row.kind,
            side(&row.from),
            side(&row.to),
            row.amount
        )
    };
    let mut told: Vec<String> = rows.transfers.iter().map(text).collect();
    told.extend(defects.iter().map(|(defect, count)| format!("{} {count}", defect.name())));
    told
}

fn read(lists: &[(List, Value)]) -> Vec<String> {
    read_on("eip155:1", lists)
}

#[test]
fn transactions_pay_fees_and_move_value_unless_they_fail() {
    let gas =
        json!({ "gasUsed": "21000", "gasPrice": "10", "isError": "0", "transactionIndex": "3" });
    let told = read(&[(List::Transactions, row(gas.clone()))]);
    assert_eq!(told, ["0 Native slip44:60 01 02 7", "· Fee slip44:60 01 - 210000"]);
    for failed in [json!({ "isError": "1" }), json!({ "isError": "0", "txreceipt_status": "0" })] {
        let mut failed = row(failed);
        failed["gasUsed"] = "2".into();
        failed["gasPrice"] = "3".into();
        let told = read(&[(List::Transactions, failed)]);
        assert_eq!(told, ["· Fee slip44:60 01 - 6", "failed-transaction 1"]);
    }
    // A contract is created: as the explorer says, else as sender and nonce determine it.
    let made = row(json!({ "to": "", "contractAddress": who(9) }));
    assert_eq!(read(&[(List::Transactions, made)])[0], "0 Native slip44:60 01 09 7");
    let made = row(json!({
        "to": "", "contractAddress": "", "nonce": "0",
        "from": "0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0",
    }));
    assert_eq!(read(&[(List::Transactions, made)])[0], "0 Native slip44:60 6a cd 7");
    // Publishing is part of the fee of a rollup, and only some explorers say what it cost.
    let told = read_on("eip155:10", &[(List::Transactions, row(gas.clone()))]);
    assert_eq!(told[2], "publishing-unknown 1");
    let mut paid = row(gas);
    paid["L1FeesPaid"] = "0x5".into();
    let told = read_on("eip155:10", &[(List::Transactions, paid)]);
    assert_eq!(told[1..], ["· Fee slip44:60 01 - 210005"]);
}

#[test]
fn calls_inside_move_value_where_they_hand_it_over() {
    let told = read(&[
        (List::Internal, row(json!({ "type": "call", "traceId": "0_1" }))),
        (List::Internal, row(json!({ "type": "call", "value": "0" }))),
        (List::Internal, row(json!({ "type": "call", "isError": "1", "errCode": "Reverted" }))),
        (List::Internal, row(json!({ "type": "create", "to": "", "contractAddress": who(5) }))),
        // Blockscout: the root is the transaction itself, and other calls only run code.
        (List::Internal, row(json!({ "index": "0", "type": "create" }))),
        (List::Internal, row(json!({ "index": "4", "callType": "delegatecall" }))),
        (List::Internal, row(json!({ "index": "5", "callType": "call", "value": "8" }))),
    ]);
    let expected = [
        "· Internal slip44:60 01 02 7",
        "· Internal slip44:60 01 05 7",
        "· Internal slip44:60 01 02 8",
        "failed-call 1",
    ];
    assert_eq!(told, expected);
}

/// Logs of the wrapper are in no list, and what it makes and destroys follows from what it is paid.
#[test]
fn wrapped_value_follows_from_native_value() {
    let told = read(&[
        (List::Transactions, row(json!({ "to": WETH }))),
        (List::Internal, row(json!({ "from": WETH, "to": who(3), "value": "4" }))),
        (List::Internal, row(json!({ "to": WETH, "type": "suicide", "value": "2" }))),
    ]);
    let expected = [
        "0 Native slip44:60 01 c0 7",
        "· Wrap erc20:weth - 01 7",
        "· Internal slip44:60 c0 03 4",
        "· Unwrap erc20:weth 03 - 4",
        "· Internal slip44:60 01 c0 2",
        "fee-unknown 1",
    ];
    assert_eq!(told, expected);
}

#[test]
fn tokens_are_told_by_their_list_or_their_fields() {
    let token = |more: Value| {
        let mut token = row(json!({ "contractAddress": who(0xee) }));
        token.as_object_mut().unwrap().remove("value");
        if let (Value::Object(token), Value::Object(more)) = (&mut token, more) {
            token.extend(more);
        }
        token
    };
    let told = read(&[
        (List::Tokens, token(json!({ "value": "5" }))),
        (List::Tokens, token(json!({ "value": "6", "logIndex": "12" }))),
        (List::Tokens, token(json!({ "value": "7", "from": who(0) }))),
        (List::Tokens, token(json!({ "value": "8", "to": who(0) }))),
        (List::Collectibles, token(json!({ "tokenID": "77" }))),
        (List::MultiTokens, token(json!({ "tokenID": "78", "tokenValue": "9" }))),
        // Blockscout has them all in one list.
        (List::Tokens, token(json!({ "tokenID": 79, "logIndex": "13" }))),
        (
            List::Tokens,
            token(json!({ "tokenIDs": ["1", "2"], "values": ["3", "4"], "logIndex": "14" })),
        ),
        (List::Tokens, token(json!({}))),
    ]);
    let expected = [
        "· Token erc20:token 01 02 5",
        "25 Token erc20:token 01 02 6",
        "· Mint erc20:token - 02 7",
        "· Burn erc20:token 01 00 8",
        "· Token erc721:token/77 01 02 1",
        "· Token erc1155:token/78 01 02 9",
        "27 Token erc721:token/79 01 02 1",
        "· Token erc1155:token/1 01 02 3",
        "· Token erc1155:token/2 01 02 4",
        "amount-unknown 1",
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_is_no_row_is_refused() {
    let network = Network::new(&ChainId::ethereum(), None).unwrap();
    for (more, why) in [
        (json!({ "blockNumber": "" }), "blockNumber is missing"),
        (json!({ "timeStamp": "-4" }), "timeStamp is `-4`, which is no number"),
        (json!({ "hash": "0x12" }), "hash is `0x12`"),
        (json!({ "from": "0x12" }), "which is no address of 0x and 40 hex digits"),
        (json!({ "value": "1.5" }), "value is `1.5`, which is no number of base units"),
        (json!({ "gasUsed": "9".repeat(77), "gasPrice": "9".repeat(77) }), "beyond 256 bits"),
    ] {
        let mut listing = Listing::new(&network, &Arc::from("test"), None);
        let page = json!({ "status": "1", "message": "OK", "result": [row(more)] }).to_string();
        let Page::Rows(rows) = decode_page(page.as_bytes()).unwrap() else { panic!() };
        let error = listing.add(List::Transactions, &rows[0], 1).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

/// A side that is missing is not the address 0, which stands for nobody.
#[test]
fn a_token_without_a_side_is_refused() {
    let network = Network::new(&ChainId::ethereum(), None).unwrap();
    for (list, action) in [(List::Tokens, "tokentx"), (List::Collectibles, "tokennfttx")] {
        for side in ["from", "to"] {
            for missing in [Some(Value::Null), Some("".into()), None] {
                let mut token = row(json!({ "contractAddress": who(0xee) }));
                if list == List::Collectibles {
                    token["tokenID"] = "7".into();
                }
                match missing {
                    Some(value) => token[side] = value,
                    None => drop(token.as_object_mut().unwrap().remove(side)),
                }
                let page = json!({ "status": "1", "message": "OK", "result": [token] }).to_string();
                let Page::Rows(rows) = decode_page(page.as_bytes()).unwrap() else { panic!() };
                let mut listing = Listing::new(&network, &Arc::from("test"), None);
                let error = listing.add(list, &rows[0], 17).unwrap_err().to_string();
                let hash = "ab".repeat(32);
                let named = format!("row 17 of {action} (transaction {hash}): {side} is missing");
                assert!(error.contains(&named), "{error}");
                assert!(listing.finish().0.transfers.is_empty());
            }
        }
    }
}

#[test]
fn a_call_inside_without_an_amount_is_counted() {
    let told = read(&[(List::Internal, row(json!({ "value": null })))]);
    assert_eq!(told, ["amount-unknown 1"]);
}

#[test]
fn the_place_of_a_transaction_is_told() {
    let hash = "ab".repeat(32).parse().unwrap();
    let sent = json!({
        "hash": format!("0x{}", "ab".repeat(32)), "blockNumber": "0x10",
        "transactionIndex": "0x7", "from": who(3),
    });
    let place = OneTransaction::place(&sent.to_string(), &hash).unwrap().unwrap();
    assert_eq!((place.height, place.tx_index, place.sender), (16, 7, Address::Evm([3; 20])));
    assert_eq!(OneTransaction::place("null", &hash).unwrap(), None);
    let with = |field: &str, value: Value| {
        let mut sent = sent.clone();
        sent[field] = value;
        OneTransaction::place(&sent.to_string(), &hash)
    };
    assert_eq!(with("blockNumber", Value::Null).unwrap(), None);
    let foreign = with("hash", format!("0x{}", "cd".repeat(32)).into()).unwrap_err();
    assert!(foreign.to_string().contains("another transaction"), "{foreign}");
    for field in ["transactionIndex", "from"] {
        let error = with(field, Value::Null).unwrap_err().to_string();
        assert!(error.contains(&format!("{field} is missing")), "{error}");
    }
}
