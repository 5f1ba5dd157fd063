//! US dollars as JSON. Without prices these fields are absent; where a price is missing they are
//! null.

use hawkshaw_model::{Account, Amount, AssetId, PriceTable, Quote, Timestamp, Usd, UsdPrice};
use hawkshaw_trace::{Edge, Terminal};
use serde::Serialize;

use super::map::Map;
use crate::findings::Findings;
use crate::poor_swaps::{PoorSwap, Side, poor_swaps};
use crate::text::prose;

#[derive(Serialize)]
pub(super) struct QuoteJson {
    price: UsdPrice,
    time: Timestamp,
    source: String,
}

/// What was stolen of an asset, at the times of the thefts.
#[derive(Serialize)]
pub(super) struct TheftUsd {
    amount: Usd,
    quotes: Vec<QuoteJson>,
}

/// What is at a place, at its last arrival.
#[derive(Serialize)]
pub(super) struct TerminalUsd {
    amounts: Map<&'static str, Usd>,
    quote: QuoteJson,
}

/// What moved, at its time.
#[derive(Serialize)]
pub(super) struct EdgeUsd {
    amount: Usd,
    tainted: Map<&'static str, Option<Usd>>,
    quote: QuoteJson,
}

/// Sums of what has a price.
#[derive(Serialize)]
pub(super) struct TotalsUsd {
    price_age_max: i64,
    stolen: TotalUsd,
    terminals: Map<&'static str, TotalUsd>,
    swaps_below_half: Vec<SwapUsd>,
}

/// A swap that brought less than half of what was given.
#[derive(Serialize)]
struct SwapUsd {
    tx: Option<String>,
    time: Timestamp,
    account: Option<String>,
    given: SideUsd,
    received: SideUsd,
}

#[derive(Serialize)]
struct SideUsd {
    asset: AssetId,
    amount: Amount,
    usd: Usd,
}

#[derive(Serialize)]
struct TotalUsd {
    amount: Usd,
    unpriced: u64,
}

impl From<&PoorSwap<'_>> for SwapUsd {
    fn from(swap: &PoorSwap<'_>) -> Self {
        let side = |side: Side<'_>| SideUsd {
            asset: side.asset.clone(),
            amount: side.amount,
            usd: side.usd,
        };
        Self {
            tx: swap.edge.tx.map(|tx| tx.on(&swap.edge.chain)),
            time: swap.edge.time,
            account: super::account(&swap.edge.from).map(Account::address_in_files),
            given: side(swap.given),
            received: side(swap.received),
        }
    }
}

impl From<&Quote<'_>> for QuoteJson {
    fn from(quote: &Quote<'_>) -> Self {
        Self { price: quote.price, time: quote.quoted_at, source: prose(quote.source) }
    }
}

/// For each stolen asset.
pub(super) fn thefts(findings: &Findings<'_>) -> Vec<Option<Option<TheftUsd>>> {
    let each = findings.thefts().into_iter();
    each.map(|worth| {
        findings.prices?;
        Some(worth.map(|worth| TheftUsd {
            amount: worth.usd,
            quotes: worth.quotes.iter().map(QuoteJson::from).collect(),
        }))
    })
    .collect()
}

/// Of a terminal.
pub(super) fn terminal(
    findings: &Findings<'_>,
    terminal: &Terminal,
) -> Option<Option<TerminalUsd>> {
    findings.prices?;
    let policies = findings.trace.policies.iter().enumerate();
    let mut quote = None;
    let amounts = policies.map(|(index, policy)| {
        let (usd, found) = findings.terminal_worth(terminal, index)?;
        quote = Some(QuoteJson::from(&found));
        Some((policy.as_str(), usd))
    });
    let amounts: Option<Map<_, _>> = amounts.collect();
    Some(amounts.zip(quote).map(|(amounts, quote)| TerminalUsd { amounts, quote }))
}

/// Of a movement.
pub(super) fn edge(findings: &Findings<'_>, edge: &Edge) -> Option<Option<EdgeUsd>> {
    findings.prices?;
    let (amount, quote) = match findings.edge_worth(edge) {
        Some(found) => found,
        None => return Some(None),
    };
    let names = findings.trace.policies.iter().map(|policy| policy.as_str());
    let tainted = edge
        .tainted
        .iter()
        .map(|tainted| findings.worth(&edge.asset, *tainted, edge.time).map(|(usd, _)| usd));
    Some(Some(EdgeUsd {
        amount,
        tainted: names.zip(tainted).collect(),
        quote: QuoteJson::from(&quote),
    }))
}

/// The sums of the whole trace.
pub(super) fn totals(findings: &Findings<'_>) -> Option<TotalsUsd> {
    let stolen = findings.loot_worth()?;
    let of = |policy: usize| {
        let mut total = TotalUsd { amount: Usd::ZERO, unpriced: 0 };
        for row in &findings.trace.terminals {
            let is_there = row.amounts.get(policy).is_some_and(|amount| !amount.is_zero());
            match findings.terminal_worth(row, policy) {
                Some((usd, _)) => total.amount = total.amount.saturating_add(usd),
                None => total.unpriced += u64::from(is_there),
            }
        }
        total
    };
    let policies = findings.conserving();
    Some(TotalsUsd {
        price_age_max: PriceTable::AGE_MAX_SECONDS,
        stolen: TotalUsd { amount: stolen.usd, unpriced: stolen.unpriced },
        terminals: policies.map(|(index, policy)| (policy.as_str(), of(index))).collect(),
        swaps_below_half: poor_swaps(findings).iter().map(SwapUsd::from).collect(),
    })
}
