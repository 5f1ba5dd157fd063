//! Fields of Solidity's ABI, read from bytes of strangers.
//!
//! Source: <https://docs.soliditylang.org/en/latest/abi-spec.html>.

use alloy_primitives::U256;

/// Why bytes are not what the event or call that they claim to be has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// They end before a field does, or an offset points behind their end.
    Short,
    /// A field holds a value that its type does not have, or that the protocol does not write.
    Value,
    /// There are more or fewer topics than the event has.
    Topics,
}

/// A stretch of bytes in which 32-byte words and offsets to longer fields stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'a>(pub(crate) &'a [u8]);

impl<'a> Words<'a> {
    /// The word at an index.
    pub(crate) fn word(self, index: usize) -> Result<&'a [u8; 32], Fault> {
        let start = index.checked_mul(32).ok_or(Fault::Short)?;
        let end = start.checked_add(32).ok_or(Fault::Short)?;
        self.0.get(start..end).and_then(|word| word.try_into().ok()).ok_or(Fault::Short)
    }

    /// The number at an index.
    pub(crate) fn number(self, index: usize) -> Result<U256, Fault> {
        self.word(index).map(|word| U256::from_be_bytes(*word))
    }

    /// The number at an index, which must fit.
    pub(crate) fn small(self, index: usize) -> Result<u64, Fault> {
        self.word(index).and_then(small)
    }

    /// The address at an index.
    pub(crate) fn address(self, index: usize) -> Result<[u8; 20], Fault> {
        self.word(index).and_then(address)
    }

    /// The `bytes` or `string` whose offset is at an index.
    pub(crate) fn bytes(self, index: usize) -> Result<&'a [u8], Fault> {
        let tail = self.tail(index)?;
        let length = usize::try_from(tail.small(0)?).map_err(|_| Fault::Short)?;
        let end = length.checked_add(32).ok_or(Fault::Short)?;
        tail.0.get(32..end).ok_or(Fault::Short)
    }

    /// What begins where the offset at an index points: a tuple with fields of any length, or an
    /// array behind its length.
    pub(crate) fn tail(self, index: usize) -> Result<Words<'a>, Fault> {
        let offset = usize::try_from(self.small(index)?).map_err(|_| Fault::Short)?;
        self.0.get(offset..).map(Words).ok_or(Fault::Short)
    }
}

/// The address in a word.
pub(crate) fn address(word: &[u8; 32]) -> Result<[u8; 20], Fault> {
    let (front, back) = word.split_at(12);
    if front.iter().any(|byte| *byte != 0) {
        return Err(Fault::Value);
    }
    back.try_into().map_err(|_| Fault::Short)
}

/// The number in a word, which must fit.
pub(crate) fn small(word: &[u8; 32]) -> Result<u64, Fault> {
    u64::try_from(U256::from_be_bytes(*word)).map_err(|_| Fault::Value)
}

/// Bytes without lengths between them, as `abi.encodePacked` and the messages of several
/// protocols have them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packed<'a>(pub(crate) &'a [u8]);

impl<'a> Packed<'a> {
    /// The next bytes.
    pub(crate) fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], Fault> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(Fault::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next two bytes as a number.
    pub(crate) fn u16(&mut self) -> Result<u16, Fault> {
        self.take().map(|bytes| u16::from_be_bytes(*bytes))
    }

    /// The next four bytes as a number.
    pub(crate) fn u32(&mut self) -> Result<u32, Fault> {
        self.take().map(|bytes| u32::from_be_bytes(*bytes))
    }

    /// The next eight bytes as a number.
    pub(crate) fn u64(&mut self) -> Result<u64, Fault> {
        self.take().map(|bytes| u64::from_be_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Words};

    #[test]
    fn offsets_and_lengths_beyond_the_end_are_faults() {
        let mut data = vec![0; 96];
        data[31] = 32;
        data[63] = 3;
        data[64..67].copy_from_slice(b"abc");
        assert_eq!(Words(&data).bytes(0).unwrap(), b"abc");
        for (at, value) in [(31, 33), (63, 200), (24, 0xff), (0, 0x80), (56, 0xff)] {
            let mut broken = data.clone();
            broken[at] = value;
            assert!(Words(&broken).bytes(0).is_err(), "{at} {value}");
        }
        assert_eq!(Words(&data).word(3).unwrap_err(), Fault::Short);
        assert_eq!(Words(&data).word(usize::MAX).unwrap_err(), Fault::Short);
        assert_eq!(Words(&[0xff; 32]).address(0).unwrap_err(), Fault::Value);
    }
}
