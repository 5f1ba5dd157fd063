//! What nodes say of a block, as [`Rows`](hawkshaw_model::rows::Rows) that a ledger takes.
//!
//! *Useful for* turning the answers and files of nodes into movements: every protocol fact of a
//! chain stands here. *Not useful for* asking a node (`hawkshaw-source`) or reading tables of
//! others (`hawkshaw-ingest`).
//!
//! **Invariants:** no network, no file, no clock; bytes are decoded exactly, counted as a
//! [defect](Defects), or refused with what and where; no bytes make it panic or overflow the
//! stack.

pub mod bitcoin;
pub mod evm;
pub mod explorers;
pub mod tron;

mod cell;
mod defects;
mod error;
mod json;

pub use defects::{Defect, Defects};
pub use error::DecodeError;
pub use json::{NESTING_MAX, from_json};
