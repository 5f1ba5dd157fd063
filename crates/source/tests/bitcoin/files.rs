//! What block files say of a chain that was made up.

use std::num::NonZeroUsize;
use std::sync::Arc;

use hawkshaw_chains::Defects;
use hawkshaw_chains::bitcoin::{Block, Frame, Network};
use hawkshaw_model::rows::Rows;
use hawkshaw_model::{BlockSource as _, Lack};
use hawkshaw_source::{BlockFiles, SourceError};

use crate::folder::{Folder, REGTEST, read};
use crate::made::{Made, Maker};

/// What errors end with where nothing says what an input spent.
const NEEDED: &str = "which is not in the files: the rev files of the node, or its earlier blk \
                      files, are needed too";

/// A chain of blocks with something to spend from the second on.
fn chain(seed: u64, blocks: usize) -> Vec<Made> {
    let mut maker = Maker::new(seed);
    (0..blocks).map(|_| maker.grow(12)).collect()
}

/// What blocks are as rows of files in a folder.
fn rows(folder: &Folder, chain: &[Made]) -> Vec<Rows> {
    let name = Arc::from(folder.path().display().to_string());
    let rows = chain.iter().map(|made| {
        let height = u64::from(made.height);
        let frame = Frame { chain: Network::ALL[4].chain(), file: Arc::clone(&name), height };
        let (bytes, undo) = (made.bytes(), made.undo());
        let undo = (height > 0).then_some(&undo[..]);
        Block::parse(&bytes).unwrap().to_rows(&frame, undo, &mut Defects::default()).unwrap()
    });
    rows.collect()
}

fn text(result: Result<impl Sized, SourceError>) -> String {
    result.err().expect("an error").to_string()
}

/// Blocks in wild order over three files, with stale ones, garbage, zeros and a key.
fn wild(chain: &[Made], stale: &[Made]) -> Folder {
    let mut folder = Folder::new([0x5a, 0, 1, 2, 0xff, 0x80, 7, 9], REGTEST);
    let file = |at: usize| u32::try_from(at % 3).unwrap();
    for (at, made) in chain.iter().enumerate().rev() {
        folder.block(file(at), &made.bytes());
        if at % 4 == 0 {
            folder.bytes(&format!("blk{:05}.dat", file(at)), &[7, 0xfa, 0xbf, 0xb5, 0xda, 1, 2]);
        }
    }
    for (at, made) in stale.iter().enumerate() {
        folder.block(file(at), &made.bytes());
    }
    // A node writes undo records as it connects blocks: first the branch that went stale.
    for (at, made) in stale.iter().enumerate() {
        folder.undo_of(file(at), made);
    }
    for (at, made) in chain.iter().enumerate() {
        folder.undo_of(file(at), made);
    }
    folder.pad(100_000);
    folder
}

#[test]
fn blocks_are_found_in_any_order_with_stale_ones_and_a_key() {
    let chain = chain(1, 20);
    let stale = self::chain(2, 9);
    let folder = wild(&chain, &stale);
    let files = folder.open().unwrap();
    assert_eq!(files.chain(), &Network::ALL[4].chain());
    assert_eq!((files.first_height(), files.lacks()), (0, &[][..]));
    let wanted = rows(&folder, &chain);
    assert_eq!(read(&files).unwrap(), wanted);
    let alone = BlockFiles::open(folder.path()).unwrap().with_threads(NonZeroUsize::MIN);
    assert_eq!(read(&alone).unwrap(), wanted);
    let some: Vec<Rows> = files.blocks(5..=7).map(Result::unwrap).collect();
    assert_eq!(some, wanted[5..=7]);
    let tip = files.tip().unwrap();
    assert_eq!((tip.height, tip.hash), (19, wanted[19].blocks[0].hash));
    assert_eq!(files.block_at(19).unwrap(), Some(tip));
    assert_eq!(files.block_at(20).unwrap(), None);
    assert_eq!(files.blocks(20..=30).count(), 0);
    assert_eq!(files.defects(), Defects::default());
}

#[test]
fn a_folder_may_be_named_by_the_one_that_it_stands_in() {
    let chain = chain(1, 3);
    let mut folder = Folder::plain();
    std::fs::create_dir(folder.path().join("blocks")).unwrap();
    for made in &chain {
        folder.connected(0, made);
    }
    let files = folder.open().unwrap();
    for name in ["blk00000.dat", "rev00000.dat"] {
        std::fs::rename(folder.path().join(name), folder.path().join("blocks").join(name)).unwrap();
    }
    assert_eq!(read(&BlockFiles::open(folder.path()).unwrap()).unwrap(), rows(&folder, &chain));
    assert!(text(read(&files)).contains("it cannot be read"), "its files are gone");
}

#[test]
fn a_record_that_is_cut_off_is_the_end() {
    let chain = chain(3, 6);
    let mut folder = Folder::plain();
    for made in &chain {
        folder.connected(0, made);
    }
    folder.write();
    let whole = folder.file("blk00000.dat").len();
    let last = chain[5].bytes().len();
    for cut in [1, 80, last - 81, last, last + 7] {
        folder.file("blk00000.dat").truncate(whole - cut);
        let files = folder.open().unwrap();
        assert_eq!(read(&files).unwrap(), rows(&folder, &chain[..5]));
    }
}

#[test]
fn what_a_running_node_adds_is_seen() {
    let chain = chain(4, 8);
    let mut folder = Folder::plain();
    chain[..5].iter().for_each(|made| folder.connected(0, made));
    folder.pad(1_000_000);
    let files = folder.open().unwrap();
    assert_eq!(files.tip().unwrap().height, 4);
    // The next blocks go where zeros stood; the node has not connected the second yet.
    folder.connected(0, &chain[5]);
    folder.block(0, &chain[6].bytes());
    folder.pad(900_000);
    folder.write();
    assert_eq!(files.tip().unwrap().height, 5);
    folder.undo_of(0, &chain[6]);
    folder.connected(1, &chain[7]);
    folder.write();
    assert_eq!(files.tip().unwrap().height, 7);
    assert_eq!(read(&files).unwrap(), rows(&folder, &chain));
}

#[test]
fn the_chain_changes_to_the_branch_with_more_work() {
    let mut maker = Maker::new(6);
    let common: Vec<Made> = (0..4).map(|_| maker.grow(9)).collect();
    let mut other = maker.fork(99);
    let old: Vec<Made> = (0..2).map(|_| maker.grow(9)).collect();
    let new: Vec<Made> = (0..3).map(|_| other.grow(9)).collect();
    let mut folder = Folder::plain();
    common.iter().chain(&old).for_each(|made| folder.connected(0, made));
    new[..2].iter().for_each(|made| folder.connected(0, made));
    let files = folder.open().unwrap();
    let first: Vec<Made> = common.iter().chain(&old).cloned().collect();
    assert_eq!(read(&files).unwrap(), rows(&folder, &first), "of equals the first one stays");
    folder.connected(0, &new[2]);
    folder.write();
    let second: Vec<Made> = common.iter().chain(&new).cloned().collect();
    assert_eq!(files.tip().unwrap().height, 6);
    assert_eq!(read(&files).unwrap(), rows(&folder, &second));
}

#[test]
fn a_node_that_prunes_keeps_the_later_blocks() {
    let chain = chain(7, 12);
    let mut folder = Folder::plain();
    chain[7..].iter().for_each(|made| folder.connected(3, made));
    let files = folder.open().unwrap();
    assert_eq!((files.first_height(), files.lacks()), (7, &[][..]));
    assert_eq!(read(&files).unwrap(), rows(&folder, &chain)[7..]);
    let error = text(files.blocks(2..=8).next().unwrap());
    assert!(error.ends_with("block 2: it is not here: the files hold blocks 7 to 11"), "{error}");
}

#[test]
fn without_undo_records_the_blocks_before_say_what_was_spent() {
    let chain = chain(8, 10);
    let mut folder = Folder::plain();
    chain.iter().for_each(|made| folder.block(0, &made.bytes()));
    let files = folder.open().unwrap();
    assert_eq!(files.lacks(), [], "what was spent is in the blocks before, from the first on");
    let wanted = rows(&folder, &chain);
    assert_eq!(read(&files).unwrap(), wanted);
    // Back to an earlier block, on from where that ended, and on in the middle.
    for heights in [3..=5, 6..=6, 8..=9] {
        let read: Vec<Rows> = files.blocks(heights.clone()).map(Result::unwrap).collect();
        let (first, last) = (heights.start(), heights.end());
        let wanted = &wanted[usize::try_from(*first).unwrap()..=usize::try_from(*last).unwrap()];
        assert_eq!(read, wanted);
    }
    let mut folder = Folder::plain();
    chain[5..].iter().for_each(|made| folder.block(0, &made.bytes()));
    let files = folder.open().unwrap();
    assert_eq!(files.lacks(), [Lack::SpentOutputs]);
    let error = text(read(&files));
    assert!(error.contains("block 5, blk00000.dat at byte 8: it spends output "), "{error}");
    assert!(error.ends_with(NEEDED), "{error}");
}

#[test]
fn some_files_of_undo_records_are_better_than_none() {
    let chain = chain(9, 10);
    let mut folder = Folder::plain();
    chain[..6].iter().for_each(|made| folder.connected(0, made));
    chain[6..].iter().for_each(|made| folder.block(1, &made.bytes()));
    let files = folder.open().unwrap();
    assert_eq!(files.lacks(), []);
    assert_eq!(read(&files).unwrap(), rows(&folder, &chain));
}

#[test]
fn a_record_that_is_missing_inside_is_an_error() {
    let chain = chain(10, 8);
    let mut folder = Folder::plain();
    for made in &chain {
        folder.block(0, &made.bytes());
        if made.height != 4 {
            folder.undo_of(0, made);
        }
    }
    let files = folder.open().unwrap();
    let mut blocks = files.blocks(4..=7);
    let error = text(blocks.next().unwrap());
    assert!(error.contains("block 4, blk00000.dat at byte "), "{error}");
    let missing = "its undo record, which says what that was, is not in rev00000.dat";
    assert!(error.ends_with(missing), "{error}");
    assert!(blocks.next().is_none());
    assert_eq!(files.left_out(), [""; 0], "it is an error, and nothing is left out");
}

#[test]
fn blocks_above_one_that_is_missing_are_told_of() {
    let chain = chain(13, 12);
    let hash = |at: usize| chain[at].block.block_hash().to_string();
    let without = |missing: &[usize]| {
        let mut folder = Folder::plain();
        for (at, made) in chain.iter().enumerate().filter(|(at, _)| !missing.contains(at)) {
            folder.block(0, &made.bytes());
            folder.undo_of(0, &chain[at]);
        }
        let files = folder.open().unwrap();
        (read(&files).unwrap().len(), files.left_out())
    };
    assert_eq!(without(&[]), (12, vec![]));
    let told = "4 blocks above block 6 do not connect to it: the block with hash";
    assert_eq!(without(&[7]), (7, vec![format!("{told} {} is missing", hash(7))]));
    let told = "1 block above block 9 does not connect to it: the block with hash";
    assert_eq!(without(&[10]), (10, vec![format!("{told} {} is missing", hash(10))]));
    let told = "3 blocks above block 6 do not connect to it: the block with hash";
    let (count, told) = (7, format!("{told} {} is missing, the lowest of 2 that are", hash(7)));
    assert_eq!(without(&[7, 9]), (count, vec![told]));
    // The longer part counts, also where it is not the first.
    let told = "3 blocks below block 4 do not connect to it: the block with hash";
    assert_eq!(without(&[3]), (8, vec![format!("{told} {} is missing", hash(3))]));
}

#[test]
fn blocks_without_undo_records_at_the_end_are_told_of() {
    let chain = chain(14, 12);
    let mut folder = Folder::plain();
    chain.iter().for_each(|made| folder.block(0, &made.bytes()));
    chain[..8].iter().for_each(|made| folder.undo_of(0, made));
    let files = folder.open().unwrap();
    assert_eq!(files.tip().unwrap().height, 7);
    assert_eq!(files.left_out(), ["4 blocks above block 7 have no undo record"]);
    chain[8..11].iter().for_each(|made| folder.undo_of(0, made));
    folder.write();
    assert_eq!(files.tip().unwrap().height, 10);
    assert_eq!(files.left_out(), ["1 block above block 10 has no undo record"]);
    // A record that is cut off is none.
    let end = folder.file("rev00000.dat").len();
    folder.file("rev00000.dat").truncate(end - 5);
    folder.write();
    assert_eq!(files.tip().unwrap().height, 9);
    assert_eq!(files.left_out(), ["2 blocks above block 9 have no undo record"]);
}

/// Whoever opens a pipe waits for somebody to write.
#[cfg(unix)]
#[test]
fn only_files_are_opened() {
    let pipe = |name: &str, folder: &Folder| {
        let path = folder.path().join(name);
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        if !made.is_ok_and(|status| status.success()) {
            // Without the program, a folder is no file either.
            std::fs::create_dir(&path).unwrap();
        }
    };
    let folder = Folder::plain();
    pipe("blk00000.dat", &folder);
    let error = text(folder.open());
    assert!(error.ends_with("it cannot be read: blk00000.dat: it is no regular file"), "{error}");
    let mut folder = Folder::plain();
    let chain = chain(15, 3);
    chain.iter().for_each(|made| folder.block(0, &made.bytes()));
    pipe("rev00000.dat", &folder);
    assert_eq!(read(&folder.open().unwrap()).unwrap(), rows(&folder, &chain));
    pipe("xor.dat", &folder);
    let error = text(folder.open());
    assert!(error.ends_with("its file xor.dat is no regular file"), "{error}");
}

#[test]
fn folders_that_cannot_be_read_say_why() {
    let folder = Folder::plain();
    assert!(text(folder.open()).contains("it holds no file named like blk00000.dat"));
    let missing = BlockFiles::open(&folder.path().join("none"));
    assert!(text(missing).contains("it cannot be read"));
    let mut folder = Folder::new([0; 8], [1, 2, 3, 4]);
    folder.block(0, &chain(1, 1)[0].bytes());
    let error = text(folder.open());
    assert!(error.contains("blk00000.dat begins with 01020304"), "{error}");
    let mut folder = Folder::plain();
    folder.bytes("blk00000.dat", &REGTEST);
    assert!(text(folder.open()).ends_with("they hold no block"));
    folder.bytes("xor.dat", &[1, 2]);
    assert!(text(folder.open()).contains("xor.dat should hold the key of 8 bytes"));
}

#[test]
fn undo_records_of_another_node_are_refused() {
    let (chain, other) = (chain(11, 6), chain(12, 6));
    let mut folder = Folder::plain();
    for (made, other) in chain.iter().zip(&other).skip(1) {
        folder.block(0, &made.bytes());
        folder.undo_of(0, other);
    }
    let error = text(folder.open());
    assert!(error.contains("no undo record belongs to any of its blocks"), "{error}");
}
