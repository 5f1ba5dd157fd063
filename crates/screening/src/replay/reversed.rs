//! A ledger told backwards: whoever was paid pays.

use std::ops::Range;
use std::sync::OnceLock;

use hawkshaw_model::{
    Account, AccountIx, Amount, AssetId, AssetIx, Batch, ChainId, ChainSummary, Ledger, LedgerKind,
    LedgerSegment, OutPoint, OutputIx, OutputsOf, Posting, Postings, ReadError, Timestamp,
    Transaction, TxId, TxIx, UtxoTx,
};

use crate::replay::reversed_columns::Columns;

/// A ledger told backwards.
///
/// Transactions stand in reverse chain order, payers and payees are swapped, and so are the
/// inputs and outputs of transactions of UTXO chains. What a replay of it says that an account
/// received of a source, the account sent to it. The reverse of the reverse is the ledger.
///
/// Times are mirrored, so that they run the way transactions do: ask [`ReversedLedger::time`] for
/// those of the clock. A fee is given back to who paid it; on a UTXO chain it is what a
/// transaction pays out beyond what it takes in.
///
/// ```
/// use hawkshaw_ledger::MemoryLedger;
/// use hawkshaw_model::Ledger;
/// use hawkshaw_screening::ReversedLedger;
///
/// let ledger = MemoryLedger::from_rows(Vec::new(), Vec::new())?.0;
/// assert!(ReversedLedger::new(&ledger, None)?.chains().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ReversedLedger<'a> {
    inner: Inner<'a>,
    chains: Vec<ChainSummary>,
    segments: Vec<ReversedSegment<'a>>,
    mirror: i64,
    has_openings: bool,
}

/// A ledger that can be shown by its chains.
#[derive(Clone, Copy)]
struct Inner<'a>(&'a dyn Ledger);

impl std::fmt::Debug for Inner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.chains().iter().map(|chain| &chain.id)).finish()
    }
}

/// A segment told backwards. Its columns are made when they are asked for.
#[derive(Debug)]
struct ReversedSegment<'a> {
    inner: &'a dyn LedgerSegment,
    /// The transactions of it that are looked at, in the numbers of the ledger.
    txs: Range<u64>,
    /// The sum of a transaction's number and of its number backwards.
    sum: u64,
    columns: OnceLock<Columns<'a>>,
}

impl<'a> ReversedLedger<'a> {
    /// A ledger told backwards, from its end or from `until` on; what is later is left out.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged.
    pub fn new(ledger: &'a dyn Ledger, until: Option<Timestamp>) -> Result<Self, ReadError> {
        let mut chains = Vec::new();
        let mut segments = Vec::new();
        for chain in ledger.chains() {
            let end = end_of(ledger, chain, until)?;
            let txs = chain.txs.start..end;
            let mut of_chain = Vec::new();
            for inner in ledger.segments(TxIx(txs.start), TxIx(end)) {
                let own = inner.txs();
                let kept = own.start.max(txs.start)..own.end.min(end);
                if !kept.is_empty() {
                    let sum = (txs.start + end).saturating_sub(1);
                    let columns = OnceLock::new();
                    of_chain.push(ReversedSegment { inner, txs: kept, sum, columns });
                }
            }
            of_chain.reverse();
            segments.extend(of_chain);
            chains.push(ChainSummary { txs, ..chain.clone() });
        }
        let times = ledger.chains().iter().map(|chain| chain.times);
        let first = times.clone().map(|(first, _)| first.to_unix()).min().unwrap_or_default();
        let last = times.map(|(_, last)| last.to_unix()).max().unwrap_or_default();
        let mirror = first.saturating_add(last);
        Ok(Self { inner: Inner(ledger), chains, segments, mirror, has_openings: false })
    }

    /// The same, where the history of every account begins with what it holds in the end: a
    /// replay then knows what value was there, backwards as forwards.
    #[must_use]
    pub fn with_openings(mut self) -> Self {
        self.has_openings = true;
        self
    }

    /// The number in the ledger of a transaction that has this number backwards, and the other
    /// way round.
    pub fn turned(&self, tx: TxIx) -> TxIx {
        let chain = self.chains.iter().find(|chain| chain.txs.contains(&tx.0));
        let sum = chain.map(|chain| (chain.txs.start + chain.txs.end).saturating_sub(1));
        sum.map_or(tx, |sum| TxIx(sum.saturating_sub(tx.0)))
    }

    /// The time of a transaction, by its number backwards, as the clock says.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    pub fn time(&self, tx: TxIx) -> Result<Timestamp, ReadError> {
        Ok(self.inner.0.transaction(self.turned(tx))?.time)
    }

    fn chain_of_account(&self, account: AccountIx) -> Result<Option<&ChainSummary>, ReadError> {
        let account = self.inner.0.account(account)?;
        Ok(self.chains.iter().find(|chain| chain.id == *account.chain()))
    }

    fn postings(&self, account: AccountIx, before: TxIx) -> Result<Vec<Posting>, ReadError> {
        let Some(chain) = self.chain_of_account(account)? else { return Ok(Vec::new()) };
        let Range { start, end } = chain.txs;
        // Backwards before it is after it: what has a smaller number backwards.
        let first = end.saturating_sub(before.0.clamp(start, end) - start);
        let mut after = Vec::new();
        let mut openings = crate::replay::balances::Balances::default();
        for posting in self.inner.0.history(account, TxIx(end)) {
            let posting = posting?;
            if self.has_openings {
                openings.add(&posting, account);
            }
            if posting.tx.0 >= first {
                let tx = self.turned(posting.tx);
                after.push(Posting { tx, is_credit: !posting.is_credit, ..posting });
            }
        }
        let opening = |(asset, amount): (AssetIx, Amount)| Posting {
            tx: TxIx(start),
            asset,
            amount,
            is_credit: true,
            is_fee: false,
            counterparty: None,
        };
        let mut postings: Vec<Posting> = openings.into_all().into_iter().map(opening).collect();
        postings.extend(after.into_iter().rev());
        Ok(postings)
    }
}

/// The first transaction of a chain that is no longer looked at.
pub(super) fn end_of(
    ledger: &dyn Ledger,
    chain: &ChainSummary,
    until: Option<Timestamp>,
) -> Result<u64, ReadError> {
    let Some(until) = until else { return Ok(chain.txs.end) };
    let is_before = |tx: u64| Ok::<_, ReadError>(ledger.transaction(TxIx(tx))?.time < until);
    if chain.kind == LedgerKind::Outputs {
        // Block times of a UTXO chain are not monotonic: the first that is late ends it.
        for tx in chain.txs.clone() {
            if !is_before(tx)? {
                return Ok(tx);
            }
        }
        return Ok(chain.txs.end);
    }
    let Range { start: mut low, end: mut high } = chain.txs;
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(middle)? { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

impl Ledger for ReversedLedger<'_> {
    fn chains(&self) -> &[ChainSummary] {
        &self.chains
    }

    fn segments(
        &self,
        first: TxIx,
        end: TxIx,
    ) -> Box<dyn Iterator<Item = &dyn LedgerSegment> + '_> {
        let is_in = move |segment: &&ReversedSegment<'_>| {
            let txs = segment.txs();
            txs.start < end.0 && first.0 < txs.end
        };
        Box::new(self.segments.iter().filter(is_in).map(|segment| segment as &dyn LedgerSegment))
    }

    fn transaction(&self, tx: TxIx) -> Result<Transaction, ReadError> {
        let told = self.inner.0.transaction(self.turned(tx))?;
        let mirrored = self.mirror.saturating_sub(told.time.to_unix());
        let time = Timestamp::from_unix(mirrored).unwrap_or(told.time);
        Ok(Transaction { time, ..told })
    }

    fn account_count(&self) -> usize {
        self.inner.0.account_count()
    }

    fn account(&self, account: AccountIx) -> Result<Account, ReadError> {
        self.inner.0.account(account)
    }

    fn asset_count(&self) -> usize {
        self.inner.0.asset_count()
    }

    fn asset(&self, asset: AssetIx) -> &AssetId {
        self.inner.0.asset(asset)
    }

    fn native_asset(&self, chain: &ChainId) -> Option<AssetIx> {
        self.inner.0.native_asset(chain)
    }

    fn output_count(&self) -> usize {
        self.inner.0.output_count()
    }

    fn output(&self, output: OutputIx) -> Result<OutPoint, ReadError> {
        self.inner.0.output(output)
    }

    fn find_account(&self, account: &Account) -> Result<Option<AccountIx>, ReadError> {
        self.inner.0.find_account(account)
    }

    fn find_tx(&self, tx: &TxId) -> Result<Option<TxIx>, ReadError> {
        let found = self.inner.0.find_tx(tx)?;
        let is_kept = |tx: &TxIx| self.chains.iter().any(|chain| chain.txs.contains(&tx.0));
        Ok(found.filter(is_kept).map(|tx| self.turned(tx)))
    }

    fn find_output(&self, output: &OutPoint) -> Result<Option<OutputIx>, ReadError> {
        self.inner.0.find_output(output)
    }

    fn history(&self, account: AccountIx, before: TxIx) -> Postings<'_> {
        match self.postings(account, before) {
            Ok(postings) => Box::new(postings.into_iter().map(Ok)),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }

    fn history_txs_max(&self, account: AccountIx) -> Result<u64, ReadError> {
        let own = self.inner.0.history_txs_max(account)?;
        Ok(own.saturating_add(u64::from(self.has_openings)))
    }

    fn utxo_tx(&self, tx: TxIx) -> Result<Option<UtxoTx>, ReadError> {
        let told = self.inner.0.utxo_tx(self.turned(tx))?;
        Ok(told.map(|told| UtxoTx { tx, inputs: told.outputs, outputs: told.inputs }))
    }

    fn maker(&self, output: OutputIx) -> Result<(TxIx, u32), ReadError> {
        let nobody =
            || ReadError::new("ledger told backwards", output.0, "no maker: it is unspent");
        let spender = self.inner.0.spender(output)?.ok_or_else(nobody)?;
        let told = self.inner.0.utxo_tx(spender)?.ok_or_else(nobody)?;
        let at = told.inputs.iter().position(|leg| leg.output == Some(output));
        let at = at.and_then(|at| u32::try_from(at).ok()).ok_or_else(nobody)?;
        Ok((self.turned(spender), at))
    }

    fn spender(&self, output: OutputIx) -> Result<Option<TxIx>, ReadError> {
        let (maker, _) = self.inner.0.maker(output)?;
        let is_kept = self.chains.iter().any(|chain| chain.txs.contains(&maker.0));
        Ok(is_kept.then(|| self.turned(maker)))
    }

    fn outputs_of(&self, account: AccountIx) -> OutputsOf<'_> {
        let mut outputs: Vec<_> = self.inner.0.outputs_of(account).collect();
        outputs.reverse();
        Box::new(outputs.into_iter())
    }
}

impl LedgerSegment for ReversedSegment<'_> {
    fn txs(&self) -> Range<u64> {
        let turned = |tx: u64| self.sum.saturating_sub(tx);
        turned(self.txs.end.saturating_sub(1))..turned(self.txs.start) + 1
    }

    fn may_touch(&self, accounts: &[u32]) -> Result<bool, ReadError> {
        self.inner.may_touch(accounts)
    }

    fn batch(&self) -> Result<Batch<'_>, ReadError> {
        if let Some(columns) = self.columns.get() {
            return Ok(columns.batch(TxIx(self.txs().start)));
        }
        let columns = Columns::of(self.inner.batch()?, &self.txs);
        Ok(self.columns.get_or_init(|| columns).batch(TxIx(self.txs().start)))
    }

    fn with_batch(&self, read: &mut dyn FnMut(&Batch<'_>)) -> Result<(), ReadError> {
        let columns = Columns::of(self.inner.batch()?, &self.txs);
        read(&columns.batch(TxIx(self.txs().start)));
        Ok(())
    }
}
