//! A selection as a part of something larger: of all thefts, of an economy.

use jiff::civil::Date;
use serde::Serialize;

use crate::figure::Figure;
use crate::ledger::IncidentLedger;
use crate::percent::Percent;
use crate::selection::{Counted, InclusionRule, Selection};
use crate::series::{Series, SeriesKind, SeriesUnit};
use crate::usd::Usd;
use crate::vocabulary::{Kind, Loot};

/// A sum with the least and the most that its claims allow for. Unknown, and not nothing, where
/// no incident has an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The least.
    pub usd_low: Option<Usd>,
    /// The figure.
    pub usd: Option<Usd>,
    /// The most.
    pub usd_high: Option<Usd>,
    /// How many incidents have no amount under the price rule, and are not in the sum.
    pub without_amount: usize,
}

impl Span {
    /// The sum of incidents.
    pub(crate) fn of(counted: &[Counted<'_>]) -> Self {
        let without_amount = counted.iter().filter(|one| one.figure.usd.is_none()).count();
        let is_known = counted.is_empty() || without_amount < counted.len();
        let sum = |amount: fn(&Figure) -> Option<Usd>| {
            is_known.then(|| counted.iter().filter_map(|one| amount(&one.figure)).sum())
        };
        Self {
            usd_low: sum(|figure| figure.low),
            usd: sum(|figure| figure.usd),
            usd_high: sum(|figure| figure.high),
            without_amount,
        }
    }

    /// The least, the figure and the most; nothing for what is unknown.
    pub fn or_nothing(self) -> [Usd; 3] {
        [self.usd_low, self.usd, self.usd_high].map(Option::unwrap_or_default)
    }
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
    /// The part in percent, unknown where the part is: the least (least of the most), the figure,
    /// the most. Where the whole holds the part, the two move together.
    pub percent_low: Option<Percent>,
    /// See `percent_low`.
    pub percent: Option<Percent>,
    /// See `percent_low`.
    pub percent_high: Option<Percent>,
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

impl<'a> Selection<'a> {
    /// The part of all cryptocurrency stolen, by year, for every published denominator and for
    /// the ledger itself. Only what was taken in cryptocurrency counts.
    pub fn shares(&self, ledger: &'a IncidentLedger) -> Vec<Share> {
        let kinds = [SeriesKind::Denominator];
        let mut shares = Vec::new();
        for (year, part) in self.by_year(ledger, Some(Loot::Crypto)) {
            shares.extend(against(ledger, &kinds, year, part.span()));
            shares.extend(of_ledger(ledger, &part, year));
        }
        shares
    }

    /// The selection in percent of every series of context, by year. All loot counts.
    pub fn against_context(&self, ledger: &'a IncidentLedger) -> Vec<Share> {
        let kinds = [SeriesKind::Context];
        let years = self.by_year(ledger, None);
        let against = |(year, part): (i16, Self)| against(ledger, &kinds, year, part.span());
        years.into_iter().flat_map(against).collect()
    }

    /// The same for every year in which something was counted.
    fn by_year(&self, ledger: &'a IncidentLedger, loot: Option<Loot>) -> Vec<(i16, Self)> {
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
            Some((year, Selection::new(ledger, rule, self.pricing.clone())))
        };
        years.into_iter().filter_map(of_year).collect()
    }

    /// The sum with its range.
    pub fn span(&self) -> Span {
        Span::of(&self.counted)
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
            usd_low: Some(Usd::from_dollars(point.low()?)?),
            usd: Some(Usd::from_dollars(point.point()?)?),
            usd_high: Some(Usd::from_dollars(point.high()?)?),
            without_amount: 0,
        },
    })
}

/// A selection of a year as a part of all cryptocurrency that the ledger holds for that year:
/// thefts, and the kinds that were selected.
fn of_ledger(ledger: &IncidentLedger, part: &Selection<'_>, year: i16) -> Option<Share> {
    let (from, to) = year_span(year).unzip();
    let mut kinds = part.rule.kinds.clone();
    if !kinds.is_empty() && !kinds.contains(&Kind::Theft) {
        kinds.push(Kind::Theft);
    }
    let rule =
        InclusionRule { from, to, kinds, loot: Some(Loot::Crypto), ..InclusionRule::default() };
    let all = Selection::new(ledger, rule, part.pricing.clone());
    let (count, unpriced) = (all.counted.len(), all.without_amount().count());
    let whole = Whole {
        id: LEDGER.to_owned(),
        title: "All thefts of cryptocurrency in this ledger".to_owned(),
        by: "this ledger".to_owned(),
        holes: format!(
            "{count} incidents, {unpriced} of them without an amount; it aims at the largest \
             thefts and at those attributed to North Korea, so that the part is too high"
        ),
        value: all.span(),
    };
    let is_rest =
        |one: &Counted<'_>| part.counted.iter().all(|other| other.incident.id != one.incident.id);
    let rest: Vec<Counted<'_>> = all.counted.iter().copied().filter(is_rest).collect();
    let [rest_low, _, rest_high] = Span::of(&rest).or_nothing();
    let share = Share::new(year, part.span(), whole)?;
    // The whole holds the part: it is large where the part is.
    let of = |part: Option<Usd>, rest: Usd| {
        part.and_then(|part| Percent::of(part.cents(), part.plus(rest).cents()))
    };
    Some(Share {
        percent_low: of(share.part.usd_low, rest_high),
        percent_high: of(share.part.usd_high, rest_low),
        ..share
    })
}

impl Share {
    /// `None` where the whole is nothing or unknown.
    pub(crate) fn new(year: i16, part: Span, whole: Whole) -> Option<Self> {
        let [least, figure, most] = whole.value.or_nothing();
        if [least, figure, most].contains(&Usd::ZERO) {
            return None;
        }
        let of = |part: Option<Usd>, whole: Usd| Percent::of(part?.cents(), whole.cents());
        let percent_low = of(part.usd_low, most);
        let percent = of(part.usd, figure);
        let percent_high = of(part.usd_high, least);
        Some(Self { year, part, whole, percent_low, percent, percent_high })
    }
}
