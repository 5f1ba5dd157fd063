//! Amounts in US dollars.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// US dollars, kept in whole cents; at most a thousand billion dollars.
///
/// `Display` writes digits only, with cents where there are any (`620000000`, `123983.57`);
/// [`Usd::for_people`] shortens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Usd(u64);

/// A text that is no amount in US dollars.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no amount in US dollars: digits, with at most two behind a point, up to 10^12")]
pub struct UsdError(pub(crate) String);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    const CENTS_MAX: u64 = 100_000_000_000_000;

    /// Whole dollars; `None` past 10^12.
    pub fn from_dollars(dollars: u64) -> Option<Self> {
        Self::from_cents(dollars.checked_mul(100)?)
    }

    /// Whole cents; `None` past 10^12 dollars.
    pub fn from_cents(cents: u64) -> Option<Self> {
        (cents <= Self::CENTS_MAX).then_some(Self(cents))
    }

    /// In cents.
    pub fn cents(self) -> u64 {
        self.0
    }

    /// In whole dollars, rounded down.
    pub fn dollars(self) -> u64 {
        self.0 / 100
    }

    /// What is left after `other` is taken away, at least nothing.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// This amount and another. A sum of the ledger stays far below the limit of the type.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Four significant digits and a unit: `$620.0 M`, `$1.500 B`, `$12.30 k`, `$550`.
    pub fn for_people(self) -> String {
        const UNITS: [(u64, &str); 4] = [
            (100_000_000_000_000, " T"),
            (100_000_000_000, " B"),
            (100_000_000, " M"),
            (100_000, " k"),
        ];
        for (cents, unit) in UNITS {
            if self.0 >= cents - cents / 20_000 {
                return format!("${}{unit}", four_digits(self.0, cents));
            }
        }
        format!("${}", (self.0 + 50) / 100)
    }
}

/// `amount / unit` with four significant digits, rounded half up.
fn four_digits(amount: u64, unit: u64) -> String {
    let digits = match amount / unit {
        0..=9 => 3,
        10..=99 => 2,
        _ => 1,
    };
    let scale = 10_u64.pow(digits);
    let rounded =
        (u128::from(amount) * u128::from(scale) + u128::from(unit) / 2) / u128::from(unit);
    let (whole, part) = (rounded / u128::from(scale), rounded % u128::from(scale));
    format!("{whole}.{part:0width$}", width = digits as usize)
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

impl FromStr for Usd {
    type Err = UsdError;

    fn from_str(text: &str) -> Result<Self, UsdError> {
        let refused = || UsdError(hawkshaw_model::Printable(text).to_string());
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_number =
            |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(part) || part.len() > 2 {
            return Err(refused());
        }
        let dollars: u64 = whole.parse().map_err(|_| refused())?;
        let cents: u64 = format!("{part:0<2}").parse().map_err(|_| refused())?;
        let total = dollars.checked_mul(100).and_then(|sum| sum.checked_add(cents));
        total.and_then(Self::from_cents).ok_or_else(refused)
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 100 {
            0 => f.pad(&(self.0 / 100).to_string()),
            cents => f.pad(&format!("{}.{cents:02}", self.0 / 100)),
        }
    }
}

impl fmt::Debug for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Usd {
    /// As text, like every amount: `"620000000"`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Usd;
    use proptest::prelude::proptest;

    #[test]
    fn people_see_four_digits() {
        for (text, shown) in [
            ("620000000", "$620.0 M"),
            ("1500000000", "$1.500 B"),
            ("12300", "$12.30 k"),
            ("550", "$550"),
            ("0", "$0"),
            ("999999999", "$1.000 B"),
            ("123983.57", "$124.0 k"),
        ] {
            assert_eq!(text.parse::<Usd>().unwrap().for_people(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "-1", "1e6", "1.234", ".5", "5.", "1,000", "unknown", "1000000000001"] {
            assert!(text.parse::<Usd>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn display_and_parse_are_inverse(cents in 0..=Usd::CENTS_MAX) {
            let amount = Usd::from_cents(cents).unwrap();
            assert_eq!(amount.to_string().parse::<Usd>().unwrap(), amount);
        }
    }
}
