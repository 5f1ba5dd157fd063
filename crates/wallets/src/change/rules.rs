//! The published rules for change, each as it was published: which outputs it cannot exclude.
//!
//! Left out is BlockSci's rule on lock times, which canonical ledgers do not hold. Its rule on
//! fees compares rates; sizes are not in canonical ledgers either, so that rates are estimated
//! from the kinds of scripts.

use alloy_primitives::U256;
use hawkshaw_model::{Amount, ReadError, UtxoTx};

use super::facts::{AddressUse, Fact, Facts};
use super::{Rule, Standing, Surroundings};

/// BlockSci's default: multiples of 0.01 bitcoin.
const POWER_OF_TEN: u64 = 1_000_000;
/// Four zeros at the end are there by chance once in ten thousand.
const ROUND: u64 = 10_000;

/// The outputs of a transaction that a published rule does not exclude from being the change, in
/// their order; `None` where the rule does not apply to the transaction or is none of those.
///
/// # Errors
///
/// When the ledger is damaged where it is read.
pub fn candidates(
    around: &Surroundings<'_>,
    tx: &UtxoTx,
    rule: Rule,
) -> Result<Option<Vec<bool>>, ReadError> {
    Ok(allowed(&Facts::gather(around, tx)?, rule))
}

/// As [`candidates`], of what was gathered. Whatever is no candidate at all is excluded.
pub(super) fn allowed(facts: &Facts<'_>, rule: Rule) -> Option<Vec<bool>> {
    if !facts.is_weighed() {
        return None;
    }
    let all = |test: &dyn Fn(&Fact) -> bool| {
        let outputs = facts.outputs.iter();
        Some(outputs.map(|fact| fact.standing == Standing::Open && test(fact)).collect())
    };
    match rule {
        // BlockSci: one input and two outputs, and the parent or a child is so too.
        Rule::PeelingChain => {
            let peels = |fact: &Fact| fact.spender_peels;
            let applies = super::facts::is_peel_shaped(facts.tx)
                && (facts.parent_peels || facts.outputs.iter().any(peels));
            applies.then(|| all(&|fact| fact.spender.is_none() || fact.spender_peels))?
        }
        Rule::PowerOfTen => all(&|fact| !is_multiple(fact.leg.amount, POWER_OF_TEN)),
        Rule::Round => all(&|fact| !is_multiple(fact.leg.amount, ROUND)),
        // With one input every output is smaller, which tells nothing.
        Rule::OptimalChange => {
            let smallest = facts.smallest_input().filter(|_| facts.tx.inputs.len() > 1)?;
            all(&|fact| fact.leg.amount < smallest)
        }
        Rule::AddressType => {
            let kind = facts.fingerprint.input_kind()?;
            all(&|fact| fact.kind == Some(kind))
        }
        Rule::AddressReuse => {
            facts.outputs.iter().any(|fact| fact.reused).then(|| all(&|fact| fact.reused))?
        }
        Rule::ClientChange => all(&is_fresh),
        Rule::OneTimeChange => {
            let fresh = facts.outputs.iter().filter(|fact| has_holder(fact) && is_fresh(fact));
            let applies = fresh.count() == 1 && !facts.outputs.iter().any(|fact| fact.reused);
            applies.then(|| all(&is_fresh))?
        }
        Rule::UsedAgain => all(&|fact| fact.use_of != AddressUse::Again),
        Rule::FixedFee => all(&|fact| fact.spender.is_none() || fact.pays_alike),
        Rule::Legacy => {
            let smallest = facts.smallest_input()?;
            let fits = |fact: &Fact| is_fresh(fact) && fact.leg.amount < smallest;
            let open = || facts.open().map(|at| &facts.outputs[at]);
            let applies = open().count() > 1 && open().filter(|fact| fits(fact)).count() == 1;
            applies.then(|| all(&fits))?
        }
        Rule::LargerShare | Rule::GoesOn => None,
    }
}

/// Whether an output's address was never paid before.
fn is_fresh(fact: &Fact) -> bool {
    matches!(fact.use_of, AddressUse::Once | AddressUse::Again) && !fact.reused
}

fn has_holder(fact: &Fact) -> bool {
    fact.leg.holder.is_some()
}

fn is_multiple(amount: Amount, unit: u64) -> bool {
    (amount.to_u256() % U256::from(unit)).is_zero()
}
