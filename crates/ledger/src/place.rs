//! Where a row was read, so that an error can name it.

use std::fmt;
use std::sync::Arc;

use crate::error::LedgerError;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The name of the file as the caller gave it.
    pub file: Arc<str>,
    /// The line, counted from 1; the header is line 1. For rows that no file holds, their
    /// number counted from 1, or 2^32 − 1 for rows that stand in no line.
    pub line: u64,
}

/// A row and where it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<R> {
    /// Where.
    pub place: Place,
    /// The row.
    pub row: R,
}

impl Place {
    /// The mark of rows that stand in no line.
    pub(crate) const NO_LINE: u64 = u32::MAX as u64;

    /// A line of a file.
    pub fn new(file: &str, line: u64) -> Self {
        Self { file: Arc::from(file), line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Self::NO_LINE => write!(f, "{}", hawkshaw_model::Printable(&self.file)),
            line => write!(f, "{} line {line}", hawkshaw_model::Printable(&self.file)),
        }
    }
}

/// The places of the rows of a chain: a line a row, a name a file.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The line of each row; 0, or no entry, where the row came from no file.
    lines: Vec<u32>,
    /// The first row of each run of rows of one file.
    files: Vec<(usize, Arc<str>)>,
}

impl Places {
    /// Notes where the row of that number was read.
    pub(crate) fn note(&mut self, row: usize, place: &Place) -> Result<(), LedgerError> {
        let line = u32::try_from(place.line).map_err(|_| LedgerError::limit("lines of a file"))?;
        if self.files.last().is_none_or(|(_, file)| *file != place.file) {
            self.files.push((row, Arc::clone(&place.file)));
        }
        self.lines.resize(row, 0);
        self.lines.push(line);
        Ok(())
    }

    /// Where a row was read.
    pub(crate) fn of(&self, row: usize) -> Place {
        let line = self.lines.get(row).copied().unwrap_or(0);
        let file = self.files.partition_point(|(first, _)| *first <= row);
        match file.checked_sub(1).and_then(|file| self.files.get(file)) {
            Some((_, file)) if line > 0 => Place { file: Arc::clone(file), line: line.into() },
            _ => Place::new("rows added by number", row as u64 + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Places};

    #[test]
    fn rows_of_several_files_and_of_none() {
        let mut places = Places::default();
        places.note(0, &Place::new("a.csv", 2)).unwrap();
        places.note(2, &Place::new("a.csv", 3)).unwrap();
        places.note(3, &Place::new("b.csv", 2)).unwrap();
        let shown: Vec<_> = (0..5).map(|row| places.of(row).to_string()).collect();
        assert_eq!(
            shown,
            [
                "a.csv line 2",
                "rows added by number line 2",
                "a.csv line 3",
                "b.csv line 2",
                "rows added by number line 5"
            ]
        );
    }
}
