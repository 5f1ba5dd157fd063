//! cryo.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Float64Array, RecordBatch, StringArray, UInt32Array,
    UInt64Array,
};

use crate::support::{a, h, parquet_sample, sample};

fn binary(rows: &[Option<String>]) -> ArrayRef {
    let bytes = |hex: &String| alloy_primitives::hex::decode(hex).unwrap();
    let rows: Vec<Option<Vec<u8>>> = rows.iter().map(|hex| hex.as_ref().map(bytes)).collect();
    Arc::new(rows.iter().map(|row| row.as_deref()).collect::<BinaryArray>())
}

fn numbers(rows: &[u32]) -> ArrayRef {
    Arc::new(UInt32Array::from(rows.to_vec()))
}

fn chain(rows: usize) -> ArrayRef {
    Arc::new(UInt64Array::from(vec![137u64; rows]))
}

fn texts(rows: &[Option<&str>]) -> ArrayRef {
    Arc::new(rows.iter().copied().collect::<StringArray>())
}

#[test]
fn transactions_hold_bytes_and_the_chain() {
    let batch = RecordBatch::try_from_iter([
        ("block_number", numbers(&[7, 7])),
        ("transaction_index", numbers(&[0, 1])),
        ("transaction_hash", binary(&[Some(h(1)), Some(h(2))])),
        ("nonce", numbers(&[3, 0])),
        ("from_address", binary(&[Some(a(1)), Some(a(1))])),
        ("to_address", binary(&[Some(a(2)), None])),
        ("value_binary", binary(&[Some(h(500)), Some(h(600))])),
        ("value_f64", Arc::new(Float64Array::from(vec![500.0, 600.0])) as ArrayRef),
        ("gas_used", numbers(&[21_000, 50_000])),
        ("gas_price", Arc::new(UInt64Array::from(vec![2, 2])) as ArrayRef),
        ("success", Arc::new(BooleanArray::from(vec![true, false])) as ArrayRef),
        ("chain_id", chain(2)),
    ]);
    let read = parquet_sample("polygon__transactions__7_to_7.parquet", &batch.unwrap()).read();
    assert_eq!(read.words, "cryo transactions, Parquet");
    assert_eq!(
        read.moves(),
        [
            "0 Native slip44:966 0001 -> 0002 500",
            "- Fee slip44:966 0001 -> - 42000",
            "- Fee slip44:966 0001 -> - 100000",
        ]
    );
    assert_eq!(read.transfers[0].1, "eip155:137/slip44:966");
    assert_eq!(read.defect("failed-transaction"), 1);
}

#[test]
fn traces_and_rewards_are_read() {
    let batch = RecordBatch::try_from_iter([
        ("action_from", binary(&[Some(a(1)), Some(a(2)), Some(a(2)), Some(a(0xee))])),
        ("action_to", binary(&[Some(a(2)), Some(a(0x33)), None, None])),
        ("action_value", texts(&[Some("5"), Some("5"), Some("4"), Some("9")])),
        ("action_call_type", texts(&[Some("call"), Some("delegate_call"), None, None])),
        ("action_type", texts(&[Some("call"), Some("call"), Some("create"), Some("reward")])),
        ("result_address", binary(&[None, None, Some(a(0xcc)), None])),
        ("trace_address", texts(&[Some(""), Some("0"), Some("0_0"), Some("")])),
        ("subtraces", numbers(&[1, 1, 0, 0])),
        (
            "transaction_index",
            Arc::new(UInt32Array::from(vec![Some(0), Some(0), Some(0), None])) as ArrayRef,
        ),
        ("transaction_hash", binary(&[Some(h(1)), Some(h(1)), Some(h(1)), None])),
        ("block_number", numbers(&[7, 7, 7, 7])),
        ("error", texts(&[None, None, None, None])),
        ("chain_id", Arc::new(UInt64Array::from(vec![1u64; 4])) as ArrayRef),
    ]);
    let read = parquet_sample("t.parquet", &batch.unwrap()).read();
    assert_eq!(read.words, "cryo traces, Parquet");
    let mut moves = read.moves();
    moves.sort();
    assert_eq!(
        moves,
        [
            "0 Mint slip44:60 - -> 00ee 9",
            "0 Native slip44:60 0001 -> 0002 5",
            "4 Internal slip44:60 0002 -> 00cc 4",
        ]
    );
}

#[test]
fn transfers_and_logs_are_read() {
    let erc20 = RecordBatch::try_from_iter([
        ("block_number", numbers(&[7])),
        ("transaction_index", numbers(&[0])),
        ("log_index", numbers(&[4])),
        ("transaction_hash", binary(&[Some(h(1))])),
        ("erc20", binary(&[Some(a(0xdd))])),
        ("from_address", binary(&[Some(a(0))])),
        ("to_address", binary(&[Some(a(2))])),
        ("value_string", texts(&[Some("77")])),
        ("chain_id", chain(1)),
    ]);
    let read = parquet_sample("x", &erc20.unwrap()).read();
    assert_eq!(read.words, "cryo erc20_transfers, Parquet");
    assert_eq!(read.moves(), ["9 Mint erc20:00dd - -> 0002 77"]);

    let native = RecordBatch::try_from_iter([
        ("block_number", numbers(&[7, 7, 7])),
        ("transaction_index", numbers(&[0, 0, 0])),
        ("transfer_index", numbers(&[10, 12, 13])),
        ("transaction_hash", binary(&[Some(h(1)), Some(h(1)), None])),
        ("from_address", binary(&[Some(a(1)), Some(a(2)), Some(a(0))])),
        ("to_address", binary(&[Some(a(2)), Some(a(3)), Some(a(4))])),
        ("value_binary", binary(&[Some(h(5)), Some(h(4)), Some(h(9))])),
        ("chain_id", chain(3)),
    ]);
    let read = parquet_sample("x", &native.unwrap()).read();
    assert_eq!(read.words, "cryo native_transfers, Parquet");
    assert_eq!(
        read.moves(),
        [
            "0 Native slip44:966 0001 -> 0002 5",
            "4 Internal slip44:966 0002 -> 0003 4",
            "0 Mint slip44:966 - -> 0004 9",
        ]
    );
    assert_eq!(read.defect("call-kind-unknown"), 1);

    let topic = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
    let logs = format!(
        "block_number,transaction_index,log_index,transaction_hash,address,topic0,topic1,topic2,\
         topic3,data,chain_id\n7,0,1,{},{},{topic},{},{},,{},1\n",
        h(1),
        a(0xdd),
        h(1),
        h(2),
        h(5)
    );
    let read = sample("x.csv", logs).read();
    assert_eq!(read.words, "cryo logs, CSV");
    assert_eq!(read.moves(), ["3 Token erc20:00dd 0001 -> 0002 5"]);
}
