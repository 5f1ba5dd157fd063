//! Opening files and telling what holds their table.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use crate::error::IngestError;
use crate::format::Container;
use crate::source::{Block, BlockError, Blocks, ParquetTable, header_of, keys_of};

/// An open file whose columns are known and whose rows are not read.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub(crate) name: Arc<str>,
    pub(crate) container: Container,
    pub(crate) names: Vec<String>,
    pub(crate) body: Body,
    pub(crate) bytes: u64,
    /// How many bytes were read.
    pub(crate) done: Arc<AtomicU64>,
}

/// What is read of a file.
#[derive(Debug)]
pub(crate) enum Body {
    /// A text: its first block, where in it the rows begin, and what follows.
    Text(Block, usize, Blocks),
    Parquet(ParquetTable),
}

/// Counts what is read through it.
struct Counted<R> {
    inner: R,
    done: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.done.fetch_add(u64::try_from(read).unwrap_or(0), Ordering::Relaxed);
        Ok(read)
    }
}

/// The name of a file in errors.
pub(crate) fn name_of(path: &Path) -> Arc<str> {
    Arc::from(path.to_string_lossy())
}

/// Opens a file and reads which columns it has.
pub(crate) fn open_file(path: &Path) -> Result<OpenFile, IngestError> {
    let name = name_of(path);
    let unreadable = |source| IngestError::Io { file: Arc::clone(&name), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    let mut magic = [0; 4];
    let length = read_up_to(&mut file, &mut magic).map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    if magic == *b"PAR1" {
        let done = Arc::new(AtomicU64::new(0));
        let table = ParquetTable::open(&name, path, &file)?;
        let names = table.names();
        let (container, body) = (Container::Parquet, Body::Parquet(table));
        return Ok(OpenFile { name, container, names, body, bytes, done });
    }
    open_reader(name, file, &magic[..length], bytes)
}

/// Opens a text that is in memory.
pub(crate) fn open_text_bytes(name: &str, text: Vec<u8>) -> Result<OpenFile, IngestError> {
    let magic: Vec<u8> = text.iter().copied().take(4).collect();
    let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
    open_reader(Arc::from(name), io::Cursor::new(text), &magic, bytes)
}

/// Opens a text that may be compressed, as its first bytes say.
fn open_reader(
    name: Arc<str>,
    inner: impl Read + Send + 'static,
    magic: &[u8],
    bytes: u64,
) -> Result<OpenFile, IngestError> {
    let done = Arc::new(AtomicU64::new(0));
    let is_compressed = magic.starts_with(&[0x1f, 0x8b]);
    let counted = Counted { inner, done: Arc::clone(&done) };
    let reader: Box<dyn Read + Send> =
        if is_compressed { Box::new(MultiGzDecoder::new(counted)) } else { Box::new(counted) };
    let (container, names, body) = open_text(&name, reader, is_compressed)?;
    Ok(OpenFile { name, container, names, body, bytes, done })
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read(&mut buffer[read..]) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

fn open_text(
    name: &Arc<str>,
    reader: Box<dyn Read + Send>,
    is_compressed: bool,
) -> Result<(Container, Vec<String>, Body), IngestError> {
    let unrecognised = |reason: &str| IngestError::Unrecognised {
        file: Arc::clone(name),
        reason: reason.to_owned(),
        near: Vec::new(),
    };
    let mut blocks = Blocks::new(reader);
    let block = blocks.next().map_err(|error| block_error(name, error))?;
    let Some(block) = block.filter(|block| !block.bytes.trim_ascii().is_empty()) else {
        return Err(unrecognised("it is empty"));
    };
    if block.has_nul {
        return Err(unrecognised("it holds NUL bytes: it is neither text nor Parquet"));
    }
    let first = block.bytes.trim_ascii_start();
    if first.starts_with(b"{") {
        let line = first.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let names = keys_of(line.trim_ascii());
        let names = names.ok_or_else(|| unrecognised("its first line is no JSON object"))?;
        let container = if is_compressed { Container::JsonLinesGz } else { Container::JsonLines };
        return Ok((container, names, Body::Text(block, 0, blocks)));
    }
    let header = header_of(&block.bytes);
    let (names, rows) = header.ok_or_else(|| unrecognised("its first line is not UTF-8"))?;
    let container = if is_compressed { Container::CsvGz } else { Container::Csv };
    Ok((container, names, Body::Text(block, rows, blocks)))
}

/// Why a text cannot be read on.
pub(crate) fn block_error(name: &Arc<str>, error: BlockError) -> IngestError {
    let file = Arc::clone(name);
    match error {
        BlockError::Io(source) => match source.kind() {
            io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
            | io::ErrorKind::UnexpectedEof => IngestError::Damaged {
                file,
                reason: format!("it cannot be decompressed: {source}"),
            },
            _ => IngestError::Io { file, source },
        },
        BlockError::Endless(line) => IngestError::BadRow {
            file,
            unit: "line",
            line,
            reason: "the row is over 64 MiB long: is a quote not closed?".to_owned(),
        },
    }
}
