//! Parts of the theft, as integers.
//!
//! The sums of a pattern are over several assets, and the trace knows no prices. So a movement
//! is measured by what its tainted part stands for: the theft is [`WHOLE`] parts, of which each
//! stolen asset has as many as the others, and value keeps its parts through a swap. The tainted
//! part of a movement is the largest that a conserving policy says, so that no figure rests on
//! the choice of a policy; it is "up to" so much.

use alloy_primitives::{U256, U512};
use hawkshaw_model::AssetId;
use rustc_hash::FxHashMap;

use crate::result::Trace;

/// The theft.
pub(super) const WHOLE: u64 = 1_000_000_000_000_000_000;
/// Parts of a millionth of the theft.
const MILLIONTH: u64 = WHOLE / 1_000_000;
/// Parts of a billionth of the theft.
const BILLIONTH: u64 = WHOLE / 1_000_000_000;

/// So many millionths of the theft.
pub(super) fn millionths(count: u32) -> u64 {
    u64::from(count).saturating_mul(MILLIONTH).min(WHOLE)
}

/// Parts as billionths of the theft, the theft at most.
pub(super) fn billionths(parts: u128) -> u64 {
    u64::try_from(parts.min(u128::from(WHOLE))).unwrap_or(WHOLE) / BILLIONTH
}

/// Whether `part` is at least so many percent of `whole`.
pub(super) fn is_at_least(part: u128, percent: u32, whole: u128) -> bool {
    part.saturating_mul(100) >= whole.saturating_mul(u128::from(percent))
}

/// `parts · some / all`, rounded down, the theft at most.
pub(super) fn prorated(parts: u128, some: U256, all: U256) -> u64 {
    if all.is_zero() {
        return 0;
    }
    let parts = U256::from(parts);
    let quotient = match parts.checked_mul(some) {
        Some(product) => product / all,
        None => {
            let wide = U512::from(parts) * U512::from(some) / U512::from(all);
            return u64::try_from(wide).unwrap_or(WHOLE).min(WHOLE);
        }
    };
    u64::try_from(quotient).unwrap_or(WHOLE).min(WHOLE)
}

/// Tainted value that came to a place, and what it stands for.
#[derive(Debug, Clone, Copy, Default)]
struct Received {
    parts: u128,
    amount: U256,
}

impl Received {
    fn add(&mut self, parts: u64, amount: U256) {
        self.parts = self.parts.saturating_add(u128::from(parts));
        self.amount = self.amount.saturating_add(amount);
    }

    fn part(&self, amount: U256) -> u64 {
        prorated(self.parts, amount, self.amount)
    }
}

/// What a tainted unit stands for, in each holding on the average of what came there.
#[derive(Debug, Default)]
pub(super) struct Rates {
    holdings: FxHashMap<(usize, usize), Received>,
    /// Where a holding is not known: by asset.
    assets: FxHashMap<usize, Received>,
    /// Parts of a stolen asset, and how much of it was stolen.
    stolen: FxHashMap<usize, Received>,
}

impl Rates {
    /// The rates of the stolen assets themselves; `number` gives an asset its number.
    pub(super) fn new<'a>(trace: &'a Trace, mut number: impl FnMut(&'a AssetId) -> usize) -> Self {
        let mut rates = Self::default();
        let kinds = u64::try_from(trace.stolen.len()).unwrap_or(1).max(1);
        for stolen in &trace.stolen {
            let known = rates.stolen.entry(number(&stolen.asset)).or_default();
            known.add(WHOLE / kinds, stolen.amount.to_u256());
        }
        rates
    }

    /// What a stolen transfer stands for.
    pub(super) fn theft(&self, asset: usize, amount: U256) -> u64 {
        self.stolen.get(&asset).map_or(0, |stolen| stolen.part(amount))
    }

    /// What a tainted amount of a holding stands for.
    pub(super) fn part(&self, account: Option<usize>, asset: usize, amount: U256) -> u64 {
        let holding = account.and_then(|account| self.holdings.get(&(account, asset)));
        let known = holding.or_else(|| self.stolen.get(&asset)).or_else(|| self.assets.get(&asset));
        known.map_or(0, |received| received.part(amount))
    }

    /// Notes what came to a holding.
    pub(super) fn credit(&mut self, account: usize, asset: usize, parts: u64, amount: U256) {
        self.holdings.entry((account, asset)).or_default().add(parts, amount);
        self.assets.entry(asset).or_default().add(parts, amount);
    }
}
