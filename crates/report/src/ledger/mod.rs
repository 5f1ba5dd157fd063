//! Answers of a ledger: the history, balance and counterparties of an account, a transaction,
//! what a store holds, and canonical tables.
//!
//! A history can have millions of rows, so it is rendered a row at a time: [`HistoryPage`] and the
//! canonical tables append to a buffer that the caller empties.

mod account;
mod canonical_csv;
mod canonical_parquet;
mod canonical_row;
mod coverage;
mod history;
mod import;
mod store;
mod sync;
mod transaction;
mod words;

pub use account::{
    BalanceAnswer, CounterpartyRow, Held, to_balance_json, to_balance_text, to_counterparties_csv,
    to_counterparties_json, to_counterparties_text,
};
pub use canonical_csv::{leg_csv, leg_header, transfer_csv, transfer_header};
pub use canonical_parquet::{ParquetTable, TableError};
pub use canonical_row::{LegRow, TransferRow};
pub use coverage::{AccountCoverage, missing_text};
pub use history::{HistoryForm, HistoryPage, HistoryRow, Side, hidden_text};
pub use import::{ImportAnswer, ImportedChain, to_import_json, to_import_text};
pub use store::{ChainAnswer, ColumnGroup, ImportNote, StoreAnswer, to_store_json, to_store_text};
pub use sync::{
    ReorganisationNote, SyncAnswer, TrafficNote, to_reorganisation_text, to_sync_json, to_sync_text,
};
pub use transaction::{TxAnswer, TxRow, to_tx_json, to_tx_text};
pub use words::{coverage_text, kind_name};
