//! What the inputs of a block spent, as Bitcoin Core keeps it in `rev*.dat`.
//!
//! Source: `CBlockUndo`, `CTxUndo` and `TxInUndoFormatter` in Bitcoin Core's `src/undo.h`;
//! `src/compressor.h` and `src/compressor.cpp`.

use bitcoin::secp256k1::PublicKey;

use super::block::{SATOSHI_MAX, too_much};
use super::cursor::{Cursor, malformed};
use super::spent::{Spent, SpentSource};
use crate::error::DecodeError;

/// How long a script may be (`MAX_SCRIPT_SIZE` in Bitcoin Core's `src/script/script.h`).
/// Outputs with a longer one cannot be spent.
pub(super) const SCRIPT_BYTES_MAX: usize = 10_000;

/// How many of the numbers in front of a script name one of the shorter forms.
const SHORT_FORMS: u64 = 6;

/// The record of one block, read in the order of its inputs.
#[derive(Debug, Clone)]
pub struct Undo<'a> {
    cursor: Cursor<'a>,
    txs_left: usize,
    inputs_left: usize,
}

impl<'a> Undo<'a> {
    /// Begins with a record, without its checksum.
    ///
    /// # Errors
    ///
    /// When the bytes are none.
    pub fn new(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut cursor = Cursor::new(bytes);
        let txs_left = cursor.count(1)?;
        Ok(Self { cursor, txs_left, inputs_left: 0 })
    }

    /// For how many transactions it says what they spent: those of its block without the
    /// coinbase.
    pub fn tx_count(&self) -> usize {
        self.txs_left
    }
}

impl SpentSource for Undo<'_> {
    fn begin(&mut self, inputs: usize) -> Result<(), DecodeError> {
        let other_count = |what: &str| {
            let reason = format!("it says of another number of {what} what they spent");
            Err(DecodeError::Contradiction(reason))
        };
        let Some(left) = self.txs_left.checked_sub(1) else { return other_count("transactions") };
        self.txs_left = left;
        self.inputs_left = self.cursor.count(1)?;
        if self.inputs_left == inputs { Ok(()) } else { other_count("inputs") }
    }

    fn next(&mut self, _: [u8; 32], _: u32) -> Result<Spent, DecodeError> {
        let cursor = &mut self.cursor;
        // Twice the height, and one more for a coinbase. Where a height stands, a number follows
        // that once was the version of the transaction.
        if cursor.varint()? > 1 {
            cursor.varint()?;
        }
        let satoshi = decompressed(cursor.varint()?).ok_or_else(too_much)?;
        Ok(Spent { satoshi, script: script(cursor)? })
    }

    fn end(&mut self) -> Result<(), DecodeError> {
        if self.txs_left == 0 && self.cursor.rest().is_empty() {
            return Ok(());
        }
        let reason = "it says what more was spent than the block spends";
        Err(DecodeError::Contradiction(reason.to_owned()))
    }
}

/// An amount from the number that stands for it: zeros at its end are left out and counted.
///
/// Source: `DecompressAmount` in Bitcoin Core's `src/compressor.cpp`.
fn decompressed(number: u64) -> Option<u64> {
    let Some(number) = number.checked_sub(1) else { return Some(0) };
    let zeros = u32::try_from(number % 10).ok()?;
    let number = number / 10;
    let digits = if zeros < 9 {
        let last = number % 9 + 1;
        (number / 9).checked_mul(10)?.checked_add(last)?
    } else {
        number.checked_add(1)?
    };
    let satoshi = digits.checked_mul(10_u64.pow(zeros))?;
    (satoshi <= SATOSHI_MAX).then_some(satoshi)
}

/// A script: of the common kinds only what differs is kept.
///
/// Source: `DecompressScript` in Bitcoin Core's `src/compressor.cpp`.
fn script(cursor: &mut Cursor<'_>) -> Result<Box<[u8]>, DecodeError> {
    let form = cursor.varint()?;
    match form {
        0 => Ok(joined(&[0x76, 0xa9, 20], cursor.take(20)?, &[0x88, 0xac])),
        1 => Ok(joined(&[0xa9, 20], cursor.take(20)?, &[0x87])),
        2 => Ok(joined(&[33, 2], cursor.take(32)?, &[0xac])),
        3 => Ok(joined(&[33, 3], cursor.take(32)?, &[0xac])),
        4 | 5 => {
            let first = if form == 4 { 2 } else { 3 };
            let key = joined(&[first], cursor.take(32)?, &[]);
            let key = PublicKey::from_slice(&key)
                .map_err(|_| malformed("a shortened script holds no public key"))?;
            Ok(joined(&[65], &key.serialize_uncompressed(), &[0xac]))
        }
        _ => {
            let length = usize::try_from(form - SHORT_FORMS).ok();
            let length = length.filter(|length| *length <= SCRIPT_BYTES_MAX);
            let too_long = || malformed("a spent script is over 10,000 bytes");
            Ok(cursor.take(length.ok_or_else(too_long)?)?.into())
        }
    }
}

fn joined(front: &[u8], middle: &[u8], back: &[u8]) -> Box<[u8]> {
    [front, middle, back].concat().into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::decompressed;

    /// Pairs from `src/test/compress_tests.cpp` of Bitcoin Core.
    #[test]
    fn amounts_are_those_of_bitcoin_core() {
        const COIN: u64 = 100_000_000;
        assert_eq!(decompressed(0), Some(0));
        assert_eq!(decompressed(1), Some(1));
        assert_eq!(decompressed(7), Some(COIN / 100));
        assert_eq!(decompressed(9), Some(COIN));
        assert_eq!(decompressed(0x32), Some(50 * COIN));
        assert_eq!(decompressed(0x1406f40), Some(21_000_000 * COIN));
        assert_eq!(decompressed(0x1406f40 + 10), None);
        assert_eq!(decompressed(u64::MAX), None);
    }
}
