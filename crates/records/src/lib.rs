//! What a screening service has promised to keep: registrations, alerts, deliveries, keys, and
//! the audit log.
//!
//! A [`StateFolder`] holds all of it and belongs to one process at a time. [`Records`] is an
//! SQLite database with one writer thread that commits what many callers want in one go;
//! [`AuditLog`] is a chain of lines; [`Keys`] says who may ask, and may be changed by another
//! process while a service runs.
//!
//! **Invariants:** what was acknowledged is on disk and survives the death of the process, an
//! audit line within a second; a record is seen only by the key that made it and by
//! administrators; nothing is repeated to a receiver without saying that it is a repetition;
//! what cannot be read or written is an error and never an empty answer.

mod again;
mod alert;
mod alerts;
mod anchors;
mod audit;
mod clock;
mod database;
mod error;
mod folder;
mod id;
mod idempotency;
mod keys;
mod outbox;
mod page;
mod promise;
mod recheck;
mod records;
mod registration;
mod registrations;
mod responses;
mod schema;
mod scope;
mod subscription;
mod subscriptions;
mod verdict;
mod writer;

pub use again::Rejoin;
pub use alert::{
    Alert, AlertChange, AlertEvent, AlertFilter, AlertQueue, AlertState, NewAlert, TEXT_MAX,
};
pub use anchors::Anchors;
pub use audit::{
    AuditError, AuditFilter, AuditHead, AuditLine, AuditLog, AuditSettings, Break, Verified,
    read_audit, stored_head, verify_audit,
};
pub use clock::UnixMillis;
pub use error::RecordsError;
pub use folder::StateFolder;
pub use id::{RecordId, RecordIdError};
pub use idempotency::{Begun, IdempotencyKey, InFlight, StoredResponse};
pub use keys::{
    ApiKey, CreatedKey, KeyEvent, KeyId, KeyLimits, KeyRefusal, Keys, KeysError, NewKey, Role,
    SECRET_BITS,
};
pub use outbox::{Claimed, Delivery, DeliveryState, Failed};
pub use page::{Cursor, CursorError, PAGE_MAX, Page, PageRequest};
pub use promise::{Promise, promise};
pub use recheck::{Changed, RecheckStep, Rescreen};
pub use records::Records;
pub use registration::{
    NewRegistration, Registered, Registration, RegistrationFilter, RegistrationKind,
};
pub use registrations::Responder;
pub use scope::Scope;
pub use subscription::{EventKind, NewSubscription, Secret, Subscription, SubscriptionChange};
pub use verdict::{GivenAnswer, Verdict};
