//! The one process that changes a store.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hawkshaw_model::{
    ChainId, Lack, LedgerKind,
    rows::{Extent, Rows},
};

use crate::segment::TransferSegment;
use crate::store::address_writer::AddressWriter;
use crate::store::addresses::AddressBook;
use crate::store::assets::AssetWriter;
use crate::store::batch::{AccountBatch, BlockFacts};
use crate::store::block_order;
use crate::store::coverage;
use crate::store::dictionary;
use crate::store::disk::{Disk, RealDisk};
use crate::store::error::StoreError;
use crate::store::events::{EventFile, EventRows};
use crate::store::histories::{self, History};
use crate::store::job::{Before, Job, finish};
use crate::store::load::Run;
use crate::store::lock::{LOCK, TAGS, lock};
use crate::store::manifest::{
    self, ChainEntry, FileEntry, ImportEntry, Manifest, SegmentEntry, Unfinished,
};
use crate::store::numbering::{StoreNumbers, Stored, number_of};
use crate::store::output_batch::OutputBatch;
use crate::store::segments::{StoredSegment, write_run};
use crate::store::session::{FileOrder, GivenFiles, ImportSummary, InputFile, Session};

/// Rows that are gathered before they are stored: what is lost when the power fails.
const BATCH_ROWS: usize = 3 << 20;

/// The writer of a store. There is one at a time; readers do not mind it.
///
/// Rows are gathered and stored in batches, each of which is there whole or not at all. Rows of
/// blocks that are stored already are merged with them on account chains; a UTXO chain grows at
/// its tip only.
#[derive(Debug)]
pub struct StoreWriter {
    dir: PathBuf,
    disk: Arc<dyn Disk>,
    manifest: Manifest,
    addresses: AddressWriter,
    assets: AssetWriter,
    chains: Vec<Open>,
    session: Session,
    /// Files that the manifest no longer names, to be removed once it is written.
    obsolete: Vec<String>,
    batch_rows: usize,
    /// The batch that is being written on a thread of its own.
    job: Option<Job>,
    /// The chain of the batch that was stored last, and the height up to which it is all.
    begun: Option<(usize, u64)>,
    /// Whether small files are joined after every batch.
    is_merging: bool,
    /// Held until the writer is dropped.
    _lock: File,
}

/// A chain that is written.
#[derive(Debug)]
struct Open {
    id: ChainId,
    pending: Vec<Rows>,
    pending_rows: usize,
    /// The segments of a UTXO chain, for what its inputs spend.
    outputs: Vec<StoredSegment>,
    /// The heights of the rows of this import that are whole blocks, by file.
    heights: Vec<(Arc<str>, [u64; 2])>,
    /// The files of this import that are of one account each.
    histories: Vec<History>,
    /// What the blocks that are added lack.
    lacks: Vec<Lack>,
    /// Blocks that were added and in which nothing moved.
    still: Vec<(u64, [u8; 32])>,
}

impl StoreWriter {
    /// Opens the store in a folder to write it, and makes it where the folder is empty or
    /// missing.
    ///
    /// # Errors
    ///
    /// When the folder holds something else, when another process writes the store, and when it
    /// is damaged or cannot be written.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_on(dir, Arc::new(RealDisk))
    }

    /// Opens a store that is written through a disk.
    pub(crate) fn open_on(dir: &Path, disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        disk.create_dir(dir)?;
        let manifest = Manifest::read(dir)?;
        if manifest.is_none() {
            let ours = [manifest::NAME_NEXT, LOCK, TAGS];
            let is_foreign = |name: &std::ffi::OsString| !ours.contains(&&*name.to_string_lossy());
            manifest::must_not_be_lost(dir)?;
            if disk.list(dir)?.iter().any(is_foreign) {
                return Err(StoreError::NotAStore(dir.to_path_buf()));
            }
        }
        let lock = lock(dir)?;
        // Only now is it sure that nobody else changes it.
        let manifest = match Manifest::read(dir)? {
            Some(manifest) => manifest,
            None => {
                // From here on files without a manifest are a store that lost it.
                let manifest = Manifest::empty();
                manifest.write(&*disk, dir)?;
                manifest
            }
        };
        let book = dictionary::open_addresses(dir, &manifest.address_parts)?;
        let assets = AssetWriter::new(&dictionary::open_assets(dir, &manifest.asset_parts)?);
        let mut writer = Self {
            dir: dir.to_path_buf(),
            disk,
            addresses: AddressWriter::new(book),
            assets,
            chains: Vec::new(),
            session: Session::default(),
            obsolete: Vec::new(),
            batch_rows: BATCH_ROWS,
            job: None,
            begun: None,
            is_merging: false,
            manifest,
            _lock: lock,
        };
        writer.remove_orphans()?;
        for entry in &writer.manifest.chains {
            let id: ChainId = entry.id.parse().map_err(|error| {
                StoreError::Unfit(format!("the manifest names no chain: {error}"))
            })?;
            writer.chains.push(Open::new(id));
        }
        for chain in 0..writer.chains.len() {
            writer.open_outputs(chain)?;
        }
        Ok(writer)
    }

    /// Sets after how many rows a batch is stored (3,145,728 where this is not called).
    #[must_use]
    pub fn with_batch_rows(mut self, rows: usize) -> Self {
        self.batch_rows = rows.max(1);
        self
    }

    /// Which of the files are stored whole, by an earlier import of a file with that digest.
    pub fn stored(&self, files: &[InputFile]) -> Vec<bool> {
        let is_stored = |file: &InputFile| {
            let same =
                |known: &ImportEntry| known.digest == file.digest && known.bytes == file.bytes;
            self.manifest.imports.iter().any(same)
        };
        files.iter().map(is_stored).collect()
    }

    /// Begins an import of files. `true` if an interrupted import of just these files goes on.
    pub fn begin(&mut self, files: &[InputFile]) -> bool {
        let mut names: Vec<String> =
            files.iter().map(|file| format!("{} {}", file.bytes, file.digest)).collect();
        names.sort();
        let key = format!("{:016x}", twox_hash::XxHash3_64::oneshot(names.join("\n").as_bytes()));
        let unfinished = self.manifest.unfinished.take().filter(|found| found.inputs == key);
        let through = unfinished.map(|found| found.through).unwrap_or_default();
        let is_resumed = !through.is_empty();
        for chain in &mut self.chains {
            chain.heights.clear();
            chain.histories.clear();
        }
        let (summary, inputs) = (ImportSummary::default(), files.to_vec());
        let (reached, order, files) =
            (through.clone(), FileOrder::default(), GivenFiles::default());
        self.session = Session { summary, through, reached, order, files, inputs, key };
        is_resumed
    }

    /// Adds rows. They are stored later, by [`store_below`](Self::store_below) and
    /// [`end`](Self::end).
    ///
    /// # Errors
    ///
    /// When there are more chains than a store can number.
    pub fn add(&mut self, mut rows: Rows) -> Result<(), StoreError> {
        self.session.summary.rows += rows.len() as u64;
        let chain = self.chain(&rows.chain)?;
        let through = self.session.through.iter().find(|(id, _)| id == rows.chain.as_str());
        // A row that comes behind higher ones of its file may have been read after the last
        // batch; only those in order are sure to be in it.
        if let Some((_, through)) = through
            && self.session.order.goes_on(&rows)
        {
            let above = rows.split_off(through + 1);
            self.session.summary.resumed += rows.len() as u64;
            rows = above;
        }
        let Some([low, high]) = rows.heights() else { return Ok(()) };
        let open = &mut self.chains[chain];
        match &rows.extent {
            Extent::Account(_) => histories::note(&mut open.histories, &rows, [low, high]),
            Extent::Blocks => match open.heights.iter_mut().find(|(file, _)| *file == rows.file) {
                Some((_, known)) => *known = [known[0].min(low), known[1].max(high)],
                None => open.heights.push((Arc::clone(&rows.file), [low, high])),
            },
        }
        if self.is_merging && rows.transfers.is_empty() && rows.legs.is_empty() {
            open.still.extend(rows.blocks.iter().map(|block| (block.height, block.hash)));
        }
        self.session.files.note(&rows);
        open.pending_rows += rows.len();
        open.pending.push(rows);
        Ok(())
    }

    /// Says that every row of a chain below a height was added. Stores them once enough have
    /// been gathered.
    ///
    /// # Errors
    ///
    /// When rows contradict each other or what is stored, and when the store is damaged or
    /// cannot be written. Nothing that was stored before is lost.
    pub fn store_below(&mut self, chain: &ChainId, height: u64) -> Result<(), StoreError> {
        let Some(at) = self.chains.iter().position(|open| open.id == *chain) else {
            return Ok(());
        };
        if self.chains[at].pending_rows < self.batch_rows {
            return Ok(());
        }
        let mut batch = Vec::new();
        for mut rows in std::mem::take(&mut self.chains[at].pending) {
            let rest = rows.split_off(height);
            if !rows.is_empty() {
                batch.push(rows);
            }
            if !rest.is_empty() {
                self.chains[at].pending.push(rest);
            }
        }
        self.chains[at].pending_rows = self.chains[at].pending.iter().map(Rows::len).sum();
        self.commit_begun()?;
        self.store(at, batch)?;
        self.begun = Some((at, height.saturating_sub(1)));
        Ok(())
    }

    /// Makes the batch that was stored last part of the store, with what it came to.
    pub(crate) fn commit_begun(&mut self) -> Result<(), StoreError> {
        self.settle()?;
        let Some((chain, through)) = self.begun.take() else { return Ok(()) };
        self.cover(chain, through);
        let id = self.chains[chain].id.as_str();
        let reached = &mut self.session.reached;
        reached.retain(|(known, _)| known != id);
        reached.push((id.to_owned(), through));
        let (inputs, through) = (self.session.key.clone(), reached.clone());
        self.manifest.unfinished = Some(Unfinished { inputs, through });
        self.commit()?;
        self.merge_tails()
    }

    /// Stores what is left, and notes that the files are stored whole.
    ///
    /// # Errors
    ///
    /// As [`store_below`](Self::store_below).
    pub fn end(&mut self) -> Result<ImportSummary, StoreError> {
        self.commit_begun()?;
        for chain in 0..self.chains.len() {
            let batch = std::mem::take(&mut self.chains[chain].pending);
            self.chains[chain].pending_rows = 0;
            self.store(chain, batch)?;
            self.settle()?;
            self.cover(chain, u64::MAX);
            let histories = std::mem::take(&mut self.chains[chain].histories);
            histories::add(&mut self.manifest.chains[chain].histories, histories);
        }
        let session = std::mem::take(&mut self.session);
        let heights: Vec<(String, [u64; 2])> = self
            .chains
            .iter()
            .flat_map(|open| open.heights.iter().map(|(_, range)| (open.id.as_str(), *range)))
            .map(|(id, range)| (id.to_owned(), range))
            .collect();
        for file in session.inputs {
            // Headers alone are kept for blocks that have transactions: the file is wanted again.
            let is_whole = !session.files.is_headers_only(&file.name);
            if is_whole && !self.stored(std::slice::from_ref(&file))[0] {
                let InputFile { name, bytes, digest } = file;
                let heights = heights.clone();
                self.manifest.imports.push(ImportEntry { name, bytes, digest, heights });
            }
        }
        self.manifest.unfinished = None;
        self.commit()?;
        self.merge_tails()?;
        Ok(session.summary)
    }

    /// The number of a chain, new or known.
    fn chain(&mut self, id: &ChainId) -> Result<usize, StoreError> {
        if let Some(known) = self.chains.iter().position(|open| open.id == *id) {
            return Ok(known);
        }
        let max = u64::from(u16::MAX);
        if self.chains.len() as u64 >= max {
            return Err(StoreError::Limit { what: "chains", max });
        }
        self.chains.push(Open::new(id.clone()));
        self.manifest.chains.push(ChainEntry::new(id));
        Ok(self.chains.len() - 1)
    }

    /// Counts the blocks of this import up to a height as covered.
    fn cover(&mut self, chain: usize, through: u64) {
        let entry = &mut self.manifest.chains[chain];
        for (_, [low, high]) in &self.chains[chain].heights {
            if *low <= through {
                let stretch = [*low, through.min(*high)];
                coverage::add(&mut entry.covered, stretch);
                for lack in &self.chains[chain].lacks {
                    entry.add_lack(*lack, stretch);
                }
            }
        }
        entry.add_still(self.chains[chain].still.extract_if(.., |(height, _)| *height <= through));
    }

    /// From here on every batch leaves few files behind, and the blocks of a chain lack
    /// something. `true` if a run that was interrupted goes on.
    pub(crate) fn begin_sync(
        &mut self,
        chain: &ChainId,
        lacks: &[Lack],
        batch_rows: usize,
    ) -> Result<bool, StoreError> {
        let is_resumed = self.begin(&[]);
        (self.is_merging, self.batch_rows) = (true, batch_rows.max(1));
        let at = self.chain(chain)?;
        self.chains[at].lacks = lacks.to_vec();
        self.merge_tails()?;
        Ok(is_resumed)
    }

    /// Stores rows of a chain.
    fn store(&mut self, chain: usize, batch: Vec<Rows>) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.store_events(chain, &batch)?;
        let mut facts = BlockFacts::default();
        batch.iter().for_each(|rows| facts.note(rows));
        if self.chains[chain].id == ChainId::ethereum() {
            // The header of Ethereum's genesis block has the timestamp 0, and exports of balances
            // at genesis leave it out. Source: the genesis specification of the Ethereum clients.
            facts.times.entry(0).or_default();
        }
        match self.chains[chain].id.ledger_kind() {
            LedgerKind::Accounts => self.store_accounts(chain, &batch, facts),
            LedgerKind::Outputs => self.store_outputs(chain, batch, facts),
        }
    }

    /// Stores logs and calls, together with what is stored of the same blocks.
    fn store_events(&mut self, chain: usize, batch: &[Rows]) -> Result<(), StoreError> {
        let spots = || {
            let events = batch.iter().flat_map(|rows| rows.events.iter().map(|row| row.spot));
            events.chain(batch.iter().flat_map(|rows| rows.calls.iter().map(|row| row.spot)))
        };
        let heights = || spots().map(|spot| spot.height);
        let (Some(low), Some(high)) = (heights().min(), heights().max()) else { return Ok(()) };
        let files = &self.manifest.chains[chain].events;
        let from = files.partition_point(|file| file.heights[1] < low);
        let to = files.partition_point(|file| file.heights[0] <= high).max(from);
        let mut rows = EventRows::default();
        for entry in &files[from..to] {
            rows.add_stored(&EventFile::open(&self.dir, entry)?, u64::MAX)?;
        }
        let stored = rows.len();
        let number = number_of(chain)?;
        let (addresses, assets) = (&mut self.addresses, &mut self.assets);
        let mut numbers = StoreNumbers { chain: number, addresses, assets };
        for chunk in batch {
            self.session.summary.repeated_events += rows.add(chunk, &mut numbers)?;
        }
        self.session.summary.events += (rows.len() - stored) as u64;
        if rows.len() == stored {
            return Ok(());
        }
        let name = self.manifest.file_names.name("events");
        let entry = rows.write(&*self.disk, &self.dir, name)?;
        let replaced = self.manifest.chains[chain].events.splice(from..to, [entry]);
        self.obsolete.extend(replaced.map(|entry| entry.file.file));
        Ok(())
    }

    /// Numbers the rows of a batch and lets them be put in order and written beside what follows:
    /// [`settle`](Self::settle) makes them part of the store.
    fn store_accounts(
        &mut self,
        chain: usize,
        batch: &[Rows],
        mut facts: BlockFacts,
    ) -> Result<(), StoreError> {
        let heights = || batch.iter().filter_map(Rows::heights);
        let low = heights().map(|[low, _]| low).min().unwrap_or(0);
        let high = heights().map(|[_, high]| high).max().unwrap_or(0);
        let segments = &self.manifest.chains[chain].segments;
        let from = segments.partition_point(|segment| segment.heights[1] < low);
        let to = segments.partition_point(|segment| segment.heights[0] <= high).max(from);
        let mut stored = Run::<TransferSegment>::empty();
        for entry in &segments[from..to] {
            if let StoredSegment::Transfers(segment) =
                StoredSegment::open(&self.dir, entry, LedgerKind::Accounts)?
            {
                stored.append(&segment, 0..segment.txs.len())?;
            }
        }
        let before = Before::of(&stored, &facts);
        for tx in &stored.txs {
            facts.times.insert(tx.height, tx.time);
        }
        facts.headers.extend(std::mem::take(&mut stored.headers));
        let mut rows = AccountBatch::default();
        rows.add_stored(&stored, &facts)?;
        drop(stored);
        let (addresses, assets) = (&mut self.addresses, &mut self.assets);
        let mut numbers = StoreNumbers { chain: number_of(chain)?, addresses, assets };
        for chunk in batch {
            rows.add(chunk, &facts, &mut numbers)?;
        }
        self.note_native(chain, batch)?;
        let (disk, dir, names) =
            (Arc::clone(&self.disk), self.dir.clone(), self.manifest.file_names.clone());
        let work = move || finish(rows, facts, &before, &*disk, &dir, &names);
        self.job = Some(Job { chain, range: from..to, work: std::thread::spawn(work) });
        Ok(())
    }

    /// Waits for the batch that is being written, and puts its segments in their place.
    fn settle(&mut self) -> Result<(), StoreError> {
        let Some(Job { chain, range, work }) = self.job.take() else { return Ok(()) };
        let done = work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let summary = &mut self.session.summary;
        summary.duplicates += done.duplicates;
        summary.stored += done.stored;
        summary.txs += done.txs;
        summary.inferred_indices += done.inferred_indices;
        summary.left_out += done.left_out;
        if let Some(entries) = done.entries {
            self.replace(chain, range, entries);
        }
        Ok(())
    }

    fn store_outputs(
        &mut self,
        chain: usize,
        mut batch: Vec<Rows>,
        facts: BlockFacts,
    ) -> Result<(), StoreError> {
        let tip = self.manifest.chains[chain].segments.last().map(|segment| segment.heights[1]);
        self.session.summary.inferred_indices += block_order::place_unplaced(&mut batch);
        let mut rows = OutputBatch::new(self.chains[chain].id.clone());
        for mut chunk in batch {
            if let Some(tip) = tip {
                let above = chunk.split_off(tip + 1);
                self.must_be_stored(chain, &chunk, tip)?;
                self.session.summary.duplicates += chunk.legs.len() as u64;
                chunk = above;
            }
            let chain = number_of(chain)?;
            let (addresses, assets) = (&mut self.addresses, &mut self.assets);
            let mut numbers = StoreNumbers { chain, addresses, assets };
            rows.add(&chunk, &facts, &mut numbers)?;
        }
        let first =
            self.manifest.chains[chain].segments.iter().map(|segment| segment.outputs).sum();
        let earlier = Stored(&self.chains[chain].outputs);
        let (run, duplicates) = rows.finish(first, facts, &earlier)?;
        let summary = &mut self.session.summary;
        summary.duplicates += duplicates;
        summary.stored += run.rows.outputs.len() as u64;
        summary.txs += run.txs.len() as u64;
        if run.txs.is_empty() {
            return Ok(());
        }
        let entries = write_run(run, &self.manifest.file_names, &*self.disk, &self.dir)?;
        let end = self.manifest.chains[chain].segments.len();
        self.replace(chain, end..end, entries);
        let native = crate::check::native_of_outputs(&self.chains[chain].id);
        self.manifest.chains[chain].native = Some(self.assets.intern(&native)?);
        self.open_outputs(chain)
    }

    /// Checks that legs of blocks up to the tip are stored: a UTXO chain grows at its tip only.
    fn must_be_stored(&self, chain: usize, rows: &Rows, tip: u64) -> Result<(), StoreError> {
        let segments = &self.chains[chain].outputs;
        for leg in &rows.legs {
            let Some(tx) = leg.spot.tx else { continue };
            let mut found = false;
            for segment in segments.iter().rev() {
                found = found || segment.find(&tx)?.is_some();
            }
            if !found {
                return Err(StoreError::Refused {
                    file: rows.file.to_string(),
                    line: leg.spot.line,
                    reason: format!(
                        "transaction {tx} of block {} is not stored, and the store reaches to \
                         block {tip}: a UTXO chain is imported in order, so unwind to block {} \
                         and import again from there",
                        leg.spot.height,
                        leg.spot.height.saturating_sub(1)
                    ),
                });
            }
        }
        Ok(())
    }

    /// Puts segments in the place of others.
    fn replace(&mut self, chain: usize, range: Range<usize>, with: Vec<SegmentEntry>) {
        let segments = &mut self.manifest.chains[chain].segments;
        let replaced = segments.splice(range, with);
        self.obsolete.extend(replaced.map(|segment| segment.file.file));
    }

    /// Notes which asset is the native one of a chain.
    fn note_native(&mut self, chain: usize, batch: &[Rows]) -> Result<(), StoreError> {
        if self.manifest.chains[chain].native.is_some() {
            return Ok(());
        }
        let id = self.chains[chain].id.clone();
        let assets = batch.iter().flat_map(|rows| &rows.assets);
        let native = assets.into_iter().find(|asset| crate::check::is_native_on(asset, &id));
        if let Some(asset) = native {
            self.manifest.chains[chain].native = Some(self.assets.intern(asset)?);
        }
        Ok(())
    }

    /// Opens the segments of a UTXO chain that are not open yet, all numbered.
    fn open_outputs(&mut self, chain: usize) -> Result<(), StoreError> {
        let open = &mut self.chains[chain];
        if open.id.ledger_kind() == LedgerKind::Accounts {
            return Ok(());
        }
        let entries = &self.manifest.chains[chain].segments;
        let mut next: u64 =
            entries.iter().take(open.outputs.len()).map(|entry| entry.outputs).sum();
        for entry in entries.iter().skip(open.outputs.len()) {
            let mut segment = StoredSegment::open(&self.dir, entry, LedgerKind::Outputs)?;
            if let StoredSegment::Outputs(segment) = &mut segment {
                segment.output_first = next;
            }
            next += entry.outputs;
            open.outputs.push(segment);
        }
        Ok(())
    }

    /// Makes everything that was written part of the store.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        let mut manifest = self.manifest.clone();
        // A name is taken only where there is a file: what was written must be told by the rows
        // alone, not by how often a writer began.
        if self.addresses.has_fresh() {
            let name = manifest.file_names.name("addresses");
            let part = self.addresses.flush(&*self.disk, &self.dir, &name)?;
            let entry = part.map(|part| FileEntry::new(part.name, &part.file));
            manifest.address_parts.extend(entry);
        }
        if self.assets.has_fresh() {
            let name = manifest.file_names.name("assets");
            manifest.asset_parts.extend(self.assets.flush(&*self.disk, &self.dir, name)?);
        }
        manifest.generation += 1;
        // The names of the files must be safe before a manifest names them.
        self.disk.sync_dir(&self.dir)?;
        manifest.write(&*self.disk, &self.dir)?;
        self.manifest = manifest;
        for file in std::mem::take(&mut self.obsolete) {
            self.disk.remove(&self.dir.join(file))?;
        }
        Ok(())
    }

    /// Removes files that an interrupted writer left behind.
    fn remove_orphans(&self) -> Result<(), StoreError> {
        for name in self.disk.list(&self.dir)? {
            let text = name.to_string_lossy();
            let is_named = self.manifest.files().any(|entry| entry.file == *text);
            if text.ends_with(manifest::FILE_ENDING) && !is_named {
                self.disk.remove(&self.dir.join(&name))?;
            }
        }
        Ok(())
    }

    /// Joins small neighbouring files of addresses.
    pub(crate) fn merge_addresses(&mut self) -> Result<(), StoreError> {
        while let Some(range) = dictionary::next_merge(self.addresses.book()) {
            let name = self.manifest.file_names.name("addresses");
            let book = self.addresses.book();
            let part = book.merge(range.clone(), &*self.disk, &self.dir, &name)?;
            let entry = FileEntry::new(part.name, &part.file);
            let replaced = self.manifest.address_parts.splice(range, [entry]);
            self.obsolete.extend(replaced.map(|entry| entry.file));
            self.reopen_addresses()?;
            self.commit()?;
        }
        Ok(())
    }

    /// Reads the files of addresses that the manifest names, after some were joined.
    pub(crate) fn reopen_addresses(&mut self) -> Result<(), StoreError> {
        let book = dictionary::open_addresses(&self.dir, &self.manifest.address_parts)?;
        self.addresses.set_book(book);
        Ok(())
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn parts(&mut self) -> Parts<'_> {
        Parts {
            dir: &self.dir,
            disk: &*self.disk,
            manifest: &mut self.manifest,
            obsolete: &mut self.obsolete,
            is_merging: self.is_merging,
            book: self.addresses.book(),
        }
    }

    /// Forgets what is open of a chain whose segments were changed.
    pub(crate) fn reopen(&mut self, chain: usize) -> Result<(), StoreError> {
        self.chains[chain].outputs.clear();
        self.open_outputs(chain)
    }
}

/// What changes of stored segments need of a writer.
pub(crate) struct Parts<'a> {
    pub(crate) dir: &'a Path,
    pub(crate) disk: &'a dyn Disk,
    pub(crate) manifest: &'a mut Manifest,
    pub(crate) obsolete: &'a mut Vec<String>,
    pub(crate) is_merging: bool,
    pub(crate) book: &'a AddressBook,
}

impl Drop for StoreWriter {
    /// Nothing may be written once the lock is gone.
    fn drop(&mut self) {
        if let Some(job) = self.job.take() {
            drop(job.work.join());
        }
    }
}

impl Open {
    fn new(id: ChainId) -> Self {
        Self {
            id,
            pending: Vec::new(),
            pending_rows: 0,
            outputs: Vec::new(),
            heights: Vec::new(),
            histories: Vec::new(),
            lacks: Vec::new(),
            still: Vec::new(),
        }
    }
}
