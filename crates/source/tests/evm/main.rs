//! EVM nodes: real ones, and one that lies.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod anvil;
mod asm;
mod changes;
mod contracts;
mod hardhat;
mod lies;
mod movements;
mod scenario;
