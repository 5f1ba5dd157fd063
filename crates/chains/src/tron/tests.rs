//! Tests of the decoder.

use std::sync::Arc;

use alloy_primitives::{hex, keccak256};
use hawkshaw_model::rows::Transfer;
use hawkshaw_model::{Address, ChainId, TransferKind};
use proptest::prelude::{any, prop, proptest};
use serde_json::{Value, json};

use super::{Decoded, Network, decode_block, decode_header};

/// The id of the first block of the main network, as every node has it.
const GENESIS: [u8; 32] = hex!("00000000000000001ebf88508a03865c71d452e25f4d51194196a1d22b6653dc");

fn network() -> Network {
    Network::of_genesis(&GENESIS).unwrap()
}

/// Block 67,674,988 of the main network with two of its transactions, as java-tron gives it.
/// Source: the test fixture of <https://github.com/coinbase/chainstorage>
/// (`internal/blockchain/client/ethereum/tron_test.go`), but for signatures and raw data.
fn block(transactions: &Value) -> Value {
    json!({
        "blockID": "000000000408a36cd32a8e674045e96f895b7708b85fa5141f3c8fd92eb497a8",
        "block_header": { "raw_data": {
            "number": 67_674_988,
            "witness_address": "417f5e5aca5332ce5e18414d7f85bb62097cefa453",
            "parentHash": "000000000408a36b033d241520fd155cb0351a27bce043ddb7799ec2790ca1ee",
            "version": 31, "timestamp": 1_733_675_346_000_i64,
        }, "witness_signature": "24" },
        "transactions": transactions,
    })
}

const HEIGHT: u64 = 67_674_988;

fn tx(number: u8, kind: &str, ret: &str, value: &Value) -> Value {
    json!({
        "ret": [{ "contractRet": ret }], "txID": hex::encode([number; 32]),
        "raw_data": { "contract": [{
            "parameter": {
                "value": value,
                "type_url": format!("type.googleapis.com/protocol.{kind}"),
            },
            "type": kind,
        }], "expiration": 1 },
    })
}

/// What a transaction did; fields are added to what every answer has.
fn info(number: u8, more: Value) -> Value {
    let mut info = json!({
        "id": hex::encode([number; 32]), "blockNumber": HEIGHT, "contractResult": [""],
        "blockTimeStamp": 1_733_675_346_000_i64, "receipt": { "net_usage": 268 },
    });
    if let (Value::Object(info), Value::Object(more)) = (&mut info, more) {
        info.extend(more);
    }
    info
}

fn decode(block: &Value, infos: &Value) -> Result<Decoded, String> {
    let (block, infos) = (block.to_string(), infos.to_string());
    let name = Arc::from("test");
    let decoded = decode_block(&network(), &name, block.as_bytes(), infos.as_bytes());
    decoded.map(Option::unwrap).map_err(|error| error.to_string())
}

/// Movements as text: event, kind, asset, from, to, amount.
fn moved(decoded: &Decoded) -> Vec<String> {
    let rows = &decoded.rows;
    let side = |side: &Option<Address>| match side {
        Some(Address::Tron(bytes)) => hex::encode(&bytes[..2]),
        Some(_) => "foreign".to_owned(),
        None => "-".to_owned(),
    };
    let text = |row: &Transfer| {
        let asset = rows.assets[usize::try_from(row.asset).unwrap()].local();
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
    rows.transfers.iter().map(text).collect()
}

/// Addresses that begin with a number.
fn who(number: u8) -> String {
    format!("41{}", hex::encode([number; 20]))
}

fn topic(signature: &str) -> String {
    hex::encode(keccak256(signature))
}

fn word(number: u8) -> String {
    format!("{:0>64}", hex::encode([number; 20]))
}

#[test]
fn networks_name_themselves_by_their_first_block() {
    assert_eq!(*network().chain(), ChainId::tron());
    assert_eq!(network().native().as_str(), "tron:0x2b6653dc/slip44:195");
    let mut other = GENESIS;
    other[31] = 0;
    let other = Network::of_genesis(&other).unwrap();
    assert_eq!(other.native().as_str(), "tron:0x2b665300/slip44:1");
}

#[test]
fn a_real_block_is_read() {
    let transfer = json!({
        "amount": 6, "owner_address": "4174d7980a2a3e48e3a863365542e92ab8d646e0aa",
        "to_address": "41c3d34597fb01e25d4d8e7ef34ccdd0f05bf85473",
    });
    let delegation = json!({
        "balance": 248_167_143, "receiver_address": "414c614b77e81392450d88f9e339481843abae0e34",
        "owner_address": "410611d6c1d784930f53979f06f10306251919e1ea",
    });
    let mut first = tx(1, "TransferContract", "SUCCESS", &transfer);
    first["txID"] = "baa42c87b7c764c548fa37e61e9764415fd4a79d7e073d4f92a456698002016b".into();
    let second = tx(2, "UnDelegateResourceContract", "SUCCESS", &delegation);
    let mut told = info(1, json!({}));
    told["id"] = first["txID"].clone();
    let decoded =
        decode(&block(&json!([first, second])), &json!([told, info(2, json!({}))])).unwrap();
    assert_eq!(moved(&decoded), ["0 Native slip44:195 74d7 c3d3 6"]);
    let header = decoded.rows.blocks[0];
    assert_eq!((header.height, header.time.to_unix()), (HEIGHT, 1_733_675_346));
    assert_eq!(&header.parent[..8], &(HEIGHT - 1).to_be_bytes());
    assert_eq!(decoded.rows.calls.len(), 2);
    let row = &decoded.rows.transfers[0];
    assert_eq!((row.spot.tx_index, row.spot.height), (Some(0), HEIGHT));
    let Some(Address::Tron(from)) = &row.from else { panic!() };
    assert_eq!(*from, hex!("74d7980a2a3e48e3a863365542e92ab8d646e0aa"));
}

#[test]
fn every_kind_of_movement_is_told() {
    let call = json!({
        "owner_address": who(1), "contract_address": who(2), "call_value": 5,
        "call_token_value": 7, "token_id": 1_002_000, "data": "a9059cbb",
    });
    let asset = json!({
        "owner_address": who(1), "to_address": who(3), "amount": 8,
        // The digits of 1002000 in hex.
        "asset_name": "31303032303030",
    });
    let create = json!({
        "owner_address": who(1),
        "new_contract": { "call_value": 4, "bytecode": "60", "origin_address": who(1) },
    });
    let transactions = json!([
        tx(1, "TriggerSmartContract", "SUCCESS", &call),
        tx(2, "TransferAssetContract", "SUCCESS", &asset),
        tx(3, "CreateSmartContract", "SUCCESS", &create),
        tx(4, "WithdrawBalanceContract", "SUCCESS", &json!({ "owner_address": who(4) })),
        tx(5, "UnfreezeBalanceContract", "SUCCESS", &json!({ "owner_address": who(4) })),
        tx(
            6,
            "FreezeBalanceV2Contract",
            "SUCCESS",
            &json!({ "owner_address": who(4), "frozen_balance": 100 })
        ),
    ]);
    let internal = |to: u8, values: Value, note: &str, rejected: bool| {
        json!({
            "hash": "00", "caller_address": who(2), "transferTo_address": who(to),
            "callValueInfo": values, "note": hex::encode(note), "rejected": rejected,
        })
    };
    let infos = json!([
        info(
            1,
            json!({
                "fee": 46_930, "receipt": { "result": "SUCCESS", "net_fee": 2_790, "energy_fee": 44_140 },
                "internal_transactions": [
                    internal(5, json!([{}]), "call", false),
                    internal(6, json!([{ "callValue": 3 }, { "callValue": 2, "tokenId": "1002000" }]),
                        "call", false),
                    internal(7, json!([{ "callValue": 9 }]), "call", true),
                    internal(8, json!([{ "callValue": 9 }]), "freezeBalanceV2ForEnergy", false),
                    internal(2, json!([{ "callValue": 11 }]), "withdrawReward", false),
                    internal(9, json!([{ "callValue": 1 }]), "suicide", false),
                ],
                "log": [
                    { "address": hex::encode([0xaa; 20]), "data": format!("{:064x}", 1_000),
                      "topics": [topic("Transfer(address,address,uint256)"), word(1), word(5)] },
                    { "address": hex::encode([0xbb; 20]), "data": format!("{:064x}", 1),
                      "topics": [topic("Approval(address,address,uint256)"), word(1), word(5)] },
                    { "address": hex::encode([0xcc; 20]),
                      "topics": [topic("Transfer(address,address,uint256)"), word(0), word(5),
                        format!("{:064x}", 77)] },
                ],
            })
        ),
        info(2, json!({ "fee": 1_000 })),
        info(3, json!({ "contract_address": who(9) })),
        info(4, json!({ "withdraw_amount": 123 })),
        info(5, json!({ "unfreeze_amount": 500 })),
        info(6, json!({})),
    ]);
    let decoded = decode(&block(&transactions), &infos).unwrap();
    let token = |byte: u8| Address::Tron([byte; 20]).to_string();
    assert_eq!(
        moved(&decoded),
        [
            "0 Native slip44:195 0101 0202 5".to_owned(),
            "2097152 Token trc10:1002000 0101 0202 7".to_owned(),
            "4 Internal slip44:195 0202 0606 3".to_owned(),
            "2097156 Token trc10:1002000 0202 0606 2".to_owned(),
            "10 Mint slip44:195 - 0202 11".to_owned(),
            "12 Internal slip44:195 0202 0909 1".to_owned(),
            format!("1 Token trc20:{} 0101 0505 1000", token(0xaa)),
            format!("5 Mint trc721:{}/77 - 0505 1", token(0xcc)),
            "· Fee slip44:195 0101 - 46930".to_owned(),
            "0 Token trc10:1002000 0101 0303 8".to_owned(),
            "· Fee slip44:195 0101 - 1000".to_owned(),
            "0 Native slip44:195 0101 0909 4".to_owned(),
            "0 Mint slip44:195 - 0404 123".to_owned(),
        ]
    );
    assert_eq!((decoded.internal, decoded.calls), (6, 1));
    let defects: Vec<_> = decoded.defects.iter().map(|(defect, n)| (defect.name(), n)).collect();
    assert_eq!(defects, [("failed-call", 1)]);
}

/// The result of a transaction that was reverted, with the fields and figures that
/// <https://docs.watchdata.io/blockchain-apis/tron-api/query-the-network/gettransactioninfobyblocknum>
/// shows.
#[test]
fn what_failed_moved_nothing_but_its_fee() {
    let call = json!({
        "owner_address": who(1), "contract_address": "41104969687d27a15e54101158ee0a2f446994f048",
        "call_value": 5,
    });
    let failed = info(
        1,
        json!({
            "result": "FAILED", "fee": 46_930,
            "resMessage": "524556455254206f70636f6465206578656375746564",
            "receipt": {
                "result": "REVERT", "net_fee": 2_790, "energy_fee": 44_140, "energy_usage_total": 4_414,
            },
            "contract_address": "41104969687d27a15e54101158ee0a2f446994f048",
            "internal_transactions": [{
                "caller_address": "41104969687d27a15e54101158ee0a2f446994f048", "note": "63616c6c",
                "rejected": true, "callValueInfo": [{ "callValue": 3 }],
                "transferTo_address": "41b0d801f4df5df9ab8801a4d523f7fda9889b9d4a",
            }],
        }),
    );
    let transactions = json!([tx(1, "TriggerSmartContract", "REVERT", &call)]);
    let decoded = decode(&block(&transactions), &json!([failed])).unwrap();
    assert_eq!(moved(&decoded), ["· Fee slip44:195 0101 - 46930"]);
    assert_eq!(decoded.rows.calls[0].success, Some(false));
}

/// WTRX, which logs as WETH9 does.
#[test]
fn wrapped_trx_is_wrapped() {
    let Address::Tron(wrapper) =
        Address::parse(&ChainId::tron(), "TNUC9Qb1rRpS5CbWLmNMxXBjyFoydXjWFR").unwrap()
    else {
        panic!()
    };
    let call = json!({
        "owner_address": who(1), "contract_address": format!("41{}", hex::encode(wrapper)),
        "call_value": 5,
    });
    let log = |address: [u8; 20], signature: &str| {
        json!({
            "address": hex::encode(address), "data": format!("{:064x}", 5),
            "topics": [topic(signature), word(1)],
        })
    };
    let told = info(
        1,
        json!({ "log": [
        log(wrapper, "Deposit(address,uint256)"), log(wrapper, "Withdrawal(address,uint256)"),
        log([1; 20], "Deposit(address,uint256)"),
    ] }),
    );
    let transactions = json!([tx(1, "TriggerSmartContract", "SUCCESS", &call)]);
    let decoded = decode(&block(&transactions), &json!([told])).unwrap();
    let kinds: Vec<_> = decoded.rows.transfers.iter().map(|row| row.kind).collect();
    assert_eq!(kinds, [TransferKind::Native, TransferKind::Wrap, TransferKind::Unwrap]);
    let defects: Vec<_> = decoded.defects.iter().map(|(defect, n)| (defect.name(), n)).collect();
    assert_eq!(defects, [("unknown-wrapper", 1)]);
}

/// Some contracts leave the prefix of addresses in their topics.
#[test]
fn prefixed_topics_are_addresses() {
    let prefixed = |number: u8| format!("{:0>64}", who(number));
    let told = info(
        1,
        json!({ "log": [{
        "address": who(0xaa), "data": format!("{:064x}", 6),
        "topics": [topic("Transfer(address,address,uint256)"), prefixed(3), prefixed(4)],
    }] }),
    );
    let call = json!({ "owner_address": who(1), "contract_address": who(0xaa) });
    let transactions = json!([tx(1, "TriggerSmartContract", "SUCCESS", &call)]);
    let decoded = decode(&block(&transactions), &json!([told])).unwrap();
    let token = Address::Tron([0xaa; 20]);
    assert_eq!(moved(&decoded), [format!("1 Token trc20:{token} 0303 0404 6")]);
}

#[test]
fn what_cannot_be_is_refused() {
    let transfer = json!({ "owner_address": who(1), "to_address": who(2), "amount": 1 });
    let good = block(&json!([tx(1, "TransferContract", "SUCCESS", &transfer)]));
    let told = json!([info(1, json!({}))]);
    assert!(decode(&good, &told).is_ok());
    let refused = |block: &Value, infos: &Value, why: &str| {
        let error = decode(block, infos).unwrap_err();
        assert!(error.contains(why), "{error}");
    };
    let mut other = good.clone();
    other["block_header"]["raw_data"]["number"] = 5.into();
    refused(&other, &told, "an id of another height");
    let both = json!([info(1, json!({})), info(2, json!({}))]);
    refused(&good, &both, "results of transactions that it lacks");
    refused(&good, &json!([info(2, json!({}))]), "those of others of its block");
    refused(&good, &json!([info(1, json!({})), info(1, json!({}))]), "two results");
    refused(&good, &json!([info(1, json!({ "blockNumber": 7 }))]), "is of block 7");
    let call = json!({ "owner_address": who(1), "contract_address": who(2) });
    let calls = block(&json!([tx(1, "TriggerSmartContract", "SUCCESS", &call)]));
    refused(&calls, &json!([]), "storage.transHistory.switch");
    let bad = json!({ "owner_address": "zz", "to_address": who(2), "amount": 1 });
    refused(&block(&json!([tx(1, "TransferContract", "SUCCESS", &bad)])), &told, "no address");
    let bad = json!({ "owner_address": who(1), "to_address": who(2), "amount": -1 });
    refused(&block(&json!([tx(1, "TransferContract", "SUCCESS", &bad)])), &told, "documented");
    assert!(
        decode_header(b"{\"Error\":\"class java.lang.NullPointerException\"}")
            .unwrap_err()
            .to_string()
            .contains("NullPointerException")
    );
    assert!(decode_header(b"{}").unwrap().is_none());
    let mut idle = good.clone();
    idle["transactions"][0]["raw_data"]["contract"] = json!([]);
    refused(&idle, &told, "has no contract");
    for time in [-5_000, -1, 0] {
        let mut early = good.clone();
        early["block_header"]["raw_data"]["timestamp"] = time.into();
        refused(&early, &told, &format!("has the timestamp {time}"));
    }
    // Before results were kept.
    let decoded = decode(&good, &json!([])).unwrap();
    assert_eq!(moved(&decoded).len(), 1);
    assert_eq!(decoded.defects.iter().count(), 1);
}

#[test]
fn transactions_that_were_left_out_are_missed() {
    let mut empty = block(&json!([]));
    let root = |block: &mut Value, digits: &str| {
        block["block_header"]["raw_data"]["txTrieRoot"] = digits.repeat(32).into();
    };
    for digits in ["00", ""] {
        root(&mut empty, digits);
        assert_eq!(decode(&empty, &json!([])).unwrap().rows.calls.len(), 0);
    }
    root(&mut empty, "a0");
    let mut absent = empty.clone();
    absent.as_object_mut().unwrap().remove("transactions");
    for block in [empty, absent] {
        let wanted = "it contradicts itself: block 67674988 comes without transactions";
        assert!(decode(&block, &json!([])).unwrap_err().starts_with(wanted));
        let header = decode_header(block.to_string().as_bytes()).unwrap_err().to_string();
        assert!(header.starts_with(wanted), "{header}");
    }
    let mut untold = block(&json!([]));
    untold.as_object_mut().unwrap().remove("transactions");
    let error = decode(&untold, &json!([info(1, json!({}))])).unwrap_err();
    assert!(error.contains("results of transactions that it lacks"), "{error}");
}

#[test]
fn one_result_that_is_missing_is_no_old_node() {
    let transfer = json!({ "owner_address": who(1), "to_address": who(2), "amount": 1 });
    let tx = |number| tx(number, "TransferContract", "SUCCESS", &transfer);
    let block = block(&json!([tx(1), tx(2)]));
    let error = decode(&block, &json!([info(1, json!({}))])).unwrap_err();
    let wanted = format!("no result of the transaction {}, and there are", "02".repeat(32));
    assert!(error.starts_with("it contradicts itself") && error.contains(&wanted), "{error}");
    let decoded = decode(&block, &json!([])).unwrap();
    let defects: Vec<_> = decoded.defects.iter().map(|(defect, n)| (defect.name(), n)).collect();
    assert_eq!(defects, [("no-receipt", 2)]);
}

proptest! {
    #[test]
    fn bytes_are_no_danger(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode_header(&bytes);
        let _ = decode_block(&network(), &Arc::from("test"), &bytes, &bytes);
    }

    /// Answers that are right but for one field.
    #[test]
    fn one_wrong_field_is_no_danger(
        pick in 0_usize..12,
        wrong in prop::sample::select(vec![
            json!(null), json!(-1), json!(u64::MAX), json!(""), json!("zz"), json!([]), json!({}),
            json!("41"), json!("9".repeat(90)), json!([[[]]]), json!(1.5), json!("4101"),
        ]),
    ) {
        let mut value = json!({
            "owner_address": who(1), "contract_address": who(2), "call_value": 5,
            "call_token_value": 7, "token_id": 1_002_000,
        });
        let mut told = info(1, json!({
            "fee": 5, "internal_transactions": [{
                "caller_address": who(2), "transferTo_address": who(3),
                "callValueInfo": [{ "callValue": 3 }], "note": "63616c6c",
            }],
            "log": [{
                "address": hex::encode([0xaa; 20]), "data": format!("{:064x}", 1_000),
                "topics": [topic("Transfer(address,address,uint256)"), word(1), word(5)],
            }],
        }));
        match pick {
            0 => value["owner_address"] = wrong,
            1 => value["contract_address"] = wrong,
            2 => value["call_value"] = wrong,
            3 => value["token_id"] = wrong,
            4 => told["fee"] = wrong,
            5 => told["log"][0]["topics"] = wrong,
            6 => told["log"][0]["data"] = wrong,
            7 => told["log"][0]["address"] = wrong,
            8 => told["internal_transactions"][0]["callValueInfo"] = wrong,
            9 => told["internal_transactions"][0]["note"] = wrong,
            10 => told["id"] = wrong,
            _ => told["receipt"] = wrong,
        }
        let transactions = json!([tx(1, "TriggerSmartContract", "SUCCESS", &value)]);
        let _ = decode(&block(&transactions), &json!([told]));
    }
}
