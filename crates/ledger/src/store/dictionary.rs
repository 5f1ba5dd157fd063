//! The files of addresses and assets that a manifest names.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_model::ReadError;

use crate::store::address_part::AddressPart;
use crate::store::addresses::AddressBook;
use crate::store::assets::{self, AssetBook};
use crate::store::container::Container;
use crate::store::manifest::FileEntry;

/// The most addresses that are joined into one file: what is joined is held in memory.
const MERGED_MAX: u64 = 16 << 20;

/// The addresses of files, in order.
pub(crate) fn open_addresses(dir: &Path, entries: &[FileEntry]) -> Result<AddressBook, ReadError> {
    let mut parts = Vec::with_capacity(entries.len());
    for entry in entries {
        let part = AddressPart::open(&dir.join(&entry.file))?;
        entry.must_be(part.container())?;
        parts.push(Arc::new(part));
    }
    AddressBook::new(parts)
}

/// The assets of files, in order.
pub(crate) fn open_assets(dir: &Path, entries: &[FileEntry]) -> Result<AssetBook, ReadError> {
    let mut files = Vec::with_capacity(entries.len());
    for entry in entries {
        let file = Container::open(&dir.join(&entry.file), assets::FORMAT)?;
        entry.must_be(&file)?;
        files.push(file);
    }
    AssetBook::open(&files)
}

/// The first neighbouring files of addresses that can be joined.
pub(crate) fn next_merge(book: &AddressBook) -> Option<Range<usize>> {
    let parts = book.parts();
    let mut start = 0;
    while start + 1 < parts.len() {
        let mut sum = 0;
        let fits = |part: &&Arc<AddressPart>| {
            sum += u64::from(part.len());
            sum <= MERGED_MAX
        };
        let count = parts[start..].iter().take_while(fits).count();
        if count > 1 {
            return Some(start..start + count);
        }
        start += 1;
    }
    None
}
