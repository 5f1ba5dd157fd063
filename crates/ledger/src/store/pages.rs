//! Checksums of the pages of a file, each checked when it is first read.
//!
//! A page of 16 KiB takes about 1 µs to check. Which pages are sound is remembered in a bit each,
//! so a second read costs one load from a bitmap of 1 byte for 128 KiB of file.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use twox_hash::XxHash3_64;

/// Bytes of a page; the last page of a file may be shorter.
pub(crate) const PAGE_BYTES: usize = 16 * 1024;

/// The checksum of bytes: XXH3 with 64 bits, without a seed. It finds accidents, not forgeries.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

/// The checksums of all pages of a file and which of them were found right.
#[derive(Debug)]
pub(crate) struct Pages {
    checksums: Box<[u64]>,
    sound: Box<[AtomicU64]>,
}

impl Pages {
    /// Pages of which none was checked.
    pub(crate) fn new(checksums: Box<[u64]>) -> Self {
        let sound = (0..checksums.len().div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Self { checksums, sound }
    }

    /// Checks the pages that hold these bytes of the file, unless they were found right before.
    /// The bytes must lie within `data`, the part of the file that has pages.
    ///
    /// # Errors
    ///
    /// The first byte of the first wrong page among those that were not checked before.
    #[inline]
    pub(crate) fn check(&self, data: &[u8], bytes: Range<usize>) -> Result<(), u64> {
        if bytes.is_empty() {
            return Ok(());
        }
        let (first, last) = (bytes.start / PAGE_BYTES, (bytes.end - 1) / PAGE_BYTES);
        for word in first / 64..=last / 64 {
            let low = if word == first / 64 { u64::MAX << (first % 64) } else { u64::MAX };
            let high = if word == last / 64 { u64::MAX >> (63 - last % 64) } else { u64::MAX };
            // Relaxed is enough: the bit stands for bytes that never change, and publishes none.
            let missing = low & high & !self.sound[word].load(Ordering::Relaxed);
            if missing != 0 {
                self.check_word(data, word, missing)?;
            }
        }
        Ok(())
    }

    /// The first bytes of all pages that are wrong, whatever was found before.
    pub(crate) fn wrong<'a>(&'a self, data: &'a [u8]) -> impl Iterator<Item = u64> + 'a {
        (0..self.checksums.len()).filter(|page| !self.is_right(data, *page)).map(page_start)
    }

    #[cold]
    fn check_word(&self, data: &[u8], word: usize, mut missing: u64) -> Result<(), u64> {
        while missing != 0 {
            let bit = missing.trailing_zeros();
            let page = word * 64 + bit as usize;
            if !self.is_right(data, page) {
                return Err(page_start(page));
            }
            self.sound[word].fetch_or(1 << bit, Ordering::Relaxed);
            missing &= missing - 1;
        }
        Ok(())
    }

    fn is_right(&self, data: &[u8], page: usize) -> bool {
        let start = page * PAGE_BYTES;
        let bytes = data.get(start..data.len().min(start + PAGE_BYTES));
        bytes.is_some_and(|bytes| self.checksums.get(page) == Some(&checksum(bytes)))
    }
}

fn page_start(page: usize) -> u64 {
    page as u64 * PAGE_BYTES as u64
}
