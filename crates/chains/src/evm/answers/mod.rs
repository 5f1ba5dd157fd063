//! The answers of nodes, as far as they say what moved.
//!
//! Numbers and bytes are decoded on the spot and texts are borrowed; what is not needed is
//! passed over. None of these types holds another of its kind, so that no answer, however deep
//! it nests, is read by recursion; the one exception, [`nested`], counts its levels.

mod block;
mod flat;
mod nested;
mod receipt;

use serde::Deserialize;

use crate::error::DecodeError;

pub(super) use block::{BlockAnswer, Tx};
pub(super) use flat::flat_traces;
pub(super) use nested::nested_traces;
pub(super) use receipt::{LogAnswer, Receipt};

use super::calls::Act;
use super::hex::Text;
use hawkshaw_model::Amount;

pub use block::decode_header;

/// A call as a node tells it.
#[derive(Debug, Clone)]
pub(super) struct CallAnswer<'a> {
    /// How deep it stands; calls come depth first.
    pub(super) depth: usize,
    pub(super) act: Act,
    pub(super) error: Option<Text<'a>>,
    pub(super) from: Option<[u8; 20]>,
    pub(super) to: Option<[u8; 20]>,
    pub(super) value: Amount,
}

/// The calls of a block.
#[derive(Debug, Default)]
pub(super) struct BlockCalls<'a> {
    pub(super) calls: Vec<CallAnswer<'a>>,
    /// Where the calls of each transaction begin and end; nothing for one without calls.
    pub(super) of_tx: Vec<std::ops::Range<usize>>,
    /// What the block gives to whom, where the node says so.
    pub(super) rewards: Vec<([u8; 20], Amount)>,
}

/// Reads a JSON value of a shape that does not hold itself.
fn read<'a, T: Deserialize<'a>>(what: &str, bytes: &'a [u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(bytes)
        .map_err(|error| DecodeError::Malformed(format!("{what}: {error}")))
}
