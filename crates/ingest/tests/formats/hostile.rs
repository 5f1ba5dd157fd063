//! Damaged and invented files of every format: an error or rows, never a panic.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use hawkshaw_ingest::{Format, ReadOptions};
use parquet::arrow::ArrowWriter;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::test_runner::Config;

use crate::support::{a, h, sample};

/// Headers of every text table.
const HEADERS: &[&str] = &[
    "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,from,to,amount,sender",
    "chain,block_number,block_time,tx_index,event_index,tx_hash,emitter,topic0,topic1,topic2,topic3,data",
    "chain,block_number,tx_index,tx_hash,sender,to,success,calldata",
    "chain,block_number,block_time,tx_index,tx_hash,side,leg_index,outpoint,address,amount",
    "hash,nonce,block_number,transaction_index,from_address,to_address,value,gas_price,input,block_timestamp",
    "hash,nonce,block_number,transaction_index,from_address,to_address,value,gas_price,receipt_gas_used,receipt_status,block_timestamp,last_modified",
    "transaction_hash,transaction_index,block_number,cumulative_gas_used,gas_used,status",
    "block_number,transaction_hash,from_address,to_address,value,trace_type,call_type,trace_address,error,status",
    "log_index,transaction_hash,transaction_index,block_number,address,data,topics",
    "token_address,from_address,to_address,value,transaction_hash,log_index,block_number,block_timestamp",
    "number,hash,parent_hash,miner,timestamp",
    "block_number,transaction_index,transaction_hash,nonce,from_address,to_address,value_string,gas_used,gas_price,success,chain_id",
    "action_from,action_to,action_value,action_call_type,action_type,trace_address,transaction_hash,block_number,chain_id",
    "block_number,log_index,transaction_hash,address,topic0,topic1,topic2,topic3,data,chain_id",
    "block_number,log_index,transaction_hash,erc20,from_address,to_address,value_string,chain_id",
    "block_number,transfer_index,transaction_hash,from_address,to_address,value_binary,chain_id",
    "Txhash,Blockno,UnixTimestamp,DateTime,From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH),TxnFee(ETH),Status,ErrCode",
    "Txhash,Blockno,UnixTimestamp,DateTime,ParentTxFrom,From,TxTo,ContractAddress,Value_IN(ETH),Value_OUT(ETH),Status,ErrCode",
    "Txhash,Blockno,UnixTimestamp,DateTime,From,To,TokenValue,ContractAddress,TokenSymbol,TokenDecimal",
    "hash,address_from,address_to,value,timestamp,block_number,contract_address,token_id",
    "hash,from,to,value,timeStamp,blockNumber,contractAddress,isError",
    "blockId,traceId,fromAddress,toAddress,value,status,callType,txHash",
];

/// What a column of that name would hold.
fn cell(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    match name {
        "chain" => "CHAIN".to_owned(),
        "kind" => "token".to_owned(),
        "asset" => "eip155:1/slip44:60".to_owned(),
        "side" => "out".to_owned(),
        "outpoint" | "error" | "ErrCode" | "trace_address" => String::new(),
        "trace_type" | "call_type" | "action_type" | "action_call_type" | "callType" => {
            "call".to_owned()
        }
        "traceId" => format!("call_{}_", h(1)),
        "data" | "input" | "calldata" | "value_binary" => h(9),
        "topics" => format!("\"{},{}\"", h(3), h(4)),
        "chain_id" | "status" | "success" => "1".to_owned(),
        "DateTime" => "2022-06-21 00:00:00".to_owned(),
        "emitter" | "address" | "erc20" | "to" | "To" | "from" | "From" | "TxTo" | "miner"
        | "sender" => a(2),
        _ if lower.contains("status") || lower.contains("index") || lower.contains("number") => {
            "1".to_owned()
        }
        _ if lower.contains("hash") || name.starts_with("topic") => h(1),
        _ if lower.contains("address") || name.starts_with("action_") && !name.contains("val") => {
            a(1)
        }
        _ if lower.contains("from") || lower.ends_with("to") => a(1),
        _ => "1".to_owned(),
    }
}

fn text(header: &str) -> String {
    let chain = match header.contains("outpoint") {
        true => "bip122:000000000019d6689c085ae165831e93",
        false => "eip155:1",
    };
    let cell = |name| match cell(name) {
        name if name == "CHAIN" => chain.to_owned(),
        script if chain.starts_with("bip122") && script == a(2) => "script:51".to_owned(),
        other => other,
    };
    let row: Vec<String> = header.split(',').map(cell).collect();
    format!("{header}\n{0}\n{0}\n", row.join(","))
}

/// The same rows as JSON lines.
fn json(header: &str) -> String {
    let member = |name: &str| match cell(name) {
        list if name == "topics" => {
            format!("\"topics\":[{}]", list.replace(',', "\",\""))
        }
        value => format!("\"{name}\":\"{value}\""),
    };
    let members: Vec<String> = header.split(',').map(member).collect();
    format!("{{{0}}}\n{{{0}}}\n", members.join(","))
}

fn bitcoin() -> String {
    format!(
        "{{\"hash\":\"{0}\",\"block_number\":1,\"block_timestamp\":1,\"index\":0,\"inputs\":[{{\
         \"index\":0,\"spent_transaction_hash\":\"{0}\",\"spent_output_index\":0,\"addresses\":\
         [\"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa\"],\"value\":5}}],\"outputs\":[{{\"index\":0,\
         \"script_hex\":\"51\",\"value\":5}}]}}\n",
        &h(1)[2..]
    )
}

fn parquet(header: &str) -> Vec<u8> {
    let column = |name: &str| -> ArrayRef {
        match cell(name) {
            number if number == "1" => Arc::new(Int64Array::from(vec![1; 50])),
            value => Arc::new(StringArray::from(vec![value.trim_matches('"'); 50])),
        }
    };
    let columns = header.split(',').map(|name| (name, column(name)));
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// Reads a file to its end or first error.
fn survives(bytes: &[u8], format: Option<Format>) {
    let file = sample("x", bytes);
    let options = ReadOptions::default().format(format).calldata(true);
    match file.read_as(&options) {
        Ok(_) => {}
        Err(error) => assert!(error.to_string().contains(&*file.path.to_string_lossy())),
    }
}

/// Something that was done to a file.
#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    Cut(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let odd = prop_oneof![
        Just(b",".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\0".to_vec()),
        Just(b"-".to_vec()),
        Just(b"1e309".to_vec()),
        Just(vec![b'9'; 90]),
        Just(vec![0xff; 3]),
        Just(b"0x".to_vec()),
        Just(b"[".to_vec()),
        Just(b"{".to_vec()),
        Just("\u{202e}".into()),
        proptest::collection::vec(any::<u8>(), 0..20),
    ];
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<usize>(), odd).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<usize>(), 1..40usize).prop_map(|(at, length)| Change::Remove(at, length)),
        any::<usize>().prop_map(Change::Cut),
    ]
}

fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        let at = |at: &usize| at % (bytes.len() + 1);
        match change {
            Change::Set(place, byte) => {
                let place = at(place);
                if let Some(old) = bytes.get_mut(place) {
                    *old = *byte;
                }
            }
            Change::Insert(place, more) => {
                let place = at(place);
                bytes.splice(place..place, more.iter().copied());
            }
            Change::Remove(place, length) => {
                let place = at(place);
                let end = (place + length).min(bytes.len());
                bytes.drain(place..end);
            }
            Change::Cut(place) => {
                let place = at(place);
                bytes.truncate(place);
            }
        }
    }
    bytes
}

#[test]
fn the_samples_are_files_of_their_format() {
    for header in HEADERS {
        let read = sample("x.csv", text(header)).read_as(&ReadOptions::default());
        let read = match read {
            Ok(read) => read.words,
            // Two equal rows are two traces of one place.
            Err(error) if error.to_string().contains("another trace") => continue,
            Err(error) => panic!("{header}: {error}"),
        };
        assert!(read.ends_with(", CSV"), "{read}");
    }
    assert_eq!(sample("x", bitcoin()).read().legs.len(), 2);
    survives(&parquet(HEADERS[0]), None);
}

proptest! {
    #![proptest_config(Config { cases: 600, ..Config::default() })]

    #[test]
    fn changed_texts_do_not_panic(
        which in 0..HEADERS.len(),
        is_json in any::<bool>(),
        changes in proptest::collection::vec(change(), 1..6),
    ) {
        let header = HEADERS[which];
        let bytes = if is_json { json(header) } else { text(header) };
        survives(&changed(bytes.as_bytes(), &changes), None);
    }

    #[test]
    fn changed_bitcoin_does_not_panic(changes in proptest::collection::vec(change(), 1..6)) {
        survives(&changed(bitcoin().as_bytes(), &changes), None);
    }

    #[test]
    fn changed_parquet_does_not_panic(
        which in 0..HEADERS.len(),
        changes in proptest::collection::vec(change(), 1..4),
    ) {
        survives(&changed(&parquet(HEADERS[which]), &changes), None);
    }

    #[test]
    fn random_rows_do_not_panic(
        which in 0..HEADERS.len(),
        rows in proptest::collection::vec("[ -~]{0,12}(,[ -~]{0,70}){0,12}", 0..4),
    ) {
        survives(format!("{}\n{}", HEADERS[which], rows.join("\n")).as_bytes(), None);
    }

    #[test]
    fn random_bytes_do_not_panic(
        start in prop_oneof![
            Just(&b""[..]),
            Just(&b"PAR1"[..]),
            Just(&b"\x1f\x8b\x08"[..]),
            Just(&b"{\""[..]),
        ],
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        format in 0..Format::all().len(),
    ) {
        let bytes = [start, &bytes].concat();
        survives(&bytes, None);
        survives(&bytes, Some(Format::all()[format]));
    }
}

#[test]
fn formats_have_names() {
    for format in Format::all() {
        assert_eq!(format.to_string().parse::<Format>().as_ref(), Ok(format));
    }
    assert!("auto".parse::<Format>().unwrap_err().to_string().contains("blockchainspider"));
}
