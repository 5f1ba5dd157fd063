//! A list of incidents that others publish, row by row, and the facts about it as a whole.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use serde::Serialize;

use crate::import::columns::assign;
use crate::import::row::RowReader;
use crate::import::sheet::Sheet;
use crate::import::{
    DateOrder, ImportColumn, ImportDefect, ImportDefectReason, ImportError, ImportOptions,
    ImportedAmount, ImportedRow, TableFormat, UnmappedWord,
};
use crate::usd::Usd;

/// A list of incidents that others publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedTable {
    /// The name of the file, without folders.
    pub name: String,
    /// The form in which it was read.
    pub format: TableFormat,
    /// The order of its dates, where one was needed or given.
    pub dates: Option<DateOrder>,
    /// Its columns, and what was taken from each.
    pub columns: Vec<ImportColumn>,
    /// Its rows, in its order.
    pub rows: Vec<ImportedRow>,
    /// Lines that hold nothing but separators.
    pub rows_blank: usize,
    /// Cells that were not read as they stand, by row.
    pub defects: Vec<ImportDefect>,
    /// Words for which the ledger has none, with the number of their rows.
    pub unmapped: Vec<UnmappedWord>,
}

/// What a list holds, in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableFacts {
    /// Rows.
    pub rows: usize,
    /// Rows with an amount in US dollars.
    pub with_usd: usize,
    /// Rows with an amount in units of an asset.
    pub with_native: usize,
    /// Rows for which the list has no amount.
    pub without_amount: usize,
    /// Rows whose amount was not read.
    pub unreadable_amount: usize,
    /// Rows whose date is not known to the day, those without any date among them.
    pub without_full_date: usize,
    /// Rows without any date.
    pub without_date: usize,
    /// Rows that repeat another.
    pub repeats: usize,
    /// The first day that a row can be of.
    pub first: Option<Date>,
    /// The last day that a row can be of.
    pub last: Option<Date>,
    /// The sum of the amounts in US dollars, repeated rows included.
    pub usd: Usd,
}

/// The rows of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct YearSum {
    /// Rows.
    pub rows: usize,
    /// Rows without an amount in US dollars.
    pub without_usd: usize,
    /// The sum of the amounts in US dollars, repeated rows included.
    pub usd: Usd,
}

/// The rows of each year.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct YearSums {
    /// By year.
    pub years: BTreeMap<i16, YearSum>,
    /// Rows whose year is not known.
    pub unknown: YearSum,
}

impl ImportedTable {
    pub(super) fn read(
        name: &str,
        sheet: Sheet,
        format: TableFormat,
        options: &ImportOptions,
    ) -> Result<Self, ImportError> {
        let columns = assign(&sheet.columns, format)?;
        let mut reader = RowReader::new(&sheet, format, columns, options)?;
        let mut rows: Vec<ImportedRow> = Vec::with_capacity(sheet.rows.len());
        for (at, row) in sheet.rows.into_iter().enumerate() {
            rows.push(reader.read(at + 1, row));
        }
        if rows.is_empty() {
            return Err(ImportError::Empty);
        }
        check_sum(&rows)?;
        mark_repeats(&mut rows);
        let RowReader { columns, order, words, mut defects, .. } = reader;
        defects.extend(sheet.defects);
        defects.sort_by_key(|defect| defect.row);
        let unmapped = words.unmapped();
        let (name, rows_blank) = (name.to_owned(), sheet.rows_blank);
        Ok(Self { name, format, dates: order, columns, rows, rows_blank, defects, unmapped })
    }

    /// What the list holds, in figures.
    pub fn facts(&self) -> TableFacts {
        let count =
            |is: &dyn Fn(&ImportedRow) -> bool| self.rows.iter().filter(|row| is(row)).count();
        let dates = || self.rows.iter().filter_map(|row| row.date.as_ref());
        TableFacts {
            rows: self.rows.len(),
            with_usd: count(&|row| row.amount.usd().is_some()),
            with_native: count(&|row| matches!(row.amount, ImportedAmount::Native(_))),
            without_amount: count(&|row| row.amount == ImportedAmount::Missing),
            unreadable_amount: count(&|row| row.amount == ImportedAmount::Unreadable),
            without_full_date: count(&|row| {
                row.date.as_ref().is_none_or(|date| date.day().is_none())
            }),
            without_date: count(&|row| row.date.is_none()),
            repeats: count(&|row| row.repeats.is_some()),
            first: dates().map(crate::PartialDate::first).min(),
            last: dates().map(crate::PartialDate::last).max(),
            usd: self.rows.iter().filter_map(|row| row.amount.usd()).sum(),
        }
    }

    /// The rows of each year, and apart from them those whose year is not known.
    pub fn year_sums(&self) -> YearSums {
        let mut sums = YearSums::default();
        for row in &self.rows {
            let year = row.date.as_ref().and_then(crate::PartialDate::year);
            let sum = match year {
                Some(year) => sums.years.entry(year).or_default(),
                None => &mut sums.unknown,
            };
            sum.rows += 1;
            match row.amount.usd() {
                Some(usd) => sum.usd = sum.usd.plus(usd),
                None => sum.without_usd += 1,
            }
        }
        sums
    }

    /// How many defects there are of each reason.
    pub fn defects_by_reason(&self) -> BTreeMap<ImportDefectReason, usize> {
        let mut counts = BTreeMap::new();
        for defect in &self.defects {
            *counts.entry(defect.reason).or_default() += 1;
        }
        counts
    }
}

/// Refuses amounts that add up to more than [`Usd`] can add.
fn check_sum(rows: &[ImportedRow]) -> Result<(), ImportError> {
    let mut cents: u64 = 0;
    for row in rows {
        let usd = row.amount.usd().map_or(0, Usd::cents);
        cents = cents.checked_add(usd).ok_or(ImportError::SumTooLarge { line: row.line })?;
    }
    Ok(())
}

/// Marks rows with the date, name and amount of a row before them.
fn mark_repeats(rows: &mut [ImportedRow]) {
    let mut first_of: HashMap<[String; 3], usize> = HashMap::with_capacity(rows.len());
    for row in rows {
        let number = row.row;
        let first = *first_of.entry(row.says()).or_insert(number);
        row.repeats = (first != number).then_some(first);
    }
}
