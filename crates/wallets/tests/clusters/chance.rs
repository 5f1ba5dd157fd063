//! Random chains.

use std::fmt::Write as _;

/// Numbers that look random, the same for the same seed: SplitMix64.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) % (bound.max(1) as u64)).unwrap()
    }
}

/// Names of holders.
pub(crate) fn name(number: usize) -> String {
    format!("h{number}")
}

/// A story of so many transactions among so many holders, a line each and a block each.
pub(crate) fn chain(seed: u64, txs: usize, holders: usize) -> Vec<String> {
    let mut chance = Chance(seed);
    let mut unspent: Vec<(String, u64)> = Vec::new();
    let mut lines = Vec::new();
    for at in 0..txs {
        let mut line = format!("{}: t{at} = ", at + 1);
        let mut value = 0;
        let count = if unspent.len() < 4 { 0 } else { [0, 1, 1, 2, 2, 2, 3, 5][chance.below(8)] };
        let mut inputs = Vec::new();
        for _ in 0..count.min(unspent.len()) {
            let (output, amount) = unspent.swap_remove(chance.below(unspent.len()));
            value += amount;
            inputs.push(output);
        }
        if inputs.is_empty() {
            value = 50;
        } else if chance.below(20) == 0 {
            inputs.push(format!("u{at}:0 9"));
        }
        let _ = write!(line, "{} -> ", inputs.join(", "));
        let outputs = 1 + chance.below(3);
        let mut paid = Vec::new();
        for output in 0..outputs {
            let last = output + 1 == outputs;
            let part =
                if last { value } else { chance.below(usize::try_from(value).unwrap() + 1) as u64 };
            value -= part;
            let holder = match chance.below(25) {
                0 => "none".to_owned(),
                1 => "data".to_owned(),
                _ => name(chance.below(holders)),
            };
            if holder != "data" {
                unspent.push((format!("t{at}:{output}"), part));
            }
            paid.push(format!("{holder} {part}"));
        }
        line.push_str(&paid.join(", "));
        lines.push(line);
    }
    lines
}
