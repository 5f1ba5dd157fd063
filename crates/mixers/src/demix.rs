//! From a pool and a question to hypotheses.
#![expect(clippy::float_arithmetic, reason = "probabilities, not value")]

#[cfg(test)]
mod sensitivity;

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;
use serde_json::json;

use crate::batches::{BatchModel, Candidate, Found, assign};
use crate::clock::interpolation_errors;
use crate::link::{Link, same_address, several_denominations, unique_gas_price};
use crate::report::{
    Background, ErrorEstimate, Hypothesis, Placebo, PoolSummary, Report, SeriesSummary, Settings,
    Window,
};
use crate::run::{Run, runs};
use crate::series::{self, SeriesModel};
use crate::{Defect, Defects, KnownBatch, Pool, PoolError, Rule};

/// What is asked of a pool.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// What the pool holds, as the name of a file says it.
    pub pool_name: Option<String>,
    /// Other pools of the same mixer, for the rule on several denominations.
    pub other_pools: &'a [Pool],
    /// Batches of the thief, where they are known.
    pub batches: &'a [KnownBatch],
    /// The first second to look at.
    pub from: Option<i64>,
    /// The last second to look at.
    pub to: Option<i64>,
}

/// Hypotheses below this are not listed.
const LISTED_FROM: f64 = 0.01;
/// Of known batches, what is claimed is right in so many cases on average.
const BATCH_BOUND: f64 = 0.9;
/// Of known batches, a single claim is at least twice as probable as not.
const BATCH_EACH: f64 = 2.0 / 3.0;
/// Of a window alone, more of what is claimed is right than wrong.
const WINDOW_BOUND: f64 = 0.5;
/// Precision of the rules for single withdrawals on 949 pairs known by their ENS names (LASC,
/// doi 10.1109/TDSC.2025.3640941): address match 0.908, unique gas price 0.894. For several
/// denominations no measurement on that set is known; it is taken to be no better than the
/// weakest of them, 0.699.
const MATCH_SCORE: f64 = 0.908;
const GAS_PRICE_SCORE: f64 = 0.894;
const DENOMINATIONS_SCORE: f64 = 0.699;
/// Times to which batches are moved to see what is claimed where there is nothing.
const PLACEBOS: [i64; 4] = [-2, -1, 1, 2];

/// A stretch of no length.
const NOTHING_HIDDEN: (i64, i64) = (0, 0);

const SCORE_MEANING: &str = "the probability that the recipient took out notes of this thief, if \
    strangers behave as in the rest of the pool's history and the thief as the model of the mode \
    says; a hypothesis, never an edge";

/// Answers a question.
///
/// # Errors
///
/// When there is nothing to look at: no batch within the window, or none that the pool has the
/// deposits of, or an empty window.
pub fn demix(question: &Question<'_>) -> Result<Report, PoolError> {
    if let (Some(from), Some(to)) = (question.from, question.to)
        && from > to
    {
        return Err(PoolError::NothingToDo("the window ends before it begins".to_owned()));
    }
    let runs = runs(question.pool);
    if question.batches.is_empty() {
        of_window(question, &runs, SeriesModel::STANDARD)
    } else {
        of_batches(question, &runs, BatchModel::STANDARD)
    }
}

/// Where withdrawals are looked at: what is asked for, within what there is.
fn window(question: &Question<'_>, runs: &[Run]) -> Result<Window, PoolError> {
    let deposits = question.pool.deposits.iter().map(|deposit| deposit.time);
    let first = deposits.clone().chain(runs.iter().map(|run| run.first)).min();
    let last = deposits.chain(runs.iter().map(|run| run.last)).max();
    let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
    let window = Window { from: question.from.unwrap_or(first), to: question.to.unwrap_or(last) };
    if window.from > last || window.to < first {
        return Err(PoolError::NothingToDo(
            "the pool has no event in this window: see --from and --to".to_owned(),
        ));
    }
    Ok(window)
}

fn of_batches(
    question: &Question<'_>,
    runs: &[Run],
    model: BatchModel,
) -> Result<Report, PoolError> {
    let window = window(question, runs)?;
    let mut defects = question.pool.defects.clone();
    let batches = usable(question, window, &mut defects)?;
    let found = assign(runs, &batches, (window.from, window.to), NOTHING_HIDDEN, model)?;
    let mut sets = vec![0_usize; batches.len()];
    for (batch, _) in found.candidates.iter().flat_map(|candidate| &candidate.options) {
        sets[*batch] += 1;
    }
    let mut recipients: Vec<Hypothesis> = found
        .candidates
        .iter()
        .filter_map(|candidate| hypothesis(candidate, runs, &batches, &sets))
        .collect();
    let weighed = recipients.len();
    recipients.retain(|recipient| recipient.score >= LISTED_FROM);
    let unlisted = weighed - recipients.len();
    add_links(question, &batches, window, &mut recipients);
    sort(&mut recipients);
    claim(&mut recipients, BATCH_BOUND, BATCH_EACH);
    name_volume(&batches, &mut recipients);
    let placebos = placebos(question, runs, &batches, model);
    let parameters = json!({
        "lag_hours": model.lag / 3_600,
        "history_days_either_side": model.around / 86_400,
        "probability_of_presence": model.present,
        "probability_of_no_leftover": model.exhausted,
        "memory_batches": model.memory,
        "rounds": model.rounds,
        "listed_from": LISTED_FROM,
        "claim_bound_mean": BATCH_BOUND,
        "claim_bound_each": BATCH_EACH,
    });
    let error = error(&recipients, BATCH_BOUND, unlisted, placebos);
    let mut caveats = caveats(question);
    if found.lacks_history {
        caveats.push(
            "The files have under two weeks of history outside the time of the batches: what \
             strangers do is told from what is left over, and scores are too high."
                .to_owned(),
        );
    }
    Ok(Report {
        schema: "hawkshaw.mixer/1",
        settings: Settings {
            mode: "batches",
            pool: summary(question, runs),
            window,
            batches: batches.len(),
            batch_deposits: batches.iter().map(|batch| u64::from(batch.deposits)).sum(),
            parameters,
            background: Background {
                runs_an_hour: Some(rounded(found.background_an_hour)),
                told_from: found.background_runs,
            },
            series: Vec::new(),
            error,
            defects,
            score_meaning: SCORE_MEANING,
            caveats,
        },
        recipients,
    })
}

/// The batches that can be looked at: within the window, with deposits that the pool has.
fn usable(
    question: &Question<'_>,
    window: Window,
    defects: &mut Defects,
) -> Result<Vec<KnownBatch>, PoolError> {
    let mut batches = Vec::new();
    let mut within = 0;
    for batch in question.batches {
        if batch.last < window.from || batch.first > window.to {
            continue;
        }
        within += 1;
        let deposits = &question.pool.deposits;
        let seen = deposits.iter().filter(|d| (batch.first..=batch.last).contains(&d.time)).count();
        let seen = u32::try_from(seen).unwrap_or(u32::MAX);
        if seen < batch.deposits {
            defects.note(Defect::MoreDepositsThanSeen);
        }
        if seen > 0 {
            batches.push(batch.clone());
        }
    }
    batches.sort_by_key(|batch| (batch.first, batch.last, batch.depositor));
    let total: u64 = batches.iter().map(|batch| u64::from(batch.deposits)).sum();
    let has = u64::try_from(question.pool.deposits.len()).unwrap_or(u64::MAX);
    if within == 0 {
        return Err(PoolError::NothingToDo("no known batch lies within the window".to_owned()));
    }
    if batches.is_empty() {
        return Err(PoolError::NothingToDo(
            "the pool has no deposit at the time of any known batch: is this the right pool?"
                .to_owned(),
        ));
    }
    if total > has {
        return Err(PoolError::NothingToDo(format!(
            "the known batches have {total} deposits together, the whole pool has {has}"
        )));
    }
    Ok(batches)
}

fn hypothesis(
    candidate: &Candidate,
    runs: &[Run],
    batches: &[KnownBatch],
    sets: &[usize],
) -> Option<Hypothesis> {
    let run = runs.get(candidate.run)?;
    let batch = candidate.batch()?;
    Some(Hypothesis {
        recipient: run.recipient,
        withdrawals: run.count,
        batch: Some(batches[batch].depositor),
        score: rounded(candidate.score()),
        candidates: sets[batch],
        claimed: false,
        rules: candidate.reasons.clone(),
    })
}

/// Applies the rules for single withdrawals to the thief's depositors.
fn add_links(
    question: &Question<'_>,
    batches: &[KnownBatch],
    window: Window,
    recipients: &mut Vec<Hypothesis>,
) {
    let known: BTreeMap<Address, i64> =
        batches.iter().rev().map(|batch| (batch.depositor, batch.first)).collect();
    let pools: Vec<&Pool> = std::iter::once(question.pool).chain(question.other_pools).collect();
    let of_several = if pools.len() > 1 { several_denominations(&pools) } else { BTreeSet::new() };
    let links = [
        (Rule::AddressMatch, MATCH_SCORE, same_address(question.pool, &known)),
        (Rule::UniqueGasPrice, GAS_PRICE_SCORE, unique_gas_price(question.pool)),
        (Rule::SeveralDenominations, DENOMINATIONS_SCORE, of_several),
    ];
    let mut withdrawals: BTreeMap<Address, u32> = BTreeMap::new();
    for withdrawal in &question.pool.withdrawals {
        if (window.from..=window.to).contains(&withdrawal.time) {
            *withdrawals.entry(withdrawal.recipient).or_default() += 1;
        }
    }
    for (rule, score, found) in links {
        for Link { recipient, depositor } in found {
            let Some(count) = withdrawals.get(&recipient) else { continue };
            if !known.contains_key(&depositor) {
                continue;
            }
            let at = recipients.iter().position(|own| own.recipient == recipient);
            match at {
                Some(at) => {
                    let own = &mut recipients[at];
                    own.rules.push(rule);
                    if own.score < score {
                        own.score = score;
                        own.batch = Some(depositor);
                    }
                }
                None => recipients.push(Hypothesis {
                    recipient,
                    withdrawals: *count,
                    batch: Some(depositor),
                    score,
                    candidates: 1,
                    claimed: false,
                    rules: vec![rule],
                }),
            }
        }
    }
}

/// Names the volume as a reason where what is claimed for a batch uses it up.
fn name_volume(batches: &[KnownBatch], recipients: &mut [Hypothesis]) {
    let mut deposits: BTreeMap<Address, u64> = BTreeMap::new();
    for batch in batches {
        *deposits.entry(batch.depositor).or_default() += u64::from(batch.deposits);
    }
    let mut claimed: BTreeMap<Address, u64> = BTreeMap::new();
    for own in recipients.iter().filter(|own| own.claimed) {
        if let Some(batch) = own.batch {
            *claimed.entry(batch).or_default() += u64::from(own.withdrawals);
        }
    }
    for own in recipients.iter_mut().filter(|own| own.claimed) {
        let Some(batch) = own.batch else { continue };
        let all = deposits.get(&batch).copied().unwrap_or_default();
        let used = claimed.get(&batch).copied().unwrap_or_default();
        if used <= all && used * 10 >= all * 9 {
            own.rules.push(Rule::BatchVolume);
            own.rules.sort_unstable();
        }
    }
}

/// Asks the same of times in which this thief put nothing in.
fn placebos(
    question: &Question<'_>,
    runs: &[Run],
    batches: &[KnownBatch],
    model: BatchModel,
) -> Vec<Placebo> {
    let begin = batches.iter().map(|batch| batch.first).min().unwrap_or_default();
    let end = batches.iter().map(|batch| batch.last).max().unwrap_or_default() + model.lag;
    let strangers: Vec<Run> =
        runs.iter().filter(|run| run.last < begin || run.first > end).cloned().collect();
    let (Some(first), Some(last)) = (question.pool.deposits.first(), question.pool.deposits.last())
    else {
        return Vec::new();
    };
    let days = (end - begin) / 86_400 + 1;
    let mut found = Vec::new();
    for shift in PLACEBOS {
        let away = shift * days * 86_400;
        if begin + away < first.time || end + away > last.time {
            continue;
        }
        let moved: Vec<KnownBatch> = batches
            .iter()
            .map(|batch| KnownBatch {
                first: batch.first + away,
                last: batch.last + away,
                ..batch.clone()
            })
            .collect();
        let everywhere = (i64::MIN, i64::MAX);
        let Ok(Found { candidates, .. }) =
            assign(&strangers, &moved, everywhere, (begin, end), model)
        else {
            continue;
        };
        let mut scores: Vec<f64> = candidates.iter().map(Candidate::score).collect();
        scores.sort_unstable_by(|a, b| b.total_cmp(a));
        let claimed = claims(&scores, BATCH_BOUND, BATCH_EACH);
        found.push(Placebo { shift_days: shift * days, claimed });
    }
    found
}

fn of_window(
    question: &Question<'_>,
    runs: &[Run],
    model: SeriesModel,
) -> Result<Report, PoolError> {
    let window = window(question, runs)?;
    let found = series::find(runs, window.from, window.to, model);
    let mut best: BTreeMap<Address, Hypothesis> = BTreeMap::new();
    let mut core = BTreeSet::new();
    for (at, series) in found.iter().enumerate() {
        for member in &series.members {
            let run = &runs[member.run];
            let rule = if member.is_follower { Rule::SameHabits } else { Rule::RunSeries };
            let own = Hypothesis {
                recipient: run.recipient,
                withdrawals: run.count,
                batch: None,
                score: rounded(member.score),
                candidates: series.candidates,
                claimed: false,
                rules: vec![Rule::FreshRecipient, rule],
            };
            if at == 0 {
                core.insert(run.recipient);
            }
            let before = best.entry(run.recipient).or_insert_with(|| own.clone());
            if before.score < own.score {
                *before = own;
            }
        }
    }
    let (mut recipients, others): (Vec<_>, Vec<_>) =
        best.into_values().partition(|own| core.contains(&own.recipient));
    sort(&mut recipients);
    claim(&mut recipients, WINDOW_BOUND, 0.0);
    let error = error(&recipients, WINDOW_BOUND, 0, Vec::new());
    recipients.extend(others);
    sort(&mut recipients);
    let parameters = json!({
        "withdrawals_min": model.count_min,
        "run_hours_max": model.span_max / 3_600,
        "history_days_either_side": model.around / 86_400,
        "probability_of_entering_a_series": model.enter,
        "probability_of_leaving_a_series": model.leave,
        "runs_of_a_series_min": model.runs_min,
        "claim_bound_mean": WINDOW_BOUND,
    });
    Ok(Report {
        schema: "hawkshaw.mixer/1",
        settings: Settings {
            mode: "window",
            pool: summary(question, runs),
            window,
            batches: 0,
            batch_deposits: 0,
            parameters,
            background: Background { runs_an_hour: None, told_from: outside(runs, window) },
            series: found
                .iter()
                .enumerate()
                .map(|(at, own)| series_summary(own, at == 0))
                .collect(),
            error,
            defects: question.pool.defects.clone(),
            score_meaning: SCORE_MEANING,
            caveats: caveats(question),
        },
        recipients,
    })
}

fn series_summary(series: &series::Series, is_largest: bool) -> SeriesSummary {
    let followers = series.members.iter().filter(|member| member.is_follower).count();
    SeriesSummary {
        pattern: series.pattern,
        runs: series.members.len() - followers,
        followers,
        withdrawals: series.volume,
        strangers: rounded(series.strangers),
        asked_about: is_largest,
    }
}

fn outside(runs: &[Run], window: Window) -> usize {
    runs.iter().filter(|run| run.last < window.from || run.first > window.to).count()
}

/// The most probable first.
fn sort(recipients: &mut [Hypothesis]) {
    recipients.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.recipient.cmp(&b.recipient)));
}

/// Claims as many as keep the mean of the scores above a bound, each above another. They come
/// sorted.
fn claim(recipients: &mut [Hypothesis], mean: f64, each: f64) {
    let scores: Vec<f64> = recipients.iter().map(|own| own.score).collect();
    for own in recipients.iter_mut().take(claims(&scores, mean, each)) {
        own.claimed = true;
    }
}

/// How many of some falling scores can be claimed.
fn claims(scores: &[f64], mean: f64, each: f64) -> usize {
    let mut sum = 0.0;
    let mut count = 0;
    for (at, score) in scores.iter().enumerate() {
        sum += score;
        if *score < each || sum < mean * number(at + 1) {
            break;
        }
        count = at + 1;
    }
    count
}

fn error(
    recipients: &[Hypothesis],
    bound: f64,
    unlisted: usize,
    placebos: Vec<Placebo>,
) -> ErrorEstimate {
    let claimed = recipients.iter().filter(|own| own.claimed);
    let right: f64 = claimed.clone().map(|own| own.score).sum();
    let count = claimed.count();
    let missed: f64 = recipients.iter().filter(|own| !own.claimed).map(|own| own.score).sum();
    ErrorEstimate {
        claimed: count,
        bound,
        expected_precision: (count > 0).then(|| rounded(right / number(count))),
        expected_wrong: rounded(number(count) - right),
        expected_missed: rounded(missed),
        unlisted,
        placebos,
    }
}

fn summary(question: &Question<'_>, runs: &[Run]) -> PoolSummary {
    let (median, most) = interpolation_errors(&question.pool.deposits);
    PoolSummary {
        assumed: question.pool_name.clone(),
        deposits: question.pool.deposits.len(),
        withdrawals: question.pool.withdrawals.len(),
        recipients: runs.len(),
        other_pools: question.other_pools.len(),
        interpolated: question.pool.interpolated,
        interpolation_error_median: median,
        interpolation_error_95: most,
    }
}

fn caveats(question: &Question<'_>) -> Vec<String> {
    let pool = question.pool;
    let mut caveats = vec![
        "Nothing here is an edge of a trace: a pool hides who took out what, and a score only \
         says how well a recipient fits."
            .to_owned(),
    ];
    if pool.interpolated > 0 {
        caveats.push(format!(
            "{} withdrawals have no time in the file: it is interpolated between the deposits \
             around their block.",
            pool.interpolated
        ));
    }
    if pool.deposits.iter().all(|deposit| deposit.depositor.is_none()) {
        caveats.push(
            "The deposits do not say who made them: rules that need it see only the known batches."
                .to_owned(),
        );
    }
    caveats.push(
        "Transfers between depositor and recipient outside the mixer (H3), and what recipients \
         did with the coins, are not in these files and were not looked at."
            .to_owned(),
    );
    caveats
}

/// Six decimals: enough for a probability, and the same on every machine.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
