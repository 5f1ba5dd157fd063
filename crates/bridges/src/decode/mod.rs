//! Decoders: what a transaction left on its chain, as legs.
//!
//! One file for each protocol says which contracts it has, which events and calls they write,
//! and where that is from; what all of them need stands beside. Signatures are hashed when they
//! are first needed, so that no topic is written down twice.

mod abi;
mod across;
mod cctp;
mod celer;
mod layerzero;
mod memo;
mod networks;
mod protobuf;
mod protocol;
mod registry;
mod site;
mod stargate;
mod thorchain;

pub use protocol::{BridgeDecoder, DecodeDefect, Decoded, DefectKind};
pub use registry::{decode_all, decoders};
