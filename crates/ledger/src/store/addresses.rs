//! The numbers of addresses, as files hold them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_model::{Address, ReadError};

use crate::store::address_key::AddressKey;
use crate::store::address_part::{AddressKeys, AddressPart, PartInfo};
use crate::store::disk::Disk;
use crate::store::error::StoreError;

/// A snapshot of the dictionary of a store: every address on every chain, numbered without holes
/// in the order in which they first appeared.
#[derive(Debug, Clone, Default)]
pub(crate) struct AddressBook {
    parts: Vec<Arc<AddressPart>>,
}

impl AddressBook {
    /// The book of parts whose numbers follow on one another from 0 on.
    ///
    /// # Errors
    ///
    /// When they do not follow on one another.
    pub(crate) fn new(parts: Vec<Arc<AddressPart>>) -> Result<Self, ReadError> {
        let mut next = 0;
        for part in &parts {
            if part.first() != next {
                let first = part.first();
                let reason = format!("its first address is {first} instead of {next}");
                return Err(part.container().error(0, reason));
            }
            next = part.first() + part.len();
        }
        Ok(Self { parts })
    }

    /// How many addresses there are.
    pub(crate) fn len(&self) -> u32 {
        self.parts.last().map_or(0, |part| part.first() + part.len())
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The parts, in the order of their numbers.
    pub(crate) fn parts(&self) -> &[Arc<AddressPart>] {
        &self.parts
    }

    /// The number of its chain, and the address.
    ///
    /// # Errors
    ///
    /// When it is damaged, or there is none with the number.
    pub(crate) fn get(&self, id: u32) -> Result<(u16, Address), ReadError> {
        let (part, local) = self.part(id)?;
        let key = part.key(local)?;
        let wrong = || part.container().error(0, format!("address {local} is none of its kind"));
        Ok((key.tag.chain(), key.address().ok_or_else(wrong)?))
    }

    /// What an address is told apart by.
    ///
    /// # Errors
    ///
    /// When it is damaged, or there is none with the number.
    #[inline]
    pub(crate) fn key(&self, id: u32) -> Result<AddressKey<'_>, ReadError> {
        let (part, local) = self.part(id)?;
        part.key(local)
    }

    /// The number of an address on a chain.
    ///
    /// # Errors
    ///
    /// When what must be read is damaged.
    pub(crate) fn find(&self, chain: u16, address: &Address) -> Result<Option<u32>, ReadError> {
        match AddressKey::new(chain, address) {
            Some(key) => self.find_key(key),
            None => Ok(None),
        }
    }

    /// The number of an address, from its key.
    ///
    /// # Errors
    ///
    /// When what must be read is damaged.
    pub(crate) fn find_key(&self, key: AddressKey<'_>) -> Result<Option<u32>, ReadError> {
        for part in &self.parts {
            if let Some(local) = part.find(key)? {
                return Ok(Some(part.first() + local));
            }
        }
        Ok(None)
    }

    /// Writes the addresses of some neighbouring parts as one. Their keys, and 24 bytes for each
    /// address, are held in memory.
    ///
    /// # Errors
    ///
    /// When a part is damaged, the file cannot be written, or more than 4 GiB of scripts and
    /// texts would stand in it.
    ///
    /// # Panics
    ///
    /// When there are no such parts.
    pub(crate) fn merge(
        &self,
        parts: Range<usize>,
        disk: &dyn Disk,
        dir: &Path,
        name: &str,
    ) -> Result<PartInfo, StoreError> {
        let parts = &self.parts[parts];
        let first = parts.first().map_or(0, |part| part.first());
        let mut keys = AddressKeys::default();
        for part in parts {
            for local in 0..part.len() {
                if !keys.push(part.key(local)?) {
                    let reason = "too large to be merged: more than 4 GiB of scripts and texts";
                    return Err(part.container().error(0, reason).into());
                }
            }
        }
        let file = keys.write(disk, &dir.join(name), first)?;
        Ok(PartInfo { name: name.to_owned(), first, count: keys.len(), file })
    }

    #[inline]
    fn part(&self, id: u32) -> Result<(&AddressPart, u32), ReadError> {
        let behind = self.parts.partition_point(|part| part.first() <= id);
        match behind.checked_sub(1).and_then(|at| self.parts.get(at)) {
            Some(part) => Ok((part, id - part.first())),
            None => Err(ReadError::new("addresses", 0, format!("there is no address {id}"))),
        }
    }
}

#[cfg(test)]
mod tests;
