//! A file of named columns that is mapped and read in place.
//!
//! The layout is drawn in the module `footer`. Footer and trailer are checked when a file is
//! opened, the pages of a column when they are first read, so that opening costs as much as 8
//! bytes for each 16 KiB. The checksum of the footer covers the checksums of all pages and so the
//! whole file.
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

use crate::store::container::footer::{Column, Footer};
use crate::store::pages::{PAGE_BYTES, Pages};

pub(crate) mod footer;

/// What a container holds and in which version of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    /// Four letters that name the contents.
    pub(crate) kind: [u8; 4],
    /// The version written, and the newest one read; versions start at 1.
    pub(crate) version: u32,
}

/// What tells one finished file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileInfo {
    /// Its length.
    pub(crate) bytes: u64,
    /// The checksum of its footer, which covers the checksums of all its pages.
    pub(crate) checksum: u64,
}

/// An element of a column.
pub(crate) trait Element:
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
pub(crate) struct Container {
    map: Mmap,
    path: String,
    pages: Pages,
    data_bytes: usize,
    version: u32,
    info: FileInfo,
    columns: Vec<Column>,
}

/// A column of an open file: a handle that is cheap to read from and to clone.
pub(crate) struct Section<T> {
    container: Arc<Container>,
    start: usize,
    len: usize,
    element: PhantomData<T>,
}

impl Container {
    /// Opens a file of this kind, of this version or an older one.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is something else or newer, was cut off, or its footer is damaged.
    pub(crate) fn open(path: &Path, format: Format) -> Result<Arc<Self>, ReadError> {
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
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The version of its contents.
    #[cfg(test)]
    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    /// What tells it from other files.
    pub(crate) fn info(&self) -> FileInfo {
        self.info
    }

    /// The columns: name and bytes, in the order of the file.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, u64)> {
        self.columns.iter().map(|column| (column.name.as_str(), column.bytes as u64))
    }

    /// A column, to be looked up once.
    ///
    /// # Errors
    ///
    /// When there is none of this name and type.
    pub(crate) fn section<T: Element>(
        self: &Arc<Self>,
        name: &str,
    ) -> Result<Section<T>, ReadError> {
        self.section_if_any(name)?
            .ok_or_else(|| self.error(self.data_bytes, format!("it has no column `{name}`")))
    }

    /// A column that a file need not have.
    ///
    /// # Errors
    ///
    /// When it has elements of another length.
    pub(crate) fn section_if_any<T: Element>(
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
    pub(crate) fn verify_all(&self) -> Vec<ReadError> {
        let wrong = self.pages.wrong(&self.map[..self.data_bytes]);
        wrong.map(|offset| self.wrong_page(offset)).collect()
    }

    /// An error about a byte of this file.
    pub(crate) fn error(&self, offset: usize, reason: impl Into<String>) -> ReadError {
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
        let mut debug = f.debug_struct("Container");
        debug.field("path", &self.path).field("version", &self.version).finish_non_exhaustive()
    }
}

impl<T: Element> Section<T> {
    /// How many elements there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The file that it is in.
    pub(crate) fn container(&self) -> &Arc<Container> {
        &self.container
    }

    /// The file that it is in, as errors name it.
    pub(crate) fn file(&self) -> &str {
        &self.container.path
    }

    /// Where an element begins in the file.
    pub(crate) fn offset_of(&self, index: usize) -> u64 {
        self.start.saturating_add(index.saturating_mul(size_of::<T>())) as u64
    }

    /// Elements, in place. Their pages are checked when they are first read.
    ///
    /// # Errors
    ///
    /// When they are damaged, or beyond the end.
    #[inline]
    pub(crate) fn get(&self, range: Range<usize>) -> Result<&[T], ReadError> {
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
    pub(crate) fn at(&self, index: usize) -> Result<T, ReadError> {
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
    pub(crate) fn all(&self) -> Result<&[T], ReadError> {
        self.get(0..self.len)
    }

    /// An error about an element that was read and cannot be right.
    #[cold]
    pub(crate) fn error(&self, index: usize, reason: impl Into<String>) -> ReadError {
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

#[cfg(test)]
mod tests;
