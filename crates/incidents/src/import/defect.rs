//! Cells of an imported table that were not read as they stand. Their rows stay.

use std::fmt;

use hawkshaw_model::Printable;

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What is wrong with a cell.
    ImportDefectReason {
        /// It has more than two decimals, and was rounded half up to cents.
        Rounded = "rounded",
        /// An amount above 10^12 US dollars.
        TooLarge = "too-large",
        /// An amount below nothing.
        Negative = "negative",
        /// It states no amount that can be read.
        NoAmount = "no-amount",
        /// Its point can stand before decimals or, as in other cells of its column, in thousands.
        OpenPoint = "open-point",
        /// It states no count that can be read.
        NoCount = "no-count",
        /// It states no date that can be read.
        NoDate = "no-date",
        /// It states a date that does not exist, or one outside of 1990 to 2100.
        ImpossibleDate = "impossible-date",
        /// It holds something that is no link.
        NoLink = "no-link",
        /// There is no name.
        NoName = "no-name",
        /// The row has fewer cells than the header.
        FewCells = "few-cells",
        /// The row has more cells than the header.
        ManyCells = "many-cells",
        /// The year stands in the table a second time.
        YearTwice = "year-twice",
    }
}

/// A cell that was not read as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportDefect {
    /// The line on which the row begins, from 1.
    pub line: usize,
    /// The number of the row, from 1.
    pub row: usize,
    /// The column; empty where it is about the whole row.
    pub column: String,
    /// The text of the cell.
    pub text: String,
    /// What is wrong with it.
    pub reason: ImportDefectReason,
}

impl fmt::Display for ImportDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} (row {})", self.line, self.row)?;
        if !self.column.is_empty() {
            write!(f, ", {}", Printable(&self.column))?;
        }
        write!(f, ": `{}` {}", Printable(&self.text), self.reason.words())
    }
}

impl ImportDefectReason {
    /// What is wrong, in words that follow the text of the cell.
    pub fn words(self) -> &'static str {
        match self {
            Self::Rounded => "has more than two decimals and was rounded half up to cents",
            Self::TooLarge => "is more than 10^12 US dollars",
            Self::Negative => "is less than nothing",
            Self::NoAmount => "is no amount that can be read",
            Self::OpenPoint => {
                "can be a thousandfold more: other amounts of the column have points in thousands"
            }
            Self::NoCount => "is no count that can be read",
            Self::NoDate => "is no date that can be read",
            Self::ImpossibleDate => "is a date that does not exist or lies outside of 1990 to 2100",
            Self::NoLink => "is no link that begins with https:// or http://",
            Self::NoName => "is no name",
            Self::FewCells => "cells are fewer than the header has",
            Self::ManyCells => "cells are more than the header has",
            Self::YearTwice => "is a year that stands in the table a second time",
        }
    }
}
