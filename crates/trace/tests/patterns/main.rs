//! Patterns in traces of ledgers told as stories, with the accounts and transactions worked out
//! by hand; near misses of each; any trace at all; and thefts that were traced by others.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod any_trace;
mod bridges;
mod chains;
mod circles;
mod fans;
mod meetings;
mod real;
mod services;
mod told;
mod utxo;
