//! Launches of missiles, by date.

use hawkshaw_model::Printable;

use crate::date::PartialDate;
use crate::problem::Problem;

/// Launches of missiles on a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launches {
    /// The date, as far as it is known.
    pub date: PartialDate,
    /// How many.
    pub count: u32,
}

/// Reads launches from CSV with a header: a row a date with a column `launches` that counts,
/// or, without such a column, a row a launch. Other columns are not looked at.
///
/// The second form is that of the missile test database of the James Martin Center for
/// Nonproliferation Studies. Rows come back in the order of their dates.
///
/// # Errors
///
/// Every row that is none, with its line and column.
pub fn read_launches(name: &str, text: &str) -> Result<Vec<Launches>, crate::Problems> {
    let mut reader =
        csv::ReaderBuilder::new().from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let wrong = |line: usize, field: &str, what: String| Problem {
        file: name.to_owned(),
        line,
        field: field.to_owned(),
        what,
    };
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => return Err(crate::Problems::new(vec![wrong(1, "", error.to_string())])),
    };
    let column = |name: &str| header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
    let Some(date_column) = column("date") else {
        let what = "is missing: launches are a CSV with a column date".to_owned();
        return Err(crate::Problems::new(vec![wrong(1, "date", what)]));
    };
    let count_column = column("launches");
    let mut launches: Vec<Launches> = Vec::new();
    let mut problems = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                let line = usize::try_from(line).unwrap_or(0);
                problems.push(wrong(line, "", "is no row of this table".to_owned()));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let line = usize::try_from(line).unwrap_or(0);
        let date = record.get(date_column).unwrap_or_default().trim().parse();
        let count = match count_column {
            None => Ok(1),
            Some(at) => {
                let cell = record.get(at).unwrap_or_default();
                cell.trim().parse().map_err(|_| format!("`{}` is no count", Printable(cell)))
            }
        };
        match (date, count) {
            (Ok(date), Ok(count)) => add(&mut launches, date, count),
            (date, count) => {
                if let Err(error) = date {
                    let error: crate::PartialDateError = error;
                    problems.push(wrong(line, "date", error.to_string()));
                }
                if let Err(what) = count {
                    problems.push(wrong(line, "launches", what));
                }
            }
        }
    }
    if !problems.is_empty() {
        return Err(crate::Problems::new(problems));
    }
    launches.sort_by(|a, b| a.date.cmp(&b.date));
    Ok(launches)
}

fn add(launches: &mut Vec<Launches>, date: PartialDate, count: u32) {
    match launches.last_mut() {
        Some(last) if last.date == date => last.count = last.count.saturating_add(count),
        _ => launches.push(Launches { date, count }),
    }
}
