//! The payments of a transaction as the classification looks at them.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{NONE, Surroundings};
use crate::netting::Payment;
use crate::replay::book::Halt;
use crate::units::Units;

/// The payments, by number and by account. Accounts have numbers of their own here: their
/// places among those of the transaction.
pub(super) struct Board<'a, U> {
    pub(super) payments: &'a [Payment<U>],
    pub(super) stolen: &'a [bool],
    pub(super) around: &'a dyn Surroundings<U>,
    /// The accounts, sorted; burn addresses are not among them.
    pub(super) accounts: Vec<u32>,
    /// Who started the transaction, if it takes part.
    pub(super) initiator: u32,
    /// Who pays each payment; nobody's part is played by the contract of the asset, where that
    /// takes part in the transaction.
    pub(super) payer: Vec<u32>,
    /// Who is paid each payment, likewise.
    pub(super) payee: Vec<u32>,
    /// Whether a payment can be part of an exchange: it is not stolen and not of a loan.
    pub(super) is_open: Vec<bool>,
    /// The payments of each account, in order.
    pub(super) by_payer: Lists,
    /// The payments to each account, in order.
    pub(super) by_payee: Lists,
    /// Tokens that are accepted because the transaction shows what they stand for.
    receipts: FxHashSet<u32>,
}

impl<'a, U: Units> Board<'a, U> {
    pub(super) fn new(
        payments: &'a [Payment<U>],
        stolen: &'a [bool],
        initiator: Option<u32>,
        around: &'a dyn Surroundings<U>,
    ) -> Result<Self, Halt> {
        let somebody = |account: Option<u32>| account.filter(|account| !around.is_burn(*account));
        let both = payments.iter().flat_map(|p| [somebody(p.from), somebody(p.to)]);
        let mut accounts: Vec<u32> = both.flatten().collect();
        accounts.sort_unstable();
        accounts.dedup();
        let place = |account: Option<u32>| {
            let found = account.map(|account| accounts.binary_search(&account));
            found.and_then(Result::ok).map_or(NONE, number)
        };
        let mut contracts: FxHashMap<u32, u32> = FxHashMap::default();
        let (mut payer, mut payee) = (Vec::new(), Vec::new());
        for payment in payments {
            let (from, to) = (place(somebody(payment.from)), place(somebody(payment.to)));
            let contract = match contracts.get(&payment.asset) {
                _ if from != NONE && to != NONE => NONE,
                Some(contract) => *contract,
                None => {
                    let contract = place(around.contract(payment.asset)?);
                    contracts.insert(payment.asset, contract);
                    contract
                }
            };
            let stands = |side: u32| if side == NONE { contract } else { side };
            let is_own = stands(from) == stands(to);
            payer.push(if is_own { from } else { stands(from) });
            payee.push(if is_own { to } else { stands(to) });
        }
        let by_payer = Lists::of(&payer, accounts.len());
        let by_payee = Lists::of(&payee, accounts.len());
        Ok(Self {
            payments,
            stolen,
            around,
            initiator: place(initiator),
            accounts,
            payer,
            payee,
            is_open: stolen.iter().map(|stolen| !stolen).collect(),
            by_payer,
            by_payee,
            receipts: FxHashSet::default(),
        })
    }

    /// Whether an asset may carry taint out of an exchange.
    pub(super) fn is_accepted(&self, asset: u32) -> bool {
        self.around.is_curated(asset) || self.receipts.contains(&asset)
    }

    /// Whether nobody pays: the payment is minted.
    pub(super) fn is_mint(&self, payment: usize) -> bool {
        self.payments[payment].from.is_none_or(|from| self.around.is_burn(from))
    }

    /// Whether nobody is paid: the payment is burned.
    pub(super) fn is_burn(&self, payment: usize) -> bool {
        self.payments[payment].to.is_none_or(|to| self.around.is_burn(to))
    }

    /// Whether the payer's holding has been reached by taint.
    pub(super) fn is_tainted(&self, payment: usize) -> bool {
        let Payment { from, asset, .. } = self.payments[payment];
        from.is_some_and(|from| self.around.is_tainted(from, asset))
    }

    /// Whether an account of the transaction swaps on its own account: it started the
    /// transaction, or had taint before.
    pub(super) fn is_principal(&self, account: u32) -> bool {
        account == self.initiator || self.around.had_taint(self.accounts[account as usize])
    }

    /// Those of some payments that can be part of an exchange.
    pub(super) fn open<'b>(&'b self, list: &'b [u32]) -> impl Iterator<Item = usize> + 'b {
        list.iter().map(|payment| *payment as usize).filter(|payment| self.is_open[*payment])
    }

    /// What an account gives and gets in all, in CAIP-19 order, without what it does both with.
    pub(super) fn sides(&self, account: u32) -> (Vec<u32>, Vec<u32>) {
        let gives = self.assets(self.open(self.by_payer.of_key(account)));
        let gets = self.assets(self.open(self.by_payee.of_key(account)));
        apart(gives, gets)
    }

    /// The assets of some payments, in CAIP-19 order.
    pub(super) fn assets(&self, payments: impl Iterator<Item = usize>) -> Vec<u32> {
        let mut assets: Vec<u32> = payments.map(|payment| self.payments[payment].asset).collect();
        assets.sort_unstable();
        assets.dedup();
        assets.sort_by(|a, b| self.around.id(*a).cmp(self.around.id(*b)));
        assets
    }

    /// Finds the tokens that a contract minted for what was paid to it and stays there, beside
    /// at least as much that it held before: other people's money.
    pub(super) fn find_receipts(&mut self) -> Result<(), Halt> {
        let mut looked_at = FxHashSet::default();
        for number in 0..self.payments.len() {
            let asset = self.payments[number].asset;
            let contract = self.payer[number];
            let is_minted = contract != NONE && self.is_open[number] && self.is_mint(number);
            let is_new = is_minted && !self.around.is_curated(asset) && looked_at.insert(asset);
            if is_new && self.is_receipt(contract, asset)? {
                self.receipts.insert(asset);
            }
        }
        Ok(())
    }

    fn is_receipt(&self, contract: u32, token: u32) -> Result<bool, Halt> {
        let account = self.accounts[contract as usize];
        let (gives, gets) = self.sides(contract);
        if gives != [token] || gets.is_empty() || self.is_principal(contract) {
            return Ok(false);
        }
        if self.around.is_stop(account)? {
            return Ok(false);
        }
        for asset in gets {
            let paid = self.open(self.by_payee.of_key(contract));
            let paid = paid.filter(|payment| self.payments[*payment].asset == asset);
            let deposit = self.sum(paid);
            if self.around.balance(account, asset)? < deposit {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What some payments are in all.
    pub(super) fn sum(&self, payments: impl Iterator<Item = usize>) -> U {
        payments.fold(U::default(), |sum, payment| sum.plus(self.payments[payment].amount))
    }
}

/// Two lists of assets without those that are on both.
pub(super) fn apart(gives: Vec<u32>, gets: Vec<u32>) -> (Vec<u32>, Vec<u32>) {
    if !gives.iter().any(|asset| gets.contains(asset)) {
        return (gives, gets);
    }
    let on_both: FxHashSet<u32> = gives.iter().filter(|a| gets.contains(a)).copied().collect();
    let without = |mut assets: Vec<u32>| {
        assets.retain(|asset| !on_both.contains(asset));
        assets
    };
    (without(gives), without(gets))
}

/// Numbers in lists by key.
#[derive(Debug)]
pub(super) struct Lists {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// The places of each key in a column of keys below `count`; [`NONE`] is no key.
    pub(super) fn of(keys: &[u32], count: usize) -> Self {
        let pairs = keys.iter().zip(0..).filter(|(key, _)| **key != NONE);
        Self::of_pairs(pairs.map(|(key, place)| (*key, place)), count)
    }

    /// The second of each pair by the first, which is below `count`.
    pub(super) fn of_pairs(pairs: impl Iterator<Item = (u32, u32)> + Clone, count: usize) -> Self {
        let mut starts = vec![0; count + 1];
        for (key, _) in pairs.clone() {
            starts[key as usize + 1] += 1;
        }
        for key in 0..count {
            starts[key + 1] += starts[key];
        }
        let mut next = starts.clone();
        let mut items = vec![0; starts[count] as usize];
        for (key, item) in pairs {
            items[next[key as usize] as usize] = item;
            next[key as usize] += 1;
        }
        Self { starts, items }
    }

    /// The list of a key.
    pub(super) fn of_key(&self, key: u32) -> &[u32] {
        let key = key as usize;
        &self.items[self.starts[key] as usize..self.starts[key + 1] as usize]
    }
}

/// A place as a number; there are never so many that it does not fit.
pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(NONE)
}
