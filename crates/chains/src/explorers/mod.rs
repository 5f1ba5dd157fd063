//! Explorers: what they list of an account or say of a transaction.
//!
//! Two families of APIs cover most public explorers: Etherscan's with its copies and Blockscout
//! ([`Page`], [`Listing`], [`OneTransaction`]) for EVM chains, and Esplora's ([`EsploraTx`]) for
//! Bitcoin.

mod esplora;
mod listing;
mod one_transaction;
mod page;
mod repeats;

#[cfg(test)]
mod tests;

pub use esplora::{EsploraTx, decode_order, decode_place, decode_transaction, decode_transactions};
pub use listing::Listing;
pub use one_transaction::{OneTransaction, Place};
pub use page::{Complaint, Entry, List, Page, decode_page, decode_text};
