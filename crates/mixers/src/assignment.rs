//! Which runs withdrew which batches, given that a batch withdraws no more than it deposited.
//!
//! Runs come in order of their starts and batches in order of their first deposits. A path goes
//! through the runs, leaves a run to the background or gives it to a batch, and never goes back
//! to an earlier batch. Its weight is the product of the weights of the runs that it gives away
//! and of a factor for what each batch leaves in the pool. Forward and backward sums over all
//! paths give for every run the part of the weight that gives it to each batch: a probability
//! under the model (the sum-product algorithm on a chain).
#![expect(clippy::float_arithmetic, reason = "probabilities, not value")]

#[cfg(test)]
mod enumeration;

use crate::wide::Wide;

/// A run that may belong to a batch.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Withdrawals.
    pub(crate) count: u32,
    /// The batches that it may belong to, rising, each with how much likelier than background
    /// the run is if it does.
    pub(crate) options: Vec<(usize, f64)>,
}

/// A batch: how large it is, and how its size weighs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Deposits.
    pub(crate) deposits: u32,
    /// The probability that runs at hand withdraw it at all, before any run is looked at.
    pub(crate) present: f64,
    /// How many runs are expected if they do.
    pub(crate) runs: f64,
    /// Of a batch that is withdrawn, the probability that nothing of it is left.
    pub(crate) nothing: f64,
    /// The factor for each further deposit that is left.
    pub(crate) each: f64,
}

impl Size {
    /// For each number of deposits that is left of a batch that is withdrawn, its weight: that
    /// of none of the expected runs, for each run brings its own.
    fn weights(&self) -> Vec<Wide> {
        let present = Wide::new(self.present) * Wide::exp(-self.runs);
        let mut weights = vec![present * Wide::new(self.nothing)];
        let mut next = present * Wide::new((1.0 - self.nothing) * (1.0 - self.each));
        for _ in 0..self.deposits {
            weights.push(next);
            next = next * Wide::new(self.each);
        }
        weights
    }
}

/// Sums over the paths up to a run, or from it on.
struct Sums {
    /// For each batch and number of withdrawals given to it.
    rows: Vec<Vec<Wide>>,
    /// For each batch: forward, the paths that have closed it; backward, what follows once it
    /// is closed.
    closed: Vec<Wide>,
    /// Paths that gave nothing away yet, or what follows from there.
    start: Wide,
}

impl Sums {
    fn new(left: &[Vec<Wide>], closed: Vec<Wide>, start: Wide) -> Self {
        let rows = left.iter().map(|weights| vec![Wide::ZERO; weights.len()]).collect();
        Self { rows, closed, start }
    }
}

/// What the backward pass needs of the forward one: the sums before a run, of its options.
struct Before {
    rows: Vec<Vec<Wide>>,
    entries: Vec<Wide>,
}

/// For each item and each of its options, the probability that it belongs there.
pub(crate) fn posteriors(batches: &[Size], items: &[Item]) -> Vec<Vec<f64>> {
    let left: Vec<Vec<Wide>> = batches.iter().map(Size::weights).collect();
    let untouched: Vec<Wide> = (batches.iter().zip(&left))
        .map(|(size, left)| {
            Wide::new(1.0 - size.present) + left.last().copied().unwrap_or(Wide::ZERO)
        })
        .collect();
    let mut forward = Sums::new(&left, vec![Wide::ZERO; batches.len()], Wide::ONE);
    let mut before = Vec::with_capacity(items.len());
    for item in items {
        let kept = Before {
            rows: item.options.iter().map(|(batch, _)| forward.rows[*batch].clone()).collect(),
            entries: item.options.iter().map(|o| entry(&forward, &untouched, o.0)).collect(),
        };
        let count = usize::try_from(item.count).unwrap_or(usize::MAX);
        for ((batch, weight), (old, entry)) in
            item.options.iter().zip(kept.rows.iter().zip(&kept.entries))
        {
            let (weight, left) = (Wide::new(*weight), &left[*batch]);
            for given in count..left.len() {
                let from = if given == count { *entry } else { old[given - count] };
                let gain = weight * from;
                forward.rows[*batch][given] += gain;
                forward.closed[*batch] += gain * left[left.len() - 1 - given];
            }
        }
        before.push(kept);
    }
    let total = entry(&forward, &untouched, batches.len());
    backward(items, &left, &untouched, &before, total)
}

/// The weight of the paths that can go on to a batch: all earlier ones closed.
fn entry(forward: &Sums, untouched: &[Wide], batch: usize) -> Wide {
    let mut sum = forward.start;
    for (untouched, closed) in untouched.iter().zip(&forward.closed).take(batch) {
        sum = sum * *untouched + *closed;
    }
    sum
}

fn backward(
    items: &[Item],
    left: &[Vec<Wide>],
    untouched: &[Wide],
    before: &[Before],
    total: Wide,
) -> Vec<Vec<f64>> {
    // What follows once a batch is closed and nothing more is given away.
    let mut closed = vec![Wide::ONE; left.len()];
    for at in (1..left.len()).rev() {
        closed[at - 1] = closed[at] * untouched[at];
    }
    let start = closed.first().map_or(Wide::ONE, |rest| *rest * untouched[0]);
    let mut sums = Sums::new(left, closed, start);
    let mut found = vec![Vec::new(); items.len()];
    for (at, item) in items.iter().enumerate().rev() {
        let count = usize::try_from(item.count).unwrap_or(usize::MAX);
        let past = &before[at];
        let mut gains = Vec::new();
        for (option, (batch, weight)) in item.options.iter().enumerate() {
            let left = &left[*batch];
            if count >= left.len() {
                found[at].push(0.0);
                continue;
            }
            let weight = Wide::new(*weight);
            let rows = sums.rows[*batch].iter().zip(left.iter().rev());
            let after: Vec<Wide> =
                rows.map(|(row, left)| *row + *left * sums.closed[*batch]).collect();
            let mut mass = past.entries[option] * after[count];
            for (row, after) in past.rows[option].iter().zip(&after[count..]).skip(1) {
                mass += *row * *after;
            }
            found[at].push((weight * mass).share_of(total).clamp(0.0, 1.0));
            gains.push((*batch, weight, after));
        }
        for (batch, weight, after) in gains {
            for (row, after) in sums.rows[batch].iter_mut().zip(&after[count..]).skip(1) {
                *row += weight * *after;
            }
            let mut gain = weight * after[count];
            for earlier in (0..batch).rev() {
                sums.closed[earlier] += gain;
                gain = gain * untouched[earlier];
            }
            sums.start += gain;
        }
    }
    found
}
