//! Reports of an invented theft: their shape, and what strangers' text can do to them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod escape;
mod patterns;
mod priced;
mod sample;
mod shape;
mod table;
