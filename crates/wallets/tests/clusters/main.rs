//! Clusters of ledgers that tests tell, by their addresses.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod chance;
mod files;
mod growing;
mod plain;
mod rules;
mod stories;
mod support;
