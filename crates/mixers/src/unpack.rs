//! Files that may be zipped.

use std::io::{Cursor, Read as _};

use crate::PoolError;

/// What an event file may hold once unpacked: the largest pool known has under 20 MB.
pub(crate) const BYTES_MAX: u64 = 256 << 20;
/// Entries of an archive that are looked at.
const ENTRIES_MAX: usize = 1_000;
/// How every zip archive with a file begins.
const ZIP_MAGIC: &[u8] = b"PK\x03\x04";

/// The text of a file: of a zip archive its only file, else the bytes as they are.
pub(crate) fn unpacked(name: &str, bytes: &[u8]) -> Result<Vec<u8>, PoolError> {
    if !bytes.starts_with(ZIP_MAGIC) {
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > BYTES_MAX {
            return Err(PoolError::TooLarge { file: name.to_owned(), bytes: BYTES_MAX });
        }
        return Ok(bytes.to_vec());
    }
    let broken = |error: &dyn std::fmt::Display| PoolError::BadZip {
        file: name.to_owned(),
        reason: error.to_string(),
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > ENTRIES_MAX {
        return Err(broken(&format!("it has over {ENTRIES_MAX} entries")));
    }
    let mut only = None;
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(|error| broken(&error))?;
        // Finder of macOS adds a folder of this name with attributes of the files.
        if entry.is_dir() || entry.name_raw().starts_with(b"__MACOSX/") {
            continue;
        }
        if only.replace(at).is_some() {
            return Err(broken(&"it holds several files: zip the one with the events alone"));
        }
    }
    let at = only.ok_or_else(|| broken(&"it holds no file"))?;
    let entry = archive.by_index(at).map_err(|error| broken(&error))?;
    let mut text = Vec::new();
    // What the archive says of its size is not believed: reading stops at the bound.
    let mut bounded = entry.take(BYTES_MAX + 1);
    bounded.read_to_end(&mut text).map_err(|error| broken(&error))?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > BYTES_MAX {
        return Err(PoolError::TooLarge { file: name.to_owned(), bytes: BYTES_MAX });
    }
    Ok(text)
}
