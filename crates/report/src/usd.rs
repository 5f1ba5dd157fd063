//! What amounts were worth in US dollars, where prices are at hand: for display and order only.
//!
//! A place is valued at its last arrival, a movement and a theft at their own time. What has no
//! price is unknown: it is counted, and never taken for nothing.

use hawkshaw_model::{Amount, AssetId, Quote, Timestamp, Usd};
use hawkshaw_trace::{Edge, Link, Terminal};

use crate::figures::grouped;
use crate::findings::Findings;
use crate::text::counted;

/// What some places are worth together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct UsdSpan {
    /// The least that a conserving policy says.
    pub(crate) lo: Usd,
    /// The most that a conserving policy says.
    pub(crate) hi: Usd,
    /// Places with a price.
    pub(crate) priced: u64,
    /// Places without one, which are in neither sum.
    pub(crate) unpriced: u64,
}

/// What was stolen of an asset, at the times of its thefts.
#[derive(Debug, Clone)]
pub(crate) struct TheftWorth<'a> {
    /// All of it together.
    pub(crate) usd: Usd,
    /// The prices that this rests on, in the order of the thefts, each once.
    pub(crate) quotes: Vec<Quote<'a>>,
}

/// A sum over several assets of what has a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct UsdTotal {
    /// What has a price.
    pub(crate) usd: Usd,
    /// How many have none.
    pub(crate) unpriced: u64,
}

impl<'a> Findings<'a> {
    /// Whether dollars are shown at all.
    pub(crate) fn has_prices(&self) -> bool {
        self.prices.is_some()
    }

    /// What an amount was worth at a time, and by which price.
    pub(crate) fn worth(
        &self,
        asset: &AssetId,
        amount: Amount,
        time: Timestamp,
    ) -> Option<(Usd, Quote<'a>)> {
        self.prices?.worth(self.assets, asset, amount, time)
    }

    /// What a terminal holds under a policy, at its last arrival.
    pub(crate) fn terminal_worth(
        &self,
        terminal: &Terminal,
        policy: usize,
    ) -> Option<(Usd, Quote<'a>)> {
        let amount = terminal.amounts.get(policy).copied().unwrap_or_default();
        self.worth(&terminal.asset, amount, terminal.last_time)
    }

    /// What a movement was worth at its time.
    pub(crate) fn edge_worth(&self, edge: &Edge) -> Option<(Usd, Quote<'a>)> {
        self.worth(&edge.asset, edge.amount, edge.time)
    }

    /// What some terminals are worth together; `None` where no prices are at hand.
    pub(crate) fn span(&self, members: &[usize]) -> Option<UsdSpan> {
        self.prices?;
        let rows = || members.iter().filter_map(|index| self.trace.terminals.get(*index));
        let mut span = UsdSpan::default();
        for row in rows() {
            let mut amounts = self.conserving().filter_map(|(policy, _)| row.amounts.get(policy));
            if amounts.all(|amount| amount.is_zero()) {
                continue;
            }
            // The largest amount is the first to be beyond what is counted.
            let most = row.amounts.iter().max().copied().unwrap_or_default();
            match self.worth(&row.asset, most, row.last_time) {
                Some(_) => span.priced += 1,
                None => span.unpriced += 1,
            }
        }
        let sum = |policy: usize| {
            let each = rows().filter_map(|row| self.terminal_worth(row, policy));
            each.fold(Usd::ZERO, |sum, (usd, _)| sum.saturating_add(usd))
        };
        let sums: Vec<Usd> = self.conserving().map(|(policy, _)| sum(policy)).collect();
        span.lo = sums.iter().min().copied().unwrap_or_default();
        span.hi = sums.iter().max().copied().unwrap_or_default();
        Some(span)
    }

    /// What was stolen of each stolen asset, at the times of the thefts; `None` where a price is
    /// missing.
    pub(crate) fn thefts(&self) -> Vec<Option<TheftWorth<'a>>> {
        (0..self.trace.stolen.len()).map(|stolen| self.theft(stolen)).collect()
    }

    fn theft(&self, stolen: usize) -> Option<TheftWorth<'a>> {
        self.prices?;
        let stolen = &self.trace.stolen[stolen];
        let edges = self.trace.edges.iter();
        let thefts = edges.filter(|e| e.link == Some(Link::Theft) && e.asset == stolen.asset);
        let mut each: Vec<(Amount, Timestamp)> = thefts.map(|e| (e.amount, e.time)).collect();
        let sum = each.iter().try_fold(Amount::ZERO, |sum, (amount, _)| sum.checked_add(*amount));
        if sum != Some(stolen.amount) {
            each = vec![(stolen.amount, stolen.first_time)];
        }
        let mut worth = TheftWorth { usd: Usd::ZERO, quotes: Vec::new() };
        for (amount, time) in each {
            let (usd, quote) = self.worth(&stolen.asset, amount, time)?;
            worth.usd = worth.usd.saturating_add(usd);
            if !worth.quotes.contains(&quote) {
                worth.quotes.push(quote);
            }
        }
        Some(worth)
    }

    /// What was stolen together; `None` where no prices are at hand.
    pub(crate) fn loot_worth(&self) -> Option<UsdTotal> {
        self.prices?;
        let add = |total: UsdTotal, worth: &Option<TheftWorth<'_>>| match worth {
            Some(worth) => UsdTotal { usd: total.usd.saturating_add(worth.usd), ..total },
            None => UsdTotal { unpriced: total.unpriced + 1, ..total },
        };
        Some(self.thefts().iter().fold(UsdTotal::default(), add))
    }

    /// What each stolen asset weighs where several are in play, by which places are put in order:
    /// its dollars at the theft. `None` where one is stolen, or any has no price.
    pub(crate) fn weights(&self) -> Option<Vec<Usd>> {
        if self.trace.stolen.len() < 2 {
            return None;
        }
        self.thefts().into_iter().map(|worth| Some(worth?.usd)).collect()
    }

    /// What some terminals weigh: the dollars at the theft that they stand for, under the
    /// conserving policy that says the most.
    pub(crate) fn weight(&self, weights: Option<&[Usd]>, members: &[usize]) -> Usd {
        let Some(weights) = weights else { return Usd::ZERO };
        let under = |policy: usize| {
            let parts = weights.iter().zip(&self.trace.stolen).enumerate();
            parts.fold(Usd::ZERO, |sum, (index, (usd, stolen))| {
                let origin = crate::group::origin(self, members, policy, index);
                sum.saturating_add(usd.part(origin, stolen.amount))
            })
        };
        self.conserving().map(|(policy, _)| under(policy)).max().unwrap_or_default()
    }

    /// The assets without a price at some place, and at how many places, the most first.
    pub(crate) fn unpriced(&self) -> Vec<(&'a AssetId, u64)> {
        let mut assets: Vec<(&'a AssetId, u64)> = Vec::new();
        for (index, row) in self.trace.terminals.iter().enumerate() {
            if self.span(&[index]).is_none_or(|span| span.unpriced == 0) {
                continue;
            }
            match assets.iter_mut().find(|(asset, _)| *asset == &row.asset) {
                Some((_, count)) => *count += 1,
                None => assets.push((&row.asset, 1)),
            }
        }
        assets.sort_by_key(|(asset, count)| (std::cmp::Reverse(*count), *asset));
        assets
    }
}

impl UsdSpan {
    /// `$1,200 – 1,300`, `unknown`, or a figure with how many places are not in it.
    pub(crate) fn text(self) -> String {
        match (self.priced, self.unpriced) {
            (0, 0) => String::new(),
            (0, _) => "unknown".to_owned(),
            (_, 0) => self.figure(),
            (_, unpriced) => {
                format!("{} and unknown at {}", self.figure(), counted(unpriced, "place", "places"))
            }
        }
    }

    fn figure(self) -> String {
        let hi = dollars(self.hi);
        let lo = if self.lo.is_zero() { "$0".to_owned() } else { dollars(self.lo) };
        if self.lo == self.hi || lo == hi {
            return hi;
        }
        format!("{lo} – {}", hi.trim_start_matches('$'))
    }
}

impl UsdTotal {
    /// `$539,812,345`, with how many of the assets are not in it; `unknown` where none is.
    pub(crate) fn text(self, assets: usize) -> String {
        let priced = u64::try_from(assets).unwrap_or(u64::MAX).saturating_sub(self.unpriced);
        match (priced, self.unpriced) {
            (0, _) => "an unknown sum in US dollars".to_owned(),
            (_, 0) => dollars(self.usd),
            (_, unpriced) => format!(
                "{} and an unknown sum for {} without a price",
                dollars(self.usd),
                counted(unpriced, "asset", "assets")
            ),
        }
    }
}

/// A sum for people: whole dollars from 1,000 on, `< $0.01` for what is worth less.
pub(crate) fn dollars(usd: Usd) -> String {
    let cents = usd.cents();
    if cents == 0 {
        return "< $0.01".to_owned();
    }
    if cents < 100_000 {
        return format!("${}.{:02}", cents / 100, cents % 100);
    }
    let whole = cents / 100 + u128::from(cents % 100 >= 50);
    format!("${}", grouped(&whole.to_string()))
}

/// A price for people with when it was quoted: `$3,021.5 on 2022-03-23`.
pub(crate) fn quoted(quote: &Quote<'_>) -> String {
    let price = quote.price.to_string();
    let (whole, part) = price.split_once('.').unwrap_or((&price, ""));
    let point = if part.is_empty() { "" } else { "." };
    let day = quote.quoted_at.to_string();
    let day = day.strip_suffix("T00:00:00Z").unwrap_or(&day);
    format!("${}{point}{part} on {day}", grouped(whole))
}

/// The cells of a price in a table for programs: price, time, source; empty where there is none.
pub(crate) fn quote_cells(quote: Option<&Quote<'_>>) -> [String; 3] {
    match quote {
        Some(quote) => {
            [quote.price.to_string(), quote.quoted_at.to_string(), crate::text::prose(quote.source)]
        }
        None => Default::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{UsdSpan, UsdTotal, dollars, quoted};
    use hawkshaw_model::{Quote, Usd};

    fn usd(cents: u128) -> Usd {
        Usd::from_cents(cents)
    }

    #[test]
    fn dollars_are_rounded_for_people() {
        let shown =
            [0, 1, 1_234, 99_999, 100_000, 123_456_750, 123_456_749].map(|c| dollars(usd(c)));
        let expected =
            ["< $0.01", "$0.01", "$12.34", "$999.99", "$1,000", "$1,234,568", "$1,234,567"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_unknown_is_said_and_never_nothing() {
        let span = |lo, hi, priced, unpriced| {
            UsdSpan { lo: usd(lo), hi: usd(hi), priced, unpriced }.text()
        };
        assert_eq!(span(0, 0, 0, 2), "unknown");
        assert_eq!(span(100, 100, 1, 0), "$1.00");
        assert_eq!(span(100_000, 200_000, 3, 0), "$1,000 – 2,000");
        assert_eq!(span(0, 200_000, 1, 0), "$0 – 2,000");
        assert_eq!(span(100_000, 200_000, 3, 1), "$1,000 – 2,000 and unknown at 1 place");
        let total = |cents, unpriced| UsdTotal { usd: usd(cents), unpriced }.text(2);
        assert_eq!(total(100_000, 0), "$1,000");
        assert_eq!(total(100_000, 1), "$1,000 and an unknown sum for 1 asset without a price");
        assert_eq!(total(0, 2), "an unknown sum in US dollars");
    }

    #[test]
    fn a_quote_names_its_day() {
        let quote = |price: &str, time: &str| {
            quoted(&Quote {
                price: price.parse().unwrap(),
                quoted_at: time.parse().unwrap(),
                source: "s",
            })
        };
        assert_eq!(quote("3021.50", "2022-03-23"), "$3,021.5 on 2022-03-23");
        assert_eq!(quote("41000", "2022-03-23T12:00:00Z"), "$41,000 on 2022-03-23T12:00:00Z");
    }
}
