//! Passages over bridges: who paid in paid whoever was paid on the far side.

use alloy_primitives::U256;
use hawkshaw_model::{Amount, AssetId, TxId};
use rustc_hash::FxHashMap;

use super::{Move, Reading, part, scaled};

/// What a transaction paid into a bridge.
#[derive(Debug)]
struct Deposit {
    /// In parts of the theft.
    parts: u128,
    /// The tainted amount.
    amount: U256,
    /// Who paid, where it is one.
    payer: Option<usize>,
    /// The first edge that shows it.
    edge: usize,
}

/// What was paid into bridges and comes out elsewhere, by transaction and asset.
#[derive(Debug, Default)]
pub(super) struct Deposits(FxHashMap<(TxId, usize), Deposit>);

/// What came out of a bridge.
#[derive(Debug, Clone, Copy)]
pub(in crate::patterns) struct Payout<'a> {
    /// The transaction of the deposit.
    pub(super) deposit: &'a TxId,
    /// What was paid in.
    pub(super) asset: &'a AssetId,
    /// How much of it this payout stands for.
    pub(super) part: Amount,
}

impl<'a> Reading<'a> {
    /// Notes a deposit that comes out elsewhere.
    pub(super) fn pay_in(&mut self, index: usize, payer: Option<usize>, parts: u64, amount: U256) {
        let edge = self.edge(index);
        let Some(hash) = edge.tx else { return };
        let asset = self.moves.asset(&edge.asset);
        let known = self.deposits.0.entry((TxId::new(edge.chain.clone(), hash), asset));
        let deposit = known.or_insert(Deposit { parts: 0, amount: U256::ZERO, payer, edge: index });
        deposit.payer = deposit.payer.filter(|known| Some(*known) == payer);
        deposit.parts = deposit.parts.saturating_add(u128::from(parts));
        deposit.amount = deposit.amount.saturating_add(amount);
    }

    /// Reads what came out: a payment of whoever paid in.
    pub(super) fn pay_out(
        &mut self,
        index: usize,
        to: Option<usize>,
        payout: Payout<'a>,
        amount: U256,
    ) {
        let edge = self.edge(index);
        let (given, asset) = (self.moves.asset(payout.asset), self.moves.asset(&edge.asset));
        let deposit = self.deposits.0.get(&(payout.deposit.clone(), given));
        // The conversion in reverse: the tainted part of what was paid in.
        let tainted = scaled(payout.part.to_u256(), amount, edge.amount.to_u256());
        let (parts, from, paid) = match deposit {
            Some(deposit) => {
                (part(deposit.parts, tainted, deposit.amount), deposit.payer, deposit.edge)
            }
            None => (self.rates.part(None, given, tainted), None, index),
        };
        let (time, terminal) = (edge.time.to_unix(), edge.terminal);
        if let (Some(to), None) = (to, terminal) {
            self.rates.credit(to, asset, parts, amount);
        }
        let left = self.edge(paid).time.to_unix();
        self.push(Move { from, to, left, time, parts, edge: paid, arrival: index, terminal });
    }
}
