//! Habits of a run as a few small categories, and how likely they are among a set of runs.
#![expect(clippy::float_arithmetic, reason = "probabilities, not value")]

use alloy_primitives::U256;

use crate::run::{FeePattern, Run};

/// Ends of the classes of withdrawals per run, exclusive; the last class is open.
const COUNT_ENDS: [u32; 6] = [2, 3, 4, 6, 10, 20];
/// Ends of the classes of duration, in seconds, exclusive; the last class is open.
const SPAN_ENDS: [i64; 5] = [900, 3_600, 3 * 3_600, 8 * 3_600, 24 * 3_600];
/// Classes of the height of fees: tenths of the fees of the background.
const LEVELS: usize = 10;

/// The category of a run in each of its habits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Habit {
    /// Fee pattern and number of withdrawals together: the longer a run, the rarer an accident
    /// of digits.
    shape: usize,
    /// How high its fees are, of runs that paid any.
    level: Option<usize>,
    /// How long it took, of runs with two withdrawals or more.
    span: Option<usize>,
}

const SHAPES: usize = FeePattern::COUNT * (COUNT_ENDS.len() + 1);
const SPANS: usize = SPAN_ENDS.len() + 1;

/// Where the tenths of fees end.
#[derive(Debug, Clone)]
pub(crate) struct FeeScale(Vec<U256>);

impl FeeScale {
    /// The tenths of the fees of some runs.
    pub(crate) fn new<'a>(runs: impl Iterator<Item = &'a Run>) -> Self {
        let mut fees: Vec<U256> = runs.map(|run| run.fee).filter(|fee| !fee.is_zero()).collect();
        fees.sort_unstable();
        Self((1..LEVELS).filter_map(|n| fees.get(fees.len() * n / LEVELS).copied()).collect())
    }

    /// The categories of a run.
    pub(crate) fn habit(&self, run: &Run) -> Habit {
        let count = COUNT_ENDS.partition_point(|end| *end <= run.count);
        Habit {
            shape: run.pattern.index() * (COUNT_ENDS.len() + 1) + count,
            level: (!run.fee.is_zero()).then(|| self.0.partition_point(|end| *end <= run.fee)),
            span: (run.count > 1).then(|| SPAN_ENDS.partition_point(|end| *end <= run.span())),
        }
    }
}

/// How often each category was seen among some runs, which may count in part.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tally {
    shapes: [f64; SHAPES],
    levels: [f64; LEVELS],
    spans: [f64; SPANS],
    /// Sums of the arrays.
    totals: [f64; 3],
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self { shapes: [0.0; SHAPES], levels: [0.0; LEVELS], spans: [0.0; SPANS], totals: [0.0; 3] }
    }

    /// Counts a run.
    pub(crate) fn add(&mut self, habit: Habit, part: f64) {
        self.shapes[habit.shape] += part;
        self.totals[0] += part;
        if let Some(level) = habit.level {
            self.levels[level] += part;
            self.totals[1] += part;
        }
        if let Some(span) = habit.span {
            self.spans[span] += part;
            self.totals[2] += part;
        }
    }

    /// Counts what another tally counted, in part.
    pub(crate) fn add_all(&mut self, other: &Self, part: f64) {
        let pairs = (self.shapes.iter_mut().zip(&other.shapes))
            .chain(self.levels.iter_mut().zip(&other.levels))
            .chain(self.spans.iter_mut().zip(&other.spans))
            .chain(self.totals.iter_mut().zip(&other.totals));
        for (own, others) in pairs {
            *own += part * others;
        }
    }

    /// The same, scaled so that it counts so many runs.
    pub(crate) fn worth(&self, runs: f64) -> Self {
        let mut scaled = Self::new();
        if self.totals[0] > 0.0 {
            scaled.add_all(self, runs / self.totals[0]);
        }
        scaled
    }

    /// How many runs were counted.
    pub(crate) fn runs(&self) -> f64 {
        self.totals[0]
    }

    /// How many runs of a shape were counted.
    pub(crate) fn of_shape(&self, habit: Habit) -> f64 {
        self.shapes[habit.shape]
    }

    /// The probability of the categories of a run among these, its habits taken as independent.
    /// Never zero: an unseen category counts as half a run spread over all.
    ///
    /// A part of a run of these categories is left out, so that a run that was counted does not
    /// speak for itself.
    pub(crate) fn probability(&self, habit: Habit, without: f64) -> f64 {
        let [shape, level, span] = self.probabilities(habit, without);
        shape * level * span
    }

    /// The probability of each category of a run: shape, height of fees, duration.
    pub(crate) fn probabilities(&self, habit: Habit, without: f64) -> [f64; 3] {
        let share = |seen: &[f64], total: f64, at: Option<usize>| {
            let classes = f64::from(u32::try_from(seen.len()).unwrap_or(u32::MAX));
            at.map_or(1.0, |at| {
                let own = (seen[at] - without).max(0.0);
                (own + 0.5 / classes) / ((total - without).max(0.0) + 0.5)
            })
        };
        [
            share(&self.shapes, self.totals[0], Some(habit.shape)),
            share(&self.levels, self.totals[1], habit.level),
            share(&self.spans, self.totals[2], habit.span),
        ]
    }
}
