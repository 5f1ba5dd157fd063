//! Makes a ledger of rows in any order.

use std::sync::OnceLock;

use hawkshaw_model::{
    Account, AccountIx, AssetId, AssetIx, ChainId, ChainSummary, LedgerKind, Timestamp,
};

use crate::check::{check_output, check_transfer, is_native_on, is_nobody, native_of_outputs};
use crate::defects::{Defects, LedgerStats};
use crate::error::LedgerError;
use crate::finished::{Before, FinishedChain};
use crate::memory::{ChainPart, MemoryLedger};
use crate::names::{Accounts, Assets};
use crate::output_draft::{Leg, OutputDraft};
use crate::place::Place;
use crate::postings::Postings;
use crate::row::{OutputRow, TransferRow};
use crate::segment::{SEGMENT_TXS_MAX, Segment};
use crate::transactions::{TxColumns, TxHeader};
use crate::transfer_draft::{Movement, TransferDraft};

/// Takes rows of any chains in any order and makes a [`MemoryLedger`] of them.
///
/// Rows as files have them go through [`add_transfer`](Self::add_transfer) and
/// [`add_output`](Self::add_output). Generators and benchmarks skip the cost of looking every
/// account up: they number chains, accounts and assets once and add movements by number, which
/// is fastest in chain order.
///
/// ```
/// use hawkshaw_ledger::{LedgerBuilder, Movement, TxHeader};
/// use hawkshaw_model::{ChainId, ChainPoint, Ledger, Timestamp, TransferKind};
///
/// let mut builder = LedgerBuilder::new();
/// let chain = builder.chain(&ChainId::ethereum())?;
/// let ether = builder.asset(&"eip155:1/slip44:60".parse()?)?;
/// let alice = builder.account(&"eip155:1:0x00000000000000000000000000000000000000a1".parse()?)?;
/// let bob = builder.account(&"eip155:1:0x00000000000000000000000000000000000000b0".parse()?)?;
/// let tx = builder.begin_tx(chain, &TxHeader {
///     hash: Some([1; 32].into()),
///     point: Some(ChainPoint { height: 1, tx_index: 0, event_index: 0 }),
///     time: Timestamp::from_unix(1_600_000_000)?,
///     sender: Some(alice),
///     source: None,
/// })?;
/// builder.push_movement(tx, &Movement {
///     payer: Some(alice),
///     payee: Some(bob),
///     asset: ether,
///     kind: TransferKind::Native,
///     amount: 5u64.into(),
///     event: 0,
/// })?;
/// let (ledger, defects) = builder.finish()?;
/// assert!(defects.is_empty());
/// assert_eq!(ledger.history_txs_max(bob)?, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LedgerBuilder {
    accounts: Accounts,
    assets: Assets,
    chains: Vec<(ChainId, Draft)>,
    segment_txs_max: usize,
}

/// The number of a chain in one builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftChain(usize);

/// A transaction in one builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftTx {
    chain: usize,
    tx: u32,
}

/// The rows of one chain.
#[derive(Debug)]
enum Draft {
    Transfers(TransferDraft),
    Outputs(OutputDraft),
}

impl Default for LedgerBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl LedgerBuilder {
    /// No rows yet.
    pub fn new() -> Self {
        Self {
            accounts: Accounts::default(),
            assets: Assets::default(),
            chains: Vec::new(),
            segment_txs_max: SEGMENT_TXS_MAX,
        }
    }

    /// Sets how many transactions a segment of the ledger holds at most (2^20 where this is not
    /// called, at least 1). It changes how a ledger is handed out, not what it holds.
    #[must_use]
    pub fn with_batch_txs_max(mut self, txs: usize) -> Self {
        self.segment_txs_max = txs.max(1);
        self
    }

    /// Adds a row of a file of transfers.
    ///
    /// # Errors
    ///
    /// When the row breaks a rule of such rows or contradicts an earlier one.
    pub fn add_transfer(&mut self, row: &TransferRow, place: &Place) -> Result<(), LedgerError> {
        check_transfer(row).map_err(|bad| bad.at(place))?;
        let payer = row.from.as_ref().filter(|account| !is_nobody(account));
        let movement = Movement {
            payer: self.intern(payer)?,
            payee: self.intern(row.to.as_ref())?,
            asset: self.assets.intern(&row.asset)?,
            kind: row.kind,
            amount: row.amount,
            event: row.point.map_or(Movement::UNPLACED, |point| point.event_index),
        };
        let header = TxHeader {
            hash: row.tx,
            point: row.point,
            time: row.time,
            sender: self.intern(row.sender.as_ref())?,
            source: row.source.as_deref(),
        };
        let chain = self.chain(&row.chain)?;
        match &mut self.chains[chain.0].1 {
            Draft::Transfers(draft) => draft.add(&header, &movement, place),
            Draft::Outputs(_) => Err(wrong_kind(place.clone())),
        }
    }

    /// Adds a row of a file of outputs.
    ///
    /// # Errors
    ///
    /// When the row breaks a rule of such rows or contradicts an earlier one.
    pub fn add_output(&mut self, row: &OutputRow, place: &Place) -> Result<(), LedgerError> {
        check_output(row).map_err(|bad| bad.at(place))?;
        let leg = Leg {
            side: row.side,
            leg_index: row.leg_index,
            spends: row.outpoint.as_ref().map(|out| (out.tx().hash(), out.vout())),
            holder: self.intern(row.holder.as_ref())?,
            amount: row.amount,
        };
        let header = TxHeader {
            hash: Some(row.tx),
            point: Some(hawkshaw_model::ChainPoint {
                height: row.height,
                tx_index: row.tx_index,
                event_index: 0,
            }),
            time: row.time,
            sender: None,
            source: None,
        };
        let chain = self.chain(&row.chain)?;
        match &mut self.chains[chain.0].1 {
            Draft::Outputs(draft) => draft.add(&header, &leg, place),
            Draft::Transfers(_) => Err(wrong_kind(place.clone())),
        }
    }

    /// The number of a chain, new or known.
    ///
    /// # Errors
    ///
    /// When there are too many assets: a UTXO chain has one.
    pub fn chain(&mut self, chain: &ChainId) -> Result<DraftChain, LedgerError> {
        if let Some(number) = self.chains.iter().position(|(known, _)| known == chain) {
            return Ok(DraftChain(number));
        }
        let draft = match chain.ledger_kind() {
            LedgerKind::Accounts => Draft::Transfers(TransferDraft::default()),
            LedgerKind::Outputs => {
                self.assets.intern(&native_of_outputs(chain))?;
                Draft::Outputs(OutputDraft::new(chain.clone()))
            }
        };
        self.chains.push((chain.clone(), draft));
        Ok(DraftChain(self.chains.len() - 1))
    }

    /// The number of an account, new or known. It is the number in the finished ledger.
    ///
    /// # Errors
    ///
    /// When there are too many.
    pub fn account(&mut self, account: &Account) -> Result<AccountIx, LedgerError> {
        self.accounts.intern(account)
    }

    /// The number of an asset, new or known. It is the number in the finished ledger.
    ///
    /// # Errors
    ///
    /// When there are too many.
    pub fn asset(&mut self, asset: &AssetId) -> Result<AssetIx, LedgerError> {
        self.assets.intern(asset)
    }

    /// Begins a transaction, or goes on with the one of that hash. What gets no movement and no
    /// leg is left out of the ledger.
    ///
    /// # Errors
    ///
    /// When it contradicts what was said of that transaction, when a transaction of a UTXO chain
    /// lacks hash or point, and when there are too many.
    pub fn begin_tx(
        &mut self,
        chain: DraftChain,
        header: &TxHeader<'_>,
    ) -> Result<DraftTx, LedgerError> {
        self.must_be_known(header.sender, None)?;
        let tx = match self.chains.get_mut(chain.0) {
            Some((_, Draft::Transfers(draft))) => draft.state(header, None)?,
            Some((_, Draft::Outputs(draft))) => draft.state(header, None)?,
            None => return Err(LedgerError::UnknownNumber { what: "chain" }),
        };
        Ok(DraftTx { chain: chain.0, tx })
    }

    /// Adds a movement by number.
    ///
    /// # Errors
    ///
    /// When a number is none of this builder, when the chain is a UTXO chain, and when there
    /// are too many rows.
    pub fn push_movement(&mut self, tx: DraftTx, movement: &Movement) -> Result<(), LedgerError> {
        self.must_be_known(movement.payer, Some(movement.asset))?;
        self.must_be_known(movement.payee, None)?;
        match self.chains.get_mut(tx.chain) {
            Some((_, Draft::Transfers(draft))) => draft.push(tx.tx, movement).map(|_| ()),
            Some((_, Draft::Outputs(draft))) => Err(wrong_kind(draft.next_place())),
            None => Err(LedgerError::UnknownNumber { what: "chain" }),
        }
    }

    /// Adds a leg by number.
    ///
    /// # Errors
    ///
    /// When a number is none of this builder, when the chain is an account chain, when an
    /// input spends nothing or an output something, and when there are too many rows.
    pub fn push_leg(&mut self, tx: DraftTx, leg: &Leg) -> Result<(), LedgerError> {
        self.must_be_known(leg.holder, None)?;
        match self.chains.get_mut(tx.chain) {
            Some((_, Draft::Outputs(draft))) => draft.push(tx.tx, leg).map(|_| ()),
            Some((_, Draft::Transfers(draft))) => Err(wrong_kind(draft.next_place())),
            None => Err(LedgerError::UnknownNumber { what: "chain" }),
        }
    }

    /// Puts everything in chain order and checks what only the whole can show.
    ///
    /// # Errors
    ///
    /// When rows contradict each other or break a rule of their chain, and when there are too
    /// many.
    pub fn finish(mut self) -> Result<(MemoryLedger, Defects), LedgerError> {
        let mut drafts = std::mem::take(&mut self.chains);
        drafts.sort_by(|(left, _), (right, _)| left.cmp(right));
        let mut defects = Defects::default();
        let mut ledger = MemoryLedger {
            chains: Vec::new(),
            parts: Vec::new(),
            segments: Vec::new(),
            txs: TxColumns::default(),
            accounts: self.accounts,
            assets: self.assets,
            postings: Postings::default(),
            spending: OnceLock::new(),
            stats: LedgerStats::default(),
        };
        let mut before = Before { segment_txs_max: self.segment_txs_max, ..Before::default() };
        for (id, draft) in drafts {
            let finished = match draft {
                Draft::Transfers(draft) => draft.finish(before)?,
                Draft::Outputs(draft) => draft.finish(before)?,
            };
            defects.add(Defects::DUPLICATE_ROW, finished.duplicates);
            defects.add(Defects::OVERWRITTEN_COINBASE, finished.overwritten);
            defects.add(Defects::REPEATED_REPORT, finished.repeated_reports);
            if !finished.order.is_empty() {
                append(&mut ledger, id, finished, &mut before);
            }
        }
        let movements = ledger.segments.iter().filter_map(Segment::as_transfers);
        ledger.postings = Postings::new(ledger.accounts.len(), movements)?;
        ledger.stats = LedgerStats::of(&ledger.segments, &ledger.assets);
        Ok((ledger, defects))
    }

    fn intern(&mut self, account: Option<&Account>) -> Result<Option<AccountIx>, LedgerError> {
        account.map(|account| self.accounts.intern(account)).transpose()
    }

    fn must_be_known(
        &self,
        account: Option<AccountIx>,
        asset: Option<AssetIx>,
    ) -> Result<(), LedgerError> {
        let account = account.map(|account| account.0 as usize);
        let asset = asset.map(|asset| asset.0 as usize);
        if account.is_some_and(|n| n >= self.accounts.len()) {
            return Err(LedgerError::UnknownNumber { what: "account" });
        }
        if asset.is_some_and(|n| n >= self.assets.len()) {
            return Err(LedgerError::UnknownNumber { what: "asset" });
        }
        Ok(())
    }
}

/// Appends a chain to a ledger.
fn append(ledger: &mut MemoryLedger, id: ChainId, finished: FinishedChain, before: &mut Before) {
    let kind = id.ledger_kind();
    let tx_end = before.txs + finished.order.len() as u64;
    let is_native = |asset: &AssetId| match kind {
        LedgerKind::Accounts => is_native_on(asset, &id),
        LedgerKind::Outputs => *asset == native_of_outputs(&id),
    };
    let native = ledger.assets.iter().find(|(_, asset)| is_native(asset)).map(|(number, _)| number);
    let (heights, times) = extent(&finished);
    ledger.txs.append(&finished.columns, &finished.order);
    ledger.chains.push(ChainSummary { id, kind, txs: before.txs..tx_end, heights, times });
    before.rows = finished.row_end.unwrap_or(before.rows);
    before.outputs = finished.output_starts.last().copied().unwrap_or(before.outputs);
    before.txs = tx_end;
    ledger.segments.extend(finished.segments);
    ledger.parts.push(ChainPart {
        index: finished.index,
        native,
        output_starts: finished.output_starts,
    });
}

/// The first and last height and the earliest and latest time of a chain with transactions.
fn extent(finished: &FinishedChain) -> (Option<(u64, u64)>, (Timestamp, Timestamp)) {
    let columns = &finished.columns;
    let txs = || finished.order.iter().map(|tx| *tx as usize);
    let heights = || txs().filter_map(|tx| columns.position(tx)).map(|(height, _)| height);
    let times = || txs().map(|tx| columns.time(tx));
    let earliest = times().min().unwrap_or_default();
    let latest = times().max().unwrap_or_default();
    (heights().min().zip(heights().max()), (earliest, latest))
}

fn wrong_kind(place: Place) -> LedgerError {
    LedgerError::bad_row(
        place,
        "account chains have transfers and UTXO chains (bip122) have outputs, not the reverse",
    )
}
