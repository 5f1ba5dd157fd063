//! Where the blocks of a chain come from, and what a source of them cannot say.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;

use crate::chain::ChainId;
use crate::rows::Rows;

/// A block of a chain: its height and hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockRef {
    /// Block height.
    pub height: u64,
    /// Its hash, in the byte order in which the chain shows it.
    pub hash: [u8; 32],
}

/// What a source of blocks leaves out, so that every later answer can say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lack {
    /// The source has no traces: what contracts paid out in the native asset is missing.
    InternalTransfers,
    /// The source does not say what transactions cost.
    Fees,
    /// The source does not say what inputs spent, where the output lies before its first block.
    SpentOutputs,
}

impl Lack {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::InternalTransfers, Self::Fees, Self::SpentOutputs];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::InternalTransfers => "internal-transfers",
            Self::Fees => "fees",
            Self::SpentOutputs => "spent-outputs",
        }
    }
}

impl fmt::Display for Lack {
    /// As the end of a sentence: "has no internal transfers".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InternalTransfers => "no internal transfers",
            Self::Fees => "no fees",
            Self::SpentOutputs => "no outputs that were made before its first block",
        })
    }
}

/// A text that names nothing that a source can leave out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is nothing that a source leaves out")]
pub struct UnknownLack(String);

impl FromStr for Lack {
    type Err = UnknownLack;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|lack| lack.name() == text);
        found.ok_or_else(|| UnknownLack(crate::chain::shortened(text)))
    }
}

/// Whatever gives the blocks of one chain by height: a node, or the files that a node keeps.
///
/// A chain may change while it is read: blocks near the tip go away and others take their place.
/// Whoever reads compares hashes.
pub trait BlockSource {
    /// Why it cannot be read.
    type Error;

    /// Its chain.
    fn chain(&self) -> &ChainId;

    /// What errors and stores call it; never with a key in it.
    fn name(&self) -> &Arc<str>;

    /// What it leaves out.
    fn lacks(&self) -> &[Lack];

    /// The height of the lowest block that it has.
    ///
    /// # Errors
    ///
    /// When it does not answer, or not sensibly.
    fn first(&self) -> Result<u64, Self::Error> {
        Ok(0)
    }

    /// The highest block that it has.
    ///
    /// # Errors
    ///
    /// When it does not answer, or not sensibly.
    fn tip(&self) -> Result<BlockRef, Self::Error>;

    /// The block at a height on the chain that it holds for the right one; `None` above its tip.
    ///
    /// # Errors
    ///
    /// When it does not answer, or not sensibly.
    fn block_at(&self, height: u64) -> Result<Option<BlockRef>, Self::Error>;

    /// The blocks of heights, one after the other from the lowest on: one [`Rows`] per block,
    /// which holds its header. Where the chain changes meanwhile, a block may not follow the one
    /// before it, and the blocks may end early.
    fn blocks(
        &self,
        heights: RangeInclusive<u64>,
    ) -> Box<dyn Iterator<Item = Result<Rows, Self::Error>> + '_>;
}
