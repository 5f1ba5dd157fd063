//! Explorers: histories from loopback servers that serve real rows in the documented shapes.

mod accounts;
mod faults;
mod hostile;
mod kept;
mod outputs;
mod support;
