//! Decoders: what a transaction left on its chain, as legs.
//!
//! One file for each protocol says which contracts it has, which events and calls they write,
//! and where that is from; what all of them need stands beside. Signatures are hashed when they
//! are first needed, so that no topic is written down twice.

mod abi;
mod across;
mod arbitrum;
mod cctp;
mod celer;
mod chainflip;
mod complete;
mod debridge;
mod hop;
mod layerzero;
mod memo;
mod networks;
mod optimism;
mod polygon;
mod protobuf;
mod protocol;
mod registry;
mod ronin;
mod site;
mod stargate;
mod synapse;
mod thorchain;
mod wormhole;

pub use complete::{Movement, complete};
pub use protocol::{BridgeDecoder, DecodeDefect, Decoded, DefectKind};
pub use registry::{decode_all, decoders, reads_call, reads_log};
