//! The engine gives what `docs/rules.md` says, to the base unit: it is compared with a plain
//! implementation of the rules on thousands of random ledgers and on real blocks, and with numbers
//! worked out by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod blocks;
mod compare;
mod queue;
mod random;
mod real;
mod shrink;
mod stories;
