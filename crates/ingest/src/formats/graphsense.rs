//! The tables that GraphSense makes of ethereum-etl's.
//!
//! Columns: the test resources of <https://github.com/graphsense/graphsense-spark>.

use crate::decode::evm::{HASH, HEIGHT, TIME, TX_INDEX, block, log, trace, transaction};
use crate::format::Format;
use crate::table::{Column, Containers, Decoder, Table, TableChain, may, must};

const TRANSACTIONS: &[Column] = &[
    must("txHash", HASH),
    must("blockId", HEIGHT),
    must("transactionIndex", TX_INDEX),
    must("fromAddress", transaction::FROM),
    must("toAddress", transaction::TO),
    must("value", transaction::VALUE),
    may("nonce", transaction::NONCE),
    may("input", transaction::INPUT),
    may("gasPrice", transaction::GAS_PRICE),
    may("blockTimestamp", TIME),
    may("receiptGasUsed", transaction::GAS_USED),
    may("receiptEffectiveGasPrice", transaction::EFFECTIVE_GAS_PRICE),
    may("receiptStatus", transaction::STATUS),
    may("receiptContractAddress", transaction::CONTRACT),
];

const TRACES: &[Column] = &[
    must("blockId", HEIGHT),
    must("traceId", trace::ID),
    must("fromAddress", trace::FROM),
    must("toAddress", trace::TO),
    must("value", trace::VALUE),
    must("status", trace::STATUS),
    must("callType", trace::CALL_TYPE),
    must("txHash", HASH),
];

const LOGS: &[Column] = &[
    must("blockId", HEIGHT),
    must("logIndex", log::LOG_INDEX),
    must("address", log::EMITTER),
    must("data", log::DATA),
    must("topics", log::TOPICS),
    must("txHash", HASH),
    may("transactionIndex", TX_INDEX),
];

const BLOCKS: &[Column] = &[
    must("blockId", HEIGHT),
    must("blockHash", HASH),
    must("parentHash", block::PARENT),
    must("timestamp", TIME),
];

pub(super) static TABLES: &[Table] = &[
    table("transactions", TRANSACTIONS, &transaction::DECODER),
    table("traces", TRACES, &trace::DECODER),
    table("logs", LOGS, &log::DECODER),
    table("blocks", BLOCKS, &block::DECODER),
];

const fn table(name: &'static str, columns: &'static [Column], decoder: &'static Decoder) -> Table {
    Table {
        format: Format::GraphSense,
        name,
        columns,
        needs: &[],
        marks: &[],
        never: &[],
        is_open: true,
        is_history: false,
        chain: TableChain::ETHEREUM,
        containers: Containers::Any,
        decoder,
    }
}
