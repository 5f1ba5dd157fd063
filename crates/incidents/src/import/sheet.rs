//! A table of texts, before anything is made of it: every cell that is not empty, with its line.

use std::collections::HashMap;

use crate::import::{ImportDefect, ImportDefectReason, ImportError};

/// Columns, and rows of the cells that are not empty.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// The columns: unique names, in the order of the file.
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<SheetRow>,
    /// Rows without any cell that is not empty.
    pub(super) rows_blank: usize,
    pub(super) defects: Vec<ImportDefect>,
    by_name: HashMap<String, usize>,
}

/// The cells of a row that are not empty, by the position of their column.
#[derive(Debug)]
pub(super) struct SheetRow {
    pub(super) line: usize,
    pub(super) cells: Vec<(usize, String)>,
}

impl SheetRow {
    pub(super) fn cell(&self, column: usize) -> &str {
        let found = self.cells.iter().find(|(at, _)| *at == column);
        found.map_or("", |(_, text)| text.as_str())
    }
}

pub(super) const ROWS_MAX: usize = 1_000_000;
const COLUMNS_MAX: usize = 1_000;
const CELL_BYTES_MAX: usize = 65_536;

impl Sheet {
    /// Adds a column. A name that is there already gets a number, an empty one its position.
    pub(super) fn add_column(&mut self, name: &str, line: usize) -> Result<usize, ImportError> {
        let at = self.columns.len();
        if at == COLUMNS_MAX {
            return Err(ImportError::TooLarge { line, what: "there are more columns", max: at });
        }
        check_cell(name, line)?;
        let name = match name.trim() {
            "" => format!("column {}", at + 1),
            name => name.to_owned(),
        };
        let numbered = (1..).map(|number| match number {
            1 => name.clone(),
            _ => format!("{name} ({number})"),
        });
        let free = numbered.into_iter().find(|name| !self.by_name.contains_key(name));
        let name = free.unwrap_or(name);
        self.by_name.insert(name.clone(), at);
        self.columns.push(name);
        Ok(at)
    }

    /// The position of a column by its name; it is added where there is none yet.
    pub(super) fn column(&mut self, name: &str, line: usize) -> Result<usize, ImportError> {
        match self.by_name.get(name.trim()) {
            Some(at) => Ok(*at),
            None => self.add_column(name, line),
        }
    }

    pub(super) fn add_row(&mut self, row: SheetRow) -> Result<(), ImportError> {
        let SheetRow { line, ref cells } = row;
        if self.rows.len() == ROWS_MAX {
            return Err(ImportError::TooLarge { line, what: "there are more rows", max: ROWS_MAX });
        }
        for (_, cell) in cells {
            check_cell(cell, line)?;
        }
        if cells.iter().all(|(_, cell)| cell.trim().is_empty()) {
            self.rows_blank += 1;
        } else {
            self.rows.push(row);
        }
        Ok(())
    }

    /// Reads a CSV whose first row is its header.
    ///
    /// # Errors
    ///
    /// Where it ends inside of quotes, is too large, or has no header.
    pub(super) fn from_csv(text: &str) -> Result<Self, ImportError> {
        let delimiter = delimiter(text);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let mut sheet = Self::default();
        let mut record = csv::StringRecord::new();
        let mut lines = Lines { text, start: 0, line: 1 };
        let mut names = 0;
        while reader.read_record(&mut record).map_err(|error| malformed(lines.line, &error))? {
            lines.advance_to(&record);
            if names == 0 {
                names = record.len();
                for name in &record {
                    sheet.add_column(name, lines.line)?;
                }
                continue;
            }
            sheet.add_record(&record, names, lines.line)?;
        }
        let tail = text.get(lines.start..).unwrap_or_default();
        if ends_in_quotes(tail, delimiter) {
            let what = "the row that begins here ends inside of quotes: is the file cut off?";
            return Err(ImportError::Malformed { line: lines.line, what: what.to_owned() });
        }
        if names == 0 { Err(ImportError::Empty) } else { Ok(sheet) }
    }

    fn add_record(
        &mut self,
        record: &csv::StringRecord,
        names: usize,
        line: usize,
    ) -> Result<(), ImportError> {
        let filled = record.iter().enumerate().filter(|(_, text)| !text.is_empty());
        let mut cells = Vec::new();
        for (at, text) in filled {
            while self.columns.len() <= at {
                self.add_column("", line)?;
            }
            cells.push((at, text.to_owned()));
        }
        let before = self.rows.len();
        self.add_row(SheetRow { line, cells })?;
        let reason = match record.len() {
            _ if before == self.rows.len() => return Ok(()),
            cells if cells < names => ImportDefectReason::FewCells,
            cells if cells > names => ImportDefectReason::ManyCells,
            _ => return Ok(()),
        };
        self.defects.push(ImportDefect {
            line,
            row: self.rows.len(),
            column: String::new(),
            text: record.len().to_string(),
            reason,
        });
        Ok(())
    }
}

fn check_cell(text: &str, line: usize) -> Result<(), ImportError> {
    if text.len() > CELL_BYTES_MAX {
        let what = "a cell has more bytes";
        return Err(ImportError::TooLarge { line, what, max: CELL_BYTES_MAX });
    }
    Ok(())
}

fn malformed(line: usize, error: &csv::Error) -> ImportError {
    ImportError::Malformed {
        line,
        what: format!("behind this line the rows cannot be read: {error}"),
    }
}

/// The line of the record that is being read. The reader's own count is one behind after lines
/// that end in two signs.
struct Lines<'a> {
    text: &'a str,
    /// Where the record begins.
    start: usize,
    line: usize,
}

impl Lines<'_> {
    fn advance_to(&mut self, record: &csv::StringRecord) {
        let place = record.position().and_then(|place| usize::try_from(place.byte()).ok());
        let bytes = self.text.as_bytes();
        let mut start = place.unwrap_or(self.start);
        while matches!(bytes.get(start), Some(b'\n' | b'\r')) {
            start += 1;
        }
        let passed = bytes.get(self.start..start).unwrap_or_default();
        self.line += passed.iter().filter(|&&byte| byte == b'\n').count();
        self.start = start;
    }
}

/// What separates the cells of the header: most of commas, semicolons and tabs.
fn delimiter(text: &str) -> u8 {
    let header = text.trim_start().lines().next().unwrap_or_default();
    let count = |delimiter: u8| header.bytes().filter(|byte| *byte == delimiter).count();
    // The last of equals wins in `max_by_key`, and that has to be the comma.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// Whether a row is still inside of quotes where the text ends.
fn ends_in_quotes(row: &str, delimiter: u8) -> bool {
    let mut is_start = true;
    let mut is_quoted = false;
    for byte in row.bytes() {
        if is_quoted {
            // A doubled quote closes and opens again.
            is_quoted = byte != b'"';
            is_start = byte == b'"';
        } else {
            is_quoted = is_start && byte == b'"';
            is_start = byte == delimiter || byte == b'\n' || byte == b'\r';
        }
    }
    is_quoted
}

#[cfg(test)]
mod tests {
    use super::{Sheet, ends_in_quotes};
    use crate::import::ImportError;

    #[test]
    fn a_row_cut_off_inside_of_quotes_is_refused_with_its_line() {
        let error = Sheet::from_csv("a,b\n1,2\n3,\"4\n5\n").unwrap_err();
        assert!(matches!(error, ImportError::Malformed { line: 3, .. }), "{error:?}");
        for whole in ["a,\"b\"", "a,\"b \"\"c\"\"\"\n", "a,b\"c\n", "\"\"", ""] {
            assert!(!ends_in_quotes(whole, b','), "{whole}");
        }
        for cut in ["a,\"b", "\"", "a,\"b\"\"", "a\n\"b"] {
            assert!(ends_in_quotes(cut, b','), "{cut}");
        }
    }

    #[test]
    fn no_cell_is_lost() {
        let sheet = Sheet::from_csv("a,b,a,\n1,2\n\n,,,\n\"x\ny\",2,3,4,5\n").unwrap();
        assert_eq!(sheet.columns, ["a", "b", "a (2)", "column 4", "column 5"]);
        assert_eq!((sheet.rows.len(), sheet.rows_blank), (2, 1));
        assert_eq!(sheet.rows[1].line, 5);
        let cells: Vec<&str> = (0..5).map(|at| sheet.rows[1].cell(at)).collect();
        assert_eq!(cells, ["x\ny", "2", "3", "4", "5"]);
        let defects: Vec<String> = sheet.defects.iter().map(ToString::to_string).collect();
        assert_eq!(
            defects,
            [
                "line 2 (row 1): `2` cells are fewer than the header has",
                "line 5 (row 2): `5` cells are more than the header has",
            ]
        );
    }

    #[test]
    fn limits_are_kept() {
        let header = "a,".repeat(1_001);
        assert!(matches!(Sheet::from_csv(&header), Err(ImportError::TooLarge { line: 1, .. })));
        let cell = format!("a,b\n1,{}\n", "x".repeat(65_537));
        assert!(matches!(Sheet::from_csv(&cell), Err(ImportError::TooLarge { line: 2, .. })));
        assert_eq!(Sheet::from_csv("").unwrap_err(), ImportError::Empty);
    }

    #[test]
    fn lines_are_counted_however_they_end() {
        for end in ["\n", "\r\n"] {
            let text = ["a,b", "", "1,\"2", "3\"", "", "4,5", ""].join(end);
            let lines: Vec<usize> =
                Sheet::from_csv(&text).unwrap().rows.iter().map(|row| row.line).collect();
            assert_eq!(lines, [3, 6], "{end:?}");
        }
    }

    #[test]
    fn semicolons_and_tabs_separate_too() {
        assert_eq!(Sheet::from_csv("a;b\n1;2\n").unwrap().rows[0].cell(1), "2");
        assert_eq!(Sheet::from_csv("a\tb\n1\t2\n").unwrap().rows[0].cell(1), "2");
    }
}
