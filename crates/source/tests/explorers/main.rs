//! Explorers: histories from loopback servers that serve real rows in the documented shapes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod faults;
mod hostile;
mod kept;
mod outputs;
mod places;
mod stored;
mod support;
