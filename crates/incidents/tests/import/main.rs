//! Import of what others publish: reading, matching and drafting, on small tables and on the
//! published lists.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

mod drafting;
mod matching;
mod real_lists;
mod support;
mod tables;
mod yearly;
