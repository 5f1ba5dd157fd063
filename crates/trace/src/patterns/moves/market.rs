//! Markets of a transaction: accounts that took one asset in and paid another out.

use alloy_primitives::U256;
use rustc_hash::FxHashMap;

use super::{Form, Reading, form, part};

/// What went through a market in one transaction.
#[derive(Debug, Default)]
struct Market {
    /// What came in, in parts of the theft.
    parts: u128,
    /// The tainted part of what it pays.
    pays: U256,
    /// Who paid in, where it is one.
    payer: Option<usize>,
    /// Whether more than one paid in, or somebody unknown.
    many: bool,
}

/// The markets of a transaction, by account and the asset that they took in.
#[derive(Debug, Default)]
pub(super) struct Markets(FxHashMap<(usize, usize), Market>);

impl Markets {
    /// Notes a payment into a market. Says whether it was one.
    pub(super) fn feed(
        &mut self,
        to: Option<usize>,
        asset: usize,
        from: Option<usize>,
        parts: u64,
    ) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let Some(market) = to.and_then(|to| self.0.get_mut(&(to, asset))) else { return false };
        let is_first = market.parts == 0 && market.payer.is_none();
        market.many |= from.is_none() || !(is_first || market.payer == from);
        market.payer = from;
        market.parts = market.parts.saturating_add(u128::from(parts));
        true
    }

    /// Who a payment of a market came from, where that is one account, and what it stands for,
    /// where something came in.
    pub(super) fn paid(
        &self,
        market: Option<usize>,
        given: usize,
        amount: U256,
    ) -> (Option<usize>, Option<u64>) {
        let Some(market) = market.and_then(|market| self.0.get(&(market, given))) else {
            return (None, None);
        };
        let payer = market.payer.filter(|_| !market.many);
        (payer, (market.parts > 0).then(|| part(market.parts, amount, market.pays)))
    }
}

impl Reading<'_> {
    /// Finds the markets among the movements of a transaction.
    pub(super) fn markets(&mut self, edges: &[usize]) -> Markets {
        let mut markets = Markets::default();
        for index in edges.iter().copied() {
            let edge = self.edge(index);
            let Form::Swap(given, _) = form(edge) else { continue };
            let given = self.moves.asset(given);
            let (from, to) = (self.moves.holder(&edge.from), self.moves.holder(&edge.to));
            let Some(market) = from.filter(|_| from != to) else { continue };
            let market = markets.0.entry((market, given)).or_default();
            market.pays = market.pays.saturating_add(self.tainted(edge));
        }
        markets
    }
}
