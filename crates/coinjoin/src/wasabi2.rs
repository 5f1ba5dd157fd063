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

/// Different amounts that nobody else pays. Each is one of some sixty in a billion.
const TELLING_MIN: usize = 4;

/// Kinds of script in which Wasabi 2 holds coins.
const KINDS: [ScriptKind; 2] = [ScriptKind::P2wpkh, ScriptKind::P2tr];

/// A round.
pub(crate) fn round(facts: &Facts<'_>) -> Option<Found> {
    let (inputs, outputs) = (facts.inputs.len(), facts.outputs.len());
    let amounts = facts.outputs.iter().map(|leg| leg.amount);
    let standard = amounts.clone().filter(|amount| is_standard(*amount)).count();
    let telling: BTreeSet<u64> = amounts.filter(|amount| is_telling(*amount)).collect();
    let is_shape = inputs >= INPUTS_MIN
        && standard * 2 >= outputs
        && telling.len() >= TELLING_MIN
        && !facts.equal.is_empty();
    // Payments inside a round go to any kind of script.
    let is_witness = facts.input_kinds.others_than(&KINDS) == 0
        && facts.output_kinds.others_than(&KINDS) * 5 <= outputs;
    let are_several = facts.payers * 10 >= inputs * 8 && facts.payees * 10 >= outputs * 9;
    if !is_shape || !is_witness || !are_several {
        return None;
    }
    let is_mostly = standard * 10 > outputs * 8;
    let confidence = match (inputs, is_mostly) {
        (50.., true) => 990,
        (20.., true) => 980,
        (20.., false) => 950,
        (10.., _) => 930,
        _ => 850,
    };
    Some(Found { class: MixClass::Wasabi2, confidence, rule: "wasabi2-denominations" })
}
