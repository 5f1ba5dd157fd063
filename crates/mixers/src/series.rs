//! A window and nothing else: which runs look like those of one hand?
//!
//! A thief who empties a pool in a hurry makes runs faster than strangers do. Runs of one fee
//! pattern arrive at one of two paces, quiet or busy, and which is told from the times between
//! them: a hidden Markov chain of two states with exponential waiting times (the bursts of
//! Kleinberg, "Bursty and hierarchical structure in streams", 2002, with two levels). The quiet
//! pace is that of the pool outside the window. The busy runs next to each other are a series.
//! Whoever comes back later with the same habits is a follower: probable right after a series,
//! and ever less probable later.
#![expect(clippy::float_arithmetic, reason = "probabilities, not value")]

use std::collections::BTreeMap;

use crate::run::{FeePattern, Run};

/// What reasoning about a window is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SeriesModel {
    /// Withdrawals that make a run: one or two come by chance.
    pub(crate) count_min: u32,
    /// How long a run takes at most.
    pub(crate) span_max: i64,
    /// History on either side of the window that says how often strangers make runs.
    pub(crate) around: i64,
    /// The probability that after a quiet run a busy time begins.
    pub(crate) enter: f64,
    /// The probability that after a busy run it ends.
    pub(crate) leave: f64,
    /// Runs that make a series.
    pub(crate) runs_min: usize,
}

impl SeriesModel {
    pub(crate) const STANDARD: Self = Self {
        count_min: 3,
        span_max: 24 * 3_600,
        around: 90 * 86_400,
        enter: 0.02,
        leave: 0.1,
        runs_min: 5,
    };
}

/// The probability that so fast a series is an accident, over all its possible beginnings, below
/// which it is one hand's.
const ACCIDENT: f64 = 0.001;
/// How probable it is that a smaller series with other habits is of the hand that made the
/// largest: the thief of Ronin changed client once in 48 batches.
const HABITS_CHANGE: f64 = 0.02;
/// Rounds of learning the two paces.
const ROUNDS: usize = 40;
/// How much history must be on a side of the window for it to tell the quiet pace.
const SIDE_MIN: i64 = 14 * 86_400;

/// A run of a series or after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    /// Its place in the runs.
    pub(crate) run: usize,
    pub(crate) score: f64,
    /// Whether it only has the habits of the series.
    pub(crate) is_follower: bool,
}

/// Runs that look like those of one hand.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) pattern: FeePattern,
    pub(crate) members: Vec<Member>,
    /// Withdrawals of its busy runs.
    pub(crate) volume: u32,
    /// Runs that strangers are expected to have made meanwhile.
    pub(crate) strangers: f64,
    /// Runs of the pattern in the window.
    pub(crate) candidates: usize,
}

/// The series in a window, the largest first. The largest is taken to be the thief's; scores
/// are for belonging to that hand.
pub(crate) fn find(runs: &[Run], from: i64, to: i64, model: SeriesModel) -> Vec<Series> {
    let is_run = |run: &Run| run.count >= model.count_min && run.span() <= model.span_max;
    let mut inside: BTreeMap<FeePattern, Vec<usize>> = BTreeMap::new();
    for (at, run) in runs.iter().enumerate() {
        if is_run(run) && run.first >= from && run.last <= to {
            inside.entry(run.pattern).or_default().push(at);
        }
    }
    let first = runs.iter().map(|run| run.first).min().unwrap_or(from);
    let last = runs.iter().map(|run| run.last).max().unwrap_or(to);
    let sides = [
        (first.max(from.saturating_sub(model.around)), from.saturating_sub(1)),
        (to.saturating_add(1), last.min(to.saturating_add(model.around))),
    ];
    let mut found = Vec::new();
    for (pattern, own) in &inside {
        let paces = sides.iter().filter(|(begin, end)| end.saturating_sub(*begin) >= SIDE_MIN);
        let pace = paces.map(|(begin, end)| {
            let own = runs.iter().filter(|run| run.pattern == *pattern && is_run(run));
            let own = own.filter(|run| run.first >= *begin && run.last <= *end);
            Pace::of(own.map(|run| run.first), *begin, *end)
        });
        // Habits of strangers change with clients and relayers: of the paces before and after
        // the window the higher is taken.
        let quiet = pace.max_by(|a, b| a.an_hour.total_cmp(&b.an_hour));
        found.extend(of_pattern(runs, *pattern, own, quiet, model));
    }
    found.sort_by(|a, b| b.volume.cmp(&a.volume).then(a.pattern.cmp(&b.pattern)));
    for series in found.iter_mut().skip(1) {
        series.members.iter_mut().for_each(|member| member.score *= HABITS_CHANGE);
    }
    found
}

/// How fast strangers make runs.
#[derive(Debug, Clone, Copy)]
struct Pace {
    an_hour: f64,
    /// How much more the runs of a day vary than those of a steady stream would: variance over
    /// mean, at least 1.
    unrest: f64,
}

impl Pace {
    fn of(starts: impl Iterator<Item = i64>, begin: i64, end: i64) -> Self {
        let mut days: BTreeMap<i64, u32> = BTreeMap::new();
        for start in starts {
            *days.entry((start - begin) / 86_400).or_default() += 1;
        }
        let all = hours(end - begin) / 24.0;
        let sum: f64 = days.values().map(|count| f64::from(*count)).sum();
        let squares: f64 = days.values().map(|count| f64::from(*count) * f64::from(*count)).sum();
        let mean = sum / all;
        let variance = squares / all - mean * mean;
        Self {
            an_hour: (sum + 0.5) / (all * 24.0),
            unrest: if mean > 0.0 { (variance / mean).max(1.0) } else { 1.0 },
        }
    }
}

fn of_pattern(
    runs: &[Run],
    pattern: FeePattern,
    own: &[usize],
    quiet: Option<Pace>,
    model: SeriesModel,
) -> Vec<Series> {
    if own.len() < model.runs_min {
        return Vec::new();
    }
    let waits: Vec<f64> = own
        .windows(2)
        .map(|pair| hours((runs[pair[1]].first - runs[pair[0]].first).max(1)))
        .collect();
    let unrest = quiet.map_or(1.0, |pace| pace.unrest);
    let known = quiet.map(|pace| pace.an_hour);
    let Some((busy, quiet)) = busy_parts(&waits, known, model) else { return Vec::new() };
    let mut found = Vec::new();
    let mut at = 0;
    while at < busy.len() {
        if busy[at] <= 0.5 {
            at += 1;
            continue;
        }
        let end = busy[at..].iter().position(|part| *part <= 0.5).map_or(busy.len(), |n| at + n);
        let waited: f64 = waits[at..end].iter().sum();
        let strangers = quiet * waited;
        if end - at + 1 >= model.runs_min && is_no_accident(end - at, strangers, unrest, own.len())
        {
            let share = 1.0 - (strangers / number(end - at)).min(1.0);
            let members: Vec<Member> = (at..=end)
                .map(|n| {
                    let before = n.checked_sub(1).map_or(0.0, |n| busy[n]);
                    let after = busy.get(n).copied().unwrap_or_default();
                    let score = before.max(after) * share;
                    Member { run: own[n], score, is_follower: false }
                })
                .collect();
            let volume = members.iter().map(|member| runs[member.run].count).sum();
            found.push(Series { pattern, members, volume, strangers, candidates: own.len() });
        }
        at = end;
    }
    let mut found = joined(found, runs);
    for series in &mut found {
        follow(series, runs, own);
    }
    found
}

/// Makes one of series of the same pattern that follow each other: a hand that has worked for
/// some time may rest as long, or over a night. They come in order of time.
fn joined(found: Vec<Series>, runs: &[Run]) -> Vec<Series> {
    const NIGHT: i64 = 86_400;
    let begin = |series: &Series| series.members.iter().map(|own| runs[own.run].first).min();
    let end = |series: &Series| series.members.iter().map(|own| runs[own.run].last).max();
    let mut all: Vec<Series> = Vec::new();
    for series in found {
        if let Some(before) = all.last_mut()
            && let (Some(first), Some(last)) = (begin(before), end(before))
            && let Some(next) = begin(&series)
            && next.saturating_sub(last) <= last.saturating_sub(first).max(NIGHT)
        {
            before.members.extend(series.members);
            before.volume = before.volume.saturating_add(series.volume);
            before.strangers += series.strangers;
        } else {
            all.push(series);
        }
    }
    all
}

/// For each wait, the probability that it was a busy one; and the quiet pace, in runs an hour.
fn busy_parts(
    waits: &[f64],
    known_quiet: Option<f64>,
    model: SeriesModel,
) -> Option<(Vec<f64>, f64)> {
    let mut sorted = waits.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let total: f64 = waits.iter().sum();
    let mut quiet = known_quiet.unwrap_or((number(waits.len()) + 1.0) / total.max(1e-3));
    let mut busy = (1.0 / sorted.get(sorted.len() / 4)?.max(1e-3)).max(2.0 * quiet);
    let mut parts = Vec::new();
    for _ in 0..ROUNDS {
        parts = forward_backward(waits, quiet, busy, model);
        let runs: f64 = parts.iter().sum();
        let time: f64 = parts.iter().zip(waits).map(|(part, wait)| part * wait).sum();
        // A busy time is twice as fast as a quiet one, or it is none.
        busy = (runs / time.max(1e-3)).max(2.0 * quiet);
        if known_quiet.is_none() {
            quiet = (number(waits.len()) - runs).max(0.5) / (total - time).max(1e-3);
        }
    }
    Some((parts, quiet))
}

fn forward_backward(waits: &[f64], quiet: f64, busy: f64, model: SeriesModel) -> Vec<f64> {
    let seen = |wait: f64| [quiet * (-quiet * wait).exp(), busy * (-busy * wait).exp()];
    let step = |state: [f64; 2]| {
        [
            state[0] * (1.0 - model.enter) + state[1] * model.leave,
            state[0] * model.enter + state[1] * (1.0 - model.leave),
        ]
    };
    let normal = |state: [f64; 2]| {
        let sum = (state[0] + state[1]).max(f64::MIN_POSITIVE);
        [state[0] / sum, state[1] / sum]
    };
    let mut state = [1.0 - model.enter, model.enter];
    let mut forward = Vec::with_capacity(waits.len());
    for (at, wait) in waits.iter().enumerate() {
        let prior = if at == 0 { state } else { step(state) };
        let seen = seen(*wait);
        state = normal([prior[0] * seen[0], prior[1] * seen[1]]);
        forward.push(state);
    }
    let mut after = [1.0, 1.0];
    let mut parts = vec![0.0; waits.len()];
    for (at, wait) in waits.iter().enumerate().rev() {
        parts[at] = normal([forward[at][0] * after[0], forward[at][1] * after[1]])[1];
        let seen = seen(*wait);
        let next = [seen[0] * after[0], seen[1] * after[1]];
        after = normal([
            (1.0 - model.enter) * next[0] + model.enter * next[1],
            model.leave * next[0] + (1.0 - model.leave) * next[1],
        ]);
    }
    parts
}

/// Whether strangers would hardly make so many runs where so few are expected, wherever among
/// the runs that might begin (Poisson tail, bounded by its first term; Bonferroni). Of a restless
/// stream, as many runs count as one as its days vary more than those of a steady one.
fn is_no_accident(runs: usize, expected: f64, unrest: f64, beginnings: usize) -> bool {
    if number(runs) <= 2.0 * expected {
        return false;
    }
    let (expected, mut left) = ((expected / unrest).max(1e-9), number(runs) / unrest);
    let mut ln = -expected + number(beginnings).ln() + 2.0_f64.ln();
    while left > 0.0 {
        // The logarithm of the power and the factorial, one run after another; the last in part.
        ln += left.min(1.0) * (expected.ln() - left.max(1.0).ln());
        left -= 1.0;
    }
    ln < ACCIDENT.ln()
}

/// The range of habits of a series.
struct Range {
    counts: (u32, u32),
    gaps: (i64, i64),
    span: i64,
}

impl Range {
    fn of(series: &Series, runs: &[Run]) -> Self {
        let own = || series.members.iter().map(|member| &runs[member.run]);
        let least = |value: fn(&Run) -> i64| own().map(value).min().unwrap_or_default();
        let most = |value: fn(&Run) -> i64| own().map(value).max().unwrap_or_default();
        let counts = own().map(|run| run.count);
        Self {
            counts: (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0)),
            gaps: (least(|run| run.gap), most(|run| run.gap)),
            span: most(Run::span),
        }
    }

    fn holds(&self, run: &Run) -> bool {
        (self.counts.0..=self.counts.1).contains(&run.count)
            && (self.gaps.0..=self.gaps.1).contains(&run.gap)
            && run.span() <= self.span
    }
}

/// Adds the runs that have all habits of a series but come before or after it.
///
/// That a hand comes back is as probable in the second day as in days two to four or four to
/// eight (one return in each stretch that is e times as long as the one before, the rule for a
/// time of which not even the scale is known); strangers come at an even pace.
fn follow(series: &mut Series, runs: &[Run], own: &[usize]) {
    let range = Range::of(series, runs);
    let is_member = |at: &usize| series.members.iter().any(|member| member.run == *at);
    let similar: Vec<usize> =
        own.iter().copied().filter(|at| !is_member(at) && range.holds(&runs[*at])).collect();
    let (Some(first), Some(last)) = (own.first(), own.last()) else { return };
    let days = (hours(runs[*last].last - runs[*first].first) / 24.0).max(1.0);
    let strangers = (number(similar.len()) + 0.5) / days;
    let starts = || series.members.iter().map(|member| runs[member.run].first);
    let begin = starts().min().unwrap_or_default();
    let mut end = series.members.iter().map(|m| runs[m.run].last).max().unwrap_or_default();
    let mut followers = Vec::new();
    for at in similar {
        let run = &runs[at];
        let away = if run.first < begin { begin - run.first } else { run.first - end };
        let back = 1.0 / (hours(away.max(60)) / 24.0);
        let score = back / (back + strangers);
        if score > 0.5 && run.first > end {
            end = run.last;
        }
        followers.push(Member { run: at, score, is_follower: true });
    }
    series.members.extend(followers);
}

fn hours(seconds: i64) -> f64 {
    f64::from(i32::try_from(seconds).unwrap_or(i32::MAX)) / 3_600.0
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
