//! Which runs withdrew which batches, given that a batch withdraws no more than it deposited.
//!
//! Runs come in order of their starts and batches in order of their first deposits. A path goes
//! through the runs, leaves a run to the background or gives it to a batch, and never goes back
//! to an earlier batch. Its weight is the product of the weights of the runs that it gives away
//! and of a factor for what each batch leaves in the pool. Forward and backward sums over all
//! paths give for every run the part of the weight that gives it to each batch: a probability
//! under the model (the sum-product algorithm on a chain).
#![expect(clippy::float_arithmetic, reason = "probabilities, not value")]

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
    /// The weight of withdrawing it by runs at hand at all, before any run is looked at: the
    /// probability that it is so, times that of no run where some are expected.
    pub(crate) present: f64,
    /// The weight of not withdrawing it by runs at hand.
    pub(crate) absent: f64,
    /// Of a batch that is withdrawn, the probability that nothing of it is left.
    pub(crate) nothing: f64,
    /// The factor for each further deposit that is left.
    pub(crate) each: f64,
}

impl Size {
    /// The weight of leaving some deposits of a batch that is withdrawn.
    fn weight(&self, left: usize) -> f64 {
        let left = match i32::try_from(left) {
            Ok(0) => self.nothing,
            Ok(left) => (1.0 - self.nothing) * (1.0 - self.each) * self.each.powi(left - 1),
            Err(_) => 0.0,
        };
        self.present * left
    }
}

/// Beyond this, sums are scaled down: far from the end of what a float holds.
const SCALE_AT: f64 = 1e100;

/// Sums over the paths up to a run, or from it on.
struct Sums {
    /// For each batch and number of withdrawals given to it.
    rows: Vec<Vec<f64>>,
    /// For each batch: forward, the paths that have closed it; backward, what follows once it
    /// is closed.
    closed: Vec<f64>,
    /// Paths that gave nothing away yet, or what follows from there.
    start: f64,
    /// The logarithm of what the sums were divided by.
    scale: f64,
}

impl Sums {
    fn new(sizes: &[usize], closed: Vec<f64>, start: f64) -> Self {
        let rows = sizes.iter().map(|size| vec![0.0; size + 1]).collect();
        Self { rows, closed, start, scale: 0.0 }
    }

    fn rescale(&mut self, largest: f64) {
        if largest < SCALE_AT {
            return;
        }
        for sum in self.rows.iter_mut().flatten().chain(&mut self.closed) {
            *sum /= largest;
        }
        self.start /= largest;
        self.scale += largest.ln();
    }
}

/// What the backward pass needs of the forward one: the sums before a run, of its options.
struct Before {
    rows: Vec<Vec<f64>>,
    entries: Vec<f64>,
    scale: f64,
}

/// For each item and each of its options, the probability that it belongs there.
pub(crate) fn posteriors(batches: &[Size], items: &[Item]) -> Vec<Vec<f64>> {
    let sizes: Vec<usize> =
        batches.iter().map(|size| usize::try_from(size.deposits).unwrap_or_default()).collect();
    let untouched: Vec<f64> =
        batches.iter().zip(&sizes).map(|(size, all)| size.absent + size.weight(*all)).collect();
    let mut forward = Sums::new(&sizes, vec![0.0; batches.len()], 1.0);
    let mut before = Vec::with_capacity(items.len());
    for item in items {
        let kept = Before {
            rows: item.options.iter().map(|(batch, _)| forward.rows[*batch].clone()).collect(),
            entries: item.options.iter().map(|o| entry(&forward, &untouched, o.0)).collect(),
            scale: forward.scale,
        };
        let count = usize::try_from(item.count).unwrap_or(usize::MAX);
        let mut largest = 0.0_f64;
        for ((batch, weight), (old, entry)) in
            item.options.iter().zip(kept.rows.iter().zip(&kept.entries))
        {
            let size = sizes[*batch];
            for given in count..=size {
                let from = if given == count { *entry } else { old[given - count] };
                let gain = weight * from;
                forward.rows[*batch][given] += gain;
                forward.closed[*batch] += gain * batches[*batch].weight(size - given);
                largest = largest.max(forward.rows[*batch][given]);
            }
        }
        forward.rescale(largest);
        before.push(kept);
    }
    let total = (entry(&forward, &untouched, batches.len()).ln()) + forward.scale;
    backward(batches, &sizes, items, &untouched, &before, total)
}

/// The weight of the paths that can go on to a batch: all earlier ones closed.
fn entry(forward: &Sums, untouched: &[f64], batch: usize) -> f64 {
    let mut sum = forward.start;
    for (untouched, closed) in untouched.iter().zip(&forward.closed).take(batch) {
        sum = sum * untouched + closed;
    }
    sum
}

fn backward(
    batches: &[Size],
    sizes: &[usize],
    items: &[Item],
    untouched: &[f64],
    before: &[Before],
    total: f64,
) -> Vec<Vec<f64>> {
    // What follows once a batch is closed and nothing more is given away.
    let mut closed = vec![1.0; sizes.len()];
    for at in (1..sizes.len()).rev() {
        closed[at - 1] = closed[at] * untouched[at];
    }
    let start = closed.first().map_or(1.0, |rest| rest * untouched[0]);
    let mut sums = Sums::new(sizes, closed, start);
    let mut found = vec![Vec::new(); items.len()];
    for (at, item) in items.iter().enumerate().rev() {
        let count = usize::try_from(item.count).unwrap_or(usize::MAX);
        let past = &before[at];
        let scale = (past.scale + sums.scale - total).exp();
        let mut largest = 0.0_f64;
        let mut gains = Vec::new();
        for (option, (batch, weight)) in item.options.iter().enumerate() {
            let size = sizes[*batch];
            if count > size {
                found[at].push(0.0);
                continue;
            }
            let after: Vec<f64> = (0..=size)
                .map(|given| {
                    sums.rows[*batch][given]
                        + batches[*batch].weight(size - given) * sums.closed[*batch]
                })
                .collect();
            let mut mass = past.entries[option] * after[count];
            for given in 1..=(size - count) {
                mass += past.rows[option][given] * after[given + count];
            }
            // Sums of different magnitude are scaled on their own; what is lost is nothing.
            found[at].push((weight * mass * scale).clamp(0.0, 1.0));
            gains.push((*batch, *weight, after));
        }
        for (batch, weight, after) in gains {
            for given in 1..=(sizes[batch] - count) {
                sums.rows[batch][given] += weight * after[given + count];
                largest = largest.max(sums.rows[batch][given]);
            }
            let mut gain = weight * after[count];
            for earlier in (0..batch).rev() {
                sums.closed[earlier] += gain;
                largest = largest.max(sums.closed[earlier]);
                gain *= untouched[earlier];
            }
            sums.start += gain;
            largest = largest.max(sums.start);
        }
        sums.rescale(largest);
    }
    found
}
