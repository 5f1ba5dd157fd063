//! The engine gives what `docs/rules.md` says, to the base unit: it is compared with a plain
//! implementation of the rules on thousands of random ledgers, and with numbers worked out by
//! hand.

mod compare;
mod random;
mod stories;
mod survey;
