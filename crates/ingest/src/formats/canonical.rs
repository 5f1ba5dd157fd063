//! Hawkshaw's own tables.

use crate::decode::canonical::{event, output, transaction, transfer};
use crate::format::Format;
use crate::table::{Column, Containers, Decoder, Table, TableChain, may, must};

const TRANSFERS: &[Column] = &[
    must("chain", transfer::CHAIN),
    must("block_number", transfer::BLOCK_NUMBER),
    must("block_time", transfer::BLOCK_TIME),
    must("tx_index", transfer::TX_INDEX),
    must("event_index", transfer::EVENT_INDEX),
    must("tx_hash", transfer::TX_HASH),
    must("kind", transfer::KIND),
    must("asset", transfer::ASSET),
    must("from", transfer::FROM),
    must("to", transfer::TO),
    must("amount", transfer::AMOUNT),
    may("sender", transfer::SENDER),
    may("source", transfer::SOURCE),
];

const EVENTS: &[Column] = &[
    must("chain", event::CHAIN),
    must("block_number", event::BLOCK_NUMBER),
    must("block_time", event::BLOCK_TIME),
    must("tx_index", event::TX_INDEX),
    must("event_index", event::EVENT_INDEX),
    must("tx_hash", event::TX_HASH),
    must("emitter", event::EMITTER),
    must("topic0", event::TOPIC_0),
    must("topic1", event::TOPIC_1),
    must("topic2", event::TOPIC_2),
    must("topic3", event::TOPIC_3),
    must("data", event::DATA),
];

const TRANSACTIONS: &[Column] = &[
    must("chain", transaction::CHAIN),
    must("block_number", transaction::BLOCK_NUMBER),
    must("tx_index", transaction::TX_INDEX),
    must("tx_hash", transaction::TX_HASH),
    must("sender", transaction::SENDER),
    must("to", transaction::TO),
    must("success", transaction::SUCCESS),
    must("calldata", transaction::CALLDATA),
];

const OUTPUTS: &[Column] = &[
    must("chain", output::CHAIN),
    must("block_number", output::BLOCK_NUMBER),
    must("block_time", output::BLOCK_TIME),
    must("tx_index", output::TX_INDEX),
    must("tx_hash", output::TX_HASH),
    must("side", output::SIDE),
    must("leg_index", output::LEG_INDEX),
    must("outpoint", output::OUTPOINT),
    must("address", output::ADDRESS),
    must("amount", output::AMOUNT),
];

pub(super) static TABLES: &[Table] = &[
    table("transfers", TRANSFERS, &transfer::DECODER),
    table("events", EVENTS, &event::DECODER),
    table("transactions", TRANSACTIONS, &transaction::DECODER),
    table("outputs", OUTPUTS, &output::DECODER),
];

const fn table(name: &'static str, columns: &'static [Column], decoder: &'static Decoder) -> Table {
    Table {
        format: Format::Canonical,
        name,
        columns,
        needs: &[],
        marks: &[],
        never: &[],
        is_open: false,
        is_history: false,
        chain: TableChain::Rows,
        containers: Containers::CsvAndParquet,
        decoder,
    }
}
