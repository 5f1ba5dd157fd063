//! Change and peel chains on ledgers told as stories, worked out by hand; on generated wallets
//! whose truth is known; on any ledger at all; and on real transactions.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod chains;
mod change;
mod generated;
mod hostile;
mod real;
mod told;
