//! The service as clients meet it: over sockets, with keys, limits and failures.

mod keys;
mod limits;
mod openapi;
mod records;
mod reload;
mod screening;
mod support;
mod tls;
