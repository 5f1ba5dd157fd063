//! Assets that are known: what they are called, how they are shown, who can freeze them.

use std::collections::BTreeMap;

use crate::amount::Amount;
use crate::asset::AssetId;

/// What is known of a curated asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetInfo {
    /// The asset.
    pub id: AssetId,
    /// Its symbol, for display only.
    pub symbol: String,
    /// How many decimal places a unit has, for display only.
    pub decimals: u8,
    /// Who can freeze it by the contract's own functions, where somebody can.
    pub issuer: Option<String>,
}

/// The curated assets: those of the built-in list and those that a case vouches for.
///
/// An asset that is not here is shown in base units, and taint is not carried into it by a
/// swap: a worthless token handed back would otherwise wash the taint off.
#[derive(Debug, Clone)]
pub struct AssetList(BTreeMap<AssetId, AssetInfo>);

/// The built-in list: `asset,symbol,decimals,issuer`, contracts as their issuers publish them.
const BUILT_IN: &str = include_str!("../data/assets.csv");

impl AssetList {
    /// The built-in list.
    pub fn built_in() -> Self {
        Self(BUILT_IN.lines().skip(1).filter_map(built_in_row).map(|i| (i.id.clone(), i)).collect())
    }

    /// Adds an asset, replacing what was known of it.
    pub fn add(&mut self, info: AssetInfo) {
        self.0.insert(info.id.clone(), info);
    }

    /// What is known of an asset.
    pub fn get(&self, asset: &AssetId) -> Option<&AssetInfo> {
        self.0.get(asset)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &AssetInfo> {
        self.0.values()
    }

    /// The symbol of an asset, or its namespace and reference where it is not curated.
    pub fn symbol<'a>(&'a self, asset: &'a AssetId) -> &'a str {
        self.get(asset).map_or_else(|| asset.local(), |info| &info.symbol)
    }

    /// An amount in units of its asset, or in base units where the asset is not curated.
    pub fn units(&self, asset: &AssetId, amount: Amount) -> String {
        amount.to_units(self.get(asset).map_or(0, |info| info.decimals))
    }
}

fn built_in_row(line: &str) -> Option<AssetInfo> {
    let mut fields = line.split(',');
    Some(AssetInfo {
        id: fields.next()?.parse().ok()?,
        symbol: fields.next()?.to_owned(),
        decimals: fields.next()?.parse().ok()?,
        issuer: fields.next().filter(|issuer| !issuer.is_empty()).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::{AssetList, BUILT_IN, built_in_row};

    #[test]
    fn every_row_of_the_built_in_list_is_read() {
        for line in BUILT_IN.lines().skip(1) {
            assert!(built_in_row(line).is_some(), "{line}");
        }
        assert_eq!(AssetList::built_in().0.len(), BUILT_IN.lines().count() - 1);
    }
}
