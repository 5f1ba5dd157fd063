//! A block as nodes send and keep it.

use bitcoin::block::Header;
use bitcoin::consensus::deserialize;
use bitcoin::hashes::{Hash as _, HashEngine as _, sha256d};

use super::cursor::{Cursor, malformed};
use crate::error::DecodeError;

/// How long the header of a block is.
pub const HEADER_BYTES: usize = 80;

/// No block is larger: its weight is at most four million, and a byte weighs at least one
/// (BIP-141).
pub const BLOCK_BYTES_MAX: usize = 4_000_000;

/// No amount is larger: 21 million bitcoin (`MAX_MONEY` in Bitcoin Core's
/// `src/consensus/amount.h`).
pub(super) const SATOSHI_MAX: u64 = 21_000_000 * 100_000_000;

/// A block that is taken apart. It borrows its scripts.
///
/// Its header has the work that it claims, and its transactions are those that the header
/// commits to. Nothing is said about signatures.
#[derive(Debug, Clone)]
pub struct Block<'a> {
    pub(super) head: Head,
    pub(super) txs: Vec<Tx>,
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Output<'a>>,
    /// The script of the coinbase's input, which spends nothing.
    coinbase_script: &'a [u8],
}

/// A header with its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The header.
    pub header: Header,
    /// Its hash, in the byte order in which people write it.
    pub hash: [u8; 32],
    /// The hash of the block before it, in the same order.
    pub parent: [u8; 32],
}

/// A transaction: where its inputs and outputs end among those of the block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tx {
    /// In the byte order of the wire.
    pub(super) id: [u8; 32],
    pub(super) inputs_end: usize,
    pub(super) outputs_end: usize,
}

/// What an input spends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Input {
    /// In the byte order of the wire.
    pub(super) tx: [u8; 32],
    pub(super) vout: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Output<'a> {
    pub(super) satoshi: u64,
    pub(super) script: &'a [u8],
}

impl Head {
    /// Reads a header, whose hash must be as small as the header itself claims.
    ///
    /// # Errors
    ///
    /// When the hash is larger.
    pub fn new(bytes: &[u8; HEADER_BYTES]) -> Result<Self, DecodeError> {
        let header: Header =
            deserialize(bytes).map_err(|error| DecodeError::Malformed(error.to_string()))?;
        let hash = header.validate_pow(header.target()).map_err(|_| {
            let reason = "the hash of a header lacks the work that the header claims";
            DecodeError::Contradiction(reason.to_owned())
        })?;
        let parent = reversed(header.prev_blockhash.to_byte_array());
        Ok(Self { header, hash: reversed(hash.to_byte_array()), parent })
    }
}

impl<'a> Block<'a> {
    /// Takes a block apart.
    ///
    /// Source: `CBlock` and `CTransaction` in Bitcoin Core's `src/primitives`; BIP-144 for
    /// witnesses.
    ///
    /// # Errors
    ///
    /// When the bytes are no block, or its parts contradict each other.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut cursor = Cursor::new(bytes);
        let mut block = Self::empty(Head::new(cursor.array()?)?);
        let count = cursor.count(TX_BYTES_MIN)?;
        block.txs.reserve(count);
        for _ in 0..count {
            block.read_tx(&mut cursor)?;
        }
        if !cursor.rest().is_empty() {
            return Err(malformed("bytes follow the last transaction"));
        }
        block.check_commitment()?;
        Ok(block)
    }

    /// A block whose transactions come one by one, for [`Self::add_tx`].
    pub(super) fn empty(head: Head) -> Self {
        let (txs, inputs, outputs) = (Vec::new(), Vec::new(), Vec::new());
        Self { head, txs, inputs, outputs, coinbase_script: &[] }
    }

    /// Its header and hash.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// How many transactions it holds.
    pub fn tx_count(&self) -> usize {
        self.txs.len()
    }

    /// The height that its coinbase states. Blocks state it since version 2, and have to since
    /// height 227,931 of the main chain (BIP-34); older ones may hold anything there.
    pub fn stated_height(&self) -> Option<u64> {
        stated_height(&self.head.header, self.coinbase_script)
    }

    /// Adds a transaction that stands alone in its bytes.
    pub(super) fn add_tx(&mut self, bytes: &'a [u8]) -> Result<(), DecodeError> {
        let mut cursor = Cursor::new(bytes);
        self.read_tx(&mut cursor)?;
        if cursor.rest().is_empty() {
            Ok(())
        } else {
            Err(malformed("bytes follow the transaction"))
        }
    }

    fn read_tx(&mut self, cursor: &mut Cursor<'a>) -> Result<(), DecodeError> {
        let start = *cursor;
        let version = cursor.array::<4>()?;
        let has_witness = cursor.rest().starts_with(&[0]);
        if has_witness && cursor.array()? != &[0, 1] {
            return Err(malformed("a transaction has no inputs, or flags that mean nothing"));
        }
        let body_start = *cursor;
        let first_input = self.inputs.len();
        self.read_inputs(cursor)?;
        self.read_outputs(cursor)?;
        let body = cursor.since(body_start);
        if has_witness {
            skip_witnesses(cursor, self.inputs.len() - first_input)?;
        }
        let lock_time = cursor.array::<4>()?;
        let id = if has_witness {
            hashed(&[version, body, lock_time])
        } else {
            hashed(&[cursor.since(start)])
        };
        let (inputs_end, outputs_end) = (self.inputs.len(), self.outputs.len());
        self.txs.push(Tx { id, inputs_end, outputs_end });
        Ok(())
    }

    fn read_inputs(&mut self, cursor: &mut Cursor<'a>) -> Result<(), DecodeError> {
        let count = cursor.count(INPUT_BYTES_MIN)?;
        if count == 0 {
            return Err(malformed("a transaction has no inputs"));
        }
        let is_first = self.txs.is_empty();
        for _ in 0..count {
            let input = Input { tx: *cursor.array()?, vout: cursor.u32()? };
            let script = cursor.counted()?;
            cursor.array::<4>()?;
            let is_coinbase = input == NOTHING;
            if is_coinbase != is_first || (is_coinbase && count > 1) {
                let reason = "only the first transaction of a block spends nothing, and it \
                              spends nothing else";
                return Err(DecodeError::Contradiction(reason.to_owned()));
            }
            if is_coinbase {
                self.coinbase_script = script;
            } else {
                self.inputs.push(input);
            }
        }
        Ok(())
    }

    fn read_outputs(&mut self, cursor: &mut Cursor<'a>) -> Result<(), DecodeError> {
        let count = cursor.count(OUTPUT_BYTES_MIN)?;
        if count == 0 {
            return Err(malformed("a transaction has no outputs"));
        }
        self.outputs.reserve(count);
        for _ in 0..count {
            let satoshi = cursor.u64()?;
            if satoshi > SATOSHI_MAX {
                return Err(too_much());
            }
            self.outputs.push(Output { satoshi, script: cursor.counted()? });
        }
        Ok(())
    }

    /// Checks that the header commits to these transactions in this order.
    ///
    /// Two equal hashes side by side would let a list with repeated transactions have the same
    /// root (CVE-2012-2459; `ComputeMerkleRoot` in Bitcoin Core's `src/consensus/merkle.cpp`).
    pub(super) fn check_commitment(&self) -> Result<(), DecodeError> {
        let contradiction = |reason: &str| Err(DecodeError::Contradiction(reason.to_owned()));
        let mut level: Vec<[u8; 32]> = self.txs.iter().map(|tx| tx.id).collect();
        if level.is_empty() {
            return contradiction("the block has no transactions");
        }
        while level.len() > 1 {
            let pairs = level.len().div_ceil(2);
            for pair in 0..pairs {
                let left = level[2 * pair];
                let right = level.get(2 * pair + 1).copied();
                if right == Some(left) {
                    return contradiction("the block repeats a transaction");
                }
                level[pair] = hashed(&[&left, &right.unwrap_or(left)]);
            }
            level.truncate(pairs);
        }
        if level[0] == self.head.header.merkle_root.to_byte_array() {
            return Ok(());
        }
        contradiction("the header commits to other transactions")
    }
}

/// The height that the coinbase of a block states first (BIP-34).
fn stated_height(header: &Header, script: &[u8]) -> Option<u64> {
    if header.version.to_consensus() < 2 {
        return None;
    }
    let (first, rest) = script.split_first()?;
    match first {
        // OP_0 and OP_1 to OP_16.
        0x00 => Some(0),
        0x51..=0x60 => Some(u64::from(first - 0x50)),
        1..=5 => {
            let bytes = rest.get(..usize::from(*first))?;
            // Numbers of scripts carry their sign in the top bit.
            let is_negative = bytes.last()? & 0x80 != 0;
            let number = bytes.iter().rev().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
            (!is_negative).then_some(number)
        }
        _ => None,
    }
}

/// The output that the input of a coinbase names.
const NOTHING: Input = Input { tx: [0; 32], vout: u32::MAX };

/// Output, length of the script, sequence.
const INPUT_BYTES_MIN: usize = 36 + 1 + 4;

/// Value, length of the script.
const OUTPUT_BYTES_MIN: usize = 8 + 1;

/// Version, two lengths, one input, one output, lock time.
const TX_BYTES_MIN: usize = 4 + 1 + INPUT_BYTES_MIN + 1 + OUTPUT_BYTES_MIN + 4;

fn skip_witnesses(cursor: &mut Cursor<'_>, spending: usize) -> Result<(), DecodeError> {
    // A coinbase has one input, which is not among those that spend.
    let mut is_empty = true;
    for _ in 0..spending.max(1) {
        let items = cursor.count(1)?;
        is_empty &= items == 0;
        for _ in 0..items {
            cursor.counted()?;
        }
    }
    if is_empty { Err(malformed("a transaction announces a witness and has none")) } else { Ok(()) }
}

pub(super) fn hashed(parts: &[&[u8]]) -> [u8; 32] {
    let mut engine = sha256d::Hash::engine();
    for part in parts {
        engine.input(part);
    }
    sha256d::Hash::from_engine(engine).to_byte_array()
}

/// A hash in the order in which people write it, from that of the wire, or back.
pub(super) fn reversed(mut hash: [u8; 32]) -> [u8; 32] {
    hash.reverse();
    hash
}

#[cold]
pub(super) fn too_much() -> DecodeError {
    DecodeError::Contradiction("an amount is over 21 million bitcoin".to_owned())
}
