//! The rules on the rows that a replay looks at.

use std::collections::BTreeMap;

use hawkshaw_model::{AccountIx, AssetIx, AssetNames, LedgerKind, Posting, ReadError, TxIx};
use rustc_hash::FxHashSet;

use super::rule::{Noise, NoiseRule};
use super::sieve::Sieve;
use crate::netting::Move;
use crate::replay::book::Book;
use crate::replay::end_of;
use crate::scene::Scene;
use crate::units::Units;

/// What a replay asks about noise, and how often the answer was yes.
///
/// Rows that touch nothing tainted never come here; of those that do, all but the smallest
/// amounts and the tokens that nobody vouches for are let through by one comparison.
#[derive(Debug)]
pub(crate) struct Gate<'a, U> {
    sieve: Sieve<'a>,
    is_on: bool,
    /// For each asset the most that can be noise; `None`: any amount.
    limits: Vec<Option<U>>,
    pub(crate) counts: BTreeMap<NoiseRule, u64>,
}

impl<'a, U: Units> Gate<'a, U> {
    /// A gate for a ledger. What was stolen in the case is never noise by what it is.
    pub(crate) fn new(scene: &Scene<'a>, stolen: &[u32]) -> Result<Self, ReadError> {
        let (ledger, noise) = (scene.ledger, scene.options.noise);
        let sieve = sieve(scene, stolen)?;
        let limit = |index: usize| {
            let limit = sieve.limit(AssetIx(u32::try_from(index).unwrap_or(u32::MAX)));
            limit.map(|limit| U::from_amount(limit).unwrap_or_default())
        };
        let limits = (0..ledger.asset_count()).map(limit).collect();
        Ok(Self { sieve, is_on: noise != Noise::KEPT, limits, counts: BTreeMap::new() })
    }

    /// Whether a row may be noise at all.
    #[inline]
    fn is_candidate(&self, one: &Move<U>) -> bool {
        let limit = self.limits.get(one.asset as usize).copied().flatten();
        self.is_on && limit.is_none_or(|limit| one.amount <= limit)
    }

    /// Counts the only row of a transaction, if it is noise to an account that taint reached.
    /// What comes out of a followed holding is not.
    #[inline]
    pub(crate) fn count(
        &mut self,
        tx: TxIx,
        one: &Move<U>,
        book: &Book<U>,
    ) -> Result<(), ReadError> {
        if !self.is_candidate(one) || pays_followed(one, book) {
            return Ok(());
        }
        if let Some(rule) = self.rule(tx, one, book)? {
            self.note(rule);
        }
        Ok(())
    }

    /// Leaves out of a transaction what is noise, so that it says nothing of who swapped what.
    ///
    /// Only rows of assets go that nobody in the transaction holds as a followed balance: no
    /// balance and no taint can change by it. And nothing goes where it would be all that
    /// somebody got for what he gave: that is a matter for the rules of swaps.
    pub(crate) fn sift(
        &mut self,
        tx: TxIx,
        moves: &mut Vec<Move<U>>,
        is_theft: bool,
        book: &Book<U>,
    ) -> Result<(), ReadError> {
        if !self.is_on || !moves.iter().any(|one| self.is_candidate(one)) {
            return Ok(());
        }
        let is_followed = |one: &&Move<U>| {
            let holds = |account: Option<u32>| {
                account.is_some_and(|account| book.holding(account, one.asset).is_some())
            };
            holds(one.from) || holds(one.to)
        };
        let followed: FxHashSet<u32> =
            moves.iter().filter(is_followed).map(|one| one.asset).collect();
        let moves_taint = is_theft || moves.iter().any(|one| pays_followed(one, book));
        let mut found = Vec::new();
        let mut dropped = FxHashSet::default();
        for one in moves.iter() {
            let is_unknown = self.limits.get(one.asset as usize).is_some_and(Option::is_none);
            let can_carry = if is_unknown { followed.contains(&one.asset) } else { moves_taint };
            if can_carry || !self.is_candidate(one) {
                continue;
            }
            let Some(rule) = self.rule(tx, one, book)? else { continue };
            found.push((rule, is_unknown));
            if is_unknown {
                dropped.insert(one.asset);
            }
        }
        let is_dropped = is_all_right(moves, &dropped);
        if is_dropped && !dropped.is_empty() {
            moves.retain(|one| !dropped.contains(&one.asset));
        }
        for (rule, _) in found.iter().filter(|(_, is_unknown)| is_dropped || !is_unknown) {
            self.note(*rule);
        }
        Ok(())
    }

    /// By which rule a row is noise to whom of its two sides taint has reached.
    fn rule(
        &mut self,
        tx: TxIx,
        one: &Move<U>,
        book: &Book<U>,
    ) -> Result<Option<NoiseRule>, ReadError> {
        let sides = [(one.to, one.from, true), (one.from, one.to, false)];
        for (account, counterparty, is_credit) in sides {
            let Some(account) = account.filter(|account| book.touched.has(*account)) else {
                continue;
            };
            let posting = Posting {
                tx,
                asset: AssetIx(one.asset),
                amount: one.amount.to_amount(),
                is_credit,
                is_fee: false,
                counterparty: counterparty.map(AccountIx),
            };
            if let Some(rule) = self.sieve.rule(AccountIx(account), &posting)? {
                return Ok(Some(rule));
            }
        }
        Ok(None)
    }

    fn note(&mut self, rule: NoiseRule) {
        *self.counts.entry(rule).or_insert(0) += 1;
    }

    /// Whether there was more to look at than the rules look at.
    pub(crate) fn is_full(&self) -> bool {
        self.sieve.is_full()
    }
}

/// A sieve for a case: what was stolen is of worth, and what comes later is not known.
pub(crate) fn sieve<'a>(scene: &Scene<'a>, stolen: &[u32]) -> Result<Sieve<'a>, ReadError> {
    let Scene { ledger, assets, names, options, .. } = *scene;
    let none = AssetNames::default();
    let mut sieve = Sieve::new(ledger, assets, names.unwrap_or(&none), options.noise);
    stolen.iter().for_each(|asset| sieve.vouch_for(AssetIx(*asset)));
    for chain in ledger.chains().iter().filter(|chain| chain.kind == LedgerKind::Accounts) {
        sieve.end_at(&chain.id, end_of(ledger, chain, options.until)?);
    }
    Ok(sieve)
}

/// Whether a row is paid out of a balance that is followed, and so may carry taint.
fn pays_followed<U: Units>(one: &Move<U>, book: &Book<U>) -> bool {
    one.from.is_some_and(|from| book.holding(from, one.asset).is_some())
}

/// Whether everybody who gives something and gets something still gets something once these
/// assets are left out.
fn is_all_right<U: Units>(moves: &[Move<U>], dropped: &FxHashSet<u32>) -> bool {
    let kept = || moves.iter().filter(|one| !dropped.contains(&one.asset));
    let payers: FxHashSet<u32> = kept().filter_map(|one| one.from).collect();
    let payees: FxHashSet<u32> = kept().filter_map(|one| one.to).collect();
    let mut left_out = moves.iter().filter(|one| dropped.contains(&one.asset));
    left_out.all(|one| one.to.is_none_or(|to| !payers.contains(&to) || payees.contains(&to)))
}
