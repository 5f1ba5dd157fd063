//! Points in time, for people.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Seconds since 1970-01-01T00:00:00Z. Shown as `2022-03-23T13:29:09Z`.
///
/// It orders nothing on a chain: see [`ChainPoint`](crate::ChainPoint).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// A text that is no point in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time: use 2022-03-23T13:29:09Z, 2022-03-23 or seconds since 1970")]
pub struct TimestampError(String);

impl Timestamp {
    /// The last second that can be written, the end of the year 9999.
    const LAST: i64 = 253_402_300_799;

    /// A time from Unix seconds, from 1970 to the end of 9999.
    ///
    /// # Errors
    ///
    /// When the time lies outside.
    pub fn from_unix(seconds: i64) -> Result<Self, TimestampError> {
        if (0..=Self::LAST).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(TimestampError(seconds.to_string()))
        }
    }

    /// Unix seconds.
    pub fn to_unix(self) -> i64 {
        self.0
    }

    /// The date alone: `2022-03-23`.
    pub fn to_date(self) -> String {
        self.to_string()[..10].to_owned()
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads RFC 3339, a date (its first second in UTC), or Unix seconds.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || TimestampError(crate::chain::shortened(text));
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().map_err(|_| refused()).and_then(Self::from_unix);
        }
        if let Ok(date) = text.parse::<jiff::civil::Date>()
            && text.len() == 10
        {
            let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| refused())?;
            return Self::from_unix(zoned.timestamp().as_second());
        }
        let instant: jiff::Timestamp = text.parse().map_err(|_| refused())?;
        Self::from_unix(instant.as_second())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(instant) => instant.fmt(f),
            Err(_) => self.0.fmt(f),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    /// As Unix seconds.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;
    use proptest::prelude::proptest;

    #[test]
    fn reads_the_three_forms() {
        let time: Timestamp = "2022-03-23T13:29:09Z".parse().unwrap();
        assert_eq!(time.to_unix(), 1_648_042_149);
        assert_eq!("1648042149".parse::<Timestamp>().unwrap(), time);
        assert_eq!("2022-03-23".parse::<Timestamp>().unwrap().to_string(), "2022-03-23T00:00:00Z");
        for text in ["", "yesterday", "-5", "99999999999999999999", "2022-13-01"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn display_and_parse_are_inverse(seconds in 0..=Timestamp::LAST) {
            let time = Timestamp::from_unix(seconds).unwrap();
            assert_eq!(time.to_string().parse::<Timestamp>().unwrap(), time);
        }
    }
}
