//! A tainted amount, and how much of it is of which source.

use crate::units::Units;

/// Sources kept apart in one holding; what the smallest beyond them brought is kept as a sum.
pub(crate) const SOURCES_HELD_MAX: usize = 64;

/// The number that stands for all sources that are not kept apart.
pub(crate) const REST: u32 = u32::MAX;

/// A tainted amount. The parts of its sources sum to it exactly.
///
/// Most taint is of one source, and then its part is the amount: that costs no memory of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pool<U> {
    amount: U,
    /// The only source; without meaning where the amount is zero or there are several.
    only: u32,
    /// Several sources, by number, none with nothing; empty where there is only one.
    parts: Vec<(u32, U)>,
}

impl<U: Units> Pool<U> {
    /// An amount that is of one source.
    pub(crate) fn fresh(amount: U, source: u32) -> Self {
        Self { amount, only: source, parts: Vec::new() }
    }

    /// How much is tainted.
    pub(crate) fn amount(&self) -> U {
        self.amount
    }

    /// The parts of the sources, by number; of nothing there are none.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (u32, U)> {
        let several = self.parts.iter().copied();
        let is_one = self.parts.is_empty() && !self.amount.is_zero();
        let only = is_one.then_some((self.only, self.amount));
        several.chain(only)
    }

    /// The part of one source.
    pub(crate) fn part(&self, source: u32) -> U {
        if self.parts.is_empty() {
            return if self.only == source { self.amount } else { U::default() };
        }
        let at = self.parts.binary_search_by_key(&source, |part| part.0);
        at.ok().and_then(|at| self.parts.get(at)).map_or_else(U::default, |part| part.1)
    }

    /// Takes everything out.
    pub(crate) fn take_all(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Takes `amount`, at most all, out. The sources in the order of their numbers give together
    /// what they are of the whole, rounded down: the first `k` of them give `⌊c·amount/whole⌋`,
    /// where `c` is the sum of their parts.
    pub(crate) fn take(&mut self, amount: U) -> Self {
        if amount == self.amount {
            return self.take_all();
        }
        if amount.is_zero() {
            return Self::default();
        }
        let taken = self.shared(amount);
        self.amount = self.amount.minus(amount);
        for (part, gone) in self.parts.iter_mut().zip(&taken) {
            part.1 = part.1.minus(gone.1);
        }
        let mut taken = Self { amount, only: self.only, parts: taken };
        self.tidy();
        taken.tidy();
        taken
    }

    /// The same sources in the same shares, now another amount.
    pub(crate) fn become_amount(mut self, amount: U) -> Self {
        if self.amount.is_zero() {
            return self;
        }
        self.parts = self.shared(amount);
        self.amount = amount;
        self.tidy();
        self
    }

    /// An amount divided among the sources by their parts, entry by entry.
    fn shared(&self, amount: U) -> Vec<(u32, U)> {
        let (mut upto, mut given) = (U::default(), U::default());
        let share = |(source, part): &(u32, U)| {
            upto = upto.plus(*part);
            let end =
                if upto == self.amount { amount } else { upto.times_over(amount, self.amount) };
            let share = end.minus(given);
            given = end;
            (*source, share)
        };
        self.parts.iter().map(share).collect()
    }

    /// Adds other taint. Whether sources were put together because there are too many.
    pub(crate) fn add(&mut self, other: Self) -> bool {
        if other.amount.is_zero() {
            return false;
        }
        if self.amount.is_zero() {
            *self = other;
            return false;
        }
        let sum = self.amount.plus(other.amount);
        if self.parts.is_empty() && other.parts.is_empty() && self.only == other.only {
            self.amount = sum;
            return false;
        }
        let mut merged: Vec<(u32, U)> = Vec::new();
        let (mut mine, mut theirs) = (self.parts().peekable(), other.parts().peekable());
        loop {
            let next = match (mine.peek().copied(), theirs.peek().copied()) {
                (Some(a), Some(b)) if a.0 == b.0 => {
                    mine.next();
                    theirs.next();
                    (a.0, a.1.plus(b.1))
                }
                (Some(a), Some(b)) if a.0 > b.0 => {
                    theirs.next();
                    b
                }
                (Some(a), _) => {
                    mine.next();
                    a
                }
                (None, Some(b)) => {
                    theirs.next();
                    b
                }
                (None, None) => break,
            };
            merged.push(next);
        }
        drop(mine);
        let is_over = merged.len() > SOURCES_HELD_MAX;
        if is_over {
            merged = put_together(merged);
        }
        self.parts = merged;
        self.amount = sum;
        self.tidy();
        is_over
    }

    /// Makes up to `amount` of it tainted, with what is missing from one source.
    pub(crate) fn topped_up(mut self, amount: U, source: u32) -> Self {
        let missing = amount.minus(self.amount);
        self.add(Self::fresh(missing, source));
        self
    }

    /// The shortest form.
    fn tidy(&mut self) {
        self.parts.retain(|part| !part.1.is_zero());
        if let [(source, _)] = self.parts[..] {
            self.only = source;
            self.parts = Vec::new();
        } else if !self.parts.is_empty() {
            self.only = 0;
        }
    }
}

/// The largest parts, and the sum of the others under [`REST`]. Of equal parts that with the
/// smaller number stays.
fn put_together<U: Units>(mut parts: Vec<(u32, U)>) -> Vec<(u32, U)> {
    let mut rest = U::default();
    parts.retain(|(source, part)| {
        if *source == REST {
            rest = rest.plus(*part);
        }
        *source != REST
    });
    parts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    for (_, part) in parts.split_off(parts.len().min(SOURCES_HELD_MAX - 1)) {
        rest = rest.plus(part);
    }
    parts.sort_by_key(|part| part.0);
    parts.push((REST, rest));
    parts
}

#[cfg(test)]
mod tests {
    use super::{Pool, REST, SOURCES_HELD_MAX};
    use proptest::prelude::{any, prop, proptest};

    fn pool(parts: &[(u32, u128)]) -> Pool<u128> {
        let mut pool = Pool::default();
        for (source, part) in parts {
            pool.add(Pool::fresh(*part, *source));
        }
        pool
    }

    #[test]
    fn the_first_sources_give_their_part_rounded_down() {
        let mut held = pool(&[(3, 5), (1, 5), (2, 1)]);
        let taken = held.take(4);
        // 1: ⌊5·4/11⌋ = 1; 1 and 2: ⌊6·4/11⌋ = 2; all: 4.
        assert_eq!(taken.parts().collect::<Vec<_>>(), [(1, 1), (2, 1), (3, 2)]);
        assert_eq!(held.parts().collect::<Vec<_>>(), [(1, 4), (3, 3)]);
        assert_eq!(held.part(2), 0);
        assert_eq!(held.take(7), pool(&[(1, 4), (3, 3)]));
        assert_eq!(held, Pool::default());
    }

    #[test]
    fn the_smallest_of_too_many_are_put_together() {
        let many = u32::try_from(SOURCES_HELD_MAX).unwrap() + 10;
        let parts: Vec<(u32, u128)> = (0..many).map(|n| (n, 1_000 - u128::from(n))).collect();
        let held = pool(&parts);
        assert_eq!(held.parts().count(), SOURCES_HELD_MAX);
        assert_eq!(held.parts().map(|part| part.1).sum::<u128>(), held.amount());
        assert!(held.part(REST) > 0 && held.part(0) == 1_000);
    }

    proptest! {
        #[test]
        fn parts_always_sum_to_the_amount(
            parts in prop::collection::vec((0..90u32, 1..1_000u128), 1..120),
            takes in prop::collection::vec(any::<u16>(), 1..20),
            turned in 1..100_000u128,
        ) {
            let mut held = pool(&parts);
            let sum = |pool: &Pool<u128>| pool.parts().map(|part| part.1).sum::<u128>();
            assert_eq!(sum(&held), parts.iter().map(|part| part.1).sum::<u128>());
            for take in takes {
                let whole = held.amount();
                let amount = u128::from(take).min(whole);
                let taken = held.take(amount);
                assert_eq!((taken.amount(), held.amount()), (amount, whole - amount));
                assert_eq!((sum(&taken), sum(&held)), (amount, whole - amount));
                assert!(taken.parts().all(|part| part.1 > 0));
                let other = taken.clone().become_amount(turned);
                if amount > 0 {
                    assert_eq!((other.amount(), sum(&other)), (turned, turned));
                }
                held.add(other);
                assert_eq!(sum(&held), held.amount());
            }
        }
    }
}
