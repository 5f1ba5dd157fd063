//! ethereum-etl and the public data sets made with it.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use hawkshaw_ingest::{EventChoice, Format, ReadOptions, recognise};
use hawkshaw_model::Amount;
use hawkshaw_model::rows::Transfer;

use crate::support::{a, h, parquet_sample, sample};

fn transactions(rows: &[String], extra: &str) -> String {
    let head = "hash,nonce,block_hash,block_number,transaction_index,from_address,to_address,value,\
                gas,gas_price,input,block_timestamp,max_fee_per_gas,max_priority_fee_per_gas,\
                transaction_type";
    format!("{head}{extra}\n{}\n", rows.join("\n"))
}

fn transaction(number: u64, to: &str, value: &str) -> String {
    format!(
        "{},0,{},{number},0,{},{to},{value},21000,7,0xa9059cbb,1600000000,,,0",
        h(number),
        h(9),
        a(0x1a)
    )
}

#[test]
fn transactions_without_receipts_say_what_they_do_not_know() {
    let rows =
        [transaction(1, &a(0x2b), "5"), transaction(2, &a(0x2b), "0"), transaction(3, "", "6")];
    let file = sample("transactions.csv", transactions(&rows, ""));
    let read = file.read();
    assert_eq!(read.words, "ethereum-etl transactions, CSV");
    assert_eq!(read.moves()[..1], ["0 Native slip44:60 001a -> 002b 5"]);
    assert_eq!(read.transfers.len(), 2, "nothing moves where the value is zero");
    assert!(read.transfers[1].0.to.is_some(), "sender and nonce determine the contract");
    assert_eq!((read.defect("fee-unknown"), read.defect("status-unknown")), (3, 2));
    assert_eq!(read.calls.len(), 3);
    assert!(read.is_in_order, "movements and calls are two lists");
    let reversed = [rows[0].clone(), rows[2].clone(), rows[1].clone()];
    assert!(!sample("r.csv", transactions(&reversed, "")).read().is_in_order);
    assert!(read.calls.iter().all(|call| call.data.is_empty() && call.success.is_none()));
    let read = file.read_as(&ReadOptions::default().calldata(true)).unwrap();
    assert_eq!(*read.calls[0].data, [0xa9, 0x05, 0x9c, 0xbb]);
    let polygon = ReadOptions::default().chain(Some("eip155:137".parse().unwrap()));
    assert_eq!(file.read_as(&polygon).unwrap().transfers[0].1, "eip155:137/slip44:966");
    let unknown = ReadOptions::default().chain(Some("eip155:999999".parse().unwrap()));
    assert_eq!(
        file.error_as(&unknown),
        "transactions.csv line 2: the native asset of eip155:999999 is not known here: use \
         canonical transfers"
    );
    let bitcoin = "bip122:000000000019d6689c085ae165831e93".parse().unwrap();
    let bitcoin = ReadOptions::default().chain(Some(bitcoin));
    assert!(file.error_as(&bitcoin).contains("of an EVM chain such as eip155:1, not of bip122"));
}

#[test]
fn transactions_with_receipts_pay_fees_also_where_they_fail() {
    let extra = ",receipt_gas_used,receipt_effective_gas_price,receipt_status,\
                 receipt_contract_address";
    let rows = [
        transaction(1, &a(0x2b), "5") + ",21000,3,1,",
        transaction(2, &a(0x2b), "5") + ",30000,,0,",
        transaction(3, "", "6") + &format!(",21000,3,1,{}", a(0xcc)),
    ];
    let read = sample("t.csv", transactions(&rows, extra)).read();
    assert_eq!(read.words, "bigquery-ethereum transactions, CSV");
    assert_eq!(
        read.moves(),
        [
            "0 Native slip44:60 001a -> 002b 5",
            "- Fee slip44:60 001a -> - 63000",
            "- Fee slip44:60 001a -> - 210000",
            "0 Native slip44:60 001a -> 00cc 6",
            "- Fee slip44:60 001a -> - 63000",
        ]
    );
    assert_eq!(read.defect("failed-transaction"), 1);
    assert_eq!(read.calls[1].success, Some(false));
}

const TRACES: &str = "block_number,transaction_hash,transaction_index,from_address,to_address,\
                      value,input,output,trace_type,call_type,reward_type,gas,gas_used,subtraces,\
                      trace_address,error,status,trace_id\n";

fn trace(tx: u64, kind: &str, place: &str, value: u64, error: &str, status: u8) -> String {
    let (kind, call) = kind.split_once('/').unwrap_or((kind, ""));
    let place = if place.contains(',') { format!("\"{place}\"") } else { place.to_owned() };
    format!(
        "5,{},1,{},{},{value},0x,0x,{kind},{call},,1,1,0,{place},{error},{status},x\n",
        h(tx),
        a(0x1a),
        a(0x2b)
    )
}

#[test]
fn failed_calls_take_back_what_is_below_them() {
    let text = [
        TRACES.to_owned(),
        trace(1, "call/call", "", 9, "", 1),
        trace(1, "call/call", "0", 8, "Reverted", 0),
        trace(1, "call/call", "0,0", 7, "", 1),
        trace(1, "call/call", "0,10", 6, "", 1),
        trace(1, "call/delegatecall", "1", 9, "", 1),
        trace(1, "call/call", "2", 5, "", 1),
        trace(1, "suicide", "10", 4, "", 1),
        trace(2, "create", "", 3, "", 1),
        trace(3, "call/call", "", 2, "Out of gas", 0),
        trace(3, "call/call", "0", 2, "", 1),
        "5,,,,0x00000000000000000000000000000000000000ee,2000000000000000000,,,reward,,block,,,0,\
         ,,1,x\n"
            .to_owned(),
        "0,,,,0x00000000000000000000000000000000000000ee,7,,,genesis,,,,,0,,,1,x\n".to_owned(),
    ];
    let read = sample("traces.csv", text.concat()).read();
    assert_eq!(read.words, "ethereum-etl traces, CSV");
    // Rows without a transaction come when they are met, the others when theirs is complete.
    assert_eq!(
        read.moves(),
        [
            "0 Native slip44:60 001a -> 002b 9",
            "10 Internal slip44:60 001a -> 002b 5",
            "12 Internal slip44:60 001a -> 002b 4",
            "0 Native slip44:60 001a -> 002b 3",
            "0 Mint slip44:60 - -> 00ee 2000000000000000000",
            "0 Mint slip44:60 - -> 00ee 7",
        ]
    );
    assert_eq!(read.defect("failed-call"), 5);
    assert!(read.transfers[4].0.spot.tx.is_none());
    assert_eq!(read.transfers[1].0.sender, read.transfers[0].0.from);
}

#[test]
fn traces_of_a_transaction_stand_together() {
    let text = [
        TRACES.to_owned(),
        trace(1, "call/call", "", 9, "", 1),
        trace(2, "call/call", "", 9, "", 1),
        trace(1, "call/call", "0", 8, "", 1),
    ];
    let error = sample("t.csv", text.concat()).error();
    assert!(error.starts_with("t.csv line 4: the first call of the transaction is not"), "{error}");
    let twice = format!("{TRACES}{0}{0}", trace(1, "call/call", "", 9, "", 1));
    assert!(sample("t.csv", twice).error().contains("line 3: another trace"));
    let odd = TRACES.to_owned() + &trace(1, "call/odd", "", 9, "", 1);
    assert!(sample("t.csv", odd).error().contains("column `call_type`: `odd` is no type of call"));
}

#[test]
fn the_root_call_is_the_movement_of_the_transaction() {
    let rows = [transaction(1, &a(0x2b), "5") + ",0,3,1,"];
    let extra = ",receipt_gas_used,receipt_effective_gas_price,receipt_status,\
                 receipt_contract_address";
    let left = sample("t.csv", transactions(&rows, extra)).read();
    let text = TRACES.to_owned() + &trace(1, "call/call", "", 5, "", 1).replacen("5,", "1,", 1);
    let right = sample("traces.csv", text).read();
    let bare = |row: &Transfer| Transfer {
        spot: hawkshaw_model::rows::Spot { time: None, line: 0, tx_index: None, ..row.spot },
        ..row.clone()
    };
    assert_eq!(bare(&left.transfers[0].0), bare(&right.transfers[0].0));
}

const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

fn word(number: u64) -> String {
    h(number)
}

fn log(index: u64, address: &str, topics: &[String], data: &str) -> String {
    format!("{index},{},0,{},7,{address},{data},\"{}\"\n", h(1), h(2), topics.join(","))
}

#[test]
fn logs_become_movements_and_events() {
    let weth = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
    let deposit = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c";
    let withdrawal = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65";
    let blacklisted = "0x42e160154868087d6bfdc0ca23d96a1c1cfa32f1b72ba9ba27b69b98a0d819dc";
    let t = TRANSFER.to_owned();
    let text = [
        "log_index,transaction_hash,transaction_index,block_hash,block_number,address,data,topics\n"
            .to_owned(),
        log(0, &a(0xdd), &[t.clone(), word(1), word(2)], &word(500)),
        log(1, &a(0xdd), &[t.clone(), word(0), word(2)], &word(501)),
        log(2, &a(0xdd), &[t.clone(), word(1), word(0)], &word(502)),
        log(3, &a(0xdd), &[t.clone(), word(1), word(2), word(77)], "0x"),
        log(4, &a(0xdd), std::slice::from_ref(&t), &word(1)),
        log(5, weth, &[deposit.to_owned(), word(1)], &word(9)),
        log(6, weth, &[withdrawal.to_owned(), word(1)], &word(8)),
        log(7, &a(0xdd), &[deposit.to_owned(), word(1)], &word(9)),
        log(8, &a(0xdd), &[blacklisted.to_owned()], &word(3)),
        log(9, &a(0xdd), &[word(12345)], "0x"),
        log(10, &a(0xdd), &[], "0x01"),
    ];
    let file = sample("logs.csv", text.concat());
    let read = file.read();
    assert_eq!(read.words, "ethereum-etl logs, CSV");
    assert_eq!(
        read.moves(),
        [
            "1 Token erc20:00dd 0001 -> 0002 500",
            "3 Mint erc20:00dd - -> 0002 501",
            "5 Burn erc20:00dd 0001 -> 0000 502",
            "7 Token erc721:00dd/77 0001 -> 0002 1",
            "11 Wrap erc20:6cc2 - -> 0001 9",
            "13 Unwrap erc20:6cc2 0001 -> - 8",
        ]
    );
    assert_eq!((read.defect("not-a-transfer"), read.defect("unknown-wrapper")), (1, 1));
    assert_eq!(read.events.len(), 1);
    assert_eq!(read.events[0].event, 17);
    let events = |choice| file.read_as(&ReadOptions::default().events(choice)).unwrap().events;
    assert_eq!(events(EventChoice::None).len(), 0);
    assert_eq!(events(EventChoice::All).len(), 11);

    let text = format!(
        "token_address,from_address,to_address,value,transaction_hash,log_index,block_number\n\
         {},{},{},500,{},0,7\n",
        a(0xdd),
        a(1),
        a(2),
        h(1)
    );
    let decoded = sample("token_transfers.csv", text).read();
    assert_eq!(decoded.words, "ethereum-etl token_transfers, CSV");
    assert_eq!(decoded.moves(), read.moves()[..1]);
}

#[test]
fn receipts_and_blocks_are_read() {
    let text = format!(
        "transaction_hash,transaction_index,block_hash,block_number,cumulative_gas_used,gas_used,\
         contract_address,root,status,effective_gas_price\n{},4,{},7,1,1,,,0,3\n",
        h(1),
        h(2)
    );
    let read = sample("receipts.csv", text).read();
    assert_eq!(read.words, "ethereum-etl receipts, CSV");
    assert_eq!((read.calls[0].success, read.calls[0].spot.tx_index), (Some(false), Some(4)));
    assert_eq!(read.defect("fee-unknown"), 1);
    let text = format!(
        "number,hash,parent_hash,miner,timestamp\n7,{},{},{},1600000000\n",
        h(7),
        h(6),
        a(1)
    );
    let read = sample("blocks.csv", text).read();
    assert_eq!(read.words, "ethereum-etl blocks, CSV");
    assert_eq!((read.blocks[0].height, read.blocks[0].hash[31]), (7, 7));
}

#[test]
fn data_sets_hold_times_and_numbers_in_their_own_ways() {
    let text = |column: Vec<String>| -> ArrayRef { Arc::new(StringArray::from(column)) };
    let mut topics = ListBuilder::new(StringBuilder::new());
    for topic in [TRANSFER.to_owned(), word(1), word(2)] {
        topics.values().append_value(topic);
    }
    topics.append(true);
    let time = TimestampMicrosecondArray::from(vec![1_600_000_000_999_999]);
    let time: ArrayRef = Arc::new(time.with_timezone("UTC"));
    let logs = RecordBatch::try_from_iter([
        ("log_index", Arc::new(Int64Array::from(vec![3])) as ArrayRef),
        ("transaction_hash", text(vec![h(1)])),
        ("transaction_index", Arc::new(Int64Array::from(vec![0])) as ArrayRef),
        ("address", text(vec![a(0xdd)])),
        ("data", text(vec![word(5)])),
        ("topics", Arc::new(topics.finish()) as ArrayRef),
        ("block_timestamp", Arc::clone(&time)),
        ("block_number", Arc::new(Int64Array::from(vec![7])) as ArrayRef),
        ("block_hash", text(vec![h(9)])),
    ]);
    let read = parquet_sample("x.parquet", &logs.unwrap()).read();
    assert_eq!(read.words, "bigquery-ethereum logs, Parquet");
    assert_eq!(read.moves(), ["7 Token erc20:00dd 0001 -> 0002 5"]);
    assert_eq!(read.transfers[0].0.spot.time.unwrap().to_unix(), 1_600_000_000);

    let batch = |value: ArrayRef, mark: &str| {
        let ones = |number: i64| Arc::new(Int64Array::from(vec![number])) as ArrayRef;
        RecordBatch::try_from_iter([
            ("hash", text(vec![h(1)])),
            ("transaction_index", ones(0)),
            ("from_address", text(vec![a(1)])),
            ("to_address", text(vec![a(2)])),
            ("value", value),
            ("gas_price", ones(10)),
            ("receipt_gas_used", ones(21_000)),
            ("receipt_status", ones(1)),
            ("block_timestamp", Arc::clone(&time)),
            ("block_number", ones(7)),
            ("receipt_effective_gas_price", ones(10)),
            (mark, text(vec!["2020-09-13".to_owned()])),
        ])
        .unwrap()
    };
    let aws = |value: f64| {
        let read =
            parquet_sample("x", &batch(Arc::new(Float64Array::from(vec![value])), "date")).read();
        assert_eq!(read.words, "aws-ethereum transactions, Parquet");
        (read.transfers[0].0.amount, read.defect("rounded-amount"))
    };
    assert_eq!(aws(1e15), (Amount::from(10u64.pow(15)), 0));
    assert_eq!(aws(12.3e18), (Amount::from(12_300_000_000_000_000_000u64), 1));
    let numeric = Decimal128Array::from(vec![12_300_000_000_000_000_000_000_000_000i128])
        .with_precision_and_scale(38, 9)
        .unwrap();
    let numeric = batch(Arc::new(numeric), "block_hash");
    let read = parquet_sample("x", &numeric).read();
    assert_eq!(read.words, "bigquery-ethereum transactions, Parquet");
    assert_eq!(read.transfers[0].0.amount, Amount::from(12_300_000_000_000_000_000u64));
    let path = parquet_sample("x", &numeric);
    assert_eq!(recognise(&path.path).unwrap().format, Format::BigQueryEthereum);
    let named = ReadOptions::default().format(Some(Format::AwsEthereum));
    assert_eq!(path.read_as(&named).unwrap().words, "aws-ethereum transactions, Parquet");
}

#[test]
fn json_lines_are_read_without_rounding() {
    let line = format!(
        r#"{{"type":"token_transfer","token_address":"{}","from_address":"{}","to_address":"{}","value":115792089237316195423570985008687907853269984665640564039457584007913129639935,"transaction_hash":"{}","log_index":1,"block_number":7,"block_timestamp":"2022-06-21 00:00:00 UTC"}}"#,
        a(0xdd),
        a(1),
        a(2),
        h(1)
    );
    let read = sample("x.json", format!("{line}\n\n{line}\n")).read();
    assert_eq!(read.words, "bigquery-ethereum token_transfers, JSON lines");
    assert_eq!(read.transfers.len(), 2);
    assert!(read.transfers[0].0.amount.to_string().ends_with("639935"));
    assert_eq!(read.transfers[0].0.spot.time.unwrap().to_unix(), 1_655_769_600);
    let twice = line.replacen("{", r#"{"log_index":2,"#, 1);
    assert!(sample("x.json", &twice).error().contains("stands twice"));
    let error = sample("x.json", format!("{line}\n{{\n")).error();
    assert!(error.starts_with("x.json line 2: the line is no JSON object"), "{error}");
}
