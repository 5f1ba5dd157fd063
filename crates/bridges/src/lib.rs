//! Where value that left a chain came out on another.
//!
//! A decoder of a protocol reads what a transaction left on its chain (logs, calldata, memos)
//! and says it in one form, the [`Leg`]; the matcher puts the legs of both sides together.
//! *Useful for* following money through bridges and cross-chain swaps with what a ledger holds.
//! *Not useful for* asking a bridge: nothing is contacted.
//!
//! **Invariants:** no file, clock or network; outside bytes are understood, counted as a defect
//! or passed over, and never panic; an identifier links only what both sides name.

mod decode;
mod leg;
mod matching;
mod record;
mod table;

pub use decode::{
    BridgeDecoder, DecodeDefect, Decoded, DefectKind, Movement, complete, decode_all, decoders,
    reads_call, reads_log,
};
pub use leg::{Leg, Side, Trust};
pub use matching::{
    MatchDefects, MatchOptions, Matching, Pair, Reason, TokenMap, crossings, match_legs,
};
pub use record::{Log, OutputScript, TxRecord};
pub use table::{BridgeTables, NamedBytes, TableError, TableRow};
