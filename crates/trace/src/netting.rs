//! Who paid whom in a transaction, once those who only passed value on are left out.
//!
//! Routers, aggregators and disperse contracts net to zero and become transparent.
//! The rule is stated in `docs/rules.md`, step 1. The idea of netting a transaction before
//! following it is MFTracer's Algorithm 1 (SIGMETRICS 2026); here it is done per asset and
//! exactly, without prices.

use std::collections::VecDeque;

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

/// Transactions with more moves than this are not netted.
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
    let mut assets: Vec<u32> = moves.iter().map(|m| m.asset).collect();
    assets.sort_unstable();
    assets.dedup();
    let mut payments = Vec::with_capacity(moves.len());
    for asset in assets {
        let mut moves: Vec<Move<U>> = moves.iter().filter(|m| m.asset == asset).copied().collect();
        for one in &mut moves {
            // Nobody can take back what was burned; the address is kept in the payment.
            one.from = one.from.filter(|from| !is_end(*from));
        }
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
    let mut payers: Vec<u32> = moves.iter().filter_map(|m| m.from).collect();
    payers.sort_unstable();
    let pays = |account: u32| payers.binary_search(&account).is_ok();
    moves.iter().filter_map(|m| m.to).any(|to| pays(to) && !is_end(to))
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
    Promise { number: usize, offset: U },
}

/// What an account paid before it was paid itself.
#[derive(Debug)]
struct Promise<U> {
    amount: U,
    filled: U,
    fills: Vec<Lot<U>>,
}

#[derive(Debug)]
struct Party<U> {
    account: u32,
    /// What it pays beyond what it is paid, and has not yet paid.
    budget: U,
    queue: VecDeque<Lot<U>>,
    /// Promises to fill, oldest first.
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
            for lot in lots {
                match one.to.filter(|to| !is_end(*to)) {
                    Some(to) => netting.receive(to, lot),
                    None => netting.burned.push((one.to, lot)),
                }
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
            self.promises.push(Promise { amount, filled: U::default(), fills: Vec::new() });
            party.owes.push_back(number);
            let source = Source::Promise { number, offset: U::default() };
            lots.push(Lot { source, amount, row });
        }
        lots
    }

    /// Gives a lot to an account: what it owes is filled first.
    fn receive(&mut self, account: u32, mut lot: Lot<U>) {
        let at = self.at(account);
        let party = &mut self.parties[at];
        while let Some(number) = party.owes.front() {
            let promise = &mut self.promises[*number];
            let part = promise.amount.minus(promise.filled).min(lot.amount);
            promise.fills.push(Lot { amount: part, ..lot });
            promise.filled = promise.filled.plus(part);
            if promise.filled == promise.amount {
                party.owes.pop_front();
            }
            if part == lot.amount {
                return;
            }
            lot = skip(lot, part);
        }
        party.queue.push_back(lot);
    }

    fn into_payments(self, asset: u32, payments: &mut Vec<Payment<U>>) {
        let route = if self.several_sources { Route::Mixed } else { Route::Plain };
        for party in &self.parties {
            for lot in &party.queue {
                self.resolve(*lot, Some(party.account), asset, route, payments);
            }
        }
        for (to, lot) in &self.burned {
            self.resolve(*lot, *to, asset, route, payments);
        }
    }

    /// Turns a lot into payments by the accounts that it really came from. It ends: a unit of
    /// a promise is filled by at most one other unit, and no chain of fills that begins at a
    /// final holder comes back to itself.
    fn resolve(
        &self,
        lot: Lot<U>,
        to: Option<u32>,
        asset: u32,
        route: Route,
        payments: &mut Vec<Payment<U>>,
    ) {
        let mut open = vec![lot];
        while let Some(lot) = open.pop() {
            let Source::Promise { number, offset } = lot.source else {
                push_payment(payments, lot, to, asset, route);
                continue;
            };
            let mut parts = Vec::new();
            let (mut skipped, mut missing) = (offset, lot.amount);
            for fill in &self.promises[number].fills {
                let passed = fill.amount.min(skipped);
                skipped = skipped.minus(passed);
                let part = fill.amount.minus(passed).min(missing);
                if !part.is_zero() {
                    missing = missing.minus(part);
                    parts.push(Lot { amount: part, row: lot.row, ..skip(*fill, passed) });
                }
            }
            open.extend(parts.into_iter().rev());
        }
    }
}

/// The lot without its first units.
fn skip<U: Units>(lot: Lot<U>, units: U) -> Lot<U> {
    let source = match lot.source {
        Source::Promise { number, offset } => {
            Source::Promise { number, offset: offset.plus(units) }
        }
        account @ Source::Account(_) => account,
    };
    Lot { source, amount: lot.amount.minus(units), row: lot.row }
}

fn push_payment<U: Units>(
    payments: &mut Vec<Payment<U>>,
    lot: Lot<U>,
    to: Option<u32>,
    asset: u32,
    route: Route,
) {
    let Source::Account(from) = lot.source else {
        return;
    };
    if from == to && from.is_some() {
        return;
    }
    if let Some(last) = payments.last_mut()
        && (last.from, last.to, last.asset, last.row) == (from, to, asset, lot.row)
    {
        last.amount = last.amount.plus(lot.amount);
        return;
    }
    payments.push(Payment { from, to, asset, amount: lot.amount, row: lot.row, route });
}

#[cfg(test)]
mod tests {
    use super::{Move, Route, payments};

    /// Moves of one asset as (from, to, amount), and what they net to.
    fn check(moves: &[(u32, u32, u128)], expected: &[(u32, u32, u128)]) {
        let moves: Vec<_> = moves
            .iter()
            .enumerate()
            .map(|(row, (from, to, amount))| Move {
                from: Some(*from),
                to: Some(*to),
                asset: 0,
                amount: *amount,
                row,
            })
            .collect();
        let netted: Vec<_> = payments(&moves, &|_| false)
            .unwrap()
            .iter()
            .map(|p| (p.from.unwrap(), p.to.unwrap(), p.amount))
            .collect();
        assert_eq!(netted, expected);
    }

    const THIEF: u32 = 0;
    const ROUTER: u32 = 1;
    const A: u32 = 2;
    const B: u32 = 3;

    #[test]
    fn a_router_is_transparent() {
        check(
            &[(THIEF, ROUTER, 10), (ROUTER, A, 6), (ROUTER, B, 4)],
            &[(THIEF, A, 6), (THIEF, B, 4)],
        );
    }

    #[test]
    fn what_comes_back_was_never_paid() {
        check(&[(THIEF, ROUTER, 10), (ROUTER, A, 9), (ROUTER, THIEF, 1)], &[(THIEF, A, 9)]);
    }

    #[test]
    fn a_router_that_pays_first_is_transparent_too() {
        check(&[(ROUTER, A, 10), (THIEF, ROUTER, 10)], &[(THIEF, A, 10)]);
    }

    #[test]
    fn a_flash_loan_disappears() {
        check(
            &[(A, ROUTER, 100), (ROUTER, B, 100), (B, ROUTER, 101), (ROUTER, A, 101)],
            &[(B, A, 1)],
        );
    }

    #[test]
    fn first_in_first_out_decides_between_payers() {
        check(
            &[(A, ROUTER, 5), (THIEF, ROUTER, 5), (ROUTER, B, 7)],
            &[(THIEF, ROUTER, 3), (A, B, 5), (THIEF, B, 2)],
        );
    }

    #[test]
    fn a_circle_nets_to_nothing() {
        check(&[(A, B, 5), (B, THIEF, 5), (THIEF, A, 5)], &[]);
        check(&[(A, 10, 9), (B, 11, 9), (10, B, 9), (11, A, 9)], &[]);
    }

    #[test]
    fn several_payers_through_one_account_are_a_convention() {
        let one = |from, to, amount: u128, row| Move {
            from: Some(from),
            to: Some(to),
            asset: 0,
            amount,
            row,
        };
        let moves = [one(A, ROUTER, 5, 0), one(THIEF, ROUTER, 5, 1), one(ROUTER, B, 10, 2)];
        let netted = payments(&moves, &|_| false).unwrap();
        assert!(netted.iter().all(|payment| payment.route == Route::Mixed));
    }
}
