//! The audit log: what was asked, what was answered, and who changed what.
//!
//! One JSON object a line. Each line carries the SHA-256 digest of the line before it, so that a
//! line that is changed, taken out or put in breaks the chain; anybody can check that with the
//! tools of his machine. A missing end breaks nothing: against that the head, the number and
//! digest of the last line on the disk, is kept beside the log and may be noted elsewhere.

mod error;
mod file;
mod head;
mod line;
mod log;
mod recover;
mod show;
mod sync;
mod verify;

pub use error::AuditError;
pub(crate) use file::{FOLDER, list as files};
pub use head::{AuditHead, stored_head};
pub use line::AuditLine;
pub use log::{AuditLog, AuditSettings};
pub use show::{AuditFilter, read_audit};
pub use verify::{Break, Verified, verify_audit};
