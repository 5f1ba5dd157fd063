//! The chain as the files hold it at one time.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hawkshaw_chains::bitcoin::{Block, Frame, Network, Unspent};
use hawkshaw_chains::{DecodeError, Defects};
use hawkshaw_model::Amount;
use hawkshaw_model::rows::Rows;

use super::folder::{Folder, Kind};
use super::headers::{Entry, Headers, Place};
use super::left_out::{self, Tally};
use super::replay::Walk;
use super::undo::{Linked, UndoIndex};
use crate::error::{SourceError, SourceFault};

/// For how many files it is kept which record belongs to which block.
const INDICES_MAX: usize = 64;

/// How many of the last blocks are asked for their height, where the first block is not there.
const ASKED_MAX: usize = 12;

/// Of how many groups of blocks that do not connect to the chain the height is asked for.
const LOOSE_ASKED_MAX: u32 = 2_000;

/// Of how many of the last blocks it is tried whether they can be read.
const TRIED_MAX: u32 = 2_000;

/// From this height on every block of the main chain states its height (BIP-34).
const STATED_FROM: u64 = 227_931;

/// The blocks of the chain from the first that is there, and where everything of them lies.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) name: Arc<str>,
    pub(super) folder: Folder,
    pub(super) network: Network,
    /// The height of the first block.
    pub(super) first: u64,
    /// Which blocks are there and not part of it, as sentences.
    pub(super) left_out: Vec<String>,
    chain: Vec<Entry>,
    /// The hash of the block before the first.
    before: [u8; 32],
    /// The blocks of each file, as places in the chain.
    by_file: BTreeMap<u32, Vec<usize>>,
    /// The files that were asked last come first.
    indices: Mutex<Vec<(u32, Arc<LazyIndex>)>>,
}

/// What files hold of a block.
#[derive(Debug)]
pub(super) struct Fetched {
    height: u64,
    entry: Entry,
    bytes: Vec<u8>,
    /// The undo records that may be its own, those written last first.
    undo: Vec<Vec<u8>>,
}

type LazyIndex = OnceLock<Result<UndoIndex, String>>;

impl Snapshot {
    pub(super) fn new(
        name: Arc<str>,
        folder: Folder,
        network: Network,
        headers: &Headers,
        (chain, before): (Vec<Entry>, [u8; 32]),
    ) -> Result<Self, SourceError> {
        let mut by_file = BTreeMap::<u32, Vec<usize>>::new();
        for (at, entry) in chain.iter().enumerate() {
            by_file.entry(entry.place.file).or_default().push(at);
        }
        let indices = Mutex::default();
        let mut snapshot = Self {
            name,
            folder,
            network,
            first: 0,
            left_out: Vec::new(),
            chain,
            before,
            by_file,
            indices,
        };
        snapshot.first = snapshot.first_height()?;
        snapshot.left_out = snapshot.unconnected(headers);
        let blocks = snapshot.chain.len();
        snapshot.leave_out_unconnected()?;
        let dropped = u64::try_from(blocks - snapshot.chain.len()).unwrap_or(u64::MAX);
        snapshot.left_out.extend(left_out::without_undo(dropped, snapshot.last()));
        Ok(snapshot)
    }

    /// Tells of the blocks that do not connect to the chain.
    fn unconnected(&self, headers: &Headers) -> Vec<String> {
        let Some(last) = self.chain.last() else { return Vec::new() };
        let heights = (self.first, self.last());
        let mut tally = Tally::default();
        for (loose, number) in headers.loose(last.hash).iter().zip(0..) {
            // Nothing stands before the first block of a chain.
            let height = if loose.missing == [0; 32] {
                Some(0)
            } else if number < LOOSE_ASKED_MAX {
                // A block that cannot be read says as little as one that states no height.
                let stated = self.stated_height(&loose.root).ok().flatten();
                stated.filter(|height| *height >= self.stated_from())
            } else {
                None
            };
            tally.add(loose, height, heights);
        }
        tally.sentences(heights, self.before).collect()
    }

    /// Whether its first block is the genesis block, or the one behind it: what the genesis block
    /// made cannot be spent.
    pub(super) fn is_whole(&self) -> bool {
        self.first <= 1
    }

    /// The height of the last block.
    pub(super) fn last(&self) -> u64 {
        self.first + u64::try_from(self.chain.len().saturating_sub(1)).unwrap_or(u64::MAX)
    }

    /// The block at a height.
    pub(super) fn entry(&self, height: u64) -> Option<&Entry> {
        let at = usize::try_from(height.checked_sub(self.first)?).ok()?;
        self.chain.get(at)
    }

    /// Whether a file of undo records is missing.
    pub(super) fn lacks_undo(&self) -> bool {
        let needed = |file: &u32, blocks: &[usize]| {
            let is_genesis = blocks == [0] && self.first == 0;
            !is_genesis && !self.folder.has(Kind::Undo, *file)
        };
        self.by_file.iter().any(|(file, blocks)| needed(file, blocks))
    }

    /// The bytes of the block at a height, with its undo record where there is one.
    pub(super) fn fetch(&self, height: u64) -> Result<Fetched, SourceError> {
        let (entry, bytes) = self.bytes(height)?;
        let undo = self.undo(height, &entry)?;
        Ok(Fetched { height, entry, bytes, undo })
    }

    /// A block as rows.
    pub(super) fn rows(
        &self,
        fetched: &Fetched,
        defects: &mut Defects,
    ) -> Result<Rows, SourceError> {
        self.read(fetched, |block, frame| self.rows_by_undo(block, frame, fetched, defects))
    }

    /// A block as rows by the undo record that fits. Where several do, that one counts by which
    /// the miner took all that it might, as miners do, else that which was written last.
    fn rows_by_undo(
        &self,
        block: &Block<'_>,
        frame: &Frame,
        fetched: &Fetched,
        defects: &mut Defects,
    ) -> Result<Rows, DecodeError> {
        let (last, earlier) = match &fetched.undo[..] {
            [] => return block.to_rows(frame, None, defects),
            [last] => return block.to_rows(frame, Some(last), defects),
            [last, earlier @ ..] => (last, earlier),
        };
        let mut kept: Option<(Rows, Defects)> = None;
        for undo in std::iter::once(last).chain(earlier) {
            let mut found = Defects::default();
            let Ok(rows) = block.to_rows(frame, Some(undo), &mut found) else { continue };
            let is_exact = self.is_all_taken(&rows, frame.height);
            if is_exact || kept.is_none() {
                kept = Some((rows, found));
            }
            if is_exact {
                break;
            }
        }
        match kept {
            Some((rows, found)) => {
                defects.add(&found);
                Ok(rows)
            }
            None => block.to_rows(frame, Some(last), defects),
        }
    }

    /// Whether the outputs of a block are all that its inputs and the block itself give.
    fn is_all_taken(&self, rows: &Rows, height: u64) -> bool {
        let sum = |is_input: bool| {
            let legs = rows.legs.iter().filter(|leg| leg.spends.is_some() == is_input);
            legs.map(|leg| leg.amount).try_fold(Amount::ZERO, Amount::checked_add)
        };
        let made = Amount::from(self.network.subsidy(height));
        sum(true).and_then(|taken| taken.checked_add(made)) == sum(false)
    }

    fn read(
        &self,
        Fetched { height, entry, bytes, .. }: &Fetched,
        to_rows: impl FnOnce(&Block<'_>, &Frame) -> Result<Rows, DecodeError>,
    ) -> Result<Rows, SourceError> {
        let read = || {
            let block = Block::parse(bytes)?;
            if block.head().hash != entry.hash {
                return Err(SourceFault::Unreadable("it changed while it was read".to_owned()));
            }
            to_rows(&block, &self.frame(*height)).map_err(|error| self.fault(entry, error))
        };
        read().map_err(|fault| self.error(*height, &entry.place, fault))
    }

    fn frame(&self, height: u64) -> Frame {
        Frame { chain: self.network.chain(), file: Arc::clone(&self.name), height }
    }

    fn bytes(&self, height: u64) -> Result<(Entry, Vec<u8>), SourceError> {
        let Some(entry) = self.entry(height) else {
            let reason =
                format!("it is not here: the files hold blocks {} to {}", self.first, self.last());
            return Err(self.unplaced(&format!("block {height}"), SourceFault::Unable(reason)));
        };
        let length = usize::try_from(entry.place.length).unwrap_or(usize::MAX);
        let file = self.folder.file(Kind::Blocks, entry.place.file);
        let bytes = file.and_then(|mut file| file.bytes_at(entry.place.offset, length));
        let bytes = bytes.map_err(|error| self.error(height, &entry.place, unreadable(&error)))?;
        Ok((*entry, bytes))
    }

    /// The undo records that may be that of a block.
    fn undo(&self, height: u64, entry: &Entry) -> Result<Vec<Vec<u8>>, SourceError> {
        let file = entry.place.file;
        let index = self.index(file);
        let undo = match index.get_or_init(|| self.read_index(file)) {
            Ok(index) => {
                let linked =
                    self.linked(height).unwrap_or(Linked { hash: entry.hash, parent: [0; 32] });
                let file = || self.folder.file(Kind::Undo, entry.place.file);
                index.undo(file, linked).map_err(|error| error.to_string())
            }
            Err(reason) => Err(reason.clone()),
        };
        undo.map_err(|reason| {
            let request = format!("block {height}, {}", Kind::Undo.file_name(file));
            self.unplaced(&request, SourceFault::Unreadable(reason))
        })
    }

    fn linked(&self, height: u64) -> Option<Linked> {
        let hash = self.entry(height)?.hash;
        let before = height.checked_sub(1).and_then(|height| self.entry(height));
        Some(Linked { hash, parent: before.map_or(self.before, |before| before.hash) })
    }

    /// Where it is kept which records of a file belong to which blocks.
    fn index(&self, file: u32) -> Arc<LazyIndex> {
        let mut indices = self.indices.lock().unwrap_or_else(PoisonError::into_inner);
        let found = indices.iter().position(|(other, _)| *other == file);
        let index = match found {
            Some(at) => indices.remove(at).1,
            None => Arc::default(),
        };
        indices.insert(0, (file, Arc::clone(&index)));
        indices.truncate(INDICES_MAX);
        index
    }

    fn read_index(&self, file: u32) -> Result<UndoIndex, String> {
        let places = self.by_file.get(&file).map(Vec::as_slice).unwrap_or_default();
        let linked = |at: &usize| {
            let height = self.first + u64::try_from(*at).ok()?;
            // The first block of a chain has no record.
            self.linked(height).filter(|_| height > 0)
        };
        let blocks: Vec<Linked> = places.iter().filter_map(linked).collect();
        UndoIndex::read(&self.folder, file, self.network.magic(), &blocks)
            .map_err(|error| error.to_string())
    }

    /// Leaves blocks out from the end that the node has not connected yet: it has not checked
    /// them, and what they spent stands nowhere. Nodes fetch about a thousand blocks ahead.
    fn leave_out_unconnected(&mut self) -> Result<(), SourceError> {
        for tried in 0_u32.. {
            if self.chain.is_empty() || self.is_last_connected(tried < TRIED_MAX)? {
                break;
            }
            self.chain.pop();
        }
        if self.chain.is_empty() {
            let reason = "no undo record belongs to any of its blocks: are the blk and rev files \
                          of one node?";
            return Err(self.unplaced("chain of blocks", SourceFault::Unable(reason.to_owned())));
        }
        Ok(())
    }

    /// Whether the last block has its undo record, or nobody can tell. Where it is tried, the
    /// record must also fit: it may be that of another block behind the same one, or either may
    /// be half written.
    fn is_last_connected(&self, is_tried: bool) -> Result<bool, SourceError> {
        let Some(entry) = self.chain.last().copied() else { return Ok(false) };
        let file = entry.place.file;
        if self.last() == 0 || !self.folder.has(Kind::Undo, file) {
            return Ok(true);
        }
        let index = self.index(file);
        match index.get_or_init(|| self.read_index(file)) {
            Ok(index) if index.has(&entry.hash) && !is_tried => Ok(true),
            Ok(index) if index.has(&entry.hash) => {
                let fetched = self.fetch(self.last())?;
                Ok(self.rows(&fetched, &mut Defects::default()).is_ok())
            }
            Ok(_) => Ok(false),
            Err(reason) => {
                let fault = SourceFault::Unreadable(reason.clone());
                Err(self.unplaced(&Kind::Undo.file_name(file), fault))
            }
        }
    }

    /// The height of the first block: known where the chain begins there, else from what the
    /// last blocks say of theirs.
    fn first_height(&self) -> Result<u64, SourceError> {
        let genesis = self.network.genesis();
        if self.chain.first().is_some_and(|first| first.hash == genesis) {
            return Ok(0);
        }
        if self.before == genesis {
            return Ok(1);
        }
        let mut stated = None;
        for at in (0..self.chain.len()).rev().take(ASKED_MAX) {
            let Some(entry) = self.chain.get(at) else { continue };
            let height = self.stated_height(entry)?.and_then(|height| {
                let above = u64::try_from(at).ok()?;
                height.checked_sub(above).filter(|_| height >= self.stated_from())
            });
            let Some(height) = height else { continue };
            if *stated.get_or_insert(height) != height {
                let reason = "its blocks contradict each other about their heights";
                return Err(self.unplaced("heights", SourceFault::Unable(reason.to_owned())));
            }
        }
        stated.ok_or_else(|| {
            let reason = "the first block of the chain is not here, and no block states its \
                          height, as those from block 227,931 on do: add the files from \
                          blk00000.dat on";
            self.unplaced("heights", SourceFault::Unable(reason.to_owned()))
        })
    }

    /// From which height on what a block states is its height.
    fn stated_from(&self) -> u64 {
        if self.network.name() == "Bitcoin" { STATED_FROM } else { 1 }
    }

    /// The height that a block states.
    fn stated_height(&self, entry: &Entry) -> Result<Option<u64>, SourceError> {
        let length = usize::try_from(entry.place.length).unwrap_or(usize::MAX);
        let file = self.folder.file(Kind::Blocks, entry.place.file);
        let bytes = file.and_then(|mut file| file.bytes_at(entry.place.offset, length));
        let request = Kind::Blocks.file_name(entry.place.file);
        let bytes = bytes.map_err(|error| self.unplaced(&request, unreadable(&error)))?;
        Ok(Block::parse(&bytes).ok().and_then(|block| block.stated_height()))
    }

    /// What is wrong with the files where a block cannot be read.
    fn fault(&self, entry: &Entry, error: DecodeError) -> SourceFault {
        let DecodeError::UnknownOutput { tx, vout } = error else {
            return SourceFault::Decode(error);
        };
        let spent = format!("it spends output {vout} of transaction {tx}");
        let number = entry.place.file;
        if self.folder.has(Kind::Undo, number) {
            let name = Kind::Undo.file_name(number);
            return SourceFault::Unable(format!(
                "{spent}, and its undo record, which says what that was, is not in {name}"
            ));
        }
        SourceFault::Unable(format!(
            "{spent}, which is not in the files: the rev files of the node, or its earlier blk \
             files, are needed too"
        ))
    }

    fn error(&self, height: u64, place: &Place, fault: SourceFault) -> SourceError {
        let file = Kind::Blocks.file_name(place.file);
        self.unplaced(&format!("block {height}, {file} at byte {}", place.offset), fault)
    }

    fn unplaced(&self, request: &str, fault: SourceFault) -> SourceError {
        SourceError { source_name: Arc::clone(&self.name), request: request.to_owned(), fault }
    }
}

impl Walk for Arc<Snapshot> {
    fn first(&self) -> u64 {
        self.first
    }

    fn hash_at(&self, height: u64) -> Result<Option<[u8; 32]>, SourceError> {
        match self.entry(height) {
            // Below the first block there is an error to be told, above the last none.
            None if height < self.first => Ok(Some([0; 32])),
            entry => Ok(entry.map(|entry| entry.hash)),
        }
    }

    fn rows_after(
        &self,
        height: u64,
        _: [u8; 32],
        unspent: &mut Unspent,
        defects: &mut Defects,
    ) -> Result<Rows, SourceError> {
        let fetched = self.fetch(height)?;
        self.read(&fetched, |block, frame| {
            if fetched.undo.is_empty() {
                return block.to_rows_after(frame, unspent, defects);
            }
            unspent.pass(block)?;
            self.rows_by_undo(block, frame, &fetched, defects)
        })
    }
}

pub(super) fn unreadable(error: &io::Error) -> SourceFault {
    SourceFault::Unreadable(error.to_string())
}
