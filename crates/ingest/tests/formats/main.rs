//! Files of every format, read as a caller reads them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bitcoin;
mod canonical;
mod cryo;
mod ethereum_etl;
mod explorers;
mod graphsense;
mod hostile;
mod prices;
mod support;
