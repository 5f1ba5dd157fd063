//! A store that follows a chain: the same as one that was filled at once, whatever happened.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_model::{BlockRef, BlockSource, ChainId, Lack, Ledger as _, rows, rows::Rows};
use proptest::prelude::*;

use super::chains::{Block, account_rows, output_rows, time};
use super::equals_memory::any_blocks;
use super::operations::{copied, must_be_sound, said};
use crate::store::crash_disk::{Crash, CrashDisk};
use crate::store::disk::{Disk, RealDisk};
use crate::store::sync::{SyncError, SyncOptions, SyncSummary, sync};
use crate::store::{Snapshot, StoreWriter};

/// A node. Its chain is made of blocks of which each may stand on another fork.
#[derive(Debug, Clone)]
struct Node {
    chain: ChainId,
    name: Arc<str>,
    /// By height from 0: the fork and what is in the block.
    blocks: Vec<(u8, Block)>,
    /// After so many blocks that were read the chain is another.
    changes: Option<(u32, Box<Node>)>,
    reads: Cell<u32>,
    lacks: Vec<Lack>,
    names_wrong_parents: bool,
    /// Blocks below are gone.
    first: u64,
    /// This block cannot be read.
    damaged: Option<u64>,
    /// The tip that it names is so far above its last block.
    boasts: u64,
    /// From this block on parents are wrong.
    breaks_at: u64,
    /// This block has the time of the first.
    is_early: Option<u64>,
}

impl Node {
    fn new(chain: &ChainId, fork: u8, blocks: &[Block]) -> Self {
        let genesis = Block { height: 0, txs: Vec::new() };
        let blocks = std::iter::once(&genesis).chain(blocks).cloned();
        Self {
            chain: chain.clone(),
            name: "http://a.node".into(),
            blocks: blocks.map(|block| (fork, block)).collect(),
            changes: None,
            reads: Cell::new(0),
            lacks: Vec::new(),
            names_wrong_parents: false,
            first: 0,
            damaged: None,
            boasts: 0,
            breaks_at: u64::MAX,
            is_early: None,
        }
    }

    /// The same chain up to a height, and another one from there on.
    fn forked(&self, above: usize, fork: u8, blocks: &[Block]) -> Self {
        let mut node = self.clone();
        node.blocks.truncate(above + 1);
        for block in blocks {
            let height = node.blocks.len() as u64;
            node.blocks.push((fork, Block { height, txs: block.txs.clone() }));
        }
        node
    }

    fn now(&self) -> &Self {
        match &self.changes {
            Some((after, next)) if self.reads.get() >= *after => next.now(),
            _ => self,
        }
    }

    /// The hash of a block says on which forks the chain went until there.
    fn hash(&self, height: u64) -> [u8; 32] {
        let mut hash = [0x55; 32];
        hash[..8].copy_from_slice(&height.to_be_bytes());
        let mut mixed = 7u64;
        for (fork, _) in &self.blocks[..=usize::try_from(height).unwrap()] {
            mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(u64::from(*fork));
        }
        hash[8..16].copy_from_slice(&mixed.to_be_bytes());
        hash
    }

    fn rows(&self, height: u64) -> Rows {
        let (fork, block) = &self.blocks[usize::try_from(height).unwrap()];
        let mut rows = match self.chain == ChainId::bitcoin() {
            true => output_rows(&self.chain, *fork, std::slice::from_ref(block)),
            false => account_rows(&self.chain, *fork, std::slice::from_ref(block)),
        };
        rows.file = self.name.clone();
        let parent = height.checked_sub(1).map_or([0; 32], |below| self.hash(below));
        let parent =
            if self.names_wrong_parents || height >= self.breaks_at { [9; 32] } else { parent };
        let hash = self.hash(height);
        let seen = if self.is_early == Some(height) { 0 } else { height };
        rows.blocks.push(rows::Block { height, time: time(seen), hash, parent });
        rows
    }
}

impl BlockSource for Node {
    type Error = String;

    fn chain(&self) -> &ChainId {
        &self.chain
    }

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn lacks(&self) -> &[Lack] {
        &self.lacks
    }

    fn first(&self) -> Result<u64, String> {
        Ok(self.first)
    }

    fn tip(&self) -> Result<BlockRef, String> {
        let node = self.now();
        let height = node.blocks.len() as u64 - 1;
        Ok(BlockRef { height: height + self.boasts, hash: node.hash(height) })
    }

    fn block_at(&self, height: u64) -> Result<Option<BlockRef>, String> {
        let node = self.now();
        let is_there = height < node.blocks.len() as u64;
        Ok(is_there.then(|| BlockRef { height, hash: node.hash(height) }))
    }

    fn blocks(
        &self,
        heights: RangeInclusive<u64>,
    ) -> Box<dyn Iterator<Item = Result<Rows, String>> + '_> {
        Box::new(heights.map_while(move |height| {
            let node = self.now();
            self.reads.set(self.reads.get() + 1);
            if node.damaged == Some(height) {
                return Some(Err("a damaged block".to_owned()));
            }
            (height < node.blocks.len() as u64).then(|| Ok(node.rows(height)))
        }))
    }
}

fn options(batch_rows: usize) -> SyncOptions {
    SyncOptions { batch_rows, ..SyncOptions::default() }
}

fn synced_on(
    dir: &Path,
    node: &Node,
    options: &SyncOptions,
    disk: Arc<dyn Disk>,
) -> Result<SyncSummary, SyncError<String>> {
    let mut writer = StoreWriter::open_on(dir, disk)?;
    sync(&mut writer, node, options, &mut |_| true)
}

fn synced(
    dir: &Path,
    node: &Node,
    options: &SyncOptions,
) -> Result<SyncSummary, SyncError<String>> {
    synced_on(dir, node, options, Arc::new(RealDisk))
}

/// What a store of the whole chain says that was filled in one go.
fn expected(node: &Node) -> String {
    let dir = tempfile::tempdir().unwrap();
    synced(dir.path(), node, &SyncOptions::default()).unwrap();
    said(dir.path())
}

/// The files of a folder and their bytes.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let file = |entry: std::fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap())
    };
    entries.map(file).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reorganisations_leave_what_the_new_chain_holds(
        first in any_blocks(24),
        second in any_blocks(12),
        third in any_blocks(12),
        forks in (0usize..24, 0usize..30),
        batch in 1usize..60,
    ) {
        let node = Node::new(&ChainId::ethereum(), 1, &first);
        let other = node.forked(forks.0.min(node.blocks.len() - 1), 2, &second);
        let last = other.forked(forks.1.min(other.blocks.len() - 1), 3, &third);
        let dir = tempfile::tempdir().unwrap();
        for node in [&node, &other, &last] {
            // Blocks without a movement have no hash in the store: what was seen of them can
            // only be told from their neighbours.
            synced(dir.path(), node, &options(batch)).unwrap();
        }
        prop_assert_eq!(said(dir.path()), expected(&last));
        must_be_sound(dir.path());
    }

    #[test]
    fn a_kill_at_any_moment_and_another_run_come_to_the_same_bytes(
        first in any_blocks(24),
        second in any_blocks(12),
        fork in 0usize..24,
        batch in 1usize..60,
        seed in any::<u64>(),
        loses_power in any::<bool>(),
    ) {
        let node = Node::new(&ChainId::ethereum(), 1, &first);
        let other = node.forked(fork.min(node.blocks.len() - 1), 2, &second);
        let dir = tempfile::tempdir().unwrap();
        let options = options(batch);
        for (node, number) in [&node, &other].into_iter().zip(0u64..) {
            let straight = copied(dir.path());
            let counting = Arc::new(CrashDisk::new(straight.path()));
            synced_on(straight.path(), node, &options, counting.clone()).unwrap();
            let count = counting.operations();

            let failing = Arc::new(CrashDisk::new(dir.path()));
            let at = seed.wrapping_mul(0x9e37_79b9).wrapping_add(number * 7) % count.max(1);
            failing.fail_after(at, if loses_power { Crash::ForGood } else { Crash::Once });
            let _ = synced_on(dir.path(), node, &options, failing.clone());
            if loses_power {
                failing.lose_power(seed ^ number);
            }
            synced(dir.path(), node, &options).unwrap();
            prop_assert_eq!(said(dir.path()), said(straight.path()));
            if number == 0 {
                let (found, wanted) = (files(dir.path()), files(straight.path()));
                let text = |files: &BTreeMap<String, Vec<u8>>| {
                    let manifest = String::from_utf8_lossy(&files["manifest.json"]).into_owned();
                    let names: Vec<_> = files.keys().cloned().collect();
                    format!("{names:?} {}", manifest.replace(',', "\n"))
                };
                prop_assert_eq!(text(&found), text(&wanted));
                prop_assert!(found == wanted, "other bytes");
            }
            must_be_sound(dir.path());
        }
    }

    #[test]
    fn a_chain_that_changes_while_it_is_read(
        first in any_blocks(24),
        second in any_blocks(12),
        fork in 0usize..24,
        after in 0u32..40,
        batch in 1usize..60,
    ) {
        let mut node = Node::new(&ChainId::ethereum(), 1, &first);
        let other = node.forked(fork.min(node.blocks.len() - 1), 2, &second);
        let wanted = expected(&other);
        node.changes = Some((after, Box::new(other.clone())));
        let dir = tempfile::tempdir().unwrap();
        synced(dir.path(), &node, &options(batch)).unwrap();
        synced(dir.path(), &other, &options(batch)).unwrap();
        prop_assert_eq!(said(dir.path()), wanted);
    }
}

/// Blocks in each of which something moves.
fn blocks(count: u64) -> Vec<Block> {
    let one = super::chains::Move { from: 1, to: 2, asset: 0, amount: 5 };
    let block = |height| Block { height, txs: vec![vec![one], vec![one]] };
    (1..=count).map(block).collect()
}

#[test]
fn what_goes_away_is_reported() {
    let node = Node::new(&ChainId::ethereum(), 1, &blocks(20));
    let dir = tempfile::tempdir().unwrap();
    let summary = synced(dir.path(), &node, &options(10)).unwrap();
    assert_eq!((summary.blocks, summary.through, summary.reorganisations.len()), (21, Some(20), 0));
    let mut other = node.forked(16, 2, &blocks(6));
    // One of the transactions is in the new chain too.
    other.blocks[18].0 = 1;
    let summary = synced(dir.path(), &other, &options(10)).unwrap();
    let [gone] = &summary.reorganisations[..] else { panic!("{summary:?}") };
    assert_eq!((gone.common, gone.gone_to, gone.txs), (16, 20, 8));
    assert_eq!((gone.returned, gone.lost.len()), (2, 6));
    assert_eq!(summary.blocks, 6);
    assert_eq!(said(dir.path()), expected(&other));
}

#[test]
fn a_reorganisation_that_is_too_deep_changes_nothing() {
    let node = Node::new(&ChainId::ethereum(), 1, &blocks(20));
    let dir = tempfile::tempdir().unwrap();
    synced(dir.path(), &node, &options(10)).unwrap();
    let before = said(dir.path());
    let other = node.forked(9, 2, &blocks(15));
    let shallow = SyncOptions { depth_max: 10, ..options(10) };
    let error = synced(dir.path(), &other, &shallow).unwrap_err();
    assert!(matches!(error, SyncError::TooDeep { tip: 20, depth_max: 10 }), "{error}");
    assert!(error.to_string().contains("--reorg-depth"), "{error}");
    assert_eq!(said(dir.path()), before);
    let deep = SyncOptions { depth_max: 11, ..options(10) };
    synced(dir.path(), &other, &deep).unwrap();
    assert_eq!(said(dir.path()), expected(&other));
    // Another chain altogether.
    let stranger = Node::new(&ChainId::ethereum(), 9, &blocks(40));
    let error = synced(dir.path(), &stranger, &options(10)).unwrap_err();
    assert!(matches!(error, SyncError::TooDeep { tip: 24, .. }), "{error}");
}

#[test]
fn a_node_that_lags_changes_nothing() {
    let node = Node::new(&ChainId::ethereum(), 1, &blocks(20));
    let dir = tempfile::tempdir().unwrap();
    synced(dir.path(), &node, &options(10)).unwrap();
    let mut lagging = node.clone();
    lagging.blocks.truncate(15);
    let summary = synced(dir.path(), &lagging, &options(10)).unwrap();
    assert_eq!((summary.blocks, summary.reorganisations.len()), (0, 0));
    assert_eq!(said(dir.path()), expected(&node));
    let strict = SyncOptions { depth_max: 3, ..options(10) };
    let error = synced(dir.path(), &lagging, &strict).unwrap_err();
    assert!(matches!(error, SyncError::Behind { tip: 14, stored: 20 }), "{error}");
}

#[test]
fn stretches_and_confirmations() {
    let node = Node::new(&ChainId::ethereum(), 1, &blocks(20));
    let dir = tempfile::tempdir().unwrap();
    let part = SyncOptions { from: Some(8), to: Some(12), ..options(3) };
    assert_eq!(synced(dir.path(), &node, &part).unwrap().blocks, 5);
    let rest = SyncOptions { from: Some(0), confirmations: 4, ..options(3) };
    assert_eq!(synced(dir.path(), &node, &rest).unwrap().blocks, 12);
    let snapshot = Snapshot::open(dir.path()).unwrap();
    assert_eq!(snapshot.covered(0), [[0, 16]]);
    drop(snapshot);
    assert_eq!(synced(dir.path(), &node, &options(3)).unwrap().blocks, 4);
    assert_eq!(said(dir.path()), expected(&node));
    assert_eq!(synced(dir.path(), &node, &options(3)).unwrap().blocks, 0);
}

#[test]
fn what_a_source_leaves_out_is_remembered() {
    let mut node = Node::new(&ChainId::ethereum(), 1, &blocks(20));
    let dir = tempfile::tempdir().unwrap();
    synced(dir.path(), &node, &SyncOptions { to: Some(9), ..options(3) }).unwrap();
    node.lacks = vec![Lack::InternalTransfers];
    synced(dir.path(), &node, &options(3)).unwrap();
    let lacks = |dir: &Path| Snapshot::open(dir).unwrap().lacks(0);
    assert_eq!(lacks(dir.path()), [(Lack::InternalTransfers, vec![[10, 20]])]);
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    writer.unwind(&ChainId::ethereum(), 15).unwrap();
    assert_eq!(lacks(dir.path()), [(Lack::InternalTransfers, vec![[10, 15]])]);
    writer.unwind(&ChainId::ethereum(), 9).unwrap();
    assert_eq!(lacks(dir.path()), []);
}

#[test]
fn a_source_that_contradicts_itself_is_given_up() {
    let mut node = Node::new(&ChainId::ethereum(), 1, &blocks(20));
    let dir = tempfile::tempdir().unwrap();
    synced(dir.path(), &node, &SyncOptions { to: Some(9), ..options(3) }).unwrap();
    let before = said(dir.path());
    node.names_wrong_parents = true;
    let error = synced(dir.path(), &node, &options(3)).unwrap_err();
    assert!(matches!(error, SyncError::Unsteady(16, 10)), "{error}");
    assert_eq!(said(dir.path()), before);
    node.names_wrong_parents = false;
    synced(dir.path(), &node, &options(3)).unwrap();
    assert_eq!(said(dir.path()), expected(&node));
}

#[test]
fn a_source_that_lost_its_first_blocks() {
    let whole = Node::new(&ChainId::ethereum(), 1, &blocks(40));
    let late = Node { first: 30, ..whole.clone() };
    let dir = tempfile::tempdir().unwrap();
    synced(dir.path(), &whole, &SyncOptions { to: Some(9), ..options(3) }).unwrap();
    let error = synced(dir.path(), &late, &options(3)).unwrap_err();
    assert!(matches!(error, SyncError::Missing { first: 30, wanted: 10 }), "{error}");
    let gap = SyncOptions { from: Some(30), ..options(3) };
    assert_eq!(synced(dir.path(), &late, &gap).unwrap().blocks, 11);
    assert_eq!(Snapshot::open(dir.path()).unwrap().covered(0), [[0, 9], [30, 40]]);
    // A new store begins where the source does.
    let fresh = tempfile::tempdir().unwrap();
    assert_eq!(synced(fresh.path(), &late, &options(3)).unwrap().blocks, 11);
}

#[test]
fn a_tip_without_its_blocks_ends_the_run() {
    let node = Node::new(&ChainId::ethereum(), 1, &blocks(40));
    for boasts in [1, 500, u64::MAX / 2] {
        let boasting = Node { boasts, reads: Cell::new(0), ..node.clone() };
        let dir = tempfile::tempdir().unwrap();
        let summary = synced(dir.path(), &boasting, &options(1000)).unwrap();
        assert_eq!((summary.blocks, summary.through), (41, Some(40)));
        assert!(boasting.reads.get() < 60, "{} blocks were asked for", boasting.reads.get());
        assert_eq!(said(dir.path()), expected(&node));
    }
}

#[test]
fn a_block_that_never_fits_ends_the_run() {
    let node = Node { breaks_at: 30, ..Node::new(&ChainId::ethereum(), 1, &blocks(40)) };
    let dir = tempfile::tempdir().unwrap();
    let error = synced(dir.path(), &node, &options(1000)).unwrap_err();
    assert!(matches!(error, SyncError::Unsteady(16, 30)), "{error}");
    assert_eq!(Snapshot::open(dir.path()).unwrap().covered(0), [[0, 29]]);
    assert!(node.reads.get() < 80, "{} blocks were asked for", node.reads.get());
}

#[test]
fn a_block_before_its_parent_is_refused() {
    let node = Node { is_early: Some(30), ..Node::new(&ChainId::ethereum(), 1, &blocks(40)) };
    let dir = tempfile::tempdir().unwrap();
    let error = synced(dir.path(), &node, &options(1000)).unwrap_err().to_string();
    assert!(error.contains("block 30 has a time before that of the block below it"), "{error}");
}

#[test]
fn what_came_before_a_damaged_block_is_kept() {
    let mut node = Node::new(&ChainId::ethereum(), 1, &blocks(40));
    node.damaged = Some(25);
    let dir = tempfile::tempdir().unwrap();
    let error = synced(dir.path(), &node, &options(1000)).unwrap_err();
    assert!(matches!(error, SyncError::Source(_)), "{error}");
    assert_eq!(Snapshot::open(dir.path()).unwrap().covered(0), [[0, 24]]);
    node.damaged = None;
    synced(dir.path(), &node, &options(1000)).unwrap();
    assert_eq!(said(dir.path()), expected(&node));
}

#[test]
fn a_chain_of_outputs_follows_its_node() {
    let empty = |count: u64| -> Vec<Block> {
        (1..=count).map(|height| Block { height, txs: Vec::new() }).collect()
    };
    let node = Node::new(&ChainId::bitcoin(), 1, &empty(20));
    let dir = tempfile::tempdir().unwrap();
    synced(dir.path(), &node, &options(4)).unwrap();
    let other = node.forked(13, 2, &empty(12));
    let summary = synced(dir.path(), &other, &options(4)).unwrap();
    assert_eq!(summary.reorganisations[0].lost.len(), 7);
    assert_eq!(said(dir.path()), expected(&other));
    assert_eq!(Snapshot::open(dir.path()).unwrap().chains()[0].heights, Some((0, 25)));
}

#[test]
fn following_block_by_block_leaves_few_files() {
    let whole = Node::new(&ChainId::ethereum(), 1, &blocks(300));
    let dir = tempfile::tempdir().unwrap();
    for tip in 1..=300 {
        let mut node = whole.clone();
        node.blocks.truncate(tip + 1);
        synced(dir.path(), &node, &options(1000)).unwrap();
    }
    let count = std::fs::read_dir(dir.path()).unwrap().count();
    assert!(count < 30, "{count} files");
    assert_eq!(said(dir.path()), expected(&whole));
    must_be_sound(dir.path());
}
