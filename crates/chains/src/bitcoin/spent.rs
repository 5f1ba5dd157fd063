//! Where it stands what the inputs of a block spent.

use super::block::Output;
use crate::error::DecodeError;

/// What an input spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spent {
    pub(super) satoshi: u64,
    pub(super) script: Box<[u8]>,
}

/// Says what inputs spent, in the order of the block. The coinbase is not asked for.
pub(super) trait SpentSource {
    /// Begins with the next transaction, which has so many inputs.
    fn begin(&mut self, inputs: usize) -> Result<(), DecodeError>;

    /// What its next input spent: an output of a transaction, whose hash has the byte order of
    /// the wire.
    fn next(&mut self, tx: [u8; 32], vout: u32) -> Result<Spent, DecodeError>;

    /// Ends the transaction with what it made.
    fn made(&mut self, _tx: [u8; 32], _outputs: &[Output<'_>]) -> Result<(), DecodeError> {
        Ok(())
    }

    /// Ends the block.
    fn end(&mut self) -> Result<(), DecodeError>;
}
