//! A text cut into blocks of whole lines, so that several threads can decode it.
//!
//! Files are read, not mapped: a copy of a block out of the page cache costs a tenth of its
//! decoding, and a file that somebody shortens meanwhile is an error instead of a signal.

use std::fmt;
use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

/// Whole lines of a text.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    /// The number of the first line.
    pub(crate) line: u64,
    /// Whether there is a NUL byte, which no text has.
    pub(crate) has_nul: bool,
}

/// A text on its way into blocks.
pub(crate) struct Blocks {
    reader: Box<dyn Read + Send>,
    /// What was read behind the last whole line.
    rest: Vec<u8>,
    /// The number of the first line of the next block.
    line: u64,
    /// The bytes of the next block.
    target: usize,
    /// Whether a line may end inside quotes.
    has_quotes: bool,
    is_at_end: bool,
}

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocks").field("line", &self.line).finish_non_exhaustive()
    }
}

/// Why there is no next block.
#[derive(Debug)]
pub(crate) enum BlockError {
    /// The file cannot be read.
    Io(io::Error),
    /// A line does not end.
    Endless(u64),
}

/// The first block is small: it tells what a file is.
const FIRST_BYTES: usize = 64 << 10;
/// About 16,000 rows.
const BLOCK_BYTES: usize = 4 << 20;
/// A longer line is a quote that never ends, not data. Calldata has at most a few megabytes.
const LINE_BYTES_MAX: usize = 64 << 20;

/// Spreadsheets begin UTF-8 files with a byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

impl Blocks {
    /// The text of a reader.
    pub(crate) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self {
            reader,
            rest: Vec::new(),
            line: 1,
            target: FIRST_BYTES,
            has_quotes: true,
            is_at_end: false,
        }
    }

    /// The next block; `None` behind the last.
    pub(crate) fn next(&mut self) -> Result<Option<Block>, BlockError> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut target = self.target;
        self.target = BLOCK_BYTES;
        let end = loop {
            self.fill(&mut bytes, target).map_err(BlockError::Io)?;
            if self.line == 1 && without_mark(&bytes).trim_ascii_start().starts_with(b"{") {
                // In JSON no text holds the end of a line.
                self.has_quotes = false;
            }
            if self.is_at_end {
                break bytes.len();
            }
            match last_line_end(&bytes, self.has_quotes) {
                Some(end) => break end,
                None if bytes.len() >= LINE_BYTES_MAX => {
                    return Err(BlockError::Endless(self.line));
                }
                None => target = bytes.len().saturating_mul(2),
            }
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        if end < bytes.len() {
            self.rest = bytes[end..].to_vec();
            bytes.truncate(end);
        }
        let line = self.line;
        self.line += u64::try_from(memchr_iter(b'\n', &bytes).count()).unwrap_or(u64::MAX);
        if line == 1 && bytes.starts_with(MARK) {
            bytes.drain(..MARK.len());
        }
        let has_nul = memchr(0, &bytes).is_some();
        Ok(Some(Block { bytes, line, has_nul }))
    }

    /// Reads until there are so many bytes, or no more.
    fn fill(&mut self, bytes: &mut Vec<u8>, target: usize) -> io::Result<()> {
        let wanted = target.saturating_sub(bytes.len());
        bytes.reserve_exact(wanted);
        let limit = u64::try_from(wanted).unwrap_or(u64::MAX);
        let read = (&mut self.reader).take(limit).read_to_end(bytes)?;
        self.is_at_end = read < wanted;
        Ok(())
    }
}

/// Where the last line ends that lies in these bytes as a whole.
fn last_line_end(bytes: &[u8], has_quotes: bool) -> Option<usize> {
    if !has_quotes || memchr(b'"', bytes).is_none() {
        return memrchr(b'\n', bytes).map(|at| at + 1);
    }
    /// Where in a record a byte stands. A quote opens only at the start of a field.
    enum At {
        Start,
        Field,
        Quotes,
        Quote,
    }
    let (mut at, mut end) = (At::Start, None);
    for (index, byte) in bytes.iter().enumerate() {
        at = match (at, byte) {
            (At::Start, b'"') | (At::Quote, b'"') => At::Quotes,
            (At::Quotes, b'"') => At::Quote,
            (At::Quotes, _) => At::Quotes,
            (_, b'\n') => {
                end = Some(index + 1);
                At::Start
            }
            (_, b',' | b'\r') => At::Start,
            _ => At::Field,
        };
    }
    end
}
