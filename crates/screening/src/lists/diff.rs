//! What an edition changed.

use std::sync::Arc;

use hawkshaw_model::{Account, Timestamp};

/// An address that an edition changed something about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DiffEntry {
    /// The address.
    pub account: Account,
    /// Who it is said to be.
    pub label: Arc<str>,
    /// The entity's number on the list, where there is one.
    pub entity: Option<Arc<str>>,
    /// From which day on the change counts.
    pub since: Timestamp,
}

/// What an edition changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListDiff {
    /// The edition was taken up before: nothing changed.
    pub is_known: bool,
    /// Addresses that were not on the list.
    pub added: Vec<DiffEntry>,
    /// Addresses that no longer are.
    pub removed: Vec<DiffEntry>,
    /// Addresses of which the list says something else now.
    pub changed: Vec<DiffEntry>,
    /// Addresses of which it says the same.
    pub unchanged: usize,
    /// Names of entities that were not on the list.
    pub entities_added: Vec<String>,
    /// Names of entities that no longer are.
    pub entities_removed: Vec<String>,
    /// Entities that stayed.
    pub entities_unchanged: usize,
}

impl ListDiff {
    /// Whether nothing changed for any address or entity.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.entities_added.is_empty()
            && self.entities_removed.is_empty()
    }
}
