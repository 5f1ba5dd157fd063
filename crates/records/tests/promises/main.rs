//! What records promise, through their public face.

mod alerts;
mod audit;
mod crash;
mod folder;
mod idempotency;
mod keys;
mod outbox;
mod recheck;
mod registrations;
mod support;
