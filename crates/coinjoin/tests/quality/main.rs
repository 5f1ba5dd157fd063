//! How often the classes are right: on wallets that are made up here and on real transactions.
#![allow(clippy::print_stderr, reason = "a measurement is shown, and a skipped test says so")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod coins;
mod dice;
mod joinmarket;
mod made_up;
mod negatives;
mod properties;
mod real_data;
mod score;
mod wasabi1;
mod wasabi2;
mod whirlpool;
