//! Noise and services without tags, told as stories.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod any_ledger;
mod deposits;
mod fundings;
mod ronin;
mod rules;
mod support;
