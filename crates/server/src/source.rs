//! Where the service gets what it answers from.

use std::sync::Arc;

use hawkshaw_screening::{NameIndex, RuleSet, Screener};

/// Why nothing could be loaded.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);

/// Reads lists, tags, exposure and rules. The service calls it at its start and when they changed.
///
/// The service goes on answering from what it has while a source loads, and when loading fails.
pub trait ScreenerSource: Send + Sync + 'static {
    /// Reads everything.
    ///
    /// # Errors
    ///
    /// When something that was named cannot be read, or is wrong.
    fn load(&self) -> Result<Arc<Screener>, SourceError>;

    /// Whether anything changed since the last load. Called about once a second: it has to be
    /// cheap.
    fn has_changed(&self) -> bool;

    /// Who stands on the lists that were loaded last, by name; `None` where no list has names.
    fn names(&self) -> Option<Arc<NameIndex>> {
        None
    }

    /// The text of the rules that were loaded last, for whoever wants to read them.
    fn rules_text(&self) -> String {
        RuleSet::built_in_text().to_owned()
    }
}
