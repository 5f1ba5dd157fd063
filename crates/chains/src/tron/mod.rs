//! Tron: blocks and what their transactions did, by the HTTP API of java-tron.
//!
//! Sources: <https://developers.tron.network/reference>, and the messages of
//! <https://github.com/tronprotocol/java-tron/tree/develop/protocol/src/main/protos>. Fields that
//! have their default value are left out of the JSON.

mod answers;
mod block;
mod network;
mod sheet;
mod transaction;

#[cfg(test)]
mod tests;

pub use block::{Decoded, decode_block, decode_header};
pub use network::Network;
