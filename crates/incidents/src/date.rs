//! Dates that are known to the day, the month or the year, or lie between two such.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

/// The first and the last day that something can have happened on.
///
/// Written `2022-03-23`, `2018-06`, `2017` or `2017-02/2017-04` (first and last possible).
/// Ordered by the first day.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    first: Date,
    last: Date,
    text: Box<str>,
}

/// A text that is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartialDateError {
    /// The text is not of a form that is read.
    #[error("`{0}` is no date: use 2022-03-23, 2018-06, 2017, or two of them with a slash between")]
    Malformed(String),
    /// There is no such day or month.
    #[error("`{0}` is a date that does not exist")]
    Impossible(String),
    /// The second date of two lies before the first.
    #[error("`{0}` ends before it begins")]
    Backwards(String),
}

impl PartialDate {
    /// The first possible day.
    pub fn first(&self) -> Date {
        self.first
    }

    /// The last possible day.
    pub fn last(&self) -> Date {
        self.last
    }

    /// The day, where it is known.
    pub fn day(&self) -> Option<Date> {
        (self.first == self.last).then_some(self.first)
    }

    /// The year, where it is known.
    pub fn year(&self) -> Option<i16> {
        (self.first.year() == self.last.year()).then_some(self.first.year())
    }

    /// Year and month, where they are known.
    pub fn month(&self) -> Option<(i16, i8)> {
        let month = |date: Date| (date.year(), date.month());
        (month(self.first) == month(self.last)).then(|| month(self.first))
    }

    /// Year and quarter (1 to 4), where they are known.
    pub fn quarter(&self) -> Option<(i16, i8)> {
        let quarter = |date: Date| (date.year(), (date.month() + 2) / 3);
        (quarter(self.first) == quarter(self.last)).then(|| quarter(self.first))
    }

    /// The fewest and the most days from this date to a later one, neither below nothing.
    pub fn days_until(&self, later: &Self) -> (u32, u32) {
        let days = |from: Date, to: Date| {
            from.until(to).map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
        };
        (days(self.last, later.first), days(self.first, later.last))
    }

    /// The days between the nearest days of two dates: nothing where they overlap.
    pub fn days_apart(&self, other: &Self) -> u32 {
        if self.first <= other.last && other.first <= self.last {
            return 0;
        }
        let (earlier, later) = if self.first < other.first { (self, other) } else { (other, self) };
        earlier.days_until(later).0
    }

    /// When the first of several things happened, of which each lies between two days.
    pub(crate) fn earliest<'a>(dates: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let earlier =
            |(first, last): (Date, Date), (a, b): (Date, Date)| (first.min(a), last.min(b));
        let (first, last) = dates.map(|date| (date.first, date.last)).reduce(earlier)?;
        let text = if first == last { first.to_string() } else { format!("{first}/{last}") };
        Some(Self { first, last, text: text.into() })
    }

    /// The date as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<Date> for PartialDate {
    fn from(day: Date) -> Self {
        Self { first: day, last: day, text: day.to_string().into() }
    }
}

impl FromStr for PartialDate {
    type Err = PartialDateError;

    fn from_str(text: &str) -> Result<Self, PartialDateError> {
        let shown = || hawkshaw_model::Printable(text).to_string();
        let span = |part: &str| span(part, text);
        let (first, last) = match text.split_once('/') {
            Some((from, to)) => (span(from)?.0, span(to)?.1),
            None => span(text)?,
        };
        if last < first {
            return Err(PartialDateError::Backwards(shown()));
        }
        Ok(Self { first, last, text: text.into() })
    }
}

/// The first and last day of `2022`, `2022-03` or `2022-03-23`.
fn span(part: &str, whole: &str) -> Result<(Date, Date), PartialDateError> {
    let shown = || hawkshaw_model::Printable(whole).to_string();
    let pieces: Vec<&str> = part.split('-').collect();
    let is_form = pieces.len() <= 3
        && pieces.iter().zip([4, 2, 2]).all(|(piece, digits)| {
            piece.len() == digits && piece.bytes().all(|b| b.is_ascii_digit())
        });
    if !is_form {
        return Err(PartialDateError::Malformed(shown()));
    }
    let impossible = || PartialDateError::Impossible(shown());
    let year: i16 = pieces[0].parse().map_err(|_| impossible())?;
    if !(1_000..=2_999).contains(&year) {
        return Err(impossible());
    }
    let number = |at: usize| pieces.get(at).map(|piece| piece.parse::<i8>()).transpose();
    let month = number(1).map_err(|_| impossible())?;
    let day = number(2).map_err(|_| impossible())?;
    let first = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).map_err(|_| impossible())?;
    let last = match (month, day) {
        (_, Some(_)) => first,
        (Some(_), None) => first.last_of_month(),
        (None, None) => first.last_of_year(),
    };
    Ok((first, last))
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::{PartialDate, PartialDateError};

    fn date(text: &str) -> PartialDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_partial_date_spans_what_it_leaves_open() {
        assert_eq!(date("2020-02").last().to_string(), "2020-02-29");
        assert_eq!(date("2017").last().to_string(), "2017-12-31");
        assert_eq!(date("2017-02/2017-04").last().to_string(), "2017-04-30");
        assert_eq!(date("2018-06").month(), Some((2018, 6)));
        assert_eq!(date("2018").quarter(), None);
        assert_eq!(date("2018-06").quarter(), Some((2018, 2)));
        assert_eq!(date("2018-12/2019-01").year(), None);
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for text in ["2022-02-30", "2022-13", "2022-00-10", "0000", "9999-01", "2022/9998"] {
            assert!(
                matches!(text.parse::<PartialDate>(), Err(PartialDateError::Impossible(_))),
                "{text}"
            );
        }
        for text in ["", "2018-06-??", "22-03-01", "2022-3-1", "2022-03-23T00", "2022/", "/2022"] {
            assert!(
                matches!(text.parse::<PartialDate>(), Err(PartialDateError::Malformed(_))),
                "{text}"
            );
        }
        assert!(matches!("2020/2019".parse::<PartialDate>(), Err(PartialDateError::Backwards(_))));
    }

    #[test]
    fn days_between_dates_are_an_interval() {
        assert_eq!(date("2022-03-23").days_until(&date("2022-04-14")), (22, 22));
        assert_eq!(date("2022-03").days_until(&date("2022-04-14")), (14, 44));
        assert_eq!(date("2022-03").days_apart(&date("2022-04-02")), 2);
        assert_eq!(date("2022-04-02").days_apart(&date("2022-03-30")), 3);
        assert_eq!(date("2022").days_apart(&date("2022-04-02")), 0);
    }
}
