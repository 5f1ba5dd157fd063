//! What comes out: schema `hawkshaw.mixer/1`.

use alloy_primitives::Address;
use hawkshaw_model::Timestamp;
use serde::{Serialize, Serializer};

use crate::{Defects, FeePattern, Rule};

/// The answer to a question about a pool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Always `hawkshaw.mixer/1`.
    pub schema: &'static str,
    /// What the answer rests on.
    pub settings: Settings,
    /// Hypotheses, the most probable first.
    pub recipients: Vec<Hypothesis>,
}

/// That a recipient took out what the thief put in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hypothesis {
    /// Who took out.
    #[serde(serialize_with = "address")]
    pub recipient: Address,
    /// How often, in the whole pool.
    pub withdrawals: u32,
    /// The depositor whose batch it most probably was; nothing without known batches.
    #[serde(serialize_with = "optional_address")]
    pub batch: Option<Address>,
    /// The probability that the hypothesis is right, if the model is.
    pub score: f64,
    /// How many recipients could be meant as well, before any habit is looked at.
    pub candidates: usize,
    /// Whether the tool stands for it at its stated error.
    pub claimed: bool,
    /// What speaks for it.
    pub rules: Vec<Rule>,
}

/// What an answer rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// `batches` or `window`.
    pub mode: &'static str,
    /// The pool.
    pub pool: PoolSummary,
    /// From when to when withdrawals were looked at.
    pub window: Window,
    /// Known batches, with their deposits after those that the pool does not have are left out.
    pub batches: usize,
    /// Deposits of the known batches.
    pub batch_deposits: u64,
    /// Every threshold and constant of the method that was used.
    pub parameters: serde_json::Value,
    /// How often strangers do what the thief did.
    pub background: Background,
    /// What was found of series, without known batches.
    pub series: Vec<SeriesSummary>,
    /// How wrong the claims are expected to be.
    pub error: ErrorEstimate,
    /// What was wrong with the files.
    pub defects: Defects,
    /// What a score means.
    pub score_meaning: &'static str,
    /// What the answer does not say.
    pub caveats: Vec<String>,
}

/// The pool that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PoolSummary {
    /// What the name of the file of deposits says of asset and note, such as `eth_100`: the
    /// events do not say it.
    pub assumed: Option<String>,
    /// Deposits that could be read.
    pub deposits: usize,
    /// Withdrawals that could be read.
    pub withdrawals: usize,
    /// Recipients of withdrawals.
    pub recipients: usize,
    /// Other pools that were given, for the rule on several denominations.
    pub other_pools: usize,
    /// Withdrawals without a time of their own: told from the deposits around their block.
    pub interpolated: usize,
    /// Half of the deposits, had their time been interpolated from their neighbours, would have
    /// been off by less, in seconds.
    pub interpolation_error_median: i64,
    /// 95 % of them would have been off by less.
    pub interpolation_error_95: i64,
}

/// A stretch of time, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Its first second.
    #[serde(serialize_with = "time")]
    pub from: i64,
    /// Its last second.
    #[serde(serialize_with = "time")]
    pub to: i64,
}

/// What strangers do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Background {
    /// Runs of strangers that could be candidates, an hour; with known batches.
    pub runs_an_hour: Option<f64>,
    /// Runs outside the window that this was told from.
    pub told_from: usize,
}

/// A row of runs that look like those of one hand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SeriesSummary {
    /// What their fees have in common.
    pub pattern: FeePattern,
    /// How many runs are in the row.
    pub runs: usize,
    /// Runs with the same habits before or after it.
    pub followers: usize,
    /// Withdrawals of the row.
    pub withdrawals: u32,
    /// Runs in it that are expected to be of strangers.
    pub strangers: f64,
    /// Whether it is the largest, which is taken to be the thief's: others are listed and not
    /// claimed.
    pub asked_about: bool,
}

/// How wrong the claims are expected to be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ErrorEstimate {
    /// What is claimed.
    pub claimed: usize,
    /// The mean of the scores of what is claimed stays above this.
    pub bound: f64,
    /// The mean of the scores of what is claimed: the part that is expected to be right.
    pub expected_precision: Option<f64>,
    /// Claims that are expected to be wrong.
    pub expected_wrong: f64,
    /// Recipients that are expected to be right and are not claimed.
    pub expected_missed: f64,
    /// Recipients that were weighed and came out too improbable to be listed.
    pub unlisted: usize,
    /// The same question asked of times in which this thief put nothing in.
    pub placebos: Vec<Placebo>,
}

/// What is claimed for batches that were moved to a time where there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Placebo {
    /// How far they were moved, in days.
    pub shift_days: i64,
    /// What was claimed there: all of it wrong.
    pub claimed: usize,
}

fn address<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{address:#x}"))
}

#[expect(clippy::ref_option, reason = "serde asks for a reference")]
fn optional_address<S: Serializer>(
    value: &Option<Address>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => address(value, serializer),
        None => serializer.serialize_none(),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn time<S: Serializer>(seconds: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    match Timestamp::from_unix(*seconds) {
        Ok(time) => serializer.collect_str(&time),
        Err(_) => serializer.serialize_i64(*seconds),
    }
}
