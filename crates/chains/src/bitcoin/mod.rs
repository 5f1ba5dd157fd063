//! Bitcoin: blocks as its nodes keep them in files and say them by JSON-RPC.
//!
//! A block becomes legs: inputs with what they spent, and outputs. Who holds something is always
//! the script, also where it has no address (`OP_RETURN`, bare multisig, unknown witness
//! versions) and where nobody can ever spend it. What an input spent stands
//!
//! * in the *undo record* that Bitcoin Core keeps of each block in `rev*.dat`
//!   ([`Block::to_rows`]),
//! * in the answer to `getblock <hash> 3` ([`BlockJson::to_rows`]), or
//! * in the blocks before it, where those are all there ([`Block::to_rows_after`]).
//!
//! Every way checks that the header has the work that it claims, that it commits to the
//! transactions, that no transaction pays out more than it takes in, and that the coinbase takes
//! no more than it may.

mod block;
mod cursor;
mod json;
mod network;
mod rows;
mod spent;
mod undo;
mod unspent;

#[cfg(test)]
mod tests;

pub use block::{BLOCK_BYTES_MAX, Block, HEADER_BYTES, Head};
pub use json::BlockJson;
pub use network::Network;
pub use rows::Frame;
pub use undo::Undo;
pub use unspent::Unspent;
