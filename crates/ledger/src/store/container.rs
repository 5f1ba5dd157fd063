//! A file of named columns that is mapped and read in place.
//!
//! ```text
//! header    64 bytes  magic 8 | kind 4 | version u32 | layout u32 | zeros 44
//! columns             each from a multiple of 64 on, filled up with zeros
//! footer              kind 4 | version u32 | layout u32 | columns u32 | bytes before it u64
//!           56 each   name 24 | starts at u64 | bytes u64 | bytes of an element u32 | zeros 12
//!            8 each   XXH3-64 of each 16 KiB of the file before the footer
//! trailer   32 bytes  footer starts at u64 | XXH3-64 of the footer u64 | bytes of the file u64
//!                     | magic 8
//! ```
//!
//! Numbers are little-endian. Footer and trailer are checked when a file is opened, the pages of
//! a column when they are first read, so that opening costs as much as 8 bytes for each 16 KiB.
//! The checksum of the footer covers the checksums of all pages and so the whole file.
//!
//! **About the map.** A file is never changed once it is finished: it is written under a name
//! that nothing reads, and later removed as a whole, which leaves maps of it intact. Its length is
//! checked when it is opened. If somebody else cuts it off while it is mapped, or the medium
//! fails, the operating system ends the process when the lost bytes are read; if somebody else
//! changes bytes that were checked before, the changed bytes are read.

use std::fmt;
use std::fs::File;
use std::marker::PhantomData;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_model::ReadError;
use memmap2::Mmap;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::store::pages::{PAGE_BYTES, Pages, checksum};

pub(crate) const MAGIC: [u8; 8] = *b"HAWKSHAW";
pub(crate) const MAGIC_END: [u8; 8] = *b"WAHSKWAH";
pub(crate) const LAYOUT: u32 = 1;
pub(crate) const ALIGNMENT: usize = 64;
pub(crate) const NAME_BYTES: usize = 24;
const COLUMNS_MAX: usize = 1024;

/// What a container holds and in which version of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Four letters that name the contents.
    pub kind: [u8; 4],
    /// The version written, and the newest one read; versions start at 1.
    pub version: u32,
}

/// What tells one finished file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileInfo {
    /// Its length.
    pub bytes: u64,
    /// The checksum of its footer, which covers the checksums of all its pages.
    pub checksum: u64,
}

/// An element of a column.
pub trait Element:
    FromBytes + IntoBytes + Immutable + KnownLayout + Copy + Send + Sync + 'static
{
}

impl Element for u8 {}
impl Element for u16 {}
impl Element for u32 {}
impl Element for u64 {}
impl Element for [u8; 20] {}
impl Element for [u8; 32] {}

/// An open file of columns.
pub struct Container {
    map: Mmap,
    path: String,
    pages: Pages,
    data_bytes: usize,
    version: u32,
    info: FileInfo,
    columns: Vec<Column>,
}

/// A column of an open file: a handle that is cheap to read from and to clone.
pub struct Section<T> {
    container: Arc<Container>,
    start: usize,
    len: usize,
    element: PhantomData<T>,
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    start: usize,
    bytes: usize,
    element: usize,
}

#[derive(FromBytes, IntoBytes, Immutable, Clone, Copy)]
#[repr(C)]
pub(crate) struct Header {
    pub(crate) magic: [u8; 8],
    pub(crate) kind: [u8; 4],
    pub(crate) version: u32,
    pub(crate) layout: u32,
    pub(crate) zeros: [u8; 44],
}

#[derive(FromBytes, IntoBytes, Immutable, Clone, Copy)]
#[repr(C)]
pub(crate) struct FooterHead {
    pub(crate) kind: [u8; 4],
    pub(crate) version: u32,
    pub(crate) layout: u32,
    pub(crate) columns: u32,
    pub(crate) data_bytes: u64,
}

#[derive(FromBytes, IntoBytes, Immutable, Clone, Copy)]
#[repr(C)]
pub(crate) struct ColumnEntry {
    pub(crate) name: [u8; NAME_BYTES],
    pub(crate) start: u64,
    pub(crate) bytes: u64,
    pub(crate) element: u32,
    pub(crate) zeros: [u8; 12],
}

#[derive(FromBytes, IntoBytes, Immutable, Clone, Copy)]
#[repr(C)]
pub(crate) struct Trailer {
    pub(crate) footer: u64,
    pub(crate) checksum: u64,
    pub(crate) file_bytes: u64,
    pub(crate) magic: [u8; 8],
}

const HEADER_BYTES: usize = size_of::<Header>();
const TRAILER_BYTES: usize = size_of::<Trailer>();
const _: () = assert!(HEADER_BYTES == 64 && size_of::<FooterHead>() == 24);
const _: () = assert!(size_of::<ColumnEntry>() == 56 && TRAILER_BYTES == 32);

impl Container {
    /// Opens a file of this kind, of this version or an older one.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is something else or newer, was cut off, or its footer is damaged.
    pub fn open(path: &Path, format: Format) -> Result<Arc<Self>, ReadError> {
        let name = path.display().to_string();
        let refused = |offset: usize, reason: String| ReadError::new(&*name, offset as u64, reason);
        let map = map(path).map_err(|e| refused(0, format!("cannot be opened: {e}")))?;
        let bytes = &map[..];
        let parsed =
            Footer::read(bytes, format).map_err(|(offset, reason)| refused(offset, reason))?;
        Ok(Arc::new(Self {
            pages: Pages::new(parsed.checksums),
            data_bytes: parsed.data_bytes,
            version: parsed.version,
            info: parsed.info,
            columns: parsed.columns,
            path: name,
            map,
        }))
    }

    /// The file, as errors name it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The version of its contents.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// What tells it from other files.
    pub fn info(&self) -> FileInfo {
        self.info
    }

    /// The columns: name and bytes, in the order of the file.
    pub fn columns(&self) -> impl Iterator<Item = (&str, u64)> {
        self.columns.iter().map(|column| (column.name.as_str(), column.bytes as u64))
    }

    /// A column, to be looked up once.
    ///
    /// # Errors
    ///
    /// When there is none of this name and type.
    pub fn section<T: Element>(self: &Arc<Self>, name: &str) -> Result<Section<T>, ReadError> {
        self.section_if_any(name)?
            .ok_or_else(|| self.error(self.data_bytes, format!("it has no column `{name}`")))
    }

    /// A column that a file need not have.
    ///
    /// # Errors
    ///
    /// When it has elements of another length.
    pub fn section_if_any<T: Element>(
        self: &Arc<Self>,
        name: &str,
    ) -> Result<Option<Section<T>>, ReadError> {
        let Some(column) = self.columns.iter().find(|column| column.name == name) else {
            return Ok(None);
        };
        if column.element != size_of::<T>() {
            let reason = format!(
                "column `{name}` has elements of {} bytes instead of {}",
                column.element,
                size_of::<T>()
            );
            return Err(self.error(self.data_bytes, reason));
        }
        Ok(Some(Section {
            container: Arc::clone(self),
            start: column.start,
            len: column.bytes / size_of::<T>(),
            element: PhantomData,
        }))
    }

    /// Checks every page, whatever was checked before; gives one error for each that is wrong.
    pub fn verify_all(&self) -> Vec<ReadError> {
        let wrong = self.pages.wrong(&self.map[..self.data_bytes]);
        wrong.map(|offset| self.wrong_page(offset)).collect()
    }

    /// An error about a byte of this file.
    pub fn error(&self, offset: usize, reason: impl Into<String>) -> ReadError {
        ReadError::new(&*self.path, offset as u64, reason)
    }

    /// Bytes before the footer, whose pages are checked.
    #[inline]
    fn read(&self, bytes: Range<usize>) -> Result<&[u8], ReadError> {
        let data = &self.map[..self.data_bytes];
        self.pages.check(data, bytes.clone()).map_err(|offset| self.wrong_page(offset))?;
        data.get(bytes.clone()).ok_or_else(|| self.outside(bytes))
    }

    #[cold]
    fn wrong_page(&self, offset: u64) -> ReadError {
        ReadError::new(
            &*self.path,
            offset,
            format!("the {PAGE_BYTES} bytes from here on do not have their checksum"),
        )
    }

    #[cold]
    fn outside(&self, bytes: Range<usize>) -> ReadError {
        self.error(bytes.start, format!("no data up to byte {}", bytes.end))
    }
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Container").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<T: Element> Section<T> {
    /// How many elements there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The file that it is in.
    pub fn container(&self) -> &Arc<Container> {
        &self.container
    }

    /// The file that it is in, as errors name it.
    pub fn file(&self) -> &str {
        &self.container.path
    }

    /// Where an element begins in the file.
    pub fn offset_of(&self, index: usize) -> u64 {
        self.start.saturating_add(index.saturating_mul(size_of::<T>())) as u64
    }

    /// Elements, in place. Their pages are checked when they are first read.
    ///
    /// # Errors
    ///
    /// When they are damaged, or beyond the end.
    #[inline]
    pub fn get(&self, range: Range<usize>) -> Result<&[T], ReadError> {
        if range.start > range.end || range.end > self.len {
            return Err(self.beyond(range));
        }
        let at = |element: usize| self.start + element * size_of::<T>();
        let bytes = self.container.read(at(range.start)..at(range.end))?;
        <[T]>::ref_from_bytes(bytes).map_err(|_| self.beyond(range))
    }

    /// One element.
    ///
    /// # Errors
    ///
    /// When it is damaged, or beyond the end.
    #[inline]
    pub fn at(&self, index: usize) -> Result<T, ReadError> {
        match self.get(index..index.saturating_add(1))? {
            [element] => Ok(*element),
            _ => Err(self.beyond(index..index)),
        }
    }

    /// All elements.
    ///
    /// # Errors
    ///
    /// When one of them is damaged.
    pub fn all(&self) -> Result<&[T], ReadError> {
        self.get(0..self.len)
    }

    /// An error about an element that was read and cannot be right.
    #[cold]
    pub fn error(&self, index: usize, reason: impl Into<String>) -> ReadError {
        ReadError::new(self.file(), self.offset_of(index), reason)
    }

    #[cold]
    fn beyond(&self, range: Range<usize>) -> ReadError {
        let reason = format!("elements {range:?} of a column of {} were asked for", self.len);
        self.container.error(self.start, reason)
    }
}

impl<T> Clone for Section<T> {
    fn clone(&self) -> Self {
        Self { container: Arc::clone(&self.container), ..*self }
    }
}

impl<T> fmt::Debug for Section<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Section")
            .field("path", &self.container.path)
            .field("start", &self.start)
            .field("len", &self.len)
            .finish()
    }
}

#[expect(
    unsafe_code,
    reason = "a map is the only way to read a file in place; see the module for what keeps its \
              bytes as they are, and what happens if somebody changes them"
)]
fn map(path: &Path) -> std::io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: files of a store are immutable from before they can be opened until after they are
    // removed, so nothing that the map shows changes while it is borrowed.
    unsafe { Mmap::map(&file) }
}

/// What the end of a file says of the rest.
struct Footer {
    version: u32,
    info: FileInfo,
    data_bytes: usize,
    columns: Vec<Column>,
    checksums: Box<[u64]>,
}

type Refused = (usize, String);

impl Footer {
    fn read(file: &[u8], format: Format) -> Result<Self, Refused> {
        check_header(file, format)?;
        let trailer = read_trailer(file)?;
        let end = file.len() - TRAILER_BYTES;
        let start = usize::try_from(trailer.footer).unwrap_or(usize::MAX);
        let wrong = |reason: &str| (end, reason.to_owned());
        if start < HEADER_BYTES || start > end || !start.is_multiple_of(ALIGNMENT) {
            return Err(wrong("its end does not say where its footer is"));
        }
        let footer = &file[start..end];
        if checksum(footer) != trailer.checksum {
            return Err((start, "its footer does not have its checksum".to_owned()));
        }
        let info = FileInfo { bytes: trailer.file_bytes, checksum: trailer.checksum };
        Self::parse(footer, start, info)
            .filter(|(kind, _)| *kind == format.kind)
            .map(|(_, footer)| footer)
            .filter(|footer| check_version(footer.version, format).is_ok())
            .ok_or_else(|| (start, "its footer contradicts itself or its header".to_owned()))
    }

    /// A footer whose checksum is right; `None` if it makes no sense all the same.
    fn parse(footer: &[u8], data_bytes: usize, info: FileInfo) -> Option<([u8; 4], Self)> {
        let (head, rest) = FooterHead::read_from_prefix(footer).ok()?;
        let count = usize::try_from(head.columns).ok().filter(|count| *count <= COLUMNS_MAX)?;
        let (entries, sums) = rest.split_at_checked(count * size_of::<ColumnEntry>())?;
        let pages = data_bytes.div_ceil(PAGE_BYTES);
        let said = usize::try_from(head.data_bytes).ok()?;
        if head.layout != LAYOUT || said != data_bytes || sums.len() != pages * size_of::<u64>() {
            return None;
        }
        let mut columns: Vec<Column> = Vec::with_capacity(count);
        for entry in entries.chunks_exact(size_of::<ColumnEntry>()) {
            let column = parse_column(&ColumnEntry::read_from_bytes(entry).ok()?)?;
            let before = columns.last().map_or(HEADER_BYTES, |last| last.start + last.bytes);
            if column.start < before || column.start.checked_add(column.bytes)? > data_bytes {
                return None;
            }
            columns.push(column);
        }
        let words = sums.chunks_exact(size_of::<u64>());
        let checksums = words.map(|word| u64::read_from_bytes(word).ok()).collect::<Option<_>>()?;
        Some((head.kind, Self { version: head.version, info, data_bytes, columns, checksums }))
    }
}

fn parse_column(entry: &ColumnEntry) -> Option<Column> {
    let name = entry.name.split(|byte| *byte == 0).next()?;
    let column = Column {
        name: String::from_utf8(name.to_vec()).ok()?,
        start: usize::try_from(entry.start).ok()?,
        bytes: usize::try_from(entry.bytes).ok()?,
        element: usize::try_from(entry.element).ok()?,
    };
    let whole = column.element != 0 && column.bytes.is_multiple_of(column.element);
    (whole && column.start.is_multiple_of(ALIGNMENT)).then_some(column)
}

fn check_header(file: &[u8], format: Format) -> Result<(), Refused> {
    let (header, _) = Header::read_from_prefix(file)
        .map_err(|_| (0, "it is too short to be a file of a store".to_owned()))?;
    if header.magic != MAGIC {
        return Err((0, "it is not a file of a store".to_owned()));
    }
    if header.kind != format.kind {
        let (is, wanted) = (header.kind.escape_ascii(), format.kind.escape_ascii());
        return Err((8, format!("it holds `{is}` instead of `{wanted}`")));
    }
    check_version(header.version, format).map_err(|reason| (12, reason))?;
    if header.layout != LAYOUT {
        let reason = format!(
            "it has layout {} and this program reads layout {LAYOUT}: use the program that wrote it",
            header.layout
        );
        return Err((16, reason));
    }
    Ok(())
}

fn check_version(version: u32, format: Format) -> Result<(), String> {
    match version {
        0 => Err("it has no version".to_owned()),
        _ if version > format.version => Err(format!(
            "it has version {version} and this program reads up to {}: use a newer program",
            format.version
        )),
        _ => Ok(()),
    }
}

fn read_trailer(file: &[u8]) -> Result<Trailer, Refused> {
    let cut = || (file.len(), "it was cut off, or never finished".to_owned());
    if file.len() < HEADER_BYTES + TRAILER_BYTES {
        return Err(cut());
    }
    let (_, trailer) = Trailer::read_from_suffix(file).map_err(|_| cut())?;
    if trailer.magic != MAGIC_END {
        return Err(cut());
    }
    if trailer.file_bytes != file.len() as u64 {
        let reason = format!("it has {} bytes instead of {}", file.len(), trailer.file_bytes);
        return Err((file.len() - TRAILER_BYTES, reason));
    }
    Ok(trailer)
}

#[cfg(test)]
mod tests;
