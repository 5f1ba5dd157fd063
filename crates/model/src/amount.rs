//! Amounts: integers of base units, and fractions of them.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::U256;
use serde::{Serialize, Serializer};

/// A number of base units of some asset (wei, sat, token units), up to 256 bits.
///
/// It has no meaning without its asset. Arithmetic is checked: there is no `+`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(U256);

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// Nothing, or something else than decimal digits.
    #[error("`{0}` is not a whole number of base units: only the digits 0 to 9 are allowed")]
    NotDecimal(String),
    /// Not a decimal number from 0 to 1.
    #[error("`{0}` is not a fraction: use a decimal from 0 to 1, or a percentage")]
    NotFraction(String),
    /// More than 2^256 − 1.
    #[error("`{0}` is beyond 256 bits")]
    TooLarge(String),
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(U256::ZERO);

    /// The most that an amount can be: 2^256 − 1.
    pub const MAX: Self = Self(U256::MAX);

    /// The amount as the 256-bit integer that it is.
    pub const fn to_u256(self) -> U256 {
        self.0
    }

    /// The amount of a 256-bit integer.
    pub const fn from_u256(value: U256) -> Self {
        Self(value)
    }

    /// Whether this is nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The sum, or `None` beyond 256 bits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` below zero.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The sum, at the largest amount where it is beyond.
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, at least zero.
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// This amount in whole units of 10^`decimals` base units, exact, without trailing zeros:
    /// 1500 with three decimals is `1.5`. With more than 77 decimals the base units are shown.
    pub fn to_units(self, decimals: u8) -> String {
        let digits = self.0.to_string();
        let decimals = usize::from(decimals);
        if decimals == 0 || decimals > 77 {
            return digits;
        }
        let padded = format!("{digits:0>width$}", width = decimals + 1);
        let (whole, part) = padded.split_at(padded.len() - decimals);
        let part = part.trim_end_matches('0');
        if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
    }
}

impl From<u64> for Amount {
    fn from(value: u64) -> Self {
        Self(U256::from(value))
    }
}

impl From<u128> for Amount {
    fn from(value: u128) -> Self {
        Self(U256::from(value))
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(AmountError::NotDecimal(crate::chain::shortened(text)));
        }
        if let Ok(small) = text.parse::<u64>() {
            return Ok(Self::from(small));
        }
        let digits = text.trim_start_matches('0');
        if digits.len() > 78 {
            return Err(AmountError::TooLarge(crate::chain::shortened(text)));
        }
        U256::from_str_radix(digits, 10)
            .map(Self)
            .map_err(|_| AmountError::TooLarge(crate::chain::shortened(text)))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Amount {
    /// As a decimal string: JSON numbers lose bits above 2^53.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A fraction from 0 to 1 with an exact decimal form, such as a reporting floor of `0.0001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    numerator: u64,
    decimals: u8,
}

impl Fraction {
    /// 0.01 %, the reporting floor where none is asked for.
    pub const ONE_BASIS_POINT: Self = Self { numerator: 1, decimals: 4 };

    /// Whether `part` is less than this fraction of `whole`, decided on integers.
    pub fn exceeds(self, part: Amount, whole: Amount) -> bool {
        let scale = U256::from(10u64).pow(U256::from(self.decimals));
        let left = part.0.widening_mul::<256, 4, 512, 8>(scale);
        let right = whole.0.widening_mul::<256, 4, 512, 8>(U256::from(self.numerator));
        left < right
    }
}

impl FromStr for Fraction {
    type Err = AmountError;

    /// Reads `0`, `0.0001`, `.5`, `1` or `0.01%`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || AmountError::NotFraction(crate::chain::shortened(text));
        let (digits, percent) = match text.strip_suffix('%') {
            Some(digits) => (digits.trim_end(), 2),
            None => (text, 0),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all = format!("{whole}{part}");
        if all.is_empty() || all.len() > 15 || !all.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refused());
        }
        let numerator: u64 = all.parse().map_err(|_| refused())?;
        let decimals = u8::try_from(part.len() + percent).map_err(|_| refused())?;
        let fraction = Self { numerator, decimals };
        if numerator > 10u64.pow(u32::from(decimals)) {
            return Err(refused());
        }
        Ok(fraction)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Amount::from(self.numerator).to_units(self.decimals))
    }
}

#[cfg(test)]
mod tests {
    use super::{Amount, Fraction};
    use proptest::prelude::{any, proptest};

    #[test]
    fn refuses_what_is_no_whole_number_of_base_units() {
        for text in ["", "-1", "+1", "1.5", "1e18", " 1", "0x10", "१"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
        let beyond =
            "115792089237316195423570985008687907853269984665640564039457584007913129639936";
        assert!(beyond.parse::<Amount>().is_err());
        assert!("9".repeat(10_000).parse::<Amount>().is_err());
    }

    #[test]
    fn shows_units_exactly() {
        assert_eq!(Amount::from(1_500u64).to_units(3), "1.5");
        assert_eq!(Amount::from(1u64).to_units(18), "0.000000000000000001");
        assert_eq!(Amount::ZERO.to_units(18), "0");
    }

    #[test]
    fn a_fraction_compares_exactly_at_the_border() {
        let floor: Fraction = "0.0001".parse().unwrap();
        assert_eq!(floor, Fraction::ONE_BASIS_POINT);
        assert!(floor.exceeds(Amount::from(9u64), Amount::from(100_000u64)));
        assert!(!floor.exceeds(Amount::from(10u64), Amount::from(100_000u64)));
        assert_eq!("0.01%".parse::<Fraction>().unwrap().to_string(), "0.0001");
        for text in ["", "-0.1", "2", "1e-4", "NaN", "101%"] {
            assert!(text.parse::<Fraction>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn display_and_parse_are_inverse(limbs in any::<[u64; 4]>()) {
            let amount = Amount::from_u256(alloy_primitives::U256::from_limbs(limbs));
            assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
        }
    }
}
