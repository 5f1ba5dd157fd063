//! How the stolen value moved on in time.

use std::collections::BTreeMap;

use hawkshaw_model::{Amount, Policy, ReadError, TerminalKind, Timestamp};

use crate::assemble::{FrozenPart, Outcome};
use crate::replay::book::LinkNote;
use crate::result::{OriginAmounts, StolenAsset, TimelinePoint};
use crate::units::Units;

/// Points of a timeline; more are thinned out evenly, the first and the last kept.
const POINTS_MAX: usize = 400;

/// What changed at some time, under one policy.
type Changes = BTreeMap<Timestamp, Vec<(TerminalKind, OriginAmounts)>>;

/// The timeline, a point for each time at which anything was stolen or reached a terminal.
pub(crate) fn timeline<U: Units>(
    outcome: &Outcome<'_, U>,
    stolen: &[StolenAsset],
    frozen: &[FrozenPart],
) -> Result<Vec<TimelinePoint>, ReadError> {
    let thefts = thefts(outcome, stolen)?;
    let policies: Vec<Policy> = outcome.policies().collect();
    let changes: Vec<Changes> = outcome
        .states
        .iter()
        .enumerate()
        .map(|(number, (policy, state))| {
            if !policy.is_conserving() {
                return Ok(Changes::new());
            }
            let mut changes = Changes::new();
            for arrival in &state.totals().arrivals {
                let kind = outcome.book.terminals[arrival.terminal as usize].kind.clone();
                let origin =
                    arrival.origin.entries().iter().map(|entry| entry.to_amount()).collect();
                let time = outcome.time_of_moment(arrival.moment)?;
                changes.entry(time).or_default().push((kind, origin));
            }
            for part in frozen {
                let origin = part.origins[number].clone().unwrap_or_default();
                changes.entry(part.since).or_default().push((TerminalKind::Frozen, origin));
            }
            Ok(changes)
        })
        .collect::<Result<_, ReadError>>()?;
    let mut times: Vec<Timestamp> =
        thefts.keys().chain(changes.iter().flat_map(BTreeMap::keys)).copied().collect();
    times.sort_unstable();
    times.dedup();
    let times = thinned(times);
    let by_policy: Vec<Vec<BTreeMap<TerminalKind, OriginAmounts>>> = policies
        .iter()
        .zip(&changes)
        .map(|(policy, changes)| {
            if policy.is_conserving() {
                standings(&times, &thefts, changes, stolen.len())
            } else {
                vec![BTreeMap::new(); times.len()]
            }
        })
        .collect();
    let point = |(index, time): (usize, &Timestamp)| TimelinePoint {
        time: *time,
        by_kind: by_policy.iter().map(|standings| standings[index].clone()).collect(),
    };
    Ok(times.iter().enumerate().map(point).collect())
}

/// What was stolen when.
fn thefts<U: Units>(
    outcome: &Outcome<'_, U>,
    stolen: &[StolenAsset],
) -> Result<BTreeMap<Timestamp, OriginAmounts>, ReadError> {
    let mut thefts: BTreeMap<Timestamp, OriginAmounts> = BTreeMap::new();
    for edge in outcome.book.edges.iter().filter(|edge| edge.link == LinkNote::Theft) {
        let Some(own) = outcome.thefts.own(edge.asset) else {
            continue;
        };
        let time = outcome.ledger().transaction(edge.tx)?.time;
        let sums = thefts.entry(time).or_insert_with(|| vec![Amount::ZERO; stolen.len()]);
        add(&mut sums[own as usize], edge.amount.to_amount());
    }
    Ok(thefts)
}

fn thinned(times: Vec<Timestamp>) -> Vec<Timestamp> {
    if times.len() <= POINTS_MAX {
        return times;
    }
    let last = times.len() - 1;
    (0..POINTS_MAX).map(|point| times[point * last / (POINTS_MAX - 1)]).collect()
}

/// Where the value was at each of some times, under one policy.
fn standings(
    times: &[Timestamp],
    thefts: &BTreeMap<Timestamp, OriginAmounts>,
    changes: &Changes,
    assets: usize,
) -> Vec<BTreeMap<TerminalKind, OriginAmounts>> {
    let mut thefts = thefts.iter().peekable();
    let mut changes = changes.iter().peekable();
    let mut ended: BTreeMap<TerminalKind, OriginAmounts> = BTreeMap::new();
    let mut held = vec![Amount::ZERO; assets];
    let mut standings = Vec::with_capacity(times.len());
    for time in times {
        while let Some((_, amounts)) = thefts.next_if(|(at, _)| *at <= time) {
            held.iter_mut().zip(amounts).for_each(|(held, amount)| add(held, *amount));
        }
        while let Some((_, arrivals)) = changes.next_if(|(at, _)| *at <= time) {
            for (kind, amounts) in arrivals {
                let sums = ended.entry(kind.clone()).or_insert_with(|| vec![Amount::ZERO; assets]);
                sums.iter_mut().zip(amounts).for_each(|(sum, amount)| add(sum, *amount));
                held.iter_mut()
                    .zip(amounts)
                    .for_each(|(held, amount)| *held = held.saturating_sub(*amount));
            }
        }
        let mut standing = ended.clone();
        standing.insert(TerminalKind::Held, held.clone());
        standings.push(standing);
    }
    standings
}

fn add(sum: &mut Amount, amount: Amount) {
    *sum = sum.checked_add(amount).unwrap_or(*sum);
}
