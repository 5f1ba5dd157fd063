//! Accounts and assets, each with a dense number in order of first appearance.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use hawkshaw_model::{Account, AccountIx, AssetId, AssetIx};

use crate::error::LedgerError;

/// The accounts of a ledger: each stands once, the table holds their numbers only.
///
/// The hash is keyed. Addresses that get paid are chosen by strangers, who could otherwise send
/// dust to addresses that collide and make the table slow. The key changes no answer: nothing
/// is ever listed in the order of the table. An address is hashed without its chain: it lives on
/// a few chains at most.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    list: Vec<Account>,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl Accounts {
    /// The number of an account, new or known.
    pub(crate) fn intern(&mut self, account: &Account) -> Result<AccountIx, LedgerError> {
        let hash = self.hasher.hash_one(account.address());
        let Self { list, numbers, hasher } = self;
        if let Some(number) = numbers.find(hash, |number| list[*number as usize] == *account) {
            return Ok(AccountIx(*number));
        }
        let number = number_of_next(list.len(), "accounts")?;
        list.push(account.clone());
        numbers.insert_unique(hash, number, |number| {
            hasher.hash_one(list[*number as usize].address())
        });
        Ok(AccountIx(number))
    }

    /// The number of a known account.
    pub(crate) fn find(&self, account: &Account) -> Option<AccountIx> {
        let hash = self.hasher.hash_one(account.address());
        let is_it = |number: &u32| self.list[*number as usize] == *account;
        self.numbers.find(hash, is_it).map(|number| AccountIx(*number))
    }

    /// An account.
    pub(crate) fn get(&self, account: AccountIx) -> &Account {
        &self.list[account.0 as usize]
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }
}

/// The assets of a ledger.
#[derive(Debug, Default)]
pub(crate) struct Assets {
    list: Vec<AssetId>,
    numbers: HashMap<AssetId, AssetIx>,
}

impl Assets {
    /// The number of an asset, new or known.
    pub(crate) fn intern(&mut self, asset: &AssetId) -> Result<AssetIx, LedgerError> {
        if let Some(number) = self.numbers.get(asset) {
            return Ok(*number);
        }
        let number = AssetIx(number_of_next(self.list.len(), "assets")?);
        self.list.push(asset.clone());
        self.numbers.insert(asset.clone(), number);
        Ok(number)
    }

    /// An asset.
    pub(crate) fn get(&self, asset: AssetIx) -> &AssetId {
        &self.list[asset.0 as usize]
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The assets by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (AssetIx, &AssetId)> {
        (0..).map(AssetIx).zip(&self.list)
    }
}

/// The number after those given out. The highest is the mark for "none" in columns.
fn number_of_next(count: usize, what: &'static str) -> Result<u32, LedgerError> {
    match u32::try_from(count) {
        Ok(number) if number < AccountIx::NONE => Ok(number),
        _ => Err(LedgerError::limit(what)),
    }
}
