//! No answer makes a decoder panic.

use std::sync::Arc;

use hawkshaw_chains::evm::Network;
use hawkshaw_chains::explorers::{
    List, Listing, OneTransaction, Page, decode_order, decode_page, decode_place, decode_text,
    decode_transaction, decode_transactions,
};
use hawkshaw_model::ChainId;
use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};

fn read(bytes: &[u8]) {
    let network = Network::new(&ChainId::ethereum(), None).unwrap();
    let name = Arc::from("test");
    if let Ok(Page::Rows(rows)) = decode_page(bytes) {
        let mut listing = Listing::new(&network, &name, None);
        for (row, number) in rows.iter().zip(0..) {
            for list in List::ALL {
                let _ = listing.add(list, row, number);
            }
        }
        let (rows, _) = listing.finish();
        assert!(rows.transfers.iter().all(|row| (row.asset as usize) < rows.assets.len()));
    }
    let _ = decode_text(bytes);
    let _ = decode_transactions(bytes);
    let _ = decode_transaction(bytes);
    let _ = decode_order(bytes);
    let _ = decode_place(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = OneTransaction::height(text);
        let _ = OneTransaction::time(text);
        let one = OneTransaction { transaction: text, receipt: text, block: text, internal: &[] };
        let _ = one.decode(&network, &name);
    }
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u64>().prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| format!("\"{number}\"")),
        any::<[u8; 20]>()
            .prop_map(|bytes| format!("\"0x{}\"", alloy_primitives::hex::encode(bytes))),
        any::<[u8; 32]>()
            .prop_map(|bytes| format!("\"0x{}\"", alloy_primitives::hex::encode(bytes))),
        "[0-9]{60,90}".prop_map(|digits| format!("\"{digits}\"")),
        "[ -~]{0,12}".prop_map(|text| format!("{text:?}")),
        prop::sample::select(vec![
            "null", "true", "[]", "{}", "\"\"", "\"0\"", "1e9", "-1", "[[1]]"
        ])
        .prop_map(str::to_owned),
    ]
}

const FIELDS: &[&str] = &[
    "blockNumber",
    "timeStamp",
    "hash",
    "transactionHash",
    "transactionIndex",
    "nonce",
    "from",
    "to",
    "value",
    "gasUsed",
    "gasPrice",
    "isError",
    "errCode",
    "txreceipt_status",
    "contractAddress",
    "type",
    "callType",
    "index",
    "logIndex",
    "tokenID",
    "tokenValue",
    "tokenIDs",
    "values",
    "number",
    "timestamp",
    "status",
    "logs",
    "topics",
    "data",
    "txid",
    "vin",
    "vout",
    "fee",
    "scriptpubkey",
];

proptest! {
    #[test]
    fn bytes_are_no_danger(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes);
    }

    #[test]
    fn rows_of_anything_are_no_danger(
        fields in prop::collection::vec((prop::sample::select(FIELDS), value()), 0..30),
        is_bare in any::<bool>(),
    ) {
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        let row = format!("{{{}}}", fields.join(","));
        let text = format!(r#"{{"status":"1","message":"OK","result":[{row}]}}"#);
        read(if is_bare { row.as_bytes() } else { text.as_bytes() });
    }

    /// A row that is right but for one field.
    #[test]
    fn one_wrong_field_is_no_danger(
        field in prop::sample::select(FIELDS),
        value in value(),
    ) {
        let address = format!("0x{}", "11".repeat(20));
        let hash = format!("0x{}", "22".repeat(32));
        let good = [
            ("blockNumber", "\"5\"".to_owned()), ("timeStamp", "\"1600000000\"".to_owned()),
            ("hash", format!("{hash:?}")), ("from", format!("{address:?}")),
            ("to", format!("{address:?}")), ("value", "\"7\"".to_owned()),
            ("gasUsed", "\"21000\"".to_owned()), ("gasPrice", "\"9\"".to_owned()),
            ("contractAddress", format!("{address:?}")), ("tokenID", "\"3\"".to_owned()),
            ("tokenValue", "\"4\"".to_owned()),
        ];
        let mut fields: Vec<String> = good.iter().filter(|(name, _)| *name != field)
            .map(|(name, value)| format!("\"{name}\":{value}")).collect();
        fields.push(format!("\"{field}\":{value}"));
        let text =
            format!(r#"{{"status":"1","message":"OK","result":[{{{}}}]}}"#, fields.join(","));
        read(text.as_bytes());
    }
}
