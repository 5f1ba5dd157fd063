//! Blocks one after the other from the first on, where nothing but the blocks before says what
//! inputs spent.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

use hawkshaw_chains::Defects;
use hawkshaw_chains::bitcoin::Unspent;
use hawkshaw_model::rows::Rows;

use super::lock;
use crate::error::SourceError;

/// How many unspent outputs are kept: about 3 GB.
const OUTPUTS_MAX: usize = 20_000_000;

/// A chain that is walked from its first block on.
pub(crate) trait Walk {
    /// The height of its first block.
    fn first(&self) -> u64;

    /// The hash of the block at a height; `None` above the last.
    fn hash_at(&self, height: u64) -> Result<Option<[u8; 32]>, SourceError>;

    /// A block as rows, where `unspent` are the outputs of all blocks before it.
    fn rows_after(
        &self,
        height: u64,
        hash: [u8; 32],
        unspent: &mut Unspent,
        defects: &mut Defects,
    ) -> Result<Rows, SourceError>;
}

/// What is unspent after some block.
#[derive(Debug)]
pub(crate) struct Replay {
    /// The hash of the block.
    hash: [u8; 32],
    /// The height of the next.
    next: u64,
    unspent: Unspent,
}

/// The blocks of heights. Those below are read and not given.
pub(crate) struct Replayed<W> {
    walk: W,
    wanted: RangeInclusive<u64>,
    /// `None` once there is nothing more.
    replay: Option<Replay>,
    /// What the next one who asks may begin with.
    kept: Arc<Mutex<Option<Replay>>>,
    defects: Arc<Mutex<Defects>>,
}

impl<W: Walk> Replayed<W> {
    pub(crate) fn new(
        walk: W,
        wanted: RangeInclusive<u64>,
        kept: Arc<Mutex<Option<Replay>>>,
        defects: Arc<Mutex<Defects>>,
    ) -> Self {
        let fits = |replay: &Replay| {
            let last = replay.next.checked_sub(1).map(|height| walk.hash_at(height));
            replay.next <= *wanted.start()
                && matches!(last, Some(Ok(Some(hash))) if hash == replay.hash)
        };
        let replay = lock(&kept).take().filter(fits).unwrap_or_else(|| Replay {
            hash: [0; 32],
            next: walk.first().min(*wanted.start()),
            unspent: Unspent::new(OUTPUTS_MAX),
        });
        Self { walk, wanted, replay: Some(replay), kept, defects }
    }

    /// The next block, also one below those that are wanted; `None` where the chain ends, or
    /// changed since the block before was read.
    fn step(&mut self, defects: &mut Defects) -> Result<Option<(u64, Rows)>, SourceError> {
        // A replay that fails is of no more use.
        let Some(mut replay) = self.replay.take() else { return Ok(None) };
        let height = replay.next;
        if height > *self.wanted.end() {
            *lock(&self.kept) = Some(replay);
            return Ok(None);
        }
        let Some(hash) = self.walk.hash_at(height)? else {
            *lock(&self.kept) = Some(replay);
            return Ok(None);
        };
        let rows = self.walk.rows_after(height, hash, &mut replay.unspent, defects)?;
        let follows = rows.blocks.first().is_some_and(|block| block.parent == replay.hash);
        if !follows && height > self.walk.first() {
            return Ok(None);
        }
        (replay.next, replay.hash) = (height + 1, hash);
        self.replay = Some(replay);
        Ok(Some((height, rows)))
    }
}

impl<W: Walk> Iterator for Replayed<W> {
    type Item = Result<Rows, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut found = Defects::default();
            match self.step(&mut found).transpose()? {
                Err(error) => return Some(Err(error)),
                Ok((height, rows)) if self.wanted.contains(&height) => {
                    lock(&self.defects).add(&found);
                    return Some(Ok(rows));
                }
                Ok(_) => {}
            }
        }
    }
}

impl<W> Drop for Replayed<W> {
    fn drop(&mut self) {
        if let Some(replay) = self.replay.take() {
            *lock(&self.kept) = Some(replay);
        }
    }
}
