//! Comma-separated values.

use csv::{ByteRecord, ReaderBuilder};
use memchr::{memchr, memchr_iter, memchr2};

use super::{Block, Layout};
use crate::cell::Cell;
use crate::error::{IngestError, Refusal};
use crate::fields::Fields;
use crate::sink::Sink;

/// The header of a file, and where in its first block the rows begin. `None` where the header
/// is no text.
pub(crate) fn header_of(bytes: &[u8]) -> Option<(Vec<String>, usize)> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = ByteRecord::new();
    if !reader.read_byte_record(&mut record).ok()? {
        return Some((Vec::new(), bytes.len()));
    }
    let names = record.iter().map(|name| Some(std::str::from_utf8(name).ok()?.trim().to_owned()));
    let names = names.collect::<Option<Vec<String>>>()?;
    let mut end = usize::try_from(reader.position().byte()).ok()?.min(bytes.len());
    // The reader stops between the two bytes of a line end.
    if bytes.get(end) == Some(&b'\n') && end > 0 && bytes[end - 1] == b'\r' {
        end += 1;
    }
    Some((names, end))
}

/// Where a record ends.
enum Split {
    /// So many fields, and the record ends before this byte.
    Fields(usize, usize),
    /// A field has to be unescaped.
    Escaped,
}

/// Decodes the rows of a block from a byte on.
pub(crate) fn decode_csv(
    block: &Block,
    from: usize,
    layout: &Layout,
    sink: &mut Sink,
) -> Result<(), IngestError> {
    let bytes = &block.bytes[..];
    let mut line = block.line + lines_in(&bytes[..from]);
    let mut cells = vec![Cell::Null; layout.table.decoder.fields];
    let mut at = from;
    while at < bytes.len() {
        if let Some(skipped) = blank(&bytes[at..]) {
            line += lines_in(&bytes[at..at + skipped]);
            at += skipped;
            continue;
        }
        let (end, decoded) = match split(bytes, at, layout, &mut cells) {
            Split::Fields(width, end) => {
                let row = &bytes[at..end];
                (end, decode(row, width, &cells, block.has_nul, line, layout, sink))
            }
            Split::Escaped => decode_escaped(bytes, at, line, layout, sink),
        };
        decoded.map_err(|refusal| refusal.at(&layout.file, "line", line))?;
        line += lines_in(&bytes[at..end]);
        at = end;
    }
    Ok(())
}

fn lines_in(bytes: &[u8]) -> u64 {
    u64::try_from(memchr_iter(b'\n', bytes).count()).unwrap_or(u64::MAX)
}

/// How many bytes of an empty line there are.
fn blank(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'\r', b'\n', ..] => Some(2),
        [b'\n' | b'\r', ..] => Some(1),
        _ => None,
    }
}

/// Decodes a row that is split.
fn decode<'a>(
    row: &'a [u8],
    width: usize,
    cells: &[Cell<'a>],
    may_have_nul: bool,
    line: u64,
    layout: &Layout,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    if width != layout.names.len() {
        let reason = format!("the row has {width} fields, the header has {}", layout.names.len());
        return Err(Refusal::row(reason));
    }
    if may_have_nul && memchr(0, row).is_some() {
        return Err(Refusal::row("the row holds a NUL byte: it is no text, or damaged"));
    }
    let fields = Fields { cells, table: layout.table, names: &layout.names, line };
    (layout.table.decoder.row)(&fields, sink)
}

/// Finds the fields of the record that begins at a byte.
fn split<'a>(bytes: &'a [u8], from: usize, layout: &Layout, cells: &mut [Cell<'a>]) -> Split {
    let (mut at, mut width) = (from, 0);
    loop {
        let (text, end) = if bytes.get(at) == Some(&b'"') {
            let Some(close) = memchr(b'"', &bytes[at + 1..]).map(|length| at + 1 + length) else {
                return Split::Escaped;
            };
            match bytes.get(close + 1) {
                None | Some(b',' | b'\n') => (&bytes[at + 1..close], close + 1),
                Some(b'\r') if bytes.get(close + 2).is_none_or(|byte| *byte == b'\n') => {
                    (&bytes[at + 1..close], (close + 2).min(bytes.len()))
                }
                _ => return Split::Escaped,
            }
        } else {
            let end = memchr2(b',', b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
            let text = &bytes[at..end];
            let is_last = bytes.get(end) != Some(&b',');
            (if is_last { text.strip_suffix(b"\r").unwrap_or(text) } else { text }, end)
        };
        if let Some(Some(field)) = layout.fields.get(width) {
            cells[*field] = if text.is_empty() { Cell::Null } else { Cell::Text(text) };
        }
        width += 1;
        match bytes.get(end) {
            Some(b',') => at = end + 1,
            Some(_) => return Split::Fields(width, end + 1),
            None => return Split::Fields(width, end),
        }
    }
}

/// Decodes a row some field of which has quotes in it, and says where it ends.
fn decode_escaped(
    bytes: &[u8],
    from: usize,
    line: u64,
    layout: &Layout,
    sink: &mut Sink,
) -> (usize, Result<(), Refusal>) {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&bytes[from..]);
    let mut record = ByteRecord::new();
    let is_there = matches!(reader.read_byte_record(&mut record), Ok(true));
    let length = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
    let end = from.saturating_add(length.max(1)).min(bytes.len());
    if !is_there {
        return (end, Err(Refusal::row("the row is no CSV")));
    }
    let mut cells = vec![Cell::Null; layout.table.decoder.fields];
    for (text, field) in record.iter().zip(&layout.fields) {
        if let Some(field) = field
            && !text.is_empty()
        {
            cells[*field] = Cell::Text(text);
        }
    }
    (end, decode(record.as_slice(), record.len(), &cells, true, line, layout, sink))
}
