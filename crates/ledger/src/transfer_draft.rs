//! The movements of an account chain, on the way to their order.

use hawkshaw_model::{AccountIx, Amount, AssetIx, Timestamp, TransferKind, TxHash};
use rustc_hash::FxHashSet;

use crate::amount_column::AmountColumn;
use crate::error::LedgerError;
use crate::finished::{Before, FinishedChain};
use crate::grouped::Grouped;
use crate::order::{Clash, check_blocks, merge_unplaced, sort_placed};
use crate::place::{Place, Places};
use crate::segment::{Segment, TransferSegment};
use crate::transactions::{TxDrafts, TxHeader};

/// A movement on an account chain, by the numbers of one builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// Who pays; `None` for nobody.
    pub payer: Option<AccountIx>,
    /// Who is paid; `None` for nobody.
    pub payee: Option<AccountIx>,
    /// What.
    pub asset: AssetIx,
    /// How.
    pub kind: TransferKind,
    /// How much.
    pub amount: Amount,
    /// Where in its transaction, or [`UNPLACED`](Self::UNPLACED).
    pub event: u32,
}

impl Movement {
    /// The event index of a movement that no data place: it comes after those that are placed.
    pub const UNPLACED: u32 = u32::MAX;
}

/// The movements of an account chain in the order of the input, 33 bytes each and the line
/// where a file was read.
#[derive(Debug, Default)]
pub(crate) struct TransferDraft {
    txs: TxDrafts,
    row_txs: Vec<u32>,
    payers: Vec<u32>,
    payees: Vec<u32>,
    assets: Vec<u32>,
    kinds: Vec<TransferKind>,
    amounts: AmountColumn,
    events: Vec<u32>,
    places: Places,
}

impl TransferDraft {
    /// Adds a row that was read somewhere.
    pub(crate) fn add(
        &mut self,
        header: &TxHeader<'_>,
        movement: &Movement,
        place: &Place,
    ) -> Result<(), LedgerError> {
        let tx = self.state(header, Some(place))?;
        self.push_at(tx, movement, place)
    }

    /// Adds a movement that was read somewhere to a transaction.
    pub(crate) fn push_at(
        &mut self,
        tx: u32,
        movement: &Movement,
        place: &Place,
    ) -> Result<(), LedgerError> {
        let row = self.push(tx, movement)?;
        self.places.note(row, place)
    }

    /// The hash of a transaction.
    pub(crate) fn hash(&self, tx: u32) -> Option<TxHash> {
        self.txs.columns().hash(tx as usize)
    }

    /// The height of a transaction and its index in the block, where a row placed it.
    pub(crate) fn position(&self, tx: u32) -> Option<(u64, u32)> {
        self.txs.columns().position(tx as usize)
    }

    /// Places a transaction that no row placed.
    pub(crate) fn place(&mut self, tx: u32, position: (u64, u32), time: Timestamp) {
        self.txs.columns_mut().place(tx as usize, position, time);
    }

    /// Notes a header and gives the number of its transaction.
    pub(crate) fn state(
        &mut self,
        header: &TxHeader<'_>,
        place: Option<&Place>,
    ) -> Result<u32, LedgerError> {
        self.txs.state(header).map_err(|refusal| {
            let second = place.cloned().unwrap_or_else(|| self.next_place());
            refusal.into_error(header.hash, second, |tx| {
                let rows = || (0..self.events.len()).filter(|row| self.row_txs[*row] == tx);
                let placed = rows().find(|row| self.events[*row] != Movement::UNPLACED);
                placed.or_else(|| rows().next()).map(|row| self.places.of(row))
            })
        })
    }

    /// Adds a movement to a transaction and gives its row.
    pub(crate) fn push(&mut self, tx: u32, movement: &Movement) -> Result<usize, LedgerError> {
        let row = self.amounts.next_row()?;
        if tx as usize >= self.txs.len() {
            return Err(LedgerError::UnknownNumber { what: "transaction" });
        }
        self.row_txs.push(tx);
        self.payers.push(movement.payer.map_or(AccountIx::NONE, |payer| payer.0));
        self.payees.push(movement.payee.map_or(AccountIx::NONE, |payee| payee.0));
        self.assets.push(movement.asset.0);
        self.kinds.push(movement.kind);
        self.amounts.push(movement.amount);
        self.events.push(movement.event);
        Ok(row as usize)
    }

    /// The place of the row that is added next.
    pub(crate) fn next_place(&self) -> Place {
        self.places.of(self.amounts.len())
    }

    /// Puts the movements in chain order.
    pub(crate) fn finish(self, before: Before) -> Result<FinishedChain, LedgerError> {
        let mut rows = Grouped::new(self.txs.len(), || self.row_txs.iter().copied().zip(0u32..));
        self.sort_rows(&mut rows);
        let (mut placed, unplaced) = self.stated(&rows);
        let columns = self.txs.columns();
        let first_event = |tx| rows.of(tx).first().map_or(0, |row| self.events[*row as usize]);
        sort_placed(&mut placed, columns, first_event);
        check_blocks(&placed, columns).map_err(|clash| self.clash(&rows, clash))?;
        let mut dropped = self.repeated_events(&placed, &rows)?;
        self.drop_restated(&rows, &mut dropped);
        let repeated_reports = self.repeated_reports(&unplaced, &rows);
        if !dropped.is_empty() {
            let is_kept = |tx: &u32| rows.of(*tx).iter().any(|row| !dropped.contains(row));
            placed.retain(is_kept);
        }
        let order = merge_unplaced(placed, unplaced, columns);
        let (segments, row_end) = self.segments(&order, &rows, &dropped, before)?;
        let (columns, index) = self.txs.into_parts(&order);
        Ok(FinishedChain {
            segments,
            columns,
            order,
            index,
            output_starts: Vec::new(),
            row_end: Some(row_end),
            duplicates: dropped.len() as u64,
            overwritten: 0,
            repeated_reports,
        })
    }

    /// Sorts the rows of each transaction by event; those without one stay behind the others
    /// and in the order of the input.
    fn sort_rows(&self, rows: &mut Grouped) {
        for tx in 0..rows.len() {
            let rows = rows.of_mut(tx);
            if !rows.is_sorted_by_key(|row| self.events[*row as usize]) {
                rows.sort_by_key(|row| self.events[*row as usize]);
            }
        }
    }

    /// The transactions that have rows: those with a place, and those without.
    fn stated(&self, rows: &Grouped) -> (Vec<u32>, Vec<u32>) {
        let has_rows = |tx: &u32| !rows.of(*tx).is_empty();
        let has_place = |tx: &u32| self.txs.columns().position(*tx as usize).is_some();
        (0..rows.len()).filter(has_rows).partition(has_place)
    }

    /// Drops rows without an event index that say the same as another row of their
    /// transaction: nothing tells them apart.
    fn drop_restated(&self, rows: &Grouped, dropped: &mut FxHashSet<u32>) {
        for tx in (0..rows.len()).map(|tx| rows.of(tx)) {
            let last = tx.last().map(|row| self.events[*row as usize]);
            if tx.len() < 2 || last != Some(Movement::UNPLACED) {
                continue;
            }
            let mut said = FxHashSet::default();
            for row in tx {
                let is_new = said.insert(self.statement(*row as usize));
                if !is_new && self.events[*row as usize] == Movement::UNPLACED {
                    dropped.insert(*row);
                }
            }
        }
    }

    /// How many rows that only a source states, without a transaction, repeat another. They
    /// may be two equal payments and stay; a person has to look.
    fn repeated_reports(&self, unplaced: &[u32], rows: &Grouped) -> u64 {
        let mut said = FxHashSet::default();
        let lone = unplaced.iter().map(|tx| (self.txs.columns().get(*tx as usize), rows.of(*tx)));
        let lone = lone.filter(|(header, rows)| header.hash.is_none() && rows.len() == 1);
        let repeats = lone
            .filter(|(header, rows)| !said.insert((header.time, self.statement(rows[0] as usize))));
        repeats.count() as u64
    }

    /// What a row says beside its place.
    fn statement(&self, row: usize) -> (u32, u32, u32, Amount) {
        (self.payers[row], self.payees[row], self.assets[row], self.amounts.get(row))
    }

    /// The rows that repeat an event of another row, and say the same of it.
    fn repeated_events(
        &self,
        placed: &[u32],
        rows: &Grouped,
    ) -> Result<FxHashSet<u32>, LedgerError> {
        let mut dropped = FxHashSet::default();
        let position = |tx: &u32| self.txs.columns().position(*tx as usize);
        for txs in placed.chunk_by(|left, right| position(left) == position(right)) {
            if let [tx] = txs {
                self.drop_repeated(rows.of(*tx), &mut dropped)?;
            } else {
                let mut all: Vec<u32> =
                    txs.iter().flat_map(|tx| rows.of(*tx).iter().copied()).collect();
                all.sort_by_key(|row| (self.events[*row as usize], *row));
                self.drop_repeated(&all, &mut dropped)?;
            }
        }
        Ok(dropped)
    }

    /// Notes which of the rows, which come by event, repeat the one before.
    fn drop_repeated(&self, rows: &[u32], dropped: &mut FxHashSet<u32>) -> Result<(), LedgerError> {
        let event = |row: &u32| self.events[*row as usize];
        let is_repeated = |pair: &&[u32]| {
            event(&pair[0]) == event(&pair[1]) && event(&pair[0]) != Movement::UNPLACED
        };
        for pair in rows.windows(2).filter(is_repeated) {
            let (first, second) = (pair[0].min(pair[1]) as usize, pair[0].max(pair[1]) as usize);
            if !self.says_the_same(first, second) {
                return Err(LedgerError::Conflict {
                    first: self.places.of(first),
                    second: self.places.of(second),
                    reason: format!(
                        "they describe event {} of one transaction differently",
                        event(&pair[0])
                    ),
                });
            }
            dropped.insert(pair[1]);
        }
        Ok(())
    }

    fn says_the_same(&self, left: usize, right: usize) -> bool {
        let header = |row: usize| {
            let tx = self.row_txs[row];
            (self.row_txs[left] != self.row_txs[right]).then(|| self.txs.columns().get(tx as usize))
        };
        let movement =
            |row: usize| (self.payers[row], self.payees[row], self.assets[row], self.kinds[row]);
        movement(left) == movement(right)
            && self.amounts.get(left) == self.amounts.get(right)
            && header(left) == header(right)
    }

    /// The columns in an order, and the row behind the last.
    fn segments(
        &self,
        order: &[u32],
        rows: &Grouped,
        dropped: &FxHashSet<u32>,
        before: Before,
    ) -> Result<(Vec<Segment>, u64), LedgerError> {
        let (mut tx_first, mut row_first) = (before.txs, before.rows);
        let mut segments = Vec::with_capacity(order.len() / before.segment_txs_max + 1);
        for txs in order.chunks(before.segment_txs_max) {
            let count = txs.iter().map(|tx| rows.of(*tx).len()).sum();
            let mut segment = TransferSegment::new(tx_first, row_first, txs.len(), count);
            for tx in txs {
                let kept = rows.of(*tx).iter();
                self.append_tx(
                    kept.filter(|row| dropped.is_empty() || !dropped.contains(row)),
                    &mut segment,
                )?;
            }
            tx_first += txs.len() as u64;
            row_first = segment.row_end();
            segments.push(Segment::Transfers(segment));
        }
        Ok((segments, row_first))
    }

    /// Appends a transaction to a segment. Rows without an event get the next one.
    fn append_tx<'a>(
        &self,
        rows: impl Iterator<Item = &'a u32>,
        segment: &mut TransferSegment,
    ) -> Result<(), LedgerError> {
        let mut event_next = Some(0u32);
        for row in rows {
            let row = *row as usize;
            let event = match self.events[row] {
                Movement::UNPLACED => event_next.ok_or_else(|| {
                    LedgerError::bad_row(
                        self.places.of(row),
                        "no event index is left behind the last",
                    )
                })?,
                event => event,
            };
            event_next = event.checked_add(1);
            segment.payers.push(self.payers[row]);
            segment.payees.push(self.payees[row]);
            segment.assets.push(self.assets[row]);
            segment.kinds.push(self.kinds[row]);
            segment.amounts.push_from(&self.amounts, row);
            segment.events.push(event);
        }
        segment.end_tx();
        Ok(())
    }

    fn clash(&self, rows: &Grouped, clash: Clash) -> LedgerError {
        let first_row = |tx: u32| rows.of(tx).iter().min().map_or(0, |row| *row as usize);
        let (left, right) = (first_row(clash.txs.0), first_row(clash.txs.1));
        LedgerError::Conflict {
            first: self.places.of(left.min(right)),
            second: self.places.of(left.max(right)),
            reason: clash.reason,
        }
    }
}
