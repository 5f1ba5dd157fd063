//! Writing the file of an index, with a checksum for each page.

use std::io::Write;

use twox_hash::XxHash3_64;

use crate::index::bytes::PAGE_BYTES;
use crate::index::entry::put_entry;
use crate::index::error::IndexError;
use crate::index::layout::{self, Layout, Section};

/// Writes sections one after the other.
pub(super) struct PageWriter<'a> {
    out: &'a mut dyn Write,
    file: &'a str,
    layout: Layout,
    page: Vec<u8>,
    checksums: Vec<u8>,
    written: usize,
    entry: Vec<u8>,
    scratch: Vec<u8>,
}

impl<'a> PageWriter<'a> {
    /// Begins a file of sections of these lengths.
    pub(super) fn new(
        out: &'a mut dyn Write,
        file: &'a str,
        lengths: [usize; Section::ALL.len()],
        bits: u32,
    ) -> Result<Self, IndexError> {
        let layout = Layout::of(lengths, bits);
        let layout = layout.ok_or_else(|| IndexError::TooLarge("that many bytes".to_owned()))?;
        let mut writer = Self {
            out,
            file,
            layout,
            page: Vec::with_capacity(PAGE_BYTES),
            checksums: Vec::new(),
            written: 0,
            entry: Vec::new(),
            scratch: Vec::new(),
        };
        writer.put(&layout::head())?;
        Ok(writer)
    }

    /// Appends bytes.
    pub(super) fn put(&mut self, mut bytes: &[u8]) -> Result<(), IndexError> {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(PAGE_BYTES - self.page.len()));
            self.page.extend_from_slice(now);
            bytes = rest;
            if self.page.len() == PAGE_BYTES {
                self.end_page()?;
            }
        }
        Ok(())
    }

    /// Appends the entries of a key.
    pub(super) fn put_entry(
        &mut self,
        listings: &[u32],
        replays: &[&[u8]],
    ) -> Result<(), IndexError> {
        let mut entry = std::mem::take(&mut self.entry);
        entry.clear();
        put_entry(&mut entry, &mut self.scratch, listings, replays);
        let put = self.put(&entry);
        self.entry = entry;
        put
    }

    fn end_page(&mut self) -> Result<(), IndexError> {
        if self.page.is_empty() {
            return Ok(());
        }
        self.checksums.extend(XxHash3_64::oneshot(&self.page).to_le_bytes());
        let page = std::mem::take(&mut self.page);
        self.written += page.len();
        self.write(&page)?;
        self.page = page;
        self.page.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), IndexError> {
        self.out.write_all(bytes).map_err(|error| IndexError::Io {
            file: self.file.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> Result<(), IndexError> {
        self.end_page()?;
        if self.written != self.layout.end() {
            let text = "what changed while it was written: this is a bug";
            return Err(IndexError::TooLarge(text.to_owned()));
        }
        let mut tail = std::mem::take(&mut self.checksums);
        let footer = self.written + tail.len();
        tail.extend(self.layout.to_footer());
        let sum = XxHash3_64::oneshot(&tail);
        tail.extend(layout::trailer(self.written, footer, sum));
        self.write(&tail)?;
        self.out.flush().map_err(|error| IndexError::Io {
            file: self.file.to_owned(),
            reason: error.to_string(),
        })
    }
}
