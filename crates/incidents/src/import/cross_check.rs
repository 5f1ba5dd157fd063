//! A table of yearly totals against a list of incidents: do the years of one sum up to the other.

use serde::Serialize;

use crate::import::{ImportedTable, YearlyColumn, YearlyFigure, YearlyTable};

/// A column of yearly totals beside the rows of a list that it seems to be made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CrossCheck {
    /// The header of the column.
    pub column: String,
    /// Years in which the rows sum to what is printed.
    pub agree: Vec<i16>,
    /// Years in which they do not.
    pub differ: Vec<YearDifference>,
}

/// A year whose printed total is not what the rows sum to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct YearDifference {
    /// The year.
    pub year: i16,
    /// What the table prints.
    pub printed: YearlyFigure,
    /// What the rows sum to.
    pub rows: YearlyFigure,
}

impl YearlyTable {
    /// The columns that are made of the rows of a list: those of which at least half of the
    /// years are what the rows sum to. Years without a figure are not compared.
    pub fn cross_check(&self, list: &ImportedTable) -> Vec<CrossCheck> {
        let checks = self.columns.iter().map(|column| CrossCheck::new(column, list));
        checks.filter(|check| check.agree.len() >= check.differ.len().max(1)).collect()
    }
}

impl CrossCheck {
    fn new(column: &YearlyColumn, list: &ImportedTable) -> Self {
        let sums = list.year_sums();
        let mut check = Self { column: column.name.clone(), agree: Vec::new(), differ: Vec::new() };
        for (&year, &printed) in &column.years {
            let sum = sums.years.get(&year).copied().unwrap_or_default();
            let rows = match printed {
                YearlyFigure::Usd(_) => YearlyFigure::Usd(sum.usd),
                YearlyFigure::Count(_) => {
                    YearlyFigure::Count(u64::try_from(sum.rows).unwrap_or(u64::MAX))
                }
            };
            if printed == rows {
                check.agree.push(year);
            } else {
                check.differ.push(YearDifference { year, printed, rows });
            }
        }
        check
    }
}
