//! Dates as lists write them: to the day, the month or the year, in several orders.

use jiff::civil::Date;

use crate::date::PartialDate;
use crate::import::{ImportDefectReason, ImportError};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// The order of the parts of a date such as `01/03/2022`.
    DateOrder {
        /// The day, then the month.
        DayFirst = "dmy",
        /// The month, then the day.
        MonthFirst = "mdy",
    }
}

/// The months, small.
pub(super) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Finds the order of the dates of a column, given with their lines. `None` where no date needs
/// one.
///
/// # Errors
///
/// Where the dates contradict each other or leave it open.
pub(super) fn find_order<'a>(
    cells: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Option<DateOrder>, ImportError> {
    let (mut day_first, mut month_first, mut open) = (None, None, None);
    for (line, text) in cells {
        match parts_of(text) {
            Some((first, _, _)) if first > 12 => _ = day_first.get_or_insert(line),
            Some((_, second, _)) if second > 12 => _ = month_first.get_or_insert(line),
            Some((first, second, _)) if first != second => _ = open.get_or_insert((line, text)),
            _ => {}
        }
    }
    match (day_first, month_first, open) {
        (Some(day_first), Some(month_first), _) => {
            Err(ImportError::MixedDates { day_first, month_first })
        }
        (Some(_), None, _) => Ok(Some(DateOrder::DayFirst)),
        (None, Some(_), _) => Ok(Some(DateOrder::MonthFirst)),
        (None, None, Some((line, text))) => {
            Err(ImportError::AmbiguousDates { line, text: text.to_owned() })
        }
        (None, None, None) => Ok(None),
    }
}

/// The parts of a date such as `01/03/2022`, `1.3.2022`.
fn parts_of(text: &str) -> Option<(u16, u16, u16)> {
    let text = day_part(text.trim());
    let separator = text.chars().find(|c| "/.-".contains(*c))?;
    let mut parts = text.split(separator);
    let mut number = |digits_min: usize, digits_max: usize| {
        let part = parts.next()?;
        let is_number = (digits_min..=digits_max).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| is_number)
    };
    let found = (number(1, 2)?, number(1, 2)?, number(4, 4)?);
    parts.next().is_none().then_some(found)
}

/// Reads a cell for a date; `None` where it says that nothing is known.
pub(super) fn read_date(
    text: &str,
    order: Option<DateOrder>,
) -> Result<Option<PartialDate>, ImportDefectReason> {
    if super::amount::is_missing(text) {
        return Ok(None);
    }
    let text = text.trim();
    let date = match parts_of(text) {
        Some((first, second, year)) => {
            let (day, month) = match order {
                Some(DateOrder::MonthFirst) => (second, first),
                Some(DateOrder::DayFirst) | None => (first, second),
            };
            from_numbers(year, month, day)
        }
        None => read_iso(text)
            .or_else(|| read_unix(text))
            .or_else(|| read_words(text))
            .ok_or(ImportDefectReason::NoDate)?,
    };
    let date = date.ok_or(ImportDefectReason::ImpossibleDate)?;
    let is_likely = (1990..=2100).contains(&date.first().year()) && date.last().year() <= 2100;
    if is_likely { Ok(Some(date)) } else { Err(ImportDefectReason::ImpossibleDate) }
}

/// A date that was written so; inside there is nothing where it does not exist.
type Written = Option<PartialDate>;

fn from_numbers(year: u16, month: u16, day: u16) -> Written {
    format!("{year:04}-{month:02}-{day:02}").parse().ok()
}

/// A day and a time: the day.
fn day_part(text: &str) -> &str {
    let end = text.find(['T', ' ', ',']).unwrap_or(text.len());
    let (day, time) = text.split_at(end);
    let is_time =
        time.len() > 1 && time[1..].starts_with(|c: char| c.is_ascii_digit()) && time.contains(':');
    if is_time { day } else { text }
}

/// `2022-03-23`, `2022/03/23`, `2022-03`, `2018-06-??`, `2017`, `2017-02/2017-04`, with or
/// without a time.
fn read_iso(text: &str) -> Option<Written> {
    let text = day_part(text);
    let is_form =
        |part: &str| part.len() >= 4 && part.bytes().take(4).all(|byte| byte.is_ascii_digit());
    let unsure = |c: char| matches!(c, '?' | 'x' | 'X');
    let known = |part: &str| part.trim_end_matches(|c| unsure(c) || c == '-').to_owned();
    let is_part =
        |text: &str| is_form(text) && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if text.matches('/').count() == 2 {
        let text = known(&text.replace('/', "-"));
        return is_part(&text).then(|| text.parse().ok());
    }
    if let Some((first, last)) = text.split_once('/') {
        return (is_part(first) && is_part(last)).then(|| text.parse().ok());
    }
    let text = known(text);
    let has_dashes =
        |at: &[usize]| text.match_indices('-').map(|(at, _)| at).eq(at.iter().copied());
    let has_parts = match text.len() {
        4 => has_dashes(&[]),
        7 => has_dashes(&[4]),
        10 => has_dashes(&[4, 7]),
        _ => false,
    };
    (has_parts && is_part(&text)).then(|| text.parse().ok())
}

/// Seconds or milliseconds since 1970, in UTC.
fn read_unix(text: &str) -> Option<Written> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    if !(9..=13).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    let seconds = if text.len() >= 12 { number / 1_000 } else { number };
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    let day: Date = time.to_zoned(jiff::tz::TimeZone::UTC).date();
    Some(Some(PartialDate::from(day)))
}

/// `22 March 2024`, `Mar 22, 2024`, `March 2024`.
fn read_words(text: &str) -> Option<Written> {
    let words: Vec<&str> =
        text.split([' ', ',', '-', '.']).filter(|word| !word.is_empty()).collect();
    let number = |word: &str, digits_max: usize| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let is_number = word.len() <= digits_max && word.bytes().all(|b| b.is_ascii_digit());
        word.parse::<u16>().ok().filter(|_| is_number)
    };
    let year = |word: &str| number(word, 4).filter(|_| word.len() == 4);
    match words[..] {
        [month, then] => {
            let (year, month) = (year(then)?, month_of(month)?);
            Some(format!("{year:04}-{month:02}").parse().ok())
        }
        [first, second, then] => {
            let (day, month) = match month_of(first) {
                Some(month) => (number(second, 2)?, month),
                None => (number(first, 2)?, month_of(second)?),
            };
            Some(from_numbers(year(then)?, month, day))
        }
        _ => None,
    }
}

pub(super) fn month_of(word: &str) -> Option<u16> {
    let word = word.to_lowercase();
    let at =
        MONTHS.iter().position(|month| month.starts_with(&word)).filter(|_| word.len() >= 3)?;
    u16::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{DateOrder, find_order, read_date};
    use crate::import::ImportError;

    fn read(text: &str) -> String {
        match read_date(text, Some(DateOrder::DayFirst)) {
            Ok(Some(date)) => date.to_string(),
            Ok(None) => "missing".to_owned(),
            Err(reason) => reason.to_string(),
        }
    }

    #[test]
    fn lists_write_dates_in_many_ways() {
        for (text, date) in [
            ("2024-03-22", "2024-03-22"),
            (" 2024-03-22T11:12:13Z", "2024-03-22"),
            ("2024-03-22 00:00:00", "2024-03-22"),
            ("2024/03/22", "2024-03-22"),
            ("2018-06-??", "2018-06"),
            ("2018-??-??", "2018"),
            ("2018-06-xx", "2018-06"),
            ("2018-06", "2018-06"),
            ("2018", "2018"),
            ("2017-02/2017-04", "2017-02/2017-04"),
            ("01/03/2022", "2022-03-01"),
            ("1.3.2022", "2022-03-01"),
            ("01/03/2022 13:45", "2022-03-01"),
            ("1711065600", "2024-03-22"),
            ("1711065600.0", "2024-03-22"),
            ("1711065600000", "2024-03-22"),
            ("22 March 2024", "2024-03-22"),
            ("Mar 22, 2024", "2024-03-22"),
            ("22nd Sept 2024", "2024-09-22"),
            ("May 2024", "2024-05"),
            ("", "missing"),
            ("unknown", "missing"),
            ("2024-02-30", "impossible-date"),
            ("31/02/2024", "impossible-date"),
            ("1022-03-01", "impossible-date"),
            ("2024-3-1", "no-date"),
            ("01/03/22", "no-date"),
            ("yesterday", "no-date"),
            ("5", "no-date"),
            ("20240322", "no-date"),
        ] {
            assert_eq!(read(text), date, "{text}");
        }
    }

    fn order(cells: &[&str]) -> Result<Option<DateOrder>, ImportError> {
        find_order(cells.iter().enumerate().map(|(at, text)| (at + 2, *text)))
    }

    #[test]
    fn the_order_is_found_from_the_column_as_a_whole() {
        assert_eq!(order(&["01/03/2022", "24/06/2022"]), Ok(Some(DateOrder::DayFirst)));
        assert_eq!(order(&["01/03/2022", "06/24/2022"]), Ok(Some(DateOrder::MonthFirst)));
        assert_eq!(order(&["2022-03-01", "05/05/2022", ""]), Ok(None));
        let open = order(&["05/05/2022", "01/03/2022"]).unwrap_err();
        assert_eq!(open, ImportError::AmbiguousDates { line: 3, text: "01/03/2022".to_owned() });
        assert!(open.to_string().contains("--dates dmy|mdy"));
        let mixed = order(&["24/06/2022", "06/24/2022"]).unwrap_err();
        assert_eq!(mixed, ImportError::MixedDates { day_first: 2, month_first: 3 });
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = read_date(&text, None);
        }

        #[test]
        fn no_text_like_a_date_panics(text in "[-0-9/.?TxMay, :]{0,24}") {
            for order in [None, Some(DateOrder::MonthFirst)] {
                let _ = read_date(&text, order);
            }
            let _ = find_order([(1, text.as_str())].into_iter());
        }
    }
}
