//! Bitcoin: block files that are made up, real ones, and a real node.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod files;
mod folder;
mod hostile;
#[path = "../../../chains/src/bitcoin/tests/made.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod made;
mod node;
mod pretended;
mod real_blocks;
mod server;
#[path = "../support/mod.rs"]
mod support;
