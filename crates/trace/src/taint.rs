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
pub(crate) struct OriginVector<U>(Vec<U>);

impl<U: Units> OriginVector<U> {
    /// Nothing of any of `assets` stolen assets.
    pub(crate) fn empty(assets: usize) -> Self {
        Self(vec![U::default(); assets])
    }

    /// The entries.
    pub(crate) fn entries(&self) -> &[U] {
        &self.0
    }

    /// Adds what `amount` with some origin stands for.
    pub(crate) fn add(&mut self, amount: U, origin: &Origin<U>) {
        match origin {
            Origin::Itself(asset) => self.add_entry(*asset, amount),
            Origin::Mixed(vector) => {
                for (mine, theirs) in self.0.iter_mut().zip(&vector.0) {
                    *mine = mine.plus(*theirs);
                }
            }
        }
    }

    /// Adds to one entry.
    fn add_entry(&mut self, asset: u32, amount: U) {
        if let Some(entry) = self.0.get_mut(asset as usize) {
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
        Self(self.0.iter_mut().map(taken).collect())
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
            Origin::Mixed(vector) => Origin::Mixed(Box::new(vector.take(part, self.amount))),
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
        match (&mut self.origin, &other.origin) {
            (Origin::Itself(_), Origin::Itself(_)) => {}
            (Origin::Mixed(vector), origin) => vector.add(other.amount, origin),
            (Origin::Itself(_), Origin::Mixed(_)) => {
                let mut vector = self.to_vector(stolen_assets);
                vector.add(other.amount, &other.origin);
                self.origin = Origin::Mixed(Box::new(vector));
            }
        }
        self.amount = self.amount.plus(other.amount);
    }

    /// What the quantity stands for, entry by entry.
    pub(crate) fn to_vector(&self, stolen_assets: usize) -> OriginVector<U> {
        let mut vector = OriginVector::empty(stolen_assets);
        if !self.amount.is_zero() {
            vector.add(self.amount, &self.origin);
        }
        vector
    }

    /// The same origin, now `amount` units of another asset, which is the stolen asset `own`
    /// if it is one.
    pub(crate) fn become_asset(self, amount: U, own: Option<u32>, stolen_assets: usize) -> Self {
        let vector = self.to_vector(stolen_assets);
        Self { amount, origin: canonical(vector, amount, own) }
    }
}

/// An origin in its shortest form.
fn canonical<U: Units>(vector: OriginVector<U>, amount: U, own: Option<u32>) -> Origin<U> {
    let is_itself = |own: u32| {
        let expected = |index: usize| {
            if index == own as usize { amount } else { U::default() }
        };
        vector.0.iter().enumerate().all(|(index, entry)| *entry == expected(index))
    };
    match own {
        Some(own) if is_itself(own) => Origin::Itself(own),
        _ => Origin::Mixed(Box::new(vector)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, Taint};

    fn mixed(amount: u128, entries: &[u128]) -> Taint<u128> {
        let origin = Origin::Mixed(Box::new(super::OriginVector(entries.to_vec())));
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
