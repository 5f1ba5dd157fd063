//! Who an address belongs to: tags, actors and lists, with source, date and confidence.

mod conflict;
mod defects;
mod error;
mod include;
mod index;

pub use conflict::{Conflict, ConflictKind};
pub use defects::{Defect, DefectReason, Defects};
pub use error::AttributionError;
pub use include::{FolderIncludes, Includes, NoIncludes};
pub use index::{FileSummary, Format, TagIndex};
