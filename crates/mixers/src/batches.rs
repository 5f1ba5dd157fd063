//! Known batches: who took them out?
//!
//! The habits of the thief are not known beforehand; they are learned from the window itself,
//! against what the pool looks like outside it, and they may change from batch to batch. What
//! makes that possible is volume: a batch of thirty deposits is withdrawn thirty times, so of
//! all ways to give runs to batches only those that nearly exhaust each batch weigh much.
//! Learning and weighing alternate (expectation maximisation) until nothing moves.
#![expect(clippy::float_arithmetic, reason = "probabilities, not value")]

use crate::assignment::{Item, Size, posteriors};
use crate::habits::{FeeScale, Habit, Tally};
use crate::rule::Rule;
use crate::run::Run;
use crate::{KnownBatch, PoolError};

/// What batch reasoning is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BatchModel {
    /// A run belongs to a batch only if it ends at most so long after the last deposit.
    pub(crate) lag: i64,
    /// History on either side of the batches that says what runs of strangers look like.
    pub(crate) around: i64,
    /// The probability that a batch was withdrawn by runs of candidates at all.
    pub(crate) present: f64,
    /// Of a batch that was, the probability that they withdrew every deposit of it.
    pub(crate) exhausted: f64,
    /// Batches after which the weight of what was learned from one is halved for another.
    pub(crate) memory: f64,
    /// Rounds of learning.
    pub(crate) rounds: usize,
}

impl BatchModel {
    pub(crate) const STANDARD: Self = Self {
        lag: 48 * 3_600,
        around: 90 * 86_400,
        present: 0.5,
        exhausted: 0.5,
        memory: 1.5,
        rounds: 25,
    };
}

/// Ends of the classes of the time from the first deposit of a batch to the start of a run, in
/// seconds.
const LAG_ENDS: [i64; 9] = [1_800, 3_600, 7_200, 14_400, 28_800, 57_600, 115_200, 230_400, 460_800];
/// The factor for each further deposit that is left in the pool.
const LEFT_EACH: f64 = 0.9;
/// How much likelier a habit is in a batch than among strangers, to be named as a reason.
const REASON_RATIO: f64 = 2.0;
/// Hours of history that tell what strangers do: two weeks.
const HISTORY_MIN: f64 = 336.0;
/// A change of probabilities that is none.
const SETTLED: f64 = 1e-4;
/// Sums that a round may work on: Ronin needs some hundred thousand.
const WORK_MAX: usize = 50_000_000;

/// A run with the probabilities that it withdrew batches.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// Its place in the runs.
    pub(crate) run: usize,
    /// Batches with the probability for each.
    pub(crate) options: Vec<(usize, f64)>,
    /// The habits that speak for its most probable batch.
    pub(crate) reasons: Vec<Rule>,
}

impl Candidate {
    /// The probability that it withdrew any batch.
    pub(crate) fn score(&self) -> f64 {
        self.options.iter().map(|(_, probability)| probability).sum::<f64>().clamp(0.0, 1.0)
    }

    /// Its most probable batch.
    pub(crate) fn batch(&self) -> Option<usize> {
        // Of equally probable ones the last is taken, which is the nearest in time.
        self.options.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(batch, _)| *batch)
    }
}

/// What batch reasoning found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) candidates: Vec<Candidate>,
    /// Runs of strangers an hour that could be candidates, outside the window.
    pub(crate) background_an_hour: f64,
    /// Runs that this was told from.
    pub(crate) background_runs: usize,
    /// Whether strangers had to be told from the window too, for want of history.
    pub(crate) lacks_history: bool,
}

/// Gives runs to batches. Both come in order of their starts; only runs within the window can be
/// a batch's. The hidden stretch is no history: its runs were taken out.
///
/// # Errors
///
/// When so many batches overlap that weighing them would take minutes.
pub(crate) fn assign(
    runs: &[Run],
    batches: &[KnownBatch],
    window: (i64, i64),
    hidden: (i64, i64),
    model: BatchModel,
) -> Result<Found, PoolError> {
    let start = batches.iter().map(|batch| batch.first).min().unwrap_or_default();
    let end = batches.iter().map(|batch| batch.last).max().unwrap_or_default() + model.lag;
    let outside: Vec<&Run> = runs
        .iter()
        .filter(|run| run.last < start || run.first > end)
        .filter(|run| run.first >= start - model.around && run.last <= end + model.around)
        .filter(|run| run.span() <= model.lag)
        .collect();
    let candidates = candidates(runs, batches, window, model)?;
    let inside: Vec<&Run> = candidates.iter().filter_map(|c| runs.get(c.run)).collect();
    let scale = FeeScale::new(inside.iter().chain(&outside).copied());
    let habits: Vec<Habit> = inside.iter().map(|run| scale.habit(run)).collect();
    let mut background = Tally::new();
    for run in &outside {
        background.add(scale.habit(run), 1.0);
    }
    let hours = hours_outside(runs, (start, end), hidden, model.around);
    let mut all = Tally::new();
    for habit in &habits {
        all.add(*habit, 1.0);
    }
    // A habit that only the window has is not impossible for strangers.
    background.add_all(&all.worth(10.0), 1.0);
    let mut learner = Learner {
        batches,
        model,
        an_hour: background.runs() / hours.max(1.0),
        history: (hours < HISTORY_MIN).then(|| (background.clone(), hours)),
        background,
        habits,
        starts: inside.iter().map(|run| run.first).collect(),
        counts: inside.iter().map(|run| run.count).collect(),
        candidates,
    };
    learner.assume_half();
    learner.guess(&all);
    for _ in 0..model.rounds {
        if learner.weigh() < SETTLED {
            break;
        }
    }
    learner.give_reasons();
    Ok(Found {
        background_an_hour: learner.an_hour,
        lacks_history: learner.history.is_some(),
        candidates: learner.candidates,
        background_runs: outside.len(),
    })
}

/// The runs that can belong to a batch: of recipients that the pool knows from no other time,
/// begun after the first deposit, done soon after the last, and no larger.
fn candidates(
    runs: &[Run],
    batches: &[KnownBatch],
    window: (i64, i64),
    model: BatchModel,
) -> Result<Vec<Candidate>, PoolError> {
    let mut work = 0_usize;
    let mut found = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        if run.first < window.0 || run.last > window.1 {
            continue;
        }
        let options: Vec<(usize, f64)> = batches
            .iter()
            .enumerate()
            .filter(|(_, batch)| run.first >= batch.first)
            .filter(|(_, batch)| run.last <= batch.last.saturating_add(model.lag))
            .filter(|(_, batch)| run.count <= batch.deposits)
            .map(|(batch, _)| (batch, 0.0))
            .collect();
        for (batch, _) in &options {
            let size = usize::try_from(batches[*batch].deposits).unwrap_or(usize::MAX);
            work = work.saturating_add(size).saturating_add(batches.len());
        }
        if work > WORK_MAX {
            return Err(PoolError::NothingToDo(format!(
                "these {} batches overlap too much to be told apart: look at fewer of them at a \
                 time, by --from and --to",
                batches.len()
            )));
        }
        if !options.is_empty() {
            found.push(Candidate { run: at, options, reasons: Vec::new() });
        }
    }
    Ok(found)
}

/// Hours of history outside the window that the background was told from.
fn hours_outside(runs: &[Run], window: (i64, i64), hidden: (i64, i64), around: i64) -> f64 {
    let first = runs.iter().map(|run| run.first).min().unwrap_or(window.0);
    let last = runs.iter().map(|run| run.last).max().unwrap_or(window.1);
    let seen = |begin: i64, end: i64| {
        let away = end.min(hidden.1).saturating_sub(begin.max(hidden.0)).max(0);
        end.saturating_sub(begin).max(0).saturating_sub(away).max(0)
    };
    let before = seen(first.max(window.0.saturating_sub(around)), window.0);
    let after = seen(window.1, last.min(window.1.saturating_add(around)));
    hours(before.saturating_add(after))
}

/// Hours in which a run could start that belongs to some batch.
fn hours_covered(batches: &[KnownBatch], lag: i64) -> f64 {
    let mut covered = 0;
    let mut until = i64::MIN;
    for batch in batches {
        covered += (batch.last + lag - batch.first.max(until)).max(0);
        until = until.max(batch.last + lag);
    }
    hours(covered)
}

fn hours(seconds: i64) -> f64 {
    f64::from(i32::try_from(seconds).unwrap_or(i32::MAX)) / 3_600.0
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// What learning works on: each list has an element for each candidate.
struct Learner<'a> {
    batches: &'a [KnownBatch],
    model: BatchModel,
    background: Tally,
    an_hour: f64,
    /// What little history there is, and its hours: then strangers are also told from the runs
    /// of the window that are left over.
    history: Option<(Tally, f64)>,
    habits: Vec<Habit>,
    starts: Vec<i64>,
    counts: Vec<u32>,
    candidates: Vec<Candidate>,
}

impl Learner<'_> {
    /// With little history, half of the runs in the window are first taken for strangers'.
    fn assume_half(&mut self) {
        for candidate in &mut self.candidates {
            let part = 0.5 / number(candidate.options.len());
            candidate.options.iter_mut().for_each(|(_, probability)| *probability = part);
        }
        self.tell_strangers();
    }

    /// With little history, tells strangers from what of the window is left over.
    fn tell_strangers(&mut self) {
        let Some((history, hours)) = &self.history else { return };
        let mut background = history.clone();
        for (candidate, habit) in self.candidates.iter().zip(&self.habits) {
            background.add(*habit, 1.0 - candidate.score());
        }
        let covered = hours_covered(self.batches, self.model.lag);
        self.an_hour = background.runs() / (hours + covered).max(1.0);
        self.background = background;
    }

    /// A first guess: of a shape that is more frequent in the window than outside, the excess
    /// is the thief's.
    fn guess(&mut self, all: &Tally) {
        let hours = hours_covered(self.batches, self.model.lag);
        for (candidate, habit) in self.candidates.iter_mut().zip(&self.habits) {
            let seen = all.of_shape(*habit).max(1.0);
            let expected =
                self.an_hour * hours * self.background.of_shape(*habit) / self.background.runs();
            let excess = (1.0 - expected / seen).clamp(0.02, 0.98);
            let part = excess / number(candidate.options.len());
            for (_, probability) in &mut candidate.options {
                *probability = part;
            }
        }
    }

    /// Learns habits from what is believed, and weighs every run again with them. Gives the
    /// largest change of a probability.
    fn weigh(&mut self) -> f64 {
        let profiles = self.profiles();
        let lags = self.lags();
        let items: Vec<Item> = (self.candidates.iter().zip(&self.habits))
            .zip(self.starts.iter().zip(&self.counts))
            .map(|((candidate, habit), (start, count))| {
                let strangers = self.an_hour * self.background.probability(*habit, 0.0);
                let options = candidate.options.iter().map(|(batch, _)| {
                    let (profile, runs) = &profiles[*batch];
                    let class = lag_class(start - self.batches[*batch].first);
                    let counted = self.part_in(candidate, *batch);
                    let own = runs * profile.probability(*habit, counted) * lags[class];
                    (*batch, own / strangers)
                });
                Item { count: *count, options: options.collect() }
            })
            .collect();
        let size = |(batch, (_, runs)): (&KnownBatch, &(Tally, f64))| Size {
            deposits: batch.deposits,
            present: self.model.present,
            runs: *runs,
            nothing: self.model.exhausted,
            each: LEFT_EACH,
        };
        let sizes: Vec<Size> = self.batches.iter().zip(&profiles).map(size).collect();
        let found = posteriors(&sizes, &items);
        let mut change = 0.0_f64;
        for (candidate, probabilities) in self.candidates.iter_mut().zip(found) {
            for ((_, old), new) in candidate.options.iter_mut().zip(probabilities) {
                change = change.max((*old - new).abs());
                *old = new;
            }
        }
        self.tell_strangers();
        change
    }

    /// How much of a run was counted in the profile of a batch.
    fn part_in(&self, candidate: &Candidate, batch: usize) -> f64 {
        let parts = candidate.options.iter();
        parts.map(|(other, part)| part * self.nearness(batch, *other)).sum()
    }

    /// How much what was learned from one batch says of another.
    fn nearness(&self, batch: usize, other: usize) -> f64 {
        0.5_f64.powf(number(batch.abs_diff(other)) / self.model.memory)
    }

    /// Says which habits of each run speak for its most probable batch.
    fn give_reasons(&mut self) {
        let profiles = self.profiles();
        let lags = self.lags();
        let even =
            1.0 / hours_covered(self.batches, self.model.lag).max(1.0) * number(self.batches.len());
        for (at, habit) in self.habits.iter().enumerate() {
            let Some(batch) = self.candidates[at].batch() else { continue };
            let own =
                profiles[batch].0.probabilities(*habit, self.part_in(&self.candidates[at], batch));
            let strangers = self.background.probabilities(*habit, 0.0);
            let lag = lags[lag_class(self.starts[at] - self.batches[batch].first)];
            let habits = [Rule::FeePatternAndCount, Rule::FeeHeight, Rule::Duration];
            let mut reasons = vec![Rule::FreshRecipient];
            for ((own, strangers), rule) in own.iter().zip(strangers).zip(habits) {
                if *own >= REASON_RATIO * strangers {
                    reasons.push(rule);
                }
            }
            if lag >= REASON_RATIO * even {
                reasons.push(Rule::SoonAfterDeposits);
            }
            self.candidates[at].reasons = reasons;
        }
    }

    /// For each batch, the habits of its runs as those of it and of its neighbours show, and how
    /// many runs to expect.
    fn profiles(&self) -> Vec<(Tally, f64)> {
        let mut own = vec![Tally::new(); self.batches.len()];
        let mut withdrawn = vec![0.0; self.batches.len()];
        for ((candidate, habit), count) in
            self.candidates.iter().zip(&self.habits).zip(&self.counts)
        {
            for (batch, probability) in &candidate.options {
                own[*batch].add(*habit, *probability);
                withdrawn[*batch] += probability * f64::from(*count);
            }
        }
        let mut all = Tally::new();
        for tally in &own {
            all.add_all(tally, 1.0);
        }
        let mut base = all.worth(1.0);
        base.add_all(&self.background.worth(1.0), 1.0);
        (0..self.batches.len())
            .map(|batch| {
                let mut profile = base.clone();
                let mut volume = 0.0;
                for (other, tally) in own.iter().enumerate() {
                    let weight = self.nearness(batch, other);
                    profile.add_all(tally, weight);
                    volume += weight * withdrawn[other];
                }
                let each = (volume / (profile.runs() - base.runs()).max(1e-9)).max(1.0);
                (profile, f64::from(self.batches[batch].deposits) / each)
            })
            .collect()
    }

    /// For each class of the time since the first deposit, how many of the thief's runs start in
    /// an hour of it, as a part of all.
    fn lags(&self) -> Vec<f64> {
        // Half a run in each class: none is impossible.
        let mut seen = vec![0.5; LAG_ENDS.len() + 1];
        for (candidate, start) in self.candidates.iter().zip(&self.starts) {
            for (batch, probability) in &candidate.options {
                seen[lag_class(start - self.batches[*batch].first)] += probability;
            }
        }
        let total: f64 = seen.iter().sum();
        let begins = std::iter::once(0).chain(LAG_ENDS);
        let ends = LAG_ENDS.into_iter().chain(std::iter::once(2 * LAG_ENDS[LAG_ENDS.len() - 1]));
        let widths = begins.zip(ends).map(|(begin, end)| hours(end - begin));
        seen.iter().zip(widths).map(|(seen, width)| seen / total / width).collect()
    }
}

fn lag_class(lag: i64) -> usize {
    LAG_ENDS.partition_point(|end| *end <= lag)
}
