//! The screening service: its HTTP API, the surfaces of other vendors, and its webhooks.
//!
//! **Invariant:** a failure inside is an error to whoever asked, and never an answer.
