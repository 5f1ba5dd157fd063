//! Deposit addresses: addresses without a tag that pass all they are paid to one tagged service.
//!
//! The rule is Victor's ("Address clustering heuristics for Ethereum", Financial Cryptography
//! 2020) with his bounds: a sweep leaves at most [`left_max`] of native value behind and comes
//! at most [`BLOCKS_MAX`] blocks after what it sweeps; of a token nothing is left. Added to it
//! are sweeps of several payments at once, sweeps whose fee the service pays in advance, and
//! contracts that somebody else makes forward.
//!
//! A sweep that only follows the case's value and that the address sent itself could as well be
//! a thief's last hop: such an address is reported and followed on, to the same service. So
//! nothing is gained by faking a deposit address: whoever does must have paid the service.
//!
//! *Not useful for* an address that also pays anybody else, nor one that the data do not cover.

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_model::{
    AccountIx, Amount, AssetIx, ChainId, ChainSummary, Ledger, Posting, ReadError, Stop,
    TerminalKind, Timestamp, Transaction, TxIx,
};

use crate::noise::Sieve;

/// A sweep comes at most so many blocks of Ethereum after what it sweeps (Victor's t_max),
const BLOCKS_MAX: u64 = 3_200;
/// on other chains, and where heights are not known, so many seconds: as long as those took.
const SECONDS_MAX: i64 = 12 * 60 * 60;
/// A fee that is paid in advance is used within this time.
const GAS_SECONDS_MAX: i64 = 60 * 60;
/// An address that more people pay is somebody's who serves others in turn.
const PAYERS_MAX: usize = 50;
/// Longer histories are no deposit address's.
const TRANSACTIONS_MAX: u64 = 10_000;
/// Movements that are read of one: transactions can have many.
const POSTINGS_MAX: usize = 50_000;
/// Sweeps that a finding names.
const SWEEPS_NAMED_MAX: usize = 10;

/// The most native value that a sweep leaves behind: Victor's a_max of 0.01 ether, for chains
/// whose coins have 18 decimals; a hundredth of a coin elsewhere.
fn left_max(chain: &ChainId) -> Amount {
    let decimals = if chain.namespace() == "eip155" { 18 } else { 6 };
    Amount::from(10_u128.pow(decimals - 2))
}

/// How a deposit address is swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Payment by payment.
    Single,
    /// Several payments at once.
    Batched,
    /// The service pays the fee in advance.
    GasStation,
    /// Somebody else makes it pay.
    Forwarder,
}

impl Shape {
    /// How a finding puts it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Single => "each payment was swept on",
            Self::Batched => "payments were swept on together",
            Self::GasStation => "the service paid the fees of its sweeps in advance",
            Self::Forwarder => "others made it pay on",
        }
    }
}

/// An address that sweeps into a service.
#[derive(Debug, Clone)]
pub(crate) struct Deposit {
    /// The service.
    pub(crate) service: Stop,
    /// One of the accounts of the service that it pays.
    pub(crate) target: AccountIx,
    /// The first sweeps.
    pub(crate) sweeps: Vec<TxIx>,
    /// How many sweeps there are.
    pub(crate) count: usize,
    /// How many untagged accounts paid it more than dust.
    pub(crate) payers: usize,
    /// How it is swept.
    pub(crate) shape: Shape,
    /// Whether that is enough to stop there.
    pub(crate) is_stop: bool,
}

impl Deposit {
    /// Whether more people pay it than one customer has addresses.
    pub(crate) fn is_nested(&self) -> bool {
        self.payers > PAYERS_MAX
    }
}

/// What an account tells of itself by a tag.
type Tagged<'t> = &'t mut dyn FnMut(AccountIx) -> Result<Option<Stop>, ReadError>;

/// What is known around an account.
pub(super) struct Surroundings<'s, 'a> {
    pub(super) ledger: &'a dyn Ledger,
    pub(super) chain: &'a ChainSummary,
    /// The transaction by which the case's value reaches it.
    pub(super) arrival: TxIx,
    /// The first transaction that is not looked at.
    pub(super) end: TxIx,
    pub(super) sieve: &'s mut Sieve<'a>,
    pub(super) tagged: Tagged<'s>,
}

/// Whether an account is a deposit address; `None` if it is not, or nothing can be said.
pub(super) fn find(
    around: &mut Surroundings<'_, '_>,
    account: AccountIx,
) -> Result<Option<Deposit>, ReadError> {
    if around.ledger.history_txs_max(account)? > TRANSACTIONS_MAX {
        return Ok(None);
    }
    let mut study = Study::of(around, account);
    let mut in_tx: Vec<Posting> = Vec::new();
    for (count, posting) in study.around.ledger.history(account, study.around.end).enumerate() {
        let posting = posting?;
        if count >= POSTINGS_MAX {
            return Ok(None);
        }
        if in_tx.first().is_some_and(|first| first.tx != posting.tx) {
            if !study.transaction(&in_tx)? {
                return Ok(None);
            }
            in_tx.clear();
        }
        in_tx.push(posting);
    }
    if !in_tx.is_empty() && !study.transaction(&in_tx)? {
        return Ok(None);
    }
    Ok(study.verdict())
}

/// What is held of an asset on the way through a history.
#[derive(Debug, Default)]
struct Held {
    balance: Amount,
    /// What came since the last sweep: how many payments, and when the last.
    waiting: usize,
    last: Option<TxIx>,
}

/// A history as far as it was read.
struct Study<'x, 's, 'a> {
    around: &'x mut Surroundings<'s, 'a>,
    account: AccountIx,
    native: Option<AssetIx>,
    held: BTreeMap<AssetIx, Held>,
    service: Option<(Stop, AccountIx)>,
    /// When the service last paid native value in.
    gas: Option<TxIx>,
    payers: BTreeSet<AccountIx>,
    /// Services that paid it, and in what.
    paid_by: Vec<(Stop, AccountIx, AssetIx)>,
    sweeps: Vec<TxIx>,
    count: usize,
    before_arrival: usize,
    batched: usize,
    by_gas_station: usize,
    by_others: usize,
}

impl<'x, 's, 'a> Study<'x, 's, 'a> {
    fn of(around: &'x mut Surroundings<'s, 'a>, account: AccountIx) -> Self {
        let native = around.ledger.native_asset(&around.chain.id);
        Self {
            around,
            account,
            native,
            held: BTreeMap::new(),
            service: None,
            gas: None,
            payers: BTreeSet::new(),
            paid_by: Vec::new(),
            sweeps: Vec::new(),
            count: 0,
            before_arrival: 0,
            batched: 0,
            by_gas_station: 0,
            by_others: 0,
        }
    }

    /// Takes in what one transaction did; `false` if no deposit address does that.
    fn transaction(&mut self, postings: &[Posting]) -> Result<bool, ReadError> {
        let mut swept: BTreeMap<AssetIx, Amount> = BTreeMap::new();
        let mut fees = Amount::ZERO;
        let mut is_fee_payer = false;
        for posting in postings {
            let is_own = posting.counterparty == Some(self.account);
            if posting.is_fee && !posting.is_credit {
                is_fee_payer = true;
                fees = fees.checked_add(posting.amount).unwrap_or(fees);
                continue;
            }
            if posting.amount.is_zero() || is_own {
                continue;
            }
            // Dust counts in the balance and makes nobody a payer.
            let is_noise = self.around.sieve.rule(self.account, posting)?.is_some();
            let is_worth = self.around.sieve.limit(posting.asset).is_some();
            if is_noise && !is_worth {
                continue;
            }
            let goes_on = if posting.is_credit {
                self.credit(posting, is_noise)?
            } else {
                self.debit(posting, &mut swept)?
            };
            if !goes_on {
                return Ok(false);
            }
        }
        let Some(first) = postings.first() else { return Ok(true) };
        let fits = swept.is_empty() || self.sweeps_fit(first.tx, &swept, fees, is_fee_payer)?;
        if let Some(held) = self.native.and_then(|native| self.held.get_mut(&native)) {
            held.balance = held.balance.saturating_sub(fees);
        }
        Ok(fits)
    }

    fn credit(&mut self, posting: &Posting, is_noise: bool) -> Result<bool, ReadError> {
        let held = self.held.entry(posting.asset).or_default();
        let Some(balance) = held.balance.checked_add(posting.amount) else { return Ok(false) };
        held.balance = balance;
        let payer = posting.counterparty.filter(|_| !posting.is_fee);
        let tagged = match payer {
            Some(payer) => (self.around.tagged)(payer)?,
            None => None,
        };
        match (payer, tagged) {
            (Some(payer), Some(stop)) => {
                if Some(posting.asset) == self.native {
                    self.gas = Some(posting.tx);
                }
                let known = (stop, payer, posting.asset);
                if !self.paid_by.contains(&known) {
                    self.paid_by.push(known);
                }
            }
            (Some(payer), None) if !is_noise => {
                self.payers.insert(payer);
            }
            _ => {}
        }
        let held = self.held.entry(posting.asset).or_default();
        held.waiting += usize::from(!is_noise);
        held.last = Some(posting.tx);
        Ok(true)
    }

    /// A payment: only to the one service.
    fn debit(
        &mut self,
        posting: &Posting,
        swept: &mut BTreeMap<AssetIx, Amount>,
    ) -> Result<bool, ReadError> {
        let Some(target) = posting.counterparty else { return Ok(false) };
        let Some(stop) = (self.around.tagged)(target)?.filter(keeps_accounts) else {
            return Ok(false);
        };
        match &self.service {
            Some((service, known)) if !is_same(service, *known, &stop, target) => {
                return Ok(false);
            }
            Some(_) => {}
            None => self.service = Some((stop, target)),
        }
        let sum = swept.entry(posting.asset).or_default();
        let Some(total) = sum.checked_add(posting.amount) else { return Ok(false) };
        *sum = total;
        Ok(true)
    }

    /// Whether what a transaction paid the service are sweeps, and notes them.
    fn sweeps_fit(
        &mut self,
        tx: TxIx,
        swept: &BTreeMap<AssetIx, Amount>,
        fees: Amount,
        is_fee_payer: bool,
    ) -> Result<bool, ReadError> {
        let ledger = self.around.ledger;
        let at = ledger.transaction(tx)?;
        let is_by_others = !is_fee_payer && at.sender.is_some_and(|from| from != self.account);
        let left_max = left_max(&self.around.chain.id);
        let gas_at = self.gas.map(|gas| ledger.transaction(gas)).transpose()?;
        let is_gassed = gas_at.is_some_and(|gas| seconds(gas.time, at.time) <= GAS_SECONDS_MAX);
        for (asset, amount) in swept {
            let is_native = Some(*asset) == self.native;
            let (fees, most) =
                if is_native { (fees, left_max) } else { (Amount::ZERO, Amount::ZERO) };
            let Some(held) = self.held.get_mut(asset) else { return Ok(false) };
            let Some(left) = held.balance.checked_sub(*amount) else { return Ok(false) };
            let Some(last) = held.last else { return Ok(false) };
            if left.saturating_sub(fees) > most {
                return Ok(false);
            }
            let last = ledger.transaction(last)?;
            let is_gassed = is_gassed && !is_native;
            if !(is_by_others || is_gassed || is_soon(&self.around.chain.id, &last, &at)) {
                return Ok(false);
            }
            self.batched += usize::from(held.waiting > 1);
            self.by_gas_station += usize::from(is_gassed);
            held.balance = left;
            held.waiting = 0;
        }
        self.by_others += usize::from(is_by_others);
        self.count += 1;
        self.before_arrival += usize::from(tx < self.around.arrival);
        if self.sweeps.len() < SWEEPS_NAMED_MAX {
            self.sweeps.push(tx);
        }
        Ok(true)
    }

    fn verdict(self) -> Option<Deposit> {
        let (service, target) = self.service?;
        // Who gets back from a service what he brings there is a customer, and this his wallet.
        let is_paid_back = |(stop, payer, asset): &(Stop, AccountIx, AssetIx)| {
            Some(*asset) != self.native && is_same(&service, target, stop, *payer)
        };
        let paid_gas = |(stop, payer, asset): &(Stop, AccountIx, AssetIx)| {
            Some(*asset) == self.native && is_same(&service, target, stop, *payer)
        };
        if self.paid_by.iter().any(is_paid_back) {
            return None;
        }
        let is_gas_station = self.by_gas_station > 0 && self.paid_by.iter().any(paid_gas);
        let is_forwarder = self.by_others > 1 && self.by_others == self.count;
        let shape = match (is_gas_station, is_forwarder, self.batched > 0) {
            (true, ..) => Shape::GasStation,
            (_, true, _) => Shape::Forwarder,
            (.., true) => Shape::Batched,
            _ => Shape::Single,
        };
        Some(Deposit {
            service,
            target,
            sweeps: self.sweeps,
            count: self.count,
            payers: self.payers.len(),
            shape,
            is_stop: is_gas_station || is_forwarder || self.before_arrival > 0,
        })
    }
}

/// Whether a service keeps accounts for customers, so that it hands out deposit addresses. Who
/// pays mixers and bridges pays them himself.
fn keeps_accounts(stop: &Stop) -> bool {
    matches!(stop.kind, TerminalKind::Exchange | TerminalKind::Service(_))
}

/// Whether two tagged accounts are of one service: of one named actor, or the same account.
fn is_same(one: &Stop, account: AccountIx, other: &Stop, other_account: AccountIx) -> bool {
    account == other_account
        || (one.kind == other.kind && one.actor.is_some() && one.actor == other.actor)
}

fn is_soon(chain: &ChainId, last: &Transaction, at: &Transaction) -> bool {
    match (last.point, at.point) {
        (Some(from), Some(to)) if *chain == ChainId::ethereum() => {
            to.height.saturating_sub(from.height) <= BLOCKS_MAX
        }
        _ => seconds(last.time, at.time) <= SECONDS_MAX,
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.to_unix().saturating_sub(from.to_unix())
}
