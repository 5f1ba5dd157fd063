//! Sorted lists of numbers in few bytes.
//!
//! ```text
//! count    LEB128
//! marks    8 bytes for each 128 numbers behind the first 128:
//!          the number before them u32 | where they begin in the rest u32
//! rest     LEB128 for each number: its difference to the one before it, to 0 for the first
//! ```
//!
//! LEB128 is seven bits a byte, the low ones first; the high bit says that more follow. A search
//! in a long list looks for its place among the marks and then reads at most 128 numbers.

use hawkshaw_model::ReadError;

/// Numbers from one mark to the next.
const STRIDE: usize = 128;

const MARK_BYTES: usize = 8;

/// Adds a sorted list to bytes.
///
/// # Panics
///
/// When it is not sorted, or takes more than 4 GiB.
pub(crate) fn encode_deltas(sorted: &[u32], bytes: &mut Vec<u8>) {
    put(sorted.len() as u64, bytes);
    let marks = bytes.len();
    let marks_len = sorted.len().saturating_sub(1) / STRIDE * MARK_BYTES;
    bytes.resize(marks + marks_len, 0);
    let rest = bytes.len();
    let mut last = 0u32;
    for (at, number) in sorted.iter().enumerate() {
        if at > 0 && at.is_multiple_of(STRIDE) {
            let start = u32::try_from(bytes.len() - rest).expect("a list of less than 4 GiB");
            let mark = marks + (at / STRIDE - 1) * MARK_BYTES;
            bytes[mark..mark + 4].copy_from_slice(&last.to_le_bytes());
            bytes[mark + 4..mark + 8].copy_from_slice(&start.to_le_bytes());
        }
        put(number.checked_sub(last).expect("a sorted list").into(), bytes);
        last = *number;
    }
}

/// Adds a number as LEB128.
pub(crate) fn put(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(low_byte(number) | 0x80);
        number >>= 7;
    }
    bytes.push(low_byte(number));
}

/// Takes a number off the front of bytes; `None` if there is none of at most 64 bits.
#[inline]
pub(crate) fn take(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        let part = u64::from(byte & 0x7f);
        if part << shift >> shift != part {
            return None;
        }
        number |= part << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn low_byte(number: u64) -> u8 {
    number.to_le_bytes()[0]
}

/// A list that is read one number at a time.
#[derive(Debug, Clone)]
pub(crate) struct DeltaList<'a> {
    file: &'a str,
    /// Where the rest begins in the file.
    offset: u64,
    marks: &'a [[u8; MARK_BYTES]],
    rest: &'a [u8],
    count: usize,
    /// How many numbers were passed.
    passed: usize,
    /// Where the next number begins in the rest.
    at: usize,
    last: u32,
    is_broken: bool,
}

impl<'a> DeltaList<'a> {
    /// The list that some bytes hold, which begin at an offset of a file. If they hold none, the
    /// first read says so.
    pub(crate) fn new(bytes: &'a [u8], file: &'a str, offset: u64) -> Self {
        let parts = split(bytes);
        let is_broken = parts.is_none();
        let (count, marks, rest) = parts.unwrap_or((1, &[], &[]));
        let offset = offset + (bytes.len() - rest.len()) as u64;
        Self { file, offset, marks, rest, count, passed: 0, at: 0, last: 0, is_broken }
    }

    /// How many numbers are still to come.
    ///
    /// # Errors
    ///
    /// When the bytes are no list.
    pub(crate) fn left(&self) -> Result<usize, ReadError> {
        if self.is_broken { Err(self.broken()) } else { Ok(self.count - self.passed) }
    }

    /// Passes over the numbers below a bound.
    ///
    /// # Errors
    ///
    /// When the bytes are no list.
    pub(crate) fn seek(&mut self, bound: u32) -> Result<(), ReadError> {
        if self.is_broken {
            return Err(self.broken());
        }
        let stretch = self.marks.partition_point(|mark| parse_mark(mark).0 < bound);
        if stretch > self.passed / STRIDE
            && let Some((last, at)) = self.marks.get(stretch - 1).map(parse_mark)
        {
            (self.last, self.at, self.passed) = (last, at as usize, stretch * STRIDE);
        }
        while self.passed < self.count {
            let before = (self.at, self.last);
            if self.read()? >= bound {
                (self.at, self.last) = before;
                self.passed -= 1;
                break;
            }
        }
        Ok(())
    }

    #[inline]
    fn read(&mut self) -> Result<u32, ReadError> {
        let difference = take(self.rest, &mut self.at).and_then(|d| u32::try_from(d).ok());
        match difference.and_then(|difference| self.last.checked_add(difference)) {
            Some(number) => {
                self.last = number;
                self.passed += 1;
                Ok(number)
            }
            None => {
                self.is_broken = true;
                Err(self.broken())
            }
        }
    }

    #[cold]
    fn broken(&self) -> ReadError {
        let offset = self.offset + self.at.min(self.rest.len()) as u64;
        ReadError::new(self.file, offset, "no sorted list of numbers can be read here")
    }
}

/// Numbers until the list ends, or until the first that cannot be read.
impl Iterator for DeltaList<'_> {
    type Item = Result<u32, ReadError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.is_broken && self.passed == self.count {
            return None;
        }
        if self.is_broken {
            self.passed = self.count;
            return Some(Err(self.broken()));
        }
        if self.passed == self.count {
            return None;
        }
        let read = self.read();
        if read.is_err() {
            self.passed = self.count;
        }
        Some(read)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.count - self.passed))
    }
}

type Parts<'a> = (usize, &'a [[u8; MARK_BYTES]], &'a [u8]);

fn split(bytes: &[u8]) -> Option<Parts<'_>> {
    let mut at = 0;
    let count = usize::try_from(take(bytes, &mut at)?).ok()?;
    let marks = count.saturating_sub(1) / STRIDE;
    let (marks, rest) = bytes[at..].split_at_checked(marks.checked_mul(MARK_BYTES)?)?;
    // Every number takes a byte, so a count that the bytes cannot hold is found here.
    (count <= rest.len()).then_some((count, marks.as_chunks().0, rest))
}

fn parse_mark(mark: &[u8; MARK_BYTES]) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = *mark;
    (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
}

#[cfg(test)]
mod tests;
