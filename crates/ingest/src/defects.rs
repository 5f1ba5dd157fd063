//! What was left out or changed, counted by reason.

use std::collections::BTreeMap;
use std::fmt;

/// Why a row, or a part of it, was left out or is not exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// The call failed, or a call above it: what it moved was moved back.
    FailedCall,
    /// The transaction failed: only its fee was moved.
    FailedTransaction,
    /// The file holds an amount as a floating-point number above 2^53: the nearest whole number
    /// was taken.
    RoundedAmount,
    /// The file does not say what was paid for the transaction.
    FeeUnknown,
    /// The file does not say whether the transaction succeeded: its value counts as moved.
    StatusUnknown,
    /// The log has the topic of a transfer and not its form.
    NotATransfer,
    /// A `Deposit` or `Withdrawal` of a contract that is not known to wrap the native asset.
    UnknownWrapper,
    /// The table does not say whether the call moved its value: a delegated call repeats that of
    /// the call above it.
    CallKindUnknown,
    /// A contract was created with a value and the file does not say where.
    CreatedContractUnknown,
    /// The log was removed by a reorganisation.
    RemovedLog,
    /// The log repeats what a call moves.
    RepeatsNative,
    /// The log moves more kinds of tokens than a log has numbers for: the first 1,024 count.
    LongBatch,
    /// The amount is in units, and how many decimals the token has is neither in the file nor on
    /// the list of curated assets: the row was left out.
    TokenDecimalsUnknown,
    /// A row of a coinbase that a later block repeated, and thereby wiped out (BIP-30): the later
    /// one stays.
    OverwrittenCoinbase,
}

impl Defect {
    /// Why a log, or a part of it, moves nothing.
    pub(crate) fn of_log(defect: hawkshaw_chains::Defect) -> Self {
        match defect {
            hawkshaw_chains::Defect::UnknownWrapper => Self::UnknownWrapper,
            hawkshaw_chains::Defect::RepeatsNative => Self::RepeatsNative,
            hawkshaw_chains::Defect::LongBatch => Self::LongBatch,
            _ => Self::NotATransfer,
        }
    }

    /// The name in reports: `failed-call`.
    pub fn name(self) -> &'static str {
        match self {
            Self::FailedCall => "failed-call",
            Self::FailedTransaction => "failed-transaction",
            Self::RoundedAmount => "rounded-amount",
            Self::FeeUnknown => "fee-unknown",
            Self::StatusUnknown => "status-unknown",
            Self::NotATransfer => "not-a-transfer",
            Self::UnknownWrapper => "unknown-wrapper",
            Self::CallKindUnknown => "call-kind-unknown",
            Self::CreatedContractUnknown => "created-contract-unknown",
            Self::RemovedLog => "removed-log",
            Self::RepeatsNative => "repeats-native",
            Self::LongBatch => "long-batch",
            Self::TokenDecimalsUnknown => "token-decimals-unknown",
            Self::OverwrittenCoinbase => "overwritten-coinbase",
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How often each defect was met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defects(BTreeMap<Defect, u64>);

impl Defects {
    /// Counts one.
    pub(crate) fn count(&mut self, defect: Defect) {
        let count = self.0.entry(defect).or_default();
        *count = count.saturating_add(1);
    }

    /// Adds others.
    pub(crate) fn add(&mut self, others: &Self) {
        for (defect, more) in &others.0 {
            let count = self.0.entry(*defect).or_default();
            *count = count.saturating_add(*more);
        }
    }

    /// How often a defect was met.
    pub fn get(&self, defect: Defect) -> u64 {
        self.0.get(&defect).copied().unwrap_or(0)
    }

    /// The defects that were met, in order, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (Defect, u64)> + '_ {
        self.0.iter().map(|(defect, count)| (*defect, *count))
    }

    /// Whether none was met.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
