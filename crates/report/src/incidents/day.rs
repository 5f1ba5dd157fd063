//! Days as other formats count them.

use hawkshaw_incidents::PartialDate;

/// A day of the proleptic Gregorian calendar, UTC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day {
    /// Days since 1 January 1970; negative before it.
    pub(super) since_epoch: i32,
    /// As in ISO 8601: `2022-03-23`.
    pub(super) text: String,
}

impl Day {
    /// The first possible day of a date.
    pub(super) fn first(date: &PartialDate) -> Self {
        let epoch: PartialDate = "1970-01-01".parse().expect("it is a date");
        let hours = date.first().duration_since(epoch.first()).as_hours();
        // Years have four digits, so that this is far inside of the type.
        let since_epoch = i32::try_from(hours / 24).unwrap_or(i32::MAX);
        Self { since_epoch, text: date.first().to_string() }
    }

    /// The last possible day of a date.
    pub(super) fn last(date: &PartialDate) -> Self {
        Self::first(&PartialDate::from(date.last()))
    }

    /// Midnight at its beginning, in seconds since 1 January 1970.
    pub(super) fn seconds(&self) -> i64 {
        i64::from(self.since_epoch) * 86_400
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn days_are_counted_from_1970() {
        for (date, first, last) in
            [("1970-01-01", 0, 0), ("1969-12-31", -1, -1), ("2024-02", 19_754, 19_782)]
        {
            let date = date.parse().unwrap();
            assert_eq!(Day::first(&date).since_epoch, first, "{date}");
            assert_eq!(Day::last(&date).since_epoch, last, "{date}");
        }
        assert_eq!(Day::first(&"2022-03-23".parse().unwrap()).seconds(), 1_647_993_600);
    }
}
