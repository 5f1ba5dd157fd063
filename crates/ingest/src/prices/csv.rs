//! Prices as comma-separated values.

use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder};
use memchr::memchr_iter;

use super::{ASSET, Columns, PriceFile, Reader, check_currency, read_price, read_time};
use crate::error::{IngestError, Refusal};
use crate::text::shown;

/// Reads the rows.
pub(super) fn read(file: &Arc<str>, bytes: &[u8]) -> Result<PriceFile, IngestError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut input = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = ByteRecord::new();
    let mut reader = Reader::new(file, "line");
    let damaged = |error: csv::Error| IngestError::Damaged {
        file: Arc::clone(file),
        reason: error.to_string(),
    };
    input.read_byte_record(&mut record).map_err(damaged)?;
    let names: Vec<String> =
        record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let columns = Columns::of(file, &names)?;
    let mut lines = Lines { bytes, at: 0, line: 1 };
    while input.read_byte_record(&mut record).map_err(damaged)? {
        let line = lines.at(record.position().map_or(0, csv::Position::byte));
        let row = row(&mut reader, &columns, names.len(), &record, line);
        row.map_err(|refusal| reader.error(refusal, line))?;
    }
    Ok(reader.found)
}

/// Counts lines on the way through a text. The reader of records counts them too, but takes a
/// record behind `\r\n` for one of the line before.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of a record that the reader says begins at a byte, or behind line ends there.
    fn at(&mut self, byte: u64) -> u64 {
        let mut start =
            usize::try_from(byte).unwrap_or(usize::MAX).clamp(self.at, self.bytes.len());
        while matches!(self.bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        let passed = memchr_iter(b'\n', &self.bytes[self.at..start]).count();
        self.line = self.line.saturating_add(u64::try_from(passed).unwrap_or(u64::MAX));
        self.at = start;
        self.line
    }
}

fn row(
    reader: &mut Reader,
    columns: &Columns,
    width: usize,
    record: &ByteRecord,
    line: u64,
) -> Result<(), Refusal> {
    if record.len() != width {
        let found = record.len();
        return Err(Refusal::row(format!("the row has {found} fields, the header has {width}")));
    }
    let text = |at: usize| {
        let field = record.get(at).unwrap_or_default();
        let text = std::str::from_utf8(field)
            .map_err(|_| Refusal::row(format!("`{}` is not UTF-8", shown(field))))?;
        Ok(text.trim())
    };
    if let Some(currency) = columns.currency {
        check_currency(text(currency)?)?;
    }
    let asset = text(columns.asset)?;
    if asset.is_empty() {
        return Err(Refusal::field(ASSET, "there is no asset"));
    }
    let time = read_time(text(columns.time)?)?;
    let price = read_price(text(columns.price)?)?;
    let source = columns.source.map_or(Ok(""), text)?;
    reader.add(line, asset, time, price, source)
}
