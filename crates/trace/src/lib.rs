//! Where stolen value went: exact taint replay over a ledger.

mod result;

pub use result::{
    Balance, Bounds, Coverage, Edge, Finding, Link, OriginAmounts, Party, StolenAsset, Terminal,
    TimelinePoint, Trace,
};
