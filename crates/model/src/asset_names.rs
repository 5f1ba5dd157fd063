//! What outside sources call assets.

use std::collections::BTreeMap;

use crate::asset::AssetId;

/// What an outside source calls an asset: never trusted, and never shown as if it were true. A
/// counterfeit token bears the name of a real one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutsideName {
    /// The symbol, as the contract gives it.
    pub symbol: String,
    /// The name, as the contract gives it.
    pub name: String,
    /// The decimal places, as the contract gives them.
    pub decimals: Option<u8>,
}

/// The outside names of assets, for telling counterfeits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssetNames(BTreeMap<AssetId, OutsideName>);

impl AssetNames {
    /// Adds an asset. A contract can change what it calls itself: the last name counts, and
    /// whether the asset had another is returned.
    pub fn add(&mut self, asset: AssetId, name: OutsideName) -> bool {
        let is_other = self.0.get(&asset).is_some_and(|known| *known != name);
        self.0.insert(asset, name);
        is_other
    }

    /// What an asset is called.
    pub fn get(&self, asset: &AssetId) -> Option<&OutsideName> {
        self.0.get(asset)
    }

    /// All of them, by asset.
    pub fn iter(&self) -> impl Iterator<Item = (&AssetId, &OutsideName)> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Extend<(AssetId, OutsideName)> for AssetNames {
    fn extend<T: IntoIterator<Item = (AssetId, OutsideName)>>(&mut self, names: T) {
        for (asset, name) in names {
            self.add(asset, name);
        }
    }
}
