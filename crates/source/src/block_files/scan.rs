//! Which blocks a file of blocks holds.
//!
//! A record is the network's four bytes, the length as four bytes from the lowest on, and the
//! block (`BlockManager::WriteBlock` in Bitcoin Core's `src/node/blockstorage.cpp`). Nodes extend
//! files in steps of 16 MiB, so zeros follow the last record; records may be cut off where a node
//! was, or is, writing. As `LoadExternalBlockFile` in Bitcoin Core's `src/validation.cpp` does,
//! whatever is no record is passed over until the network's bytes come again.

use std::io;

use hawkshaw_chains::bitcoin::{BLOCK_BYTES_MAX, HEADER_BYTES, Head};

use super::folder::PlainFile;

/// How much stands in front of a block.
const FRONT_BYTES: usize = 8;

/// How much of a file is searched at once for the next record.
const SEARCHED_BYTES: usize = 64 << 10;

/// A block in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Where the block begins, behind what stands in front.
    pub(super) offset: u64,
    pub(super) length: u32,
    pub(super) head: Head,
}

/// Finds the blocks from a byte of the file on, by their headers alone. Gives where the last of
/// them ends: what a node adds later comes behind.
pub(super) fn scan(
    file: &mut PlainFile,
    start: u64,
    magic: [u8; 4],
    mut found: impl FnMut(Found),
) -> io::Result<u64> {
    let length = file.length()?;
    let (mut place, mut end) = (start, start);
    loop {
        match record(file, place, length, magic)? {
            Some(block) => {
                place = block.offset + u64::from(block.length);
                end = place;
                found(block);
            }
            None => match find(file, place + 1, magic)? {
                Some(next) => place = next,
                None => return Ok(end),
            },
        }
    }
}

/// The record that begins at a byte, if one does.
fn record(
    file: &mut PlainFile,
    place: u64,
    length: u64,
    magic: [u8; 4],
) -> io::Result<Option<Found>> {
    let mut bytes = [0; FRONT_BYTES + HEADER_BYTES];
    if file.read_at(place, &mut bytes)? < bytes.len() {
        return Ok(None);
    }
    let (front, header) = bytes.split_at(FRONT_BYTES);
    let (Some((front, size)), Ok(header)) = (front.split_first_chunk::<4>(), header.try_into())
    else {
        return Ok(None);
    };
    let size = size.try_into().map_or(0, u32::from_le_bytes);
    let offset = place + 8;
    let is_sane = usize::try_from(size)
        .is_ok_and(|size| (HEADER_BYTES + 1..=BLOCK_BYTES_MAX).contains(&size));
    if *front != magic || !is_sane || offset + u64::from(size) > length {
        return Ok(None);
    }
    Ok(Head::new(header).ok().map(|head| Found { offset, length: size, head }))
}

/// Where the network's bytes come next.
fn find(file: &mut PlainFile, start: u64, magic: [u8; 4]) -> io::Result<Option<u64>> {
    let mut place = start;
    let mut bytes = vec![0; SEARCHED_BYTES];
    loop {
        let count = file.read_at(place, &mut bytes)?;
        let searched = bytes.get(..count).unwrap_or_default();
        if let Some(at) = searched.windows(magic.len()).position(|window| window == magic) {
            return Ok(u64::try_from(at).ok().map(|at| place + at));
        }
        if count < bytes.len() {
            return Ok(None);
        }
        // The network's bytes may stand across two pieces.
        place += u64::try_from(SEARCHED_BYTES - magic.len() + 1).unwrap_or(1);
    }
}
