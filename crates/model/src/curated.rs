//! Assets that are known: what they are called, how they are shown, who can freeze them.

use std::collections::BTreeMap;

use crate::address::Account;
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
///
/// Debt tokens are not assets: whoever holds one owes. They are known so that a loan is told
/// from a swap, and so are lenders that mint none.
#[derive(Debug, Clone)]
pub struct AssetList {
    assets: BTreeMap<AssetId, AssetInfo>,
    debts: BTreeMap<AssetId, AssetId>,
    lenders: Vec<Account>,
}

/// The built-in list: `asset,symbol,decimals,issuer`, contracts as their issuers publish them.
///
/// Receipts are among them: aTokens (the assets files of `bgd-labs/aave-address-book`), cTokens
/// and the base tokens of Compound III (its documentation), vault shares, staking receipts and
/// Curve's pool tokens.
const BUILT_IN: &str = include_str!("../data/assets.csv");

/// The built-in list of lending: `kind,id,owed`, a debt token with the asset that it says is
/// owed (Aave versions 2 and 3, the assets files of `bgd-labs/aave-address-book`), or a lender
/// without debt tokens (Compound's cTokens and markets, its documentation).
const LENDING: &str = include_str!("../data/lending.csv");

impl AssetList {
    /// The built-in list.
    pub fn built_in() -> Self {
        let assets = BUILT_IN.lines().skip(1).filter_map(built_in_row);
        let mut list = Self {
            assets: assets.map(|info| (info.id.clone(), info)).collect(),
            debts: BTreeMap::new(),
            lenders: Vec::new(),
        };
        for row in LENDING.lines().skip(1).filter_map(lending_row) {
            match row {
                Lending::Debt { token, owed } => {
                    list.debts.insert(token, owed);
                }
                Lending::Lender(lender) => list.lenders.push(lender),
            }
        }
        list
    }

    /// Adds an asset, replacing what was known of it.
    pub fn add(&mut self, info: AssetInfo) {
        self.assets.insert(info.id.clone(), info);
    }

    /// What is known of an asset.
    pub fn get(&self, asset: &AssetId) -> Option<&AssetInfo> {
        self.assets.get(asset)
    }

    /// The asset that a debt token says is owed, if it is a listed one.
    pub fn owed_by(&self, token: &AssetId) -> Option<&AssetId> {
        self.debts.get(token)
    }

    /// Contracts that lend what they hold without a debt token.
    pub fn lenders(&self) -> &[Account] {
        &self.lenders
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &AssetInfo> {
        self.assets.values()
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

/// A row of the list of lending.
enum Lending {
    Debt { token: AssetId, owed: AssetId },
    Lender(Account),
}

fn lending_row(line: &str) -> Option<Lending> {
    let mut fields = line.split(',');
    match (fields.next()?, fields.next()?) {
        ("debt", token) => {
            let (token, owed) = (token.parse().ok()?, fields.next()?.parse().ok()?);
            Some(Lending::Debt { token, owed })
        }
        ("lender", account) => Some(Lending::Lender(account.parse().ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{AssetList, BUILT_IN, LENDING, built_in_row, lending_row};

    #[test]
    fn every_row_of_the_built_in_list_is_read() {
        for line in BUILT_IN.lines().skip(1) {
            assert!(built_in_row(line).is_some(), "{line}");
        }
        let list = AssetList::built_in();
        assert_eq!(list.assets.len(), BUILT_IN.lines().count() - 1);
        for line in LENDING.lines().skip(1) {
            assert!(lending_row(line).is_some(), "{line}");
        }
        assert_eq!(list.debts.len() + list.lenders.len(), LENDING.lines().count() - 1);
        for (token, owed) in &list.debts {
            assert!(list.get(token).is_none() && list.get(owed).is_some(), "{token}");
        }
    }
}
