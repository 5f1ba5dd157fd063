//! What the classification of swaps asks of a replay, and what is said of its answers.

use std::cell::RefCell;

use hawkshaw_model::{AccountIx, AssetId, AssetIx, ReadError, Timestamp, TxIx, Usd};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::netting::Payment;
use crate::replay::Replay;
use crate::replay::book::Halt;
use crate::scene::Scene;
use crate::swaps::{Doubt, Exchange, Loan, Part, Surroundings};
use crate::units::Units;

/// What is known of assets and lenders beside the curated list.
#[derive(Debug, Default)]
pub(super) struct Markets {
    /// The curated assets, by number.
    curated: Vec<bool>,
    /// What the listed debt tokens of the ledger say is owed.
    debts: FxHashMap<u32, AssetId>,
    /// The listed lenders that the ledger has.
    lenders: FxHashSet<u32>,
    /// The accounts of the contracts of assets that were asked for.
    contracts: RefCell<FxHashMap<u32, Option<u32>>>,
    /// Accounts without taint that were asked what they held.
    pub(super) consulted: RefCell<FxHashSet<u32>>,
}

impl Markets {
    pub(super) fn of(scene: &Scene<'_>) -> Result<Self, ReadError> {
        let Scene { ledger, assets, .. } = scene;
        let mut markets = Self::default();
        for index in 0..ledger.asset_count() {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let id = ledger.asset(AssetIx(number));
            markets.curated.push(assets.get(id).is_some());
            if let Some(owed) = assets.owed_by(id) {
                markets.debts.insert(number, owed.clone());
            }
        }
        for lender in assets.lenders() {
            if ledger.chains().iter().any(|chain| chain.id == *lender.chain()) {
                markets.lenders.extend(ledger.find_account(lender)?.map(|account| account.0));
            }
        }
        Ok(markets)
    }
}

/// A replay in a transaction, as the classification of swaps sees it.
pub(super) struct Around<'r, 'a, U> {
    pub(super) replay: &'r Replay<'a, U>,
    /// The time of the transaction.
    pub(super) time: Timestamp,
}

impl<U: Units> Surroundings<U> for Around<'_, '_, U> {
    fn is_tainted(&self, account: u32, asset: u32) -> bool {
        self.replay.book.holding(account, asset).is_some()
            || self.replay.thefts.owner(Some(account)).is_some()
    }

    fn had_taint(&self, account: u32) -> bool {
        self.replay.book.touched.has(account)
    }

    fn keeps(&self, account: u32) -> Result<bool, Halt> {
        Ok(self.replay.is_mouth(account) || self.replay.services.keeps(account)?)
    }

    fn is_stop(&self, account: u32) -> Result<bool, Halt> {
        let account = self.replay.scene.ledger.account(AccountIx(account))?;
        Ok((self.replay.scene.stop)(&account).is_some())
    }

    fn is_burn(&self, account: u32) -> bool {
        self.replay.burns.contains(&account)
    }

    fn is_curated(&self, asset: u32) -> bool {
        self.replay.markets.curated.get(asset as usize).copied().unwrap_or(false)
    }

    fn contract(&self, asset: u32) -> Result<Option<u32>, Halt> {
        let mut known = self.replay.markets.contracts.borrow_mut();
        if let Some(contract) = known.get(&asset) {
            return Ok(*contract);
        }
        let ledger = self.replay.scene.ledger;
        let account = ledger.asset(AssetIx(asset)).contract();
        let found = account.map(|account| ledger.find_account(&account)).transpose()?.flatten();
        let found = found.map(|account| account.0);
        known.insert(asset, found);
        Ok(found)
    }

    fn balance(&self, account: u32, asset: u32) -> Result<U, Halt> {
        match self.replay.book.holding(account, asset) {
            Some(holding) => Ok(self.replay.book.balance(holding)),
            None => {
                self.replay.markets.consulted.borrow_mut().insert(account);
                self.replay.opening_balance(account, asset, self.replay.book.tx())
            }
        }
    }

    fn owed_by(&self, asset: u32) -> Option<&AssetId> {
        self.replay.markets.debts.get(&asset)
    }

    fn is_lender(&self, account: u32) -> bool {
        self.replay.markets.lenders.contains(&account)
    }

    fn id(&self, asset: u32) -> &AssetId {
        self.replay.scene.ledger.asset(AssetIx(asset))
    }

    fn worth(&self, asset: u32, amount: U) -> Option<u128> {
        let Scene { prices, assets, .. } = self.replay.scene;
        let (usd, _) = prices?.worth(assets, self.id(asset), amount.to_amount(), self.time)?;
        Some(usd.cents())
    }
}

/// A loan as it was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoanNote<U> {
    pub(crate) tx: TxIx,
    pub(crate) loan: Loan<U>,
}

impl<U: Units> Replay<'_, U> {
    /// An amount for people.
    pub(super) fn shown(&self, amount: U, asset: u32) -> String {
        let asset = self.scene.ledger.asset(AssetIx(asset));
        let units = self.scene.assets.units(asset, amount.to_amount());
        format!("{units} {}", self.scene.assets.symbol(asset))
    }

    fn shown_parts(&self, parts: &[Part<U>]) -> String {
        /// Parts that a text names; more are counted.
        const NAMED_MAX: usize = 8;
        let named: Vec<String> =
            parts.iter().take(NAMED_MAX).map(|p| self.shown(p.amount, p.asset)).collect();
        let more = parts.len().saturating_sub(NAMED_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", named.join(" and "))
    }

    pub(super) fn find_doubt(&mut self, doubt: &Doubt) -> Result<(), ReadError> {
        let ledger = self.scene.ledger;
        let id = |asset: u32| ledger.asset(AssetIx(asset));
        let dollars = |cents: u128| Usd::from_cents(cents).to_string();
        match doubt {
            Doubt::Unverified { account, asset } => {
                let text = format!(
                    "tainted value was given for {}, which is neither curated nor the receipt of \
                     a contract that holds others' money: the taint stays with what was given and \
                     goes to its receiver",
                    id(*asset)
                );
                self.find("unverified-swap", Some(*account), text)
            }
            Doubt::Worthless { account, given, received } => {
                let text = format!(
                    "what was given was worth {} US dollars and what was received {}, less than \
                     half: the taint stays with what was given and goes to its receiver",
                    dollars(*given),
                    dollars(*received)
                );
                self.find("unverified-swap", Some(*account), text)
            }
            Doubt::Equal { account, assets } => {
                let names: Vec<String> = assets.iter().map(|a| id(*a).to_string()).collect();
                let text = format!(
                    "neither the transaction nor prices say what these assets are worth beside \
                     each other, so that each counts alike: {}",
                    names.join(", ")
                );
                self.find("ambiguous-swap", Some(*account), text)
            }
            Doubt::Circle { account } => {
                let text = "several who only made the market pay each other in a circle and taint \
                            is among them: the taint stays with the asset that carried it";
                self.find("ambiguous-swap", Some(*account), text.to_owned())
            }
            Doubt::Apart { account, given, received } => {
                let text = format!(
                    "{} was given and {} received in one transaction, but no circle of payments \
                     leads from the one to the other: taken for no swap, the taint stays with \
                     what was given",
                    id(*given),
                    id(*received)
                );
                self.find("ambiguous-swap", Some(*account), text)
            }
            Doubt::Limit => {
                let text = "the transaction has too many payments to tell every swap in it from \
                            the others";
                self.find("netting-limit", None, text.to_owned())
            }
        }
    }

    /// Says that taint went over into another asset although nobody checked what it is worth.
    pub(super) fn find_swap(&mut self, swap: &Exchange<U>) -> Result<(), ReadError> {
        if swap.is_priced {
            return Ok(());
        }
        let text = format!(
            "taint went over from {} into {}: not all of it has a price at hand, so whether the \
             one was worth the other was not checked",
            self.shown_parts(&swap.takes),
            self.shown_parts(&swap.makes)
        );
        self.find("unpriced-swap", Some(swap.account), text)
    }

    /// Says so if a listed lender paid this to an account that had taint, and not of its own
    /// token. Nothing else moved that could have been given for it.
    #[inline]
    pub(super) fn note_lent(&mut self, payment: &Payment<U>) -> Result<(), Halt> {
        if self.markets.lenders.is_empty() {
            return Ok(());
        }
        let (Some(lender), Some(borrower)) = (payment.from, payment.to) else { return Ok(()) };
        let is_lent = self.markets.lenders.contains(&lender) && self.book.touched.has(borrower);
        let around = Around { replay: self, time: Timestamp::default() };
        if !is_lent || around.contract(payment.asset)? == Some(lender) {
            return Ok(());
        }
        let Payment { asset, amount, .. } = *payment;
        self.find_loan(Loan { borrower, lender, asset, amount, is_listed: true })?;
        Ok(())
    }

    /// Says that something was borrowed by an account that had taint.
    pub(super) fn find_loan(&mut self, loan: Loan<U>) -> Result<(), ReadError> {
        let tx = self.book.tx();
        self.loans.push(LoanNote { tx, loan });
        let known = if loan.is_listed {
            "by a listed lender or debt token"
        } else {
            "as the debt token minted for it says, which is not listed"
        };
        let text = format!(
            "{} was borrowed, {known}: it is no part of the balance, and listed beside it",
            self.shown(loan.amount, loan.asset)
        );
        self.find("secured-by-tainted", Some(loan.borrower), text)
    }
}
