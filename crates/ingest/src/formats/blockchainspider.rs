//! BlockchainSpider.
//!
//! Columns: `BlockchainSpider/items` and the documentation of `txs.blockscan` in
//! <https://github.com/wuzhy1ng/BlockchainSpider>. Its first version named the columns of
//! account transfers as Etherscan's interface does.

use crate::decode::evm::{
    HASH, HEIGHT, TIME, TX_INDEX, block, log, receipt, token_transfer, transaction,
};
use crate::decode::explorer::account_transfer as account;
use crate::format::Format;
use crate::table::{Column, Containers, Decoder, Table, TableChain, may, must};

const ACCOUNT_TRANSFERS: &[Column] = &[
    must("hash", account::HASH),
    must("address_from", account::FROM),
    must("address_to", account::TO),
    must("value", account::VALUE),
    must("timestamp", account::TIME),
    must("block_number", account::HEIGHT),
    must("contract_address", account::CONTRACT),
    may("token_id", account::TOKEN_ID),
];

const OLD_ACCOUNT_TRANSFERS: &[Column] = &[
    must("hash", account::HASH),
    must("from", account::FROM),
    must("to", account::TO),
    must("value", account::VALUE),
    must("timeStamp", account::TIME),
    must("blockNumber", account::HEIGHT),
    must("contractAddress", account::CONTRACT),
    may("tokenID", account::TOKEN_ID),
    may("isError", account::IS_ERROR),
];

const TRANSACTIONS: &[Column] = &[
    must("transaction_hash", HASH),
    must("transaction_index", TX_INDEX),
    must("block_number", HEIGHT),
    must("timestamp", TIME),
    must("address_from", transaction::FROM),
    must("address_to", transaction::TO),
    must("value", transaction::VALUE),
    must("nonce", transaction::NONCE),
    may("gas_price", transaction::GAS_PRICE),
    may("input", transaction::INPUT),
];

const RECEIPTS: &[Column] = &[
    must("transaction_hash", HASH),
    must("transaction_index", TX_INDEX),
    must("block_number", HEIGHT),
    must("created_contract", UNUSED),
    must("effective_gas_price", UNUSED),
    must("is_error", receipt::FAILED),
];

const LOGS: &[Column] = &[
    must("transaction_hash", HASH),
    must("log_index", log::LOG_INDEX),
    must("block_number", HEIGHT),
    must("timestamp", TIME),
    must("address", log::EMITTER),
    must("topics", log::TOPICS),
    must("data", log::DATA),
    must("removed", log::REMOVED),
];

const TOKEN_TRANSFERS: &[Column] = &[
    must("transaction_hash", HASH),
    must("log_index", token_transfer::LOG_INDEX),
    must("block_number", HEIGHT),
    must("timestamp", TIME),
    must("contract_address", token_transfer::TOKEN),
    must("address_from", token_transfer::FROM),
    must("address_to", token_transfer::TO),
    must("value", token_transfer::VALUE),
];

const BLOCKS: &[Column] = &[
    must("block_hash", HASH),
    must("block_number", HEIGHT),
    must("parent_hash", block::PARENT),
    must("timestamp", TIME),
    must("miner", UNUSED),
    must("receipts_root", UNUSED),
];

/// Columns that tell a table and hold nothing that is read.
const UNUSED: usize = usize::MAX;

pub(super) static TABLES: &[Table] = &[
    Table {
        is_history: true,
        ..table("AccountTransferItem", ACCOUNT_TRANSFERS, &account::DECODER)
    },
    Table { is_history: true, ..table("transfers", OLD_ACCOUNT_TRANSFERS, &account::DECODER) },
    table("TransactionItem", TRANSACTIONS, &transaction::DECODER),
    table("TransactionReceiptItem", RECEIPTS, &receipt::DECODER),
    table("EventLogItem", LOGS, &log::DECODER),
    table("Token20TransferItem", TOKEN_TRANSFERS, &token_transfer::DECODER),
    table("BlockItem", BLOCKS, &block::DECODER),
];

const fn table(name: &'static str, columns: &'static [Column], decoder: &'static Decoder) -> Table {
    Table {
        format: Format::BlockchainSpider,
        name,
        columns,
        needs: &[],
        marks: &[],
        never: &[],
        is_open: true,
        is_history: false,
        chain: TableChain::ETHEREUM,
        containers: Containers::Csv,
        decoder,
    }
}
