//! A CSV file with a header, field by field, with the line of each.

use csv::{ByteRecord, Reader, ReaderBuilder};
use hawkshaw_model::Printable;

/// Why a table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The file is no CSV.
    #[error("{file}: it cannot be read as CSV: {reason}")]
    Csv {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The header is not what it must be.
    #[error("{file} line 1: {reason}")]
    Header {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A row has too few or too many fields.
    #[error("{file} line {line}: {reason}")]
    Row {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// A field is not what its column holds.
    #[error("{file} line {line}, column `{column}`: {reason}")]
    Field {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// The column.
        column: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// A field longer than this is a quote that never ends, not data.
const FIELD_BYTES_MAX: usize = 4 << 10;

/// A column: its name, and whether every file has it.
pub(crate) type Column = (&'static str, bool);

/// A CSV file held in memory. Columns are asked for by their number in a list of known columns,
/// wherever they stand in the file.
#[derive(Debug)]
pub(crate) struct Sheet<'a> {
    file: &'a str,
    reader: Reader<&'a [u8]>,
    record: ByteRecord,
    columns: &'static [Column],
    positions: Vec<Option<usize>>,
    width: usize,
    line: u64,
}

impl<'a> Sheet<'a> {
    pub(crate) fn open(
        file: &'a str,
        bytes: &'a [u8],
        columns: &'static [Column],
    ) -> Result<Self, TableError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            let reason = "it is UTF-16: save the file as UTF-8".to_owned();
            return Err(TableError::Csv { file: file.to_owned(), reason });
        }
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let record = ByteRecord::new();
        let mut sheet = Self {
            file,
            reader,
            record,
            columns,
            positions: vec![None; columns.len()],
            width: 0,
            line: 1,
        };
        if !sheet.advance()? {
            return Err(sheet.bad_header("the file is empty: a header is needed".to_owned()));
        }
        sheet.read_header()?;
        Ok(sheet)
    }

    fn advance(&mut self) -> Result<bool, TableError> {
        let there = self.reader.read_byte_record(&mut self.record).map_err(|error| {
            TableError::Csv { file: self.file.to_owned(), reason: error.to_string() }
        })?;
        self.line = self.record.position().map_or(self.line, csv::Position::line);
        Ok(there)
    }

    fn bad_header(&self, reason: String) -> TableError {
        TableError::Header { file: self.file.to_owned(), reason }
    }

    fn read_header(&mut self) -> Result<(), TableError> {
        self.width = self.record.len();
        for (at, name) in self.record.iter().enumerate() {
            let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
            let known = self.columns.iter().position(|(column, _)| *column == name);
            if let Some(slot) = known.and_then(|known| self.positions.get_mut(known))
                && slot.replace(at).is_some()
            {
                return Err(self.bad_header(format!("the column `{name}` is there twice")));
            }
        }
        let found = self.columns.iter().zip(&self.positions);
        let missing = found.filter(|((_, needed), at)| *needed && at.is_none());
        let missing: Vec<&str> = missing.map(|((name, _), _)| *name).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let all: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        Err(self.bad_header(format!(
            "there is no column {}: the header is {}",
            missing.join(", "),
            all.join(",")
        )))
    }

    /// Goes to the next row; `false` behind the last. Rows without any text are passed over.
    pub(crate) fn next_row(&mut self) -> Result<bool, TableError> {
        while self.advance()? {
            if self.record.iter().all(|field| field.trim_ascii().is_empty()) {
                continue;
            }
            if self.record.len() != self.width {
                let (fields, width) = (self.record.len(), self.width);
                let reason = format!("the row has {fields} fields, the header has {width}");
                return Err(TableError::Row {
                    file: self.file.to_owned(),
                    line: self.line,
                    reason,
                });
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// A field of the row without blanks around it; empty where the file lacks the column.
    pub(crate) fn text(&self, column: usize) -> Result<&str, TableError> {
        let at = self.positions.get(column).copied().flatten();
        let bytes = at.and_then(|at| self.record.get(at)).unwrap_or_default();
        if bytes.len() > FIELD_BYTES_MAX {
            let length = bytes.len();
            let reason = format!(
                "it is {length} bytes long: at most {FIELD_BYTES_MAX} are allowed (is a quote not \
                 closed?)"
            );
            return Err(self.bad(column, reason));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.trim()),
            Err(_) => Err(self.bad(column, "it is not UTF-8: save the file as UTF-8")),
        }
    }

    /// That a field of the row is wrong.
    pub(crate) fn bad(&self, column: usize, reason: impl Into<String>) -> TableError {
        TableError::Field {
            file: self.file.to_owned(),
            line: self.line,
            column: self.columns.get(column).map_or("", |(name, _)| name),
            reason: reason.into(),
        }
    }
}

/// The start of a refused text.
pub(crate) fn shown(text: &str) -> String {
    Printable(text).to_string()
}
