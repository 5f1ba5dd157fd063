//! Numbers with an exponent of their own, for products of thousands of probabilities.
#![expect(clippy::float_arithmetic, reason = "probabilities, not value")]

use std::ops::{Add, AddAssign, Mul};

/// A number of 0 or more: `part` times 2^(512 × `scale`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Wide {
    /// Zero, or from 2^-256 to below 2^256.
    part: f64,
    scale: i32,
}

/// 2^256: one half of the width of a scale.
const HALF: f64 = 1.157_920_892_373_162e77;
/// 2^512: the width of a scale.
const WHOLE: f64 = HALF * HALF;

impl Wide {
    pub(crate) const ZERO: Self = Self { part: 0.0, scale: 0 };
    pub(crate) const ONE: Self = Self { part: 1.0, scale: 0 };

    /// A number from a float of 0 or more; anything else counts as nothing.
    pub(crate) fn new(value: f64) -> Self {
        if value.is_finite() && value > 0.0 {
            Self { part: value, scale: 0 }.normal()
        } else {
            Self::ZERO
        }
    }

    /// The exponential of a float, of which what is beyond a thousand million counts as that.
    pub(crate) fn exp(value: f64) -> Self {
        let mut halvings = 0;
        let mut left = value.clamp(-1e9, 1e9);
        while left.abs() > 100.0 && halvings < 40 {
            left /= 2.0;
            halvings += 1;
        }
        let mut power = Self::new(left.exp());
        for _ in 0..halvings {
            power = power * power;
        }
        power
    }

    #[inline]
    fn normal(self) -> Self {
        let Self { part, scale } = self;
        if (1.0 / HALF..HALF).contains(&part) {
            self
        } else if part == 0.0 {
            Self::ZERO
        } else if part >= HALF {
            Self { part: part / WHOLE, scale: scale.saturating_add(1) }
        } else {
            // A float reaches down to 2^-1074: twice may be needed.
            let next = Self { part: part * WHOLE, scale: scale.saturating_sub(1) };
            if next.part < 1.0 / HALF { next.normal() } else { next }
        }
    }

    /// What part of another number this is, as far as a float holds it; nothing of nothing is
    /// nothing.
    pub(crate) fn share_of(self, whole: Self) -> f64 {
        if whole.part == 0.0 {
            return 0.0;
        }
        match self.scale.saturating_sub(whole.scale) {
            0 => self.part / whole.part,
            1 => self.part / whole.part * WHOLE,
            2 => self.part / whole.part * WHOLE * WHOLE,
            -1 => self.part / whole.part / WHOLE,
            -2 => self.part / whole.part / WHOLE / WHOLE,
            beyond if beyond > 0 && self.part > 0.0 => f64::INFINITY,
            _ => 0.0,
        }
    }
}

impl Mul for Wide {
    type Output = Self;

    #[inline]
    fn mul(self, other: Self) -> Self {
        let scale = self.scale.saturating_add(other.scale);
        Self { part: self.part * other.part, scale }.normal()
    }
}

impl Add for Wide {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        if self.scale == other.scale {
            return Self { part: self.part + other.part, scale: self.scale }.normal();
        }
        if self.part == 0.0 {
            return other;
        }
        if other.part == 0.0 {
            return self;
        }
        let (large, small) = if self.scale >= other.scale { (self, other) } else { (other, self) };
        let part = match large.scale.saturating_sub(small.scale) {
            1 => large.part + small.part / WHOLE,
            // What is smaller by 2^512 or more changes no digit.
            _ => large.part,
        };
        Self { part, scale: large.scale }.normal()
    }
}

impl AddAssign for Wide {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Wide;

    fn is_near(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() <= wanted.abs() * 1e-12
    }

    proptest! {
        #[test]
        fn ordinary_numbers_are_as_floats(a in 1e-30..1e30_f64, b in 1e-30..1e30_f64) {
            let (one, other) = (Wide::new(a), Wide::new(b));
            prop_assert!(is_near((one * other).share_of(Wide::ONE), a * b));
            prop_assert!(is_near((one + other).share_of(Wide::ONE), a + b));
            prop_assert!(is_near(one.share_of(other), a / b));
        }

        #[test]
        fn exponentials_multiply(a in -1e6..1e6_f64, b in -700.0..700.0_f64) {
            let whole = Wide::exp(a);
            let ratio = (whole * Wide::exp(b)).share_of(whole);
            prop_assert!((ratio - b.exp()).abs() <= b.exp() * 1e-9, "{ratio} for {b}");
        }
    }

    #[test]
    fn the_ends_of_the_range_hold() {
        let tiny = Wide::new(f64::from_bits(1));
        assert!(is_near((tiny * tiny).share_of(tiny), f64::from_bits(1)));
        assert_eq!(Wide::new(f64::NAN), Wide::ZERO);
        assert_eq!(Wide::new(-1.0), Wide::ZERO);
        assert_eq!(Wide::ZERO.share_of(Wide::ZERO), 0.0);
        assert_eq!(Wide::ZERO + Wide::ONE, Wide::ONE);
        assert_eq!(Wide::exp(1e300).share_of(Wide::exp(-1e300)), f64::INFINITY);
    }
}
