//! Transfers and outputs of chains, held so that they can be streamed and asked.

mod row;

pub use row::{OutputRow, Side, TransferRow};
