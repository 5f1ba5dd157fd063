//! Where the data end, and how much of the theft is there.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use hawkshaw_model::{Account, Amount, Fraction, TerminalKind};
use hawkshaw_report::Parameters;
use hawkshaw_trace::{Detail, Edge, Options, Party, Terminal, Trace};

use super::WHOLE;
use crate::investigation;

/// An account where data end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) account: Account,
    /// How much of the theft is there under the policy that sees most of it, in parts of
    /// [`WHOLE`], summed over the stolen assets.
    weight: u64,
}

/// What is asked of the trace that finds out where data end: every policy, whichever the answer
/// is to show, because one account may pass on under one what it keeps under another.
pub(super) fn options(parameters: &Parameters) -> Options {
    let options = investigation::options(parameters);
    Options { detail: Detail::Edges, policies: Vec::new(), ..options }
}

/// The accounts whose histories are wanted: where data end, most of the theft first, and behind
/// them those that only passed on what the histories of others show.
pub(super) fn open(trace: &Trace, known: &dyn Fn(&Account) -> bool, floor: Fraction) -> Vec<Open> {
    let mut weights: BTreeMap<&Account, u64> = BTreeMap::new();
    for terminal in trace.terminals.iter().filter(|one| one.kind == TerminalKind::NoData) {
        let Some(account) = terminal.account.as_ref().filter(|one| !known(one)) else { continue };
        let weight = shares(trace, terminal).into_iter().max().unwrap_or(0);
        *weights.entry(account).or_default() += weight;
    }
    for edge in trace.edges.iter().filter(|edge| is_above_floor(trace, edge, floor)) {
        let account = match &edge.to {
            Party::Account(account) | Party::Output { account: Some(account), .. } => account,
            _ => continue,
        };
        if !known(account) && !is_stop(trace, edge) && !account.address().is_burn() {
            weights.entry(account).or_default();
        }
    }
    let mut open: Vec<Open> = weights
        .into_iter()
        .map(|(account, weight)| Open { account: account.clone(), weight })
        .collect();
    open.sort_by_key(|open| (Reverse(open.weight), open.account.clone()));
    open
}

/// Whether a payment ended at a place where following stops.
fn is_stop(trace: &Trace, edge: &Edge) -> bool {
    let terminal = edge.terminal.and_then(|at| trace.terminals.get(at));
    terminal.is_some_and(|one| {
        use TerminalKind::{BelowFloor, Held, NoData};
        !matches!(one.kind, BelowFloor | Held | NoData)
    })
}

/// Whether a conserving policy sees more of the theft in a payment than the floor. What was
/// swapped into another asset cannot be told and is taken for more.
fn is_above_floor(trace: &Trace, edge: &Edge, floor: Fraction) -> bool {
    let conserving = trace.policies.iter().zip(&edge.tainted);
    let mut tainted =
        conserving.filter(|(policy, _)| policy.is_conserving()).map(|(_, part)| *part);
    match trace.stolen.iter().find(|stolen| stolen.asset == edge.asset) {
        Some(stolen) => tainted.any(|part| !part.is_zero() && !floor.exceeds(part, stolen.amount)),
        None => tainted.any(|part| !part.is_zero()),
    }
}

/// How much of the theft is where data end, under the policy that sees most of it there.
pub(super) fn share(trace: &Trace) -> u64 {
    let mut sums = vec![0u64; trace.policies.len()];
    for terminal in trace.terminals.iter().filter(|one| one.kind == TerminalKind::NoData) {
        for (sum, share) in sums.iter_mut().zip(shares(trace, terminal)) {
            *sum = sum.saturating_add(share);
        }
    }
    let assets = u64::try_from(trace.stolen.len()).unwrap_or(1).max(1);
    sums.into_iter().max().unwrap_or(0) / assets
}

/// What part of the theft a terminal stands for, per policy, summed over the stolen assets.
fn shares(trace: &Trace, terminal: &Terminal) -> Vec<u64> {
    let part = |origins: &Option<Vec<Amount>>| {
        let origins = origins.iter().flatten().zip(&trace.stolen);
        origins.map(|(origin, stolen)| part_of(*origin, stolen.amount)).sum()
    };
    terminal.origins.iter().map(part).collect()
}

/// A part of an amount, in parts of [`WHOLE`], rounded down; at least one where it is not zero.
fn part_of(part: Amount, whole: Amount) -> u64 {
    if part.is_zero() || whole.is_zero() {
        return 0;
    }
    // What the product does not hold is beyond any sum of an asset.
    let share = part.to_u256().checked_mul(Amount::from(WHOLE).to_u256());
    let share =
        share.map_or(0, |product| u64::try_from(product / whole.to_u256()).unwrap_or(WHOLE));
    share.max(1)
}

/// A share for people: `12.3 %`.
pub(super) fn percent(share: u64) -> String {
    let tenths = share / (WHOLE / 1000);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::{part_of, percent};
    use hawkshaw_model::Amount;

    #[test]
    fn shares_are_rounded_down_and_never_to_nothing() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        assert_eq!(part_of(amount("1"), amount("3")), 333_333);
        assert_eq!(part_of(amount("1"), amount("1000000000000000000000")), 1);
        assert_eq!(part_of(amount("0"), amount("3")), 0);
        assert_eq!(percent(1_000_000), "100.0 %");
        assert_eq!(percent(1_234), "0.1 %");
    }
}
