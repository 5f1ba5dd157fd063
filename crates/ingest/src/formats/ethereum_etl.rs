//! ethereum-etl, and the public data sets that are made with it.
//!
//! Columns: <https://ethereum-etl.readthedocs.io/en/latest/schema/>, BigQuery's
//! `bigquery-public-data.crypto_ethereum`, and the Ethereum tables of `aws-public-blockchain`.
//! They name the same columns alike; the data sets add the block's time to every table and the
//! receipt to transactions.

use crate::decode::evm::{
    CHAIN, HASH, HEIGHT, TIME, TX_INDEX, block, log, receipt, token_transfer, trace, transaction,
};
use crate::format::Format;
use crate::table::{Column, Containers, Decoder, Table, TableChain, may, must};

const TRANSACTIONS: &[Column] = &[
    must("hash", HASH),
    must("block_number", HEIGHT),
    must("transaction_index", TX_INDEX),
    must("from_address", transaction::FROM),
    must("to_address", transaction::TO),
    must("value", transaction::VALUE),
    may("nonce", transaction::NONCE),
    may("input", transaction::INPUT),
    may("gas_price", transaction::GAS_PRICE),
    may("block_timestamp", TIME),
    may("receipt_gas_used", transaction::GAS_USED),
    may("receipt_effective_gas_price", transaction::EFFECTIVE_GAS_PRICE),
    may("receipt_status", transaction::STATUS),
    may("receipt_contract_address", transaction::CONTRACT),
    may("receipt_l1_fee", transaction::L1_FEE),
    may("receipt_blob_gas_used", transaction::BLOB_GAS_USED),
    may("receipt_blob_gas_price", transaction::BLOB_GAS_PRICE),
    may("chain_id", CHAIN),
];

const RECEIPTS: &[Column] = &[
    must("transaction_hash", HASH),
    must("block_number", HEIGHT),
    must("cumulative_gas_used", UNUSED),
    must("gas_used", UNUSED),
    must("status", receipt::STATUS),
    may("transaction_index", TX_INDEX),
];

const TRACES: &[Column] = &[
    must("block_number", HEIGHT),
    must("transaction_hash", HASH),
    must("from_address", trace::FROM),
    must("to_address", trace::TO),
    must("value", trace::VALUE),
    must("trace_type", trace::TYPE),
    must("call_type", trace::CALL_TYPE),
    must("trace_address", trace::ADDRESS),
    must("status", trace::STATUS),
    may("transaction_index", TX_INDEX),
    may("error", trace::ERROR),
    may("block_timestamp", TIME),
];

const LOGS: &[Column] = &[
    must("log_index", log::LOG_INDEX),
    must("transaction_hash", HASH),
    must("block_number", HEIGHT),
    must("address", log::EMITTER),
    must("data", log::DATA),
    must("topics", log::TOPICS),
    may("transaction_index", TX_INDEX),
    may("block_timestamp", TIME),
    may("removed", log::REMOVED),
];

const TOKEN_TRANSFERS: &[Column] = &[
    must("token_address", token_transfer::TOKEN),
    must("from_address", token_transfer::FROM),
    must("to_address", token_transfer::TO),
    must("value", token_transfer::VALUE),
    must("transaction_hash", HASH),
    must("log_index", token_transfer::LOG_INDEX),
    must("block_number", HEIGHT),
    may("transaction_index", TX_INDEX),
    may("block_timestamp", TIME),
];

const BLOCKS: &[Column] = &[
    must("number", HEIGHT),
    must("hash", HASH),
    must("parent_hash", block::PARENT),
    must("timestamp", TIME),
    must("miner", UNUSED),
];

/// Columns that tell a table and hold nothing that is read.
const UNUSED: usize = usize::MAX;

pub(super) static TABLES: &[Table] = &[
    etl("transactions", TRANSACTIONS, &transaction::DECODER, &["receipt_gas_used"]),
    etl("receipts", RECEIPTS, &receipt::DECODER, &["hash"]),
    etl("traces", TRACES, &trace::DECODER, &["block_timestamp"]),
    etl("logs", LOGS, &log::DECODER, &["block_timestamp"]),
    etl("token_transfers", TOKEN_TRANSFERS, &token_transfer::DECODER, &["block_timestamp"]),
    etl("blocks", BLOCKS, &block::DECODER, &["last_modified"]),
];

pub(super) static BIGQUERY: &[Table] = &[
    bigquery("transactions", TRANSACTIONS, &transaction::DECODER, &["receipt_gas_used"]),
    bigquery("traces", TRACES, &trace::DECODER, &["block_timestamp"]),
    bigquery("logs", LOGS, &log::DECODER, &["block_timestamp"]),
    bigquery("token_transfers", TOKEN_TRANSFERS, &token_transfer::DECODER, &["block_timestamp"]),
    bigquery("blocks", BLOCKS, &block::DECODER, &["withdrawals_root"]),
];

pub(super) static AWS: &[Table] = &[
    aws("transactions", TRANSACTIONS, &transaction::DECODER),
    aws("traces", TRACES, &trace::DECODER),
    aws("logs", LOGS, &log::DECODER),
    aws("token_transfers", TOKEN_TRANSFERS, &token_transfer::DECODER),
    aws("blocks", BLOCKS, &block::DECODER),
];

const fn etl(
    name: &'static str,
    columns: &'static [Column],
    decoder: &'static Decoder,
    never: &'static [&'static str],
) -> Table {
    Table {
        format: Format::EthereumEtl,
        name,
        columns,
        needs: &[],
        marks: &[],
        never,
        is_open: true,
        is_history: false,
        chain: TableChain::ETHEREUM,
        containers: Containers::Any,
        decoder,
    }
}

const fn bigquery(
    name: &'static str,
    columns: &'static [Column],
    decoder: &'static Decoder,
    marks: &'static [&'static str],
) -> Table {
    Table {
        format: Format::BigQueryEthereum,
        marks,
        never: &[],
        ..etl(name, columns, decoder, &[])
    }
}

/// The columns by which AWS partitions and versions its tables tell them from BigQuery's.
const fn aws(name: &'static str, columns: &'static [Column], decoder: &'static Decoder) -> Table {
    Table {
        format: Format::AwsEthereum,
        marks: &["last_modified", "date"],
        never: &[],
        ..etl(name, columns, decoder, &[])
    }
}
