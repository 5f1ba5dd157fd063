//! Numbers and texts as bytes.
//!
//! Whole numbers are LEB128 varints, so that small ones take one byte.

use std::ops::Range;

use alloy_primitives::U256;
use hawkshaw_model::{Account, Address, Amount, ChainId, Timestamp, Usd};

use crate::index::bytes::Bytes;
use crate::index::error::IndexError;

/// A text in an index has at most this many bytes; longer ones are cut when it is made.
pub(super) const TEXT_BYTES_MAX: usize = 64 << 10;

/// Appends a number.
pub(super) fn put(out: &mut Vec<u8>, mut value: u128) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or(0);
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Appends a length or a count.
pub(super) fn put_len(out: &mut Vec<u8>, value: usize) {
    put(out, u128::try_from(value).unwrap_or(u128::MAX));
}

/// Appends bytes after their length.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_len(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Appends a text, cut at [`TEXT_BYTES_MAX`].
pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, &text.as_bytes()[..text.floor_char_boundary(TEXT_BYTES_MAX)]);
}

/// Appends a text that may be absent.
pub(super) fn put_text_or_none(out: &mut Vec<u8>, text: Option<&str>) {
    out.push(u8::from(text.is_some()));
    if let Some(text) = text {
        put_text(out, text);
    }
}

/// Appends an amount: how many bytes it has, and these.
pub(super) fn put_amount(out: &mut Vec<u8>, amount: Amount) {
    let bytes = amount.to_u256().to_le_bytes::<32>();
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    put_bytes(out, &bytes[..used]);
}

/// Appends a time. Times begin in 1970.
pub(super) fn put_time(out: &mut Vec<u8>, time: Timestamp) {
    put(out, u128::try_from(time.to_unix()).unwrap_or(0));
}

/// Appends an address; its chain stands elsewhere.
pub(super) fn put_address(out: &mut Vec<u8>, account: &Account) {
    match account.address() {
        Address::Evm(bytes) => {
            out.push(0);
            put_bytes(out, bytes);
        }
        Address::Tron(bytes) => {
            out.push(1);
            put_bytes(out, bytes);
        }
        Address::Script(script) => {
            out.push(2);
            put_bytes(out, script);
        }
        _ => {
            out.push(3);
            put_text(out, &account.address_in_files());
        }
    }
}

/// Reads what was appended. It never reads beyond its part, and says where something is wrong.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    of: &'a Bytes,
    part: &'a [u8],
    /// Where the part begins in the file.
    start: usize,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads a part of a file whose pages were found right.
    pub(super) fn new(of: &'a Bytes, range: Range<usize>) -> Result<Self, IndexError> {
        let start = range.start;
        Ok(Self { of, part: of.get(range)?, start, at: 0 })
    }

    /// That something is wrong here.
    pub(super) fn damaged(&self, what: impl Into<String>) -> IndexError {
        self.of.damaged(self.start + self.at, what)
    }

    /// Whether all was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.part.len()
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.part.len() - self.at
    }

    /// The next bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], IndexError> {
        let end = self.at.checked_add(count);
        match end.and_then(|end| self.part.get(self.at..end)) {
            Some(bytes) => {
                self.at += count;
                Ok(bytes)
            }
            None => Err(self.damaged("it ends within a value")),
        }
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, IndexError> {
        Ok(self.take(1)?.first().copied().unwrap_or_default())
    }

    /// The next number.
    pub(super) fn long(&mut self) -> Result<u128, IndexError> {
        let mut value: u128 = 0;
        for shift in (0..133).step_by(7) {
            let byte = self.byte()?;
            let low = u128::from(byte & 0x7f);
            let shifted = low.checked_shl(shift).unwrap_or(0);
            if shifted >> shift != low {
                return Err(self.damaged("a number is too large"));
            }
            value |= shifted;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.damaged("a number is too long"))
    }

    /// The next number, where it fits a type.
    pub(super) fn number<T: TryFrom<u128>>(&mut self) -> Result<T, IndexError> {
        T::try_from(self.long()?).map_err(|_| self.damaged("a number is too large"))
    }

    /// A count of things that take at least a byte each.
    pub(super) fn count(&mut self) -> Result<usize, IndexError> {
        let count: usize = self.number()?;
        if count > self.left() { Err(self.damaged("a count is too large")) } else { Ok(count) }
    }

    /// Bytes after their length.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], IndexError> {
        let length = self.count()?;
        self.take(length)
    }

    /// A text.
    pub(super) fn text(&mut self) -> Result<&'a str, IndexError> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).map_err(|_| self.damaged("a text is not UTF-8"))
    }

    /// A text that may be absent.
    pub(super) fn text_or_none(&mut self) -> Result<Option<&'a str>, IndexError> {
        if self.flag()? { self.text().map(Some) } else { Ok(None) }
    }

    /// Yes or no.
    pub(super) fn flag(&mut self) -> Result<bool, IndexError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.damaged("a flag is neither 0 nor 1")),
        }
    }

    /// An amount.
    pub(super) fn amount(&mut self) -> Result<Amount, IndexError> {
        let used = self.bytes()?;
        let mut bytes = [0; 32];
        let Some(place) = bytes.get_mut(..used.len()) else {
            return Err(self.damaged("an amount is beyond 256 bits"));
        };
        place.copy_from_slice(used);
        Ok(Amount::from_u256(U256::from_le_bytes(bytes)))
    }

    /// A sum of dollars.
    pub(super) fn usd(&mut self) -> Result<Usd, IndexError> {
        self.long().map(Usd::from_cents)
    }

    /// A time.
    pub(super) fn time(&mut self) -> Result<Timestamp, IndexError> {
        let seconds: i64 = self.number()?;
        Timestamp::from_unix(seconds).map_err(|error| self.damaged(error.to_string()))
    }

    /// An address on a chain.
    pub(super) fn account(&mut self, chain: &ChainId) -> Result<Account, IndexError> {
        let kind = self.byte()?;
        let bytes = self.bytes()?;
        let twenty = || bytes.try_into().map_err(|_| self.damaged("an address has not 20 bytes"));
        let address = match kind {
            0 => Address::Evm(twenty()?),
            1 => Address::Tron(twenty()?),
            2 => Address::Script(bytes.into()),
            3 => {
                let text = std::str::from_utf8(bytes);
                Address::Other(text.map_err(|_| self.damaged("an address is no text"))?.into())
            }
            _ => return Err(self.damaged("an address is of no known kind")),
        };
        Ok(Account::new(chain.clone(), address))
    }
}
