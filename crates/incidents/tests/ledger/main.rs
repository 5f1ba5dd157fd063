//! The ledger of incidents from files to figures.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod built_in;
mod schema;
mod statistics;
mod support;
mod validation;
