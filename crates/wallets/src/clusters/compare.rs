//! Whether clusters that were kept are still those of a ledger.
//!
//! What a ledger held when clusters were made is remembered as digests of stretches of its
//! transactions and accounts. Files of a store that are still the same need not be read again:
//! the caller hands in what marks them. Where small files were joined since, their content is
//! compared by the digests.

use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::ops::Range;

use hawkshaw_model::{AccountIx, Batch, Ledger, OutputBatch, ReadError, TxIx};
use twox_hash::XxHash3_64;

use super::Clusters;

/// What marks the files of a ledger: the same marks in the same places are the same content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Of the files of accounts, in the order of their numbers.
    pub accounts: Vec<u64>,
    /// Of the files of transactions of the chain, in chain order, each with how many there are in
    /// it.
    pub segments: Vec<(u64, u64)>,
}

/// How clusters stand to a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They are those of the ledger.
    Current,
    /// The ledger has more transactions or accounts; what was read is as it was.
    Behind,
    /// They are of another ledger, or of other tags: they have to be made anew. Why is said.
    Stale(&'static str),
}

/// Up to where something was read, and the digest of what came since the stretch before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) end: u64,
    pub(crate) digest: u64,
}

/// What was read of a ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) txs: Vec<Stretch>,
    pub(crate) accounts: Vec<Stretch>,
    pub(crate) marks: Marks,
}

impl Read {
    pub(crate) fn txs(&self) -> u64 {
        self.txs.last().map_or(0, |stretch| stretch.end)
    }
}

impl Clusters {
    /// How these clusters stand to a chain of a ledger, which is given by its place among the
    /// chains, and to tags.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged.
    pub fn standing(
        &self,
        ledger: &dyn Ledger,
        chain: usize,
        marks: &Marks,
        tags: &BTreeMap<AccountIx, String>,
    ) -> Result<Standing, ReadError> {
        let txs = ledger.chains().get(chain).map_or(0..0, |chain| chain.txs.clone());
        let known = ledger.account_count();
        if self.account_count() > known || self.tx_count() > txs.end - txs.start {
            return Ok(Standing::Stale("blocks were taken back, or it is another ledger"));
        }
        if !self.has_tags(tags) {
            return Ok(Standing::Stale("the tags have changed"));
        }
        if !self.has_accounts(ledger, marks)? || !self.has_txs(ledger, txs.clone(), marks)? {
            return Ok(Standing::Stale("the ledger was written anew"));
        }
        let is_all = self.account_count() == known && self.tx_count() == txs.end - txs.start;
        Ok(if is_all { Standing::Current } else { Standing::Behind })
    }

    /// Whether the tags of the accounts that were read are these.
    fn has_tags(&self, tags: &BTreeMap<AccountIx, String>) -> bool {
        let known = |account: u32| (account as usize) < self.account_count();
        let now = tags.iter().map(|(account, actor)| (account.0, actor.as_str()));
        let then = self.tagged.iter().map(|(account, actor)| (*account, self.actor_name(*actor)));
        now.filter(|(account, _)| known(*account)).eq(then.filter(|(account, _)| known(*account)))
    }

    fn has_accounts(&self, ledger: &dyn Ledger, marks: &Marks) -> Result<bool, ReadError> {
        if !self.read.marks.accounts.is_empty()
            && marks.accounts.starts_with(&self.read.marks.accounts)
        {
            return Ok(true);
        }
        let mut first = 0;
        for stretch in &self.read.accounts {
            if account_digest(ledger, first..stretch.end)? != stretch.digest {
                return Ok(false);
            }
            first = stretch.end;
        }
        Ok(true)
    }

    fn has_txs(
        &self,
        ledger: &dyn Ledger,
        txs: Range<u64>,
        marks: &Marks,
    ) -> Result<bool, ReadError> {
        let pairs = self.read.marks.segments.iter().zip(&marks.segments);
        let same: u64 = pairs.take_while(|(then, now)| then == now).map(|((txs, _), _)| txs).sum();
        let mut first = 0;
        for stretch in &self.read.txs {
            if stretch.end > same
                && tx_digest(ledger, txs.start + first..txs.start + stretch.end)? != stretch.digest
            {
                return Ok(false);
            }
            first = stretch.end;
        }
        Ok(true)
    }
}

/// A digest of accounts.
pub(crate) fn account_digest(ledger: &dyn Ledger, range: Range<u64>) -> Result<u64, ReadError> {
    let mut hasher = XxHash3_64::with_seed(0);
    for number in range {
        let number = u32::try_from(number).unwrap_or(AccountIx::NONE);
        add_account(&mut hasher, &ledger.account(AccountIx(number))?);
    }
    Ok(hasher.finish())
}

/// Adds an account to a digest.
pub(crate) fn add_account(hasher: &mut XxHash3_64, account: &hawkshaw_model::Account) {
    use hawkshaw_model::Address;
    match account.address() {
        Address::Evm(bytes) | Address::Tron(bytes) => hasher.write(bytes),
        Address::Script(script) => hasher.write(script),
        other => hasher.write(other.to_string().as_bytes()),
    }
    hasher.write(account.chain().as_str().as_bytes());
    hasher.write(&[0]);
}

/// A digest of transactions of a chain, given as the ledger numbers them: who holds what on
/// either side of each, and the hash of the last one.
pub(crate) fn tx_digest(ledger: &dyn Ledger, range: Range<u64>) -> Result<u64, ReadError> {
    let mut hasher = XxHash3_64::with_seed(0);
    for segment in ledger.segments(TxIx(range.start), TxIx(range.end)) {
        if let Batch::Outputs(batch) = segment.batch()? {
            let first = batch.tx_first.0;
            let local =
                range.start.max(first) - first..(range.end - first).min(batch.tx_count() as u64);
            add_txs(&mut hasher, &batch, local)?;
        }
    }
    if let Some(last) = range.last()
        && let Some(hash) = ledger.transaction(TxIx(last))?.hash
    {
        hasher.write(hash.to_string().as_bytes());
    }
    Ok(hasher.finish())
}

fn add_txs(
    hasher: &mut XxHash3_64,
    batch: &OutputBatch<'_>,
    txs: Range<u64>,
) -> Result<(), ReadError> {
    let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    for tx in place(txs.start)..place(txs.end) {
        let [first, middle, end] = [batch.tx_rows[tx], batch.tx_outputs[tx], batch.tx_rows[tx + 1]];
        hasher.write(&(middle - first).to_le_bytes());
        hasher.write(&(end - middle).to_le_bytes());
        for row in place(u64::from(first))..place(u64::from(end)) {
            hasher.write(&batch.holders[row].to_le_bytes());
            let [low, ..] = batch.amounts.amount(row)?.to_u256().into_limbs();
            hasher.write(&low.to_le_bytes());
        }
    }
    Ok(())
}
