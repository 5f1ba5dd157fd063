//! Which undo record belongs to which block.
//!
//! The undo record of a block stands in the file `rev` of the number of its file `blk`: the
//! network's four bytes, the length as four bytes from the lowest on, the record, and the double
//! SHA-256 of the hash of the block before and the record (`BlockManager::WriteBlockUndo` in
//! Bitcoin Core's `src/node/blockstorage.cpp`). A node writes it when it first connects the block,
//! and a block is connected after the one before it: so the records of one chain stand in the
//! order of their heights, with those of stale blocks between them.
//!
//! The checksum does not name the block itself. Where two blocks follow the same one and the node
//! connected both, both records belong to either, and what they say has to decide.

use std::collections::HashMap;
use std::io;

use bitcoin::hashes::{Hash as _, HashEngine as _, sha256d};

use super::folder::{Folder, Kind, PlainFile};

const CHECKSUM_BYTES: usize = 32;

/// How many blocks without a record may follow each other before one with a record.
const GAP_MAX: usize = 8;

/// How many blocks a node may have taken back before it connected others.
const BACK_MAX: usize = 100;

/// How many times the length of a file is hashed to find out what belongs where: records are
/// hashed once, but for those of stale blocks.
const WORK_MAX: usize = 128;

/// No file of undo records is longer: those of 128 MiB of blocks are far below.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// Where the undo records of the blocks of one file lie.
#[derive(Debug, Default)]
pub(super) struct UndoIndex {
    by_block: HashMap<[u8; 32], Vec<(u64, usize)>>,
}

/// A block of the chain and the one before it, by their hashes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Linked {
    pub(super) hash: [u8; 32],
    pub(super) parent: [u8; 32],
}

impl UndoIndex {
    /// Reads the file of a number and finds the records of blocks, which come in the order of
    /// their heights. Where there is no file there are none.
    pub(super) fn read(
        folder: &Folder,
        number: u32,
        magic: [u8; 4],
        blocks: &[Linked],
    ) -> io::Result<Self> {
        if !folder.has(Kind::Undo, number) {
            return Ok(Self::default());
        }
        let mut file = folder.file(Kind::Undo, number)?;
        let length = file.length()?;
        if length > FILE_BYTES_MAX {
            return Err(io::Error::other("it is over 1 GiB"));
        }
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        let count = file.read_at(0, &mut bytes)?;
        bytes.truncate(count);
        Ok(Self::matched(&bytes, magic, blocks))
    }

    /// Gives each record to the block whose checksum it has. What belongs to no block may be the
    /// record of a stale one or none at all, so the next one is searched inside of it too.
    fn matched(bytes: &[u8], magic: [u8; 4], blocks: &[Linked]) -> Self {
        let mut found = Self::default();
        let (mut next, mut place) = (0, 0);
        let mut work_left = bytes.len().saturating_mul(WORK_MAX);
        while let Some(record) = Record::find(bytes, &mut place, magic) {
            let ahead = next..blocks.len().min(next + GAP_MAX);
            let behind = (next.saturating_sub(BACK_MAX)..next).rev();
            let mut candidates = ahead.chain(behind);
            let at = candidates.find(|at| {
                work_left = work_left.saturating_sub(record.undo.len() + CHECKSUM_BYTES);
                blocks.get(*at).is_some_and(|block| record.is_of(&block.parent))
            });
            if work_left == 0 {
                break;
            }
            let Some(at) = at else { continue };
            if let Some(block) = blocks.get(at) {
                let places = found.by_block.entry(block.hash).or_default();
                places.push((record.offset, record.undo.len()));
            }
            next = next.max(at + 1);
            place = record.end;
        }
        found
    }

    /// Whether the file holds the record of a block.
    pub(super) fn has(&self, block: &[u8; 32]) -> bool {
        self.by_block.contains_key(block)
    }

    /// The records that may be that of a block, those written last first.
    pub(super) fn undo(
        &self,
        file: impl FnOnce() -> io::Result<PlainFile>,
        block: Linked,
    ) -> io::Result<Vec<Vec<u8>>> {
        let Some(places) = self.by_block.get(&block.hash) else { return Ok(Vec::new()) };
        let mut file = file()?;
        let read = |(offset, length): &(u64, usize)| {
            let mut bytes = file.bytes_at(*offset, length + CHECKSUM_BYTES)?;
            let checksum = bytes.split_off(*length);
            if checksum == checksum_of(&block.parent, &bytes) {
                Ok(bytes)
            } else {
                Err(io::Error::other("an undo record changed while it was read"))
            }
        };
        let mut records = places.iter().rev().map(read).collect::<io::Result<Vec<_>>>()?;
        records.dedup();
        Ok(records)
    }
}

/// A record in the bytes of a file.
struct Record<'a> {
    offset: u64,
    /// Where what comes behind it begins.
    end: usize,
    undo: &'a [u8],
    checksum: &'a [u8],
}

impl<'a> Record<'a> {
    /// The next record from a place on, which is moved behind the network's bytes in front.
    fn find(bytes: &'a [u8], place: &mut usize, magic: [u8; 4]) -> Option<Self> {
        loop {
            let skip = bytes.get(*place..)?.windows(4).position(|window| window == magic)?;
            *place += skip + 4;
            let (size, rest) = bytes.get(*place..)?.split_first_chunk()?;
            let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
            let Some((undo, rest)) = rest.split_at_checked(size) else { continue };
            let Some(checksum) = rest.get(..CHECKSUM_BYTES) else { continue };
            let start = *place + 4;
            let end = start + size + CHECKSUM_BYTES;
            return Some(Self { offset: u64::try_from(start).ok()?, end, undo, checksum });
        }
    }

    /// Whether it belongs to a block behind the one with this hash.
    fn is_of(&self, parent: &[u8; 32]) -> bool {
        self.checksum == checksum_of(parent, self.undo)
    }
}

/// The checksum of a record: of the hash of the block before, in the byte order of the wire, and
/// the record.
fn checksum_of(parent: &[u8; 32], undo: &[u8]) -> [u8; 32] {
    let mut wire = *parent;
    wire.reverse();
    let mut engine = sha256d::Hash::engine();
    engine.input(&wire);
    engine.input(undo);
    sha256d::Hash::from_engine(engine).to_byte_array()
}
