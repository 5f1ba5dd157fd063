//! The rules by name.

use serde::Serialize;

/// Why a recipient is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Rule {
    /// The pool knows the recipient from no other time.
    FreshRecipient,
    /// What is claimed for the batch uses up nine tenths of its deposits, and no more than all.
    BatchVolume,
    /// How the fees are rounded and how many withdrawals there are is at least twice as
    /// frequent in the batch as among strangers.
    FeePatternAndCount,
    /// Fees of this height are at least twice as frequent in the batch as among strangers.
    FeeHeight,
    /// Runs of this duration are at least twice as frequent in the batch as among strangers.
    Duration,
    /// It begins so long after the first deposit as runs of the thief do.
    SoonAfterDeposits,
    /// One of a row of runs with the same fee pattern, faster than strangers make them.
    RunSeries,
    /// It has the habits of such a row, but comes before or after it.
    SameHabits,
    /// The recipient is itself a depositor (H1).
    AddressMatch,
    /// A gas price that nobody else paid (H2).
    UniqueGasPrice,
    /// The same notes of several pools as one depositor's (H4).
    SeveralDenominations,
}

impl Rule {
    /// Its name in the output.
    pub fn name(self) -> &'static str {
        match self {
            Self::FreshRecipient => "fresh-recipient",
            Self::BatchVolume => "batch-volume",
            Self::FeePatternAndCount => "fee-pattern-and-count",
            Self::FeeHeight => "fee-height",
            Self::Duration => "duration",
            Self::SoonAfterDeposits => "soon-after-deposits",
            Self::RunSeries => "run-series",
            Self::SameHabits => "same-habits",
            Self::AddressMatch => "address-match",
            Self::UniqueGasPrice => "unique-gas-price",
            Self::SeveralDenominations => "several-denominations",
        }
    }
}
