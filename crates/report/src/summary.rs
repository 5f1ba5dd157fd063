//! The bottom line: one sentence for each kind of place, the largest first.

use std::collections::BTreeMap;

use hawkshaw_model::{AssetId, TerminalKind, Usd};

use crate::figures::{Share, amount};
use crate::findings::Findings;
use crate::group::{Group, origins, share, sum};
use crate::interval::Interval;
use crate::kind::words;
use crate::text::{counted, cut};
use crate::usd::UsdSpan;

/// Actors that a sentence names; the others are counted.
const ACTORS_MAX: usize = 3;

/// Assets that a sentence names; the others are counted.
const ASSETS_MAX: usize = 3;

/// What is at all places of one kind.
#[derive(Debug, Clone)]
pub(crate) struct KindSummary<'a> {
    /// The kind.
    pub(crate) kind: &'a TerminalKind,
    /// Who runs the places, the largest first.
    pub(crate) actors: Vec<String>,
    /// How many places.
    pub(crate) places: u64,
    /// What they stand for, per stolen asset.
    pub(crate) origins: Vec<Interval>,
    /// What is there now, per asset, the first with the largest share.
    pub(crate) now: Vec<(&'a AssetId, Interval)>,
    /// What that was worth when the last of it arrived, where prices are at hand.
    pub(crate) usd: Option<UsdSpan>,
    /// The largest share of any stolen asset.
    pub(crate) share: Share,
    /// The dollars at the theft that it stands for, where places are put in order by them.
    weight: Usd,
}

/// The kinds of a trace that stand for some of the theft under a conserving policy, the largest
/// first.
pub(crate) fn kinds<'a>(findings: &Findings<'a>, groups: &[Group<'a>]) -> Vec<KindSummary<'a>> {
    let mut by_kind: BTreeMap<&TerminalKind, Vec<&Group<'a>>> = BTreeMap::new();
    for group in groups {
        by_kind.entry(group.kind).or_default().push(group);
    }
    let weights = findings.weights();
    let summary = |(kind, groups): (&'a TerminalKind, Vec<&Group<'a>>)| {
        let members: Vec<usize> =
            groups.iter().flat_map(|group| group.members.iter().copied()).collect();
        let mut actors: Vec<String> = Vec::new();
        for actor in groups.iter().filter_map(|group| group.actor.as_ref()) {
            if !actors.contains(actor) {
                actors.push(actor.clone());
            }
        }
        KindSummary {
            kind,
            actors,
            places: groups.iter().map(|group| group.places).sum(),
            origins: origins(findings, &members),
            share: share(findings, &members),
            usd: findings.span(&members),
            weight: findings.weight(weights.as_deref(), &members),
            now: now(findings, &groups),
        }
    };
    let mut kinds: Vec<_> = by_kind.into_iter().map(summary).collect();
    kinds.retain(|kind| kind.share > Share::default());
    kinds.sort_by_key(|kind| {
        (std::cmp::Reverse((kind.weight, kind.share)), crate::kind::rank(kind.kind))
    });
    kinds
}

/// What some groups hold now, per asset, over the conserving policies.
fn now<'a>(findings: &Findings<'a>, groups: &[&Group<'a>]) -> Vec<(&'a AssetId, Interval)> {
    let mut assets: Vec<(&'a AssetId, Vec<usize>)> = Vec::new();
    for group in groups {
        match assets.iter_mut().find(|(asset, _)| *asset == group.asset) {
            Some((_, members)) => members.extend(&group.members),
            None => assets.push((group.asset, group.members.clone())),
        }
    }
    let terminals = &findings.trace.terminals;
    let there = |members: &[usize], policy: usize| {
        sum(members.iter().filter_map(|index| terminals[*index].amounts.get(policy)))
    };
    let span = |members: &[usize]| {
        Interval::of(findings.conserving().map(|(policy, _)| there(members, policy)))
    };
    assets.into_iter().map(|(asset, members)| (asset, span(&members))).collect()
}

/// What was stolen: `120,000 ETH, 10,000,000 USDC and 100 BTC`.
pub(crate) fn loot(findings: &Findings<'_>) -> String {
    let stolen = findings.trace.stolen.iter();
    listed(stolen.map(|stolen| amount(findings.assets, &stolen.asset, stolen.amount)))
}

/// What the loot was worth when it was stolen: `, worth $539,812,345 then`; nothing without prices.
pub(crate) fn worth_then(findings: &Findings<'_>) -> String {
    let total = findings.loot_worth();
    let text = total.map(|total| total.text(findings.trace.stolen.len()));
    text.map_or_else(String::new, |text| format!(", worth {text} then"))
}

/// When the first of it was stolen.
pub(crate) fn theft_time(findings: &Findings<'_>) -> Option<hawkshaw_model::Timestamp> {
    findings.trace.stolen.iter().map(|stolen| stolen.first_time).min()
}

impl KindSummary<'_> {
    /// What happened, without the figures: `went into mixers (Tornado Cash)`.
    pub(crate) fn happened(&self) -> String {
        let happened = words(self.kind).happened;
        let service = match self.kind {
            TerminalKind::Service(_) => format!(" of the kind {}", crate::kind::name(self.kind)),
            _ => String::new(),
        };
        if self.actors.is_empty() {
            return match self.kind {
                TerminalKind::Fee | TerminalKind::Burned => happened.to_owned(),
                _ => {
                    format!("{happened}{service} ({})", counted(self.places, "place", "places"))
                }
            };
        }
        let named = self.actors.iter().take(ACTORS_MAX).map(|actor| cut(actor, 40));
        let rest = self.actors.len().saturating_sub(ACTORS_MAX);
        let rest = (rest > 0).then(|| counted(rest as u64, "other", "others"));
        format!("{happened}{service} ({})", listed(named.chain(rest)))
    }

    /// The share of each stolen asset: `78.00 – 79.67 % of the ETH and 89.00 % of the USDC`.
    pub(crate) fn shares(&self, findings: &Findings<'_>) -> String {
        let pairs = self.origins.iter().zip(&findings.trace.stolen);
        let some = pairs.filter(|(span, _)| !span.is_zero());
        let text = some.map(|(span, stolen)| {
            let symbol = crate::figures::symbol(findings.assets, &stolen.asset);
            format!("{} of the {symbol}", span.percent(stolen.amount))
        });
        listed(text)
    }

    /// What it was worth at the last arrivals: ` (worth $1,200 then)`; nothing without prices.
    pub(crate) fn worth(&self) -> String {
        let text = self.usd.map(UsdSpan::text).filter(|text| !text.is_empty());
        text.map_or_else(String::new, |text| match text.as_str() {
            "unknown" => ", of unknown worth".to_owned(),
            _ => format!(", worth {text}"),
        })
    }

    /// What is there now: `93,600 – 95,600 ETH`.
    pub(crate) fn there(&self, findings: &Findings<'_>) -> String {
        let some = self.now.iter().filter(|(_, span)| !span.is_zero());
        let named = some.clone().take(ASSETS_MAX);
        let named = named.map(|(asset, span)| span.text(findings.assets, asset));
        let rest = some.count().saturating_sub(ASSETS_MAX);
        let rest = (rest > 0).then(|| counted(rest as u64, "other asset", "other assets"));
        listed(named.chain(rest))
    }

    /// What it stands for in units: `93,600 – 95,600 ETH and 8,900,000 USDC`.
    pub(crate) fn units(&self, findings: &Findings<'_>) -> String {
        let assets: Vec<&AssetId> = findings.stolen_assets().collect();
        let pairs = self.origins.iter().zip(assets);
        let some = pairs.filter(|(span, _)| !span.is_zero());
        listed(some.map(|(span, asset)| span.text(findings.assets, asset)))
    }
}

/// `a`, `a and b`, `a, b and c`; nothing is `nothing`.
pub(crate) fn listed(items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    match items.pop() {
        None => "nothing".to_owned(),
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} and {last}", items.join(", ")),
    }
}
