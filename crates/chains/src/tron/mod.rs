//! Tron: blocks and what their transactions did, by the HTTP API of java-tron.
//!
//! Sources: <https://developers.tron.network/reference>, and the messages of
//! <https://github.com/tronprotocol/java-tron/tree/develop/protocol/src/main/protos>. Fields that
//! have their default value are left out of the JSON.
//!
//! The JSON-RPC that mirrors Ethereum's is not read. Its `value` is an amount of whatever the
//! type of the transaction is about, of TRC-10 tokens and of TRX that is unfrozen too, without the
//! type being said (`getTransactionAmount` in java-tron's `JsonRpcApiUtil.java`), and it has no
//! calls inside transactions: TRX that it tells of cannot be told from what is none.

mod answers;
mod block;
mod network;
mod sheet;
mod transaction;

#[cfg(test)]
mod tests;

pub use block::{Decoded, decode_block, decode_header};
pub use network::Network;
