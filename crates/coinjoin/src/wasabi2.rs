//! Wasabi 2 (WabiSabi): outputs from a list of denominations.
//!
//! Sources: `Scanner.cs` of <https://github.com/nopara73/Dumplings> (over 80 % of outputs in the
//! list, both sides from the largest amount to the smallest, 50 inputs and later 20) and
//! `AmountDecomposer.cs` of <https://github.com/WalletWasabi/WalletWasabi>. Other coordinators
//! have made smaller rounds since June 2024, in which change is a larger part.

use std::collections::BTreeSet;

use hawkshaw_model::{MixClass, ScriptKind};

use crate::classify::Found;
use crate::denominations::{is_standard, is_telling};
use crate::facts::Facts;

/// Inputs of a round.
const INPUTS_MIN: usize = 5;

/// How many different amounts that nobody else pays there are (each is one of some sixty in a
/// billion), how many different ones of the list, what part of the outputs has one of the list,
/// in percent, and how sure that makes, where a round is small.
const SIGNS: [(usize, usize, usize, u16); 3] = [(4, 4, 50, 940), (2, 3, 50, 900), (1, 4, 70, 800)];

/// Kinds of script in which Wasabi 2 holds coins.
const KINDS: [ScriptKind; 2] = [ScriptKind::P2wpkh, ScriptKind::P2tr];

/// A round.
pub(crate) fn round(facts: &Facts<'_>) -> Option<Found> {
    let (inputs, outputs) = (facts.inputs.len(), facts.outputs.len());
    let amounts = facts.outputs.iter().map(|leg| leg.amount);
    let standard: Vec<u64> = amounts.filter(|amount| is_standard(*amount)).collect();
    let different: BTreeSet<u64> = standard.iter().copied().collect();
    let telling = different.iter().filter(|amount| is_telling(**amount)).count();
    let sign = SIGNS.iter().find(|(telling_min, different_min, percent, _)| {
        telling >= *telling_min
            && different.len() >= *different_min
            && standard.len() * 100 >= outputs * percent
    });
    // Payments inside a round go to any kind of script.
    let is_witness = facts.input_kinds.others_than(&KINDS) == 0
        && facts.output_kinds.others_than(&KINDS) * 5 <= outputs;
    let are_several = facts.payers * 2 >= inputs && facts.payees * 10 >= outputs * 9;
    if inputs < INPUTS_MIN || facts.equal.is_empty() || !is_witness || !are_several {
        return None;
    }
    let (_, _, _, by_signs) = *sign?;
    let is_mostly = standard.len() * 10 > outputs * 8;
    let confidence = match (inputs, is_mostly) {
        (50.., true) => 990,
        (20.., true) => 980,
        (20.., false) => 960,
        (10.., _) => by_signs,
        _ => by_signs - 60,
    };
    let confidence = if telling >= 4 { confidence } else { confidence.min(by_signs) };
    Some(Found { class: MixClass::Wasabi2, confidence, rule: "wasabi2-denominations" })
}
