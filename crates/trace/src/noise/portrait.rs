//! What the history of an account says about what reaches it later.

use hawkshaw_model::{AccountIx, Address, Amount, AssetIx, Ledger, Posting, ReadError, TxIx};
use rustc_hash::{FxHashMap, FxHashSet};

use super::lookalike;

/// An account with more transactions has no portrait: it is no person's, and the rules that ask
/// for one decide nothing about it.
pub(super) const TRANSACTIONS_MAX: u64 = 50_000;

/// Movements that are read of an account: transactions can have many.
const POSTINGS_MAX: usize = 200_000;

/// How recent a counterparty is that a poisoner copies.
const RECENT_SECONDS: i64 = 30 * 24 * 60 * 60;

/// What matters of a history.
#[derive(Debug, Default)]
pub(super) struct Portrait {
    /// When it was first paid an asset.
    first_credit: FxHashMap<AssetIx, TxIx>,
    /// The largest movement of each asset.
    largest: FxHashMap<AssetIx, Amount>,
    /// When it first paid anything, fees counted, or was paid more native value than dust: from
    /// then on it can pay its fees.
    provided: Option<TxIx>,
    /// Whom it paid something of worth.
    paid: FxHashSet<AccountIx>,
    /// Who paid it more than dust.
    patrons: FxHashSet<AccountIx>,
    /// When it really dealt with somebody, by the ends of the address.
    dealings: FxHashMap<[u8; 7], Vec<(AccountIx, TxIx)>>,
}

/// What a portrait asks of an asset: the most that is dust of it; `None` where it is not known
/// to be worth anything.
pub(super) type DustOf<'f> = &'f dyn Fn(AssetIx) -> Option<Amount>;

impl Portrait {
    /// Draws an account from its history before a transaction. `None` where that is too long;
    /// `read` counts what was read of it.
    pub(super) fn draw(
        ledger: &dyn Ledger,
        account: AccountIx,
        end: TxIx,
        dust_of: DustOf<'_>,
        is_native: &dyn Fn(AssetIx) -> bool,
        read: &mut u64,
    ) -> Result<Option<Self>, ReadError> {
        if ledger.history_txs_max(account)? > TRANSACTIONS_MAX {
            return Ok(None);
        }
        let mut portrait = Self::default();
        let mut known_ends: FxHashMap<AccountIx, Option<[u8; 7]>> = FxHashMap::default();
        for (count, posting) in ledger.history(account, end).enumerate() {
            let posting = posting?;
            *read += 1;
            if count >= POSTINGS_MAX {
                return Ok(None);
            }
            let Some(other) = portrait.add(account, &posting, dust_of, is_native) else { continue };
            let ends = match known_ends.get(&other) {
                Some(ends) => *ends,
                None => {
                    let ends = lookalike::ends(ledger.account(other)?.address());
                    known_ends.insert(other, ends);
                    ends
                }
            };
            if let Some(ends) = ends {
                portrait.dealings.entry(ends).or_default().push((other, posting.tx));
            }
        }
        Ok(Some(portrait))
    }

    /// Takes a movement in. The other side, where the account really dealt with it.
    fn add(
        &mut self,
        account: AccountIx,
        posting: &Posting,
        dust_of: DustOf<'_>,
        is_native: &dyn Fn(AssetIx) -> bool,
    ) -> Option<AccountIx> {
        let Posting { tx, asset, amount, is_credit, is_fee, counterparty } = *posting;
        // A token without worth may be said to leave anybody.
        let dust = dust_of(asset);
        let pays = !is_credit && (is_fee || (dust.is_some() && !amount.is_zero()));
        if pays || (is_credit && is_native(asset) && dust.is_some_and(|dust| amount > dust)) {
            self.provided.get_or_insert(tx);
        }
        if is_fee || amount.is_zero() {
            return None;
        }
        if is_credit {
            self.first_credit.entry(asset).or_insert(tx);
        }
        let largest = self.largest.entry(asset).or_default();
        *largest = (*largest).max(amount);
        let other = counterparty.filter(|other| *other != account)?;
        let dust = dust?;
        if !is_credit {
            self.paid.insert(other);
        } else if amount > dust {
            self.patrons.insert(other);
        } else {
            return None;
        }
        Some(other)
    }

    /// Whether the account was paid an asset in a transaction or before.
    pub(super) fn had(&self, asset: AssetIx, by: TxIx) -> bool {
        self.first_credit.get(&asset).is_some_and(|first| *first <= by)
    }

    /// Whether the account could pay its fees before a transaction: who has nothing may be given
    /// little for them.
    pub(super) fn could_pay_fees(&self, tx: TxIx) -> bool {
        self.provided.is_some_and(|provided| provided < tx)
    }

    /// The largest movement of an asset.
    pub(super) fn largest(&self, asset: AssetIx) -> Amount {
        self.largest.get(&asset).copied().unwrap_or_default()
    }

    /// Whether the account never paid somebody, and never got more than dust from there.
    pub(super) fn is_stranger(&self, other: AccountIx) -> bool {
        !self.paid.contains(&other) && !self.patrons.contains(&other)
    }

    /// Whether an address is none that the account dealt with, and looks like one that it dealt
    /// with in the thirty days before a transaction.
    pub(super) fn is_lookalike(
        &self,
        ledger: &dyn Ledger,
        other: AccountIx,
        address: &Address,
        tx: TxIx,
    ) -> Result<bool, ReadError> {
        let Some(dealings) = lookalike::ends(address).and_then(|ends| self.dealings.get(&ends))
        else {
            return Ok(false);
        };
        if !self.is_stranger(other) {
            return Ok(false);
        }
        // They are in chain order: the last one before the transaction is the most recent.
        let before = dealings.partition_point(|(_, at)| *at <= tx);
        let Some((_, last)) = dealings[..before].last() else { return Ok(false) };
        let seconds = |tx: TxIx| Ok(ledger.transaction(tx)?.time.to_unix());
        Ok(seconds(tx)?.saturating_sub(seconds(*last)?) <= RECENT_SECONDS)
    }
}
