//! Where stolen value went: exact taint replay over a ledger.
//!
//! The question it answers: here are a ledger and what was stolen; where is every unit of it,
//! under every taint policy, and by which transactions did it get there?
//! *Useful for* any chain whose transfers or outputs a [`hawkshaw_model::Ledger`] holds.
//! *Not useful for* finding out who an address belongs to: the caller says where to stop.
//!
//! The data flow is one way: the `replay` reads the ledger once, nets
//! transactions and writes a *taint program*; each `policy` interprets the
//! program on its own; `assemble` adds up and asserts that it adds up; `bounds` says what is
//! certain whatever the policy. The rules are stated in `docs/rules.md`.
//!
//! **Invariants:** integers only; the sum over holdings and terminals equals what was stolen,
//! to the base unit, for every conserving policy, on every run; no file, clock or network; the
//! same answer with any number of threads.

mod assemble;
mod bounds;
mod engine;
mod exposure;
mod floor;
mod frozen;
mod netting;
pub mod noise;
mod options;
mod patterns;
mod policy;
mod program;
mod replay;
mod result;
mod runs;
mod scene;
mod swaps;
mod taint;
mod timeline;
mod units;

pub use engine::trace;
pub use exposure::{
    Clock, Exposure, ExposureSettings, ExposureSource, Footprint, Receipt, Taken, WayNode, exposure,
};
pub use noise::{Noise, NoiseRule};
pub use options::{Detail, Options, Stops, TraceError};
pub use patterns::{PassingThrough, Pattern, PatternKind, PatternSettings, Patterns, patterns};
pub use result::{
    Balance, Bounds, Coverage, Edge, Finding, Link, OriginAmounts, Party, Secured, StolenAsset,
    Terminal, TimelinePoint, Trace,
};
pub use scene::{MixRule, Scene};
