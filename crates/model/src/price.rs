//! US dollars: what a whole unit of an asset costs, and what an amount of it is worth.
//!
//! Dollars are for display and for putting rows in order. No rule of a trace rests on them.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::{U256, U512};
use serde::{Serialize, Serializer};

use crate::amount::Amount;
use crate::chain::shortened;

/// The price of a whole unit of an asset in US dollars: an exact decimal above zero.
///
/// It is kept as digits and the number of places behind the point, so that a coin of a hundred
/// thousand dollars and one of a hundred-millionth of a dollar are both exact, and so is every
/// decimal text of a double. Equal prices are equal however they were written: `1.50` is `1.5`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UsdPrice {
    /// The digits without the point; the last one is not 0 where there are places.
    digits: u128,
    places: u8,
}

/// Why a text is no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PriceError {
    /// Not a decimal number.
    #[error("`{0}` is no price: write US dollars for a whole unit, such as 3021.5 or 1.2e-8")]
    NotDecimal(String),
    /// Below zero.
    #[error("`{0}` is below zero: no price is")]
    Negative(String),
    /// Nothing.
    #[error("the price is 0: leave the row out where the price is not known")]
    Zero,
    /// More than a unit of anything costs.
    #[error("`{0}` is no price of a unit: at most {max} US dollars are", max = UsdPrice::DOLLARS_MAX)]
    TooLarge(String),
    /// More digits than are kept.
    #[error("`{0}` has too many digits: at most 38, and at most {max} behind the point, are kept",
        max = UsdPrice::PLACES_MAX)]
    TooLong(String),
}

impl UsdPrice {
    /// No unit of an asset costs more: a thousand billion dollars.
    pub const DOLLARS_MAX: u64 = 1_000_000_000_000;

    /// Places behind the point that are kept.
    pub const PLACES_MAX: u8 = 40;

    /// Bytes of a text that are read.
    const TEXT_BYTES_MAX: usize = 400;

    /// What an amount is worth at this price, where a whole unit has so many decimals: whole
    /// cents, halves up. `None` beyond what any sum of money is.
    pub fn worth(self, amount: Amount, decimals: u8) -> Option<Usd> {
        // Digits stay below 2^127 and amounts below 2^256, so nothing overflows.
        let cents = U512::from(self.digits) * U512::from(100u64);
        let exact = cents * U512::from(amount.to_u256());
        let places = u16::from(self.places) + u16::from(decimals);
        // 10^153 is the largest power below 2^512, and nothing above 10^123 can stand here.
        let rounded = match places {
            0 => exact,
            1..=140 => {
                let scale = U512::from(10u64).pow(U512::from(places));
                let half = scale / U512::from(2u64);
                exact / scale + U512::from(u8::from(exact % scale >= half))
            }
            _ => U512::ZERO,
        };
        u128::try_from(rounded).ok().map(Usd::from_cents)
    }
}

impl FromStr for UsdPrice {
    type Err = PriceError;

    /// Reads a decimal as files and JSON have it: `3021`, `3021.50`, `.5`, `1.2e-8`.
    fn from_str(text: &str) -> Result<Self, PriceError> {
        let refused = || PriceError::NotDecimal(shortened(text));
        if text.starts_with('-') && text.len() > 1 {
            return Err(PriceError::Negative(shortened(text)));
        }
        if text.len() > Self::TEXT_BYTES_MAX {
            return Err(PriceError::TooLong(shortened(text)));
        }
        let (decimal, exponent) = match text.split_once(['e', 'E']) {
            Some((decimal, exponent)) => (decimal, read_exponent(exponent).ok_or_else(refused)?),
            None => (text, 0),
        };
        let (whole, part) = decimal.split_once('.').unwrap_or((decimal, ""));
        let all = format!("{whole}{part}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused());
        }
        let zeros_behind = all.len() - all.trim_end_matches('0').len();
        let digits = all.trim_matches('0');
        if digits.is_empty() {
            return Err(PriceError::Zero);
        }
        let length = |text: &str| i32::try_from(text.len()).unwrap_or(i32::MAX);
        let trimmed = i32::try_from(zeros_behind).unwrap_or(i32::MAX);
        let places = length(part) - exponent - trimmed;
        if length(digits) - places > 13 {
            return Err(PriceError::TooLarge(shortened(text)));
        }
        if length(digits) > 38 || places > i32::from(Self::PLACES_MAX) {
            return Err(PriceError::TooLong(shortened(text)));
        }
        let digits: u128 = digits.parse().map_err(|_| refused())?;
        // Zeros before the point are digits again: at most 13 of them.
        let (digits, places) = match u32::try_from(-places) {
            Ok(zeros) => (digits * 10u128.pow(zeros), 0),
            Err(_) => (digits, u8::try_from(places).map_err(|_| refused())?),
        };
        let price = Self { digits, places };
        if price.places == 0 && price.digits > u128::from(Self::DOLLARS_MAX)
            || price.places > 0
                && price.digits / 10u128.pow(u32::from(price.places.min(38)))
                    >= u128::from(Self::DOLLARS_MAX)
        {
            return Err(PriceError::TooLarge(shortened(text)));
        }
        Ok(price)
    }
}

/// An exponent of up to three digits.
fn read_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_sane = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if is_sane { text.strip_prefix('+').unwrap_or(text).parse().ok() } else { None }
}

impl fmt::Display for UsdPrice {
    /// The exact decimal, without an exponent and without zeros behind it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Amount::from(self.digits).to_units(self.places))
    }
}

impl fmt::Debug for UsdPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for UsdPrice {
    /// As a decimal string.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A sum of US dollars in whole cents, for display and order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Usd(u128);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many cents.
    pub const fn from_cents(cents: u128) -> Self {
        Self(cents)
    }

    /// Cents.
    pub const fn cents(self) -> u128 {
        self.0
    }

    /// Whether it is less than half a cent.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, at the largest sum where it is beyond.
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The part of this sum that `part` is of `whole`, rounded down; all of it where there is
    /// no whole to speak of.
    pub fn part(self, part: Amount, whole: Amount) -> Self {
        if part >= whole {
            return self;
        }
        let product = U512::from(self.0) * U512::from(part.to_u256());
        let share = product / U512::from(whole.to_u256().max(U256::from(1u64)));
        Self(u128::try_from(share).unwrap_or(self.0))
    }
}

impl fmt::Display for Usd {
    /// Dollars with two decimals: `1234.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

impl fmt::Debug for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Usd {
    /// As a decimal string.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{PriceError, Usd, UsdPrice};
    use crate::amount::Amount;
    use alloy_primitives::U256;
    use proptest::prelude::{any, proptest};

    fn price(text: &str) -> UsdPrice {
        text.parse().unwrap()
    }

    #[test]
    fn the_same_decimal_is_the_same_price() {
        for (text, shown) in [
            ("3021", "3021"),
            ("03021.50", "3021.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1.2e-8", "0.000000012"),
            ("1.2E+3", "1200"),
            ("1000e-3", "1"),
            ("120e3", "120000"),
            ("0.00001234567890123456", "0.00001234567890123456"),
            ("1000000000000", "1000000000000"),
            ("999999999999.99", "999999999999.99"),
            ("1e-40", "0.0000000000000000000000000000000000000001"),
        ] {
            assert_eq!(price(text).to_string(), shown, "{text}");
        }
        assert_eq!(price("1.50"), price("15e-1"));
    }

    #[test]
    fn refuses_what_is_no_price() {
        let error = |text: &str| text.parse::<UsdPrice>().unwrap_err();
        for text in
            ["", ".", "-", "e5", "NaN", "inf", "1,5", " 1", "+1", "0x1", "1e", "1e1.5", "1e9999"]
        {
            assert!(matches!(error(text), PriceError::NotDecimal(_)), "{text}");
        }
        for text in ["0", "0.000", "0e7", ".0"] {
            assert_eq!(error(text), PriceError::Zero, "{text}");
        }
        for text in ["-1", "-0", "-NaN"] {
            assert!(matches!(error(text), PriceError::Negative(_)), "{text}");
        }
        for text in ["1000000000001", "1000000000000.5", "1e13", "9e300", "2000000000000"] {
            assert!(matches!(error(text), PriceError::TooLarge(_)), "{text}");
        }
        for text in ["1e-41", "0.123456789012345678901234567890123456789", &"1".repeat(5_000)] {
            assert!(matches!(error(text), PriceError::TooLong(_)), "{text}");
        }
    }

    #[test]
    fn worth_is_rounded_to_the_cent_and_halves_up() {
        let worth = |text: &str, amount: &str, decimals| {
            price(text).worth(amount.parse().unwrap(), decimals).unwrap().to_string()
        };
        assert_eq!(worth("3021.5", "2000000000000000000", 18), "6043.00");
        assert_eq!(worth("1.0007", "25500000000000", 6), "25517850.00");
        assert_eq!(worth("0.00001", "1000000000000000000000", 18), "0.01");
        assert_eq!(worth("0.005", "1", 0), "0.01");
        assert_eq!(worth("0.00499", "1", 0), "0.00");
        assert_eq!(worth("67000", "1", 8), "0.00");
        assert_eq!(worth("1", "1", 255), "0.00");
        let most = Amount::from_u256(U256::MAX);
        assert_eq!(price("1000000000000").worth(most, 0), None);
        assert!(price("1000000000000").worth(most, 60).is_some());
    }

    #[test]
    fn a_part_is_never_more_than_the_whole() {
        let usd = Usd::from_cents(1_000);
        assert_eq!(usd.part(Amount::from(1u64), Amount::from(3u64)).to_string(), "3.33");
        assert_eq!(usd.part(Amount::from(4u64), Amount::from(3u64)), usd);
        assert_eq!(usd.part(Amount::ZERO, Amount::ZERO), usd);
        assert_eq!(Usd::from_cents(u128::MAX).saturating_add(usd).cents(), u128::MAX);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[-+0-9.eE]{0,60}") {
            if let Ok(price) = text.parse::<UsdPrice>() {
                assert_eq!(price.to_string().parse::<UsdPrice>().unwrap(), price);
            }
        }

        #[test]
        fn worth_is_what_integers_say(digits in 1u64.., places in 0u8..20, base in any::<u64>(),
            decimals in 0u8..19)
        {
            let text = format!("{digits}e-{places}");
            if let Ok(price) = text.parse::<UsdPrice>() {
                let cents = price.worth(Amount::from(base), decimals).unwrap().cents();
                let exact = U256::from(digits) * U256::from(base) * U256::from(100u64);
                let scale = U256::from(10u64).pow(U256::from(places + decimals));
                let twice = exact * U256::from(2u64);
                // |exact / scale − cents| is at most a half.
                let cents = U256::from(cents) * scale * U256::from(2u64);
                assert!(cents.abs_diff(twice) <= scale);
            }
        }
    }
}
