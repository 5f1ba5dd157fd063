//! What a screening service has promised to keep: registrations, alerts, deliveries, keys, and
//! the audit log.
//!
//! **Invariant:** what was acknowledged is on disk and survives the death of the process.
