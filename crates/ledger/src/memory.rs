//! The ledger in memory.

use std::sync::OnceLock;

use hawkshaw_model::{
    self as model, Account, AccountIx, AssetId, AssetIx, ChainId, ChainSummary, Ledger,
    LedgerSegment, OutPoint, OutputIx, OutputsOf, ReadError, Transaction, TxId, TxIx, UtxoTx,
};

use crate::builder::LedgerBuilder;
use crate::defects::{Defects, LedgerStats};
use crate::error::LedgerError;
use crate::names::{Accounts, Assets};
use crate::place::Place;
use crate::postings::{History, Postings};
use crate::row::{OutputRow, TransferRow};
use crate::segment::Segment;
use crate::spending::Spending;
use crate::transactions::{TxColumns, TxIndex};

/// Chains in memory, as columns. Made by [`LedgerBuilder`](crate::LedgerBuilder), or from rows
/// or files at once.
///
/// Numbers of accounts and assets are given in order of first appearance in the input, numbers
/// of transactions and outputs in chain order, chains by id. A movement costs 25 bytes, 8 more
/// for its postings, and 32 more where its amount is 2^63 or above; a transaction costs 62
/// bytes and its entry in the hash table.
#[derive(Debug)]
pub struct MemoryLedger {
    pub(crate) chains: Vec<ChainSummary>,
    /// What there is to each chain, in the order of `chains`.
    pub(crate) parts: Vec<ChainPart>,
    /// All segments, in the order of their transactions.
    pub(crate) segments: Vec<Segment>,
    pub(crate) txs: TxColumns,
    pub(crate) accounts: Accounts,
    pub(crate) assets: Assets,
    pub(crate) postings: Postings,
    pub(crate) spending: OnceLock<Spending>,
    pub(crate) stats: LedgerStats,
}

/// What a ledger keeps of a chain beside its summary.
#[derive(Debug)]
pub(crate) struct ChainPart {
    /// The numbers of its transactions by hash, counted from the first of the chain.
    pub(crate) index: TxIndex,
    pub(crate) native: Option<AssetIx>,
    /// The first output of each transaction, and behind the last the end. Empty on account
    /// chains.
    pub(crate) output_starts: Vec<u64>,
}

impl MemoryLedger {
    /// A ledger of rows in any order. Errors name them `transfers line 1`, `outputs line 1` and
    /// so on, counted from 1.
    ///
    /// # Errors
    ///
    /// When rows contradict each other or break a rule of their chain, and when there are too
    /// many.
    pub fn from_rows(
        transfers: Vec<TransferRow>,
        outputs: Vec<OutputRow>,
    ) -> Result<(Self, Defects), LedgerError> {
        let mut builder = LedgerBuilder::new();
        let mut place = Place::new("transfers", 0);
        for row in &transfers {
            place.line += 1;
            builder.add_transfer(row, &place)?;
        }
        place = Place::new("outputs", 0);
        for row in &outputs {
            place.line += 1;
            builder.add_output(row, &place)?;
        }
        builder.finish()
    }

    /// How much the ledger holds.
    pub fn stats(&self) -> LedgerStats {
        self.stats
    }

    fn chain_number(&self, chain: &ChainId) -> Option<usize> {
        self.chains.binary_search_by(|summary| summary.id.cmp(chain)).ok()
    }

    /// The transaction with that id, counted from the first of its chain, and the chain.
    fn find_local(&self, tx: &TxId) -> Option<(usize, usize)> {
        let chain = self.chain_number(tx.chain())?;
        let first = index(self.chains[chain].txs.start);
        let local = self.parts[chain].index.find_in(&tx.hash(), &self.txs, first)?;
        Some((chain, local as usize))
    }

    /// The chain of an output, the transaction that makes it, counted from the first of the chain,
    /// and its index there.
    fn locate_output(&self, output: OutputIx) -> (usize, usize, u32) {
        let holds = |part: &ChainPart| part.output_starts.last().is_some_and(|e| output.0 < *e);
        let chain = self.parts.iter().position(holds).expect("an output is of its own ledger");
        let starts = &self.parts[chain].output_starts;
        let local = starts.partition_point(|start| *start <= output.0) - 1;
        let vout = u32::try_from(output.0 - starts[local]).expect("outputs are counted in 32 bits");
        (chain, local, vout)
    }

    /// Who spends what, put together when it is asked for first.
    fn spending(&self) -> &Spending {
        let (accounts, outputs) = (self.accounts.len(), self.output_count());
        self.spending.get_or_init(|| Spending::new(&self.segments, accounts, outputs))
    }

    /// How many movements the transactions before one have.
    fn row_of_tx(&self, tx: TxIx) -> u64 {
        let before = self.segments.partition_point(|segment| segment.tx_end() <= tx.0);
        if let Some(Segment::Transfers(segment)) = self.segments.get(before) {
            let local = index(tx.0.saturating_sub(segment.tx_first));
            return segment.row_first + u64::from(segment.tx_rows[local]);
        }
        let is_behind = |segment: &Segment| match segment {
            Segment::Transfers(segment) => Some(segment.row_end()),
            Segment::Outputs(_) => None,
        };
        self.segments[..before].iter().rev().find_map(is_behind).unwrap_or(0)
    }
}

impl Ledger for MemoryLedger {
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
        Box::new(segments.iter().map(|segment| segment as &dyn LedgerSegment))
    }

    fn transaction(&self, tx: TxIx) -> Result<Transaction, ReadError> {
        Ok(self.txs.get(index(tx.0)))
    }

    fn account_count(&self) -> usize {
        self.accounts.len()
    }

    fn account(&self, account: AccountIx) -> Result<Account, ReadError> {
        Ok(self.accounts.get(account).clone())
    }

    fn asset_count(&self) -> usize {
        self.assets.len()
    }

    fn asset(&self, asset: AssetIx) -> &AssetId {
        self.assets.get(asset)
    }

    fn native_asset(&self, chain: &ChainId) -> Option<AssetIx> {
        self.parts[self.chain_number(chain)?].native
    }

    fn output_count(&self) -> usize {
        self.parts
            .iter()
            .filter_map(|part| part.output_starts.last())
            .max()
            .map_or(0, |n| index(*n))
    }

    fn output(&self, output: OutputIx) -> Result<OutPoint, ReadError> {
        let (chain, local, vout) = self.locate_output(output);
        let summary = &self.chains[chain];
        let hash = self.txs.hash(index(summary.txs.start) + local);
        let tx =
            TxId::new(summary.id.clone(), hash.expect("a transaction with outputs has a hash"));
        Ok(OutPoint::new(tx, vout))
    }

    fn find_account(&self, account: &Account) -> Result<Option<AccountIx>, ReadError> {
        Ok(self.accounts.find(account))
    }

    fn find_tx(&self, tx: &TxId) -> Result<Option<TxIx>, ReadError> {
        let found = self.find_local(tx);
        Ok(found.map(|(chain, local)| TxIx(self.chains[chain].txs.start + local as u64)))
    }

    fn find_output(&self, output: &OutPoint) -> Result<Option<OutputIx>, ReadError> {
        let number = || {
            let (chain, local) = self.find_local(output.tx())?;
            let starts = &self.parts[chain].output_starts;
            let number = starts.get(local)? + u64::from(output.vout());
            (number < *starts.get(local + 1)?).then_some(OutputIx(number))
        };
        Ok(number())
    }

    fn history(&self, account: AccountIx, before: TxIx) -> model::Postings<'_> {
        let entries = self.postings.before(account, self.row_of_tx(before));
        Box::new(History::new(entries, &self.segments).map(Ok))
    }

    fn history_txs_max(&self, account: AccountIx) -> Result<u64, ReadError> {
        Ok(self.postings.of(account).len() as u64)
    }

    fn utxo_tx(&self, tx: TxIx) -> Result<Option<UtxoTx>, ReadError> {
        let at = self.segments.partition_point(|segment| segment.tx_end() <= tx.0);
        match self.segments.get(at) {
            Some(Segment::Outputs(segment)) => {
                segment.as_batch().transaction(index(tx.0 - segment.tx_first)).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn maker(&self, output: OutputIx) -> Result<(TxIx, u32), ReadError> {
        let (chain, local, vout) = self.locate_output(output);
        Ok((TxIx(self.chains[chain].txs.start + local as u64), vout))
    }

    fn spender(&self, output: OutputIx) -> Result<Option<TxIx>, ReadError> {
        Ok(self.spending().spender(output))
    }

    fn outputs_of(&self, account: AccountIx) -> OutputsOf<'_> {
        Box::new(self.spending().outputs_of(account).map(Ok))
    }
}

/// A number of something that is held in memory, as an index into it.
fn index(number: u64) -> usize {
    usize::try_from(number).expect("what is in memory is counted by usize")
}
