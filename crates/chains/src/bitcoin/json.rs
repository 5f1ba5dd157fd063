//! `getblock` of Bitcoin Core's JSON-RPC with all that inputs spent.
//!
//! Of the answer to `getblock <hash> 3` only the header, the bytes of each transaction (`hex`)
//! and the `prevout` of each input are read. Identities and amounts of outputs are so taken from
//! bytes whose hash is checked, and the only figures that are believed are those of outputs that
//! other blocks made. Everything comes in one answer: with `getblock <hash> 0` the spent outputs
//! would take a request each.
//!
//! Source: <https://developer.bitcoin.org/reference/rpc/getblock.html>; verbosity 3 since Bitcoin
//! Core 23.0, <https://bitcoincore.org/en/releases/23.0/>.

use alloy_primitives::hex;
use hawkshaw_model::rows::Rows;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::block::{BLOCK_BYTES_MAX, Block, HEADER_BYTES, Head, SATOSHI_MAX, too_much};
use super::cursor::malformed;
use super::rows::Frame;
use super::spent::{Spent, SpentSource};
use super::undo::SCRIPT_BYTES_MAX;
use crate::defects::Defects;
use crate::error::DecodeError;

/// An answer to `getblock <hash> 3`, or to `2` where the node knows nothing of `3`.
///
/// ```
/// # use hawkshaw_chains::bitcoin::BlockJson;
/// let text = r#"{"hash":"00", "height":5, "version":1, "merkleroot":"", "time":0, "bits":"",
///     "nonce":0, "tx":[{"txid":"", "hex":"00", "vin":[{"coinbase":"00"}]}]}"#;
/// let block = BlockJson::read(text.as_bytes())?;
/// assert_eq!(block.height(), 5);
/// # Ok::<(), hawkshaw_chains::DecodeError>(())
/// ```
#[derive(Debug, Deserialize)]
pub struct BlockJson<'a> {
    height: u64,
    version: i32,
    #[serde(borrow, default)]
    previousblockhash: Option<&'a str>,
    merkleroot: &'a str,
    time: u32,
    bits: &'a str,
    nonce: u32,
    tx: Vec<TxJson<'a>>,
}

#[derive(Debug, Deserialize)]
struct TxJson<'a> {
    #[serde(borrow)]
    hex: &'a str,
    vin: Vec<InputJson<'a>>,
}

#[derive(Debug, Deserialize)]
struct InputJson<'a> {
    #[serde(borrow, default)]
    prevout: Option<OutputJson<'a>>,
}

#[derive(Debug, Deserialize)]
struct OutputJson<'a> {
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(borrow, rename = "scriptPubKey")]
    script: ScriptJson<'a>,
}

#[derive(Debug, Deserialize)]
struct ScriptJson<'a> {
    hex: &'a str,
}

impl<'a> BlockJson<'a> {
    /// Reads an answer in one pass: what stands around nests no deeper than `serde_json` allows.
    ///
    /// # Errors
    ///
    /// When the bytes are no JSON of the documented shape, or nest over a hundred deep.
    pub fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        serde_json::from_slice(bytes).map_err(|error| DecodeError::Malformed(error.to_string()))
    }

    /// The height that it claims.
    pub fn height(&self) -> u64 {
        self.height
    }

    /// Whether it says what every input spent.
    pub fn has_spent_outputs(&self) -> bool {
        let spending = self.tx.iter().skip(1).flat_map(|tx| &tx.vin);
        spending.into_iter().all(|input| input.prevout.is_some())
    }

    /// The block as rows.
    ///
    /// # Errors
    ///
    /// When header, transactions and spent outputs contradict each other, or the latter are not
    /// there.
    pub fn to_rows(&self, frame: &Frame, defects: &mut Defects) -> Result<Rows, DecodeError> {
        let bytes = self.bytes()?;
        let mut block = Block::empty(self.head()?);
        for tx in &bytes.txs {
            block.add_tx(bytes.all.get(tx.clone()).unwrap_or_default())?;
        }
        block.check_commitment()?;
        if frame.height != self.height {
            let reason = format!("it is of height {}, not {}", self.height, frame.height);
            return Err(DecodeError::Contradiction(reason));
        }
        let mut spent = Prevouts { txs: self.tx.get(1..).unwrap_or_default().iter(), inputs: &[] };
        block.rows_by(frame, &mut spent, defects)
    }

    /// Its header, put together again.
    ///
    /// # Errors
    ///
    /// When its fields are none of a header with work in it.
    pub fn head(&self) -> Result<Head, DecodeError> {
        let mut parent = match self.previousblockhash {
            Some(text) => hash(text)?,
            None => [0; 32],
        };
        let (mut root, mut bits) = (hash(self.merkleroot)?, [0; 4]);
        let no_bits = |_| malformed("`bits` is no number of eight hex digits");
        hex::decode_to_slice(self.bits, &mut bits).map_err(no_bits)?;
        parent.reverse();
        root.reverse();
        bits.reverse();
        let mut bytes = [0; HEADER_BYTES];
        let fields = [
            &self.version.to_le_bytes()[..],
            &parent,
            &root,
            &self.time.to_le_bytes(),
            &bits,
            &self.nonce.to_le_bytes(),
        ];
        let mut rest = &mut bytes[..];
        for field in fields {
            let (front, back) = rest.split_at_mut(field.len());
            front.copy_from_slice(field);
            rest = back;
        }
        Head::new(&bytes)
    }

    /// The bytes of its transactions, one behind the other.
    fn bytes(&self) -> Result<TxBytes, DecodeError> {
        let digits: usize = self.tx.iter().map(|tx| tx.hex.len()).sum();
        if digits > 2 * BLOCK_BYTES_MAX {
            return Err(malformed("its transactions have over four million bytes"));
        }
        let mut bytes =
            TxBytes { all: vec![0; digits / 2], txs: Vec::with_capacity(self.tx.len()) };
        let mut start = 0;
        for tx in &self.tx {
            let end = start + tx.hex.len() / 2;
            let place = bytes.all.get_mut(start..end).unwrap_or_default();
            hex::decode_to_slice(tx.hex, place)
                .map_err(|_| malformed("the bytes of a transaction are no hex"))?;
            bytes.txs.push(start..end);
            start = end;
        }
        Ok(bytes)
    }
}

struct TxBytes {
    all: Vec<u8>,
    txs: Vec<std::ops::Range<usize>>,
}

fn hash(text: &str) -> Result<[u8; 32], DecodeError> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash)
        .map_err(|_| malformed("a hash has other than 64 hex digits"))?;
    Ok(hash)
}

/// What the inputs spent, as the answer says.
struct Prevouts<'a, 'b> {
    txs: std::slice::Iter<'a, TxJson<'b>>,
    inputs: &'a [InputJson<'b>],
}

impl SpentSource for Prevouts<'_, '_> {
    fn begin(&mut self, inputs: usize) -> Result<(), DecodeError> {
        let listed = self.txs.next().map_or(&[][..], |tx| &tx.vin);
        if listed.len() != inputs {
            let reason = "a transaction lists other inputs than its bytes hold";
            return Err(DecodeError::Contradiction(reason.to_owned()));
        }
        self.inputs = listed;
        Ok(())
    }

    fn next(&mut self, _: [u8; 32], _: u32) -> Result<Spent, DecodeError> {
        let input = self.inputs.split_off_first();
        let prevout = input.and_then(|input| input.prevout.as_ref());
        let prevout = prevout.ok_or_else(|| malformed("an input has no `prevout`"))?;
        let satoshi = satoshi(prevout.value.get())?;
        if prevout.script.hex.len() > 2 * SCRIPT_BYTES_MAX {
            return Err(malformed("a spent script is over 10,000 bytes"));
        }
        let script = hex::decode(prevout.script.hex)
            .map_err(|_| malformed("the script of a `prevout` is no hex"))?;
        Ok(Spent { satoshi, script: script.into_boxed_slice() })
    }

    fn end(&mut self) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// A number of bitcoin as satoshi, without rounding. Bitcoin Core writes eight places behind the
/// point (`ValueFromAmount` in its `src/core_io.cpp`); others that copy its answers may write
/// `1e-8`.
fn satoshi(text: &str) -> Result<u64, DecodeError> {
    let bad = || malformed("an amount is no number of whole satoshi");
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| bad())?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() {
        return Err(bad());
    }
    let mut number = 0_u64;
    for digit in whole.bytes().chain(fraction.bytes()) {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10).ok_or_else(bad)?;
        let next = number.checked_mul(10).and_then(|n| n.checked_add(u64::from(digit)));
        number = next.ok_or_else(bad)?;
    }
    if number == 0 {
        return Ok(0);
    }
    let places = i32::try_from(fraction.len()).map_err(|_| bad())?;
    let shift = exponent.checked_add(8).and_then(|sum| sum.checked_sub(places)).ok_or_else(bad)?;
    let power = 10_u64.checked_pow(shift.unsigned_abs()).ok_or_else(bad)?;
    let satoshi = if shift < 0 {
        number.is_multiple_of(power).then_some(number / power)
    } else {
        number.checked_mul(power)
    };
    let satoshi = satoshi.ok_or_else(bad)?;
    if satoshi > SATOSHI_MAX { Err(too_much()) } else { Ok(satoshi) }
}

#[cfg(test)]
mod tests {
    use super::satoshi;

    #[test]
    fn amounts_are_read_to_the_satoshi() {
        let read = |text: &str| satoshi(text).ok();
        assert_eq!(read("0.00000001"), Some(1));
        assert_eq!(read("50.00000000"), Some(5_000_000_000));
        assert_eq!(read("50"), Some(5_000_000_000));
        assert_eq!(read("0.1"), Some(10_000_000));
        assert_eq!(read("20999999.99999999"), Some(2_099_999_999_999_999));
        assert_eq!(read("21000000.00000000"), Some(2_100_000_000_000_000));
        assert_eq!(read("21000000.00000001"), None);
        assert_eq!(read("1e-8"), Some(1));
        assert_eq!(read("1.5E1"), Some(1_500_000_000));
        assert_eq!(read("0e99999"), Some(0));
        for bad in
            ["0.000000001", "-1.0", "1e-9", "1e99", "\"1\"", "true", "", "1e", "9e2147483647"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
