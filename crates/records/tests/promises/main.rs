//! What records promise, through their public face.
#![allow(clippy::print_stdout, reason = "a skipped test says so")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alerts;
mod audit;
mod crash;
mod folder;
mod idempotency;
mod keys;
mod outbox;
mod recheck;
mod registrations;
mod support;
