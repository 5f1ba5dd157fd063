//! When a block was made, told by the deposits around it.

use crate::{Defect, Defects, Deposit};

/// Seconds between blocks where a file has no two deposits to tell them from: Ethereum's after
/// September 2022, and near those before.
const BLOCK_SECONDS: i64 = 12;

/// Times of blocks, from blocks whose time is known.
///
/// Between two of them the time is interpolated by block number; outside, the pace between the
/// nearest hundred goes on. Withdrawals are said to come minutes apart; a pool with a deposit
/// every hour is off by a few minutes at most, because blocks come evenly.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    /// Block and time, both rising.
    known: Vec<(u64, i64)>,
}

impl Clock {
    /// Deposits whose pace is continued beyond the first and the last.
    const PACE_FROM: usize = 100;

    /// A clock from deposits in order of their blocks.
    pub(crate) fn new(deposits: &[Deposit], defects: &mut Defects) -> Self {
        let mut known: Vec<(u64, i64)> = Vec::new();
        for deposit in deposits {
            match known.last() {
                Some(&(_, time)) if deposit.time < time => defects.note(Defect::TimeOutOfOrder),
                Some(&(block, _)) if block == deposit.block => {}
                _ => known.push((deposit.block, deposit.time)),
            }
        }
        Self { known }
    }

    /// Whether a block is before any that is known.
    pub(crate) fn is_before(&self, block: u64) -> bool {
        self.known.first().is_some_and(|&(first, _)| block < first)
    }

    /// When a block was made.
    pub(crate) fn time_of(&self, block: u64) -> i64 {
        let after = self.known.partition_point(|&(known, _)| known < block);
        let (Some(&first), Some(&last)) = (self.known.first(), self.known.last()) else {
            return 0;
        };
        match (after.checked_sub(1).and_then(|at| self.known.get(at)), self.known.get(after)) {
            (Some(&before), Some(&next)) => on_line(before, next, block),
            (None, Some(_)) => {
                let other = self.known.get(Self::PACE_FROM.min(self.known.len() - 1));
                beyond(first, other, block)
            }
            _ => {
                let other = self.known.get(self.known.len().saturating_sub(Self::PACE_FROM));
                beyond(last, other, block)
            }
        }
    }
}

fn beyond(end: (u64, i64), other: Option<&(u64, i64)>, block: u64) -> i64 {
    match other {
        Some(&other) if other.0 != end.0 => on_line(end, other, block),
        _ => on_line(end, (end.0.saturating_add(1), end.1.saturating_add(BLOCK_SECONDS)), block),
    }
}

/// The time of a block on the line through two others, never outside what can be written.
fn on_line(a: (u64, i64), b: (u64, i64), block: u64) -> i64 {
    let (blocks, seconds) = (i128::from(b.0) - i128::from(a.0), i128::from(b.1) - i128::from(a.1));
    let away = i128::from(block) - i128::from(a.0);
    let time = if blocks == 0 { 0 } else { away * seconds / blocks } + i128::from(a.1);
    // The last second of the year 9999.
    i64::try_from(time.clamp(0, 253_402_300_799)).unwrap_or_default()
}

/// How far off deposits would be had their time been interpolated from their neighbours, in
/// seconds: the median and the 95th percentile.
pub(crate) fn interpolation_errors(deposits: &[Deposit]) -> (i64, i64) {
    let mut errors: Vec<i64> = deposits
        .windows(3)
        .filter(|three| three[0].block < three[1].block && three[1].block < three[2].block)
        .map(|three| {
            let (before, next) = ((three[0].block, three[0].time), (three[2].block, three[2].time));
            (on_line(before, next, three[1].block) - three[1].time).abs()
        })
        .collect();
    errors.sort_unstable();
    let at = |part: usize| errors.get(errors.len() * part / 100).copied().unwrap_or_default();
    (at(50), at(95))
}
