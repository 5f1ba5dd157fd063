//! Writing a [`Container`](crate::store::container::Container).

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use zerocopy::IntoBytes;

use crate::store::container::footer::{
    ALIGNMENT, ColumnEntry, FooterHead, Header, LAYOUT, MAGIC, MAGIC_END, NAME_BYTES, Trailer,
};
use crate::store::container::{Element, FileInfo, Format};
use crate::store::disk::{Disk, DiskFile};
use crate::store::error::DiskError;
use crate::store::pages::{PAGE_BYTES, checksum};

const BUFFER_BYTES: usize = 16 * PAGE_BYTES;

/// Writes a file of columns, one after the other, holding no more than a buffer of it.
///
/// The file counts for nothing until [`finish`](Self::finish) gave its checksum.
pub(crate) struct ContainerWriter {
    file: Box<dyn DiskFile>,
    format: Format,
    buffer: Vec<u8>,
    /// Bytes before the buffer: whole pages.
    written: u64,
    checksums: Vec<u64>,
    columns: Vec<ColumnEntry>,
}

/// Writes a column; it ends where the next one begins.
#[derive(Debug)]
pub(crate) struct SectionWriter<'a, T> {
    container: &'a mut ContainerWriter,
    element: PhantomData<T>,
}

impl ContainerWriter {
    /// Begins a file, which must not exist.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn create(disk: &dyn Disk, path: &Path, format: Format) -> Result<Self, DiskError> {
        let Format { kind, version } = format;
        let mut writer = Self {
            file: disk.create(path)?,
            format,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            written: 0,
            checksums: Vec::new(),
            columns: Vec::new(),
        };
        let header = Header { magic: MAGIC, kind, version, layout: LAYOUT, zeros: [0; 44] };
        writer.append(header.as_bytes())?;
        Ok(writer)
    }

    /// Begins a column.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    ///
    /// # Panics
    ///
    /// When the name is not one to 24 bytes of ASCII, or taken: names are constants of programs.
    pub(crate) fn section<T: Element>(
        &mut self,
        name: &str,
    ) -> Result<SectionWriter<'_, T>, DiskError> {
        let mut padded = [0; NAME_BYTES];
        assert!(!name.is_empty() && name.is_ascii() && name.len() <= NAME_BYTES, "name `{name}`");
        padded[..name.len()].copy_from_slice(name.as_bytes());
        assert!(self.columns.iter().all(|column| column.name != padded), "two of name `{name}`");
        self.align()?;
        let element = u32::try_from(size_of::<T>()).expect("elements are a few bytes long");
        let start = self.position();
        let entry = ColumnEntry { name: padded, start, bytes: 0, element, zeros: [0; 12] };
        self.columns.push(entry);
        Ok(SectionWriter { container: self, element: PhantomData })
    }

    /// Writes a whole column.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn column<T: Element>(
        &mut self,
        name: &str,
        elements: &[T],
    ) -> Result<(), DiskError> {
        self.section(name)?.write(elements)
    }

    /// Writes the footer and waits until the bytes are safe. Its name is safe after
    /// [`Disk::sync_dir`].
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn finish(mut self) -> Result<FileInfo, DiskError> {
        self.align()?;
        let data_bytes = self.position();
        self.flush()?;
        let Format { kind, version } = self.format;
        let columns = u32::try_from(self.columns.len()).expect("a file has few columns");
        let head = FooterHead { kind, version, layout: LAYOUT, columns, data_bytes };
        let mut footer = head.as_bytes().to_vec();
        footer.extend_from_slice(self.columns.as_bytes());
        footer.extend_from_slice(self.checksums.as_bytes());
        let checksum = checksum(&footer);
        let file_bytes = data_bytes + footer.len() as u64 + size_of::<Trailer>() as u64;
        let trailer = Trailer { footer: data_bytes, checksum, file_bytes, magic: MAGIC_END };
        footer.extend_from_slice(trailer.as_bytes());
        self.file.append(&footer)?;
        self.file.sync()?;
        Ok(FileInfo { bytes: file_bytes, checksum })
    }

    fn position(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    fn align(&mut self) -> Result<(), DiskError> {
        let over = self.buffer.len() % ALIGNMENT;
        if over == 0 { Ok(()) } else { self.append(&[0; ALIGNMENT][over..]) }
    }

    fn append(&mut self, mut bytes: &[u8]) -> Result<(), DiskError> {
        while !bytes.is_empty() {
            let room = BUFFER_BYTES - self.buffer.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() == BUFFER_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DiskError> {
        self.checksums.extend(self.buffer.chunks(PAGE_BYTES).map(checksum));
        self.file.append(&self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

impl fmt::Debug for ContainerWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContainerWriter").field("file", &self.file).finish_non_exhaustive()
    }
}

impl<T: Element> SectionWriter<'_, T> {
    /// Adds elements.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn write(&mut self, elements: &[T]) -> Result<(), DiskError> {
        let bytes = elements.as_bytes();
        self.container.append(bytes)?;
        if let Some(column) = self.container.columns.last_mut() {
            column.bytes += bytes.len() as u64;
        }
        Ok(())
    }
}
