//! What logs move.

use serde_json::json;

use crate::support::{Answers, TRANSFER, a, defect, moves, topic, w};

const SINGLE: &str = "0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62";
const BATCH: &str = "0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb";
const DEPOSIT: &str = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c";
const WITHDRAWAL: &str = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65";
const WETH: &str = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
const KITTIES: &str = "0x06012c8cf97bead5deae237070f9587f8e7a266d";

fn one(emitter: &str, topics: &[&str], data: &str) -> Answers {
    let topics: Vec<String> = topics.iter().map(|topic| (*topic).to_owned()).collect();
    Answers::new().tx(json!({}), json!({})).log(emitter, &topics, data)
}

/// What a log moves, and what is wrong with it.
fn read(emitter: &str, topics: &[&str], data: &str) -> (Vec<String>, String) {
    let decoded = one(emitter, topics, data).decode();
    let defects: Vec<_> = decoded.defects.iter().map(|(defect, _)| defect.name()).collect();
    (moves(&decoded.rows), defects.join(" "))
}

fn moved(emitter: &str, topics: &[&str], data: &str) -> Vec<String> {
    let (moves, defects) = read(emitter, topics, data);
    assert_eq!(defects, "");
    moves
}

fn refused(emitter: &str, topics: &[&str], data: &str) -> String {
    let (moves, defects) = read(emitter, topics, data);
    assert_eq!(moves, [""; 0]);
    defects
}

/// An address as a word of data.
fn word(number: u64) -> String {
    topic(number)[2..].to_owned()
}

#[test]
fn fungible_tokens_indexed_or_not() {
    let (from, to, token) = (topic(1), topic(2), a(7));
    let expected = ["1 Token erc20:0007 0001 -> 0002 5"];
    assert_eq!(moved(&token, &[TRANSFER, &from, &to], &w(5)), expected);
    assert_eq!(moved(&token, &[TRANSFER, &from], &(word(2) + &w(5))), expected);
    assert_eq!(moved(&token, &[TRANSFER], &(word(1) + &word(2) + &w(5))), expected);
    // Zero is a movement too: whether it is noise is not decided here.
    assert_eq!(
        moved(&token, &[TRANSFER, &from, &to], &w(0)),
        ["1 Token erc20:0007 0001 -> 0002 0"]
    );
    let nobody = format!("0x{}", w(0));
    assert_eq!(
        moved(&token, &[TRANSFER, &nobody, &to], &w(5)),
        ["1 Mint erc20:0007 nobody -> 0002 5"]
    );
    assert_eq!(
        moved(&token, &[TRANSFER, &from, &nobody], &w(5)),
        ["1 Burn erc20:0007 0001 -> 0000 5"]
    );
}

#[test]
fn tokens_that_are_one_of_a_kind() {
    let (from, to, id) = (topic(1), topic(2), format!("0x{}", w(77)));
    let expected = ["1 Token erc721:0007/77 0001 -> 0002 1"];
    assert_eq!(moved(&a(7), &[TRANSFER, &from, &to, &id], ""), expected);
    let expected = ["1 Token erc721:266d/77 0001 -> 0002 1"];
    assert_eq!(moved(KITTIES, &[TRANSFER], &(word(1) + &word(2) + &w(77))), expected);
}

#[test]
fn what_only_looks_like_a_transfer_is_counted() {
    let (from, to) = (topic(1), topic(2));
    let no_address = format!("0x{}", "11".repeat(32));
    let cases: [(&[&str], String); 7] = [
        (&[TRANSFER, &from, &to], String::new()),
        (&[TRANSFER, &from, &to], w(5) + &w(6)),
        (&[TRANSFER, &from, &to], w(5) + "00"),
        (&[TRANSFER, &from, &to], "00".into()),
        (&[TRANSFER, &no_address, &to], w(5)),
        (&[TRANSFER, &from, &to, &to], w(5)),
        (&[TRANSFER], w(5)),
    ];
    for (topics, data) in cases {
        assert_eq!(refused(&a(7), topics, &data), "not-a-transfer", "{topics:?} {data}");
    }
}

#[test]
fn wrapping_counts_where_the_contract_is_known_to_wrap() {
    let user = topic(1);
    assert_eq!(moved(WETH, &[DEPOSIT, &user], &w(5)), ["1 Wrap erc20:6cc2 nobody -> 0001 5"]);
    assert_eq!(moved(WETH, &[WITHDRAWAL, &user], &w(5)), ["1 Unwrap erc20:6cc2 0001 -> nobody 5"]);
    assert_eq!(refused(&a(7), &[DEPOSIT, &user], &w(5)), "unknown-wrapper");
    assert_eq!(refused(WETH, &[DEPOSIT, &user], ""), "not-a-transfer");
    assert_eq!(refused(WETH, &[DEPOSIT], &w(5)), "not-a-transfer");
}

/// The data of a batch.
fn batch(ids: &[u64], values: &[u64]) -> String {
    let list = |list: &[u64]| {
        let words: String = list.iter().map(|number| w(*number)).collect();
        w(list.len() as u64) + &words
    };
    w(64) + &w(64 + 32 + 32 * ids.len() as u64) + &list(ids) + &list(values)
}

#[test]
fn tokens_of_which_a_contract_has_several_kinds() {
    let (operator, from, to) = (topic(9), topic(1), topic(2));
    assert_eq!(
        moved(&a(7), &[SINGLE, &operator, &from, &to], &(w(77) + &w(3))),
        ["1 Token erc1155:0007/77 0001 -> 0002 3"]
    );
    // The same kind twice in one log is one movement.
    assert_eq!(
        moved(&a(7), &[BATCH, &operator, &from, &to], &batch(&[5, 6, 5], &[1, 2, 3])),
        ["1 Token erc1155:0007/5 0001 -> 0002 4", "2097153 Token erc1155:0007/6 0001 -> 0002 2",]
    );
    assert_eq!(moved(&a(7), &[BATCH, &operator, &from, &to], &batch(&[], &[])), [""; 0]);
}

#[test]
fn batches_that_lie_about_their_length_are_refused() {
    let (operator, from, to) = (topic(9), topic(1), topic(2));
    let huge = "f".repeat(64);
    let max = format!("{:064x}", u64::MAX);
    let overlap = w(64) + &w(64) + &w(1) + &w(5);
    assert_eq!(
        moved(&a(7), &[BATCH, &operator, &from, &to], &overlap),
        ["1 Token erc1155:0007/5 0001 -> 0002 5"]
    );
    for data in [
        batch(&[5, 6], &[1]),
        String::new(),
        w(64),
        w(64) + &w(96),
        huge.clone() + &huge,
        w(64) + &huge + &w(0) + &w(0),
        max.clone() + &max,
        w(64) + &w(96) + &max + &max,
        w(64) + &w(96) + &huge + &w(0),
        w(64) + &w(96) + &w(2) + &w(0),
        // A sum beyond 256 bits.
        w(64) + &w(160) + &w(2) + &w(5) + &w(5) + &w(2) + &huge + &huge,
    ] {
        let refused = refused(&a(7), &[BATCH, &operator, &from, &to], &data);
        assert_eq!(refused, "not-a-transfer", "{data}");
    }
}

#[test]
fn a_log_has_room_for_a_thousand_kinds() {
    let ids: Vec<u64> = (0..1_030).collect();
    let decoded = one(&a(7), &[BATCH, &topic(9), &topic(1), &topic(2)], &batch(&ids, &ids));
    let decoded = decoded.decode();
    assert_eq!(decoded.rows.transfers.len(), 1_024);
    assert_eq!(defect(&decoded.defects, "long-batch"), 1);
    let mut events: Vec<u32> = decoded.rows.transfers.iter().map(|row| row.event).collect();
    events.dedup();
    assert_eq!(events.len(), 1_024);
    assert!(events.iter().all(|event| event % 2 == 1 && *event < 1 << 31));
}
