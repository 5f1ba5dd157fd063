//! Answers of nodes for tests, and what decoding them gives.

use std::sync::Arc;

use hawkshaw_chains::evm::{
    BlockParts, Decoded, EventChoice, Network, Options, Receipts, Traces, decode_block,
};
use hawkshaw_chains::{DecodeError, Defects};
use hawkshaw_model::Address;
use hawkshaw_model::rows::{Rows, Transfer};
use serde_json::{Value, json};

/// A hash that is a number.
pub(crate) fn h(number: u64) -> String {
    format!("0x{number:064x}")
}

/// An address that is a number, beyond those of precompiled contracts.
pub(crate) fn a(number: u64) -> String {
    format!("0xaa{number:038x}")
}

/// A word that is a number.
pub(crate) fn w(number: u64) -> String {
    format!("{number:064x}")
}

/// The address as a topic.
pub(crate) fn topic(number: u64) -> String {
    format!("0x{}aa{number:038x}", "0".repeat(24))
}

/// A number in hex.
pub(crate) fn n(number: u128) -> String {
    format!("{number:#x}")
}

pub(crate) const TRANSFER: &str =
    "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/// The answers about a block.
#[derive(Debug, Clone)]
pub(crate) struct Answers {
    pub(crate) chain: String,
    pub(crate) height: u64,
    pub(crate) block: Value,
    pub(crate) receipts: Value,
    pub(crate) traces: Told,
}

#[derive(Debug, Clone)]
pub(crate) enum Told {
    Nothing,
    Flat(Value),
    Nested(Value),
}

impl Answers {
    /// A block of Ethereum in 2022 without transactions.
    pub(crate) fn new() -> Self {
        let height = 15_600_000_u64;
        let block = json!({
            "number": n(height.into()),
            "hash": h(0xb10c),
            "parentHash": h(0xb10b),
            "timestamp": "0x63300000",
            "miner": a(0xfee),
            "baseFeePerGas": "0x5",
            "logsBloom": format!("0x{}", "00".repeat(256)),
            "transactions": [],
            "uncles": [],
        });
        let chain = "eip155:1".to_owned();
        Self { chain, height, block, receipts: json!([]), traces: Told::Nothing }
    }

    pub(crate) fn on(chain: &str) -> Self {
        Self { chain: chain.to_owned(), ..Self::new() }
    }

    /// Adds a transaction that succeeds and costs nothing, but for what `tx` and `receipt` say
    /// otherwise.
    pub(crate) fn tx(mut self, tx: Value, receipt: Value) -> Self {
        let index = self.block["transactions"].as_array().unwrap().len();
        let index = u64::try_from(index).unwrap();
        let mut whole = json!({
            "hash": h(0x1000 + index),
            "from": a(1),
            "to": a(2),
            "value": "0x0",
            "nonce": n(index.into()),
            "input": "0x",
            "type": "0x2",
            "gasPrice": "0x0",
            "transactionIndex": n(index.into()),
        });
        merge(&mut whole, tx);
        let mut answer = json!({
            "transactionHash": whole["hash"].clone(),
            "transactionIndex": n(index.into()),
            "blockHash": self.block["hash"].clone(),
            "blockNumber": self.block["number"].clone(),
            "from": whole["from"].clone(),
            "status": "0x1",
            "gasUsed": "0x5208",
            "effectiveGasPrice": "0x0",
            "contractAddress": null,
            "logsBloom": format!("0x{}", "00".repeat(256)),
            "logs": [],
        });
        merge(&mut answer, receipt);
        self.block["transactions"].as_array_mut().unwrap().push(whole);
        self.receipts.as_array_mut().unwrap().push(answer);
        self
    }

    /// Adds a log to the last receipt, with the next index.
    pub(crate) fn log(mut self, emitter: &str, topics: &[String], data: &str) -> Self {
        let receipts = self.receipts.as_array_mut().unwrap();
        let count: usize = receipts.iter().map(|it| it["logs"].as_array().unwrap().len()).sum();
        let receipt = receipts.last_mut().unwrap();
        let log = json!({
            "address": emitter,
            "topics": topics,
            "data": format!("0x{data}"),
            "logIndex": format!("{count:#x}"),
            "transactionHash": receipt["transactionHash"].clone(),
            "blockHash": receipt["blockHash"].clone(),
            "removed": false,
        });
        receipt["logs"].as_array_mut().unwrap().push(log);
        self
    }

    pub(crate) fn told(self, traces: Told) -> Self {
        Self { traces, ..self }
    }

    pub(crate) fn decode_with(&self, options: Options) -> Result<Decoded, DecodeError> {
        let bytes = |value: &Value| serde_json::to_vec(value).unwrap();
        let traces = match &self.traces {
            Told::Nothing => Vec::new(),
            Told::Flat(value) | Told::Nested(value) => bytes(value),
        };
        let traces = match &self.traces {
            Told::Nothing => Traces::None,
            Told::Flat(_) => Traces::Flat(&traces),
            Told::Nested(_) => Traces::Nested(&traces),
        };
        let (block, receipts) = (bytes(&self.block), bytes(&self.receipts));
        let receipts = Receipts::List(&receipts);
        let parts = BlockParts { height: self.height, block: &block, receipts, traces };
        let network = Network::new(&self.chain.parse().unwrap(), None).unwrap();
        decode_block(&network, &Arc::from("node"), &parts, options)
    }

    pub(crate) fn decode(&self) -> Decoded {
        self.decode_with(Options { events: EventChoice::None, calldata: false }).unwrap()
    }

    /// The movements, in a line each.
    pub(crate) fn moves(&self) -> Vec<String> {
        moves(&self.decode().rows)
    }

    pub(crate) fn error(&self) -> String {
        self.decode_with(Options::default()).unwrap_err().to_string()
    }
}

fn merge(into: &mut Value, from: Value) {
    for (name, value) in from.as_object().unwrap() {
        into[name] = value.clone();
    }
}

/// How often a defect was counted, by its name.
pub(crate) fn defect(defects: &Defects, name: &str) -> u64 {
    defects.iter().find(|(defect, _)| defect.name() == name).map_or(0, |(_, count)| count)
}

/// What is said of each movement: event, kind, asset, payer, payee, amount.
pub(crate) fn moves(rows: &Rows) -> Vec<String> {
    let shown = |row: &Transfer| {
        let event = match row.event {
            Transfer::UNPLACED => "-".to_owned(),
            event => event.to_string(),
        };
        let tx = if row.spot.tx.is_some() { "" } else { "block " };
        let asset = short(rows.assets[row.asset as usize].local());
        let (kind, amount) = (row.kind, row.amount);
        format!("{tx}{event} {kind:?} {asset} {} -> {} {amount}", side(&row.from), side(&row.to))
    };
    rows.transfers.iter().map(shown).collect()
}

fn side(address: &Option<Address>) -> String {
    match address {
        Some(address) => short(&address.to_string().to_lowercase()),
        None => "nobody".to_owned(),
    }
}

/// The last four digits of an address tell it apart in a test.
fn short(text: &str) -> String {
    match text.split_once("0x") {
        Some((front, hex)) => format!("{front}{}", &hex[36..]),
        None => text.to_owned(),
    }
}
