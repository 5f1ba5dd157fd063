//! Blocks of EVM chains out of the answers of nodes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod chains;
mod checks;
mod dialects;
mod hostile;
mod logs;
mod real;
mod support;
