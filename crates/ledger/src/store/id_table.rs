//! A table in memory of numbers by the hash of what they number.
//!
//! A slot has eight bytes: half of the hash and the number. Slots are in the order of the
//! hashes, so the table grows by a quarter in one sequential pass, without the keys; it is
//! between 64 % and 80 % full, which makes 10 to 12.5 bytes for each number.

use hawkshaw_model::ReadError;

/// Numbers below `u32::MAX` by hash. Whoever asks must compare keys: hashes are cut to 32 bits.
#[derive(Debug, Default)]
pub(crate) struct IdTable {
    /// The upper half of the hash, then the number plus one; 0 where nothing stands.
    slots: Vec<u64>,
    len: usize,
}

const SLOTS_MIN: usize = 64;

impl IdTable {
    /// How many numbers it holds.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The bytes that it takes.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u64>()
    }

    /// The number of a key, by its hash and whether a number is that of the key.
    ///
    /// # Errors
    ///
    /// When a key cannot be read.
    #[inline]
    pub(crate) fn find(
        &self,
        hash: u64,
        is_it: impl Fn(u32) -> Result<bool, ReadError>,
    ) -> Result<Option<u32>, ReadError> {
        if self.slots.is_empty() {
            return Ok(None);
        }
        let mut at = place(hash, self.slots.len());
        loop {
            let slot = self.slots[at];
            let Some(id) = (slot & LOW).checked_sub(1) else { return Ok(None) };
            if slot >> 32 == hash >> 32 {
                let id = u32::try_from(id).expect("32 bits");
                if is_it(id)? {
                    return Ok(Some(id));
                }
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
    }

    /// The slot at which a search for a hash begins. Reading it brings it near, so that several
    /// searches wait for memory at the same time.
    #[inline]
    pub(crate) fn peek(&self, hash: u64) -> Option<u32> {
        let slot = *self.slots.get(place(hash, self.slots.len()))?;
        let id = u32::try_from((slot & LOW).checked_sub(1)?).ok()?;
        (slot >> 32 == hash >> 32).then_some(id)
    }

    /// Adds a number that the table does not hold.
    pub(crate) fn insert(&mut self, hash: u64, id: u32) {
        if (self.len + 1) * 5 > self.slots.len() * 4 {
            self.grow_to(self.len + 1);
        }
        put(&mut self.slots, hash & !LOW | (u64::from(id) + 1));
        self.len += 1;
    }

    /// Makes room for so many numbers altogether.
    pub(crate) fn reserve(&mut self, len: usize) {
        if len * 5 > self.slots.len() * 4 {
            self.grow_to(len);
        }
    }

    fn grow_to(&mut self, len: usize) {
        let least = SLOTS_MIN.max(len * 5 / 4 + 1);
        let mut slots = vec![0; least.max(self.slots.len() + self.slots.len() / 4)];
        for slot in self.slots.iter().filter(|slot| **slot != 0) {
            put(&mut slots, *slot);
        }
        self.slots = slots;
    }
}

const LOW: u64 = 0xffff_ffff;

#[inline]
fn place(hash: u64, slots: usize) -> usize {
    let place = (u128::from(hash >> 32) * slots as u128) >> 32;
    usize::try_from(place).expect("less than the slots there are")
}

fn put(slots: &mut [u64], slot: u64) {
    let mut at = place(slot, slots.len());
    while slots[at] != 0 {
        at = if at + 1 == slots.len() { 0 } else { at + 1 };
    }
    slots[at] = slot;
}

#[cfg(test)]
mod tests {
    use super::IdTable;
    use proptest::prelude::{any, proptest};
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn finds_what_was_put_in(hashes in proptest::collection::vec(any::<u64>(), 0..2_000), mask in 0u32..64) {
            let hashes: Vec<u64> = hashes.into_iter().map(|h| h << mask).collect();
            let mut table = IdTable::default();
            let mut model: BTreeMap<u64, u32> = BTreeMap::new();
            for (id, hash) in (0u32..).zip(&hashes) {
                if !model.contains_key(hash) {
                    table.insert(*hash, id);
                    model.insert(*hash, id);
                }
                assert!(table.len() < 64 || table.bytes() <= table.len() * 13);
            }
            assert_eq!(table.len(), model.len());
            for (hash, id) in &model {
                let is_it = |other: u32| Ok(hashes[other as usize] == *hash);
                assert_eq!(table.find(*hash, is_it).unwrap(), Some(*id));
                assert_eq!(table.find(!*hash, |_| Ok(false)).unwrap(), None);
            }
        }
    }
}
