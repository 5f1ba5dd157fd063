//! bitcoin-etl and the public data sets made with it.

use std::sync::Arc;

use arrow_array::builder::{
    Float64Builder, Int64Builder, ListBuilder, StringBuilder, StructBuilder,
};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Fields};
use hawkshaw_model::Amount;

use crate::support::{h, parquet_sample, sample};

const GENESIS: &str = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";

fn bare(number: u64) -> String {
    h(number)[2..].to_owned()
}

fn line(inputs: &str, outputs: &str, is_coinbase: bool) -> String {
    format!(
        r#"{{"hash":"{}","size":1,"version":1,"block_number":170,"block_hash":"{}","block_timestamp":1231731025,"is_coinbase":{is_coinbase},"index":1,"inputs":[{inputs}],"outputs":[{outputs}],"type":"transaction"}}"#,
        bare(1),
        bare(2)
    )
}

const OUTPUT: &str = r#"{"index":0,"script_asm":"","script_hex":"51","required_signatures":1,"type":"nonstandard","addresses":["nonstandard5bc2"],"value":1000000000}"#;

fn input(rest: &str) -> String {
    format!(
        r#"{{"index":0,"spent_transaction_hash":"{}","spent_output_index":3,"script_hex":"00","type":"pubkeyhash",{rest}}}"#,
        bare(7)
    )
}

#[test]
fn json_lines_give_legs() {
    let text =
        line(&input(&format!(r#""addresses":["{GENESIS}"],"value":5000000000"#)), OUTPUT, false)
            + "\n"
            + &line("", OUTPUT, true);
    let read = sample("transactions.json", text).read();
    assert_eq!(read.words, "bitcoin-etl transactions, JSON lines");
    assert_eq!(read.legs.len(), 3);
    let [input, output, _] = &read.legs[..] else { unreachable!() };
    assert_eq!(input.spends.unwrap().1, 3);
    assert_eq!(input.holder.as_ref().unwrap().to_string(), GENESIS);
    assert_eq!(input.amount, Amount::from(5_000_000_000u64));
    assert_eq!(output.holder.as_ref().unwrap().to_string(), "script:51");
    assert_eq!((output.spot.tx_index, output.spot.height), (Some(1), 170));
    assert_eq!(read.first_height, Some(170));
}

#[test]
fn inputs_without_value_or_address_are_refused() {
    let no_value = line(&input(&format!(r#""addresses":["{GENESIS}"]"#)), OUTPUT, false);
    assert_eq!(
        sample("t.json", no_value).error(),
        "t.json line 1, column `inputs[0].value`: it is empty: a leg without its value cannot be \
         held in a ledger"
    );
    let no_address = line(&input(r#""addresses":[],"value":5"#), OUTPUT, false);
    assert_eq!(
        sample("t.json", no_address).error(),
        "t.json line 1, column `inputs[0].address`: it is empty: without it nobody can be said to \
         have paid"
    );
    let ethereum = hawkshaw_ingest::ReadOptions::default().chain(Some("eip155:1".parse().unwrap()));
    let error = sample("t.json", line("", OUTPUT, true)).error_as(&ethereum);
    assert!(error.contains("of a chain of the namespace bip122"), "{error}");
}

/// One list of one structure with `index, spent_*, type, address, value`.
fn legs(value: f64, spent: Option<&str>) -> ArrayRef {
    let fields = Fields::from(vec![
        Field::new("index", DataType::Int64, true),
        Field::new("spent_transaction_hash", DataType::Utf8, true),
        Field::new("spent_output_index", DataType::Int64, true),
        Field::new("type", DataType::Utf8, true),
        Field::new("address", DataType::Utf8, true),
        Field::new("value", DataType::Float64, true),
    ]);
    let mut list = ListBuilder::new(StructBuilder::from_fields(fields, 1));
    let leg = list.values();
    leg.field_builder::<Int64Builder>(0).unwrap().append_value(0);
    leg.field_builder::<StringBuilder>(1).unwrap().append_option(spent);
    leg.field_builder::<Int64Builder>(2).unwrap().append_option(spent.map(|_| 2));
    leg.field_builder::<StringBuilder>(3).unwrap().append_value("pubkeyhash");
    leg.field_builder::<StringBuilder>(4).unwrap().append_value(GENESIS);
    leg.field_builder::<Float64Builder>(5).unwrap().append_value(value);
    leg.append(true);
    list.append(true);
    Arc::new(list.finish())
}

#[test]
fn doubles_of_bitcoin_become_satoshi() {
    let batch = |value| {
        RecordBatch::try_from_iter([
            ("hash", Arc::new(StringArray::from(vec![bare(1)])) as ArrayRef),
            ("block_number", Arc::new(Int64Array::from(vec![170])) as ArrayRef),
            ("block_timestamp", Arc::new(Int64Array::from(vec![1_231_731_025])) as ArrayRef),
            ("index", Arc::new(Int64Array::from(vec![1])) as ArrayRef),
            ("inputs", legs(value, Some(&bare(9)))),
            ("outputs", legs(value, None)),
            ("last_modified", Arc::new(Int64Array::from(vec![0])) as ArrayRef),
        ])
        .unwrap()
    };
    let read = parquet_sample("x", &batch(0.1 + 0.2)).read();
    assert_eq!(read.words, "aws-bitcoin transactions, Parquet");
    assert_eq!(read.legs.len(), 2);
    assert!(read.legs.iter().all(|leg| leg.amount == Amount::from(30_000_000u64)));
    let error = parquet_sample("x", &batch(0.000_000_005)).error();
    assert!(error.contains("row 1, column `inputs[0].value`: it is no whole number of satoshi"));
}
