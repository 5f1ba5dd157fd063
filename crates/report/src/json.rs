//! The trace as JSON, schema `hawkshaw.trace/1`: one terminal, edge and point of time per line,
//! so that two traces can be compared line by line.
//!
//! Amounts are decimal strings in base units, addresses are in lower-case hex, chains and assets
//! are CAIP ids. Labels of strangers lose their control and bidirectional characters.

mod edge;
mod map;
mod object;
mod pattern;
mod terminal;
mod usd;

use std::collections::BTreeMap;

use hawkshaw_model::{AssetId, Policy, Timestamp};
use hawkshaw_trace::{Balance, Coverage, Finding, Secured, TimelinePoint};
use serde::Serialize;

use crate::findings::Findings;
use crate::text::{label, prose};
use map::Map;

pub(crate) use edge::{account, output};
pub(crate) use object::Object;

/// The trace as JSON.
pub fn to_json(findings: &Findings<'_>) -> Vec<u8> {
    let trace = findings.trace;
    let mut out = Object::new();
    out.field("schema", &"hawkshaw.trace/1");
    out.field("case", &findings.case.id.as_str());
    out.field("as_of", &trace.as_of);
    out.field("manifest", findings.manifest);
    out.field("coverage", &coverages(&trace.coverage));
    let stolen = trace.stolen.iter().zip(usd::thefts(findings));
    out.lines(
        "stolen",
        stolen.map(|(stolen, usd)| StolenJson { asset: &stolen.asset, amount: stolen.amount, usd }),
    );
    out.field("policies", &trace.policies);
    out.lines("terminals", trace.terminals.iter().map(|row| terminal::row(findings, row)));
    out.lines("edges", trace.edges.iter().map(|row| edge::row(findings, row)));
    out.field("balance", &balances(findings));
    out.lines("timeline", trace.timeline.iter().map(|point| timeline_point(findings, point)));
    out.field("noise", &counts(&trace.noise));
    out.field("defects", &counts(&trace.defects));
    out.field("limits", &trace.limits.iter().map(|limit| prose(limit)).collect::<Vec<_>>());
    out.lines("secured", trace.secured.iter().map(SecuredJson::from));
    out.lines("findings", trace.findings.iter().map(FindingJson::from));
    out.field("holdings", &trace.holdings);
    out.lines("patterns", findings.patterns.found.iter().map(pattern::row));
    out.field("pattern_figures", &pattern::figures(findings.patterns));
    if let Some(totals) = usd::totals(findings) {
        out.field("usd", &totals);
    }
    out.finish()
}

#[derive(Serialize)]
struct StolenJson<'a> {
    asset: &'a AssetId,
    amount: hawkshaw_model::Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    usd: Option<Option<usd::TheftUsd>>,
}

#[derive(Serialize)]
struct CoverageJson {
    from: Option<u64>,
    tip: Option<u64>,
    gaps: [u64; 0],
    from_time: Timestamp,
    tip_time: Timestamp,
}

#[derive(Serialize)]
struct BalanceJson {
    stolen: hawkshaw_model::Amount,
    accounted: hawkshaw_model::Amount,
    difference: String,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    tx: Option<String>,
    account: Option<String>,
    text: String,
}

impl<'a> From<&'a Finding> for FindingJson<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            rule: finding.rule,
            tx: finding.tx.as_deref().map(label),
            account: finding.account.as_deref().map(label),
            text: prose(&finding.text),
        }
    }
}

#[derive(Serialize)]
struct SecuredJson<'a> {
    tx: Option<String>,
    time: Timestamp,
    borrower: String,
    lender: String,
    asset: &'a AssetId,
    amount: hawkshaw_model::Amount,
    listed: bool,
}

impl<'a> From<&'a Secured> for SecuredJson<'a> {
    fn from(secured: &'a Secured) -> Self {
        Self {
            tx: secured.tx.map(|tx| tx.on(&secured.asset.chain())),
            time: secured.time,
            borrower: secured.borrower.to_string(),
            lender: secured.lender.to_string(),
            asset: &secured.asset,
            amount: secured.amount,
            listed: secured.is_listed,
        }
    }
}

fn coverages(chains: &BTreeMap<hawkshaw_model::ChainId, Coverage>) -> Map<&str, CoverageJson> {
    let row = |coverage: &Coverage| CoverageJson {
        from: coverage.heights.map(|(from, _)| from),
        tip: coverage.heights.map(|(_, tip)| tip),
        gaps: [],
        from_time: coverage.times.0,
        tip_time: coverage.times.1,
    };
    chains.iter().map(|(chain, coverage)| (chain.as_str(), row(coverage))).collect()
}

/// Per conserving policy and stolen asset.
fn balances<'a>(findings: &Findings<'a>) -> Map<&'static str, Map<&'a str, BalanceJson>> {
    let stolen = &findings.trace.stolen;
    let of = |balance: &[Balance]| {
        let pairs = stolen.iter().zip(balance);
        pairs.map(|(stolen, balance)| (stolen.asset.as_str(), balance_row(*balance))).collect()
    };
    let rows = findings.trace.policies.iter().zip(&findings.trace.balance);
    rows.filter_map(|(policy, balance)| Some((policy.as_str(), of(balance.as_deref()?)))).collect()
}

fn balance_row(balance: Balance) -> BalanceJson {
    BalanceJson {
        stolen: balance.stolen,
        accounted: balance.accounted,
        difference: difference(balance),
    }
}

/// What is missing, or with a minus what is too much. It is asserted to be 0.
pub(crate) fn difference(balance: Balance) -> String {
    match balance.stolen.checked_sub(balance.accounted) {
        Some(missing) => missing.to_string(),
        None => format!("-{}", balance.accounted.saturating_sub(balance.stolen)),
    }
}

/// A point of the timeline: its time, then per conserving policy and stolen asset the amounts
/// by kind.
#[derive(Serialize)]
struct TimelineJson<'a> {
    time: Timestamp,
    #[serde(flatten)]
    policies: Map<&'static str, Map<&'a str, Map<String, hawkshaw_model::Amount>>>,
}

fn timeline_point<'a>(findings: &Findings<'a>, point: &'a TimelinePoint) -> TimelineJson<'a> {
    let of = |policy: usize| {
        let kinds = &point.by_kind[policy];
        let assets = findings.trace.stolen.iter().enumerate();
        let by_kind = |asset: usize| {
            let rows = kinds.iter();
            rows.filter_map(|(kind, sums)| Some((label(&kind.name()), *sums.get(asset)?))).collect()
        };
        assets.map(|(index, stolen)| (stolen.asset.as_str(), by_kind(index))).collect()
    };
    let policies = findings.conserving().filter(|(index, _)| *index < point.by_kind.len());
    let named = |(index, policy): (usize, Policy)| (policy.as_str(), of(index));
    TimelineJson { time: point.time, policies: policies.map(named).collect() }
}

fn counts(counts: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|(name, count)| (label(name), *count)).collect()
}
