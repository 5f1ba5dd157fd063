//! Who paid whom in a transaction, once those who only passed value on are left out.
//!
//! Routers, aggregators and disperse contracts net to zero and become transparent.
//! The rule is stated in `docs/rules.md`, step 1. The idea of netting a transaction before
//! following it is MFTracer's Algorithm 1 (SIGMETRICS 2026); here it is done per asset and
//! exactly, without prices.

use std::collections::{HashMap, VecDeque};

use rustc_hash::FxBuildHasher;

use crate::units::Units;

/// One row of a transaction that moves value from one account to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move<U> {
    /// Who pays; `None` for a mint.
    pub(crate) from: Option<u32>,
    /// Who is paid; `None` for a burn.
    pub(crate) to: Option<u32>,
    /// What.
    pub(crate) asset: u32,
    /// How much; not zero.
    pub(crate) amount: U,
    /// Where the row stands in its batch.
    pub(crate) row: usize,
}

/// What somebody paid somebody in a transaction in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Payment<U> {
    /// Who paid; `None` for a mint.
    pub(crate) from: Option<u32>,
    /// Who was paid; `None` for a burn.
    pub(crate) to: Option<u32>,
    /// What.
    pub(crate) asset: u32,
    /// How much.
    pub(crate) amount: U,
    /// The row by which it arrived.
    pub(crate) row: usize,
    /// Whether that is the ledger's word or a convention's.
    pub(crate) route: Route,
}

/// How a payment went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// From payer to payee, or through accounts that one payer alone supplied.
    Plain,
    /// Through accounts that several payers supplied: first in, first out decides whose it is.
    Mixed,
}

/// An asset of which a transaction has more moves than this is not netted.
pub(crate) const MOVES_MAX: usize = 10_000;

/// Sums are too wide for the integers in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooWide;

/// The payments of a transaction, in the order in which they arrived. `is_end` says of an
/// account that value never leaves it (burn addresses), so that it is not netted.
pub(crate) fn payments<U: Units>(
    moves: &[Move<U>],
    is_end: &dyn Fn(u32) -> bool,
) -> Result<Vec<Payment<U>>, TooWide> {
    // What was burned does not come back: a burn address pays as nobody.
    let moves: Vec<Move<U>> = moves
        .iter()
        .map(|one| Move { from: one.from.filter(|from| !is_end(*from)), ..*one })
        .collect();
    if !passes_on(&moves, is_end) {
        // No account both pays and is paid, whatever the asset: nothing is to be netted.
        return Ok(moves.iter().map(direct).collect());
    }
    if let [first, second] = &moves[..]
        && let Some(payments) = chain_of_two(first, second, is_end)
    {
        return Ok(payments);
    }
    let mut assets: Vec<u32> = moves.iter().map(|m| m.asset).collect();
    assets.sort_unstable();
    assets.dedup();
    let mut payments = Vec::with_capacity(moves.len());
    for asset in assets {
        let moves: Vec<Move<U>> = moves.iter().filter(|m| m.asset == asset).copied().collect();
        if moves.len() > MOVES_MAX || !passes_on(&moves, is_end) {
            payments.extend(moves.iter().map(direct));
        } else {
            match AssetNetting::replay(&moves, is_end) {
                Ok(netting) => netting.into_payments(asset, &mut payments),
                // A token whose amounts overflow 256 bits is no reason to give up the trace.
                Err(TooWide) if U::IS_WIDEST => payments.extend(moves.iter().map(direct)),
                Err(TooWide) => return Err(TooWide),
            }
        }
    }
    payments.sort_by_key(|payment| payment.row);
    Ok(payments)
}

/// Whether any account both pays and is paid.
fn passes_on<U: Units>(moves: &[Move<U>], is_end: &dyn Fn(u32) -> bool) -> bool {
    const FEW: usize = 8;
    if moves.len() <= FEW {
        let pays = |account: u32| moves.iter().any(|m| m.from == Some(account));
        return moves.iter().filter_map(|m| m.to).any(|to| pays(to) && !is_end(to));
    }
    let mut payers: Vec<u32> = moves.iter().filter_map(|m| m.from).collect();
    payers.sort_unstable();
    let pays = |account: u32| payers.binary_search(&account).is_ok();
    moves.iter().filter_map(|m| m.to).any(|to| pays(to) && !is_end(to))
}

/// What two moves of one asset net to, where the second goes on from the payee of the first or
/// supplies its payer: the shape of a router, and most of what is netted. The general replay
/// gives the same.
fn chain_of_two<U: Units>(
    first: &Move<U>,
    second: &Move<U>,
    is_end: &dyn Fn(u32) -> bool,
) -> Option<Vec<Payment<U>>> {
    let ((a, b), (c, d)) = ((first.from?, first.to?), (second.from?, second.to?));
    if first.asset != second.asset || [a, b, c, d].into_iter().any(is_end) {
        return None;
    }
    let (x, y) = (first.amount, second.amount);
    let pay = |from: u32, to: u32, amount: U, row: usize, route: Route| Payment {
        from: Some(from),
        to: Some(to),
        asset: first.asset,
        amount,
        row,
        route,
    };
    let payments = if b == c && a == d {
        [
            pay(a, b, x.minus(y), first.row, Route::Plain),
            pay(b, a, y.minus(x), second.row, Route::Plain),
        ]
        .to_vec()
    } else if b == c {
        let route = if y > x { Route::Mixed } else { Route::Plain };
        [
            pay(a, b, x.minus(y), first.row, route),
            pay(a, d, x.min(y), second.row, route),
            pay(b, d, y.minus(x), second.row, route),
        ]
        .to_vec()
    } else if d == a {
        let route = if x > y { Route::Mixed } else { Route::Plain };
        [
            pay(a, b, x.minus(y), first.row, route),
            pay(c, b, x.min(y), first.row, route),
            pay(c, a, y.minus(x), second.row, route),
        ]
        .to_vec()
    } else {
        return None;
    };
    Some(payments.into_iter().filter(|payment| !payment.amount.is_zero()).collect())
}

fn direct<U: Units>(one: &Move<U>) -> Payment<U> {
    let Move { from, to, asset, amount, row } = *one;
    Payment { from, to, asset, amount, row, route: Route::Plain }
}

/// Value on its way through a transaction.
#[derive(Debug, Clone, Copy)]
struct Lot<U> {
    source: Source<U>,
    amount: U,
    row: usize,
}

/// Where a lot came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source<U> {
    /// From what an account had before; `None` if it was minted.
    Account(Option<u32>),
    /// From a promise: the units of it from this offset on.
    Promise { number: usize, maker: u32, offset: U },
}

/// What an account paid before it was paid itself, as stretches of units.
#[derive(Debug)]
struct Promise<U> {
    slots: VecDeque<Slot<U>>,
}

/// A stretch of a promise.
#[derive(Debug, Clone, Copy)]
struct Slot<U> {
    amount: U,
    state: SlotState<U>,
}

/// Whether a stretch of a promise still waits to be filled.
#[derive(Debug, Clone, Copy)]
enum SlotState<U> {
    Open,
    /// The account that made the promise got it back.
    Cancelled,
    Filled(Lot<U>),
}

impl<U: Units> Promise<U> {
    fn is_open(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot.state, SlotState::Open))
    }

    /// Cuts a slot so that it ends after some of its units.
    fn cut(&mut self, at: usize, amount: U) {
        let slot = &mut self.slots[at];
        if amount >= slot.amount {
            return;
        }
        let rest = slot.amount.minus(amount);
        let state = match slot.state {
            SlotState::Filled(lot) => {
                slot.state = SlotState::Filled(Lot { amount, ..lot });
                SlotState::Filled(skip(lot, amount))
            }
            other => other,
        };
        slot.amount = amount;
        self.slots.insert(at + 1, Slot { amount: rest, state });
    }

    /// The numbers of the slots that hold the units from `offset` on, cut to fit.
    fn slots_of(&mut self, mut offset: U, mut amount: U) -> std::ops::Range<usize> {
        let mut at = 0;
        while at < self.slots.len() && !offset.is_zero() {
            self.cut(at, offset);
            offset = offset.minus(self.slots[at].amount);
            at += 1;
        }
        let first = at;
        while at < self.slots.len() && !amount.is_zero() {
            self.cut(at, amount);
            amount = amount.minus(self.slots[at].amount);
            at += 1;
        }
        first..at
    }
}

#[derive(Debug)]
struct Party<U> {
    account: u32,
    /// What it pays beyond what it is paid, and has not yet paid.
    budget: U,
    queue: VecDeque<Lot<U>>,
    /// Promises that may have to be filled, oldest first.
    owes: VecDeque<usize>,
}

#[derive(Debug)]
struct AssetNetting<U> {
    /// Sorted by account.
    parties: Vec<Party<U>>,
    promises: Vec<Promise<U>>,
    /// What was burned, by the row that burned it.
    burned: Vec<(Option<u32>, Lot<U>)>,
    several_sources: bool,
}

impl<U: Units> AssetNetting<U> {
    fn replay(moves: &[Move<U>], is_end: &dyn Fn(u32) -> bool) -> Result<Self, TooWide> {
        let mut netting = Self::parties(moves, is_end)?;
        for one in moves {
            let lots = match one.from {
                None => {
                    let source = Source::Account(None);
                    vec![Lot { source, amount: one.amount, row: one.row }]
                }
                Some(from) => netting.pay(from, one.amount, one.row),
            };
            match one.to.filter(|to| !is_end(*to)) {
                Some(to) => netting.receive(to, lots),
                None => netting.burned.extend(lots.into_iter().map(|lot| (one.to, lot))),
            }
        }
        Ok(netting)
    }

    fn parties(moves: &[Move<U>], is_end: &dyn Fn(u32) -> bool) -> Result<Self, TooWide> {
        let payees = moves.iter().filter_map(|m| m.to).filter(|to| !is_end(*to));
        let mut accounts: Vec<u32> = moves.iter().filter_map(|m| m.from).chain(payees).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let mut sums = vec![(U::default(), U::default()); accounts.len()];
        let mut add = |account: Option<u32>, side: fn(&mut (U, U)) -> &mut U, amount: U| {
            let Some(Ok(at)) = account.map(|account| accounts.binary_search(&account)) else {
                return Ok(());
            };
            let sum = side(&mut sums[at]);
            *sum = sum.checked_add(amount).ok_or(TooWide)?;
            Ok(())
        };
        for one in moves {
            add(one.from, |sums| &mut sums.0, one.amount)?;
            add(one.to, |sums| &mut sums.1, one.amount)?;
        }
        let budgets: Vec<U> = sums.iter().map(|(paid, got)| paid.minus(*got)).collect();
        let minted = moves.iter().any(|m| m.from.is_none());
        let sources = budgets.iter().filter(|budget| !budget.is_zero()).count();
        let party = |(account, budget)| Party {
            account,
            budget,
            queue: VecDeque::new(),
            owes: VecDeque::new(),
        };
        Ok(Self {
            parties: accounts.into_iter().zip(budgets).map(party).collect(),
            promises: Vec::new(),
            burned: Vec::new(),
            several_sources: sources + usize::from(minted) > 1,
        })
    }

    fn at(&self, account: u32) -> usize {
        self.parties.partition_point(|party| party.account < account)
    }

    /// Takes what an account pays: from its queue, then its own, then a promise.
    fn pay(&mut self, account: u32, mut amount: U, row: usize) -> Vec<Lot<U>> {
        let at = self.at(account);
        let party = &mut self.parties[at];
        let mut lots = Vec::new();
        while !amount.is_zero() {
            let Some(front) = party.queue.front_mut() else {
                break;
            };
            let taken = front.amount.min(amount);
            lots.push(Lot { amount: taken, row, ..*front });
            amount = amount.minus(taken);
            if taken == front.amount {
                party.queue.pop_front();
            } else {
                *front = skip(*front, taken);
            }
        }
        let own = party.budget.min(amount);
        if !own.is_zero() {
            party.budget = party.budget.minus(own);
            amount = amount.minus(own);
            lots.push(Lot { source: Source::Account(Some(account)), amount: own, row });
        }
        if !amount.is_zero() {
            let number = self.promises.len();
            let slot = Slot { amount, state: SlotState::Open };
            self.promises.push(Promise { slots: VecDeque::from([slot]) });
            party.owes.push_back(number);
            let source = Source::Promise { number, maker: account, offset: U::default() };
            lots.push(Lot { source, amount, row });
        }
        lots
    }

    /// Gives the lots of a row to an account. Promises of its own that it gets back it no
    /// longer owes; with the rest, what it owes is filled first.
    fn receive(&mut self, account: u32, lots: Vec<Lot<U>>) {
        let at = self.at(account);
        let lots: Vec<Lot<U>> = lots.into_iter().flat_map(|lot| self.settled(lot)).collect();
        let is_own =
            |lot: &Lot<U>| matches!(lot.source, Source::Promise { maker, .. } if maker == account);
        let (own, others): (Vec<_>, Vec<_>) = lots.into_iter().partition(is_own);
        for lot in own {
            let Source::Promise { number, offset, .. } = lot.source else { continue };
            let promise = &mut self.promises[number];
            for slot in promise.slots_of(offset, lot.amount) {
                promise.slots[slot].state = SlotState::Cancelled;
            }
        }
        for lot in others {
            self.fill_or_queue(at, lot);
        }
    }

    fn fill_or_queue(&mut self, at: usize, mut lot: Lot<U>) {
        let party = &mut self.parties[at];
        while let Some(number) = party.owes.front() {
            let promise = &mut self.promises[*number];
            if !promise.is_open() {
                party.owes.pop_front();
                continue;
            }
            let mut slot = 0;
            while slot < promise.slots.len() && !lot.amount.is_zero() {
                if matches!(promise.slots[slot].state, SlotState::Open) {
                    promise.cut(slot, lot.amount);
                    let amount = promise.slots[slot].amount;
                    promise.slots[slot].state = SlotState::Filled(Lot { amount, ..lot });
                    lot = skip(lot, amount);
                }
                slot += 1;
            }
            if lot.amount.is_zero() {
                return;
            }
        }
        party.queue.push_back(lot);
    }

    /// A lot as what it really is by now: stretches of filled promises are what filled them.
    /// It ends: a promise is only filled with what is settled, so what fills it was promised
    /// later than it or not at all.
    fn settled(&mut self, lot: Lot<U>) -> Vec<Lot<U>> {
        let mut settled = Vec::new();
        let mut open = vec![lot];
        while let Some(lot) = open.pop() {
            let Source::Promise { number, maker, offset } = lot.source else {
                settled.push(lot);
                continue;
            };
            let promise = &mut self.promises[number];
            let slots = promise.slots_of(offset, lot.amount);
            let mut offset = offset;
            let mut parts = Vec::new();
            for slot in slots {
                let Slot { amount, state } = promise.slots[slot];
                let promised = Source::Promise { number, maker, offset };
                offset = offset.plus(amount);
                match state {
                    SlotState::Filled(fill) => {
                        parts.push((true, Lot { amount, row: lot.row, ..fill }));
                    }
                    _ => parts.push((false, Lot { source: promised, amount, row: lot.row })),
                }
            }
            match &parts[..] {
                // Nothing of it is filled: it is still a promise.
                [(false, same)] => settled.push(*same),
                _ => open.extend(parts.into_iter().rev().map(|(_, part)| part)),
            }
        }
        settled
    }

    fn into_payments(mut self, asset: u32, payments: &mut Vec<Payment<U>>) {
        let route = if self.several_sources { Route::Mixed } else { Route::Plain };
        let mut found = Found { known: HashMap::default() };
        for at in 0..self.parties.len() {
            let to = Some(self.parties[at].account);
            for lot in std::mem::take(&mut self.parties[at].queue) {
                for lot in self.settled(lot) {
                    found.push(payments, lot, to, asset, route);
                }
            }
        }
        for (to, lot) in std::mem::take(&mut self.burned) {
            for lot in self.settled(lot) {
                found.push(payments, lot, to, asset, route);
            }
        }
    }
}

/// Payments that were found, so that lots of one account by one row become one.
struct Found {
    known: HashMap<(usize, Option<u32>), usize, FxBuildHasher>,
}

impl Found {
    fn push<U: Units>(
        &mut self,
        payments: &mut Vec<Payment<U>>,
        lot: Lot<U>,
        to: Option<u32>,
        asset: u32,
        route: Route,
    ) {
        let Source::Account(from) = lot.source else { return };
        if from == to && from.is_some() {
            return;
        }
        // A row has one payee, so row and payer are enough to tell.
        match self.known.get(&(lot.row, from)) {
            Some(at) => payments[*at].amount = payments[*at].amount.plus(lot.amount),
            None => {
                self.known.insert((lot.row, from), payments.len());
                payments.push(Payment { from, to, asset, amount: lot.amount, row: lot.row, route });
            }
        }
    }
}

/// The lot without its first units.
fn skip<U: Units>(lot: Lot<U>, units: U) -> Lot<U> {
    let source = match lot.source {
        Source::Promise { number, maker, offset } => {
            Source::Promise { number, maker, offset: offset.plus(units) }
        }
        account @ Source::Account(_) => account,
    };
    Lot { source, amount: lot.amount.minus(units), row: lot.row }
}

#[cfg(test)]
mod tests;
