//! Which addresses are known otherwise in a newer index.

use hawkshaw_model::{Account, Address, ChainId};
use rustc_hash::FxHashMap;

use crate::exposure::ExposureEntry;
use crate::facts::Facts;
use crate::index::{AddressIndex, IndexError, RECORD_BYTES, Reference, reference_of};
use crate::key::AddressKey;

/// Pairs of listings that were compared are remembered up to this many.
const COMPARED_MAX: usize = 1 << 20;

/// Records that are read at a time.
const RECORDS_AT_A_TIME: usize = 1 << 16;

impl AddressIndex {
    /// The keys of which another index knows more, less or something else, in order. A way that
    /// is told otherwise is no change.
    ///
    /// # Errors
    ///
    /// When one of the files is damaged.
    pub fn changed_keys(&self, newer: &Self) -> Result<Vec<AddressKey>, IndexError> {
        let mut changed = Vec::new();
        let (mut old, mut new) = (Records::new(self), Records::new(newer));
        let mut same = Same { old: self, new: newer, compared: FxHashMap::default() };
        let (mut one, mut other) = (old.next()?, new.next()?);
        loop {
            match (one, other) {
                (None, None) => return Ok(changed),
                (Some((key, before)), Some((same_key, after))) if key == same_key => {
                    if !same.of(before, after)? {
                        changed.push(key);
                    }
                    (one, other) = (old.next()?, new.next()?);
                }
                (Some((key, _)), Some((after, _))) if key < after => {
                    changed.push(key);
                    one = old.next()?;
                }
                (Some((key, _)), None) => {
                    changed.push(key);
                    one = old.next()?;
                }
                (_, Some((key, _))) => {
                    changed.push(key);
                    other = new.next()?;
                }
            }
        }
    }
}

/// The records of an index in order.
struct Records<'a> {
    index: &'a AddressIndex,
    next: usize,
    part: &'a [[u8; RECORD_BYTES]],
    last: Option<AddressKey>,
}

impl<'a> Records<'a> {
    fn new(index: &'a AddressIndex) -> Self {
        Self { index, next: 0, part: &[], last: None }
    }

    fn next(&mut self) -> Result<Option<(AddressKey, Reference)>, IndexError> {
        if self.part.is_empty() {
            let end = self.index.len().min(self.next + RECORDS_AT_A_TIME);
            self.part = self.index.records(self.next..end)?;
            self.next = end;
        }
        let Some((record, rest)) = self.part.split_first() else {
            return Ok(None);
        };
        self.part = rest;
        let mut key = [0; 16];
        key.copy_from_slice(&record[..16]);
        let key = AddressKey(key);
        if self.last.is_some_and(|last| last >= key) {
            let start = self.index.layout.section(super::Section::Records).start;
            return Err(self.index.bytes.damaged(start, "its keys are not in order"));
        }
        self.last = Some(key);
        Ok(Some((key, reference_of(record))))
    }
}

/// Whether two indexes say the same at two places.
struct Same<'a> {
    old: &'a AddressIndex,
    new: &'a AddressIndex,
    /// Listings that many addresses share are compared once.
    compared: FxHashMap<(u32, u32), bool>,
}

impl Same<'_> {
    fn of(&mut self, old: Reference, new: Reference) -> Result<bool, IndexError> {
        let pair = match (old, new) {
            (Reference::Listing(old), Reference::Listing(new)) => Some((old, new)),
            _ => None,
        };
        if let Some(known) = pair.and_then(|pair| self.compared.get(&pair)) {
            return Ok(*known);
        }
        // The address is the same on both sides, whichever it is.
        let anybody = Account::new(ChainId::ethereum(), Address::Evm([0; 20]));
        let old = without_ways(self.old.facts_at(old, &anybody)?);
        let new = without_ways(self.new.facts_at(new, &anybody)?);
        let same = old == new;
        if let Some(pair) = pair.filter(|_| self.compared.len() < COMPARED_MAX) {
            self.compared.insert(pair, same);
        }
        Ok(same)
    }
}

fn without_ways(mut facts: Facts) -> Facts {
    let forget = |entry: &mut ExposureEntry| entry.path = None;
    facts.exposure.iter_mut().for_each(forget);
    facts
}
