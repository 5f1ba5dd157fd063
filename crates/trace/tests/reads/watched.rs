//! A ledger that counts what is read of it, can fail at any read, and knows which of its
//! segments have none of some accounts.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, AccountIx, Amount, AssetId, AssetIx, Batch, ChainId, ChainSummary, Ledger,
    LedgerSegment, LegAmounts, OutPoint, OutputBatch, OutputIx, OutputsOf, Postings, ReadError,
    Transaction, TransferBatch, TransferDetail, TransferDetails, TxId, TxIx, UtxoTx,
};

/// What was read, and what cannot be.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    count: AtomicU64,
    batches: AtomicU64,
    passed_over: AtomicU64,
    /// The read that fails, counted from 1; 0 lets all succeed.
    fails_at: u64,
}

/// The file that failing reads name.
pub(crate) const DAMAGED: &str = "segment-7";

impl Reads {
    /// Nothing was read yet; a read will fail.
    pub(crate) fn failing_at(read: u64) -> Self {
        Self { fails_at: read, ..Self::default() }
    }

    /// How many reads there were.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// How many segments were read, one read twice counting twice.
    pub(crate) fn batches(&self) -> u64 {
        self.batches.load(Ordering::Relaxed)
    }

    /// How many segments said that they have none of the accounts.
    pub(crate) fn passed_over(&self) -> u64 {
        self.passed_over.load(Ordering::Relaxed)
    }

    fn read(&self) -> Result<(), ReadError> {
        let read = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        if read == self.fails_at {
            return Err(ReadError::new(DAMAGED, read, "the checksum is wrong"));
        }
        Ok(())
    }
}

/// A ledger that is watched.
pub(crate) struct Watched<'a> {
    inner: &'a MemoryLedger,
    segments: Vec<Segment<'a>>,
    reads: &'a Reads,
}

impl<'a> Watched<'a> {
    pub(crate) fn new(inner: &'a MemoryLedger, reads: &'a Reads) -> Self {
        let end = inner.chains().last().map_or(0, |chain| chain.txs.end);
        let segments = inner.segments(TxIx(0), TxIx(end));
        Self { inner, segments: segments.map(|s| Segment::new(s, reads)).collect(), reads }
    }
}

/// A segment that is watched.
#[derive(Debug)]
struct Segment<'a> {
    inner: &'a dyn LedgerSegment,
    details: OnceLock<Details<'a>>,
    amounts: OnceLock<Amounts<'a>>,
    reads: &'a Reads,
    has_none: AtomicBool,
}

impl<'a> Segment<'a> {
    fn new(inner: &'a dyn LedgerSegment, reads: &'a Reads) -> Self {
        let (details, amounts) = (OnceLock::new(), OnceLock::new());
        Self { inner, details, amounts, reads, has_none: AtomicBool::new(false) }
    }
}

impl LedgerSegment for Segment<'_> {
    fn txs(&self) -> Range<u64> {
        self.inner.txs()
    }

    fn may_touch(&self, accounts: &[u32]) -> Result<bool, ReadError> {
        self.reads.read()?;
        let has_any = |column: &[u32]| column.iter().any(|account| accounts.contains(account));
        let touches = match self.inner.batch()? {
            Batch::Transfers(batch) => has_any(batch.payers) || has_any(batch.payees),
            Batch::Outputs(batch) => has_any(batch.holders),
        };
        if !touches {
            self.reads.passed_over.fetch_add(1, Ordering::Relaxed);
            self.has_none.store(true, Ordering::Relaxed);
        }
        Ok(touches)
    }

    fn batch(&self) -> Result<Batch<'_>, ReadError> {
        self.reads.read()?;
        self.reads.batches.fetch_add(1, Ordering::Relaxed);
        let txs = self.txs();
        assert!(!self.has_none.load(Ordering::Relaxed), "{txs:?} need not have been read");
        let reads = self.reads;
        Ok(match self.inner.batch()? {
            Batch::Transfers(batch) => {
                let inner = batch.details;
                let details = self.details.get_or_init(|| Details { inner, reads });
                Batch::Transfers(TransferBatch { details, ..batch })
            }
            Batch::Outputs(batch) => {
                let inner = batch.amounts;
                let amounts = self.amounts.get_or_init(|| Amounts { inner, reads });
                Batch::Outputs(OutputBatch { amounts, ..batch })
            }
        })
    }
}

#[derive(Debug)]
struct Details<'a> {
    inner: &'a dyn TransferDetails,
    reads: &'a Reads,
}

impl TransferDetails for Details<'_> {
    fn detail(&self, row: usize) -> Result<TransferDetail, ReadError> {
        self.reads.read()?;
        self.inner.detail(row)
    }
}

#[derive(Debug)]
struct Amounts<'a> {
    inner: &'a dyn LegAmounts,
    reads: &'a Reads,
}

impl LegAmounts for Amounts<'_> {
    fn amount(&self, row: usize) -> Result<Amount, ReadError> {
        self.reads.read()?;
        self.inner.amount(row)
    }
}

impl Ledger for Watched<'_> {
    fn chains(&self) -> &[ChainSummary] {
        self.inner.chains()
    }

    fn segments(
        &self,
        first: TxIx,
        end: TxIx,
    ) -> Box<dyn Iterator<Item = &dyn LedgerSegment> + '_> {
        let is_wanted = move |s: &&Segment<'_>| s.txs().end > first.0 && s.txs().start < end.0;
        let wanted = self.segments.iter().filter(is_wanted);
        Box::new(wanted.map(|segment| -> &dyn LedgerSegment { segment }))
    }

    fn transaction(&self, tx: TxIx) -> Result<Transaction, ReadError> {
        self.reads.read()?;
        self.inner.transaction(tx)
    }

    fn account_count(&self) -> usize {
        self.inner.account_count()
    }

    fn account(&self, account: AccountIx) -> Result<Account, ReadError> {
        self.reads.read()?;
        self.inner.account(account)
    }

    fn asset_count(&self) -> usize {
        self.inner.asset_count()
    }

    fn asset(&self, asset: AssetIx) -> &AssetId {
        self.inner.asset(asset)
    }

    fn native_asset(&self, chain: &ChainId) -> Option<AssetIx> {
        self.inner.native_asset(chain)
    }

    fn output_count(&self) -> usize {
        self.inner.output_count()
    }

    fn output(&self, output: OutputIx) -> Result<OutPoint, ReadError> {
        self.reads.read()?;
        self.inner.output(output)
    }

    fn find_account(&self, account: &Account) -> Result<Option<AccountIx>, ReadError> {
        self.reads.read()?;
        self.inner.find_account(account)
    }

    fn find_tx(&self, tx: &TxId) -> Result<Option<TxIx>, ReadError> {
        self.reads.read()?;
        self.inner.find_tx(tx)
    }

    fn find_output(&self, output: &OutPoint) -> Result<Option<OutputIx>, ReadError> {
        self.reads.read()?;
        self.inner.find_output(output)
    }

    fn history(&self, account: AccountIx, before: TxIx) -> Postings<'_> {
        let postings = self.inner.history(account, before);
        Box::new(postings.map(|posting| self.reads.read().and(posting)))
    }

    fn history_txs_max(&self, account: AccountIx) -> Result<u64, ReadError> {
        self.reads.read()?;
        self.inner.history_txs_max(account)
    }

    fn utxo_tx(&self, tx: TxIx) -> Result<Option<UtxoTx>, ReadError> {
        self.reads.read()?;
        self.inner.utxo_tx(tx)
    }

    fn maker(&self, output: OutputIx) -> Result<(TxIx, u32), ReadError> {
        self.reads.read()?;
        self.inner.maker(output)
    }

    fn spender(&self, output: OutputIx) -> Result<Option<TxIx>, ReadError> {
        self.reads.read()?;
        self.inner.spender(output)
    }

    fn outputs_of(&self, account: AccountIx) -> OutputsOf<'_> {
        let outputs = self.inner.outputs_of(account);
        Box::new(outputs.map(|output| self.reads.read().and(output)))
    }
}
