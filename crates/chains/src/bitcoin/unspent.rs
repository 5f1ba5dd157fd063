//! Outputs that nobody has spent yet, for sources that do not say what inputs spent.

use std::collections::HashMap;

use hawkshaw_model::TxHash;

use super::block::{Block, Input, Output, reversed};
use super::spent::{Spent, SpentSource};
use super::undo::SCRIPT_BYTES_MAX;
use crate::error::DecodeError;

/// The outputs of the blocks of one chain up to some height that nobody has spent.
///
/// It needs about 150 bytes an output; the whole main chain had about 170 million of them in
/// 2025. So it is for short chains, and a limit keeps it from taking all memory.
#[derive(Debug, Clone)]
pub struct Unspent {
    outputs: HashMap<Input, Spent>,
    outputs_max: usize,
}

impl Unspent {
    /// None yet. It holds at most `outputs_max`.
    pub fn new(outputs_max: usize) -> Self {
        Self { outputs: HashMap::new(), outputs_max }
    }

    /// Adds the output of a transaction that was made before the first block.
    pub fn add(&mut self, tx: TxHash, vout: u32, satoshi: u64, script: Box<[u8]>) {
        let input = Input { tx: reversed(*tx.as_bytes()), vout };
        self.outputs.insert(input, Spent { satoshi, script });
    }

    /// Passes over a block of which something else says what it spent.
    ///
    /// # Errors
    ///
    /// When there are too many outputs.
    pub fn pass(&mut self, block: &Block<'_>) -> Result<(), DecodeError> {
        let mut start = 0;
        for tx in &block.txs {
            self.made(tx.id, block.outputs.get(start..tx.outputs_end).unwrap_or_default())?;
            start = tx.outputs_end;
        }
        for input in &block.inputs {
            self.outputs.remove(input);
        }
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.outputs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }
}

impl SpentSource for Unspent {
    fn begin(&mut self, _: usize) -> Result<(), DecodeError> {
        Ok(())
    }

    fn next(&mut self, tx: [u8; 32], vout: u32) -> Result<Spent, DecodeError> {
        let found = self.outputs.remove(&Input { tx, vout });
        found.ok_or_else(|| DecodeError::UnknownOutput { tx: TxHash::from(reversed(tx)), vout })
    }

    fn made(&mut self, tx: [u8; 32], outputs: &[Output<'_>]) -> Result<(), DecodeError> {
        for (output, vout) in outputs.iter().zip(0..) {
            // What begins with OP_RETURN or is too long can never be spent (`IsUnspendable` in
            // Bitcoin Core's `src/script/script.h`).
            let is_spendable =
                output.script.first() != Some(&0x6a) && output.script.len() <= SCRIPT_BYTES_MAX;
            if is_spendable {
                let spent = Spent { satoshi: output.satoshi, script: output.script.into() };
                self.outputs.insert(Input { tx, vout }, spent);
            }
        }
        if self.outputs.len() > self.outputs_max {
            return Err(DecodeError::TooManyOutputs(self.outputs_max));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), DecodeError> {
        Ok(())
    }
}
