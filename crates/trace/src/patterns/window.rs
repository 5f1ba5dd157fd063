//! Movements that are close to each other: in time, or in amount.

use alloy_primitives::U256;
use hawkshaw_model::Amount;
use rustc_hash::FxHashMap;

use super::index::{Index, Side};
use super::words;

/// The movements of which each is among many different others within some time.
#[derive(Debug, Clone)]
pub(super) struct Burst {
    /// The movements, in the order of the replay.
    pub(super) moves: Vec<usize>,
    /// How many different others they have.
    pub(super) others: usize,
}

/// The movements that have, with those of the same `seconds`, at least `least` different accounts
/// on a side; none where no window has. One pass with two ends.
pub(super) fn burst(
    index: &Index<'_>,
    moves: &[usize],
    side: Side,
    least: usize,
    seconds: u64,
) -> Option<Burst> {
    let least = least.max(1);
    let known = |found: &usize| side.of(&index.moves[*found]).is_some();
    let mut moves: Vec<usize> = moves.iter().copied().filter(known).collect();
    if moves.len() < least {
        return None;
    }
    moves.sort_by_key(|found| (index.moves[*found].time, *found));
    let mut counts: FxHashMap<usize, usize> = FxHashMap::default();
    let (mut first, mut taken) = (0, 0);
    let mut kept = Vec::new();
    for last in 0..moves.len() {
        let time = index.moves[moves[last]].time;
        *counts.entry(side.of(&index.moves[moves[last]])?).or_default() += 1;
        while words::seconds(index.moves[moves[first]].time, time) > seconds {
            let other = side.of(&index.moves[moves[first]])?;
            if let Some(count) = counts.get_mut(&other) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(&other);
                }
            }
            first += 1;
        }
        if counts.len() >= least {
            kept.extend_from_slice(&moves[first.max(taken)..=last]);
            taken = last + 1;
        }
    }
    kept.sort_unstable();
    let others = index.distinct(&kept, side);
    (!kept.is_empty()).then_some(Burst { moves: kept, others })
}

/// The widest stretch of sorted amounts of which the largest is at most so many percent above
/// the smallest: from, up to and without.
pub(super) fn band(amounts: &[Amount], percent: u32) -> (usize, usize) {
    let (mut from, mut best) = (0, (0, 0));
    for (last, largest) in amounts.iter().enumerate() {
        while !is_near(amounts[from], *largest, percent) {
            from += 1;
        }
        if last + 1 - from > best.1 - best.0 {
            best = (from, last + 1);
        }
    }
    best
}

/// Whether `largest` is at most so many percent above `smallest`.
fn is_near(smallest: Amount, largest: Amount, percent: u32) -> bool {
    let (smallest, largest) = (smallest.to_u256(), largest.to_u256());
    let excess = largest.saturating_sub(smallest);
    match excess.checked_mul(U256::from(100)) {
        Some(excess) => excess <= smallest.saturating_mul(U256::from(percent)),
        // Above 2^249, where a hundredth is exact enough.
        None => excess <= (smallest / U256::from(100)).saturating_mul(U256::from(percent)),
    }
}

#[cfg(test)]
mod tests {
    use super::band;
    use hawkshaw_model::Amount;

    #[test]
    fn a_band_is_as_wide_as_it_may_be_and_no_wider() {
        let amounts = |values: &[u64]| values.iter().map(|v| Amount::from(*v)).collect::<Vec<_>>();
        assert_eq!(band(&amounts(&[]), 5), (0, 0));
        assert_eq!(band(&amounts(&[0, 0, 7]), 5), (0, 2));
        assert_eq!(band(&amounts(&[50, 100, 103, 105, 106]), 5), (1, 4));
        assert_eq!(band(&amounts(&[100, 105, 106, 110, 111]), 5), (1, 4));
        let huge = Amount::from_u256(alloy_primitives::U256::MAX);
        assert_eq!(band(&[Amount::from(1u64), huge, huge], 5), (1, 3));
    }
}
