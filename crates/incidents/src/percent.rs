//! Parts of a whole, in hundredths of a percent.

use std::fmt;

use serde::{Serialize, Serializer};

/// A part of a whole in hundredths of a percent, rounded half up; more than the whole is
/// allowed. Shown as `44.12 %`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Percent(u64);

impl Percent {
    /// From hundredths of a percent.
    pub fn from_hundredths(hundredths: u64) -> Self {
        Self(hundredths)
    }

    /// `part` of `whole`; `None` of nothing.
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        if whole == 0 {
            return None;
        }
        let (part, whole) = (u128::from(part), u128::from(whole));
        let hundredths = (part * 10_000 + whole / 2) / whole;
        u64::try_from(hundredths).ok().map(Self)
    }

    /// In hundredths of a percent.
    pub fn hundredths(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02} %", self.0 / 100, self.0 % 100))
    }
}

impl Serialize for Percent {
    /// As decimal text: `"44.12"`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

#[cfg(test)]
mod tests {
    use super::Percent;

    #[test]
    fn rounds_half_up_and_has_no_part_of_nothing() {
        assert_eq!(Percent::of(17, 38).unwrap().to_string(), "44.74 %");
        assert_eq!(Percent::of(1, 3).unwrap().to_string(), "33.33 %");
        assert_eq!(Percent::of(1, 20_000).unwrap().to_string(), "0.01 %");
        assert_eq!(Percent::of(3, 2).unwrap().to_string(), "150.00 %");
        assert_eq!(Percent::of(u64::MAX, u64::MAX).unwrap().to_string(), "100.00 %");
        assert_eq!(Percent::of(5, 0), None);
    }
}
