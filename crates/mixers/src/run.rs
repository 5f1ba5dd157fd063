//! Runs: what one recipient took out, and by what habits.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use serde::Serialize;

use crate::{Pool, Withdrawal};

/// What the fees of a run say about how it was withdrawn.
///
/// Whoever pays the gas of a withdrawal from the own pocket leaves a fee of zero. Otherwise the
/// client works the fee out from a gas price, and clients round it differently: the command line
/// client multiplies half a million gas by whole gwei, which leaves four digits, where web
/// clients leave seven (`tornado-cli`, `calculateFee`; web client, `getEthInWei`). The rule looks
/// at digits alone, so it holds for any client that rounds and for any asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeePattern {
    /// Every fee is zero: no relayer.
    SelfPaid,
    /// Some fees are zero.
    Mixed,
    /// Every fee is written with at most four digits.
    Coarse,
    /// Every fee is written with at most five digits.
    Middling,
    /// Some fee has six digits or more.
    Fine,
}

impl FeePattern {
    /// How many there are.
    pub(crate) const COUNT: usize = 5;

    fn of(fees: &[U256]) -> Self {
        let zeros = fees.iter().filter(|fee| fee.is_zero()).count();
        if zeros == fees.len() {
            return Self::SelfPaid;
        }
        if zeros > 0 {
            return Self::Mixed;
        }
        match fees.iter().map(|fee| digits(*fee)).max().unwrap_or_default() {
            0..=4 => Self::Coarse,
            5 => Self::Middling,
            _ => Self::Fine,
        }
    }

    /// Its name in the output.
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfPaid => "self-paid",
            Self::Mixed => "mixed",
            Self::Coarse => "coarse",
            Self::Middling => "middling",
            Self::Fine => "fine",
        }
    }

    /// Its place, from zero.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::SelfPaid => 0,
            Self::Mixed => 1,
            Self::Coarse => 2,
            Self::Middling => 3,
            Self::Fine => 4,
        }
    }
}

/// The digits of a number without the zeros at its end.
fn digits(number: U256) -> usize {
    number.to_string().trim_end_matches('0').len()
}

/// Everything that one recipient took out of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) recipient: Address,
    /// When it took out something first.
    pub(crate) first: i64,
    /// When it took out something last.
    pub(crate) last: i64,
    /// How often it did.
    pub(crate) count: u32,
    pub(crate) pattern: FeePattern,
    /// The median of the fees that are not zero.
    pub(crate) fee: U256,
    /// The median of the times between two withdrawals; zero for one.
    pub(crate) gap: i64,
}

impl Run {
    /// From the first withdrawal to the last.
    pub(crate) fn span(&self) -> i64 {
        self.last.saturating_sub(self.first)
    }
}

/// The runs of all recipients, in order of their starts.
pub(crate) fn runs(pool: &Pool) -> Vec<Run> {
    let mut by_recipient: BTreeMap<Address, Vec<&Withdrawal>> = BTreeMap::new();
    for withdrawal in &pool.withdrawals {
        by_recipient.entry(withdrawal.recipient).or_default().push(withdrawal);
    }
    let mut runs: Vec<Run> =
        by_recipient.into_iter().filter_map(|(recipient, own)| run(recipient, &own)).collect();
    runs.sort_by_key(|run| (run.first, run.last, run.recipient));
    runs
}

fn run(recipient: Address, own: &[&Withdrawal]) -> Option<Run> {
    let fees: Vec<U256> = own.iter().map(|w| w.fee).collect();
    let mut paid: Vec<U256> = fees.iter().copied().filter(|fee| !fee.is_zero()).collect();
    paid.sort_unstable();
    let mut times: Vec<i64> = own.iter().map(|w| w.time).collect();
    times.sort_unstable();
    let mut gaps: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    Some(Run {
        recipient,
        first: *times.first()?,
        last: *times.last()?,
        count: u32::try_from(own.len()).ok()?,
        pattern: FeePattern::of(&fees),
        fee: paid.get(paid.len() / 2).copied().unwrap_or_default(),
        gap: gaps.get(gaps.len() / 2).copied().unwrap_or_default(),
    })
}
