//! How several assets weigh beside each other: by the transaction's own prices, else by given
//! ones, else alike.

use std::collections::{BTreeMap, VecDeque};

use alloy_primitives::{U256, U512};
use hawkshaw_model::Amount;
use rustc_hash::FxHashMap;

use super::Part;
use super::board::Board;
use crate::units::Units;

/// Pairs of assets whose rates in a transaction are looked at.
const RATES_MAX: usize = 1_000;

/// What the weights of one side sum to, but for rounding.
const SCALE_BITS: usize = 64;

/// At what rates the accounts that exchanged one asset for one other did so.
#[derive(Debug)]
pub(super) struct Weights {
    /// For each asset those that it was exchanged for, in CAIP-19 order, with both totals.
    rates: BTreeMap<u32, Vec<Rate>>,
}

#[derive(Debug, Clone, Copy)]
struct Rate {
    other: u32,
    own_total: U256,
    other_total: U256,
}

impl Weights {
    /// The rates of a transaction.
    pub(super) fn of<U: Units>(board: &Board<'_, U>) -> Self {
        let mut totals: BTreeMap<(u32, u32), (U256, U256)> = BTreeMap::new();
        for account in 0..super::board::number(board.accounts.len()) {
            let (gives, gets) = board.sides(account);
            let ([given], [gotten]) = (&gives[..], &gets[..]) else { continue };
            if !board.is_accepted(*given) || !board.is_accepted(*gotten) {
                continue;
            }
            let of = |list: &[u32], asset: u32| {
                let payments = board.open(list);
                let sum = board.sum(payments.filter(|p| board.payments[*p].asset == asset));
                sum.to_amount().to_u256()
            };
            let x = of(board.by_payer.of_key(account), *given);
            let y = of(board.by_payee.of_key(account), *gotten);
            let (pair, (x, y)) = if given < gotten {
                ((*given, *gotten), (x, y))
            } else {
                ((*gotten, *given), (y, x))
            };
            let total = totals.entry(pair).or_default();
            *total = (total.0.saturating_add(x), total.1.saturating_add(y));
        }
        let mut rates: BTreeMap<u32, Vec<Rate>> = BTreeMap::new();
        if totals.len() <= RATES_MAX {
            for ((a, b), (x, y)) in totals {
                let rate = Rate { other: b, own_total: x, other_total: y };
                rates.entry(a).or_default().push(rate);
                let rate = Rate { other: a, own_total: y, other_total: x };
                rates.entry(b).or_default().push(rate);
            }
        }
        for rates in rates.values_mut() {
            rates.sort_by(|a, b| board.around.id(a.other).cmp(board.around.id(b.other)));
        }
        Self { rates }
    }

    /// Weighs the parts of one side. Returns whether anything is known of what they are worth.
    pub(super) fn weigh<U: Units>(&self, board: &Board<'_, U>, parts: &mut [Part<U>]) -> bool {
        if parts.len() < 2 {
            return true;
        }
        let own = self.by_own_prices(parts);
        let given = || by_given_prices(board, parts);
        let known = own.or_else(given).filter(|values| values.iter().any(|v| !v.is_zero()));
        let values = known.clone().unwrap_or_else(|| vec![U256::ONE; parts.len()]);
        let sum = values.iter().fold(U512::ZERO, |sum, value| sum + U512::from(*value));
        for (part, value) in parts.iter_mut().zip(values) {
            let weight = (U512::from(value) << SCALE_BITS) / sum;
            let weight = Amount::from(weight.saturating_to::<u128>());
            part.weight = U::from_amount(weight).unwrap_or_default().max(U::ONE);
        }
        known.is_some()
    }

    /// What each part is in units of the first, by the shortest chain of rates.
    fn by_own_prices<U: Units>(&self, parts: &[Part<U>]) -> Option<Vec<U256>> {
        let root = parts.first()?.asset;
        let mut towards: FxHashMap<u32, Rate> = FxHashMap::default();
        let mut open = VecDeque::from([root]);
        while let Some(asset) = open.pop_front() {
            for rate in self.rates.get(&asset).into_iter().flatten() {
                if rate.other != root && !towards.contains_key(&rate.other) {
                    towards.insert(rate.other, Rate { other: asset, ..*rate });
                    open.push_back(rate.other);
                }
            }
        }
        let value = |part: &Part<U>| {
            let (mut asset, mut value) = (part.asset, part.amount.to_amount().to_u256());
            while asset != root {
                let rate = towards.get(&asset)?;
                let product: U512 = value.widening_mul(rate.own_total);
                value = (product / U512::from(rate.other_total)).saturating_to();
                asset = rate.other;
            }
            Some(value)
        };
        parts.iter().map(value).collect()
    }
}

fn by_given_prices<U: Units>(board: &Board<'_, U>, parts: &[Part<U>]) -> Option<Vec<U256>> {
    let worth = |part: &Part<U>| board.around.worth(part.asset, part.amount).map(U256::from);
    parts.iter().map(worth).collect()
}

/// What some parts are worth together in cents, where that is known of each.
pub(super) fn worth<U: Units>(board: &Board<'_, U>, parts: &[Part<U>]) -> Option<u128> {
    parts.iter().try_fold(0u128, |sum, part| {
        Some(sum.saturating_add(board.around.worth(part.asset, part.amount)?))
    })
}
