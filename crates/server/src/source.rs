//! Where the service gets what it answers from.

use std::sync::Arc;

use hawkshaw_screening::{NameIndex, RuleSet, Screener};

/// Why nothing could be loaded.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);

/// Why something is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// The service begins, or somebody asked for it: what is there counts.
    Asked,
    /// Something seems to have changed: a list that is gone may have been lost.
    Noticed,
}

/// Reads lists, tags, exposure and rules. The service calls it at its start and when they changed.
///
/// The service goes on answering from what it has while a source loads, and when loading fails.
pub trait ScreenerSource: Send + Sync + 'static {
    /// Reads everything.
    ///
    /// # Errors
    ///
    /// When something that was named cannot be read, or is wrong.
    fn load(&self, wanted: Load) -> Result<Arc<Screener>, SourceError>;

    /// Whether anything changed since the last load, and is whole. Called four times a second: it
    /// has to be cheap.
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
