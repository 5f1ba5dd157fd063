//! Block files that somebody broke, or made to break what reads them.

use proptest::prelude::*;

use crate::folder::{Folder, read};
use crate::made::{Made, Maker};

fn folder() -> (Folder, Vec<Made>) {
    let mut maker = Maker::new(21);
    let chain: Vec<Made> = (0..4).map(|_| maker.grow(5)).collect();
    let mut folder = Folder::plain();
    chain.iter().for_each(|made| folder.connected(0, made));
    (folder, chain)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Whatever is broken, what is read is what was written, or there is an error or less.
    #[test]
    fn broken_files_never_panic_and_never_lie(
        is_undo in any::<bool>(),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (mut folder, _) = folder();
        let whole = read(&folder.open().unwrap()).unwrap();
        let file = folder.file(if is_undo { "rev00000.dat" } else { "blk00000.dat" });
        for (place, byte) in places {
            let at = place.index(file.len());
            file[at] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        if let Ok(files) = folder.open() {
            let tip = hawkshaw_model::BlockSource::tip(&files).unwrap();
            for rows in hawkshaw_model::BlockSource::blocks(&files, 0..=tip.height).flatten() {
                let at = usize::try_from(rows.blocks[0].height).unwrap();
                prop_assert_eq!(&rows, &whole[at]);
            }
        }
    }

    #[test]
    fn noise_is_no_chain(noise in prop::collection::vec(any::<u8>(), 0..3_000)) {
        let mut folder = Folder::plain();
        folder.bytes("blk00000.dat", &crate::folder::REGTEST);
        folder.bytes("blk00000.dat", &noise);
        folder.bytes("rev00000.dat", &noise);
        prop_assert!(folder.open().is_err());
    }
}

/// Lengths that reach far beyond the file, and records inside of records, cost nothing but the
/// search behind them.
#[test]
fn lengths_that_lie_are_passed_over() {
    let (mut folder, chain) = folder();
    let whole = read(&folder.open().unwrap()).unwrap();
    for length in [0, 79, 80, 4_000_001, u32::MAX] {
        folder.bytes("blk00000.dat", &crate::folder::REGTEST);
        folder.bytes("blk00000.dat", &length.to_le_bytes());
        folder.bytes("rev00000.dat", &crate::folder::REGTEST);
        folder.bytes("rev00000.dat", &length.to_le_bytes());
    }
    let mut maker = Maker::new(21);
    let next = (0..5).map(|_| maker.grow(5)).last().unwrap();
    folder.connected(0, &next);
    let files = folder.open().unwrap();
    let rows = read(&files).unwrap();
    assert_eq!(rows.len(), chain.len() + 1);
    assert_eq!(rows[..chain.len()], whole);
}
