//! Where things stand in the file of an index.
//!
//! ```text
//! magic "HKINDEX\0", version u32, 0 u32
//! sections, one after the other, in the order of `Section`
//! XXH3 of each page of 4,096 bytes of all before, u64 each
//! footer: the lengths of the sections and counts, varints
//! trailer: where the checksums begin u64, where the footer begins u64,
//!          XXH3 of checksums and footer u64, magic "HKINDEX\0"
//! ```
//!
//! Numbers of fixed size are little-endian. The checksums find damage; they are no signature:
//! whoever can write the file can make it say anything.

use std::ops::Range;

use twox_hash::XxHash3_64;

use crate::index::bytes::{Bytes, PAGE_BYTES};
use crate::index::code::{Reader, put_len};
use crate::index::error::IndexError;

/// The first and last bytes.
pub(super) const MAGIC: [u8; 8] = *b"HKINDEX\0";

/// The version that is written and read.
pub(super) const VERSION: u32 = 2;

/// Bytes before the first section.
pub(super) const HEAD_BYTES: usize = 16;

/// Bytes of the trailer.
const TRAILER_BYTES: usize = 32;

/// A key and where its entries are: 16 and 6 bytes.
pub(super) const RECORD_BYTES: usize = 22;

/// In a reference, that it is the number of a listing and not a place among the entries.
pub(super) const IS_LISTING: u64 = 1 << 47;

/// What a listing says but its address, in fixed places.
pub(super) const LISTING_BYTES: usize = 51;

/// The parts of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// For each value of the first bits of keys the number of the first such record, and the
    /// number of records at the end: u32 each.
    Directory,
    /// Keys in order, with references.
    Records,
    /// What is known of keys of which more is known than one listing.
    Entries,
    /// Listings without their addresses.
    Listings,
    /// Texts of listings.
    Texts,
    /// Where places on ways stand in `Paths`, u64 each.
    PathPlaces,
    /// Places on ways.
    Paths,
    /// Lists, chains, assets, sources, coverage.
    Tables,
}

impl Section {
    /// All, in the order of the file.
    pub(super) const ALL: [Self; 8] = [
        Self::Directory,
        Self::Records,
        Self::Entries,
        Self::Listings,
        Self::Texts,
        Self::PathPlaces,
        Self::Paths,
        Self::Tables,
    ];

    fn place(self) -> usize {
        Self::ALL.iter().position(|section| *section == self).unwrap_or(0)
    }
}

/// Where the sections stand, and how the directory is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// The sections, in order.
    sections: [Range<usize>; Section::ALL.len()],
    /// How many first bits of a key the directory tells apart.
    pub(super) bits: u32,
}

impl Layout {
    /// A layout of sections of these lengths.
    pub(super) fn of(lengths: [usize; Section::ALL.len()], bits: u32) -> Option<Self> {
        let mut at = HEAD_BYTES;
        let mut sections = [const { 0..0 }; Section::ALL.len()];
        for (section, length) in sections.iter_mut().zip(lengths) {
            let end = at.checked_add(length)?;
            *section = at..end;
            at = end;
        }
        Some(Self { sections, bits })
    }

    /// Where a section stands.
    pub(super) fn section(&self, section: Section) -> Range<usize> {
        self.sections[section.place()].clone()
    }

    /// Where a part of a section stands. What is behind its end is found when it is read.
    pub(super) fn part(
        &self,
        section: Section,
        start: usize,
        length: usize,
    ) -> Option<Range<usize>> {
        let whole = self.section(section);
        let start = whole.start.checked_add(start)?;
        let end = start.checked_add(length)?;
        (end <= whole.end).then_some(start..end)
    }

    /// How many keys there are.
    pub(super) fn keys(&self) -> usize {
        self.section(Section::Records).len() / RECORD_BYTES
    }

    /// The end of the last section.
    pub(super) fn end(&self) -> usize {
        self.sections.last().map_or(HEAD_BYTES, |last| last.end)
    }

    /// The footer as bytes.
    pub(super) fn to_footer(&self) -> Vec<u8> {
        let mut footer = Vec::new();
        for section in &self.sections {
            put_len(&mut footer, section.len());
        }
        put_len(&mut footer, usize::try_from(self.bits).unwrap_or(0));
        footer
    }
}

/// The trailer as bytes.
pub(super) fn trailer(checksums: usize, footer: usize, sum: u64) -> Vec<u8> {
    let mut trailer = Vec::with_capacity(TRAILER_BYTES);
    for number in [checksums, footer] {
        trailer.extend(u64::try_from(number).unwrap_or(u64::MAX).to_le_bytes());
    }
    trailer.extend(sum.to_le_bytes());
    trailer.extend(MAGIC);
    trailer
}

/// The first bytes of a file.
pub(super) fn head() -> [u8; HEAD_BYTES] {
    let mut head = [0; HEAD_BYTES];
    head[..8].copy_from_slice(&MAGIC);
    head[8..12].copy_from_slice(&VERSION.to_le_bytes());
    head
}

/// Reads where everything stands, and arms the checks of pages. Besides gives the checksum that
/// names the contents.
pub(super) fn read(bytes: &mut Bytes) -> Result<(Layout, u64), IndexError> {
    let (checksums, footer, sum) = read_trailer(bytes)?;
    let pages = checksums.div_ceil(PAGE_BYTES);
    if pages.checked_mul(8).and_then(|length| checksums.checked_add(length)) != Some(footer) {
        return Err(bytes.damaged(footer, "its checksums are not as many as its pages"));
    }
    let end = bytes.raw().len() - TRAILER_BYTES;
    let covered = bytes.raw().get(checksums..end);
    if covered.map(XxHash3_64::oneshot) != Some(sum) {
        return Err(bytes.damaged(checksums, "the checksum of its last part is wrong"));
    }
    let layout = read_footer(bytes, footer..end)?;
    if layout.end() != checksums {
        return Err(bytes.damaged(footer, "its sections do not fit it"));
    }
    bytes.set_pages(checksums, checksums..footer);
    Ok((layout, sum))
}

fn read_trailer(bytes: &Bytes) -> Result<(usize, usize, u64), IndexError> {
    let raw = bytes.raw();
    if !raw.starts_with(&MAGIC) {
        return Err(IndexError::NotAnIndex { file: bytes.file().to_owned() });
    }
    let number =
        |at: usize| raw.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
    let version = raw.get(8..12).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    match version {
        Some(VERSION) => {}
        Some(found) => {
            return Err(IndexError::Version {
                file: bytes.file().to_owned(),
                found,
                known: VERSION,
            });
        }
        None => return Err(bytes.damaged(raw.len(), "it is cut off")),
    }
    let cut = || bytes.damaged(raw.len(), "it is cut off, or was never finished");
    let start = raw
        .len()
        .checked_sub(TRAILER_BYTES)
        .filter(|start| *start >= HEAD_BYTES)
        .ok_or_else(cut)?;
    if !raw.ends_with(&MAGIC) {
        return Err(cut());
    }
    let place = |at: usize| {
        let place = number(at).and_then(|place| usize::try_from(place).ok());
        place.filter(|place| (HEAD_BYTES..=start).contains(place))
    };
    match (place(start), place(start + 8), number(start + 16)) {
        (Some(checksums), Some(footer), Some(sum)) => Ok((checksums, footer, sum)),
        _ => Err(bytes.damaged(start, "its trailer points outside of it")),
    }
}

fn read_footer(bytes: &mut Bytes, range: Range<usize>) -> Result<Layout, IndexError> {
    // The footer is covered by the checksum of the last part, and so counts as checked.
    let copy = bytes.raw().get(range.clone()).unwrap_or_default().to_vec();
    let length = copy.len();
    let mut footer = Bytes::memory(bytes.file(), copy);
    footer.set_trusted(length);
    let mut reader = Reader::new(&footer, 0..length)?;
    let mut lengths = [0; Section::ALL.len()];
    for length in &mut lengths {
        *length = reader.number()?;
    }
    let bits: u32 = reader.number()?;
    let layout = Layout::of(lengths, bits).filter(|_| reader.is_at_end());
    let layout = layout.ok_or_else(|| bytes.damaged(range.start, "its footer cannot be read"))?;
    let keys = layout.keys();
    let directory =
        1usize.checked_shl(bits).and_then(|buckets| buckets.checked_add(1)?.checked_mul(4));
    let fits = layout.section(Section::Records).len() == keys * RECORD_BYTES
        && bits <= 32
        && directory == Some(layout.section(Section::Directory).len())
        && layout.section(Section::Listings).len().is_multiple_of(LISTING_BYTES)
        && layout.section(Section::PathPlaces).len().is_multiple_of(8);
    if fits {
        Ok(layout)
    } else {
        Err(bytes.damaged(range.start, "its sections have no whole records"))
    }
}
