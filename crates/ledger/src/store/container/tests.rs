//! Files of columns: what goes in comes out, and damage is found where it is.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::{Container, Format, Section};
use crate::store::container_writer::ContainerWriter;
use crate::store::disk::RealDisk;
use crate::store::pages::PAGE_BYTES;

const FORMAT: Format = Format { kind: *b"TEST", version: 2 };

fn write(dir: &Path, bytes: &[u8], words: &[u32], longs: &[u64]) -> PathBuf {
    let path = dir.join("file");
    let _ = fs::remove_file(&path);
    let mut file = ContainerWriter::create(&RealDisk, &path, FORMAT).unwrap();
    file.column("bytes", bytes).unwrap();
    let mut column = file.section("words").unwrap();
    for chunk in words.chunks(1_000) {
        column.write(chunk).unwrap();
    }
    file.column("longs", longs).unwrap();
    let info = file.finish().unwrap();
    assert_eq!(info.bytes, fs::metadata(&path).unwrap().len());
    assert_eq!(Container::open(&path, FORMAT).unwrap().info(), info);
    path
}

fn sample(dir: &Path) -> PathBuf {
    let bytes: Vec<u8> = (0..40_000u32).map(|i| i.to_le_bytes()[0] ^ 0x5a).collect();
    let words: Vec<u32> = (0..9_000).collect();
    write(dir, &bytes, &words, &[7; 5])
}

/// Reads all that there is; the first thing that is wrong.
fn read_all(path: &Path) -> Result<(), hawkshaw_model::ReadError> {
    let file = Container::open(path, FORMAT)?;
    file.section::<u8>("bytes")?.all()?;
    file.section::<u32>("words")?.all()?;
    file.section::<u64>("longs")?.all()?;
    Ok(())
}

/// Replaces a file as a whole, so that maps of the old one stay as they are.
fn replace(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(40))]

    #[test]
    fn what_goes_in_comes_out(
        bytes in proptest::collection::vec(any::<u8>(), 0..70_000),
        words in proptest::collection::vec(any::<u32>(), 0..9_000),
        longs in proptest::collection::vec(any::<u64>(), 0..200),
        cuts in any::<(usize, usize)>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let file = Container::open(&write(dir.path(), &bytes, &words, &longs), FORMAT).unwrap();
        let column: Section<u32> = file.section("words").unwrap();
        let start = cuts.0 % (words.len() + 1);
        let end = start + cuts.1 % (words.len() + 1 - start);
        prop_assert_eq!(column.get(start..end).unwrap(), &words[start..end]);
        prop_assert_eq!(column.all().unwrap(), &words[..]);
        let (first, last) = (file.section::<u8>("bytes"), file.section::<u64>("longs"));
        let (first, last) = (first.unwrap(), last.unwrap());
        prop_assert_eq!(first.all().unwrap(), &bytes[..]);
        prop_assert_eq!(last.all().unwrap(), &longs[..]);
        prop_assert!(file.verify_all().is_empty());
        prop_assert!(column.get(0..words.len() + 1).is_err());
        prop_assert!(column.at(words.len()).is_err());
        prop_assert!(column.get(usize::MAX - 1..usize::MAX).is_err());
        prop_assert!(file.section::<u16>("words").is_err());
        prop_assert!(file.section::<u32>("missing").is_err());
    }

    #[test]
    fn a_changed_bit_is_found_where_it_is(place in any::<u64>(), bit in 0u8..8) {
        let dir = tempfile::tempdir().unwrap();
        let path = sample(dir.path());
        let mut bytes = fs::read(&path).unwrap();
        let place = usize::try_from(place % bytes.len() as u64).unwrap();
        bytes[place] ^= 1 << bit;
        replace(&path, &bytes);
        let Ok(file) = Container::open(&path, FORMAT) else { return Ok(()) };
        let page = (place / PAGE_BYTES * PAGE_BYTES) as u64;
        let wrong: Vec<u64> = file.verify_all().iter().map(|error| error.offset()).collect();
        prop_assert_eq!(wrong, vec![page]);
        prop_assert_eq!(read_all(&path).unwrap_err().offset(), page);
        let longs = file.section::<u64>("longs").unwrap();
        let is_hit = longs.start / PAGE_BYTES * PAGE_BYTES == place / PAGE_BYTES * PAGE_BYTES;
        prop_assert_eq!(longs.all().is_err(), is_hit);
        prop_assert_eq!(longs.all().is_err(), is_hit);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        keep_start in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let path = sample(dir.path());
        let mut file = fs::read(&path).unwrap();
        let end = file.len();
        if keep_start {
            let at = end - bytes.len();
            file[at..].copy_from_slice(&bytes);
        } else {
            file = bytes;
        }
        let unchanged = file == fs::read(&path).unwrap();
        replace(&path, &file);
        prop_assert_eq!(read_all(&path).is_ok(), unchanged);
    }
}

#[test]
fn every_shorter_and_longer_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), &[1; 300], &[2; 10], &[3; 10]);
    let whole = fs::read(&path).unwrap();
    for len in 0..whole.len() {
        replace(&path, &whole[..len]);
        assert!(Container::open(&path, FORMAT).is_err(), "{len}");
    }
    replace(&path, &[&whole[..], &[0]].concat());
    assert!(Container::open(&path, FORMAT).is_err());
    replace(&path, &[&whole[..], &whole[..]].concat());
    assert!(Container::open(&path, FORMAT).is_err());
}

/// Even where the checksums were made to fit, a footer cannot lead a reader out of the file.
#[test]
fn a_forged_footer_is_refused_or_leads_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), &[1; 300], &[2; 10], &[3; 10]);
    let whole = fs::read(&path).unwrap();
    let trailer = whole.len() - 32;
    let footer =
        usize::try_from(u64::from_le_bytes(whole[trailer..][..8].try_into().unwrap())).unwrap();
    for place in footer..trailer {
        for change in [1u8, 0x3f, 0x80, 0xff] {
            let mut forged = whole.clone();
            forged[place] ^= change;
            let sum = crate::store::pages::checksum(&forged[footer..trailer]);
            forged[trailer + 8..][..8].copy_from_slice(&sum.to_le_bytes());
            replace(&path, &forged);
            if let Ok(file) = Container::open(&path, FORMAT) {
                let _ = file.verify_all();
                let _ = read_all(&path);
            }
        }
    }
}

#[test]
fn refusals_say_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let path = sample(dir.path());
    let open = |kind, version| Container::open(&path, Format { kind, version }).unwrap_err();
    let ends = |error: hawkshaw_model::ReadError, end: &str| {
        assert!(error.to_string().ends_with(end), "{error}");
    };
    ends(
        open(*b"TEST", 1),
        "byte 12: it has version 2 and this program reads up to 1: use a newer program",
    );
    ends(open(*b"ADDR", 2), "byte 8: it holds `TEST` instead of `ADDR`");
    assert_eq!(Container::open(&path, Format { version: 9, ..FORMAT }).unwrap().version(), 2);
    assert!(Container::open(&dir.path().join("none"), FORMAT).is_err());
    replace(&path, b"once upon a time, there was a file that was something else altogether");
    ends(open(*b"TEST", 2), "byte 0: it is not a file of a store");
    replace(&path, b"");
    assert!(Container::open(&path, FORMAT).is_err());
}
