//! The screening service: its HTTP API, the surfaces of other vendors, and its webhooks.
//!
//! [`App`] is what every request shares, and [`serve`] runs until it is told to stop. *Useful for* whoever asks before a deposit is credited or a withdrawal is paid.
//! *Not useful for* reading lists, tags or ledgers: a [`ScreenerSource`] hands in what was read.
//!
//! **Invariants:** a failure inside is an error to whoever asked, and never an answer; an answer
//! leaves only after its line of the audit log is with the operating system; what was asked about
//! stands in the audit log and in no other log and no metric.

mod api;
mod app;
mod body;
mod client;
mod clock;
mod credential;
mod edge;
mod gate;
mod health;
mod keeper;
mod limits;
mod listen;
mod log;
mod meter;
mod metrics;
mod openapi;
mod opening;
mod origin;
mod page;
mod place;
mod problem;
mod reload;
mod retro;
mod routes;
mod service;
mod settings;
mod source;
mod vendors;
mod webhooks;

pub use app::{App, OpenError};
pub use body::{Asked, Part, Sent};
pub use client::{Client, guarded};
pub use limits::{LimitError, Limits};
pub use listen::{ListenError, TlsError, TlsFiles};
pub use problem::{Kind, Problem};
pub use retro::Retro;
pub use service::{Event, ServeError, serve, serve_until};
pub use settings::{DataSettings, Settings, SettingsError, WebhookOptions};
pub use source::{Load, ScreenerSource, SourceError};
pub use webhooks::{Reach, ReachError, SIGNATURE, WebhookSettings, Webhooks, signature};
