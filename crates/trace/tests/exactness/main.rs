//! The engine gives what `docs/rules.md` says, to the base unit: it is compared with a plain
//! implementation of the rules on thousands of random ledgers, and with numbers worked out by
//! hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod compare;
mod random;
mod shrink;
mod stories;
