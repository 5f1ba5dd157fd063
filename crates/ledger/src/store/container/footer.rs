//! The parts of a file that say where its columns are.
//!
//! ```text
//! header    64 bytes  magic 8 | kind 4 | version u32 | layout u32 | zeros 44
//! columns             each from a multiple of 64 on, filled up with zeros
//! footer              kind 4 | version u32 | layout u32 | columns u32 | bytes before it u64
//!           56 each   name 24 | starts at u64 | bytes u64 | bytes of an element u32 | zeros 12
//!            8 each   XXH3-64 of each 16 KiB of the file before the footer
//! trailer   32 bytes  footer starts at u64 | XXH3-64 of the footer u64 | bytes of the file u64
//!                     | magic 8
//! ```
//!
//! Numbers are little-endian.

use zerocopy::{FromBytes, Immutable, IntoBytes};

use crate::store::container::{FileInfo, Format};
use crate::store::pages::{PAGE_BYTES, checksum};

pub(crate) const MAGIC: [u8; 8] = *b"HAWKSHAW";
pub(crate) const MAGIC_END: [u8; 8] = *b"WAHSKWAH";
pub(crate) const LAYOUT: u32 = 1;
pub(crate) const ALIGNMENT: usize = 64;
pub(crate) const NAME_BYTES: usize = 24;
const COLUMNS_MAX: usize = 1024;

/// What the end of a file says of the rest.
pub(super) struct Footer {
    pub(super) version: u32,
    pub(super) info: FileInfo,
    pub(super) data_bytes: usize,
    pub(super) columns: Vec<Column>,
    pub(super) checksums: Box<[u64]>,
}

/// A column and where it is.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) start: usize,
    pub(super) bytes: usize,
    pub(super) element: usize,
}

#[derive(FromBytes, IntoBytes, Immutable, Clone, Copy)]
#[repr(C)]
pub(crate) struct Header {
    pub(crate) magic: [u8; 8],
    pub(crate) kind: [u8; 4],
    pub(crate) version: u32,
    pub(crate) layout: u32,
    pub(crate) zeros: [u8; 44],
}

#[derive(FromBytes, IntoBytes, Immutable, Clone, Copy)]
#[repr(C)]
pub(crate) struct FooterHead {
    pub(crate) kind: [u8; 4],
    pub(crate) version: u32,
    pub(crate) layout: u32,
    pub(crate) columns: u32,
    pub(crate) data_bytes: u64,
}

#[derive(FromBytes, IntoBytes, Immutable, Clone, Copy)]
#[repr(C)]
pub(crate) struct ColumnEntry {
    pub(crate) name: [u8; NAME_BYTES],
    pub(crate) start: u64,
    pub(crate) bytes: u64,
    pub(crate) element: u32,
    pub(crate) zeros: [u8; 12],
}

#[derive(FromBytes, IntoBytes, Immutable, Clone, Copy)]
#[repr(C)]
pub(crate) struct Trailer {
    pub(crate) footer: u64,
    pub(crate) checksum: u64,
    pub(crate) file_bytes: u64,
    pub(crate) magic: [u8; 8],
}

const HEADER_BYTES: usize = size_of::<Header>();
const TRAILER_BYTES: usize = size_of::<Trailer>();
const _: () = assert!(HEADER_BYTES == 64 && size_of::<FooterHead>() == 24);
const _: () = assert!(size_of::<ColumnEntry>() == 56 && TRAILER_BYTES == 32);

type Refused = (usize, String);

impl Footer {
    pub(super) fn read(file: &[u8], format: Format) -> Result<Self, Refused> {
        check_header(file, format)?;
        let trailer = read_trailer(file)?;
        let end = file.len() - TRAILER_BYTES;
        let start = usize::try_from(trailer.footer).unwrap_or(usize::MAX);
        let wrong = |reason: &str| (end, reason.to_owned());
        if start < HEADER_BYTES || start > end || !start.is_multiple_of(ALIGNMENT) {
            return Err(wrong("its end does not say where its footer is"));
        }
        let footer = &file[start..end];
        if checksum(footer) != trailer.checksum {
            return Err((start, "its footer does not have its checksum".to_owned()));
        }
        let info = FileInfo { bytes: trailer.file_bytes, checksum: trailer.checksum };
        Self::parse(footer, start, info)
            .filter(|(kind, _)| *kind == format.kind)
            .map(|(_, footer)| footer)
            .filter(|footer| check_version(footer.version, format).is_ok())
            .ok_or_else(|| (start, "its footer contradicts itself or its header".to_owned()))
    }

    /// A footer whose checksum is right; `None` if it makes no sense all the same.
    fn parse(footer: &[u8], data_bytes: usize, info: FileInfo) -> Option<([u8; 4], Self)> {
        let (head, rest) = FooterHead::read_from_prefix(footer).ok()?;
        let count = usize::try_from(head.columns).ok().filter(|count| *count <= COLUMNS_MAX)?;
        let (entries, sums) = rest.split_at_checked(count * size_of::<ColumnEntry>())?;
        let pages = data_bytes.div_ceil(PAGE_BYTES);
        let said = usize::try_from(head.data_bytes).ok()?;
        if head.layout != LAYOUT || said != data_bytes || sums.len() != pages * size_of::<u64>() {
            return None;
        }
        let mut columns: Vec<Column> = Vec::with_capacity(count);
        for entry in entries.chunks_exact(size_of::<ColumnEntry>()) {
            let column = parse_column(&ColumnEntry::read_from_bytes(entry).ok()?)?;
            let before = columns.last().map_or(HEADER_BYTES, |last| last.start + last.bytes);
            if column.start < before || column.start.checked_add(column.bytes)? > data_bytes {
                return None;
            }
            columns.push(column);
        }
        let words = sums.chunks_exact(size_of::<u64>());
        let checksums = words.map(|word| u64::read_from_bytes(word).ok()).collect::<Option<_>>()?;
        Some((head.kind, Self { version: head.version, info, data_bytes, columns, checksums }))
    }
}

fn parse_column(entry: &ColumnEntry) -> Option<Column> {
    let name = entry.name.split(|byte| *byte == 0).next()?;
    let column = Column {
        name: String::from_utf8(name.to_vec()).ok()?,
        start: usize::try_from(entry.start).ok()?,
        bytes: usize::try_from(entry.bytes).ok()?,
        element: usize::try_from(entry.element).ok()?,
    };
    let whole = column.element != 0 && column.bytes.is_multiple_of(column.element);
    (whole && column.start.is_multiple_of(ALIGNMENT)).then_some(column)
}

fn check_header(file: &[u8], format: Format) -> Result<(), Refused> {
    let (header, _) = Header::read_from_prefix(file)
        .map_err(|_| (0, "it is too short to be a file of a store".to_owned()))?;
    if header.magic != MAGIC {
        return Err((0, "it is not a file of a store".to_owned()));
    }
    if header.kind != format.kind {
        let (is, wanted) = (header.kind.escape_ascii(), format.kind.escape_ascii());
        return Err((8, format!("it holds `{is}` instead of `{wanted}`")));
    }
    check_version(header.version, format).map_err(|reason| (12, reason))?;
    if header.layout != LAYOUT {
        let reason = format!(
            "it has layout {} and this program reads layout {LAYOUT}: use the program that wrote it",
            header.layout
        );
        return Err((16, reason));
    }
    Ok(())
}

fn check_version(version: u32, format: Format) -> Result<(), String> {
    match version {
        0 => Err("it has no version".to_owned()),
        _ if version > format.version => Err(format!(
            "it has version {version} and this program reads up to {}: use a newer program",
            format.version
        )),
        _ => Ok(()),
    }
}

fn read_trailer(file: &[u8]) -> Result<Trailer, Refused> {
    let cut = || (file.len(), "it was cut off, or never finished".to_owned());
    if file.len() < HEADER_BYTES + TRAILER_BYTES {
        return Err(cut());
    }
    let (_, trailer) = Trailer::read_from_suffix(file).map_err(|_| cut())?;
    if trailer.magic != MAGIC_END {
        return Err(cut());
    }
    if trailer.file_bytes != file.len() as u64 {
        let reason = format!("it has {} bytes instead of {}", file.len(), trailer.file_bytes);
        return Err((file.len() - TRAILER_BYTES, reason));
    }
    Ok(trailer)
}
