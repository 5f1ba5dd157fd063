//! The service as clients meet it: over sockets, with keys, limits and failures.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod failing;
mod keys;
mod limits;
mod openapi;
mod records;
mod reload;
mod screening;
mod state;
mod support;
mod tls;
mod webhooks;
