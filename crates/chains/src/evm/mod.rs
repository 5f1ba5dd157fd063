//! EVM chains: blocks, receipts, logs and traces.
//!
//! [`decode_block`] makes the [`Rows`](hawkshaw_model::rows::Rows) of a block out of the answers
//! of a node. The same knowledge, as functions over plain types, is what reading tables of such
//! chains needs too: [`Facts`] of a chain, what a [log](Log) or a [call](Call) moves, what a
//! transaction [cost](Fee), and [where in its transaction](event_of_log) a movement stands.

mod answers;
mod assets;
mod block;
mod calls;
mod contract;
mod event;
mod facts;
mod fee;
mod hex;
mod log;
mod network;
mod options;
mod origin;
mod rewards;
mod topics;
mod transaction;

pub use answers::decode_header;
pub use block::{BlockParts, Decoded, Receipts, Traces, decode_block};
pub use calls::{Act, Call, CallMove, Effect, Place, Walk};
pub use contract::created_by;
pub use event::{event_of_call, event_of_log};
pub use facts::{Facts, Family, Twin};
pub use fee::Fee;
pub use log::{Log, LogMove, Token};
pub use network::{Network, UnknownNative};
pub use options::{EventChoice, Options, UnknownEventChoice};
pub use topics::Meaning;
