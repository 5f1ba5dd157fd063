//! Where the data end, and how much of the theft is there.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_model::{Account, Amount, TerminalKind};
use hawkshaw_report::Parameters;
use hawkshaw_trace::{Detail, Options, Terminal, Trace};

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

/// What is asked of the trace that finds out where data end.
pub(super) fn options(parameters: &Parameters) -> Options {
    Options { detail: Detail::Totals, ..investigation::options(parameters) }
}

/// The accounts where data end and whose histories can be had: where most of the theft is comes
/// first.
pub(super) fn open(trace: &Trace, closed: &BTreeSet<Account>) -> Vec<Open> {
    let mut weights: BTreeMap<&Account, u64> = BTreeMap::new();
    for terminal in trace.terminals.iter().filter(|one| one.kind == TerminalKind::NoData) {
        let Some(account) = terminal.account.as_ref().filter(|one| !closed.contains(one)) else {
            continue;
        };
        let weight = shares(trace, terminal).into_iter().max().unwrap_or(0);
        *weights.entry(account).or_default() += weight;
    }
    let mut open: Vec<Open> = weights
        .into_iter()
        .map(|(account, weight)| Open { account: account.clone(), weight })
        .collect();
    open.sort_by_key(|open| (Reverse(open.weight), open.account.clone()));
    open
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
