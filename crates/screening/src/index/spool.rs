//! Bytes that are kept until all is known, in pieces, so that they are never moved.

use crate::index::error::IndexError;

/// A piece is made as large as this.
const CHUNK_BYTES: usize = 16 << 20;

/// Where nothing stands.
#[derive(Debug, Default)]
pub(super) struct Spool {
    chunks: Vec<Vec<u8>>,
    /// Bytes before each piece.
    starts: Vec<usize>,
    len: usize,
}

impl Spool {
    /// Keeps bytes, with their length before them, and gives their place.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<u64, IndexError> {
        let length = u32::try_from(bytes.len())
            .ok()
            .filter(|_| bytes.len() + 4 <= CHUNK_BYTES)
            .ok_or_else(|| IndexError::TooLarge("over 16 MiB of one address".to_owned()))?;
        let is_full =
            self.chunks.last().is_none_or(|chunk| chunk.len() + bytes.len() + 4 > CHUNK_BYTES);
        if is_full {
            self.starts.push(self.len);
            // Small indexes take little: a first piece grows as it is filled.
            let room = if self.chunks.is_empty() { 0 } else { CHUNK_BYTES };
            self.chunks.push(Vec::with_capacity(room));
        }
        let place = u64::try_from(self.len).unwrap_or(u64::MAX);
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.extend_from_slice(&length.to_le_bytes());
            chunk.extend_from_slice(bytes);
        }
        self.len += bytes.len() + 4;
        Ok(place)
    }

    /// The bytes that were kept at a place.
    pub(super) fn get(&self, place: u64) -> Result<&[u8], IndexError> {
        let found = || {
            let place = usize::try_from(place).ok()?;
            let chunk = self.starts.partition_point(|start| *start <= place).checked_sub(1)?;
            let rest = self.chunks.get(chunk)?.get(place - self.starts.get(chunk)?..)?;
            let (length, rest) = rest.split_first_chunk::<4>()?;
            rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)
        };
        found().ok_or_else(|| IndexError::TooLarge("what was never added".to_owned()))
    }

    /// All bytes with their lengths, in order.
    pub(super) fn each_chunk(
        &self,
        mut visit: impl FnMut(&[u8]) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        self.chunks.iter().try_for_each(|chunk| visit(chunk))
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }
}
