//! The bytes of an index: mapped or in memory, checked page by page when they are first read.
//!
//! **About the map.** An index is written under a name that nothing reads and then renamed, and
//! never changed after that. Somebody else may write over it all the same: so small files are not
//! mapped but read, and a file that is mapped is looked at before and after every answer. One
//! that was written to since it was opened gives no answer any more. What remains: if a large
//! file is cut off, or its medium fails, within the microseconds in which a lookup reads it, the
//! operating system ends the process.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use memmap2::{Advice, Mmap};
use twox_hash::XxHash3_64;

use crate::index::error::IndexError;

/// Bytes that one checksum covers. A page of most operating systems: what is read for a lookup is
/// what is checked for it.
pub(super) const PAGE_BYTES: usize = 4096;

/// Files up to this size are read into memory.
const MEMORY_BYTES_MAX: u64 = 32 << 20;

/// Where bytes are.
enum Held {
    Map(Mapped),
    Memory(Vec<u8>),
}

/// A file that is mapped, and how it looked when it was.
struct Mapped {
    map: Mmap,
    file: File,
    looks: Looks,
}

/// What changes when a file is written to: when that was last done, and its length.
type Looks = (Option<SystemTime>, u64);

fn looks(file: &File) -> std::io::Result<Looks> {
    let seen = file.metadata()?;
    Ok((seen.modified().ok(), seen.len()))
}

/// The bytes of a file, of which pages are checked when they are first read.
pub(super) struct Bytes {
    file: String,
    held: Held,
    /// Bytes that pages cover; behind them stand checksums and footer.
    paged: usize,
    /// The checksums of the pages, checked as a whole before.
    checksums: Vec<u64>,
    /// A bit for each page that was found right.
    checked: Vec<AtomicU64>,
}

impl Bytes {
    /// Opens a file. Nothing of it is checked yet.
    pub(super) fn open(path: &Path) -> Result<Self, IndexError> {
        let file = path.display().to_string();
        let io = |error: std::io::Error| IndexError::Io {
            file: file.clone(),
            reason: error.to_string(),
        };
        let mut opened = File::open(path).map_err(io)?;
        let looks = looks(&opened).map_err(io)?;
        if looks.1 <= MEMORY_BYTES_MAX {
            let mut bytes = Vec::new();
            opened.read_to_end(&mut bytes).map_err(io)?;
            return Ok(Self::memory(&file, bytes));
        }
        Self::map(file.clone(), opened, looks).map_err(io)
    }

    /// Maps a file that looked so when it was opened.
    fn map(name: String, file: File, looks: Looks) -> std::io::Result<Self> {
        let map = map(&file)?;
        // A lookup reads single pages all over the file. That it is not read ahead is a wish.
        let _ = map.advise(Advice::Random);
        Ok(Self::of(name, Held::Map(Mapped { map, file, looks })))
    }

    /// Takes bytes in memory.
    pub(super) fn memory(file: &str, bytes: Vec<u8>) -> Self {
        Self::of(file.to_owned(), Held::Memory(bytes))
    }

    fn of(file: String, held: Held) -> Self {
        Self { file, held, paged: 0, checksums: Vec::new(), checked: Vec::new() }
    }

    /// Fails where the file was written to since it was opened: what it says since then may be
    /// half of two things. What was read between two calls that did not fail is as it was.
    pub(super) fn check_unchanged(&self) -> Result<(), IndexError> {
        let Held::Map(mapped) = &self.held else { return Ok(()) };
        match looks(&mapped.file) {
            Ok(now) if now == mapped.looks => Ok(()),
            Ok(_) => Err(IndexError::Changed { file: self.file.clone() }),
            Err(error) => {
                Err(IndexError::Io { file: self.file.clone(), reason: error.to_string() })
            }
        }
    }

    /// Says where the checksums of the pages stand, once they are known to be right.
    pub(super) fn set_pages(&mut self, paged: usize, checksums: Range<usize>) {
        let pages = paged.div_ceil(PAGE_BYTES);
        self.paged = paged;
        let (kept, _) = self.raw().get(checksums).unwrap_or_default().as_chunks::<8>();
        self.checksums = kept.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
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
            Held::Map(mapped) => &mapped.map,
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
        let kept = self.checksums.get(page).copied();
        let found = self.raw().get(start..end).map(XxHash3_64::oneshot);
        if kept != found || found.is_none() {
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
    // SAFETY: an index is renamed to its name once it is whole and never written again by this
    // program. Of writes of others `check_unchanged` tells, so that nothing that was read then is
    // answered; all that is read is taken as bytes whose every value is allowed for.
    unsafe { Mmap::map(file) }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::{Bytes, looks};
    use crate::index::error::IndexError;

    #[test]
    fn a_mapped_file_that_is_written_to_says_nothing_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.index");
        let map = || {
            std::fs::write(&path, [7; 10_000]).unwrap();
            let written = std::time::SystemTime::UNIX_EPOCH;
            File::options().append(true).open(&path).unwrap().set_modified(written).unwrap();
            let file = File::open(&path).unwrap();
            let looks = looks(&file).unwrap();
            Bytes::map("x.index".to_owned(), file, looks).unwrap()
        };
        let bytes = map();
        bytes.check_unchanged().unwrap();
        // Another file of the same name is another file.
        let other = folder.path().join("other");
        std::fs::write(&other, "x").unwrap();
        std::fs::rename(&other, &path).unwrap();
        bytes.check_unchanged().unwrap();
        assert_eq!(bytes.raw(), [7; 10_000]);
        let bytes = map();
        std::fs::write(&path, [8; 10_000]).unwrap();
        assert!(matches!(bytes.check_unchanged(), Err(IndexError::Changed { .. })));
    }
}
