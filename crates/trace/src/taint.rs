//! Tainted quantities and what they stand for.

use crate::units::Units;

/// What a tainted quantity stands for: amounts of the stolen assets of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin<U> {
    /// The holding's asset is the stolen asset of this number, and the quantity stands for
    /// itself. The common case: it costs no memory and no division.
    Itself(u32),
    /// Anything else, one entry for each stolen asset.
    Mixed(Box<OriginVector<U>>),
}

/// One amount for each stolen asset of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OriginVector<U> {
    entries: Vec<U>,
    /// Which stolen asset the holding's asset is, if it is one.
    own: Option<u32>,
}

impl<U: Units> OriginVector<U> {
    /// Nothing of any of `assets` stolen assets.
    pub(crate) fn empty(assets: usize) -> Self {
        Self { entries: vec![U::default(); assets], own: None }
    }

    /// The entries.
    pub(crate) fn entries(&self) -> &[U] {
        &self.entries
    }

    /// Adds what `amount` with some origin stands for.
    pub(crate) fn add(&mut self, amount: U, origin: &Origin<U>) {
        match origin {
            Origin::Itself(asset) => self.add_entry(*asset, amount),
            Origin::Mixed(vector) => {
                for (mine, theirs) in self.entries.iter_mut().zip(&vector.entries) {
                    *mine = mine.plus(*theirs);
                }
            }
        }
    }

    /// Adds to one entry.
    fn add_entry(&mut self, asset: u32, amount: U) {
        if let Some(entry) = self.entries.get_mut(asset as usize) {
            *entry = entry.plus(amount);
        }
    }

    /// Takes the part of each entry that goes with `part` of `whole`, rounded down; the rest
    /// stays.
    fn take(&mut self, part: U, whole: U) -> Self {
        let taken = |entry: &mut U| {
            let share = entry.times_over(part, whole);
            *entry = entry.minus(share);
            share
        };
        Self { entries: self.entries.iter_mut().map(taken).collect(), own: self.own }
    }

    /// The holding's own asset, if this stands for `amount` of it and nothing else.
    fn is_itself(&self, amount: U) -> Option<u32> {
        let own = self.own?;
        let expected = |index: usize| if index == own as usize { amount } else { U::default() };
        let mut entries = self.entries.iter().enumerate();
        entries.all(|(index, entry)| *entry == expected(index)).then_some(own)
    }

    /// The shortest form of this as the origin of an amount.
    fn of(self, amount: U) -> Origin<U> {
        self.is_itself(amount).map_or_else(|| Origin::Mixed(Box::new(self)), Origin::Itself)
    }
}

/// A tainted quantity: so many units now, standing for so much of what was stolen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taint<U> {
    /// Units of the asset that it is now.
    pub(crate) amount: U,
    /// What they stand for. Without meaning while the amount is zero.
    pub(crate) origin: Origin<U>,
}

impl<U: Units> Taint<U> {
    /// No taint.
    pub(crate) fn none() -> Self {
        Self { amount: U::default(), origin: Origin::Itself(0) }
    }

    /// Stolen value as it was stolen.
    pub(crate) fn fresh(amount: U, asset: u32) -> Self {
        Self { amount, origin: Origin::Itself(asset) }
    }

    /// Takes `part` out. All of the origin goes with all of the amount.
    #[inline]
    pub(crate) fn take(&mut self, part: U) -> Self {
        if part == self.amount {
            return std::mem::replace(self, Self::none());
        }
        let origin = match &mut self.origin {
            Origin::Itself(asset) => Origin::Itself(*asset),
            _ if part.is_zero() => return Self::none(),
            Origin::Mixed(vector) => {
                let taken = vector.take(part, self.amount).of(part);
                if let Some(own) = vector.is_itself(self.amount.minus(part)) {
                    self.origin = Origin::Itself(own);
                }
                taken
            }
        };
        self.amount = self.amount.minus(part);
        Self { amount: part, origin }
    }

    /// Adds another quantity of the same asset.
    #[inline]
    pub(crate) fn add(&mut self, other: Self, stolen_assets: usize) {
        if other.amount.is_zero() {
            return;
        }
        if self.amount.is_zero() {
            *self = other;
            return;
        }
        let sum = self.amount.plus(other.amount);
        match (&mut self.origin, &other.origin) {
            (Origin::Itself(_), Origin::Itself(_)) => {}
            (Origin::Mixed(vector), origin) => {
                vector.add(other.amount, origin);
                if let Some(own) = vector.is_itself(sum) {
                    self.origin = Origin::Itself(own);
                }
            }
            (Origin::Itself(_), Origin::Mixed(_)) => {
                let mut vector = self.to_vector(stolen_assets);
                vector.add(other.amount, &other.origin);
                self.origin = vector.of(sum);
            }
        }
        self.amount = sum;
    }

    /// The same quantity once for each weight, which divides what it stands for by them: the
    /// first of them together get what they are of all weights, rounded down.
    pub(crate) fn divided(&self, weights: &[U], stolen_assets: usize) -> Vec<Self> {
        let whole = self.to_vector(stolen_assets).entries;
        let all = weights.iter().fold(U::default(), |sum, weight| sum.plus(*weight));
        let mut upto = U::default();
        let mut given = vec![U::default(); whole.len()];
        let mut part = |weight: &U| {
            upto = upto.plus(*weight);
            let share = |(entry, given): (&U, &mut U)| {
                let end = if upto == all { *entry } else { entry.times_over(upto, all) };
                let share = end.minus(*given);
                *given = end;
                share
            };
            let entries = whole.iter().zip(&mut given).map(share).collect();
            let vector = OriginVector { entries, own: None };
            Self { amount: self.amount, origin: Origin::Mixed(Box::new(vector)) }
        };
        weights.iter().map(&mut part).collect()
    }

    /// What the quantity stands for, entry by entry.
    pub(crate) fn to_vector(&self, stolen_assets: usize) -> OriginVector<U> {
        let mut vector = OriginVector::empty(stolen_assets);
        if self.amount.is_zero() {
            return vector;
        }
        vector.own = match &self.origin {
            Origin::Itself(asset) => Some(*asset),
            Origin::Mixed(mixed) => mixed.own,
        };
        vector.add(self.amount, &self.origin);
        vector
    }

    /// The same origin, now `amount` units of another asset, which is the stolen asset `own`
    /// if it is one.
    pub(crate) fn become_asset(self, amount: U, own: Option<u32>, stolen_assets: usize) -> Self {
        let vector = OriginVector { own, ..self.to_vector(stolen_assets) };
        Self { amount, origin: vector.of(amount) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, Taint};

    fn mixed(amount: u128, entries: &[u128]) -> Taint<u128> {
        let origin =
            Origin::Mixed(Box::new(super::OriginVector { entries: entries.to_vec(), own: None }));
        Taint { amount, origin }
    }

    #[test]
    fn a_take_rounds_down_and_the_rest_stays() {
        let mut state = mixed(10, &[7, 100]);
        let taken = state.take(3);
        assert_eq!(taken, mixed(3, &[2, 30]));
        assert_eq!(state, mixed(7, &[5, 70]));
        assert_eq!(state.take(7), mixed(7, &[5, 70]));
        assert_eq!(state, Taint::none());
    }

    #[test]
    fn nothing_taken_takes_no_origin() {
        let mut state = mixed(1, &[1_000_000]);
        assert_eq!(state.take(0), Taint::none());
        assert_eq!(state, mixed(1, &[1_000_000]));
    }

    #[test]
    fn value_that_is_the_stolen_asset_again_stands_for_itself() {
        let there = Taint::fresh(5u128, 0).become_asset(5, None, 2);
        assert!(matches!(there.origin, Origin::Mixed(_)));
        assert_eq!(there.become_asset(5, Some(0), 2), Taint::fresh(5, 0));
    }
}
