//! bitcoin-etl, and the public data sets that are made with it.
//!
//! Columns: <https://github.com/blockchain-etl/bitcoin-etl>, BigQuery's
//! `bigquery-public-data.crypto_bitcoin`, and the Bitcoin tables of `aws-public-blockchain`,
//! whose values are doubles of bitcoin. BigQuery's table does not number the transactions of a
//! block.

use crate::decode::bitcoin::{
    HASH, HEIGHT, IN_BITCOIN, IN_SATOSHI, INDEX, INPUTS, IS_COINBASE, OUTPUTS, TIME,
};
use crate::decode::evm::block;
use crate::format::Format;
use crate::table::{Column, Containers, Decoder, Table, TableChain, may, must};

const TRANSACTIONS: &[Column] = &[
    must("hash", HASH),
    must("block_number", HEIGHT),
    must("block_timestamp", TIME),
    must("inputs", INPUTS),
    must("outputs", OUTPUTS),
    may("index", INDEX),
    may("is_coinbase", IS_COINBASE),
];

const AWS_BLOCKS: &[Column] = &[
    must("number", crate::decode::evm::HEIGHT),
    must("hash", crate::decode::evm::HASH),
    must("previousblockhash", block::PARENT),
    must("timestamp", crate::decode::evm::TIME),
];

pub(super) static TABLES: &[Table] = &[
    table(Format::AwsBitcoin, TRANSACTIONS, &IN_BITCOIN, &["last_modified", "date"]),
    table(Format::BigQueryBitcoin, TRANSACTIONS, &IN_SATOSHI, &["block_timestamp_month"]),
    table(Format::BitcoinEtl, TRANSACTIONS, &IN_SATOSHI, &[]),
    Table { name: "blocks", ..table(Format::AwsBitcoin, AWS_BLOCKS, &block::DECODER, &[]) },
];

const fn table(
    format: Format,
    columns: &'static [Column],
    decoder: &'static Decoder,
    marks: &'static [&'static str],
) -> Table {
    Table {
        format,
        name: "transactions",
        columns,
        needs: &[],
        marks,
        never: &[],
        is_open: true,
        is_history: false,
        chain: TableChain::Bitcoin,
        containers: Containers::Any,
        decoder,
    }
}
