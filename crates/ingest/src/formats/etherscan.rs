//! The CSV exports of Etherscan and of the explorers made by it: what concerns an account.
//!
//! Columns: as the pages of an account hand them out. The first was `Txhash` and is
//! `Transaction Hash`, the time was `DateTime`; the coin of the chain stands in the names of
//! the columns. Amounts are in units.

use crate::decode::explorer::etherscan::{
    CONTRACT, DATE, ERROR_CODE, FEE, FROM, HASH, HEIGHT, INTERNAL, PARENT_FROM, STATUS, TIME, TO,
    TOKEN_DECIMALS, TOKEN_VALUE, TOKENS, TRANSACTIONS, VALUE_IN, VALUE_OUT,
};
use crate::format::Format;
use crate::table::{Column, Containers, Decoder, Table, TableChain, may, must};

macro_rules! transactions {
    ($coin:literal) => {
        &[
            may("Transaction Hash", HASH),
            may("Txhash", HASH),
            must("Blockno", HEIGHT),
            may("UnixTimestamp", TIME),
            may("DateTime (UTC)", DATE),
            may("DateTime", DATE),
            must("From", FROM),
            must("To", TO),
            must("ContractAddress", CONTRACT),
            must(concat!("Value_IN(", $coin, ")"), VALUE_IN),
            must(concat!("Value_OUT(", $coin, ")"), VALUE_OUT),
            must(concat!("TxnFee(", $coin, ")"), FEE),
            must("Status", STATUS),
            may("ErrCode", ERROR_CODE),
        ]
    };
}

macro_rules! internal {
    ($coin:literal) => {
        &[
            may("Transaction Hash", HASH),
            may("Txhash", HASH),
            must("Blockno", HEIGHT),
            may("UnixTimestamp", TIME),
            may("DateTime (UTC)", DATE),
            may("DateTime", DATE),
            must("ParentTxFrom", PARENT_FROM),
            must("From", FROM),
            must("TxTo", TO),
            must("ContractAddress", CONTRACT),
            must(concat!("Value_IN(", $coin, ")"), VALUE_IN),
            must(concat!("Value_OUT(", $coin, ")"), VALUE_OUT),
            must("Status", STATUS),
            may("ErrCode", ERROR_CODE),
        ]
    };
}

const TOKEN_TRANSFERS: &[Column] = &[
    may("Transaction Hash", HASH),
    may("Txhash", HASH),
    must("Blockno", HEIGHT),
    may("UnixTimestamp", TIME),
    may("DateTime (UTC)", DATE),
    may("DateTime", DATE),
    must("From", FROM),
    must("To", TO),
    may("TokenValue", TOKEN_VALUE),
    may("Value", TOKEN_VALUE),
    must("ContractAddress", CONTRACT),
    must("TokenSymbol", UNUSED),
    may("TokenDecimal", TOKEN_DECIMALS),
];

/// Columns that tell a table and hold nothing that is read.
const UNUSED: usize = usize::MAX;

pub(super) static TABLES: &[Table] = &[
    table("transactions", "eip155:1", transactions!("ETH"), &TRANSACTIONS),
    table("transactions", "eip155:56", transactions!("BNB"), &TRANSACTIONS),
    table("transactions", "eip155:137", transactions!("MATIC"), &TRANSACTIONS),
    table("transactions", "eip155:137", transactions!("POL"), &TRANSACTIONS),
    table("transactions", "eip155:43114", transactions!("AVAX"), &TRANSACTIONS),
    table("internal", "eip155:1", internal!("ETH"), &INTERNAL),
    table("internal", "eip155:56", internal!("BNB"), &INTERNAL),
    table("internal", "eip155:137", internal!("MATIC"), &INTERNAL),
    table("internal", "eip155:137", internal!("POL"), &INTERNAL),
    table("internal", "eip155:43114", internal!("AVAX"), &INTERNAL),
    Table {
        needs: &[HASH, TIME_OR_DATE, TOKEN_VALUE],
        ..table("erc20", "eip155:1", TOKEN_TRANSFERS, &TOKENS)
    },
];

/// Every export has the time as a text; only newer ones as a number.
const TIME_OR_DATE: usize = DATE;

const fn table(
    name: &'static str,
    chain: &'static str,
    columns: &'static [Column],
    decoder: &'static Decoder,
) -> Table {
    Table {
        format: Format::Etherscan,
        name,
        columns,
        needs: &[HASH, TIME_OR_DATE],
        marks: &[],
        never: &[],
        is_open: true,
        is_history: true,
        chain: TableChain::Evm(chain),
        containers: Containers::Csv,
        decoder,
    }
}
