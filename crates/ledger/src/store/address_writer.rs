//! Giving numbers to addresses.

use std::hash::RandomState;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_model::{AccountIx, Address, ReadError};

use crate::store::address_key::AddressKey;
use crate::store::address_part::{AddressKeys, AddressPart, PartInfo};
use crate::store::addresses::AddressBook;
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::id_table::IdTable;

/// A dictionary that grows: what a book holds, and what appeared since.
///
/// In memory are a table of at most 12.5 bytes for each address met, and the keys that are not
/// written yet. Addresses of the book are looked up in its files at first, which is right for a
/// few; after [`LOOKUPS_MAX`] of them all are put into the table in one pass.
#[derive(Debug)]
pub(crate) struct AddressWriter {
    book: AddressBook,
    fresh: AddressKeys,
    table: IdTable,
    secret: RandomState,
    lookups: u32,
    is_loaded: bool,
}

/// How often an address is looked up in the files before all are read at once.
pub(crate) const LOOKUPS_MAX: u32 = 200_000;

const TOGETHER: usize = 32;

impl AddressWriter {
    /// A dictionary that goes on from a book.
    pub(crate) fn new(book: AddressBook) -> Self {
        Self {
            is_loaded: book.is_empty(),
            book,
            fresh: AddressKeys::default(),
            table: IdTable::default(),
            secret: RandomState::new(),
            lookups: 0,
        }
    }

    /// How many addresses have a number.
    pub(crate) fn len(&self) -> u32 {
        self.book.len() + self.fresh.len()
    }

    /// What is written.
    pub(crate) fn book(&self) -> &AddressBook {
        &self.book
    }

    /// The number of an address on a chain, the next one if it has none.
    ///
    /// # Errors
    ///
    /// When the files are damaged, or there are no numbers left.
    pub(crate) fn intern(&mut self, chain: u16, address: &Address) -> Result<u32, ReadError> {
        let key = AddressKey::new(chain, address).ok_or_else(unknown_kind)?;
        self.intern_key(key, key.hash_in_memory(&self.secret))
    }

    /// The numbers of many addresses, added to `ids` in their order: faster than one at a time,
    /// because their searches wait for memory together.
    ///
    /// # Errors
    ///
    /// When the files are damaged, or there are no numbers left.
    pub(crate) fn intern_all<'a>(
        &mut self,
        chain: u16,
        addresses: impl IntoIterator<Item = &'a Address>,
        ids: &mut Vec<u32>,
    ) -> Result<(), ReadError> {
        let mut addresses = addresses.into_iter();
        let mut keys = Vec::with_capacity(TOGETHER);
        loop {
            keys.clear();
            for address in addresses.by_ref().take(TOGETHER) {
                let key = AddressKey::new(chain, address).ok_or_else(unknown_kind)?;
                keys.push((key, key.hash_in_memory(&self.secret)));
            }
            if keys.is_empty() {
                return Ok(());
            }
            self.bring_near(&keys)?;
            for (key, hash) in &keys {
                ids.push(self.intern_key(*key, *hash)?);
            }
        }
    }

    /// The number of an address on a chain, if it has one.
    ///
    /// # Errors
    ///
    /// When the files are damaged.
    #[cfg(test)]
    pub(crate) fn find(&self, chain: u16, address: &Address) -> Result<Option<u32>, ReadError> {
        let Some(key) = AddressKey::new(chain, address) else { return Ok(None) };
        match self.find_in_table(key, key.hash_in_memory(&self.secret))? {
            None if !self.is_loaded => self.book.find_key(key),
            found => Ok(found),
        }
    }

    /// The number of its chain, and the address.
    ///
    /// # Errors
    ///
    /// When it is damaged, or there is none with the number.
    #[cfg(test)]
    pub(crate) fn get(&self, id: u32) -> Result<(u16, Address), ReadError> {
        match id.checked_sub(self.book.len()) {
            Some(fresh) if fresh < self.fresh.len() => {
                let key = self.fresh.key(fresh);
                Ok((key.tag.chain(), key.address().ok_or_else(unknown_kind)?))
            }
            _ => self.book.get(id),
        }
    }

    /// Writes the addresses that are not written yet as a part of the book, if there are any.
    /// When that fails they stay as they were.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or not read back.
    pub(crate) fn flush(
        &mut self,
        disk: &dyn Disk,
        dir: &Path,
        name: &str,
    ) -> Result<Option<PartInfo>, StoreError> {
        if self.fresh.len() == 0 {
            return Ok(None);
        }
        let (first, count) = (self.book.len(), self.fresh.len());
        let file = self.fresh.write(disk, &dir.join(name), first)?;
        let mut parts = self.book.parts().to_vec();
        parts.push(Arc::new(AddressPart::open(&dir.join(name))?));
        self.book = AddressBook::new(parts)?;
        self.fresh = AddressKeys::default();
        Ok(Some(PartInfo { name: name.to_owned(), first, count, file }))
    }

    /// Whether no file holds some of the addresses yet.
    pub(crate) fn has_fresh(&self) -> bool {
        self.fresh.len() > 0
    }

    /// Reads from other files that hold the same addresses, after some were merged.
    ///
    /// # Panics
    ///
    /// When there are more or fewer of them.
    pub(crate) fn set_book(&mut self, book: AddressBook) {
        assert_eq!(book.len(), self.book.len(), "a merge keeps every address");
        self.book = book;
    }

    fn intern_key(&mut self, key: AddressKey<'_>, hash: u64) -> Result<u32, ReadError> {
        if let Some(id) = self.find_in_table(key, hash)? {
            return Ok(id);
        }
        if !self.is_loaded {
            if self.lookups == LOOKUPS_MAX {
                self.load()?;
                return self.intern_key(key, hash);
            }
            self.lookups += 1;
            if let Some(id) = self.book.find_key(key)? {
                self.table.insert(hash, id);
                return Ok(id);
            }
        }
        let id = self.len();
        if id == AccountIx::NONE || !self.fresh.push(key) {
            return Err(ReadError::new(
                "addresses",
                0,
                format!("there is no room for {id} of them"),
            ));
        }
        self.table.insert(hash, id);
        Ok(id)
    }

    #[inline]
    fn find_in_table(&self, key: AddressKey<'_>, hash: u64) -> Result<Option<u32>, ReadError> {
        let written = self.book.len();
        self.table.find(hash, |id| match id.checked_sub(written) {
            Some(fresh) => Ok(self.fresh.key(fresh) == key),
            None => Ok(self.book.key(id)? == key),
        })
    }

    /// Reads the slots and then the keys that a few searches begin with, each search without
    /// waiting for the one before it.
    fn bring_near(&self, keys: &[(AddressKey<'_>, u64)]) -> Result<(), ReadError> {
        let mut ids = [None; TOGETHER];
        for (id, (_, hash)) in ids.iter_mut().zip(keys) {
            *id = self.table.peek(*hash);
        }
        let written = self.book.len();
        let mut sum = 0u8;
        for id in ids.into_iter().flatten() {
            let key = match id.checked_sub(written) {
                Some(fresh) => self.fresh.key(fresh),
                None => self.book.key(id)?,
            };
            sum ^= key.bytes.first().copied().unwrap_or(0);
        }
        std::hint::black_box(sum);
        Ok(())
    }

    /// Puts every address into the table.
    fn load(&mut self) -> Result<(), ReadError> {
        let mut table = IdTable::default();
        table.reserve(self.len() as usize);
        for part in self.book.parts() {
            for local in 0..part.len() {
                let hash = part.key(local)?.hash_in_memory(&self.secret);
                table.insert(hash, part.first() + local);
            }
        }
        for (id, local) in (self.book.len()..).zip(0..self.fresh.len()) {
            table.insert(self.fresh.key(local).hash_in_memory(&self.secret), id);
        }
        self.table = table;
        self.is_loaded = true;
        Ok(())
    }
}

fn unknown_kind() -> ReadError {
    ReadError::new("addresses", 0, "an address is of a kind that stores do not hold")
}
