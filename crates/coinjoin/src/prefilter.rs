//! What cannot be a mix by its numbers alone, so that no script of it need be read.

use crate::denominations::is_standard;
use crate::facts::equal_sets;
use crate::whirlpool;

/// Whether a transaction with so many inputs and outputs can be of any class.
pub fn may_mix(inputs: usize, outputs: usize) -> bool {
    inputs >= 1 && outputs >= 3
}

/// Whether a transaction with so many inputs that pays these amounts can be of any class.
pub fn may_mix_amounts(inputs: usize, outputs: &[u64]) -> bool {
    if !may_mix(inputs, outputs.len()) {
        return false;
    }
    may_be_tx0(outputs) || (inputs >= 3 && (has_equal(outputs, 3) || may_be_wasabi2(outputs)))
}

fn may_be_tx0(outputs: &[u64]) -> bool {
    outputs.contains(&0)
        && outputs.iter().any(|amount| whirlpool::pool_of_premix(*amount).is_some())
}

fn may_be_wasabi2(outputs: &[u64]) -> bool {
    let standard = outputs.iter().filter(|amount| is_standard(**amount)).count();
    standard * 2 >= outputs.len()
}

/// Whether some amount is paid so many times.
fn has_equal(outputs: &[u64], times: usize) -> bool {
    equal_sets(outputs.iter().copied()).first().is_some_and(|(_, count)| *count >= times)
}
