//! Why a file is not imported.

use hawkshaw_model::Printable;

/// Why a file is not imported, and what is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file, a cell or a number of things is larger than what is read.
    #[error("line {line}: {what}, and at most {max} are read")]
    TooLarge {
        /// The line, from 1.
        line: usize,
        /// What there is too much of.
        what: &'static str,
        /// How much is read.
        max: usize,
    },
    /// The file is no text in UTF-8.
    #[error("line {line}: {what}")]
    NotText {
        /// The line, from 1.
        line: usize,
        /// What was found instead.
        what: &'static str,
    },
    /// The file is damaged or cut off.
    #[error("line {line}: {what}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// There is no row.
    #[error("the file has no row: {SUPPORTED}")]
    Empty,
    /// The file is a list of something else.
    #[error("the file is {what}: {instead}")]
    NotIncidents {
        /// What it is.
        what: &'static str,
        /// What to do with it.
        instead: &'static str,
    },
    /// The columns are those of no table that is read.
    #[error("no column for {}; the columns are: {}; {SUPPORTED}", missing.join(" and for "), shown(found))]
    UnknownColumns {
        /// What no column was found for.
        missing: Vec<&'static str>,
        /// The columns, as the file has them.
        found: Vec<String>,
    },
    /// No date of a column tells whether day or month comes first.
    #[error(
        "line {line}: `{}` and the other dates of the column can be read with the day or the month \
         first: say which with --dates dmy|mdy",
        Printable(text)
    )]
    AmbiguousDates {
        /// The line of the first such date, from 1.
        line: usize,
        /// The first such date.
        text: String,
    },
    /// Some dates of a column have the day first and others the month.
    #[error(
        "line {day_first} has a date with the day first and line {month_first} one with the month \
         first: say which holds with --dates dmy|mdy, and the others are reported"
    )]
    MixedDates {
        /// The line of the first date that can only have the day first.
        day_first: usize,
        /// The line of the first date that can only have the month first.
        month_first: usize,
    },
    /// The amounts add up to more than can be.
    #[error("line {line}: up to here the amounts add up to more than 10^17 US dollars")]
    SumTooLarge {
        /// The line, from 1.
        line: usize,
    },
}

/// What is read, for messages.
const SUPPORTED: &str = "supported are DefiLlama's list of hacks (JSON or CSV), a CSV with at \
     least a column for date and one for name, the Ethereum heist list, and a table of yearly \
     totals with columns year, <source>_usd, <source>_count";

/// Columns for a message.
fn shown(columns: &[String]) -> String {
    const COLUMNS_MAX: usize = 30;
    let mut names: Vec<String> =
        columns.iter().take(COLUMNS_MAX).map(|name| format!("`{}`", Printable(name))).collect();
    if columns.len() > COLUMNS_MAX {
        names.push(format!("{} more", columns.len() - COLUMNS_MAX));
    }
    names.join(", ")
}
