//! Events that are told to receivers: over HTTP, signed, from an outbox that survives a crash.
//!
//! Addresses of receivers come from whoever has a key, so that nothing that they name may reach
//! what only this machine can reach: see [`Reach`].

mod delivery;
mod dispatch;
mod reach;
mod schedule;
mod signature;

pub use dispatch::{WebhookSettings, Webhooks};
pub use reach::{Reach, ReachError};
pub use signature::{SIGNATURE, signature};
