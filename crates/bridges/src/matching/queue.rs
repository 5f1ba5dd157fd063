//! Rows that are alike in all but time: the first deposit has the first payout.
#![expect(
    clippy::float_arithmetic,
    reason = "probabilities of pairs, which decide what is stood for and are shown as scores"
)]

use hawkshaw_model::LinkClass;
use rustc_hash::FxHashSet;

use super::component::SURE;
use super::fields::{Bucket, weigh};
use super::habits::{BIT, Habits};
use super::pair::{Pair, Reason};
use super::state::State;

/// Pairs of deposits and payouts that are weighed at once; beyond that rows are taken as they
/// follow each other, and only where both sides have as many.
const CELLS_MAX: usize = 250_000;
/// How unlikely it is, in bits, that a row has no partner.
const SKIP_BITS: f64 = -40.0;
/// A pair less probable than this is not worth a report.
const WORTH_REPORTING: f64 = 0.01;

/// Pairs rows that are alike, both sides in the order of time: deposit, payout, probability.
pub(crate) fn align(
    state: &State<'_>,
    habits: &Habits,
    (deposits, payouts): (&[usize], &[usize]),
) -> Vec<(usize, usize, f64)> {
    if deposits.len().saturating_mul(payouts.len()) > CELLS_MAX {
        return align_in_step(state, habits, deposits, payouts);
    }
    let weights: Vec<Vec<Option<f64>>> = deposits
        .iter()
        .map(|d| payouts.iter().map(|p| weigh(state, *d, *p, Some(habits)).map(bits)).collect())
        .collect();
    let mut cells = posteriors(&weights, payouts.len());
    cells.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
    let (mut near, mut far) = (vec![false; deposits.len()], vec![false; payouts.len()]);
    let mut pairs: Vec<(usize, usize, f64)> = Vec::new();
    for (i, j, sure) in cells {
        if !near[i] && !far[j] {
            (near[i], far[j]) = (true, true);
            pairs.push((i, j, sure));
        }
    }
    pairs.sort_by_key(|pair| (pair.0, pair.1));
    let rows: Vec<_> =
        pairs.iter().map(|(i, j, sure)| (deposits[*i], payouts[*j], *sure)).collect();
    with_neighbours(state, habits, &rows)
}

/// The first with the first, where every row has a partner that way.
fn align_in_step(
    state: &State<'_>,
    habits: &Habits,
    deposits: &[usize],
    payouts: &[usize],
) -> Vec<(usize, usize, f64)> {
    let rows: Vec<_> = deposits.iter().zip(payouts).map(|(d, p)| (*d, *p, 1.0)).collect();
    let in_step = deposits.len() == payouts.len()
        && rows.iter().all(|(d, p, _)| weigh(state, *d, *p, Some(habits)).is_some());
    if !in_step {
        return rows.into_iter().map(|(d, p, _)| (d, p, 0.0)).collect();
    }
    with_neighbours(state, habits, &rows)
}

/// The same, less the probability that a pair has exchanged its payout with the one before or
/// after it.
fn with_neighbours(
    state: &State<'_>,
    habits: &Habits,
    rows: &[(usize, usize, f64)],
) -> Vec<(usize, usize, f64)> {
    let exchanged: Vec<f64> = rows
        .windows(2)
        .map(|two| {
            let ((a, b, _), (c, d, _)) = (two[0], two[1]);
            let weight = neighbours(state, habits, [a, c], [b, d]);
            1.0 - probability(&[-weight])
        })
        .collect();
    rows.iter()
        .enumerate()
        .map(|(at, (d, p, sure))| {
            let before = at.checked_sub(1).and_then(|at| exchanged.get(at)).copied();
            let after = exchanged.get(at).copied();
            let kept = (1.0 - before.unwrap_or(0.0)) * (1.0 - after.unwrap_or(0.0));
            (*d, *p, sure * kept)
        })
        .collect()
}

/// How much likelier, as a logarithm, two payouts belong to two deposits as they are than the
/// other way round: by the delays, or by how often this bridge keeps the order.
pub(crate) fn neighbours(
    state: &State<'_>,
    habits: &Habits,
    deposits: [usize; 2],
    payouts: [usize; 2],
) -> i64 {
    let weight = |d: usize, p: usize| weigh(state, d, p, Some(habits));
    let [a, b] = deposits;
    let [c, d] = payouts;
    let (Some(across), Some(back)) = (weight(a, d), weight(b, c)) else {
        return i64::MAX / 4;
    };
    let own = weight(a, c).unwrap_or(0) + weight(b, d).unwrap_or(0);
    let book = state.book;
    let order = match (
        book.deposits.get(a),
        book.deposits.get(b),
        book.payouts.get(c),
        book.payouts.get(d),
    ) {
        (Some(a), Some(b), Some(c), Some(d)) if a.order() <= b.order() => {
            habits.order_weight(a, b, [c, d])
        }
        (Some(a), Some(b), Some(c), Some(d)) => habits.order_weight(b, a, [d, c]),
        _ => 0,
    };
    (own - across - back).max(order)
}

/// The probability of a choice beside rivals, given by how much likelier each is.
pub(crate) fn probability(rivals: &[i64]) -> f64 {
    1.0 / (1.0 + rivals.iter().map(|weight| bits(*weight).exp2()).sum::<f64>())
}

/// A logarithm as a number of bits.
fn bits(weight: i64) -> f64 {
    let bounded = weight.clamp(-(1 << 30), 1 << 30);
    f64::from(i32::try_from(bounded).unwrap_or(0)) / f64::from(i32::try_from(BIT).unwrap_or(1))
}

fn sum(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (1.0 + (low - high).exp2()).log2() }
}

/// The probability of every pair over all ways to pair two rows of events that keep their order,
/// in which rows may have no partner (forward and backward sums, in bits).
///
/// Between two pairs the skipped deposits are counted before the skipped payouts, so that every
/// way is counted once: `free` may skip a deposit, `bound` has skipped a payout and may not.
fn posteriors(weights: &[Vec<Option<f64>>], columns: usize) -> Vec<(usize, usize, f64)> {
    let rows = weights.len();
    let none = f64::NEG_INFINITY;
    let weight = |i: usize, j: usize| weights[i][j].unwrap_or(none);
    let table = || vec![vec![none; columns + 1]; rows + 1];
    let (mut free, mut bound, mut free_back, mut bound_back) = (table(), table(), table(), table());
    free[0][0] = 0.0;
    for i in 0..=rows {
        for j in 0..=columns {
            if i > 0 {
                free[i][j] = sum(free[i][j], free[i - 1][j] + SKIP_BITS);
            }
            if i > 0 && j > 0 {
                let before = sum(free[i - 1][j - 1], bound[i - 1][j - 1]);
                free[i][j] = sum(free[i][j], before + weight(i - 1, j - 1));
            }
            if j > 0 {
                bound[i][j] = sum(free[i][j - 1], bound[i][j - 1]) + SKIP_BITS;
            }
        }
    }
    (free_back[rows][columns], bound_back[rows][columns]) = (0.0, 0.0);
    for i in (0..=rows).rev() {
        for j in (0..=columns).rev() {
            let mut both = none;
            if i < rows && j < columns {
                both = weight(i, j) + free_back[i + 1][j + 1];
            }
            if j < columns {
                both = sum(both, bound_back[i][j + 1] + SKIP_BITS);
            }
            if (i, j) != (rows, columns) {
                bound_back[i][j] = both;
                let skip = if i < rows { free_back[i + 1][j] + SKIP_BITS } else { none };
                free_back[i][j] = sum(both, skip);
            }
        }
    }
    let all = sum(free[rows][columns], bound[rows][columns]);
    let mut cells = Vec::new();
    for i in 0..rows {
        for j in 0..columns {
            let way = sum(free[i][j], bound[i][j]) + weight(i, j) + free_back[i + 1][j + 1];
            let sure = (way - all).exp2();
            if sure >= WORTH_REPORTING {
                cells.push((i, j, sure.min(1.0)));
            }
        }
    }
    cells
}

/// Pairs many rows of one receiver by amount: the likeliest fees first, rows of one amount in
/// the order of time.
pub(crate) fn solve_by_amount(
    state: &State<'_>,
    habits: &Habits,
    (deposits, payouts): (&[Bucket], &[Bucket]),
    links: &[(usize, usize)],
    found: &mut Vec<Pair>,
) {
    let (mut near, mut far) = (deposits.to_vec(), payouts.to_vec());
    let mut order: Vec<(i64, (usize, usize))> = links
        .iter()
        .filter_map(|link| {
            Some((fee_weight(state, habits, deposits.get(link.0)?, payouts.get(link.1)?)?, *link))
        })
        .collect();
    let first = |bucket: &Bucket, is_payout: bool| {
        let entries = if is_payout { &state.book.payouts } else { &state.book.deposits };
        bucket.rows.first().and_then(|at| entries.get(*at)).map(super::entry::Entry::order)
    };
    order.sort_by_key(|(weight, (i, j))| {
        (-weight, first(&deposits[*i], false), first(&payouts[*j], true))
    });
    let alone = order.len() == 1;
    let mut used: (FxHashSet<usize>, FxHashSet<usize>) = Default::default();
    for (_, (i, j)) in order {
        let candidates = u64::try_from(far[j].rows.len()).unwrap_or(u64::MAX);
        let limit = near[i].rows.len().saturating_mul(far[j].rows.len()) > CELLS_MAX;
        for (d, p, sure) in align(state, habits, (&near[i].rows, &far[j].rows)) {
            let score = if alone { sure } else { sure * 0.99 };
            let accepted = score >= SURE;
            let why = match accepted {
                true => Reason::InOrderOfTime,
                false if limit => Reason::TooMany,
                false => Reason::Ambiguous,
            };
            let class = LinkClass::Statistics;
            let mut reasons = vec![why];
            reasons.extend(state.void_reason(d, p));
            found.push(Pair { deposit: d, payout: p, class, score, candidates, accepted, reasons });
            used.0.insert(d);
            used.1.insert(p);
        }
        near[i].rows.retain(|row| !used.0.contains(row));
        far[j].rows.retain(|row| !used.1.contains(row));
    }
}

fn fee_weight(state: &State<'_>, habits: &Habits, near: &Bucket, far: &Bucket) -> Option<i64> {
    let deposit = state.book.deposits.get(*near.rows.first()?)?;
    let payout = state.book.payouts.get(*far.rows.first()?)?;
    Some(habits.fee_weight(deposit, payout, state.fit(deposit, payout)?))
}
