//! What is written down while clusters grow: counts, vetoes, jumps, and the largest cluster.

use std::cmp::Reverse;

use hawkshaw_model::MixClass;

use crate::payjoin::PayJoinMark;

/// Why the inputs of a transaction were not taken for those of one owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Withheld {
    /// Several people made it to mix their coins.
    Mix(MixClass),
    /// The payee may have put in coins of his own.
    PayJoin(PayJoinMark),
    /// It would join accounts that tags give to different actors.
    Veto,
}

impl Withheld {
    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mix(class) => class.as_str(),
            Self::PayJoin(PayJoinMark::UnnecessaryInput) => "unnecessary-input",
            Self::PayJoin(PayJoinMark::MixedKinds) => "mixed-kinds",
            Self::Veto => "different-actors",
        }
    }
}

/// How many transactions and inputs there were of each sort. A transaction counts once, a
/// coinbase nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Transactions that spend something.
    pub spending: u64,
    /// Those that joined clusters.
    pub joining: u64,
    /// Unions: clusters that were taken into another.
    pub unions: u64,
    /// Transactions that would have joined clusters and are mixes, by class in the order of
    /// [`MixClass::ALL`].
    pub mixes: [u64; MixClass::ALL.len()],
    /// Transactions that would have joined clusters and have an unnecessary input.
    pub unnecessary_input: u64,
    /// Transactions that would have joined clusters and have the form of a payment and inputs of
    /// different kinds.
    pub mixed_kinds: u64,
    /// Transactions that would have joined accounts of different actors.
    pub vetoes: u64,
    /// Inputs of which nobody knows who held them.
    pub unknown_inputs: u64,
    /// Inputs that anybody can spend, which therefore join nobody.
    pub keyless_inputs: u64,
    /// Inputs whose account is that of an earlier input of the same transaction.
    pub repeated_inputs: u64,
    /// Transactions with [`LARGE_INPUTS`] inputs or more: they join as any other.
    pub large: u64,
}

/// From so many inputs on, a transaction is counted as large.
pub const LARGE_INPUTS: usize = 1_000;

impl Counts {
    /// The counts in the order of a file.
    pub(crate) fn to_array(self) -> [u64; 15] {
        let [a, b, c, d, e] = self.mixes;
        [
            self.spending,
            self.joining,
            self.unions,
            a,
            b,
            c,
            d,
            e,
            self.unnecessary_input,
            self.mixed_kinds,
            self.vetoes,
            self.unknown_inputs,
            self.keyless_inputs,
            self.repeated_inputs,
            self.large,
        ]
    }

    /// The counts of a file.
    pub(crate) fn from_array(counts: [u64; 15]) -> Self {
        let [spending, joining, unions, a, b, c, d, e, rest @ ..] = counts;
        let [unnecessary_input, mixed_kinds, vetoes, rest @ ..] = rest;
        let [unknown_inputs, keyless_inputs, repeated_inputs, large] = rest;
        Self {
            spending,
            joining,
            unions,
            mixes: [a, b, c, d, e],
            unnecessary_input,
            mixed_kinds,
            vetoes,
            unknown_inputs,
            keyless_inputs,
            repeated_inputs,
            large,
        }
    }

    /// Counts a transaction that was withheld.
    pub(crate) fn withhold(&mut self, why: Withheld) {
        match why {
            Withheld::Mix(class) => {
                let at = MixClass::ALL.iter().position(|known| *known == class).unwrap_or(0);
                self.mixes[at] += 1;
            }
            Withheld::PayJoin(PayJoinMark::UnnecessaryInput) => self.unnecessary_input += 1,
            Withheld::PayJoin(PayJoinMark::MixedKinds) => self.mixed_kinds += 1,
            Withheld::Veto => self.vetoes += 1,
        }
    }

    /// Transactions that would have joined clusters and were not taken to.
    pub fn withheld(&self) -> u64 {
        let mixes: u64 = self.mixes.iter().sum();
        mixes + self.unnecessary_input + self.mixed_kinds + self.vetoes
    }
}

/// A transaction that would have joined accounts of different actors. It joined nothing at all:
/// of its other inputs nobody knows to which of them they belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Veto {
    /// The transaction, counted from the first of its chain.
    pub tx: u32,
    /// The first input account whose cluster has an actor, and the first whose cluster has
    /// another one.
    pub accounts: [u32; 2],
    /// Their actors, as [`Clusters::actor_name`](crate::Clusters::actor_name) knows them.
    pub actors: [u32; 2],
}

/// A transaction that made one of two clusters that were large already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// The transaction, counted from the first of its chain.
    pub tx: u32,
    /// An account of the cluster.
    pub account: u32,
    /// How many accounts the largest of the joined clusters had.
    pub largest: u32,
    /// How many the second largest had.
    pub second: u32,
}

/// A jump is a union of two clusters that had at least so many accounts each.
pub const JUMP_MIN: u32 = 100;

/// How large the largest cluster was after a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Growth {
    /// The transaction, counted from the first of its chain.
    pub tx: u32,
    /// How many accounts the cluster had.
    pub size: u32,
}

/// What happened while clusters grew. Lists have bounds, and counts say what is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) counts: Counts,
    pub(crate) vetoes: Vec<Veto>,
    pub(crate) jumps: Vec<Jump>,
    pub(crate) jump_count: u64,
    pub(crate) growth: Vec<Growth>,
    /// The root of the largest cluster and how many accounts it has. Of several as large, the
    /// one that was first.
    pub(crate) largest: (u32, u32),
}

impl Record {
    /// So many vetoes are listed, the first ones; all are counted.
    pub(crate) const VETOES_MAX: usize = 1 << 16;
    /// So many jumps are listed, those with the largest second cluster; all are counted.
    pub(crate) const JUMPS_MAX: usize = 4_096;
    /// A point of the growth is noted once the largest cluster has this part more accounts.
    const GROWTH_PART: u32 = 64;

    pub(crate) fn veto(&mut self, veto: Veto) {
        if self.vetoes.len() < Self::VETOES_MAX {
            self.vetoes.push(veto);
        }
    }

    pub(crate) fn jump(&mut self, jump: Jump) {
        self.jump_count += 1;
        self.jumps.push(jump);
        if self.jumps.len() >= 2 * Self::JUMPS_MAX {
            self.settle();
        }
    }

    /// Brings the list of jumps into its order, and leaves out what is beyond its bound.
    pub(crate) fn settle(&mut self) {
        self.jumps.sort_by_key(|jump| (Reverse(jump.second), jump.tx));
        self.jumps.truncate(Self::JUMPS_MAX);
    }

    /// A cluster has grown to a size.
    pub(crate) fn grew(&mut self, tx: u32, root: u32, size: u32) {
        if size <= self.largest.1 {
            return;
        }
        self.largest = (root, size);
        let before = self.growth.last().map_or(0, |point| point.size);
        if size >= before.saturating_add((before / Self::GROWTH_PART).max(1)) {
            // A transaction with many inputs is one point.
            match self.growth.last_mut().filter(|point| point.tx == tx) {
                Some(point) => point.size = size,
                None => self.growth.push(Growth { tx, size }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Jump, Record};

    #[test]
    fn counts_come_back_from_a_file_in_their_places() {
        let numbers: [u64; 15] = std::array::from_fn(|at| at as u64 + 1);
        let counts = Counts::from_array(numbers);
        assert_eq!(counts.to_array(), numbers);
        assert_eq!(
            (counts.mixes, counts.unnecessary_input, counts.large),
            ([4, 5, 6, 7, 8], 9, 15)
        );
        assert_eq!(counts.withheld(), 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11);
    }

    #[test]
    fn the_largest_jumps_are_kept_whenever_the_list_is_cut() {
        let jump = |tx: u32| Jump { tx, account: 0, largest: 9_999, second: tx * 7_919 % 10_007 };
        let (mut one, mut other) = (Record::default(), Record::default());
        for tx in 0..20_000 {
            one.jump(jump(tx));
            other.jump(jump(tx));
            if tx % 1_000 == 7 {
                other.settle();
            }
        }
        one.settle();
        other.settle();
        assert_eq!(one, other);
        assert_eq!((one.jumps.len(), one.jump_count), (Record::JUMPS_MAX, 20_000));
        assert!(one.jumps.iter().all(|jump| jump.second > 7_000));
    }

    #[test]
    fn growth_is_noted_in_steps() {
        let mut record = Record::default();
        for size in 2..=1_000_000 {
            record.grew(size, 3, size);
        }
        assert_eq!(record.largest, (3, 1_000_000));
        assert!(record.growth.len() < 800, "{}", record.growth.len());
        assert_eq!(record.growth[0].size, 2);
        assert!(record.growth.last().unwrap().size > 980_000);
    }
}
