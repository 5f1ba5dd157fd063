//! Patterns as JSON.

use hawkshaw_model::{Account, Grade, Timestamp, TxId};
use hawkshaw_trace::{Pattern, Patterns};
use serde::Serialize;

use super::map::Map;
use crate::text::prose;

#[derive(Serialize)]
pub(super) struct PatternJson<'a> {
    kind: &'static str,
    grade: Grade,
    text: String,
    share_billionths: u64,
    first_time: Timestamp,
    last_time: Timestamp,
    numbers: Map<&'static str, u64>,
    accounts: Vec<PlaceJson<'a>>,
    accounts_total: u64,
    transactions: Vec<String>,
    edges: &'a [usize],
    edges_total: u64,
}

#[derive(Serialize)]
struct PlaceJson<'a> {
    chain: &'a str,
    address: String,
}

/// What was measured over the whole trace.
#[derive(Serialize)]
pub(super) struct FiguresJson {
    passing_through: PassingJson,
    left_out: Map<&'static str, u64>,
    movements: u64,
    movements_small: u64,
    limits: Vec<String>,
}

#[derive(Serialize)]
struct PassingJson {
    intermediaries: u64,
    forwarding: u64,
    at_once: u64,
    dwell_median_seconds: Option<u64>,
}

/// A pattern as JSON.
pub(super) fn row(pattern: &Pattern) -> PatternJson<'_> {
    let place = |account: &Account| account.address_in_files();
    let accounts = pattern.accounts.iter();
    PatternJson {
        kind: pattern.kind.as_str(),
        grade: pattern.grade,
        text: prose(&pattern.text),
        share_billionths: pattern.share_billionths,
        first_time: pattern.first_time,
        last_time: pattern.last_time,
        numbers: pattern.numbers.iter().copied().collect(),
        accounts: accounts
            .map(|account| PlaceJson { chain: account.chain().as_str(), address: place(account) })
            .collect(),
        accounts_total: pattern.accounts_total,
        transactions: pattern.transactions.iter().map(TxId::to_string).collect(),
        edges: &pattern.edges,
        edges_total: pattern.edges_total,
    }
}

/// The figures of the whole trace as JSON.
pub(super) fn figures(patterns: &Patterns) -> FiguresJson {
    let passing = patterns.passing_through;
    let left_out = patterns.left_out.iter();
    FiguresJson {
        passing_through: PassingJson {
            intermediaries: passing.intermediaries,
            forwarding: passing.forwarding,
            at_once: passing.at_once,
            dwell_median_seconds: passing.dwell_median,
        },
        left_out: left_out.map(|(kind, count)| (kind.as_str(), *count)).collect(),
        movements: patterns.movements,
        movements_small: patterns.movements_small,
        limits: patterns.limits.iter().map(|limit| prose(limit)).collect(),
    }
}
