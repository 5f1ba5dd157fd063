//! Swaps that brought less than half of what was given, where both sides have a price.
//!
//! A thief can hand his coins to a pool of his own for next to nothing. Taint went on in what he
//! received all the same, since no rule of the replay rests on a price: a person has to look.

use hawkshaw_model::{Amount, AssetId, Usd};
use hawkshaw_trace::{Edge, Link};

use crate::figures::amount;
use crate::findings::Findings;
use crate::usd::dollars;

/// A swap that brought less than half of what was given.
#[derive(Debug, Clone)]
pub(crate) struct PoorSwap<'a> {
    /// The first of the movements that brought something.
    pub(crate) edge: &'a Edge,
    /// What was given.
    pub(crate) given: Side<'a>,
    /// What came for it.
    pub(crate) received: Side<'a>,
}

/// One side of a swap.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side<'a> {
    /// What.
    pub(crate) asset: &'a AssetId,
    /// How much.
    pub(crate) amount: Amount,
    /// What that was worth at the time.
    pub(crate) usd: Usd,
}

/// The swaps among the movements of a trace, in their order. Those of which a side has no price
/// are left out.
pub(crate) fn poor_swaps<'a>(findings: &Findings<'a>) -> Vec<PoorSwap<'a>> {
    if !findings.has_prices() {
        return Vec::new();
    }
    let mut swaps: Vec<(&'a Edge, Amount)> = Vec::new();
    for edge in &findings.trace.edges {
        if !matches!(edge.link, Some(Link::Swap { .. })) {
            continue;
        }
        // A market maker may pay several; they follow each other, being of one transaction.
        let here = swaps.iter_mut().rev().take_while(|(known, _)| known.tx == edge.tx);
        match here.into_iter().find(|(known, _)| is_same(known, edge)) {
            Some((_, sum)) => *sum = crate::group::sum([*sum, edge.amount].iter()),
            None => swaps.push((edge, edge.amount)),
        }
    }
    swaps.into_iter().filter_map(|(edge, received)| poor(findings, edge, received)).collect()
}

/// Whether two movements are of one swap.
fn is_same(a: &Edge, b: &Edge) -> bool {
    (&a.chain, a.tx, &a.from, &a.asset, &a.link) == (&b.chain, b.tx, &b.from, &b.asset, &b.link)
}

fn poor<'a>(findings: &Findings<'a>, edge: &'a Edge, received: Amount) -> Option<PoorSwap<'a>> {
    let Some(Link::Swap { asset, amount }) = &edge.link else { return None };
    let (given_usd, _) = findings.worth(asset, *amount, edge.time)?;
    let (usd, _) = findings.worth(&edge.asset, received, edge.time)?;
    if usd.cents().saturating_mul(2) >= given_usd.cents() {
        return None;
    }
    let given = Side { asset, amount: *amount, usd: given_usd };
    Some(PoorSwap { edge, given, received: Side { asset: &edge.asset, amount: received, usd } })
}

impl PoorSwap<'_> {
    /// `10 ETH worth $30,000 became 5 USDC worth $5.00`.
    pub(crate) fn text(&self, findings: &Findings<'_>) -> String {
        let side = |side: Side<'_>| {
            let amount = amount(findings.assets, side.asset, side.amount);
            format!("{amount} worth {}", dollars(side.usd))
        };
        format!("{} became {}", side(self.given), side(self.received))
    }

    /// Its transaction, or what else is known of where it stands.
    pub(crate) fn place(&self) -> String {
        match self.edge.tx {
            Some(tx) => tx.on(&self.edge.chain),
            None => self.edge.time.to_string(),
        }
    }
}
