//! The screening service: its HTTP API, the surfaces of other vendors, and its webhooks.
//!
//! [`App`] is what every request shares, [`routes`] puts all routes together, and [`Service`]
//! serves them. *Useful for* whoever asks before a deposit is credited or a withdrawal is paid.
//! *Not useful for* reading lists, tags or ledgers: a [`ScreenerSource`] hands in what was read.
//!
//! **Invariants:** a failure inside is an error to whoever asked, and never an answer; an answer
//! leaves only after its line of the audit log is with the operating system; what was asked about
//! stands in the audit log and in no other log and no metric.

mod app;
mod client;
mod clock;
mod log;
mod problem;
mod routes;
mod source;
pub mod stand_in;

pub use app::App;
pub use client::{Client, guarded};
pub use problem::{Kind, Problem};
pub use routes::routes;
pub use source::{ScreenerSource, SourceError};
