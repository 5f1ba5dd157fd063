//! Which assets stand for each other, as the user says.

use hawkshaw_model::AssetId;

/// Pairs of assets that stand for each other on two chains, in no order. What two assets share
/// with a third they share with each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenMap(Vec<(Box<str>, Box<str>)>);

impl TokenMap {
    /// A map without pairs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a pair.
    pub fn add(&mut self, a: &AssetId, b: &AssetId) {
        self.add_text(a.as_str(), b.as_str());
    }

    /// Adds a pair of CAIP-19 ids in the form that rows have them in.
    pub(crate) fn add_text(&mut self, a: &str, b: &str) {
        self.0.push((a.into(), b.into()));
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(a, b)| (&**a, &**b))
    }
}
