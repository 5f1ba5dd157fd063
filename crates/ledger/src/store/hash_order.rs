//! Rows in the order of a hash of their key, so that a row is found by its key.
//!
//! Four bytes a row. A search first guesses where a hash stands, as hashes are spread evenly:
//! among ten million rows it reads about five. After eight guesses it halves what is left, so
//! hashes that somebody chose cost eight rows more than a binary search.
//! Rows of the same hash stand in the order of their keys and are searched by key, because keys
//! with the same hash can be made in any number where the hash is not a secret.

use std::cmp::Ordering;

use hawkshaw_model::ReadError;

use crate::store::container::Section;

/// A column of the numbers of all rows, in the order of their hashes, then keys, then numbers.
#[derive(Debug, Clone)]
pub(crate) struct HashOrder {
    rows: Section<u32>,
}

/// A stretch of the order that holds the place searched for, and the hashes around it.
struct Window {
    start: usize,
    end: usize,
    low: u64,
    high: u64,
    /// A row of the hash, and its place.
    found: Option<(usize, u32)>,
}

/// After so many guesses the hashes are not spread evenly.
const GUESSES_MAX: u32 = 8;

/// So few rows are not worth a guess.
const FEW: usize = 3;

impl HashOrder {
    /// The column that [`hash_order`] made.
    pub(crate) fn new(rows: Section<u32>) -> Self {
        Self { rows }
    }

    /// The first row with a key: its hash, the hash of each row, and how the key of a row
    /// compares with the one searched for.
    ///
    /// # Errors
    ///
    /// When the column or a row is damaged.
    pub(crate) fn find(
        &self,
        hash: u64,
        hash_of: impl Fn(u32) -> Result<u64, ReadError>,
        compare: impl Fn(u32) -> Result<Ordering, ReadError>,
    ) -> Result<Option<u32>, ReadError> {
        let place = |row: u32| -> Result<Ordering, ReadError> {
            match hash_of(row)?.cmp(&hash) {
                Ordering::Equal => compare(row),
                other => Ok(other),
            }
        };
        let Window { mut start, mut end, found, .. } = self.near(hash, &hash_of)?;
        if let Some((at, row)) = found
            && compare(row)? == Ordering::Equal
            && (at == start || hash_of(self.row(at - 1)?)? < hash)
        {
            return Ok(Some(row));
        }
        while start < end {
            let middle = start + (end - start) / 2;
            match place(self.row(middle)?)? {
                Ordering::Less => start = middle + 1,
                Ordering::Equal | Ordering::Greater => end = middle,
            }
        }
        if start == self.rows.len() {
            return Ok(None);
        }
        let row = self.row(start)?;
        Ok((place(row)? == Ordering::Equal).then_some(row))
    }

    /// A stretch within which the first row of a hash stands, or just behind which: with a row of
    /// the hash, or small, or without any such row.
    fn near(
        &self,
        hash: u64,
        hash_of: impl Fn(u32) -> Result<u64, ReadError>,
    ) -> Result<Window, ReadError> {
        let mut window =
            Window { start: 0, end: self.rows.len(), low: 0, high: u64::MAX, found: None };
        for _ in 0..GUESSES_MAX {
            if window.end - window.start <= FEW {
                break;
            }
            let at = window.guess(hash);
            let row = self.row(at)?;
            let found = hash_of(row)?;
            match found.cmp(&hash) {
                Ordering::Less => (window.start, window.low) = (at + 1, found),
                Ordering::Greater => (window.end, window.high) = (at, found),
                Ordering::Equal => {
                    window.found = Some((at, row));
                    break;
                }
            }
        }
        Ok(window)
    }

    fn row(&self, place: usize) -> Result<u32, ReadError> {
        self.rows.at(place)
    }
}

impl Window {
    /// Where a hash stands if those of the stretch are spread evenly.
    fn guess(&self, hash: u64) -> usize {
        let width = u128::from(self.high - self.low) + 1;
        let into = u128::from(hash.saturating_sub(self.low));
        let rows = (self.end - self.start) as u128;
        let guess = usize::try_from(into * rows / width).unwrap_or(usize::MAX);
        self.start.saturating_add(guess).min(self.end - 1)
    }
}

/// The rows `0..hashes.len()` in the order of their hashes; `compare` orders the keys of two rows
/// of the same hash.
///
/// # Panics
///
/// When there are more than 2^32 rows.
pub(crate) fn hash_order(hashes: &[u64], compare: impl Fn(u32, u32) -> Ordering) -> Vec<u32> {
    let last = hashes.len().saturating_sub(1);
    assert!(u32::try_from(last).is_ok(), "{last} is no number of a row");
    let mut sorted: Vec<u64> = (0u64..).zip(hashes).map(|(row, hash)| hash & !LOW | row).collect();
    sort_by_high_half(&mut sorted);
    for same in sorted.chunk_by_mut(|a, b| a >> 32 == b >> 32).filter(|same| same.len() > 1) {
        same.sort_unstable_by(|a, b| {
            let (a, b) = (row_of(*a), row_of(*b));
            let by_hash = hashes[a as usize].cmp(&hashes[b as usize]);
            by_hash.then_with(|| compare(a, b)).then(a.cmp(&b))
        });
    }
    sorted.into_iter().map(row_of).collect()
}

const LOW: u64 = 0xffff_ffff;

fn row_of(pair: u64) -> u32 {
    u32::try_from(pair & LOW).expect("32 bits")
}

/// Sorts by the upper 32 bits: three rounds of counting, of 11, 11 and 10 bits.
fn sort_by_high_half(pairs: &mut Vec<u64>) {
    const SHIFTS: [u32; 3] = [32, 43, 54];
    const BUCKETS: usize = 1 << 11;
    if pairs.len() < BUCKETS {
        pairs.sort_unstable();
        return;
    }
    let bucket = |pair: u64, shift: u32| usize::try_from(pair >> shift).expect("64 bits") % BUCKETS;
    let mut counts = [[0usize; BUCKETS]; SHIFTS.len()];
    for pair in &*pairs {
        for (counts, shift) in counts.iter_mut().zip(SHIFTS) {
            counts[bucket(*pair, shift)] += 1;
        }
    }
    let mut other = vec![0; pairs.len()];
    for (starts, shift) in counts.iter_mut().zip(SHIFTS) {
        let mut sum = 0;
        for start in &mut *starts {
            (*start, sum) = (sum, sum + *start);
        }
        for pair in &*pairs {
            let start = &mut starts[bucket(*pair, shift)];
            other[*start] = *pair;
            *start += 1;
        }
        std::mem::swap(pairs, &mut other);
    }
}

#[cfg(test)]
mod tests;
