//! The matcher, from the outside: its rules, random bridges with known truth, and real bridges.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crossings;
mod real_data;
mod rules;
mod tables;
mod world;
mod worlds;
