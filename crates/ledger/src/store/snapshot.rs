//! A store as it was at one moment, to be read.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use hawkshaw_model::{
    Account, AccountIx, AssetId, AssetIx, ChainId, ChainSummary, Ledger, LedgerSegment, OutPoint,
    OutputIx, OutputsOf, Posting, Postings, ReadError, Timestamp, Transaction, TransferKind, TxId,
    TxIx, UtxoTx,
};

use crate::store::addresses::AddressBook;
use crate::store::assets::AssetBook;
use crate::store::dictionary;
use crate::store::error::StoreError;
use crate::store::events::{EventFile, StoredCall, StoredEvent};
use crate::store::manifest::{self, Manifest};
use crate::store::movements::Movements;
use crate::store::segments::StoredSegment;
use crate::store::spending::Busy;

/// How often a store that changes while it is opened is tried again.
const TRIES: usize = 8;

/// A store as it was at one moment. A writer may go on meanwhile: the files of a snapshot never
/// change, and those that are replaced stay readable until the snapshot is dropped.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) dir: PathBuf,
    pub(crate) manifest: Manifest,
    chains: Vec<ChainSummary>,
    /// What there is to each chain, in the order of `chains`.
    parts: Vec<ChainPart>,
    /// All segments, in the order of their transactions.
    segments: Vec<StoredSegment>,
    addresses: AddressBook,
    assets: AssetBook,
    /// The ids of chains by their number in the keys of addresses.
    ids: Vec<ChainId>,
    outputs: u64,
    /// Who spends the outputs of busy holders, as far as it was asked.
    pub(crate) busy: Mutex<Busy>,
}

/// What a snapshot keeps of a chain beside its summary.
#[derive(Debug)]
pub(crate) struct ChainPart {
    /// Its number in the manifest and in the keys of addresses.
    pub(crate) number: usize,
    /// Its segments among all.
    pub(crate) segments: Range<usize>,
    events: Vec<EventFile>,
    native: Option<AssetIx>,
    outputs: Range<u64>,
}

impl Snapshot {
    /// Opens the store in a folder.
    ///
    /// # Errors
    ///
    /// When there is none, when a newer version wrote it, and when a file that every query
    /// needs is damaged or gone.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let mut last = None;
        for _ in 0..TRIES {
            let Some(manifest) = Manifest::read(dir)? else {
                manifest::must_not_be_lost(dir)?;
                return Err(StoreError::NoStore(dir.to_path_buf()));
            };
            // A writer may have replaced files since the manifest was read.
            if last.as_ref().is_some_and(|(before, _)| *before == manifest.generation) {
                break;
            }
            let generation = manifest.generation;
            match Self::of(dir, manifest) {
                Ok(snapshot) => return Ok(snapshot),
                Err(error) => last = Some((generation, error)),
            }
        }
        match last {
            Some((_, error)) => Err(error.into()),
            None => Err(StoreError::NoStore(dir.to_path_buf())),
        }
    }

    fn of(dir: &Path, manifest: Manifest) -> Result<Self, ReadError> {
        let bad = |reason: String| {
            ReadError::new(dir.join(crate::store::manifest::NAME).display().to_string(), 0, reason)
        };
        let addresses = dictionary::open_addresses(dir, &manifest.address_parts)?;
        let mut ids = Vec::new();
        for chain in &manifest.chains {
            let id: ChainId = chain.id.parse().map_err(|error| bad(format!("{error}")))?;
            ids.push(id);
        }
        let mut snapshot = Self {
            dir: dir.to_path_buf(),
            chains: Vec::new(),
            parts: Vec::new(),
            segments: Vec::new(),
            addresses,
            assets: dictionary::open_assets(dir, &manifest.asset_parts)?,
            ids,
            outputs: 0,
            busy: Mutex::default(),
            manifest,
        };
        let mut order: Vec<usize> = (0..snapshot.ids.len()).collect();
        order.sort_by(|left, right| snapshot.ids[*left].cmp(&snapshot.ids[*right]));
        for number in order {
            snapshot.append(number)?;
        }
        Ok(snapshot)
    }

    /// Appends a chain of the manifest.
    fn append(&mut self, number: usize) -> Result<(), ReadError> {
        let id = self.ids[number].clone();
        let entry = &self.manifest.chains[number];
        let kind = id.ledger_kind();
        let (Some(first), Some(last)) = (entry.segments.first(), entry.segments.last()) else {
            return Ok(());
        };
        let heights = Some((first.heights[0], last.heights[1]));
        let time = |seconds: i64| Timestamp::from_unix(seconds).unwrap_or_default();
        let earliest = entry.segments.iter().map(|segment| segment.times[0]).min();
        let latest = entry.segments.iter().map(|segment| segment.times[1]).max();
        let times = (time(earliest.unwrap_or(0)), time(latest.unwrap_or(0)));
        let tx_first = self.chains.last().map_or(0, |chain| chain.txs.end);
        let (mut next_tx, mut next_output) = (tx_first, self.outputs);
        let segment_first = self.segments.len();
        for segment in &entry.segments {
            let mut opened = StoredSegment::open(&self.dir, segment, kind)?;
            match &mut opened {
                StoredSegment::Transfers(segment) => segment.tx_first = next_tx,
                StoredSegment::Outputs(segment) => {
                    segment.tx_first = next_tx;
                    segment.output_first = next_output;
                    segment.output_base = self.outputs;
                    next_output += segment.output_count()?;
                }
            }
            next_tx = opened.tx_end();
            self.segments.push(opened);
        }
        let events: Result<Vec<EventFile>, ReadError> =
            entry.events.iter().map(|events| EventFile::open(&self.dir, events)).collect();
        self.parts.push(ChainPart {
            number,
            segments: segment_first..self.segments.len(),
            events: events?,
            native: entry.native.map(AssetIx),
            outputs: self.outputs..next_output,
        });
        self.chains.push(ChainSummary { id, kind, txs: tx_first..next_tx, heights, times });
        self.outputs = next_output;
        Ok(())
    }

    /// The segments of a chain, by its place among [`chains`](Ledger::chains).
    pub(crate) fn segments_of(&self, chain: usize) -> &[StoredSegment] {
        &self.segments[self.parts[chain].segments.clone()]
    }

    /// What there is to a chain, by its place among [`chains`](Ledger::chains).
    pub(crate) fn part(&self, chain: usize) -> &ChainPart {
        &self.parts[chain]
    }

    /// The place of a chain among [`chains`](Ledger::chains).
    pub(crate) fn chain_place(&self, chain: &ChainId) -> Option<usize> {
        self.chains.binary_search_by(|summary| summary.id.cmp(chain)).ok()
    }

    /// The place of the chain that holds an output.
    pub(crate) fn chain_of_output(&self, output: OutputIx) -> Option<usize> {
        let chain = self.parts.partition_point(|part| part.outputs.end <= output.0);
        (chain < self.parts.len()).then_some(chain)
    }

    /// The place of the chain that holds a transaction.
    pub(crate) fn chain_of(&self, tx: TxIx) -> usize {
        self.chains.partition_point(|chain| chain.txs.end <= tx.0)
    }

    /// The segment that holds a transaction, and the transaction counted from its first.
    pub(crate) fn locate(&self, tx: TxIx) -> (&StoredSegment, usize) {
        let at = self.segments.partition_point(|segment| segment.tx_end() <= tx.0);
        let segment = &self.segments[at];
        let local = usize::try_from(tx.0 - segment.tx_first()).unwrap_or(usize::MAX);
        (segment, local)
    }

    /// The movements or legs of an account on its chain, from one transaction (inclusive) to
    /// another (exclusive), in chain order.
    pub fn movements(&self, account: AccountIx, txs: Range<TxIx>) -> Movements<'_> {
        Movements::new(self, account, txs)
    }

    /// The first transaction of a block of that height or a later one, or the one behind the
    /// last of the chain.
    ///
    /// # Errors
    ///
    /// When the store is damaged there.
    pub fn first_from_height(&self, chain: usize, height: u64) -> Result<TxIx, ReadError> {
        let entries = &self.manifest.chains[self.parts[chain].number].segments;
        let at = entries.partition_point(|segment| segment.heights[1] < height);
        match self.segments_of(chain).get(at) {
            Some(segment) => {
                let local = segment.txs().first_from_height(height)?;
                Ok(TxIx(segment.tx_first() + local as u64))
            }
            None => Ok(TxIx(self.chains[chain].txs.end)),
        }
    }

    /// The first transaction of the first block with that time or a later one, or the one behind
    /// the last of the chain. Where times are not monotonic (Bitcoin), blocks are taken in the
    /// order of their heights.
    ///
    /// # Errors
    ///
    /// When the store is damaged there.
    pub fn first_from_time(&self, chain: usize, time: Timestamp) -> Result<TxIx, ReadError> {
        let entries = &self.manifest.chains[self.parts[chain].number].segments;
        for (entry, segment) in entries.iter().zip(self.segments_of(chain)) {
            if entry.times[1] < time.to_unix() {
                continue;
            }
            let table = segment.txs();
            for block in 0..table.block_count() {
                let (height, at) = table.block(block)?;
                if at >= time {
                    return self.first_from_height(chain, height);
                }
            }
        }
        Ok(TxIx(self.chains[chain].txs.end))
    }
}

impl Ledger for Snapshot {
    fn chains(&self) -> &[ChainSummary] {
        &self.chains
    }

    fn segments(
        &self,
        first: TxIx,
        end: TxIx,
    ) -> Box<dyn Iterator<Item = &dyn LedgerSegment> + '_> {
        let from = self.segments.partition_point(|segment| segment.tx_end() <= first.0);
        let to = self.segments.partition_point(|segment| segment.tx_first() < end.0);
        let segments = self.segments.get(from..to).unwrap_or_default();
        Box::new(segments.iter().map(StoredSegment::as_dyn))
    }

    fn transaction(&self, tx: TxIx) -> Result<Transaction, ReadError> {
        let (segment, local) = self.locate(tx);
        segment.txs().transaction(local, || segment.fee_payer(local))
    }

    fn account_count(&self) -> usize {
        usize::try_from(self.addresses.len()).unwrap_or(usize::MAX)
    }

    fn account(&self, account: AccountIx) -> Result<Account, ReadError> {
        let (chain, address) = self.addresses.get(account.0)?;
        Ok(Account::new(self.ids[usize::from(chain)].clone(), address))
    }

    fn asset_count(&self) -> usize {
        self.assets.len()
    }

    fn asset(&self, asset: AssetIx) -> &AssetId {
        self.assets.get(usize::try_from(asset.0).unwrap_or(usize::MAX))
    }

    fn native_asset(&self, chain: &ChainId) -> Option<AssetIx> {
        self.parts[self.chain_place(chain)?].native
    }

    fn output_count(&self) -> usize {
        usize::try_from(self.outputs).unwrap_or(usize::MAX)
    }

    fn output(&self, output: OutputIx) -> Result<OutPoint, ReadError> {
        let (segment, chain) = self.segment_of_output(output)?;
        let (tx, vout) = segment.maker_of(output.0)?;
        let hash = segment.txs.hash(tx)?.unwrap_or([0; 32].into());
        Ok(OutPoint::new(TxId::new(self.chains[chain].id.clone(), hash), vout))
    }

    fn find_account(&self, account: &Account) -> Result<Option<AccountIx>, ReadError> {
        let Some(number) = self.manifest.chain(account.chain()) else { return Ok(None) };
        let Ok(number) = u16::try_from(number) else { return Ok(None) };
        Ok(self.addresses.find(number, account.address())?.map(AccountIx))
    }

    fn find_tx(&self, tx: &TxId) -> Result<Option<TxIx>, ReadError> {
        let Some(chain) = self.chain_place(tx.chain()) else { return Ok(None) };
        for segment in self.segments_of(chain).iter().rev() {
            if let Some(local) = segment.find(&tx.hash())? {
                return Ok(Some(TxIx(segment.tx_first() + local as u64)));
            }
        }
        Ok(None)
    }

    fn find_output(&self, output: &OutPoint) -> Result<Option<OutputIx>, ReadError> {
        let Some(tx) = self.find_tx(output.tx())? else { return Ok(None) };
        match self.locate(tx) {
            (StoredSegment::Outputs(segment), local) => {
                Ok(segment.output_number(local, output.vout())?.map(OutputIx))
            }
            (StoredSegment::Transfers(_), _) => Ok(None),
        }
    }

    fn history(&self, account: AccountIx, before: TxIx) -> Postings<'_> {
        let chain = self.chain_of(TxIx(before.0.saturating_sub(1)));
        let first = self.chains.get(chain).map_or(before.0, |chain| chain.txs.start);
        let movements = self.movements(account, TxIx(first)..before);
        Box::new(movements.map(|movement| {
            movement.map(|movement| Posting {
                tx: movement.tx,
                asset: movement.asset,
                amount: movement.amount,
                is_credit: movement.is_credit,
                is_fee: movement.kind == Some(TransferKind::Fee),
                counterparty: movement.counterparty,
            })
        }))
    }

    fn history_txs_max(&self, account: AccountIx) -> Result<u64, ReadError> {
        let (chain, _) = self.addresses.get(account.0)?;
        let place = self.chain_place(&self.ids[usize::from(chain)]);
        let mut count = 0;
        for segment in place.map(|place| self.segments_of(place)).unwrap_or_default() {
            if let Some(list) = segment.postings().of(account)? {
                count += list.left()? as u64;
            }
        }
        Ok(count)
    }

    fn utxo_tx(&self, tx: TxIx) -> Result<Option<UtxoTx>, ReadError> {
        self.utxo_tx_of(tx)
    }

    fn maker(&self, output: OutputIx) -> Result<(TxIx, u32), ReadError> {
        self.maker_of(output)
    }

    fn spender(&self, output: OutputIx) -> Result<Option<TxIx>, ReadError> {
        self.spender_of(output)
    }

    fn outputs_of(&self, account: AccountIx) -> OutputsOf<'_> {
        let chain = self.addresses.get(account.0).map(|(chain, _)| chain);
        let place = match chain {
            Ok(chain) => self.chain_place(&self.ids[usize::from(chain)]),
            Err(error) => return Box::new(std::iter::once(Err(error))),
        };
        let txs = place.map_or(0..0, |place| self.chains[place].txs.clone());
        let movements = self.movements(account, TxIx(txs.start)..TxIx(txs.end));
        Box::new(movements.filter_map(|movement| match movement {
            Ok(movement) if movement.is_credit => movement.output.map(Ok),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }))
    }
}

impl Snapshot {
    /// The logs of the blocks of a chain, by its place among [`chains`](Ledger::chains), in
    /// chain order. Only those are there whose contracts or topics were chosen at import.
    pub fn events(
        &self,
        chain: usize,
        heights: Range<u64>,
    ) -> impl Iterator<Item = Result<StoredEvent, ReadError>> + '_ {
        let files = self.parts[chain].events.iter();
        files.flat_map(move |file| match file.events_at(&heights) {
            Ok(rows) => Either::Rows(rows.map(|row| file.event(row))),
            Err(error) => Either::Failed(std::iter::once(Err(error))),
        })
    }

    /// The logs of a contract, in chain order.
    pub fn events_of(
        &self,
        emitter: AccountIx,
    ) -> impl Iterator<Item = Result<StoredEvent, ReadError>> + '_ {
        let files = self.parts.iter().flat_map(|part| &part.events);
        files.flat_map(move |file| match file.events_of(emitter) {
            Ok(rows) => Either::Rows(rows.into_iter().map(|row| file.event(row))),
            Err(error) => Either::Failed(std::iter::once(Err(error))),
        })
    }

    /// The transactions as they were sent in blocks of a chain, in chain order, as far as they
    /// were imported.
    pub fn calls(
        &self,
        chain: usize,
        heights: Range<u64>,
    ) -> impl Iterator<Item = Result<StoredCall, ReadError>> + '_ {
        let files = self.parts[chain].events.iter();
        files.flat_map(move |file| match file.calls_at(&heights) {
            Ok(rows) => Either::Rows(rows.map(|row| file.call(row))),
            Err(error) => Either::Failed(std::iter::once(Err(error))),
        })
    }
}

/// The rows of a file, or why they cannot be found.
enum Either<R, F> {
    Rows(R),
    Failed(F),
}

impl<T, R: Iterator<Item = T>, F: Iterator<Item = T>> Iterator for Either<R, F> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match self {
            Self::Rows(rows) => rows.next(),
            Self::Failed(failed) => failed.next(),
        }
    }
}
