//! Making an index.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use hawkshaw_model::{ChainId, Timestamp};
use rayon::slice::ParallelSliceMut as _;

use crate::exposure::{Exposed, ExposureTable, PathNode};
use crate::index::code::{TEXT_BYTES_MAX, put_len};
use crate::index::entry::{
    Numbers, OF_ONE_ADDRESS_MAX, put_entry, put_exposure, put_place, put_total,
};
use crate::index::error::IndexError;
use crate::index::layout::{IS_LISTING, RECORD_BYTES, Section};
use crate::index::listings::NewListings;
use crate::index::spool::Spool;
use crate::index::tables::NewTables;
use crate::index::write::PageWriter;
use crate::key::AddressKey;
use crate::listing::Listing;

/// Records for each value of the first bits of a key: so many are searched in a lookup.
const BUCKET_RECORDS: usize = 16;

/// Told a key, the numbers of its listings, and what replays gave.
type Visit<'a> = dyn FnMut(AddressKey, &[u32], &[&[u8]]) -> Result<(), IndexError> + 'a;

/// Takes listings, exposure and ways, and writes them as an index. The same calls in the same
/// order give the same bytes.
///
/// In memory it takes 20 bytes for each listed address, and what its exposure and ways take in
/// the file.
#[derive(Debug, Default)]
pub struct IndexBuilder {
    tables: NewTables,
    listings: NewListings,
    listed: Vec<(AddressKey, u32)>,
    /// What replays gave, and where it stands in the spool.
    exposed: Vec<(AddressKey, u64)>,
    spool: Spool,
    places: Spool,
    place_starts: Vec<u64>,
    scratch: Vec<u8>,
}

impl IndexBuilder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names what the index is made of, so that somebody who has the same need not make it again.
    pub fn set_origin(&mut self, origin: &str) {
        origin[..origin.floor_char_boundary(TEXT_BYTES_MAX)].clone_into(&mut self.tables.origin);
    }

    /// Says that a ledger of a chain was read from one time to another.
    pub fn add_ledger(&mut self, chain: &ChainId, from: Timestamp, to: Timestamp) {
        self.tables.coverage.add_ledger(chain, from, to);
    }

    /// Adds what every answer has to say, such as a limit that was reached.
    pub fn add_note(&mut self, note: &str) {
        self.tables.coverage.add_note(note);
    }

    /// Adds a listing.
    ///
    /// # Errors
    ///
    /// When there are more than an index holds.
    pub fn add_listing(&mut self, listing: &Listing) -> Result<(), IndexError> {
        let number = self.listings.number(&mut self.tables, listing)?;
        self.listed.push((AddressKey::of(&listing.account), number));
        self.tables.coverage.add_listing(listing);
        Ok(())
    }

    /// Adds a place on a way, and gives its number. `next` is such a number.
    ///
    /// # Errors
    ///
    /// When there are more than an index holds.
    pub fn add_path(&mut self, node: &PathNode) -> Result<u32, IndexError> {
        self.add_place(node, 0)
    }

    fn add_place(&mut self, node: &PathNode, base: u32) -> Result<u32, IndexError> {
        let number = self.place_count()?;
        let chain = self.tables.chain(node.step.account.chain())?;
        self.scratch.clear();
        put_place(&mut self.scratch, node, chain, base)?;
        self.place_starts.push(self.places.push(&self.scratch)?);
        Ok(number)
    }

    fn place_count(&self) -> Result<u32, IndexError> {
        u32::try_from(self.place_starts.len())
            .map_err(|_| IndexError::TooLarge("2^32 places on ways".to_owned()))
    }

    /// Adds what is exposed of an address. What is added of one address again stands beside it.
    ///
    /// # Errors
    ///
    /// When there is more than an index holds.
    pub fn add_exposed(&mut self, exposed: &Exposed) -> Result<(), IndexError> {
        self.add_exposed_on(exposed, 0)
    }

    fn add_exposed_on(&mut self, exposed: &Exposed, base: u32) -> Result<(), IndexError> {
        if exposed.entries.len().max(exposed.totals.len()) > OF_ONE_ADDRESS_MAX {
            let text = format!("over {OF_ONE_ADDRESS_MAX} entries of {}", exposed.account);
            return Err(IndexError::TooLarge(text));
        }
        self.scratch.clear();
        put_len(&mut self.scratch, exposed.entries.len());
        for entry in &exposed.entries {
            let source = entry.source.as_ref().map(|source| self.tables.source(source));
            let numbers =
                Numbers { asset: self.tables.asset(&entry.asset)?, source: source.transpose()? };
            put_exposure(&mut self.scratch, entry, &numbers, base)?;
        }
        put_len(&mut self.scratch, exposed.totals.len());
        for total in &exposed.totals {
            let asset = self.tables.asset(&total.asset)?;
            put_total(&mut self.scratch, total, asset);
        }
        self.exposed.push((AddressKey::of(&exposed.account), self.spool.push(&self.scratch)?));
        Ok(())
    }

    /// Adds all that a replay gave.
    ///
    /// # Errors
    ///
    /// When there is more than an index holds.
    pub fn add_table(&mut self, table: &ExposureTable) -> Result<(), IndexError> {
        let base = self.place_count()?;
        for node in &table.paths {
            self.add_place(node, base)?;
        }
        for exposed in &table.exposed {
            self.add_exposed_on(exposed, base)?;
        }
        table.limits.iter().for_each(|limit| self.add_note(limit));
        Ok(())
    }

    /// The index as the bytes of a file.
    ///
    /// # Errors
    ///
    /// When there is more than an index holds.
    pub fn to_bytes(self) -> Result<Vec<u8>, IndexError> {
        let mut out = Vec::new();
        self.write_to(&mut out, "index")?;
        Ok(out)
    }

    /// Writes the index to a file: under another name first, so that a reader sees the file that
    /// was there or the whole new one.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or there is more than an index holds.
    pub fn write(self, path: &Path) -> Result<(), IndexError> {
        let shown = path.display().to_string();
        let io = |error: std::io::Error| IndexError::Io {
            file: shown.clone(),
            reason: error.to_string(),
        };
        let mut fresh = path.as_os_str().to_owned();
        fresh.push(format!(".{}.new", std::process::id()));
        let written = File::create(&fresh).map_err(io).and_then(|file| {
            let mut out = BufWriter::with_capacity(1 << 20, file);
            self.write_to(&mut out, &shown)?;
            let file = out.into_inner().map_err(|error| io(error.into_error()))?;
            file.sync_all().map_err(io)?;
            std::fs::rename(&fresh, path).map_err(io)
        });
        if written.is_err() {
            let _ = std::fs::remove_file(&fresh);
        }
        written
    }

    fn write_to(mut self, out: &mut dyn Write, file: &str) -> Result<(), IndexError> {
        self.listed.par_sort_unstable();
        self.listed.dedup();
        self.exposed.par_sort_unstable();
        let tables = self.tables.write()?;
        let keys = self.keys()?;
        let bits = bits(keys);
        let directory = self.directory(keys, bits)?;
        let lengths = self.lengths(keys, directory.len(), tables.len());
        let mut writer = PageWriter::new(out, file, lengths, bits)?;
        writer.put(&directory)?;
        drop(directory);
        self.write_records(&mut writer)?;
        self.each_key(&mut |_, listings, replays| match (listings, replays) {
            ([_], []) => Ok(()),
            _ => writer.put_entry(listings, replays),
        })?;
        writer.put(&self.listings.records)?;
        writer.put(&self.listings.texts)?;
        for start in &self.place_starts {
            writer.put(&start.to_le_bytes())?;
        }
        self.places.each_chunk(|chunk| writer.put(chunk))?;
        writer.put(&tables)?;
        writer.finish()
    }

    fn lengths(&self, keys: usize, directory: usize, tables: usize) -> [usize; Section::ALL.len()] {
        let mut entries = 0;
        let mut scratch = (Vec::new(), Vec::new());
        // Nothing fails here that did not fail before.
        let _ = self.each_key(&mut |_, listings, replays| {
            entries += entry_len(&mut scratch, listings, replays);
            Ok(())
        });
        [
            directory,
            keys * RECORD_BYTES,
            entries,
            self.listings.records.len(),
            self.listings.texts.len(),
            self.place_starts.len() * 8,
            self.places.len(),
            tables,
        ]
    }

    fn write_records(&self, writer: &mut PageWriter<'_>) -> Result<(), IndexError> {
        let mut entries = 0;
        let mut scratch = (Vec::new(), Vec::new());
        self.each_key(&mut |key, listings, replays| {
            let reference = match (listings, replays) {
                ([listing], []) => IS_LISTING | u64::from(*listing),
                _ => {
                    let start = u64::try_from(entries).unwrap_or(u64::MAX);
                    entries += entry_len(&mut scratch, listings, replays);
                    start
                }
            };
            if reference >= IS_LISTING << 1 || (reference >= IS_LISTING && listings.len() != 1) {
                return Err(IndexError::TooLarge("2^47 bytes of entries".to_owned()));
            }
            let mut record = [0; RECORD_BYTES];
            record[..16].copy_from_slice(&key.0);
            record[16..].copy_from_slice(&reference.to_le_bytes()[..6]);
            writer.put(&record)
        })
    }

    /// How many different keys there are.
    fn keys(&self) -> Result<usize, IndexError> {
        let mut keys = 0usize;
        self.each_key(&mut |key, listings, _| {
            keys += 1;
            if listings.len() > OF_ONE_ADDRESS_MAX {
                let text = format!("over {OF_ONE_ADDRESS_MAX} listings of one address ({key:?})");
                return Err(IndexError::TooLarge(text));
            }
            Ok(())
        })?;
        match u32::try_from(keys) {
            Ok(_) => Ok(keys),
            Err(_) => Err(IndexError::TooLarge("2^32 addresses".to_owned())),
        }
    }

    /// For each value of the first bits the number of its first record, and the number of all.
    fn directory(&self, keys: usize, bits: u32) -> Result<Vec<u8>, IndexError> {
        let mut directory = Vec::with_capacity(((1usize << bits) + 1) * 4);
        let mut number = 0u32;
        let mut bucket_next = 0u64;
        self.each_key(&mut |key, _, _| {
            let bucket = bucket(key, bits);
            while bucket_next <= bucket {
                directory.extend(number.to_le_bytes());
                bucket_next += 1;
            }
            number += 1;
            Ok(())
        })?;
        let keys = u32::try_from(keys).unwrap_or(u32::MAX);
        while bucket_next <= 1 << bits {
            directory.extend(keys.to_le_bytes());
            bucket_next += 1;
        }
        Ok(directory)
    }

    /// Visits the keys in order with the numbers of their listings and what replays gave.
    fn each_key(&self, visit: &mut Visit<'_>) -> Result<(), IndexError> {
        let mut listed = self.listed.chunk_by(|one, other| one.0 == other.0).peekable();
        let mut exposed = self.exposed.chunk_by(|one, other| one.0 == other.0).peekable();
        let (mut listings, mut replays) = (Vec::new(), Vec::new());
        loop {
            let first = |chunk: Option<AddressKey>, other: Option<AddressKey>| match (chunk, other)
            {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            let one = listed.peek().and_then(|chunk| chunk.first()).map(|pair| pair.0);
            let other = exposed.peek().and_then(|chunk| chunk.first()).map(|pair| pair.0);
            let Some(key) = first(one, other) else {
                return Ok(());
            };
            listings.clear();
            replays.clear();
            if one == Some(key) {
                listings.extend(listed.next().into_iter().flatten().map(|(_, listing)| *listing));
            }
            if other == Some(key) {
                for (_, start) in exposed.next().into_iter().flatten() {
                    replays.push(self.spool.get(*start)?);
                }
            }
            visit(key, &listings, &replays)?;
        }
    }
}

/// How many bytes the entries of a key take.
fn entry_len(scratch: &mut (Vec<u8>, Vec<u8>), listings: &[u32], replays: &[&[u8]]) -> usize {
    if let ([_], []) = (listings, replays) {
        return 0;
    }
    scratch.0.clear();
    put_entry(&mut scratch.0, &mut scratch.1, listings, replays);
    scratch.0.len()
}

/// How many first bits of a key the directory tells apart.
fn bits(keys: usize) -> u32 {
    let buckets = keys.div_ceil(BUCKET_RECORDS).max(1).next_power_of_two();
    buckets.trailing_zeros()
}

/// The first bits of a key.
pub(super) fn bucket(key: AddressKey, bits: u32) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = key.0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h]).checked_shr(64 - bits).unwrap_or(0)
}
