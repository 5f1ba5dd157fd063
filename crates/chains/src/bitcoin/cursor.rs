//! Bytes that are read from their front, never past their end.

use crate::error::DecodeError;

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// What is left.
    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// What was read since an earlier place in the same bytes.
    pub(super) fn since(self, earlier: Self) -> &'a [u8] {
        let length = earlier.0.len().saturating_sub(self.0.len());
        earlier.0.get(..length).unwrap_or_default()
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(ends)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], DecodeError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or_else(ends)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, DecodeError> {
        self.array::<1>().map(|[byte]| *byte)
    }

    pub(super) fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(|bytes| u32::from_le_bytes(*bytes))
    }

    pub(super) fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(|bytes| u64::from_le_bytes(*bytes))
    }

    /// The number in front of a list or of bytes, which take at least `item_bytes` each: a
    /// number for which too few bytes are left is refused before anything is made for it.
    ///
    /// Source: `ReadCompactSize` in Bitcoin Core's `src/serialize.h`, which also refuses numbers
    /// that are written longer than they need be.
    pub(super) fn count(&mut self, item_bytes: usize) -> Result<usize, DecodeError> {
        let (number, least) = match self.byte()? {
            0xfd => (u64::from(u16::from_le_bytes(*self.array()?)), 0xfd),
            0xfe => (u64::from(self.u32()?), 0x1_0000),
            0xff => (self.u64()?, 0x1_0000_0000),
            byte => (u64::from(byte), 0),
        };
        if number < least {
            return Err(malformed("a length is written longer than it need be"));
        }
        let count = usize::try_from(number).map_err(|_| ends())?;
        let bytes = count.checked_mul(item_bytes).ok_or_else(ends)?;
        if bytes > self.0.len() { Err(ends()) } else { Ok(count) }
    }

    /// Bytes with their number in front.
    pub(super) fn counted(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.count(1)?;
        self.take(length)
    }

    /// A number of seven bits a byte, the highest first, where every byte but the last has its
    /// top bit set and counts one more, so that no number can be written in two ways.
    ///
    /// Source: `WriteVarInt` and `ReadVarInt` in Bitcoin Core's `src/serialize.h`.
    pub(super) fn varint(&mut self) -> Result<u64, DecodeError> {
        let too_large = || malformed("a number has over 64 bits");
        let mut number = 0_u64;
        loop {
            let byte = self.byte()?;
            if number > u64::MAX >> 7 {
                return Err(too_large());
            }
            number = (number << 7) | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
            number = number.checked_add(1).ok_or_else(too_large)?;
        }
    }
}

#[cold]
fn ends() -> DecodeError {
    malformed("it ends too early")
}

#[cold]
pub(super) fn malformed(what: &str) -> DecodeError {
    DecodeError::Malformed(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    /// Numbers and bytes from the comment on `WriteVarInt` in Bitcoin Core's `src/serialize.h`.
    #[test]
    fn varints_are_those_of_bitcoin_core() {
        let read = |bytes: &[u8]| Cursor::new(bytes).varint().ok();
        assert_eq!(read(&[0x00]), Some(0));
        assert_eq!(read(&[0x7f]), Some(127));
        assert_eq!(read(&[0x80, 0x00]), Some(128));
        assert_eq!(read(&[0x80, 0x7f]), Some(255));
        assert_eq!(read(&[0x81, 0x00]), Some(256));
        assert_eq!(read(&[0xfe, 0x7f]), Some(16_383));
        assert_eq!(read(&[0xff, 0x00]), Some(16_384));
        assert_eq!(read(&[0x82, 0xfe, 0x7f]), Some(65_535));
        assert_eq!(read(&[0x8e, 0xfe, 0xfe, 0xff, 0x00]), Some(1 << 32));
        let most = [0x80, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0x7f];
        assert_eq!(read(&most), Some(u64::MAX));
        assert_eq!(read(&[0xff; 12]), None);
        assert_eq!(read(&[0x80]), None);
    }

    #[test]
    fn lengths_are_written_shortly_and_are_there() {
        let read = |bytes: &[u8]| Cursor::new(bytes).count(1).ok();
        assert_eq!(read(&[2, 0, 0]), Some(2));
        assert_eq!(read(&[2, 0]), None);
        assert_eq!(read(&[0xfd, 0x10, 0]), None);
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
