//! Both sides of every protocol: the legs are those of the documentation, and agree on the id.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of tests fail where a test does, and say where data are absent"
)]

mod across;
mod canonical;
mod cctp;
mod celer;
mod complete;
mod connector;
mod hostile;
mod layerzero;
mod made;
mod others;
mod registry;
mod synapse;
mod thorchain;
