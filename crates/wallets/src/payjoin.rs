//! Payments in which the payee may have put in coins of his own.
//!
//! In a PayJoin the payee adds inputs to the payment that he gets (BIP-78, BIP-77, Stowaway), so
//! that the inputs belong to two people and the transaction looks like any other. It cannot be
//! told in general. Two marks make it likelier than usual, in the form that PayJoins have today:
//! two or more inputs and exactly two outputs.
//!
//! - *An unnecessary input*: both outputs are at least as large as the smallest input, so that
//!   whichever of them is the payment, the other inputs would have paid it. A wallet that pays
//!   has no reason to add one. Sources: the rule UIH2 of A. Gibson (waxwing), and Ghesmati, Kern,
//!   Judmayer, Stifter, Weippl, "Unnecessary Input Heuristics and PayJoin Transactions" (HCII
//!   2021, <https://eprint.iacr.org/2022/589>). It is a hint and no proof: wallets that gather
//!   small coins while they pay do the same, and a payee who follows the advice of rust-payjoin
//!   picks an input that avoids it.
//! - *Inputs of different kinds*: until September 2024 BIP-78 forbade to mix kinds of inputs, and
//!   since then it allows it; before, BIP-79 and Stowaway allowed it. A wallet holds, as a rule,
//!   coins of one kind.

use hawkshaw_model::{Amount, UtxoTx};

/// Why a payment may be a PayJoin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PayJoinMark {
    /// Whichever output is the payment, one input was not needed for it.
    UnnecessaryInput,
    /// The inputs are of different kinds.
    MixedKinds,
}

/// Whether a transaction has the form of a PayJoin and a mark of one. `spendable` says of each
/// output whether it can be spent, and `kinds` are those of the inputs.
pub fn payjoin_mark<K: PartialEq>(
    tx: &UtxoTx,
    spendable: impl Fn(usize) -> bool,
    kinds: impl IntoIterator<Item = K>,
) -> Option<PayJoinMark> {
    let mut outputs = (0..tx.outputs.len()).filter(|at| spendable(*at));
    let (Some(one), Some(other), None) = (outputs.next(), outputs.next(), outputs.next()) else {
        return None;
    };
    if tx.inputs.len() < 2 {
        return None;
    }
    let smallest_in = tx.inputs.iter().map(|leg| leg.amount).min().unwrap_or(Amount::ZERO);
    let smallest_out = tx.outputs[one].amount.min(tx.outputs[other].amount);
    if smallest_out >= smallest_in {
        return Some(PayJoinMark::UnnecessaryInput);
    }
    let mut kinds = kinds.into_iter();
    let first = kinds.next()?;
    kinds.any(|kind| kind != first).then_some(PayJoinMark::MixedKinds)
}

#[cfg(test)]
mod tests {
    use hawkshaw_model::{TxIx, UtxoLeg, UtxoTx};

    use super::{PayJoinMark, payjoin_mark};

    fn tx(inputs: &[u64], outputs: &[u64]) -> UtxoTx {
        let leg = |amount: &u64| UtxoLeg { output: None, holder: None, amount: (*amount).into() };
        UtxoTx {
            tx: TxIx(0),
            inputs: inputs.iter().map(leg).collect(),
            outputs: outputs.iter().map(leg).collect(),
        }
    }

    fn mark(inputs: &[u64], outputs: &[u64], kinds: &str) -> Option<PayJoinMark> {
        payjoin_mark(&tx(inputs, outputs), |_| true, kinds.chars())
    }

    #[test]
    fn an_input_that_was_not_needed() {
        use PayJoinMark::{MixedKinds, UnnecessaryInput};
        // 3 and 2 pay 4 and leave 1: either alone would not do.
        assert_eq!(mark(&[3, 2], &[4, 1], "aa"), None);
        // 2 was not needed to pay 3, nor to pay 2.
        assert_eq!(mark(&[3, 2], &[3, 2], "aa"), Some(UnnecessaryInput));
        assert_eq!(mark(&[10, 2], &[9, 3], "aa"), Some(UnnecessaryInput));
        // The smaller output is just below the smallest input: it is the change.
        assert_eq!(mark(&[10, 4], &[11, 3], "aa"), None);
        assert_eq!(mark(&[10, 4], &[11, 3], "ab"), Some(MixedKinds));
        assert_eq!(mark(&[10, 4], &[14], "ab"), None);
        assert_eq!(mark(&[10, 4], &[4, 4, 4], "ab"), None);
        assert_eq!(mark(&[10], &[5, 5], "a"), None);
        assert_eq!(mark(&[], &[], ""), None);
        assert_eq!(mark(&[0, 0], &[0, 0], "aa"), Some(UnnecessaryInput));
    }

    #[test]
    fn outputs_that_nobody_can_spend_do_not_count() {
        let tx = tx(&[10, 2], &[9, 3, 0]);
        assert_eq!(payjoin_mark(&tx, |_| true, "aa".chars()), None);
        let mark = payjoin_mark(&tx, |at| at != 2, "aa".chars());
        assert_eq!(mark, Some(PayJoinMark::UnnecessaryInput));
    }
}
