//! Integers wide enough for the amounts of a ledger.
//!
//! Nearly every ledger fits 128 bits, where a step costs a few nanoseconds; a token with absurd
//! amounts needs 256. The engine is written once over this trait and run with the narrow width
//! first.

use std::fmt::Debug;

use alloy_primitives::{U256, U512};
use hawkshaw_model::Amount;

/// An unsigned integer that holds amounts and their products' quotients exactly.
pub(crate) trait Units: Copy + Ord + Debug + Default + Send + Sync {
    /// One base unit.
    const ONE: Self;
    /// Whether there is no wider type to go over to.
    const IS_WIDEST: bool;

    /// The amount, or `None` where it is too wide for this type to be safe.
    fn from_amount(amount: Amount) -> Option<Self>;
    /// The amount of this number of units.
    fn to_amount(self) -> Amount;
    /// The sum, or `None` where it is too wide.
    fn checked_add(self, other: Self) -> Option<Self>;
    /// The difference, at least zero.
    fn minus(self, other: Self) -> Self;
    /// The sum, at most the largest number.
    fn plus(self, other: Self) -> Self;
    /// `⌊self · factor / divisor⌋` for `divisor > 0` and a quotient that fits.
    fn times_over(self, factor: Self, divisor: Self) -> Self;

    /// Whether this is nothing.
    #[inline]
    fn is_zero(self) -> bool {
        self == Self::default()
    }
}

impl Units for u128 {
    const ONE: Self = 1;
    const IS_WIDEST: bool = false;

    #[inline]
    fn from_amount(amount: Amount) -> Option<Self> {
        let limbs = amount.to_u256();
        let [low, high, above, top] = *limbs.as_limbs();
        let fits = above == 0 && top == 0 && high >> 63 == 0;
        fits.then_some(u128::from(high) << 64 | u128::from(low))
    }

    #[inline]
    fn to_amount(self) -> Amount {
        Amount::from(self)
    }

    #[inline]
    fn checked_add(self, other: Self) -> Option<Self> {
        // One bit is kept free, so that sums of two never wrap.
        self.checked_add(other).filter(|sum| sum >> 127 == 0)
    }

    #[inline]
    fn minus(self, other: Self) -> Self {
        self.saturating_sub(other)
    }

    #[inline]
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }

    #[inline]
    fn times_over(self, factor: Self, divisor: Self) -> Self {
        match self.checked_mul(factor) {
            Some(product) => divide(product, divisor),
            None => {
                let quotient = U256::from(self) * U256::from(factor) / U256::from(divisor);
                quotient.saturating_to()
            }
        }
    }
}

/// 64-bit division where both sides fit: the library routine for 128 bits is several times
/// slower.
#[inline]
fn divide(product: u128, divisor: u128) -> u128 {
    match (u64::try_from(product), u64::try_from(divisor)) {
        (Ok(product), Ok(divisor)) => u128::from(product / divisor),
        _ => product / divisor,
    }
}

impl Units for U256 {
    const ONE: Self = Self::ONE;
    const IS_WIDEST: bool = true;

    fn from_amount(amount: Amount) -> Option<Self> {
        Some(amount.to_u256())
    }

    fn to_amount(self) -> Amount {
        Amount::from_u256(self)
    }

    fn checked_add(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }

    fn minus(self, other: Self) -> Self {
        self.saturating_sub(other)
    }

    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }

    fn times_over(self, factor: Self, divisor: Self) -> Self {
        let product: U512 = self.widening_mul(factor);
        let quotient = product / U512::from(divisor);
        quotient.saturating_to()
    }
}

#[cfg(test)]
mod tests {
    use super::Units;
    use alloy_primitives::U256;
    use proptest::prelude::{any, prop_assume, proptest};

    proptest! {
        #[test]
        fn both_widths_agree(a in any::<u128>(), b in any::<u128>(), c in 1..u128::MAX) {
            let (a, b) = (a >> 1, b >> 1);
            prop_assume!(a <= c);
            let narrow = a.times_over(b, c);
            let wide = U256::from(a).times_over(U256::from(b), U256::from(c));
            assert_eq!(U256::from(narrow), wide);
        }

        #[test]
        fn small_numbers_agree_with_plain_arithmetic(a in any::<u32>(), b in any::<u32>(), c in 1..u32::MAX) {
            let plain = u128::from(a) * u128::from(b) / u128::from(c);
            assert_eq!(u128::from(a).times_over(u128::from(b), u128::from(c)), plain);
        }
    }
}
