//! The client and JSON-RPC against servers that misbehave.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod bounds;
mod rpc;

use std::time::Duration;

use hawkshaw_source::{Auth, Client, Endpoint, Key, Limits};

/// No part of it may stand in an error.
const KEY: &str = "s3cr3t-0f-the-user";

/// Waits are short, so that tests are.
fn limits() -> Limits {
    Limits {
        timeout: Duration::from_millis(900),
        body_bytes_max: 1 << 20,
        attempts_max: 4,
        back_off_first: Duration::from_millis(4),
        back_off_max: Duration::from_millis(300),
        ..Limits::default()
    }
}

/// A client with a key.
fn client(url: &str, limits: Limits) -> Client {
    let endpoint = Endpoint::new(url, Some(Key::new(KEY).unwrap())).unwrap();
    Client::new(endpoint, limits).with_auth(Auth::Bearer)
}
