//! Terminals that a person takes as one: the deposit addresses of one exchange are one line.

use std::collections::BTreeMap;

use hawkshaw_model::{Amount, AssetId, ChainId, Printable, TerminalKind, Timestamp};
use hawkshaw_trace::{Bounds, Terminal};

use crate::act::can_act;
use crate::figures::Share;
use crate::findings::Findings;
use crate::interval::Interval;
use crate::usd::UsdSpan;

/// Places without an actor stand for themselves if they have at least this share (1 %) …
const ALONE_BILLIONTHS_MIN: u64 = 10_000_000;
/// … and are among so many of their kind; the others of the kind share a line.
const ALONE_PER_KIND_MAX: usize = 6;

/// Terminals of one kind, actor and asset.
#[derive(Debug, Clone)]
pub(crate) struct Group<'a> {
    /// The kind.
    pub(crate) kind: &'a TerminalKind,
    /// Who runs the places, safe to show.
    pub(crate) actor: Option<String>,
    /// The chain.
    pub(crate) chain: &'a ChainId,
    /// What the value is now.
    pub(crate) asset: &'a AssetId,
    /// The terminals, by their index in the trace, the largest first.
    pub(crate) members: Vec<usize>,
    /// How many places that is, with those that a row sums up.
    pub(crate) places: u64,
    /// How much there is now, over the conserving policies.
    pub(crate) amount: Interval,
    /// What that was worth when the last of it arrived, where prices are at hand.
    pub(crate) usd: Option<UsdSpan>,
    /// What it stands for, per stolen asset, over the conserving policies.
    pub(crate) origins: Vec<Interval>,
    /// All that poison marks, where it was applied.
    pub(crate) poison: Option<Amount>,
    /// The sums of the bounds, per stolen asset, where all were computed.
    pub(crate) bounds: Vec<Option<Bounds>>,
    /// Who could act.
    pub(crate) can_act: Vec<String>,
    /// When the first of it arrived.
    pub(crate) first_time: Timestamp,
    /// When the last of it arrived.
    pub(crate) last_time: Timestamp,
    /// The largest share of any stolen asset that it can stand for.
    pub(crate) share: Share,
}

/// What makes terminals one line.
type Key<'a> = (&'a TerminalKind, Option<String>, &'a ChainId, &'a AssetId, Option<usize>);

/// All terminals in groups, those with the largest share first; where several assets were stolen
/// and all have prices, those that stand for the most dollars.
pub(crate) fn groups<'a>(findings: &Findings<'a>) -> Vec<Group<'a>> {
    let mut alone: BTreeMap<&TerminalKind, usize> = BTreeMap::new();
    let mut keyed: BTreeMap<Key<'a>, Vec<usize>> = BTreeMap::new();
    for (index, terminal) in findings.trace.terminals.iter().enumerate() {
        let actor = terminal.actor.as_deref().map(|actor| Printable(actor).to_string());
        let large = share(findings, &[index]).billionths() >= ALONE_BILLIONTHS_MIN;
        let mut own = None;
        if actor.is_none() && terminal.account.is_some() && large {
            let count = alone.entry(&terminal.kind).or_default();
            *count += 1;
            own = (*count <= ALONE_PER_KIND_MAX).then_some(index);
        }
        let key = (&terminal.kind, actor, &terminal.chain, &terminal.asset, own);
        keyed.entry(key).or_default().push(index);
    }
    let mut groups: Vec<_> =
        keyed.into_iter().map(|(key, members)| group(findings, key, members)).collect();
    let weights = findings.weights();
    let weight = |members: &[usize]| findings.weight(weights.as_deref(), members);
    groups.sort_by_cached_key(|group| std::cmp::Reverse((weight(&group.members), group.share)));
    groups
}

fn group<'a>(findings: &Findings<'a>, key: Key<'a>, members: Vec<usize>) -> Group<'a> {
    let (kind, actor, chain, asset, _) = key;
    let trace = findings.trace;
    let rows: Vec<&Terminal> = members.iter().map(|index| &trace.terminals[*index]).collect();
    let of_policy = |policy: usize| sum(rows.iter().filter_map(|row| row.amounts.get(policy)));
    let mut who: Vec<String> = Vec::new();
    for name in rows.iter().flat_map(|row| can_act(findings, row)) {
        if !who.contains(&name) {
            who.push(name);
        }
    }
    Group {
        kind,
        actor,
        chain,
        asset,
        places: rows.iter().map(|row| row.summed.unwrap_or(1)).sum(),
        amount: Interval::of(findings.conserving().map(|(policy, _)| of_policy(policy))),
        usd: findings.span(&members),
        origins: origins(findings, &members),
        poison: findings.poison().map(of_policy),
        bounds: (0..trace.stolen.len()).map(|stolen| bounds(&rows, stolen)).collect(),
        can_act: who,
        first_time: rows.iter().map(|row| row.first_time).min().unwrap_or_default(),
        last_time: rows.iter().map(|row| row.last_time).max().unwrap_or_default(),
        share: share(findings, &members),
        members,
    }
}

/// What some terminals stand for together, per stolen asset, over the conserving policies.
///
/// The sums are made per policy, so the interval is of totals that can be true at once.
pub(crate) fn origins(findings: &Findings<'_>, members: &[usize]) -> Vec<Interval> {
    let of = |policy: usize, stolen: usize| origin(findings, members, policy, stolen);
    (0..findings.trace.stolen.len())
        .map(|stolen| Interval::of(findings.conserving().map(|(policy, _)| of(policy, stolen))))
        .collect()
}

/// What some terminals stand for together under a policy, of one stolen asset.
pub(crate) fn origin(
    findings: &Findings<'_>,
    members: &[usize],
    policy: usize,
    stolen: usize,
) -> Amount {
    let rows = members.iter().map(|index| &findings.trace.terminals[*index]);
    sum(rows.filter_map(|row| findings.origins(row, policy).get(stolen)))
}

/// The largest share of any stolen asset that some terminals can stand for together.
pub(crate) fn share(findings: &Findings<'_>, members: &[usize]) -> Share {
    let origins = origins(findings, members);
    let pairs = origins.iter().zip(&findings.trace.stolen);
    pairs.map(|(span, stolen)| Share::of(span.hi, stolen.amount)).max().unwrap_or_default()
}

/// A sum that stays at the largest amount instead of failing: for display only.
pub(crate) fn sum<'a>(amounts: impl Iterator<Item = &'a Amount>) -> Amount {
    let largest = Amount::from_u256(!Amount::ZERO.to_u256());
    amounts.fold(Amount::ZERO, |sum, amount| sum.checked_add(*amount).unwrap_or(largest))
}

/// The sums of the bounds: the least of a group is at least the sum of the least of its
/// members, and the same for the most.
fn bounds(rows: &[&Terminal], stolen: usize) -> Option<Bounds> {
    let of = |row: &&Terminal| row.bounds.get(stolen).copied().flatten();
    let all: Vec<Bounds> = rows.iter().map(of).collect::<Option<_>>()?;
    Some(Bounds {
        lo: sum(all.iter().map(|bounds| &bounds.lo)),
        hi: sum(all.iter().map(|bounds| &bounds.hi)),
    })
}

impl Group<'_> {
    /// What a line calls the group: the actor, the name of its only place, or a count.
    pub(crate) fn title(&self, findings: &Findings<'_>) -> String {
        let words = crate::kind::words(self.kind);
        let places = || crate::text::counted(self.places, "place", "places");
        if let Some(actor) = &self.actor {
            return actor.clone();
        }
        let only = match self.members.as_slice() {
            [only] => Some(&findings.trace.terminals[*only]),
            _ => None,
        };
        match only.map(|row| (row, row.account.as_ref())) {
            Some((_, Some(account))) => findings.name(account).unwrap_or_else(|| {
                crate::text::short(&crate::text::label(&account.address_for_people()))
            }),
            Some((row, None)) if row.summed.is_none() => match &row.output {
                Some(output) => format!("output {}", crate::text::short(&output_text(output))),
                None => words.one.to_owned(),
            },
            _ => places(),
        }
    }
}

/// An output as files name it: `txid:vout`.
pub(crate) fn output_text(output: &hawkshaw_model::OutPoint) -> String {
    format!("{}:{}", output.tx().hash().on(output.tx().chain()), output.vout())
}
