//! The bytes of an index: mapped or in memory, checked page by page when they are first read.
//!
//! **About the map.** An index is written under a name that nothing reads and then renamed, and
//! never changed after that. If somebody else cuts the file off while it is mapped, or the medium
//! fails, the operating system ends the process when the lost bytes are read; if somebody else
//! changes bytes that were checked before, the changed bytes are read.

use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::{Advice, Mmap};
use twox_hash::XxHash3_64;

use crate::index::error::IndexError;

/// Bytes that one checksum covers. A page of most operating systems: what is read for a lookup is
/// what is checked for it.
pub(super) const PAGE_BYTES: usize = 4096;

/// Where bytes are.
enum Held {
    Map(Mmap),
    Memory(Vec<u8>),
}

/// The bytes of a file, of which pages are checked when they are first read.
pub(super) struct Bytes {
    file: String,
    held: Held,
    /// Bytes that pages cover; behind them stand checksums and footer.
    paged: usize,
    /// Where the checksums of the pages stand, checked as a whole before.
    checksums: Range<usize>,
    /// A bit for each page that was found right.
    checked: Vec<AtomicU64>,
}

impl Bytes {
    /// Maps a file. Nothing of it is checked yet.
    pub(super) fn map(path: &Path) -> Result<Self, IndexError> {
        let file = path.display().to_string();
        let io = |error: std::io::Error| IndexError::Io {
            file: file.clone(),
            reason: error.to_string(),
        };
        let opened = File::open(path).map_err(io)?;
        let length = opened.metadata().map_err(io)?.len();
        // A file without bytes cannot be mapped on every system.
        let held = if length == 0 {
            Held::Memory(Vec::new())
        } else {
            Held::Map(map(&opened).map_err(io)?)
        };
        if let Held::Map(map) = &held {
            // A lookup reads single pages all over the file. That it is not read ahead is a wish.
            let _ = map.advise(Advice::Random);
        }
        Ok(Self::of(file, held))
    }

    /// Takes bytes in memory.
    pub(super) fn memory(file: &str, bytes: Vec<u8>) -> Self {
        Self::of(file.to_owned(), Held::Memory(bytes))
    }

    fn of(file: String, held: Held) -> Self {
        Self { file, held, paged: 0, checksums: 0..0, checked: Vec::new() }
    }

    /// Says where the checksums of the pages stand, once they are known to be right.
    pub(super) fn set_pages(&mut self, paged: usize, checksums: Range<usize>) {
        let pages = paged.div_ceil(PAGE_BYTES);
        self.paged = paged;
        self.checksums = checksums;
        self.checked = (0..pages.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
    }

    /// Takes all pages for right: something else covers them.
    pub(super) fn set_trusted(&mut self, paged: usize) {
        self.set_pages(paged, 0..0);
        self.checked.iter_mut().for_each(|word| *word.get_mut() = u64::MAX);
    }

    /// What messages call the file.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// All bytes, unchecked.
    pub(super) fn raw(&self) -> &[u8] {
        match &self.held {
            Held::Map(map) => map,
            Held::Memory(bytes) => bytes,
        }
    }

    /// Bytes whose pages were found right.
    pub(super) fn get(&self, range: Range<usize>) -> Result<&[u8], IndexError> {
        if range.start > range.end || range.end > self.paged {
            return Err(self.damaged(range.start, "it points behind its end"));
        }
        if range.is_empty() {
            return Ok(&[]);
        }
        for page in range.start / PAGE_BYTES..=(range.end - 1) / PAGE_BYTES {
            self.check(page)?;
        }
        self.raw().get(range.clone()).ok_or_else(|| self.damaged(range.start, "it is cut off"))
    }

    fn check(&self, page: usize) -> Result<(), IndexError> {
        let start = page * PAGE_BYTES;
        let (word, bit) = (page / 64, 1u64 << (page % 64));
        let word =
            self.checked.get(word).ok_or_else(|| self.damaged(start, "there is no such page"))?;
        if word.load(Ordering::Relaxed) & bit != 0 {
            return Ok(());
        }
        let end = self.paged.min(start + PAGE_BYTES);
        let place = self.checksums.start + page * 8;
        let kept = self.raw().get(place..place + 8).and_then(|bytes| bytes.try_into().ok());
        let found = self.raw().get(start..end).map(XxHash3_64::oneshot);
        if kept.map(u64::from_le_bytes) != found || found.is_none() {
            return Err(self.damaged(start, "the checksum of this page is wrong"));
        }
        word.fetch_or(bit, Ordering::Relaxed);
        Ok(())
    }

    /// That something is wrong at a place.
    pub(super) fn damaged(&self, offset: usize, what: impl Into<String>) -> IndexError {
        IndexError::Damaged {
            file: self.file.clone(),
            offset: u64::try_from(offset).unwrap_or(u64::MAX),
            what: what.into(),
        }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bytes").field("file", &self.file).finish_non_exhaustive()
    }
}

#[expect(
    unsafe_code,
    reason = "a map is the only way to read a file in place; see the module for what keeps its \
              bytes as they are, and what happens if somebody changes them"
)]
fn map(file: &File) -> std::io::Result<Mmap> {
    // SAFETY: an index is renamed to its name once it is whole and never written again, so
    // nothing that the map shows changes while it is borrowed.
    unsafe { Mmap::map(file) }
}
