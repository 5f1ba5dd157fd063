//! A selection as a part of something larger: of all thefts, of an economy.

use jiff::civil::Date;
use serde::Serialize;

use crate::ledger::IncidentLedger;
use crate::percent::Percent;
use crate::selection::{InclusionRule, Selection};
use crate::series::{Series, SeriesKind, SeriesUnit};
use crate::usd::Usd;
use crate::vocabulary::{Kind, Loot};

/// An amount with the least and the most that its claims allow for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The least.
    pub usd_low: Usd,
    /// The figure.
    pub usd: Usd,
    /// The most.
    pub usd_high: Usd,
}

/// The part that a selection makes up of a larger figure, in a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The year.
    pub year: i16,
    /// What was selected.
    pub part: Span,
    /// Of what.
    pub whole: Whole,
    /// The part in percent: the least (least of the most), the figure, the most.
    pub percent_low: Percent,
    /// See `percent_low`.
    pub percent: Percent,
    /// See `percent_low`.
    pub percent_high: Percent,
}

/// What something is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Whole {
    /// The id of the series, or `ledger`.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Who publishes it.
    pub by: String,
    /// What it leaves out.
    pub holes: String,
    /// The figure.
    pub value: Span,
}

/// The id of the ledger as a denominator.
const LEDGER: &str = "ledger";

impl Selection<'_> {
    /// The part of all cryptocurrency stolen, by year, for every published denominator and for
    /// the ledger itself. Only what was taken in cryptocurrency counts.
    pub fn shares(&self, ledger: &IncidentLedger) -> Vec<Share> {
        let kinds = [SeriesKind::Denominator];
        let mut shares = Vec::new();
        for (year, part) in self.by_year(ledger, Some(Loot::Crypto)) {
            shares.extend(against(ledger, &kinds, year, part));
            let whole = whole_of_ledger(ledger, self, year);
            shares.extend(Share::new(year, part, whole));
        }
        shares
    }

    /// The selection in percent of every series of context, by year. All loot counts.
    pub fn against_context(&self, ledger: &IncidentLedger) -> Vec<Share> {
        let kinds = [SeriesKind::Context];
        let years = self.by_year(ledger, None);
        years.into_iter().flat_map(|(year, part)| against(ledger, &kinds, year, part)).collect()
    }

    /// The sums of the years, for the years in which something was counted.
    fn by_year(&self, ledger: &IncidentLedger, loot: Option<Loot>) -> Vec<(i16, Span)> {
        let mut years: Vec<i16> =
            self.counted.iter().filter_map(|one| one.incident.dates.theft.year()).collect();
        years.sort_unstable();
        years.dedup();
        let of_year = |year: i16| {
            let (from, to) = year_span(year)?;
            let rule = InclusionRule {
                from: Some(self.rule.from.map_or(from, |first| first.max(from))),
                to: Some(self.rule.to.map_or(to, |last| last.min(to))),
                loot: loot.or(self.rule.loot),
                ..self.rule.clone()
            };
            Some((year, Selection::new(ledger, rule, self.pricing.clone()).span()))
        };
        years.into_iter().filter_map(of_year).collect()
    }

    /// The sum with its range.
    pub fn span(&self) -> Span {
        let (usd_low, usd_high) = self.range();
        Span { usd_low, usd: self.sum(), usd_high }
    }
}

/// The first day of a year and of the next.
pub(crate) fn year_span(year: i16) -> Option<(Date, Date)> {
    Some((Date::new(year, 1, 1).ok()?, Date::new(year.checked_add(1)?, 1, 1).ok()?))
}

fn against(ledger: &IncidentLedger, kinds: &[SeriesKind], year: i16, part: Span) -> Vec<Share> {
    let fits = |series: &&Series| series.unit == SeriesUnit::Usd && kinds.contains(&series.kind);
    let share = |series: &Series| Share::new(year, part, whole_of_series(series, year)?);
    ledger.series().iter().filter(fits).filter_map(share).collect()
}

/// The figure of a series in a year, in US dollars.
pub(crate) fn whole_of_series(series: &Series, year: i16) -> Option<Whole> {
    let point = series.of_year(year)?;
    Some(Whole {
        id: series.id.clone(),
        title: series.title.clone(),
        by: series.by.clone(),
        holes: series.holes.clone(),
        value: Span {
            usd_low: Usd::from_dollars(point.low()?)?,
            usd: Usd::from_dollars(point.point()?)?,
            usd_high: Usd::from_dollars(point.high()?)?,
        },
    })
}

/// All thefts of cryptocurrency that the ledger holds in a year.
fn whole_of_ledger(ledger: &IncidentLedger, part: &Selection<'_>, year: i16) -> Whole {
    let (from, to) = year_span(year).unzip();
    let kinds = if part.rule.kinds.is_empty() { Vec::new() } else { vec![Kind::Theft] };
    let rule =
        InclusionRule { from, to, kinds, loot: Some(Loot::Crypto), ..InclusionRule::default() };
    let all = Selection::new(ledger, rule, part.pricing.clone());
    let (count, unpriced) = (all.counted.len(), all.without_amount().count());
    Whole {
        id: LEDGER.to_owned(),
        title: "All thefts of cryptocurrency in this ledger".to_owned(),
        by: "this ledger".to_owned(),
        holes: format!(
            "{count} incidents, {unpriced} of them without an amount; it aims at the largest \
             thefts and at those attributed to North Korea, so that the part is too high"
        ),
        value: all.span(),
    }
}

impl Share {
    pub(crate) fn new(year: i16, part: Span, whole: Whole) -> Option<Self> {
        let percent_low = Percent::of(part.usd_low.cents(), whole.value.usd_high.cents())?;
        let percent = Percent::of(part.usd.cents(), whole.value.usd.cents())?;
        let percent_high = Percent::of(part.usd_high.cents(), whole.value.usd_low.cents())?;
        Some(Self { year, part, whole, percent_low, percent, percent_high })
    }
}
