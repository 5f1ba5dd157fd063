//! What is left out of a block, counted.

use std::collections::BTreeMap;

/// Something of a block that is left out or taken with a doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// A log with the topic of a transfer whose fields are not those of one.
    NotATransfer,
    /// A log of a deposit or withdrawal by a contract that is not known to wrap anything.
    UnknownWrapper,
    /// A call that failed, or that stands inside one.
    FailedCall,
    /// The coinbase of a Bitcoin block that a later one repeated, and thereby wiped out (BIP-30).
    OverwrittenCoinbase,
    /// A transaction that failed: only its fee was moved.
    FailedTransaction,
    /// A transaction of which nothing says whether it succeeded: its value counts as moved.
    StatusUnknown,
    /// Nothing says what was paid for a transaction.
    FeeUnknown,
    /// A fee that was paid in a token, which no log states.
    FeeInToken,
    /// A fee of the operator of a rollup beside gas and publishing, which is not counted.
    OperatorFee,
    /// The calldata of a transaction is no hex.
    NoCalldata,
    /// A transaction that the chain itself added and that has no receipt.
    NoReceipt,
    /// A log that repeats what a call moves.
    RepeatsNative,
    /// A log that moves more kinds of tokens than a log has numbers for: the first 1,024 count.
    LongBatch,
    /// A retryable ticket, whose refunds no answer states.
    RetryableTicket,
    /// The reward of an uncle: who made it is in no answer.
    UncleReward,
    /// A withdrawal of a validator that is no native value.
    TokenWithdrawal,
    /// Value came or went beside the transactions of the block (Avalanche).
    AtomicTransactions,
    /// The fee of a transaction of a rollup without what publishing cost.
    PublishingUnknown,
    /// A movement of a list that says the same as another of its transaction: they count as two,
    /// and nobody says which is which.
    AlikeMovement,
    /// A movement of a token of which the explorer does not say how much.
    AmountUnknown,
    /// A movement of a token that is named by its name only, which others may have too.
    TokenNameOnly,
    /// A transaction of which nobody says where in its block it stands, beside others of the same
    /// history: it counts as the last.
    PlaceUnknown,
    /// A movement to or from a place of the chain that has no address: an exchange that is part
    /// of it, a shielded pool.
    UnaddressedMovement,
}

impl Defect {
    /// Its name in files and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotATransfer => "not-a-transfer",
            Self::UnknownWrapper => "unknown-wrapper",
            Self::FailedCall => "failed-call",
            Self::OverwrittenCoinbase => "overwritten-coinbase",
            Self::FailedTransaction => "failed-transaction",
            Self::StatusUnknown => "status-unknown",
            Self::FeeUnknown => "fee-unknown",
            Self::FeeInToken => "fee-in-token",
            Self::OperatorFee => "operator-fee",
            Self::NoCalldata => "no-calldata",
            Self::NoReceipt => "no-receipt",
            Self::RepeatsNative => "repeats-native",
            Self::LongBatch => "long-batch",
            Self::RetryableTicket => "retryable-ticket",
            Self::UncleReward => "uncle-reward",
            Self::TokenWithdrawal => "token-withdrawal",
            Self::AtomicTransactions => "atomic-transactions",
            Self::PublishingUnknown => "publishing-unknown",
            Self::AlikeMovement => "alike-movement",
            Self::AmountUnknown => "amount-unknown",
            Self::TokenNameOnly => "token-name-only",
            Self::PlaceUnknown => "place-unknown",
            Self::UnaddressedMovement => "unaddressed-movement",
        }
    }
}

/// How often each defect was met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defects(BTreeMap<Defect, u64>);

impl Defects {
    /// Counts one.
    pub fn count(&mut self, defect: Defect) {
        *self.0.entry(defect).or_default() += 1;
    }

    /// Adds those of another block.
    pub fn add(&mut self, other: &Self) {
        for (defect, count) in &other.0 {
            *self.0.entry(*defect).or_default() += count;
        }
    }

    /// Each that was met, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (Defect, u64)> + '_ {
        self.0.iter().map(|(defect, count)| (*defect, *count))
    }
}
