//! What an account holds in the end, by the rules of the replay.

use std::collections::BTreeMap;

use hawkshaw_model::{AccountIx, Amount, AssetIx, Posting, TxIx};

/// The balances of an account on its way through its history. A transaction counts net, then its
/// fees; what is missing for a payment must have been there before it.
#[derive(Debug, Default)]
pub(super) struct Balances {
    by_asset: BTreeMap<AssetIx, Balance>,
}

#[derive(Debug, Default)]
struct Balance {
    settled: Amount,
    tx: Option<TxIx>,
    got: Amount,
    paid: Amount,
    fees: Vec<(bool, Amount)>,
}

impl Balances {
    /// Adds the next posting of the history of an account.
    pub(super) fn add(&mut self, posting: &Posting, account: AccountIx) {
        if posting.counterparty == Some(account) {
            return;
        }
        let balance = self.by_asset.entry(posting.asset).or_default();
        if balance.tx != Some(posting.tx) {
            balance.settle();
            balance.tx = Some(posting.tx);
        }
        match (posting.is_fee, posting.is_credit) {
            (true, is_credit) => balance.fees.push((is_credit, posting.amount)),
            (false, true) => balance.got = balance.got.saturating_add(posting.amount),
            (false, false) => balance.paid = balance.paid.saturating_add(posting.amount),
        }
    }

    /// What is held of each asset, where it is anything.
    pub(super) fn into_all(self) -> Vec<(AssetIx, Amount)> {
        let settled = self.by_asset.into_iter().map(|(asset, mut balance)| {
            balance.settle();
            (asset, balance.settled)
        });
        settled.filter(|(_, amount)| !amount.is_zero()).collect()
    }
}

impl Balance {
    fn settle(&mut self) {
        let got = std::mem::take(&mut self.got);
        let paid = std::mem::take(&mut self.paid);
        self.settled = self.settled.saturating_add(got).saturating_sub(paid);
        for (is_credit, amount) in self.fees.drain(..) {
            self.settled = match is_credit {
                true => self.settled.saturating_add(amount),
                false => self.settled.saturating_sub(amount),
            };
        }
    }
}
