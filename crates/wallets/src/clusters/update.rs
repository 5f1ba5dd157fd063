//! Reading a ledger into clusters.

use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::ops::Range;

use hawkshaw_model::{
    AccountIx, Batch, Ledger, LedgerKind, LedgerSegment, OutputBatch, ReadError, TxIx,
};
use twox_hash::XxHash3_64;

use super::compare::{Marks, Stretch, add_account, tx_digest};
use super::holder::Holder;
use super::{Clusters, MixRule};

/// What is read into clusters.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The ledger.
    pub ledger: &'a dyn Ledger,
    /// The place of the chain among its chains.
    pub chain: usize,
    /// Whether several people made a transaction together.
    pub mix: &'a MixRule<'a>,
    /// The actors of tagged accounts.
    pub tags: &'a BTreeMap<AccountIx, String>,
    /// What marks the files of the ledger, where it has any.
    pub marks: &'a Marks,
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("chain", &self.chain).finish_non_exhaustive()
    }
}

/// Why a ledger was not read into clusters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// It is damaged.
    #[error(transparent)]
    Ledger(#[from] ReadError),
    /// It is no chain with outputs.
    #[error("{0} has accounts and no outputs: clusters of common inputs exist on UTXO chains only")]
    NoOutputs(String),
    /// It is too large.
    #[error("the ledger has {0}, and clusters number them in 32 bits")]
    TooMany(TooMany),
}

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// Accounts.
    #[error("{0} accounts")]
    Accounts(u64),
    /// Transactions.
    #[error("{0} transactions")]
    Transactions(u64),
}

/// A stretch of accounts has at most so many.
const ACCOUNTS_IN_STRETCH: u64 = 1 << 20;
/// A stretch of transactions has at most so many.
const TXS_IN_STRETCH: u64 = 1 << 22;
/// Progress is told once in so many transactions.
const TXS_BETWEEN_NEWS: u64 = 1 << 16;

impl Clusters {
    /// Reads what the ledger has beyond what was read before. `progress` is told how many
    /// transactions of how many are read.
    ///
    /// # Errors
    ///
    /// When the chain has no outputs or too much of anything, and when the ledger is damaged:
    /// these clusters are of no use then.
    pub fn update(
        &mut self,
        asked: &Asked<'_>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), UpdateError> {
        let Some(chain) = asked.ledger.chains().get(asked.chain) else {
            return Ok(());
        };
        if chain.kind != LedgerKind::Outputs {
            return Err(UpdateError::NoOutputs(chain.id.name().to_owned()));
        }
        let count = chain.txs.end - chain.txs.start;
        if count >= u64::from(u32::MAX) {
            return Err(UpdateError::TooMany(TooMany::Transactions(count)));
        }
        self.read_accounts(asked.ledger)?;
        let new = asked.tags.iter().filter(|(account, _)| !self.tagged.contains_key(&account.0));
        let new: Vec<_> = new.collect();
        new.into_iter().for_each(|(account, actor)| self.tag(*account, actor));
        let first = chain.txs.start + self.tx_count();
        let mut at = first;
        for segment in asked.ledger.segments(TxIx(first), TxIx(chain.txs.end)) {
            while at < segment.txs().end {
                let end = segment.txs().end.min(at + TXS_IN_STRETCH);
                self.read_stretch(asked, segment, chain.txs.start, at..end, &mut |done| {
                    progress(done, count);
                })?;
                at = end;
            }
        }
        self.record.settle();
        self.read.marks = asked.marks.clone();
        Ok(())
    }

    fn read_accounts(&mut self, ledger: &dyn Ledger) -> Result<(), UpdateError> {
        let count = ledger.account_count() as u64;
        if count >= u64::from(AccountIx::NONE) {
            return Err(UpdateError::TooMany(TooMany::Accounts(count)));
        }
        let mut first = self.account_count() as u64;
        while first < count {
            let end = count.min(first + ACCOUNTS_IN_STRETCH);
            let mut hasher = XxHash3_64::with_seed(0);
            for number in first..end {
                let number = u32::try_from(number).unwrap_or(AccountIx::NONE);
                let account = ledger.account(AccountIx(number))?;
                add_account(&mut hasher, &account);
                self.push_holder(Holder::of(&account));
            }
            self.read.accounts.push(Stretch { end, digest: hasher.finish() });
            first = end;
        }
        Ok(())
    }

    fn read_stretch(
        &mut self,
        asked: &Asked<'_>,
        segment: &dyn LedgerSegment,
        base: u64,
        txs: Range<u64>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), UpdateError> {
        if let Batch::Outputs(batch) = segment.batch()? {
            for tx in txs.clone() {
                if tx.is_multiple_of(TXS_BETWEEN_NEWS) {
                    progress(tx - base);
                }
                self.read_tx(asked.mix, &batch, base, tx)?;
            }
        }
        let digest = tx_digest(asked.ledger, txs.clone())?;
        self.read.txs.push(Stretch { end: txs.end - base, digest });
        Ok(())
    }

    fn read_tx(
        &mut self,
        mix: &MixRule<'_>,
        batch: &OutputBatch<'_>,
        base: u64,
        tx: u64,
    ) -> Result<(), ReadError> {
        let at = usize::try_from(tx - batch.tx_first.0).unwrap_or(usize::MAX);
        let spent = &batch.holders[spent_rows(batch, at)];
        let number = u32::try_from(tx - base).unwrap_or(u32::MAX);
        self.add(number, spent, || batch.transaction(at), mix)?;
        Ok(())
    }
}

/// The rows of the inputs of a transaction of a batch.
pub(super) fn spent_rows(batch: &OutputBatch<'_>, at: usize) -> Range<usize> {
    batch.tx_rows[at] as usize..batch.tx_outputs[at] as usize
}
