//! Who probably took out of a mixer what a thief put into it.
//!
//! *Useful for* hypotheses about pools of fixed notes such as Tornado Cash, each with the rules
//! that speak for it, its candidate set and a stated error.
//! *Not useful for* evidence: nothing here is an edge of a trace, and nothing may become one.
//!
//! **Invariants:** the crate reads no file, no clock and no environment; the same events give the
//! same answer, in whatever order they come; what is left out of a file is counted.

mod assignment;
mod batches;
mod clock;
mod defects;
mod demix;
mod depositors;
mod error;
mod event;
mod habits;
mod link;
mod read;
mod report;
mod rule;
mod run;
mod series;
mod unpack;
mod wide;

pub use defects::{Defect, Defects};
pub use demix::{Question, demix};
pub use depositors::read_depositors;
pub use error::PoolError;
pub use event::{Deposit, KnownBatch, Pool, Withdrawal};
pub use report::{
    Background, ErrorEstimate, Hypothesis, Placebo, PoolSummary, Report, SeriesSummary, Settings,
    Window,
};
pub use rule::Rule;
pub use run::FeePattern;
