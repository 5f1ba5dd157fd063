//! A terminal as JSON.

use hawkshaw_model::{Account, Amount, AssetId, Timestamp};
use hawkshaw_trace::Terminal;
use serde::Serialize;

use super::map::Map;
use super::usd;
use crate::findings::Findings;
use crate::group::output_text;
use crate::text::label;

#[derive(Serialize)]
pub(super) struct TerminalJson<'a> {
    kind: String,
    actor: Option<String>,
    chain: &'a str,
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    asset: &'a AssetId,
    amounts: Map<&'static str, Amount>,
    origins: Map<&'static str, Map<&'a str, Amount>>,
    bounds: Map<&'a str, Option<BoundsJson>>,
    can_act: Vec<String>,
    first_time: Timestamp,
    last_time: Timestamp,
    transfers: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    summed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usd: Option<Option<usd::TerminalUsd>>,
}

#[derive(Serialize)]
struct BoundsJson {
    lo: Amount,
    hi: Amount,
}

/// A terminal as JSON.
pub(super) fn row<'a>(findings: &Findings<'a>, terminal: &'a Terminal) -> TerminalJson<'a> {
    let policies = findings.trace.policies.iter().map(|policy| policy.as_str());
    let stolen = || findings.trace.stolen.iter().map(|stolen| stolen.asset.as_str());
    let origins = policies.clone().zip(&terminal.origins).filter_map(|(policy, origins)| {
        let origins = origins.as_ref()?;
        Some((policy, stolen().zip(origins.iter().copied()).collect()))
    });
    let bounds = stolen().enumerate().map(|(index, asset)| {
        let bounds = terminal.bounds.get(index).copied().flatten();
        (asset, bounds.map(|bounds| BoundsJson { lo: bounds.lo, hi: bounds.hi }))
    });
    TerminalJson {
        kind: label(&terminal.kind.name()),
        actor: terminal.actor.as_deref().map(label),
        chain: terminal.chain.as_str(),
        address: terminal.account.as_ref().map(Account::address_in_files),
        output: terminal.output.as_ref().map(output_text),
        asset: &terminal.asset,
        amounts: policies.clone().zip(terminal.amounts.iter().copied()).collect(),
        origins: origins.collect(),
        bounds: bounds.collect(),
        can_act: crate::act::can_act(findings, terminal),
        first_time: terminal.first_time,
        last_time: terminal.last_time,
        transfers: terminal.transfers,
        summed: terminal.summed,
        usd: usd::terminal(findings, terminal),
    }
}
