//! cryo.
//!
//! Columns: `crates/freeze/src/datasets` of <https://github.com/paradigmxyz/cryo>. A 256-bit
//! column `value` is written as any of `value`, `value_binary`, `value_string`, `value_f64`
//! and others; bytes as such, or as hex (`--hex`). Which columns are there is up to the user.

use crate::decode::evm::{
    CHAIN, HASH, HEIGHT, TIME, TX_INDEX, block, log, native_transfer, token_transfer, trace,
    transaction,
};
use crate::format::Format;
use crate::table::{Column, Containers, Decoder, Table, TableChain, may, must};

const TRANSACTIONS: &[Column] = &[
    must("block_number", HEIGHT),
    must("transaction_index", TX_INDEX),
    must("transaction_hash", HASH),
    must("from_address", transaction::FROM),
    must("to_address", transaction::TO),
    must("gas_price", transaction::GAS_PRICE),
    may("value_binary", transaction::VALUE),
    may("value_string", transaction::VALUE),
    may("value_decimal", transaction::VALUE),
    may("value", transaction::VALUE),
    may("value_str", transaction::VALUE),
    may("value_f64", transaction::VALUE),
    may("value_float", transaction::VALUE),
    may("nonce", transaction::NONCE),
    may("input", transaction::INPUT),
    may("gas_used", transaction::GAS_USED),
    may("success", transaction::STATUS),
    may("timestamp", TIME),
    may("block_timestamp", TIME),
    may("chain_id", CHAIN),
];

const TRACES: &[Column] = &[
    must("action_from", trace::FROM),
    must("action_to", trace::TO),
    must("action_value", trace::VALUE),
    must("action_call_type", trace::CALL_TYPE),
    must("action_type", trace::TYPE),
    must("trace_address", trace::ADDRESS),
    must("transaction_hash", HASH),
    must("block_number", HEIGHT),
    may("result_address", trace::CREATED),
    may("transaction_index", TX_INDEX),
    may("transaction_position", TX_INDEX),
    may("error", trace::ERROR),
    may("timestamp", TIME),
    may("chain_id", CHAIN),
];

const LOGS: &[Column] = &[
    must("block_number", HEIGHT),
    must("log_index", log::LOG_INDEX),
    must("transaction_hash", HASH),
    must("address", log::EMITTER),
    must("topic0", log::TOPIC_0),
    must("topic1", log::TOPIC_1),
    must("topic2", log::TOPIC_2),
    must("topic3", log::TOPIC_3),
    must("data", log::DATA),
    may("transaction_index", TX_INDEX),
    may("timestamp", TIME),
    may("chain_id", CHAIN),
];

const ERC20_TRANSFERS: &[Column] = &[
    must("block_number", HEIGHT),
    must("log_index", token_transfer::LOG_INDEX),
    must("transaction_hash", HASH),
    must("erc20", token_transfer::TOKEN),
    must("from_address", token_transfer::FROM),
    must("to_address", token_transfer::TO),
    may("value_binary", token_transfer::VALUE),
    may("value_string", token_transfer::VALUE),
    may("value_decimal", token_transfer::VALUE),
    may("value", token_transfer::VALUE),
    may("value_f64", token_transfer::VALUE),
    may("transaction_index", TX_INDEX),
    may("timestamp", TIME),
    may("chain_id", CHAIN),
];

const NATIVE_TRANSFERS: &[Column] = &[
    must("block_number", HEIGHT),
    must("transfer_index", native_transfer::INDEX),
    must("transaction_hash", HASH),
    must("from_address", native_transfer::FROM),
    must("to_address", native_transfer::TO),
    may("value_binary", native_transfer::VALUE),
    may("value_string", native_transfer::VALUE),
    may("value_decimal", native_transfer::VALUE),
    may("value", native_transfer::VALUE),
    may("value_f64", native_transfer::VALUE),
    may("transaction_index", TX_INDEX),
    may("timestamp", TIME),
    may("chain_id", CHAIN),
];

const BLOCKS: &[Column] = &[
    must("block_number", HEIGHT),
    must("block_hash", HASH),
    must("parent_hash", block::PARENT),
    must("timestamp", TIME),
    may("chain_id", CHAIN),
];

pub(super) static TABLES: &[Table] = &[
    table("transactions", TRANSACTIONS, &transaction::DECODER, &[transaction::VALUE]),
    table("traces", TRACES, &trace::DECODER, &[]),
    table("logs", LOGS, &log::DECODER, &[]),
    table("erc20_transfers", ERC20_TRANSFERS, &token_transfer::DECODER, &[token_transfer::VALUE]),
    table(
        "native_transfers",
        NATIVE_TRANSFERS,
        &native_transfer::DECODER,
        &[native_transfer::VALUE],
    ),
    table("blocks", BLOCKS, &block::DECODER, &[]),
];

const fn table(
    name: &'static str,
    columns: &'static [Column],
    decoder: &'static Decoder,
    needs: &'static [usize],
) -> Table {
    Table {
        format: Format::Cryo,
        name,
        columns,
        needs,
        marks: &[],
        never: &[],
        is_open: true,
        is_history: false,
        chain: TableChain::ETHEREUM,
        containers: Containers::Any,
        decoder,
    }
}
