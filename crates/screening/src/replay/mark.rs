//! How far a ledger was read, and what else answers rest on.

use std::fmt::Write;
use std::ops::Range;

use hawkshaw_model::{
    Account, AccountIx, ChainId, CoverageClaim, Ledger, ReadError, Timestamp, Transaction, TxIx,
};

use crate::category::Category;
use crate::replay::book::SourceBook;
use crate::replay::reversed::end_of;
use crate::replay::run::World;

/// What answers of all categories rest on beside the ledger and their sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Basis(blake3::Hash);

/// How far a ledger was read.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    chains: Vec<ChainMark>,
    /// How many accounts there were, and the last of them.
    accounts: (usize, Option<Account>),
    assets: usize,
    /// The latest block time.
    pub(super) as_of: Option<Timestamp>,
}

#[derive(Debug, Clone)]
struct ChainMark {
    id: ChainId,
    txs: Range<u64>,
    last: Option<Transaction>,
}

/// A digest that is written to as text.
struct Digesting(blake3::Hasher);

impl Write for Digesting {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

impl Digesting {
    fn new() -> Self {
        Self(blake3::Hasher::new())
    }

    /// Adds something by what it shows of itself to developers: all of its fields.
    fn add(&mut self, what: &dyn std::fmt::Debug) {
        // Writing to a digest cannot fail.
        let _ = write!(self, "{what:?}\0");
    }

    fn finish(&self) -> blake3::Hash {
        self.0.finalize()
    }
}

/// The digest of the sources of a category, in their order.
pub(super) fn sources(book: &SourceBook, category: Category) -> blake3::Hash {
    let mut digest = Digesting::new();
    for booked in book.sources(category) {
        digest.add(booked);
        if let Some(case) = booked.case.and_then(|at| book.cases().get(at)) {
            digest.add(case);
        }
    }
    digest.finish()
}

impl Basis {
    /// That of a world: where following stops, assets, prices, crossings, and for whom the data
    /// of cases are complete.
    pub(super) fn of(world: &World<'_>, book: &SourceBook) -> Self {
        let mut digest = Digesting::new();
        for account in world.tags.accounts() {
            if let Some(stop) = world.tags.stop(account) {
                digest.add(&(account, stop.kind.name()));
            }
        }
        let is_claim = |claim: &&CoverageClaim| **claim != CoverageClaim::Everything;
        for claim in book.cases().iter().map(|case| &case.coverage).filter(is_claim) {
            digest.add(claim);
        }
        digest.add(world.assets);
        digest.add(&world.prices);
        digest.add(&world.crossings);
        Self(digest.finish())
    }
}

impl Mark {
    /// That of a ledger, up to a time.
    pub(super) fn of(ledger: &dyn Ledger, until: Option<Timestamp>) -> Result<Self, ReadError> {
        let mut chains = Vec::new();
        let mut as_of = None;
        for chain in ledger.chains() {
            let end = end_of(ledger, chain, until)?;
            let txs = chain.txs.start..end;
            let last = (!txs.is_empty()).then(|| ledger.transaction(TxIx(end - 1)));
            let last = last.transpose()?;
            let latest = match end == chain.txs.end {
                true => (!txs.is_empty()).then_some(chain.times.1),
                false => last.as_ref().map(|last| last.time),
            };
            as_of = as_of.max(latest);
            chains.push(ChainMark { id: chain.id.clone(), txs, last });
        }
        let count = ledger.account_count();
        let last = count.checked_sub(1).and_then(|last| u32::try_from(last).ok());
        let last = last.map(|last| ledger.account(AccountIx(last))).transpose()?;
        Ok(Self { chains, accounts: (count, last), assets: ledger.asset_count(), as_of })
    }

    /// The first transaction of a chain that was not looked at.
    pub(super) fn end_of(&self, chain: &ChainId) -> u64 {
        let known = self.chains.iter().find(|known| known.id == *chain);
        known.map_or(0, |known| known.txs.end)
    }

    /// The transactions that a ledger has grown by, if it is the one that this was read of: its
    /// numbers still mean the same, and what is new stands behind what was there.
    pub(super) fn growth(
        &self,
        ledger: &dyn Ledger,
        now: &Self,
    ) -> Result<Option<Vec<Range<u64>>>, ReadError> {
        let (count, last) = &self.accounts;
        if now.accounts.0 < *count || now.assets < self.assets {
            return Ok(None);
        }
        if let Some(last) = last {
            let number = u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX);
            if ledger.account(AccountIx(number))? != *last {
                return Ok(None);
            }
        }
        let mut grown = Vec::new();
        for chain in &now.chains {
            let Some(known) = self.chains.iter().find(|known| known.id == chain.id) else {
                grown.push(chain.txs.clone());
                continue;
            };
            if known.txs.start != chain.txs.start || known.txs.end > chain.txs.end {
                return Ok(None);
            }
            if let Some(last) = &known.last
                && ledger.transaction(TxIx(known.txs.end - 1))? != *last
            {
                return Ok(None);
            }
            grown.push(known.txs.end..chain.txs.end);
        }
        let is_there = |known: &ChainMark| now.chains.iter().any(|chain| chain.id == known.id);
        Ok(self.chains.iter().all(is_there).then_some(grown))
    }
}
