//! New rows of an account chain, put in order together with what is stored of the same blocks.

use std::collections::BTreeMap;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use hawkshaw_model::{
    AccountIx, Address, AssetId, AssetIx, ChainPoint, Timestamp, TransferKind, TxHash,
    rows::{Rows, Spot, Transfer},
};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::finished::Before;
use crate::place::Place;
use crate::segment::{Segment, TransferSegment};
use crate::store::address_key::AddressKey;
use crate::store::error::StoreError;
use crate::store::load::Run;
use crate::store::tx_table::{BlockHashes, TxEntry, to_usize};
use crate::transactions::TxHeader;
use crate::transfer_draft::{Movement, TransferDraft};

/// The event of a fee that no file places: behind everything else of its transaction, and the
/// same whatever else is known of the transaction.
pub(crate) const FEE_EVENT: u32 = u32::MAX - 1;

/// The index of what no transaction moved, such as a block reward: behind the transactions of
/// its block.
pub(crate) const NO_TX_INDEX: u32 = u32::MAX - 1;

/// The first of the indices that stand for an unknown one. A transaction that only tables
/// without indices name stands behind those with one, in the order of its events.
pub(crate) const SOFT_INDEX: u32 = 1 << 31;

/// The first of the events that stand for an unknown one. They are made from what the movement
/// says, so that the same row gets the same one in every import.
const SOFT_EVENT: u32 = 1 << 31;

/// Whether an index in a block is none that a file gave.
pub(crate) fn is_soft_index(index: u32) -> bool {
    index >= SOFT_INDEX
}

/// Whether an event index is none that a file gave.
fn is_soft_event(event: u32) -> bool {
    (SOFT_EVENT..FEE_EVENT).contains(&event)
}

/// The numbers of accounts and assets of a store that is written.
pub(crate) trait Numbers {
    /// The number of an account of the chain.
    fn account(&mut self, address: &Address) -> Result<u32, StoreError>;
    /// The numbers of many accounts of the chain, in their order: faster than one by one.
    fn accounts(&mut self, addresses: &[&Address]) -> Result<Vec<u32>, StoreError>;
    /// The number of an asset.
    fn asset(&mut self, asset: &hawkshaw_model::AssetId) -> Result<u32, StoreError>;
}

/// What a batch came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) run: Run<TransferSegment>,
    /// Rows that repeat another or a stored one.
    pub(crate) duplicates: u64,
    /// Transactions whose index in the block no file gives: they stand in the order of their
    /// events.
    pub(crate) inferred_indices: u64,
}

/// Times and hashes of blocks, from whichever file has them.
#[derive(Debug, Default)]
pub(crate) struct BlockFacts {
    pub(crate) times: BTreeMap<u64, Timestamp>,
    pub(crate) headers: BTreeMap<u64, BlockHashes>,
    /// Transactions of which a table says that they failed: they moved nothing but their fee.
    failed: FxHashSet<TxHash>,
    /// Events that move a token that is one of a kind. A table that knows only contracts and
    /// amounts takes its number for an amount.
    unique: FxHashSet<(TxHash, u32)>,
}

impl BlockFacts {
    /// Notes what rows say of their blocks. The first time that is said counts; rows that
    /// contradict it are refused when they are put in order.
    pub(crate) fn note(&mut self, rows: &Rows) {
        for block in &rows.blocks {
            self.times.entry(block.height).or_insert(block.time);
            self.headers.entry(block.height).or_insert((block.hash, block.parent));
        }
        let failed = rows.calls.iter().filter(|call| call.success == Some(false));
        self.failed.extend(failed.filter_map(|call| call.spot.tx));
        let unique: Vec<bool> = rows.assets.iter().map(is_unique).collect();
        if unique.contains(&true) {
            let is_unique = |row: &&Transfer| unique.get(to_usize(row.asset)) == Some(&true);
            let moved = rows.transfers.iter().filter(is_unique);
            self.unique.extend(moved.filter_map(|row| Some((row.spot.tx?, row.event))));
        }
        let spots = rows.transfers.iter().map(|row| &row.spot);
        let spots = spots.chain(rows.legs.iter().map(|row| &row.spot));
        let spots = spots.chain(rows.calls.iter().map(|row| &row.spot));
        let spots = spots.chain(rows.events.iter().map(|row| &row.spot));
        let mut last = None;
        for spot in spots {
            if let Some(time) = spot.time.filter(|_| last != Some(spot.height)) {
                last = Some(spot.height);
                self.times.entry(spot.height).or_insert(time);
            }
        }
    }

    /// The time of the block of a row.
    pub(crate) fn time_of(&self, spot: &Spot, file: &Arc<str>) -> Result<Timestamp, StoreError> {
        if let Some(time) = spot.time {
            return Ok(time);
        }
        self.times.get(&spot.height).copied().ok_or_else(|| StoreError::Refused {
            file: file.to_string(),
            line: spot.line,
            reason: format!(
                "no file gives the time of block {}: import the blocks table (or one with block \
                 times) together with this file",
                spot.height
            ),
        })
    }
}

/// Rows of an account chain on the way to their order.
#[derive(Debug, Default)]
pub(crate) struct AccountBatch {
    draft: TransferDraft,
    /// Transactions that some row leaves without an index, with the height and the first event.
    unplaced: BTreeMap<u32, (u64, u32)>,
    /// What no transaction moved: by block and event, the digest of its content.
    lone: FxHashMap<(u64, u32), u64>,
    /// Movements without an event: by transaction and the event given, the digest.
    soft: FxHashMap<(u32, u32), u64>,
    /// Whether fees stand there with events of a file, and without.
    fees: [bool; 2],
    /// Rows that were given, and are neither stored ones nor left out.
    given: u64,
    /// Rows that another table says did not happen, or says better.
    left_out: u64,
}

impl AccountBatch {
    /// Begins with transactions that are stored already, but for what the batch refutes.
    pub(crate) fn add_stored(
        &mut self,
        run: &Run<TransferSegment>,
        facts: &BlockFacts,
    ) -> Result<(), StoreError> {
        let mut place = Place::new("", Place::NO_LINE);
        let mut last = None;
        for (entry, bounds) in run.txs.iter().zip(run.rows.tx_rows.windows(2)) {
            if last != Some(entry.height) {
                last = Some(entry.height);
                place.file = format!("block {} in the store", entry.height).into();
            }
            let is_placed = entry.hash.is_none() || !is_soft_index(entry.tx_index);
            let point =
                ChainPoint { height: entry.height, tx_index: entry.tx_index, event_index: 0 };
            let header = TxHeader {
                hash: entry.hash,
                point: is_placed.then_some(point),
                time: entry.time,
                sender: entry.sender,
                source: None,
            };
            for row in to_usize(bounds[0])..to_usize(bounds[1]) {
                let somebody =
                    |account: u32| (account != AccountIx::NONE).then_some(AccountIx(account));
                let movement = Movement {
                    payer: somebody(run.rows.payers[row]),
                    payee: somebody(run.rows.payees[row]),
                    asset: AssetIx(run.rows.assets[row]),
                    kind: run.rows.kinds[row],
                    amount: run.rows.amounts.get(row),
                    event: run.rows.events[row],
                };
                let is_refuted = entry.hash.is_some_and(|hash| {
                    (facts.failed.contains(&hash) && movement.kind != TransferKind::Fee)
                        || facts.unique.contains(&(hash, movement.event))
                });
                if is_refuted {
                    continue;
                }
                if entry.hash.is_none() {
                    let digest = digest(&movement);
                    self.lone.insert((entry.height, movement.event), digest);
                }
                let tx = self.draft.state(&header, Some(&place))?;
                self.note_fee(&movement);
                if is_soft_event(movement.event) {
                    self.soft.insert((tx, movement.event), digest(&movement));
                }
                self.draft.push_at(tx, &movement, &place)?;
                if !is_placed {
                    self.note_unplaced(tx, entry.height, movement.event);
                }
            }
        }
        Ok(())
    }

    /// Adds the movements of rows that a file gave.
    pub(crate) fn add(
        &mut self,
        rows: &Rows,
        facts: &BlockFacts,
        numbers: &mut dyn Numbers,
    ) -> Result<(), StoreError> {
        let assets: Vec<u32> =
            rows.assets.iter().map(|asset| numbers.asset(asset)).collect::<Result<_, _>>()?;
        let somebody = rows.transfers.iter().flat_map(|row| sides(row).into_iter().flatten());
        let mut accounts = numbers.accounts(&somebody.collect::<Vec<_>>())?.into_iter();
        let unique: Vec<bool> = rows.assets.iter().map(is_unique).collect();
        let mut place = Place { file: Arc::clone(&rows.file), line: 0 };
        for row in &rows.transfers {
            place.line = row.spot.line;
            let [payer, payee, sender] =
                sides(row).map(|side| side.and_then(|_| accounts.next()).map(AccountIx));
            let is_refuted = row.spot.tx.is_some_and(|tx| {
                (facts.failed.contains(&tx) && row.kind != TransferKind::Fee)
                    || (facts.unique.contains(&(tx, row.event))
                        && unique.get(to_usize(row.asset)) == Some(&false))
            });
            if is_refuted {
                self.left_out += 1;
                continue;
            }
            self.given += 1;
            let asset = rows.assets.get(to_usize(row.asset)).zip(assets.get(to_usize(row.asset)));
            let (name, asset) = asset.ok_or_else(|| {
                StoreError::Unfit("a row names an asset that its chunk does not list".to_owned())
            })?;
            self.add_transfer(row, (payer, payee, sender), (name, *asset), facts, &place)?;
        }
        Ok(())
    }

    fn add_transfer(
        &mut self,
        row: &Transfer,
        (payer, payee, sender): (Option<AccountIx>, Option<AccountIx>, Option<AccountIx>),
        (name, asset): (&AssetId, u32),
        facts: &BlockFacts,
        place: &Place,
    ) -> Result<(), StoreError> {
        let Spot { height, tx_index, tx, .. } = row.spot;
        let time = facts.time_of(&row.spot, &place.file)?;
        let mut movement = Movement {
            payer,
            payee,
            asset: AssetIx(asset),
            kind: row.kind,
            amount: row.amount,
            event: match (row.event, row.kind) {
                (Transfer::UNPLACED, TransferKind::Fee) => FEE_EVENT,
                (event, _) => event,
            },
        };
        self.note_fee(&movement);
        let tx_index = if tx.is_none() {
            movement.event = self.lone_event(height, &movement, content(row, name));
            Some(NO_TX_INDEX)
        } else {
            tx_index
        };
        let point = tx_index.map(|tx_index| ChainPoint { height, tx_index, event_index: 0 });
        let header = TxHeader { hash: tx, point, time, sender, source: None };
        let number = self.draft.state(&header, Some(place))?;
        if movement.event == Movement::UNPLACED {
            movement.event = self.soft_event(number, &movement, content(row, name));
        }
        self.draft.push_at(number, &movement, place)?;
        if tx_index.is_none() {
            let known = self.note_unplaced(number, height, movement.event);
            if known != height {
                return Err(refused(
                    place,
                    format!(
                        "its transaction stands in block {known} elsewhere and in block {height} \
                         here"
                    ),
                ));
            }
        }
        Ok(())
    }

    fn note_fee(&mut self, movement: &Movement) {
        if movement.kind == TransferKind::Fee {
            self.fees[usize::from(movement.event == FEE_EVENT)] = true;
        }
    }

    /// Notes a transaction without an index, and gives the height that it was first noted with.
    fn note_unplaced(&mut self, tx: u32, height: u64, event: u32) -> u64 {
        let first = self.unplaced.entry(tx).or_insert((height, event));
        first.1 = first.1.min(event);
        first.0
    }

    /// The event of a movement of a transaction that no file places there.
    fn soft_event(&mut self, tx: u32, movement: &Movement, content: u64) -> u32 {
        let digest = digest(movement);
        let mut low = u32::try_from(content >> 34).unwrap_or(0);
        while self.soft.get(&(tx, SOFT_EVENT | low)).is_some_and(|known| *known != digest) {
            low = low.wrapping_add(1) & (SOFT_EVENT - 1) >> 1;
        }
        self.soft.insert((tx, SOFT_EVENT | low), digest);
        SOFT_EVENT | low
    }

    /// The event of what no transaction moved: made from its content, so that the same row gets
    /// the same one in every import.
    fn lone_event(&mut self, height: u64, movement: &Movement, content: u64) -> u32 {
        let digest = digest(movement);
        let mut event = u32::try_from(content >> 33).unwrap_or(0);
        while self.lone.get(&(height, event)).is_some_and(|known| *known != digest) {
            event = event.wrapping_add(1) & (u32::MAX >> 1);
        }
        self.lone.insert((height, event), digest);
        event
    }

    /// How many rows were given, those left out aside.
    pub(crate) fn given(&self) -> u64 {
        self.given
    }

    /// How many rows were left out, because another table says that they did not happen or says
    /// better what they moved.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Puts everything in order.
    pub(crate) fn finish(mut self, mut facts: BlockFacts) -> Result<Outcome, StoreError> {
        let inferred_indices = self.place_the_rest(&facts)?;
        let before = Before { segment_txs_max: usize::MAX, ..Before::default() };
        let finished = self.draft.finish(before)?;
        let rows = finished.segments.into_iter().find_map(|segment| match segment {
            Segment::Transfers(rows) => Some(rows),
            Segment::Outputs(_) => None,
        });
        let rows = rows.unwrap_or_else(|| TransferSegment::new(0, 0, 0, 0));
        let is_plain = self.soft.is_empty() && self.fees != [true; 2];
        let (rows, restated) = if is_plain { (rows, 0) } else { without_restated(rows) };
        let mut txs = Vec::with_capacity(finished.order.len());
        for (tx, bounds) in finished.order.iter().zip(rows.tx_rows.windows(2)) {
            let tx = to_usize(*tx);
            let (height, tx_index) = finished.columns.position(tx).unwrap_or_default();
            let range = to_usize(bounds[0])..to_usize(bounds[1]);
            let fee = range.rev().find(|row| rows.kinds[*row] == TransferKind::Fee);
            let fee_payer = fee.map(|row| rows.payers[row]);
            let sender = finished.columns.get(tx).sender;
            txs.push(TxEntry {
                hash: finished.columns.hash(tx),
                height,
                tx_index,
                time: finished.columns.time(tx),
                sender: sender.filter(|sender| fee_payer != Some(sender.0)),
            });
        }
        let heights = txs.first().map(|tx| tx.height)..=txs.last().map(|tx| tx.height);
        if let (Some(first), Some(last)) = (heights.start(), heights.end()) {
            facts.headers.retain(|height, _| (first..=last).contains(&height));
        }
        let run = Run { txs, rows, headers: facts.headers };
        Ok(Outcome { run, duplicates: finished.duplicates + restated, inferred_indices })
    }

    /// Gives transactions without an index the next ones of their blocks, in the order of their
    /// first events.
    fn place_the_rest(&mut self, facts: &BlockFacts) -> Result<u64, StoreError> {
        let unplaced = std::mem::take(&mut self.unplaced);
        let is_open = |tx: &u32| self.draft.position(*tx).is_none();
        let mut open: Vec<(u64, u32, Option<TxHash>, u32)> = unplaced
            .into_iter()
            .filter(|(tx, _)| is_open(tx))
            .map(|(tx, (height, event))| (height, event, self.draft.hash(tx), tx))
            .collect();
        open.sort_unstable();
        for block in open.chunk_by(|left, right| left.0 == right.0) {
            for ((height, _, _, tx), index) in block.iter().zip(SOFT_INDEX..) {
                let time = facts.times.get(height).copied();
                self.draft.place(*tx, (*height, index), time.unwrap_or_default());
            }
        }
        Ok(open.len() as u64)
    }
}

/// Drops movements without an event of their own that say the same as one that has one: a list
/// of one account and a table of all say the same of a movement. Gives how many were dropped.
fn without_restated(rows: TransferSegment) -> (TransferSegment, u64) {
    let statement =
        |row: usize| (rows.payers[row], rows.payees[row], rows.assets[row], rows.amounts.get(row));
    let mut kept = TransferSegment::new(0, 0, rows.tx_rows.len(), rows.len());
    let mut dropped = 0;
    for bounds in rows.tx_rows.windows(2) {
        let range = to_usize(bounds[0])..to_usize(bounds[1]);
        let (soft, hard): (Vec<usize>, Vec<usize>) =
            range.clone().partition(|row| rows.events[*row] >= SOFT_EVENT);
        let mut said: Vec<_> = hard.iter().map(|row| statement(*row)).collect();
        let mut restated = Vec::new();
        for row in soft {
            if let Some(at) = said.iter().position(|known| *known == statement(row)) {
                said.swap_remove(at);
                restated.push(row);
            }
        }
        dropped += restated.len() as u64;
        for row in range.filter(|row| !restated.contains(row)) {
            kept.payers.push(rows.payers[row]);
            kept.payees.push(rows.payees[row]);
            kept.assets.push(rows.assets[row]);
            kept.kinds.push(rows.kinds[row]);
            kept.amounts.push_from(&rows.amounts, row);
            kept.events.push(rows.events[row]);
        }
        kept.end_tx();
    }
    (kept, dropped)
}

fn refused(place: &Place, reason: String) -> StoreError {
    StoreError::Refused { file: place.file.to_string(), line: place.line, reason }
}

/// Who pays, who is paid, and who sent the transaction.
fn sides(row: &Transfer) -> [Option<&Address>; 3] {
    let payer = row.from.as_ref().filter(|address| !is_nobody(address));
    [payer, row.to.as_ref(), row.sender.as_ref()]
}

/// Whether an address is the zero address: what it pays is new value.
fn is_nobody(address: &Address) -> bool {
    matches!(address, Address::Evm(bytes) | Address::Tron(bytes) if *bytes == [0; 20])
}

/// Whether an asset is one of a kind.
fn is_unique(asset: &AssetId) -> bool {
    asset.local().starts_with("erc721:")
}

/// A number made of what a row says beside its place: the same in every store.
fn content(row: &Transfer, asset: &AssetId) -> u64 {
    let mut bytes = asset.as_str().as_bytes().to_vec();
    bytes.extend_from_slice(&row.amount.to_u256().to_le_bytes::<32>());
    for side in [&row.from, &row.to] {
        bytes.push(u8::from(side.is_some()));
        if let Some(key) = side.as_ref().and_then(|address| AddressKey::new(0, address)) {
            bytes.extend_from_slice(key.bytes);
        }
    }
    twox_hash::XxHash3_64::oneshot(&bytes)
}

/// A number made of what a movement says beside its place, within one store.
fn digest(movement: &Movement) -> u64 {
    let somebody = |account: Option<AccountIx>| account.map_or(AccountIx::NONE, |ix| ix.0);
    FxBuildHasher.hash_one((
        somebody(movement.payer),
        somebody(movement.payee),
        movement.asset.0,
        movement.kind,
        movement.amount,
    ))
}
