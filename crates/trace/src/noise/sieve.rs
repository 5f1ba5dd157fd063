//! The rules applied to the history of an account, a movement at a time.

use hawkshaw_model::{
    Account, AccountIx, Amount, AssetIx, AssetList, AssetNames, ChainId, Ledger, LedgerKind,
    Posting, ReadError, TxIx,
};
use rustc_hash::FxHashMap;

use super::airdrop::Handouts;
use super::portrait::Portrait;
use super::rule::{Noise, NoiseRule};
use super::{counterfeit, dust};

/// Accounts whose portraits are kept.
const PORTRAITS_MAX: usize = 20_000;
/// Movements that are read for portraits in all. Beyond, the rules that need one decide nothing.
const POSTINGS_BUDGET: u64 = 50_000_000;

/// What is known of an asset of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Curated, or stolen in the case: never noise by what it is. The most that is dust of it.
    Worth { dust: Amount },
    /// Nobody vouches for it.
    Unknown,
    /// It bears the name of a curated asset.
    Counterfeit,
}

/// Tells noise from movements that mean something, from the side of one account.
///
/// The portraits of accounts are drawn from the whole ledger before `ends`: whether somebody is
/// a stranger can be seen only afterwards.
pub struct Sieve<'a> {
    ledger: &'a dyn Ledger,
    noise: Noise,
    standings: Vec<Standing>,
    /// Where each chain of accounts ends for this purpose.
    ends: Vec<(ChainId, TxIx)>,
    natives: Vec<bool>,
    portraits: FxHashMap<AccountIx, Option<Portrait>>,
    handouts: Handouts,
    read: u64,
}

impl std::fmt::Debug for Sieve<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sieve").field("noise", &self.noise).finish_non_exhaustive()
    }
}

impl<'a> Sieve<'a> {
    /// A sieve for a ledger, of the rules that are on.
    pub fn new(
        ledger: &'a dyn Ledger,
        assets: &AssetList,
        names: &AssetNames,
        noise: Noise,
    ) -> Self {
        let counterfeits = counterfeit::counterfeits(ledger, assets, names);
        let number = |index: usize| AssetIx(u32::try_from(index).unwrap_or(u32::MAX));
        let standing = |(index, is_counterfeit): (usize, bool)| match (
            assets.get(ledger.asset(number(index))),
            is_counterfeit,
        ) {
            (Some(info), _) => Standing::Worth { dust: dust::most(info) },
            (None, true) => Standing::Counterfeit,
            (None, false) => Standing::Unknown,
        };
        let chains = ledger.chains().iter().filter(|chain| chain.kind == LedgerKind::Accounts);
        let mut natives = vec![false; ledger.asset_count()];
        for native in chains.clone().filter_map(|chain| ledger.native_asset(&chain.id)) {
            if let Some(is_native) = natives.get_mut(native.0 as usize) {
                *is_native = true;
            }
        }
        Self {
            ledger,
            noise,
            standings: counterfeits.into_iter().enumerate().map(standing).collect(),
            ends: chains.map(|chain| (chain.id.clone(), TxIx(chain.txs.end))).collect(),
            natives,
            portraits: FxHashMap::default(),
            handouts: Handouts::default(),
            read: 0,
        }
    }

    /// Takes an asset for one of worth, of which nothing is dust: the case says it was stolen.
    pub(crate) fn vouch_for(&mut self, asset: AssetIx) {
        if let Some(standing @ (Standing::Unknown | Standing::Counterfeit)) =
            self.standings.get_mut(asset.0 as usize)
        {
            *standing = Standing::Worth { dust: Amount::ZERO };
        }
    }

    /// Looks at a chain only before a transaction.
    pub(crate) fn end_at(&mut self, chain: &ChainId, end: TxIx) {
        self.ends.iter_mut().filter(|(id, _)| id == chain).for_each(|(_, at)| *at = end);
    }

    /// Whether movements of an asset above `amount` are never noise: the test that costs nothing.
    pub(crate) fn limit(&self, asset: AssetIx) -> Option<Amount> {
        match self.standing(asset) {
            Standing::Worth { dust } => Some(dust),
            Standing::Unknown | Standing::Counterfeit => None,
        }
    }

    /// The rule by which a movement in the history of an account is noise to it; `None` if it is
    /// not, or cannot be told from what the ledger holds.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged.
    pub fn rule(
        &mut self,
        account: AccountIx,
        posting: &Posting,
    ) -> Result<Option<NoiseRule>, ReadError> {
        let standing = self.standing(posting.asset);
        let is_candidate = match standing {
            Standing::Worth { dust } => posting.amount <= dust,
            Standing::Unknown | Standing::Counterfeit => true,
        };
        if posting.is_fee || !is_candidate || self.noise == Noise::KEPT {
            return Ok(None);
        }
        let own = self.ledger.account(account)?;
        if !self.ends.iter().any(|(chain, _)| chain == own.chain()) {
            return Ok(None);
        }
        let sender = self.ledger.transaction(posting.tx)?.sender;
        if sender == Some(account) {
            // What somebody does himself is no noise to him, unless he is shown something false.
            let is_false = standing == Standing::Counterfeit && !posting.amount.is_zero();
            return Ok(is_false.then_some(NoiseRule::Counterfeit).filter(|r| self.noise.drops(*r)));
        }
        let seen = Seen { account, own: &own, posting, standing, sender };
        for rule in IN_ORDER {
            if self.noise.drops(rule) && self.applies(rule, &seen)? {
                return Ok(Some(rule));
            }
        }
        Ok(None)
    }

    fn applies(&mut self, rule: NoiseRule, seen: &Seen<'_>) -> Result<bool, ReadError> {
        let Posting { tx, asset, amount, is_credit, counterparty, .. } = *seen.posting;
        let is_worth = matches!(seen.standing, Standing::Worth { .. });
        match rule {
            NoiseRule::ZeroValue => Ok(amount.is_zero() && self.is_unsent(seen)),
            NoiseRule::Counterfeit => Ok(seen.standing == Standing::Counterfeit),
            NoiseRule::SpoofedLog => {
                if is_worth || is_credit || amount.is_zero() || seen.sender.is_none() {
                    return Ok(false);
                }
                let portrait = self.portrait(seen)?;
                Ok(portrait.is_some_and(|portrait| !portrait.had(asset, tx)))
            }
            NoiseRule::Poisoning => {
                let is_bait = !is_worth || amount.is_zero();
                if !(is_credit || is_bait) || !self.is_unsent(seen) {
                    return Ok(false);
                }
                let Some(other) = counterparty else { return Ok(false) };
                let (ledger, address) = (self.ledger, self.ledger.account(other)?);
                let Some(portrait) = self.portrait(seen)? else { return Ok(false) };
                portrait.is_lookalike(ledger, other, address.address(), tx)
            }
            NoiseRule::Airdrop => {
                let is_handed = !is_worth && is_credit && !amount.is_zero();
                Ok(is_handed && self.handouts.hands_out(self.ledger, tx, asset)?)
            }
            NoiseRule::Dust => {
                if !is_worth || !is_credit || amount.is_zero() {
                    return Ok(false);
                }
                let Some(other) = counterparty else { return Ok(false) };
                let is_native = self.is_native(asset);
                let Some(portrait) = self.portrait(seen)? else { return Ok(false) };
                // The first coins of an address are what pays its fees, however few.
                Ok((!is_native || portrait.could_pay_fees(tx))
                    && portrait.is_stranger(other)
                    && dust::is_small_beside(amount, portrait.largest(asset)))
            }
        }
    }

    /// Whether an account did not make a movement itself, as far as that can be told: native
    /// value leaves nobody who does not send it.
    fn is_unsent(&self, seen: &Seen<'_>) -> bool {
        seen.posting.is_credit || !self.is_native(seen.posting.asset)
    }

    fn is_native(&self, asset: AssetIx) -> bool {
        self.natives.get(asset.0 as usize).copied().unwrap_or(false)
    }

    fn standing(&self, asset: AssetIx) -> Standing {
        self.standings.get(asset.0 as usize).copied().unwrap_or(Standing::Unknown)
    }

    /// The portrait of the account that is looked at, where there is one.
    fn portrait(&mut self, seen: &Seen<'_>) -> Result<Option<&Portrait>, ReadError> {
        let account = seen.account;
        if !self.portraits.contains_key(&account) {
            if self.portraits.len() >= PORTRAITS_MAX || self.read >= POSTINGS_BUDGET {
                return Ok(None);
            }
            let end = self.ends.iter().find(|(chain, _)| chain == seen.own.chain());
            let end = end.map_or(TxIx(0), |(_, end)| *end);
            let standings = &self.standings;
            let dust_of = |asset: AssetIx| match standings.get(asset.0 as usize) {
                Some(Standing::Worth { dust }) => Some(*dust),
                _ => None,
            };
            let natives = &self.natives;
            let is_native = |asset: AssetIx| natives.get(asset.0 as usize) == Some(&true);
            let (ledger, read) = (self.ledger, &mut self.read);
            let portrait = Portrait::draw(ledger, account, end, &dust_of, &is_native, read)?;
            self.portraits.insert(account, portrait);
        }
        Ok(self.portraits.get(&account).and_then(Option::as_ref))
    }

    /// Whether there were more accounts or movements to look at than the rules look at.
    pub(crate) fn is_full(&self) -> bool {
        self.portraits.len() >= PORTRAITS_MAX || self.read >= POSTINGS_BUDGET
    }
}

/// The rules in the order in which they are asked: the most telling name first, and what costs
/// a history last.
const IN_ORDER: [NoiseRule; 6] = [
    NoiseRule::Poisoning,
    NoiseRule::ZeroValue,
    NoiseRule::Counterfeit,
    NoiseRule::SpoofedLog,
    NoiseRule::Airdrop,
    NoiseRule::Dust,
];

/// A movement with what is known around it.
struct Seen<'s> {
    account: AccountIx,
    own: &'s Account,
    posting: &'s Posting,
    standing: Standing,
    sender: Option<AccountIx>,
}
