//! Transfers and outputs of chains, held so that they can be streamed and asked.
//!
//! *Useful for* turning canonical rows (files `transfers.csv` and `outputs.csv`, a generator, a
//! test) into a [`Ledger`](hawkshaw_model::Ledger) in memory that the tracer streams in chain
//! order, and for keeping whole chains in a [`store`].
//! *Not useful for* fetching anything, nor for reading the files of others: see
//! `hawkshaw-ingest`.
//!
//! **Invariants:** a row is kept exactly, counted as a defect, or refused with its file and line;
//! no input makes the crate panic; the order of rows in the input decides nothing but the numbers
//! of accounts and assets and the order of rows that no data order; no file of others is opened
//! here: callers hand in bytes or rows.
//!
//! | module | holds |
//! |---|---|
//! | `row`, `place`, `check` | a row, where it was read, the rules that it can break by itself |
//! | `builder` | rows in any order, made into a ledger |
//! | `transfer_draft`, `output_draft`, `output_links`, `order` | what only all rows can break |
//! | `table`, `transfers_csv`, `outputs_csv`, `files` | files of rows |
//! | `memory`, `segment`, `postings`, `transactions`, `names` | the ledger and its columns |
//! | [`store`] | chains in a folder |

mod amount_column;
mod builder;
mod check;
mod defects;
mod error;
mod files;
mod finished;
mod grouped;
mod memory;
mod names;
mod order;
mod output_draft;
mod output_links;
mod outputs_csv;
mod place;
mod postings;
mod row;
mod segment;
mod spending;
pub mod store;
mod table;
mod transactions;
mod transfer_draft;
mod transfers_csv;

pub use builder::{DraftChain, DraftTx, LedgerBuilder};
pub use defects::{Defects, LedgerStats};
pub use error::LedgerError;
pub use memory::MemoryLedger;
pub use output_draft::Leg;
pub use outputs_csv::read_outputs;
pub use place::{Located, Place};
pub use row::{OutputRow, Side, TransferRow};
pub use transactions::TxHeader;
pub use transfer_draft::Movement;
pub use transfers_csv::read_transfers;

#[cfg(test)]
mod tests;
