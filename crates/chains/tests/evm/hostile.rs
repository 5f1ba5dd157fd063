//! Answers that somebody broke on purpose: an error or rows, and never a panic.

use std::sync::{Arc, LazyLock};

use hawkshaw_chains::DecodeError;
use hawkshaw_chains::evm::{
    BlockParts, EventChoice, Network, Options, Receipts, Traces, decode_block, decode_header,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Answers, TRANSFER, a, h, topic, w};

/// A block with everything in it: block, receipts, flat and nested traces.
static PARTS: LazyLock<[Vec<u8>; 4]> = LazyLock::new(|| {
    let mut block = Answers::new()
        .tx(json!({"value": "0xde0b6b3a7640000"}), json!({"effectiveGasPrice": "0x9"}))
        .log(&a(7), &[TRANSFER.to_owned(), topic(1), topic(2)], &w(5))
        .log(
            &a(7),
            &[
                "0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb".to_owned(),
                topic(9),
                topic(1),
                topic(2),
            ],
            &(w(64) + &w(160) + &w(2) + &w(5) + &w(6) + &w(2) + &w(1) + &w(1)),
        );
    block.block["withdrawals"] = json!([{"address": a(3), "amount": "0x1"}]);
    let call = |place: Value, from: u64, to: u64, value: &str| {
        json!({
            "type": "call",
            "action": {"from": a(from), "to": a(to), "value": value, "callType": "call"},
            "traceAddress": place,
            "transactionHash": h(0x1000),
            "transactionPosition": 0,
            "blockHash": h(0xb10c),
            "blockNumber": 15_600_000,
        })
    };
    let flat = json!([
        call(json!([]), 1, 2, "0xde0b6b3a7640000"),
        call(json!([0]), 2, 3, "0x5"),
        call(json!([0, 0]), 3, 4, "0x5"),
    ]);
    let frame = |from: u64, to: u64, value: &str, calls: Value| json!({"type": "CALL", "from": a(from), "to": a(to), "value": value, "calls": calls});
    let inner = frame(2, 3, "0x5", json!([frame(3, 4, "0x5", json!([]))]));
    let nested = json!([
        {"txHash": h(0x1000), "result": frame(1, 2, "0xde0b6b3a7640000", json!([inner]))}
    ]);
    [&block.block, &block.receipts, &flat, &nested].map(|it| serde_json::to_vec(it).unwrap())
});

fn decode(parts: &[Vec<u8>; 4], is_nested: bool) -> Result<usize, DecodeError> {
    let network = Network::new(&"eip155:1".parse().unwrap(), None).unwrap();
    let traces = if is_nested { Traces::Nested(&parts[3]) } else { Traces::Flat(&parts[2]) };
    let receipts = Receipts::List(&parts[1]);
    let parts = BlockParts { height: 15_600_000, block: &parts[0], receipts, traces };
    let options = Options { events: EventChoice::All, calldata: true };
    decode_block(&network, &Arc::from("node"), &parts, options).map(|it| it.rows.transfers.len())
}

#[test]
fn the_whole_block_is_sound() {
    // Value, two calls, three movements of two logs, fee, tip, withdrawal.
    assert_eq!([decode(&PARTS, false), decode(&PARTS, true)], [Ok(9), Ok(9)]);
}

/// Bytes that mean something in JSON or in hex.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        Just(b'"'),
        Just(b'{'),
        Just(b'}'),
        Just(b'['),
        Just(b']'),
        Just(b','),
        Just(b'0'),
        Just(b'f'),
        Just(b'x'),
        Just(b'-'),
        Just(b'\\'),
        any::<u8>(),
    ]
}

proptest! {
    #[test]
    fn changed_bytes_never_panic(
        part in 0..4usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), byte()), 1..8),
    ) {
        let mut parts = PARTS.clone();
        for (at, byte) in changes {
            let at = at.index(parts[part].len());
            parts[part][at] = byte;
        }
        let _ = (decode(&parts, false), decode(&parts, true), decode_header(&parts[0]));
    }

    #[test]
    fn half_an_answer_is_refused(part in 0..4usize, end in any::<prop::sample::Index>()) {
        let mut parts = PARTS.clone();
        let end = end.index(parts[part].len());
        parts[part].truncate(end);
        let malformed = matches!(decode(&parts, part == 3), Err(DecodeError::Malformed(_)));
        prop_assert!(malformed);
    }

    #[test]
    fn swapped_values_never_panic(
        part in 0..4usize,
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let mut value: Value = serde_json::from_slice(&PARTS[part]).unwrap();
        let mut values = Vec::new();
        collect(&value, &mut values);
        let other = values[from.index(values.len())].clone();
        let mut left = to.index(values.len());
        replace(&mut value, &mut left, &other);
        let mut parts = PARTS.clone();
        parts[part] = serde_json::to_vec(&value).unwrap();
        let _ = (decode(&parts, false), decode(&parts, true), decode_header(&parts[0]));
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        for part in 0..4 {
            let mut parts = PARTS.clone();
            parts[part].clone_from(&bytes);
            prop_assert!(decode(&parts, part == 3).is_err());
        }
    }
}

/// The values in a value, itself too.
fn collect<'a>(value: &'a Value, values: &mut Vec<&'a Value>) {
    values.push(value);
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect(value, values)),
        Value::Object(map) => map.values().for_each(|value| collect(value, values)),
        _ => {}
    }
}

/// Puts another value where a number of values come before.
fn replace(value: &mut Value, before: &mut usize, other: &Value) {
    if *before == 0 {
        *value = other.clone();
        *before = usize::MAX;
        return;
    }
    *before -= 1;
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| replace(value, before, other)),
        Value::Object(map) => map.values_mut().for_each(|value| replace(value, before, other)),
        _ => {}
    }
}

#[test]
fn foreign_nesting_is_passed_over_without_recursion() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for part in 0..4 {
        let mut parts = PARTS.clone();
        let text = String::from_utf8(parts[part].clone()).unwrap();
        parts[part] = text.replacen('{', &format!("{{\"strange\":{deep},"), 1).into_bytes();
        // Passed over or refused; either way the stack holds.
        let _ = decode(&parts, part == 3);
    }
}
