//! Random operations against a plain model: the set of blocks that are stored.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_model::ChainId;
use proptest::prelude::*;

use super::chains::{Block, account_rows, account_rows_in_memory};
use super::dump;
use super::equals_memory::any_blocks;
use crate::MemoryLedger;
use crate::store::crash_disk::{Crash, CrashDisk};
use crate::store::disk::{Disk, RealDisk};
use crate::store::error::StoreError;
use crate::store::{Snapshot, StoreWriter, verify};

#[derive(Debug, Clone)]
enum Operation {
    /// Blocks from one to another, in batches of so many rows; every second block only if odd.
    Import {
        from: usize,
        count: usize,
        batch: usize,
        is_odd: bool,
    },
    Unwind {
        height: u64,
    },
    Compact,
    Reopen,
}

fn any_operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => (0usize..24, 1usize..12, 1usize..80, any::<bool>())
            .prop_map(|(from, count, batch, is_odd)| Operation::Import { from, count, batch, is_odd }),
        1 => (0u64..24).prop_map(|height| Operation::Unwind { height }),
        1 => Just(Operation::Compact),
        1 => Just(Operation::Reopen),
    ]
}

/// What a store of some blocks says.
fn expected(blocks: &[Block], stored: &BTreeSet<u64>) -> String {
    let blocks: Vec<Block> =
        blocks.iter().filter(|block| stored.contains(&block.height)).cloned().collect();
    let rows = account_rows_in_memory(&ChainId::ethereum(), 1, &blocks);
    dump(&MemoryLedger::from_rows(rows, Vec::new()).unwrap().0)
}

pub(super) fn said(dir: &Path) -> String {
    match Snapshot::open(dir) {
        Ok(snapshot) => dump(&snapshot),
        Err(StoreError::NoStore(_)) => String::new(),
        Err(error) => panic!("{error}"),
    }
}

/// Does an operation; the states of the model that a crash on the way may leave.
fn apply(
    operation: &Operation,
    blocks: &[Block],
    dir: &Path,
    disk: &Arc<dyn Disk>,
    stored: &mut BTreeSet<u64>,
) -> (Result<(), StoreError>, Vec<BTreeSet<u64>>) {
    let mut states = vec![stored.clone()];
    let chain = ChainId::ethereum();
    let mut work = || -> Result<(), StoreError> {
        let mut writer = StoreWriter::open_on(dir, Arc::clone(disk))?;
        match operation {
            Operation::Import { from, count, batch, is_odd } => {
                writer = writer.with_batch_rows(*batch);
                writer.begin(&[]);
                let chosen = blocks.iter().skip(*from).take(*count);
                let chosen = chosen.filter(|block| !is_odd || block.height % 2 == 1);
                let chosen: Vec<&Block> = chosen.collect();
                for block in &chosen {
                    writer.add(account_rows(&chain, 1, std::slice::from_ref(block)))?;
                    // Everything below is complete; the block itself may go on.
                    let below = states.last().unwrap().clone();
                    let gathered = chosen.iter().map(|block| block.height);
                    let gathered = gathered.filter(|height| *height < block.height);
                    states.push(below.into_iter().chain(gathered).collect());
                    writer.store_below(&chain, block.height)?;
                }
                let all = chosen.iter().map(|block| block.height);
                states.push(stored.iter().copied().chain(all).collect());
                writer.end()?;
            }
            Operation::Unwind { height } if !stored.is_empty() => {
                states.push(stored.iter().copied().filter(|block| block <= height).collect());
                writer.unwind(&chain, *height)?;
            }
            Operation::Compact => {
                writer.compact(&mut |_| {})?;
            }
            Operation::Unwind { .. } | Operation::Reopen => {}
        }
        Ok(())
    };
    let result = work();
    if result.is_ok() {
        *stored = states.last().unwrap().clone();
    }
    (result, states)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_store_holds_what_the_model_holds(
        blocks in any_blocks(28),
        operations in prop::collection::vec(any_operation(), 1..10),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let disk: Arc<dyn Disk> = Arc::new(RealDisk);
        let mut stored = BTreeSet::new();
        for operation in &operations {
            let (result, _) = apply(operation, &blocks, dir.path(), &disk, &mut stored);
            result.unwrap();
            let wanted = expected(&blocks, &stored);
            prop_assert_eq!(said(dir.path()), wanted, "after {:?}", operation);
        }
        must_be_sound(dir.path());
    }
}

/// A store that was never written is none; any other has nothing wrong.
pub(super) fn must_be_sound(dir: &Path) {
    match verify(dir, &mut |_, _| {}) {
        Ok(report) => assert!(report.is_sound(), "{:?}", report.problems),
        Err(error) => assert!(matches!(error, StoreError::NoStore(_)), "{error}"),
    }
}

/// Some states, as text.
fn texts(blocks: &[Block], states: &[BTreeSet<u64>]) -> Vec<String> {
    states.iter().map(|state| expected(blocks, state)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_disk_that_fails_at_any_moment_leaves_a_state_on_the_way(
        blocks in any_blocks(20),
        operations in prop::collection::vec(any_operation(), 1..5),
        seed in any::<u64>(),
        loses_power in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let real: Arc<dyn Disk> = Arc::new(RealDisk);
        let mut stored = BTreeSet::new();
        for (operation, number) in operations.iter().zip(0u64..) {
            // How many file operations it takes is found out on a copy.
            let copy = copied(dir.path());
            let counting = Arc::new(CrashDisk::new(copy.path()));
            let disk: Arc<dyn Disk> = counting.clone();
            apply(operation, &blocks, copy.path(), &disk, &mut stored.clone()).0.unwrap();
            let count = counting.operations();

            let failing = Arc::new(CrashDisk::new(dir.path()));
            let at = seed.wrapping_mul(0x9e37_79b9).wrapping_add(number * 7) % count.max(1);
            let crash = if loses_power { Crash::ForGood } else { Crash::Once };
            failing.fail_after(at, crash);
            let disk: Arc<dyn Disk> = failing.clone();
            let (result, states) = apply(operation, &blocks, dir.path(), &disk, &mut stored);
            prop_assert!(result.is_err() || at >= count);
            if loses_power {
                failing.lose_power(seed ^ number);
            }
            let found = said(dir.path());
            let allowed = texts(&blocks, &states);
            let Some(state) = allowed.iter().position(|text| *text == found) else {
                return Err(TestCaseError::fail(format!(
                    "after {operation:?} failed at {at} of {count}: {found}"
                )));
            };
            stored = states[state].clone();
            must_be_sound(dir.path());
            // The next run goes on where this one stopped.
            let (result, _) = apply(operation, &blocks, dir.path(), &real, &mut stored);
            result.unwrap();
            prop_assert_eq!(said(dir.path()), expected(&blocks, &stored));
        }
    }
}

pub(super) fn copied(dir: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}
