//! `hawkshaw sync` and `hawkshaw sources`, run as a person runs them against real nodes on
//! loopback. Where a node cannot be had the test says so and passes.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests that are left out say so")]

#[path = "../../../source/tests/evm/anvil.rs"]
mod anvil;
#[path = "../../../source/tests/bitcoin/server.rs"]
#[allow(dead_code, reason = "tests of the source use more of it")]
mod bitcoind;
#[path = "../program/support.rs"]
#[allow(dead_code, reason = "tests of the program use more of it")]
mod support;

mod bitcoin;
mod evm;
