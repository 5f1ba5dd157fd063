//! Totals by year and source, and whether what is printed as their sum is their sum.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::import::amount::{AmountCell, is_missing, read_amount};
use crate::import::columns::normal;
use crate::import::sheet::{Sheet, SheetRow};
use crate::import::{ImportDefect, ImportDefectReason, ImportError};
use crate::usd::Usd;

/// Totals by year, one column for each source and unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearlyTable {
    /// The name of the file, without folders.
    pub name: String,
    /// The years of its rows, in rising order.
    pub years: Vec<i16>,
    /// Its columns.
    pub columns: Vec<YearlyColumn>,
    /// Cells that were not read as they stand, by row.
    #[serde(skip)]
    pub defects: Vec<ImportDefect>,
}

/// What one source says by year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearlyColumn {
    /// The header.
    pub name: String,
    /// The source, from the header.
    pub source: String,
    /// The figure of each year for which there is one.
    pub years: BTreeMap<i16, YearlyFigure>,
    /// Years of the table for which there is none.
    pub lacks: Vec<i16>,
    /// The sum of the years.
    pub sum: YearlyFigure,
    /// The totals that the file prints.
    pub printed: Vec<PrintedTotal>,
}

/// A total that the file prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrintedTotal {
    /// The label of its row.
    pub label: String,
    /// The line, from 1.
    pub line: usize,
    /// The total as printed.
    pub printed: YearlyFigure,
    /// The sum of the years that it is about: those of the label, all where it names none.
    pub sum: YearlyFigure,
    /// Those of these years for which there is no figure.
    pub lacks: Vec<i16>,
    /// Whether the label tells which years.
    pub has_years: bool,
}

/// US dollars or a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum YearlyFigure {
    /// US dollars.
    Usd(Usd),
    /// Incidents.
    Count(u64),
}

/// How a printed total differs from the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotalDifference {
    /// It is the sum.
    None,
    /// It is more than the sum, by this.
    More(YearlyFigure),
    /// It is less than the sum, by this.
    Less(YearlyFigure),
    /// Nobody can know: its years are not told, or it is more and a year has no figure.
    Unknown,
}

impl PrintedTotal {
    /// How the printed total differs from the sum of the years.
    pub fn difference(&self) -> TotalDifference {
        if !self.has_years {
            TotalDifference::Unknown
        } else if self.printed == self.sum {
            TotalDifference::None
        } else if self.printed > self.sum && !self.lacks.is_empty() {
            TotalDifference::Unknown
        } else if self.printed > self.sum {
            TotalDifference::More(self.printed.less(self.sum))
        } else {
            TotalDifference::Less(self.sum.less(self.printed))
        }
    }
}

impl YearlyFigure {
    /// What is left after `other`, of the same unit, is taken away.
    fn less(self, other: Self) -> Self {
        match (self, other) {
            (Self::Usd(usd), Self::Usd(other)) => Self::Usd(usd.less(other)),
            (Self::Count(count), Self::Count(other)) => Self::Count(count.saturating_sub(other)),
            (figure, _) => figure,
        }
    }

    /// This figure and another of the same unit.
    fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Usd(usd), Self::Usd(other)) => Self::Usd(usd.plus(other)),
            (Self::Count(count), Self::Count(other)) => Self::Count(count.saturating_add(other)),
            (figure, _) => figure,
        }
    }
}

impl fmt::Display for YearlyFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usd(usd) => fmt::Display::fmt(usd, f),
            Self::Count(count) => fmt::Display::fmt(count, f),
        }
    }
}

impl Serialize for YearlyFigure {
    /// Dollars as text like every amount, counts as numbers.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Usd(usd) => usd.serialize(serializer),
            Self::Count(count) => serializer.serialize_u64(*count),
        }
    }
}

impl YearlyTable {
    pub(super) fn read(name: &str, sheet: Sheet) -> Result<Self, ImportError> {
        let Sheet { columns, rows, mut defects, .. } = sheet;
        let label_at = columns.iter().position(|name| normal(name) == "year").unwrap_or(0);
        let mut years: BTreeMap<i16, &SheetRow> = BTreeMap::new();
        let mut totals: Vec<(&SheetRow, usize)> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let label = row.cell(label_at).trim();
            match year_of(label) {
                Some(year) if years.contains_key(&year) => defects.push(ImportDefect {
                    line: row.line,
                    row: at + 1,
                    column: columns[label_at].clone(),
                    text: row
                        .cells
                        .iter()
                        .map(|(_, text)| text.as_str())
                        .collect::<Vec<_>>()
                        .join(","),
                    reason: ImportDefectReason::YearTwice,
                }),
                Some(year) => _ = years.insert(year, row),
                None => totals.push((row, at + 1)),
            }
        }
        let Some(first) = rows.first() else { return Err(ImportError::Empty) };
        if years.is_empty() {
            let column = hawkshaw_model::Printable(&columns[label_at]);
            let what = format!("no row has a year such as 2022 under `{column}`");
            return Err(ImportError::Malformed { line: first.line, what });
        }
        let numbers: BTreeMap<usize, usize> =
            rows.iter().enumerate().map(|(at, row)| (row.line, at + 1)).collect();
        let mut read = Vec::new();
        for (at, name) in columns.iter().enumerate().filter(|(at, _)| *at != label_at) {
            let mut cells = Cells { at, label_at, name, numbers: &numbers, defects: &mut defects };
            read.push(YearlyColumn::read(&mut cells, &years, &totals));
        }
        defects.sort_by_key(|defect| defect.row);
        Ok(Self {
            name: name.to_owned(),
            years: years.into_keys().collect(),
            columns: read,
            defects,
        })
    }

    /// The printed totals that are not the sum of their years, with their columns.
    pub fn wrong_totals(&self) -> Vec<(&YearlyColumn, &PrintedTotal)> {
        let columns = self.columns.iter();
        let totals =
            columns.flat_map(|column| column.printed.iter().map(move |total| (column, total)));
        let is_wrong =
            |difference| matches!(difference, TotalDifference::More(_) | TotalDifference::Less(_));
        totals.filter(|(_, total)| is_wrong(total.difference())).collect()
    }
}

/// A column in reading.
struct Cells<'a> {
    at: usize,
    /// The column of years and labels.
    label_at: usize,
    name: &'a str,
    /// The number of the row that begins on a line.
    numbers: &'a BTreeMap<usize, usize>,
    defects: &'a mut Vec<ImportDefect>,
}

impl Cells<'_> {
    fn is_count(&self) -> bool {
        normal(self.name).ends_with("count")
    }

    fn figure(&mut self, row: &SheetRow) -> Option<YearlyFigure> {
        let text = row.cell(self.at);
        if is_missing(text) {
            return None;
        }
        let read = if self.is_count() {
            let text = text.trim();
            let number = text.strip_suffix(".0").unwrap_or(text).parse::<u32>();
            number
                .map(|count| YearlyFigure::Count(count.into()))
                .map_err(|_| ImportDefectReason::NoCount)
        } else {
            self.usd(text, row)
        };
        read.map_err(|reason| self.report(row, reason)).ok()
    }

    fn usd(&mut self, text: &str, row: &SheetRow) -> Result<YearlyFigure, ImportDefectReason> {
        match read_amount(text, 0)? {
            AmountCell::Usd(usd, is_rounded) => {
                if is_rounded {
                    self.report(row, ImportDefectReason::Rounded);
                }
                Ok(YearlyFigure::Usd(usd))
            }
            AmountCell::Native(_) | AmountCell::Missing => Err(ImportDefectReason::NoAmount),
        }
    }

    fn report(&mut self, row: &SheetRow, reason: ImportDefectReason) {
        self.defects.push(ImportDefect {
            line: row.line,
            row: self.numbers.get(&row.line).copied().unwrap_or_default(),
            column: self.name.to_owned(),
            text: row.cell(self.at).to_owned(),
            reason,
        });
    }
}

impl YearlyColumn {
    fn read(
        cells: &mut Cells<'_>,
        rows: &BTreeMap<i16, &SheetRow>,
        totals: &[(&SheetRow, usize)],
    ) -> Self {
        let zero =
            if cells.is_count() { YearlyFigure::Count(0) } else { YearlyFigure::Usd(Usd::ZERO) };
        let mut years = BTreeMap::new();
        for (year, row) in rows {
            if let Some(figure) = cells.figure(row) {
                years.insert(*year, figure);
            }
        }
        let sum_of = |first: i16, last: i16| {
            years.range(first..=last).fold(zero, |sum, (_, figure)| sum.plus(*figure))
        };
        let lacks_of = |first: i16, last: i16| -> Vec<i16> {
            let of_rows = rows.range(first..=last).map(|(year, _)| *year);
            of_rows.filter(|year| !years.contains_key(year)).collect()
        };
        let mut printed = Vec::new();
        for (row, _) in totals {
            let Some(figure) = cells.figure(row) else { continue };
            let label = row.cell(cells.label_at).trim().to_owned();
            let span = years_of(&label);
            let (first, last) = span.unwrap_or((i16::MIN, i16::MAX));
            let (sum, lacks) = (sum_of(first, last), lacks_of(first, last));
            let (line, has_years) = (row.line, span.is_some());
            printed.push(PrintedTotal { label, line, printed: figure, sum, lacks, has_years });
        }
        let lacks = lacks_of(i16::MIN, i16::MAX);
        let sum = sum_of(i16::MIN, i16::MAX);
        let source = cells.name.trim();
        let source = source.rsplit_once(['_', ' ', '-']).map_or(source, |(source, _)| source);
        Self { name: cells.name.to_owned(), source: source.to_owned(), years, lacks, sum, printed }
    }
}

fn year_of(label: &str) -> Option<i16> {
    let is_year = label.len() == 4 && label.bytes().all(|byte| byte.is_ascii_digit());
    label.parse().ok().filter(|year| is_year && (1990..=2100).contains(year))
}

/// The first and the last year of a label such as `subtotal 2017-2023` or `total 2019`, all of one
/// without digits; `None` where it does not tell which years.
fn years_of(label: &str) -> Option<(i16, i16)> {
    let numbers = label.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let years: Vec<i16> = numbers.map(year_of).collect::<Option<_>>()?;
    match years[..] {
        [] => (!label.to_lowercase().contains("sub")).then_some((i16::MIN, i16::MAX)),
        [year] => Some((year, year)),
        [first, last] => (first <= last).then_some((first, last)),
        _ => None,
    }
}
