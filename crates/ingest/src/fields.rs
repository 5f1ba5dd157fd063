//! One row as the fields of a decoder, and how each kind of value is read out of a cell.

use std::borrow::Cow;

use alloy_primitives::U256;
use hawkshaw_model::{Address, Amount, ChainId, Timestamp, TxHash};

use crate::cell::Cell;
use crate::error::Refusal;
use crate::format::Format;
use crate::table::Table;
use crate::text::{
    bare_hex_array, decimal_amount, decimal_u64, float_amount, has_upper, hex_array, hex_bytes,
    shown,
};

/// One row: a cell for each field of the decoder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'r, 'a> {
    pub(crate) cells: &'r [Cell<'a>],
    pub(crate) table: &'static Table,
    /// The columns of the file.
    pub(crate) names: &'r [String],
    /// The line or row.
    pub(crate) line: u64,
}

/// An amount, and whether the file holds it as a number that may have been rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) amount: Amount,
    pub(crate) is_rounded: bool,
}

impl<'a> Fields<'_, 'a> {
    /// The cell of a field.
    pub(crate) fn cell(&self, field: usize) -> Cell<'a> {
        self.cells.get(field).copied().unwrap_or(Cell::Null)
    }

    /// Whether the field holds nothing.
    pub(crate) fn is_empty(&self, field: usize) -> bool {
        matches!(self.cell(field), Cell::Null)
    }

    /// The error of a field.
    #[cold]
    pub(crate) fn refuse(&self, field: usize, reason: impl Into<String>) -> Refusal {
        Refusal::field(self.table.column_of(field, Some(self.names)), reason)
    }

    /// The error of a cell that is not what it should be.
    #[cold]
    fn no(&self, field: usize, what: &str) -> Refusal {
        let reason = match self.cell(field) {
            Cell::Text(text) => format!("`{}` is no {what}", shown(text)),
            Cell::Int(number) => format!("`{number}` is no {what}"),
            Cell::UInt(number) => format!("`{number}` is no {what}"),
            Cell::Float(number) => format!("`{number}` is no {what}"),
            Cell::Null => "it is empty".to_owned(),
            other => format!("{} is no {what}", other.kind()),
        };
        self.refuse(field, reason)
    }

    /// The error of a field that must hold something.
    #[cold]
    pub(crate) fn empty(&self, field: usize) -> Refusal {
        self.refuse(field, "it is empty")
    }

    /// Whether numbers may be written as programs of others write them: `12.0`.
    fn is_lenient(&self) -> bool {
        self.table.format != Format::Canonical
    }

    /// A whole number.
    pub(crate) fn number<N: TryFrom<u64>>(&self, field: usize) -> Result<Option<N>, Refusal> {
        let number = match self.cell(field) {
            Cell::Null => return Ok(None),
            Cell::Text(text) => match decimal_u64(text) {
                None if self.is_lenient() => self.lenient_number(text),
                number => number,
            },
            Cell::Int(number) => u64::try_from(number).ok(),
            Cell::UInt(number) => Some(number),
            cell => whole(cell).and_then(|read| u64::try_from(read.amount.to_u256()).ok()),
        };
        match number.and_then(|number| N::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => {
                let what = format!("whole number of at most {} bits", 8 * size_of::<N>());
                Err(self.no(field, &what))
            }
        }
    }

    fn lenient_number(&self, text: &[u8]) -> Option<u64> {
        if let Some(digits) = text.strip_prefix(b"0x") {
            let digits = std::str::from_utf8(digits).ok()?;
            let is_hex = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
            return is_hex.then(|| u64::from_str_radix(digits, 16).ok())?;
        }
        decimal_u64(text.strip_suffix(b".0")?)
    }

    /// A whole number that must be there.
    pub(crate) fn filled_number<N: TryFrom<u64>>(&self, field: usize) -> Result<N, Refusal> {
        self.number(field)?.ok_or_else(|| self.empty(field))
    }

    /// Thirty-two bytes.
    pub(crate) fn word(&self, field: usize) -> Result<Option<[u8; 32]>, Refusal> {
        let word = match self.cell(field) {
            Cell::Null => return Ok(None),
            Cell::Bytes(bytes) => bytes.try_into().ok(),
            Cell::Text(text) => hex_array(text).or_else(|| bare_hex_array(text)),
            _ => None,
        };
        word.map(Some).ok_or_else(|| self.no(field, "hash of 64 hex digits"))
    }

    /// The hash of a transaction.
    pub(crate) fn hash(&self, field: usize) -> Result<Option<TxHash>, Refusal> {
        Ok(self.word(field)?.map(TxHash::from))
    }

    /// The hash of a transaction that must be there.
    pub(crate) fn filled_hash(&self, field: usize) -> Result<TxHash, Refusal> {
        self.hash(field)?.ok_or_else(|| self.empty(field))
    }

    /// An address of an EVM chain.
    pub(crate) fn evm(&self, field: usize) -> Result<Option<[u8; 20]>, Refusal> {
        let address = match self.cell(field) {
            Cell::Null | Cell::Bytes([]) => return Ok(None),
            Cell::Bytes(bytes) => bytes.try_into().ok(),
            Cell::Text(text) if has_upper(text) => {
                return self.checked_evm(field, text).map(Some);
            }
            Cell::Text(b"0x") if self.is_lenient() => return Ok(None),
            Cell::Text(text) => hex_array(text),
            _ => None,
        };
        address.map(Some).ok_or_else(|| self.no(field, "address of 0x and 40 hex digits"))
    }

    /// An address of an EVM chain that must be there.
    pub(crate) fn filled_evm(&self, field: usize) -> Result<[u8; 20], Refusal> {
        self.evm(field)?.ok_or_else(|| self.empty(field))
    }

    /// An address whose letters may carry the EIP-55 checksum.
    fn checked_evm(&self, field: usize, text: &[u8]) -> Result<[u8; 20], Refusal> {
        match Address::parse(&ChainId::ethereum(), &String::from_utf8_lossy(text)) {
            Ok(Address::Evm(bytes)) => Ok(bytes),
            Ok(_) => Err(self.no(field, "address")),
            Err(error) => Err(self.refuse(field, error.to_string())),
        }
    }

    /// An address of any chain.
    pub(crate) fn address(
        &self,
        field: usize,
        chain: &ChainId,
    ) -> Result<Option<Address>, Refusal> {
        if chain.namespace() == "eip155" {
            return Ok(self.evm(field)?.map(Address::Evm));
        }
        match self.cell(field) {
            Cell::Null => Ok(None),
            Cell::Text(_) => {
                let text = self.text(field)?;
                let parsed = Address::parse(chain, &text);
                parsed.map(Some).map_err(|error| self.refuse(field, error.to_string()))
            }
            _ => Err(self.no(field, "address")),
        }
    }

    /// An amount of base units.
    pub(crate) fn amount(&self, field: usize) -> Result<Option<Read>, Refusal> {
        let cell = self.cell(field);
        let read = match cell {
            Cell::Null => return Ok(None),
            Cell::Text(text) => match decimal_amount(text) {
                Some(amount) => Some(exact(amount)),
                None if self.is_lenient() => lenient_amount(text),
                None => return Err(self.strict_amount(field, text)),
            },
            // Big-endian, as cryo writes 256-bit numbers.
            Cell::Bytes(bytes) if bytes.len() <= 32 && self.is_lenient() => {
                Some(exact(Amount::from_u256(U256::from_be_slice(bytes))))
            }
            Cell::Float(_) if !self.is_lenient() => None,
            cell => whole(cell),
        };
        read.map(Some).ok_or_else(|| self.no(field, "whole number of base units"))
    }

    /// An amount that must be there.
    pub(crate) fn filled_amount(&self, field: usize) -> Result<Read, Refusal> {
        self.amount(field)?.ok_or_else(|| self.empty(field))
    }

    /// Why the model refuses a text as an amount.
    #[cold]
    fn strict_amount(&self, field: usize, text: &[u8]) -> Refusal {
        match String::from_utf8_lossy(text).parse::<Amount>() {
            Err(error) => self.refuse(field, error.to_string()),
            Ok(_) => self.no(field, "whole number of base units"),
        }
    }

    /// A time: Unix seconds, a time of the container, or a text.
    pub(crate) fn time(&self, field: usize) -> Result<Option<Timestamp>, Refusal> {
        let seconds = match self.cell(field) {
            Cell::Null => return Ok(None),
            Cell::Seconds(seconds) => Some(seconds),
            Cell::Text(text)
                if text.first().is_some_and(u8::is_ascii_digit) && text.contains(&b'-') =>
            {
                civil_seconds(text).filter(|_| self.is_lenient())
            }
            _ => self.number::<u64>(field)?.and_then(|seconds| i64::try_from(seconds).ok()),
        };
        match seconds.map(Timestamp::from_unix) {
            Some(Ok(time)) => Ok(Some(time)),
            Some(Err(_)) => {
                let seconds = seconds.unwrap_or_default();
                let reason = format!("`{seconds}` is no time from 1970 to 9999: use Unix seconds");
                Err(self.refuse(field, reason))
            }
            None => Err(self.no(field, "time: use Unix seconds")),
        }
    }

    /// A time that must be there.
    pub(crate) fn filled_time(&self, field: usize) -> Result<Timestamp, Refusal> {
        self.time(field)?.ok_or_else(|| self.empty(field))
    }

    /// Yes or no.
    pub(crate) fn flag(&self, field: usize) -> Result<Option<bool>, Refusal> {
        let flag = match self.cell(field) {
            Cell::Null => return Ok(None),
            Cell::Bool(flag) => Some(flag),
            Cell::Text(b"true" | b"True" | b"TRUE" | b"1") => Some(true),
            Cell::Text(b"false" | b"False" | b"FALSE" | b"0") => Some(false),
            _ => match self.number::<u64>(field)? {
                Some(1) => Some(true),
                Some(0) => Some(false),
                _ => None,
            },
        };
        flag.map(Some).ok_or_else(|| self.no(field, "yes or no: use true and false, or 1 and 0"))
    }

    /// A text; empty where there is none.
    pub(crate) fn text(&self, field: usize) -> Result<Cow<'a, str>, Refusal> {
        match self.cell(field) {
            Cell::Null => Ok(Cow::Borrowed("")),
            Cell::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => Ok(Cow::Borrowed(text)),
                Err(_) => {
                    let reason = format!("`{}` is not UTF-8: save the file as UTF-8", shown(text));
                    Err(self.refuse(field, reason))
                }
            },
            Cell::Int(number) => Ok(Cow::Owned(number.to_string())),
            Cell::UInt(number) => Ok(Cow::Owned(number.to_string())),
            _ => Err(self.no(field, "text")),
        }
    }

    /// Bytes, as such or as hex.
    pub(crate) fn bytes(&self, field: usize) -> Result<Box<[u8]>, Refusal> {
        let bytes = match self.cell(field) {
            Cell::Null => return Ok(Box::default()),
            Cell::Bytes(bytes) => Some(bytes.into()),
            Cell::Text(text) => hex_bytes(text),
            _ => None,
        };
        bytes.ok_or_else(|| self.no(field, "hex behind 0x"))
    }
}

fn exact(amount: Amount) -> Read {
    Read { amount, is_rounded: false }
}

/// A whole number of a cell that is no text.
fn whole(cell: Cell<'_>) -> Option<Read> {
    match cell {
        Cell::Int(number) => u64::try_from(number).ok().map(|number| exact(number.into())),
        Cell::UInt(number) => Some(exact(number.into())),
        Cell::Decimal(number, scale) => {
            let number = u128::try_from(*number).ok()?;
            unscaled(U256::from(number), scale)
        }
        Cell::Decimal256(number, scale) => {
            let bytes = number.to_be_bytes();
            (bytes[0] >> 7 == 0).then(|| unscaled(U256::from_be_bytes(bytes), scale))?
        }
        Cell::Float(float) => {
            let (amount, is_rounded) = float_amount(float)?;
            Some(Read { amount, is_rounded })
        }
        _ => None,
    }
}

/// A decimal without places behind the point, or with nothing but zeros there.
fn unscaled(number: U256, scale: i8) -> Option<Read> {
    let ten = U256::from(10u64).checked_pow(U256::from(scale.unsigned_abs()))?;
    let number = if scale < 0 {
        number.checked_mul(ten)?
    } else {
        let (whole, rest) = (number / ten, number % ten);
        rest.is_zero().then_some(whole)?
    };
    Some(exact(Amount::from_u256(number)))
}

/// An amount as programs write numbers: `12.000`, `0x1f`, `5999895e14`.
fn lenient_amount(text: &[u8]) -> Option<Read> {
    if let Some(digits) = text.strip_prefix(b"0x") {
        let digits = std::str::from_utf8(digits).ok()?;
        let is_hex = (1..=64).contains(&digits.len());
        let is_hex = is_hex && digits.bytes().all(|b| b.is_ascii_hexdigit());
        return is_hex
            .then(|| U256::from_str_radix(digits, 16).ok().map(|n| exact(Amount::from_u256(n))))?;
    }
    if let Some(point) = memchr::memchr(b'.', text)
        && text[point + 1..].iter().all(|byte| *byte == b'0')
    {
        return decimal_amount(&text[..point]).map(exact);
    }
    scientific_amount(text)
}

/// A whole number with an exponent, in its own digits. With more than 15 of them it was a
/// floating-point number that did not hold all of the amount.
fn scientific_amount(text: &[u8]) -> Option<Read> {
    let at = memchr::memchr2(b'e', b'E', text)?;
    let (mantissa, exponent) = (&text[..at], &text[at + 1..]);
    let exponent = decimal_u64(exponent.strip_prefix(b"+").unwrap_or(exponent))?;
    let point = memchr::memchr(b'.', mantissa).unwrap_or(mantissa.len());
    let (whole, part) = (&mantissa[..point], mantissa.get(point + 1..).unwrap_or_default());
    let zeros = exponent.checked_sub(u64::try_from(part.len()).ok()?)?;
    let digits = [whole, part].concat();
    let number = decimal_amount(&digits)?.to_u256();
    let scale = U256::from(10u64).checked_pow(U256::from(zeros)).filter(|_| zeros <= 77)?;
    let amount = Amount::from_u256(number.checked_mul(scale)?);
    Some(Read { amount, is_rounded: digits.len() > 15 })
}

/// Unix seconds of `2022-06-21 00:00:00 UTC` and its like; a time without a zone is UTC.
fn civil_seconds(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let bare = ["+00:00", "+00", "Z"].iter().find_map(|zone| text.strip_suffix(zone));
    let bare = bare.or_else(|| text.strip_suffix("UTC").map(str::trim_end)).unwrap_or(text);
    let time: jiff::civil::DateTime = bare.parse().ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::lenient_amount;

    #[test]
    fn numbers_of_other_programs_are_exact_or_counted() {
        let read = |text: &str| lenient_amount(text.as_bytes());
        let text = |text| read(text).map(|read| (read.amount.to_string(), read.is_rounded));
        assert_eq!(text("5999895e14"), Some(("599989500000000000000".to_owned(), false)));
        assert_eq!(text("1.5E+18"), Some(("1500000000000000000".to_owned(), false)));
        assert_eq!(text("12.000"), Some(("12".to_owned(), false)));
        assert_eq!(text("0x1f"), Some(("31".to_owned(), false)));
        let (_, is_rounded) = text("1.2345678901234567e+20").unwrap();
        assert!(is_rounded);
        for odd in ["", "e", "1e", "e5", "1.55e1", "1e999", "-1e5", "1e-5", "1.5", "0x", "nan"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
