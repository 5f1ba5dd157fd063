//! All that an account received and sent.

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_model::{
    AccountIx, Amount, AssetIx, AssetList, Ledger, LedgerKind, PriceTable, ReadError, TxIx, Usd,
};
use hawkshaw_trace::Taken;

use crate::exposure::Total;
use crate::query::Direction;

/// What an account gained or gave in one transaction, by asset, fees apart.
type Moved = BTreeMap<AssetIx, (Amount, Amount)>;

/// Adds up what accounts received and sent.
pub(super) struct Adding<'a> {
    pub(super) ledger: &'a dyn Ledger,
    pub(super) prices: Option<(&'a PriceTable, &'a AssetList)>,
    /// What was taken from its holders: they did not send it.
    pub(super) taken: &'a Taken,
}

/// A sum on its way.
struct Sum {
    amount: Amount,
    usd: Option<Usd>,
}

impl Adding<'_> {
    /// What an account received and sent of some assets, transaction by transaction net, before
    /// the ends of chains.
    pub(super) fn totals(
        &self,
        account: AccountIx,
        wanted: &BTreeSet<(Direction, AssetIx)>,
        end_of: &dyn Fn(&hawkshaw_model::ChainId) -> u64,
    ) -> Result<Vec<Total>, ReadError> {
        let id = self.ledger.account(account)?;
        let end = end_of(id.chain());
        let mut sums: BTreeMap<(Direction, AssetIx), Sum> = wanted
            .iter()
            .map(|key| (*key, Sum { amount: Amount::default(), usd: Some(Usd::ZERO) }))
            .collect();
        match id.chain().ledger_kind() {
            LedgerKind::Accounts => self.of_balances(account, end, &mut sums)?,
            LedgerKind::Outputs => self.of_outputs(account, end, &mut sums)?,
        }
        let total = |((direction, asset), sum): ((Direction, AssetIx), Sum)| Total {
            direction,
            asset: self.ledger.asset(asset).clone(),
            amount: sum.amount,
            usd: sum.usd.filter(|_| self.prices.is_some()),
        };
        Ok(sums.into_iter().map(total).collect())
    }

    fn of_balances(
        &self,
        account: AccountIx,
        end: u64,
        sums: &mut BTreeMap<(Direction, AssetIx), Sum>,
    ) -> Result<(), ReadError> {
        let mut current: Option<TxIx> = None;
        let mut moved = Moved::new();
        for posting in self.ledger.history(account, TxIx(end)) {
            let posting = posting?;
            if posting.is_fee || posting.counterparty == Some(account) {
                continue;
            }
            if current != Some(posting.tx) {
                self.settle(current, &mut moved, sums)?;
                current = Some(posting.tx);
            }
            let (got, paid) = moved.entry(posting.asset).or_default();
            let side = if posting.is_credit { got } else { paid };
            *side = side.saturating_add(posting.amount);
        }
        self.settle(current, &mut moved, sums)
    }

    fn of_outputs(
        &self,
        account: AccountIx,
        end: u64,
        sums: &mut BTreeMap<(Direction, AssetIx), Sum>,
    ) -> Result<(), ReadError> {
        let id = self.ledger.account(account)?;
        let Some(asset) = self.ledger.native_asset(id.chain()) else { return Ok(()) };
        let mut txs = BTreeSet::new();
        for output in self.ledger.outputs_of(account) {
            let output = output?;
            txs.insert(self.ledger.maker(output)?.0);
            txs.extend(self.ledger.spender(output)?);
        }
        for tx in txs.into_iter().filter(|tx| tx.0 < end) {
            let Some(told) = self.ledger.utxo_tx(tx)? else { continue };
            let own = |legs: &[hawkshaw_model::UtxoLeg]| {
                let own = legs.iter().filter(|leg| leg.holder == Some(account));
                own.fold(Amount::default(), |sum, leg| sum.saturating_add(leg.amount))
            };
            let (got, paid) = (own(&told.outputs), own(&told.inputs));
            let is_taken = |leg: &&hawkshaw_model::UtxoLeg| {
                leg.holder != Some(account)
                    && leg.output.is_some_and(|output| self.taken.is_output_taken(tx, output))
            };
            let taken = told.outputs.iter().filter(is_taken);
            let taken = taken.fold(Amount::default(), |sum, leg| sum.saturating_add(leg.amount));
            // Never less than he got: what he gained is not touched by what others lost.
            let paid = paid.saturating_sub(taken.min(paid.saturating_sub(got)));
            let mut moved = Moved::from([(asset, (got, paid))]);
            self.settle(Some(tx), &mut moved, sums)?;
        }
        Ok(())
    }

    /// Ends a transaction: what came beyond what went, or the other way round.
    fn settle(
        &self,
        tx: Option<TxIx>,
        moved: &mut Moved,
        sums: &mut BTreeMap<(Direction, AssetIx), Sum>,
    ) -> Result<(), ReadError> {
        let Some(tx) = tx else { return Ok(()) };
        let mut time = None;
        for (asset, (got, paid)) in std::mem::take(moved) {
            let sent = match self.taken.is_taken(tx, asset) {
                true => Amount::default(),
                false => paid.saturating_sub(got),
            };
            let both = [(Direction::Received, got.saturating_sub(paid)), (Direction::Sent, sent)];
            for (direction, amount) in both.into_iter().filter(|(_, amount)| !amount.is_zero()) {
                let Some(sum) = sums.get_mut(&(direction, asset)) else { continue };
                sum.amount = sum.amount.saturating_add(amount);
                let Some((prices, assets)) = self.prices else { continue };
                let when = match time {
                    Some(time) => time,
                    None => self.ledger.transaction(tx)?.time,
                };
                time = Some(when);
                let worth = prices.worth(assets, self.ledger.asset(asset), amount, when);
                let worth = worth.map(|(usd, _)| usd);
                sum.usd = sum.usd.zip(worth).map(|(sum, more)| sum.saturating_add(more));
            }
        }
        Ok(())
    }
}
