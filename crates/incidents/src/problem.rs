//! What is wrong with a file of the ledger, and where.

use std::fmt;

use hawkshaw_model::Printable;

/// Something wrong in a file of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 where it is about the whole file.
    pub line: usize,
    /// The field, as a path: `amount[1].usd`. Empty where it is about the whole file.
    pub field: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Printable(&self.file))?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.field.is_empty() {
            write!(f, ": {}", Printable(&self.field))?;
        }
        write!(f, ": {}", self.what)
    }
}

/// Why a ledger was not read: everything that is wrong with its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        Self(problems)
    }

    /// The problems, by file and line.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for Problems {
    /// The first 50, one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN_MAX: usize = 50;
        let count = self.0.len();
        write!(
            f,
            "{count} problem{} in the ledger of incidents:",
            if count == 1 { "" } else { "s" }
        )?;
        for problem in self.0.iter().take(SHOWN_MAX) {
            write!(f, "\n{problem}")?;
        }
        if count > SHOWN_MAX {
            write!(f, "\nand {} more", count - SHOWN_MAX)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
