//! The first pass: a transaction by itself.

use hawkshaw_model::{Mix, MixClass};

use crate::facts::{Facts, Leg};
use crate::verdict::Verdict;
use crate::{joinmarket, wasabi1, wasabi2, whirlpool};

/// How sure a class is that another fits as well, in thousandths.
const EITHER: u16 = 550;

/// Above it a round of Wasabi 1 shows the fee of its coordinator, in thousandths.
const PAID: u16 = 800;

/// What a rule found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) class: MixClass,
    pub(crate) confidence: u16,
    pub(crate) rule: &'static str,
}

/// What a transaction is taken for by its own legs. The order of inputs among each other and of
/// outputs among each other changes nothing.
pub fn classify(inputs: &[Leg<'_>], outputs: &[Leg<'_>]) -> Verdict {
    by_shape(inputs, outputs).by_definition()
}

/// The same, where what only resembles a mix counts as one.
pub(crate) fn by_shape(inputs: &[Leg<'_>], outputs: &[Leg<'_>]) -> Verdict {
    let amounts: Vec<u64> = outputs.iter().map(|leg| leg.amount).collect();
    if !crate::may_mix_amounts(inputs.len(), &amounts) {
        return Verdict::PLAIN;
    }
    let facts = Facts::new(inputs, outputs);
    match first(&facts) {
        Ok(found) => Verdict::Mix(Mix {
            class: found.class,
            confidence: found.confidence,
            rule: found.rule,
            equal: facts.equal,
        }),
        Err(rule) => Verdict::not(rule),
    }
}

/// The first rule that fits, or what speaks against a mix.
///
/// Amounts that no other program pays come first (Wasabi 2, Whirlpool). Some transactions of
/// JoinMarket have about 0.1 bitcoin, as Wasabi 1 has: those that fit the definitions of both are
/// listed as Wasabi 1, as others list them, with little confidence.
fn first(facts: &Facts<'_>) -> Result<Found, &'static str> {
    if let Some(found) = whirlpool::tx0(facts) {
        return Ok(found);
    }
    if !facts.data.is_empty() {
        return Err("carries-data");
    }
    if facts.payers < 3 {
        return Err("few-payers");
    }
    let known = whirlpool::mix(facts)
        .or_else(|| wasabi1::pays_coordinator(facts))
        .or_else(|| wasabi2::round(facts));
    if let Some(found) = known {
        return Ok(found);
    }
    match (joinmarket::join(facts), wasabi1::round(facts)) {
        // A shape that sums do not confirm yields to a round whose coordinator is paid.
        (Ok(found), Some(round)) if round.confidence > found.confidence.max(PAID) => Ok(round),
        (Ok(_), Some(round)) => {
            let rule = "wasabi1-or-joinmarket";
            Ok(Found { confidence: EITHER.min(round.confidence), rule, ..round })
        }
        (Ok(found), None) | (Err(_), Some(found)) => Ok(found),
        (Err(reason), None) => Err(reason),
    }
}
