//! Which of the heights that are asked for a store covers.

use hawkshaw_ledger::store::Snapshot;
use hawkshaw_model::{Account, Ledger as _, TxIx};
use hawkshaw_report::ledger::AccountCoverage;

use super::question;
use crate::cli::ledger::{Moment, RangeArguments};
use crate::exit::Failure;
use crate::store;

/// What a store covers of a range that is asked of an account; `chain` is the place of its chain
/// in the store, where there is anything of it.
pub(super) fn of_account(
    snapshot: &Snapshot,
    account: &Account,
    chain: Option<usize>,
    is_known: bool,
    range: RangeArguments,
) -> Result<AccountCoverage, Failure> {
    let covered = chain.map_or_else(Vec::new, |chain| snapshot.covered(chain).to_vec());
    let history = snapshot.history_heights(account);
    let missing = match chain {
        Some(chain) => {
            let mut known = covered.clone();
            known.extend(history);
            asked(snapshot, chain, range)?.map_or_else(Vec::new, |asked| rest(asked, known))
        }
        None => vec![[0, u64::MAX]],
    };
    let lacks = chain.map_or_else(Vec::new, |chain| store::lacks_of(snapshot, chain));
    Ok(AccountCoverage { account: account.clone(), is_known, covered, history, missing, lacks })
}

/// The heights, inclusive, that a range means. Its open ends are those of what is stored.
fn asked(
    snapshot: &Snapshot,
    chain: usize,
    range: RangeArguments,
) -> Result<Option<[u64; 2]>, Failure> {
    let [low, high] = stored(snapshot, chain);
    let times = snapshot.chains()[chain].times;
    let to = match range.to {
        None => None,
        Some(Moment::Height(0)) => return Ok(None),
        Some(Moment::Height(height)) => Some(height - 1),
        Some(moment) if Moment::Time(times.1).next() == Some(moment) => Some(high),
        Some(Moment::Time(time)) if time > times.1 => Some(u64::MAX),
        Some(Moment::Time(time)) if time <= times.0 => match low.checked_sub(1) {
            Some(below) => Some(below),
            None => return Ok(None),
        },
        Some(moment) => Some(height_from(snapshot, chain, moment)?.saturating_sub(1)),
    };
    let from = match range.from {
        None => low.min(to.unwrap_or(low)),
        Some(Moment::Height(height)) => height,
        Some(Moment::Time(time)) if time > times.1 => high.saturating_add(1),
        Some(Moment::Time(time)) if time < times.0 => 0,
        Some(moment) => height_from(snapshot, chain, moment)?,
    };
    let to = to.unwrap_or(if from > high { u64::MAX } else { high });
    Ok((from <= to).then_some([from, to]))
}

/// The first and last height of what is stored or covered of a chain.
fn stored(snapshot: &Snapshot, chain: usize) -> [u64; 2] {
    let heights = snapshot.chains()[chain].heights.map(|(first, last)| [first, last]);
    let stretches = snapshot.covered(chain).iter().copied().chain(heights);
    stretches.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]).unwrap_or_default()
}

/// The height of the first transaction from a moment on.
fn height_from(snapshot: &Snapshot, chain: usize, moment: Moment) -> Result<u64, Failure> {
    let tx = question::first_from(snapshot, chain, moment)?;
    let [_, high] = stored(snapshot, chain);
    if tx >= TxIx(snapshot.chains()[chain].txs.end) {
        return Ok(high.saturating_add(1));
    }
    let point = snapshot.transaction(tx).map_err(Failure::bad_data)?.point;
    Ok(point.map_or(high, |point| point.height))
}

/// What is left of a stretch without others.
fn rest([from, to]: [u64; 2], mut known: Vec<[u64; 2]>) -> Vec<[u64; 2]> {
    known.sort_unstable();
    let mut rest = Vec::new();
    let mut next = Some(from);
    for [low, high] in known {
        let Some(first) = next.filter(|first| *first <= to) else { break };
        if low > first {
            rest.push([first, to.min(low - 1)]);
        }
        if high >= first {
            next = high.checked_add(1);
        }
    }
    rest.extend(next.filter(|first| *first <= to).map(|first| [first, to]));
    rest
}

#[cfg(test)]
mod tests {
    use super::rest;

    #[test]
    fn what_is_known_is_taken_away() {
        assert_eq!(rest([5, 9], vec![]), [[5, 9]]);
        assert_eq!(rest([5, 9], vec![[0, 20]]), [[0; 2]; 0]);
        assert_eq!(
            rest([0, u64::MAX], vec![[30, 39], [10, 19], [12, 15]]),
            [[0, 9], [20, 29], [40, u64::MAX]]
        );
        assert_eq!(rest([15, 35], vec![[10, 19], [30, u64::MAX]]), [[20, 29]]);
        assert_eq!(rest([25, 27], vec![[10, 19], [30, 39]]), [[25, 27]]);
    }
}
