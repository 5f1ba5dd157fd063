//! The surfaces, asked as the open clients of these vendors ask: what they send, what they decode,
//! on what they insist.

mod bench;
mod hostile;
mod matching;
mod screening;
mod transfers;
