//! A CSV file with a header, field by field, with the line of each.

use csv::{ByteRecord, Reader, ReaderBuilder};
use hawkshaw_model::Printable;

use crate::error::LedgerError;
use crate::place::Place;

/// A column that a file may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) is_mandatory: bool,
}

impl Column {
    /// A column that every file has.
    pub(crate) const fn mandatory(name: &'static str) -> Self {
        Self { name, is_mandatory: true }
    }

    /// A column that a file may lack.
    pub(crate) const fn optional(name: &'static str) -> Self {
        Self { name, is_mandatory: false }
    }
}

/// A CSV file held in memory. Columns are asked for by their number in a list of known columns,
/// wherever they stand in the file.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    reader: Reader<&'a [u8]>,
    record: ByteRecord,
    known: &'static [Column],
    /// Where each known column stands.
    positions: Vec<Option<usize>>,
    width: usize,
    place: Place,
    bytes: &'a [u8],
    /// The bytes of which `place.line` counts the lines.
    counted: usize,
}

/// A field longer than this is a quote that never ends, not data.
const FIELD_BYTES_MAX: usize = 64 << 10;

impl<'a> Table<'a> {
    /// Opens a file and reads its header.
    pub(crate) fn open(
        file: &str,
        bytes: &'a [u8],
        known: &'static [Column],
    ) -> Result<Self, LedgerError> {
        let bytes = without_mark(bytes);
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let mut record = ByteRecord::new();
        let is_there = reader.read_byte_record(&mut record).map_err(|e| io_error(file, e))?;
        let names = if is_there { names_of(file, &record)? } else { Vec::new() };
        let positions = positions(file, &names, known)?;
        let place = Place::new(file, 1);
        Ok(Self { reader, record, known, positions, width: names.len(), place, bytes, counted: 0 })
    }

    /// Goes to the next row; `false` behind the last.
    pub(crate) fn next_row(&mut self) -> Result<bool, LedgerError> {
        let from = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
        let is_there = self.reader.read_byte_record(&mut self.record);
        if !is_there.map_err(|e| io_error(&self.place.file, e))? {
            return Ok(false);
        }
        self.count_lines(from);
        if self.record.len() != self.width {
            let fields = self.record.len();
            let reason = format!("the row has {fields} fields, the header has {}", self.width);
            return Err(LedgerError::bad_row(self.place.clone(), reason));
        }
        if self.record.as_slice().contains(&0) {
            let reason = "the row holds a NUL byte: it is no text, or damaged";
            return Err(LedgerError::bad_row(self.place.clone(), reason));
        }
        Ok(true)
    }

    /// Where the row stands.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// A field of the row; empty where the file lacks the column.
    pub(crate) fn text(&self, column: usize) -> Result<&str, LedgerError> {
        let position = self.positions[column];
        let bytes = position.and_then(|at| self.record.get(at)).unwrap_or_default();
        if bytes.len() > FIELD_BYTES_MAX {
            let start = String::from_utf8_lossy(&bytes[..60]);
            return Err(self.bad(
                column,
                format!(
                    "`{}…` is {} bytes long: at most {FIELD_BYTES_MAX} are allowed (is a quote \
                     not closed?)",
                    Printable(&start),
                    bytes.len()
                ),
            ));
        }
        std::str::from_utf8(bytes).map_err(|_| {
            let start = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]);
            let reason = format!("`{}` is not UTF-8: save the file as UTF-8", Printable(&start));
            self.bad(column, reason)
        })
    }

    /// A field of the row that must hold something.
    pub(crate) fn filled(&self, column: usize) -> Result<&str, LedgerError> {
        match self.text(column)? {
            "" => Err(self.bad(column, "it is empty")),
            text => Ok(text),
        }
    }

    /// A whole number, or `None` where the field is empty.
    pub(crate) fn number<N>(&self, column: usize) -> Result<Option<N>, LedgerError>
    where
        N: TryFrom<u64>,
    {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        let number = Some(text)
            .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|text| text.parse::<u64>().ok())
            .and_then(|number| N::try_from(number).ok());
        let bits = 8 * size_of::<N>();
        number.map(Some).ok_or_else(|| {
            let text = Printable(text);
            self.bad(column, format!("`{text}` is no whole number of at most {bits} bits"))
        })
    }

    /// A whole number that must be there.
    pub(crate) fn filled_number<N>(&self, column: usize) -> Result<N, LedgerError>
    where
        N: TryFrom<u64>,
    {
        self.number(column)?.ok_or_else(|| self.bad(column, "it is empty"))
    }

    /// A field read by its own type, whose error says what is wrong.
    pub(crate) fn parsed<T>(&self, column: usize) -> Result<T, LedgerError>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        self.filled(column)?.parse().map_err(|error: T::Err| self.bad(column, error.to_string()))
    }

    /// The error of a field.
    pub(crate) fn bad(&self, column: usize, reason: impl Into<String>) -> LedgerError {
        LedgerError::BadField {
            place: self.place.clone(),
            column: self.known[column].name,
            reason: reason.into(),
        }
    }

    /// Counts the lines up to the row that begins at `from` or, after empty lines, behind it.
    fn count_lines(&mut self, from: usize) {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let passed = self.bytes.get(self.counted..from + blank).unwrap_or_default();
        self.place.line += passed.iter().filter(|b| **b == b'\n').count() as u64;
        self.counted = from + blank;
    }
}

/// The names in the header of a file, as it stands.
pub(crate) fn header(file: &str, bytes: &[u8]) -> Result<Vec<String>, LedgerError> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(without_mark(bytes));
    let mut record = ByteRecord::new();
    let is_there = reader.read_byte_record(&mut record).map_err(|e| io_error(file, e))?;
    if is_there { names_of(file, &record) } else { Ok(Vec::new()) }
}

/// The names of columns, for an error.
pub(crate) fn names(columns: &[Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    names.join(", ")
}

/// Spreadsheets begin UTF-8 files with a byte order mark.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn names_of(file: &str, record: &ByteRecord) -> Result<Vec<String>, LedgerError> {
    let name = |field: &[u8]| match std::str::from_utf8(field) {
        Ok(name) => Ok(name.to_owned()),
        Err(_) => Err(bad_header(file, "the header is not UTF-8: save the file as UTF-8".into())),
    };
    record.iter().map(name).collect()
}

/// Where each known column stands in a header.
fn positions(
    file: &str,
    names: &[String],
    known: &[Column],
) -> Result<Vec<Option<usize>>, LedgerError> {
    let is_known = |name: &&String| known.iter().any(|column| column.name == **name);
    if let Some(name) = names.iter().find(|name| !is_known(name)) {
        let reason =
            format!("unknown column `{}`: the columns are {}", Printable(name), self::names(known));
        return Err(bad_header(file, reason));
    }
    let position = |column: &Column| {
        let mut found = (0..names.len()).filter(|at| names[*at] == column.name);
        let first = found.next();
        if found.next().is_some() {
            return Err(bad_header(file, format!("column `{}` stands twice", column.name)));
        }
        if first.is_none() && column.is_mandatory {
            let reason = format!(
                "column `{}` is missing: the columns are {}",
                column.name,
                self::names(known)
            );
            return Err(bad_header(file, reason));
        }
        Ok(first)
    };
    known.iter().map(position).collect()
}

fn bad_header(file: &str, reason: String) -> LedgerError {
    LedgerError::BadHeader { file: file.to_owned(), reason }
}

fn io_error(file: &str, error: csv::Error) -> LedgerError {
    LedgerError::Io { file: file.to_owned(), source: error.into() }
}
