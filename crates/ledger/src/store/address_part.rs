//! A file of addresses with consecutive numbers.
//!
//! ```text
//! first        u32   the number of its first address
//! runs         u32   3 each: first address of the run, counted in the file | tag | place of the
//!                    key of that address among the keys of its length class
//! keys         20 B  keys of the runs whose keys have twenty bytes
//! texts        u8    keys of the other runs
//! text_starts  u32   where each of those begins, and where the last one ends
//! order        u32   addresses, counted in the file, in the order of their hashes
//! ```
//!
//! A run is a stretch of addresses of one chain and kind, so that the 24.3 bytes of an Ethereum
//! address are its key and its place in the order.

use std::path::Path;

use hawkshaw_model::ReadError;

use crate::store::address_key::{AddressKey, AddressTag};
use crate::store::container::{Container, FileInfo, Format, Section};
use crate::store::container_writer::ContainerWriter;
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::hash_order::{HashOrder, hash_order};

/// The format of a part.
pub(crate) const ADDRESSES: Format = Format { kind: *b"ADDR", version: 1 };

/// A file of the dictionary, as the manifest of a store names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartInfo {
    /// The name of the file in its folder.
    pub(crate) name: String,
    /// The number of its first address.
    pub(crate) first: u32,
    /// How many there are.
    pub(crate) count: u32,
    /// Its length and checksum.
    pub(crate) file: FileInfo,
}

/// An open file of addresses. Numbers here count from its first address.
#[derive(Debug, Clone)]
pub(crate) struct AddressPart {
    first: u32,
    len: u32,
    runs: Vec<Run>,
    keys: Section<[u8; 20]>,
    texts: Section<u8>,
    text_starts: Section<u32>,
    order: HashOrder,
}

/// Addresses of one chain and kind, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) start: u32,
    pub(crate) tag: AddressTag,
    pub(crate) place: u32,
}

/// Addresses in memory, in the order of their numbers.
#[derive(Debug, Default)]
pub(crate) struct AddressKeys {
    len: u32,
    runs: Vec<Run>,
    keys: Vec<[u8; 20]>,
    texts: Vec<u8>,
    /// Where each text ends.
    text_ends: Vec<u32>,
}

impl AddressPart {
    /// Opens a part.
    ///
    /// # Errors
    ///
    /// When the file is none, or damaged.
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        let file = Container::open(path, ADDRESSES)?;
        let first = file.section::<u32>("first")?.at(0)?;
        let words: Section<u32> = file.section("runs")?;
        let order = file.section("order")?;
        let len = u32::try_from(order.len()).ok().filter(|len| first.checked_add(*len).is_some());
        let part = Self {
            first,
            len: len.ok_or_else(|| words.error(0, "it has more addresses than numbers"))?,
            runs: read_runs(&words)?,
            keys: file.section("keys")?,
            texts: file.section("texts")?,
            text_starts: file.section("text_starts")?,
            order: HashOrder::new(order),
        };
        let starts_early = part.runs.first().is_none_or(|run| run.start == 0);
        let ends_late = part.runs.last().is_none_or(|run| run.start < part.len);
        if !starts_early || !ends_late || part.runs.is_empty() != (part.len == 0) {
            return Err(words.error(0, "its runs are not those of its addresses"));
        }
        Ok(part)
    }

    /// The number of its first address in the store.
    pub(crate) fn first(&self) -> u32 {
        self.first
    }

    /// How many addresses it holds.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// The file that it is.
    pub(crate) fn container(&self) -> &Container {
        self.keys.container()
    }

    /// The key of an address.
    ///
    /// # Errors
    ///
    /// When it is damaged, or there is none.
    #[inline]
    pub(crate) fn key(&self, local: u32) -> Result<AddressKey<'_>, ReadError> {
        if local >= self.len {
            return Err(self.beyond(local));
        }
        let run = match self.runs.as_slice() {
            [run] => run,
            runs => &runs[runs.partition_point(|run| run.start <= local) - 1],
        };
        let place = run.place as usize + (local - run.start) as usize;
        if run.tag.has_twenty_bytes() {
            let key = self.keys.get(place..place + 1)?;
            return Ok(AddressKey { tag: run.tag, bytes: key.as_flattened() });
        }
        let ends = self.text_starts.get(place..place + 2)?;
        let (start, end) = (ends[0] as usize, ends[1] as usize);
        Ok(AddressKey { tag: run.tag, bytes: self.texts.get(start..end)? })
    }

    /// The number here of an address.
    ///
    /// # Errors
    ///
    /// When what must be read is damaged.
    pub(crate) fn find(&self, key: AddressKey<'_>) -> Result<Option<u32>, ReadError> {
        let hash_of = |local| Ok(self.key(local)?.hash_in_files());
        self.order.find(key.hash_in_files(), hash_of, |local| Ok(self.key(local)?.cmp(&key)))
    }

    #[cold]
    fn beyond(&self, local: u32) -> ReadError {
        let reason = format!("it has {} addresses and no address {local}", self.len);
        self.container().error(0, reason)
    }
}

fn read_runs(words: &Section<u32>) -> Result<Vec<Run>, ReadError> {
    let triples = words.all()?.as_chunks::<3>().0.iter();
    let runs = triples.map(|[start, tag, place]| {
        let tag = AddressTag::from_file(*tag)?;
        Some(Run { start: *start, tag, place: *place })
    });
    let runs = runs.collect::<Option<Vec<Run>>>();
    let in_order = |runs: &Vec<Run>| runs.is_sorted_by(|a, b| a.start < b.start);
    let runs = runs.filter(in_order).filter(|runs| runs.len() * 3 == words.len());
    runs.ok_or_else(|| words.error(0, "its runs of addresses make no sense"))
}

impl AddressKeys {
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// Adds an address; whether there was room for it. There is none beyond 4 GiB of texts.
    pub(crate) fn push(&mut self, key: AddressKey<'_>) -> bool {
        let place = if let Ok(twenty) = <[u8; 20]>::try_from(key.bytes)
            && key.tag.has_twenty_bytes()
        {
            self.keys.push(twenty);
            self.keys.len() - 1
        } else {
            let Ok(end) = u32::try_from(self.texts.len() + key.bytes.len()) else { return false };
            self.texts.extend_from_slice(key.bytes);
            self.text_ends.push(end);
            self.text_ends.len() - 1
        };
        if self.runs.last().is_none_or(|run| run.tag != key.tag) {
            let place = u32::try_from(place).expect("no more keys than numbers");
            self.runs.push(Run { start: self.len, tag: key.tag, place });
        }
        self.len += 1;
        true
    }

    #[inline]
    pub(crate) fn key(&self, local: u32) -> AddressKey<'_> {
        let run = match self.runs.as_slice() {
            [run] => run,
            runs => &runs[runs.partition_point(|run| run.start <= local) - 1],
        };
        let place = run.place as usize + (local - run.start) as usize;
        if run.tag.has_twenty_bytes() {
            return AddressKey { tag: run.tag, bytes: &self.keys[place] };
        }
        let start = place.checked_sub(1).map_or(0, |before| self.text_ends[before] as usize);
        AddressKey { tag: run.tag, bytes: &self.texts[start..self.text_ends[place] as usize] }
    }

    /// Writes a part.
    pub(crate) fn write(
        &self,
        disk: &dyn Disk,
        path: &Path,
        first: u32,
    ) -> Result<FileInfo, StoreError> {
        let mut file = ContainerWriter::create(disk, path, ADDRESSES)?;
        file.column("first", &[first])?;
        let words = self.runs.iter().flat_map(|run| [run.start, run.tag.to_file(), run.place]);
        file.column("runs", &words.collect::<Vec<u32>>())?;
        file.column("keys", &self.keys)?;
        file.column("texts", &self.texts)?;
        let mut starts = file.section("text_starts")?;
        starts.write(&[0u32])?;
        starts.write(&self.text_ends)?;
        let hashes: Vec<u64> = (0..self.len).map(|at| self.key(at).hash_in_files()).collect();
        let order = hash_order(&hashes, |a, b| self.key(a).cmp(&self.key(b)));
        file.column("order", &order)?;
        Ok(file.finish()?)
    }
}
