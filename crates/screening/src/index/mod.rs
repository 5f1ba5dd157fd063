//! The index: from an address to all that is known of it, in one file that never changes.
//!
//! A lookup reads two numbers of the directory, a dozen keys that stand together, and the entries
//! of the one that is asked for. What is read is checked before it is used; nothing is said of an
//! address when a check fails.

mod builder;
mod bytes;
mod changes;
mod code;
mod entry;
mod error;
mod layout;
mod listings;
mod spool;
mod tables;
#[cfg(test)]
mod tests;
mod write;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_model::Account;

pub use self::builder::IndexBuilder;
use self::bytes::Bytes;
use self::code::Reader;
pub(crate) use self::entry::sort as sort_exposure;
pub use self::error::IndexError;
use self::layout::{IS_LISTING, LISTING_BYTES, Layout, RECORD_BYTES, Section};
use self::listings::Packed;
use self::tables::Tables;
use crate::coverage::Coverage;
use crate::exposure::PathStep;
use crate::facts::Facts;
use crate::key::AddressKey;
use crate::listing::{ListInfo, Listing};

/// A way is followed over at most so many places.
pub const PATH_STEPS_MAX: usize = 1_000;

/// An index of addresses: a file that is mapped, or bytes. It never changes.
#[derive(Debug)]
pub struct AddressIndex {
    bytes: Bytes,
    layout: Layout,
    tables: Tables,
    sum: u64,
}

/// Where what is known of a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reference {
    /// It is one listing.
    Listing(u32),
    /// It begins at a byte of the entries.
    Entry(usize),
}

impl AddressIndex {
    /// Opens the index in a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is something else, or is damaged where everything depends on it.
    pub fn open(path: &Path) -> Result<Self, IndexError> {
        Self::of(Bytes::open(path)?)
    }

    /// Takes an index from the bytes of such a file; `name` stands in messages.
    ///
    /// # Errors
    ///
    /// When it is something else, or is damaged where everything depends on it.
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, IndexError> {
        Self::of(Bytes::memory(name, bytes))
    }

    fn of(mut bytes: Bytes) -> Result<Self, IndexError> {
        let (layout, sum) = layout::read(&mut bytes)?;
        let range = layout.section(Section::Tables);
        let tables = Tables::read(&mut Reader::new(&bytes, range)?)?;
        let index = Self { bytes, layout, tables, sum };
        index.check_directory()?;
        Ok(index)
    }

    /// The directory is small and every lookup depends on it: it is read as a whole.
    fn check_directory(&self) -> Result<(), IndexError> {
        let range = self.layout.section(Section::Directory);
        let directory = self.bytes.get(range.clone())?;
        let (numbers, _) = directory.as_chunks::<4>();
        let rises = numbers.is_sorted_by_key(|number| u32::from_le_bytes(*number));
        let last = numbers.last().map(|number| u32::from_le_bytes(*number));
        let ends = last.and_then(|last| usize::try_from(last).ok()) == Some(self.len());
        let begins = numbers.first() == Some(&[0; 4]);
        if rises && ends && begins {
            return Ok(());
        }
        Err(self.bytes.damaged(range.start, "its directory does not fit its keys"))
    }

    /// Fails where the file was written to since it was opened. What was read between two calls
    /// that did not fail is what the file said when it was opened.
    ///
    /// # Errors
    ///
    /// When it was, or cannot be looked at.
    pub fn check_unchanged(&self) -> Result<(), IndexError> {
        self.bytes.check_unchanged()
    }

    /// How many addresses it knows.
    pub fn len(&self) -> usize {
        self.layout.keys()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it was made of, as [`IndexBuilder::set_origin`] was told.
    pub fn origin(&self) -> &str {
        &self.tables.origin
    }

    /// A number that stands for all that it holds: another content has another one.
    pub fn checksum(&self) -> u64 {
        self.sum
    }

    /// The chains of its listings and of the ledgers that were read for it.
    pub fn coverage(&self) -> &Coverage {
        &self.tables.coverage
    }

    /// The lists of its listings.
    pub fn lists(&self) -> &[Arc<ListInfo>] {
        self.tables.lists()
    }

    /// How many bytes its parts take: keys and directory, and all that is known of them.
    pub fn bytes_of_keys_and_facts(&self) -> (usize, usize) {
        let keys = [Section::Directory, Section::Records].map(|s| self.layout.section(s).len());
        let keys: usize = keys.iter().sum();
        (keys, self.bytes.raw().len() - keys)
    }

    /// What is known of an address, on every chain that its key stands for.
    ///
    /// # Errors
    ///
    /// When the file is damaged where it is read.
    pub fn facts(&self, account: &Account) -> Result<Facts, IndexError> {
        match self.find(AddressKey::of(account))? {
            Some(reference) => self.facts_at(reference, account),
            None => Ok(Facts::default()),
        }
    }

    /// Whether anything is known of a key.
    ///
    /// # Errors
    ///
    /// When the file is damaged where it is read.
    pub fn contains(&self, key: AddressKey) -> Result<bool, IndexError> {
        self.find(key).map(|found| found.is_some())
    }

    /// The way from a place on it towards the source, and whether it was followed to its end.
    ///
    /// # Errors
    ///
    /// When the file is damaged where it is read.
    pub fn path(&self, first: u32) -> Result<(Vec<PathStep>, bool), IndexError> {
        let mut steps = Vec::new();
        let mut next = Some(first);
        while let Some(number) = next {
            if steps.len() == PATH_STEPS_MAX {
                return Ok((steps, false));
            }
            let node = self.place(number)?;
            steps.push(node.step);
            next = node.next;
        }
        Ok((steps, true))
    }

    fn place(&self, number: u32) -> Result<crate::exposure::PathNode, IndexError> {
        let places = self.layout.section(Section::PathPlaces);
        let wrong = || self.bytes.damaged(places.start, "a way goes on at a place that it has not");
        let number = usize::try_from(number).map_err(|_| wrong())?;
        let part = number.checked_mul(8);
        let part = part.and_then(|at| self.layout.part(Section::PathPlaces, at, 8));
        let start = self.u64_at(part.ok_or_else(wrong)?)?;
        let range = self.sized(Section::Paths, start)?;
        entry::read_place(&mut Reader::new(&self.bytes, range)?, &self.tables)
    }

    /// Where bytes stand that have their length, of four bytes, before them.
    fn sized(&self, section: Section, start: u64) -> Result<Range<usize>, IndexError> {
        let whole = self.layout.section(section);
        let wrong = || self.bytes.damaged(whole.start, "what it points to is not there");
        let start = usize::try_from(start).map_err(|_| wrong())?;
        let head = self.layout.part(section, start, 4).ok_or_else(wrong)?;
        let length = self.bytes.get(head.clone())?.try_into().map_err(|_| wrong())?;
        let length = usize::try_from(u32::from_le_bytes(length)).map_err(|_| wrong())?;
        self.layout.part(section, start + 4, length).ok_or_else(wrong)
    }

    /// Where what is known of a key stands; `None` where nothing is.
    fn find(&self, key: AddressKey) -> Result<Option<Reference>, IndexError> {
        let [first, end] = self.bucket(key)?;
        let records = self.records(first..end)?;
        let found = records.binary_search_by(|record| record[..16].cmp(&key.0));
        match found.ok().and_then(|place| records.get(place)) {
            Some(record) => Ok(Some(reference_of(record))),
            None => Ok(None),
        }
    }

    /// The numbers of the first record that has the first bits of a key, and of the first one
    /// behind these.
    fn bucket(&self, key: AddressKey) -> Result<[usize; 2], IndexError> {
        let directory = self.layout.section(Section::Directory);
        let wrong = || self.bytes.damaged(directory.start, "its directory is too short");
        let bucket =
            usize::try_from(builder::bucket(key, self.layout.bits)).map_err(|_| wrong())?;
        let part = self.layout.part(Section::Directory, bucket * 4, 8).ok_or_else(wrong)?;
        let (pair, _) = self.bytes.get(part)?.as_chunks::<4>();
        let number = |place: usize| {
            let number = pair.get(place).map(|number| u32::from_le_bytes(*number));
            number.and_then(|number| usize::try_from(number).ok()).ok_or_else(wrong)
        };
        Ok([number(0)?, number(1)?])
    }

    fn records(&self, numbers: Range<usize>) -> Result<&[[u8; RECORD_BYTES]], IndexError> {
        let section = self.layout.section(Section::Records);
        let wrong = || self.bytes.damaged(section.start, "its directory points behind its keys");
        let count = numbers.end.checked_sub(numbers.start).ok_or_else(wrong)?;
        let (start, length) =
            (numbers.start.checked_mul(RECORD_BYTES), count.checked_mul(RECORD_BYTES));
        let (start, length) = start.zip(length).ok_or_else(wrong)?;
        let part = self.layout.part(Section::Records, start, length).ok_or_else(wrong)?;
        Ok(self.bytes.get(part)?.as_chunks::<RECORD_BYTES>().0)
    }

    /// What is known at a place, told of an address.
    fn facts_at(&self, reference: Reference, account: &Account) -> Result<Facts, IndexError> {
        let start = match reference {
            Reference::Listing(number) => {
                let listings = vec![self.listing(number, account)?];
                return Ok(Facts { listings, ..Facts::default() });
            }
            Reference::Entry(start) => start,
        };
        let entry = entry::read(&mut self.entry_reader(start)?, &self.tables)?;
        let listings = entry.listings.iter().map(|number| self.listing(*number, account));
        let mut listings: Vec<Listing> = listings.collect::<Result<_, _>>()?;
        listings.sort_by(Listing::cmp_rank);
        Ok(Facts { listings, exposure: entry.exposure, totals: entry.totals })
    }

    /// Reads the entries that begin at a byte of their section.
    fn entry_reader(&self, start: usize) -> Result<Reader<'_>, IndexError> {
        let whole = self.layout.section(Section::Entries);
        let wrong = || self.bytes.damaged(whole.start, "a key points behind its entries");
        let at = whole.start.checked_add(start).filter(|at| *at < whole.end).ok_or_else(wrong)?;
        // A length takes at most five bytes; it may stand at the very end.
        let mut head = Reader::new(&self.bytes, at..whole.end.min(at + 5))?;
        let before = head.left();
        let length: usize = head.number()?;
        let start = at + (before - head.left());
        let end = start.checked_add(length).filter(|end| *end <= whole.end).ok_or_else(wrong)?;
        Reader::new(&self.bytes, start..end)
    }

    fn packed(&self, number: u32) -> Result<Packed<'_>, IndexError> {
        let whole = self.layout.section(Section::Listings);
        let wrong = || self.bytes.damaged(whole.start, "a key names a listing that it has not");
        let at = usize::try_from(number).ok().and_then(|number| number.checked_mul(LISTING_BYTES));
        let part = at.and_then(|at| self.layout.part(Section::Listings, at, LISTING_BYTES));
        let part = part.ok_or_else(wrong)?;
        let record = self.bytes.get(part.clone())?.first_chunk::<LISTING_BYTES>();
        let read = Packed::read(record.ok_or_else(wrong)?, &self.tables);
        read.map_err(|what| self.bytes.damaged(part.start, what))
    }

    /// A listing, told of an address.
    fn listing(&self, number: u32, account: &Account) -> Result<Listing, IndexError> {
        let packed = self.packed(number)?;
        Ok(Listing {
            list: Arc::clone(packed.list),
            account: listings::account_on(packed.chain, account),
            label: self.text(packed.label)?.into(),
            entity: packed.entity.map(|place| self.text(place)).transpose()?.map(Into::into),
            category: packed.category,
            source: self.text(packed.source)?.into(),
            confidence: packed.confidence,
            added: packed.added,
            removed: packed.removed,
            by_cluster: packed.by_cluster,
        })
    }

    fn text(&self, place: u64) -> Result<&str, IndexError> {
        let whole = self.layout.section(Section::Texts);
        let wrong = || self.bytes.damaged(whole.start, "a listing points behind its texts");
        let at = usize::try_from(place).ok().and_then(|place| whole.start.checked_add(place));
        let at = at.filter(|at| *at < whole.end).ok_or_else(wrong)?;
        let mut head = Reader::new(&self.bytes, at..whole.end.min(at + 5))?;
        let before = head.left();
        let length: usize = head.number()?;
        let start = at + (before - head.left());
        let end = start.checked_add(length).filter(|end| *end <= whole.end).ok_or_else(wrong)?;
        let text = std::str::from_utf8(self.bytes.get(start..end)?);
        text.map_err(|_| self.bytes.damaged(start, "a text is not UTF-8"))
    }

    fn u64_at(&self, range: Range<usize>) -> Result<u64, IndexError> {
        let start = range.start;
        let number =
            self.bytes.get(range)?.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes));
        number.ok_or_else(|| self.bytes.damaged(start, "a number is cut off"))
    }
}

fn reference_of(record: &[u8; RECORD_BYTES]) -> Reference {
    let mut bytes = [0; 8];
    bytes[..6].copy_from_slice(&record[16..]);
    let number = u64::from_le_bytes(bytes);
    if number & IS_LISTING == 0 {
        // Where memory has fewer bytes than that, no entry is there.
        return Reference::Entry(usize::try_from(number).unwrap_or(usize::MAX));
    }
    Reference::Listing(u32::try_from(number & !IS_LISTING).unwrap_or(u32::MAX))
}
