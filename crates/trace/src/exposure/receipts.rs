//! What accounts received of which source.

use hawkshaw_model::{Timestamp, Usd};
use rustc_hash::FxHashMap;

use crate::exposure::recorder::POLICIES;
use crate::units::Units;

/// Account, source, asset, and whether the source itself paid it.
pub(crate) type Key = (u32, u32, u32, bool);

/// A payment that arrives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival<U> {
    pub(crate) amounts: [U; POLICIES],
    pub(crate) usd: Option<[Usd; POLICIES]>,
    pub(crate) hops: u16,
    pub(crate) time: Timestamp,
    pub(crate) way: Option<u32>,
}

/// All payments of one key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Receipt<U> {
    pub(crate) sum: Arrival<U>,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
}

/// What was received, by key.
#[derive(Debug, Default)]
pub(crate) struct Receipts<U> {
    pub(crate) by_key: FxHashMap<Key, Receipt<U>>,
}

impl<U: Units> Receipts<U> {
    /// Whether a payment that came over so many is nearer to the source than those before it.
    pub(crate) fn is_shorter(&self, key: Key, hops: u16) -> bool {
        let known = self.by_key.get(&key).map(|known| &known.sum);
        known.is_none_or(|sum| hops < sum.hops || (hops == sum.hops && sum.way.is_none()))
    }

    /// Adds a payment.
    pub(crate) fn add(&mut self, key: Key, arrival: Arrival<U>) {
        let Some(known) = self.by_key.get_mut(&key) else {
            let Arrival { time, .. } = arrival;
            self.by_key.insert(key, Receipt { sum: arrival, first: time, last: time });
            return;
        };
        let Receipt { sum, first, last } = known;
        for (sum, more) in sum.amounts.iter_mut().zip(arrival.amounts) {
            *sum = sum.plus(more);
        }
        sum.usd = match (sum.usd, arrival.usd) {
            (Some(known), Some(more)) => {
                Some(std::array::from_fn(|at| known[at].saturating_add(more[at])))
            }
            _ => None,
        };
        // The way is that of the payment that the hops are of.
        let rank = |arrival: &Arrival<U>| (arrival.hops, arrival.way.is_none());
        if rank(&arrival) < rank(sum) {
            (sum.hops, sum.way) = (arrival.hops, arrival.way);
        }
        *first = (*first).min(arrival.time);
        *last = (*last).max(arrival.time);
    }
}
