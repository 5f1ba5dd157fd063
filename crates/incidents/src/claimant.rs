//! Who makes claims.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::reader::Table;
use crate::vocabulary::ClaimantKind;

/// Every claimant that the ledger knows, by name, with its kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Claimants(BTreeMap<String, ClaimantKind>);

impl Claimants {
    pub(crate) fn read(table: &Table<'_>) -> Self {
        let mut claimants = BTreeMap::new();
        for entry in table.tables("claimant") {
            let name = entry.text_needed("name");
            let kind = entry.parsed_needed("kind");
            entry.finish();
            if let (Some(name), Some(kind)) = (name, kind)
                && claimants.insert(name.to_owned(), kind).is_some()
            {
                entry.wrong("name", "stands in the file twice");
            }
        }
        Self(claimants)
    }

    /// What kind of claimant has this name.
    pub fn kind(&self, name: &str) -> Option<ClaimantKind> {
        self.0.get(name).copied()
    }

    /// Names and kinds.
    pub fn iter(&self) -> impl Iterator<Item = (&str, ClaimantKind)> {
        self.0.iter().map(|(name, kind)| (name.as_str(), *kind))
    }

    /// The name that a mistyped one is nearest to.
    pub(crate) fn nearest(&self, name: &str) -> Option<&str> {
        const CHANGES_MAX: usize = 3;
        let wanted = name.to_lowercase();
        let changes = |known: &String| {
            let known = known.to_lowercase();
            if known.contains(&wanted) { 0 } else { strsim::levenshtein(&known, &wanted) }
        };
        let nearest = self.0.keys().map(|known| (changes(known), known)).min()?;
        (nearest.0 <= CHANGES_MAX).then_some(nearest.1.as_str())
    }
}
