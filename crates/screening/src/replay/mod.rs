//! Exposure of every address of a ledger, from tagged sources and cases.
//!
//! For each category one replay goes forward and says what addresses received; one goes backwards,
//! over the ledger told backwards, and says what they sent. The rules are stated in
//! `docs/exposure.md`.

mod balances;
mod book;
mod mark;
mod reversed;
mod reversed_columns;
mod run;
mod table;
mod totals;

pub use book::{BookedSource, SourceBook};
pub use reversed::ReversedLedger;
pub use run::{ExposureRun, Progress, ReplayError, ReplaySettings, World, replay};
