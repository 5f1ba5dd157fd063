//! Published totals against the ledger: what it gives under their rule, by how much it differs,
//! and which incidents explain that.

use serde::Serialize;

use crate::figure::Pricing;
use crate::incident::IncidentId;
use crate::ledger::IncidentLedger;
use crate::percent::Percent;
use crate::selection::{Counted, InclusionRule, Omission, Selection};
use crate::share::{Share, Span, whole_of_series};
use crate::total::{Measure, Total};
use crate::usd::Usd;
use crate::vocabulary::{Kind, Standing};

/// A published total beside what the ledger gives.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison<'a> {
    /// The published total.
    pub total: &'a Total,
    /// The rule by which the ledger counted, as a sentence.
    pub rule: String,
    /// What was published, in units of the measure, with the range that its rounding allows for.
    pub published: Interval,
    /// What the ledger gives.
    pub ledger: Interval,
    /// How many of its incidents have no amount, and are not in that.
    pub without_amount: usize,
    /// How the two stand to each other.
    pub verdict: Verdict,
    /// What everybody published for the same thing, where there are several.
    pub peers: Option<Peers>,
    /// What explains the difference, or the width of the ledger's range.
    pub explanations: Vec<Explanation>,
    /// The incidents behind the figure of the ledger.
    pub incidents: Vec<Counted<'a>>,
}

/// A figure with its range, in the units of its measure: cents, hundredths of a percent, or
/// incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// The least; `None` where only "up to" is known.
    pub low: Option<u64>,
    /// The figure.
    pub point: u64,
    /// The most; `None` where only "more than" is known.
    pub high: Option<u64>,
}

impl Interval {
    /// Nobody knows how much a sum is of which no incident has an amount.
    fn of_span(span: Span) -> Self {
        let [low, point, _] = span.or_nothing().map(Usd::cents);
        Self { low: Some(low), point, high: span.usd_high.map(Usd::cents) }
    }

    /// A figure without a range.
    pub fn exactly(point: u64) -> Self {
        Self { low: Some(point), point, high: Some(point) }
    }

    fn holds(&self, number: u64) -> bool {
        self.low.is_none_or(|low| low <= number) && self.high.is_none_or(|high| number <= high)
    }

    fn touches(&self, other: &Self) -> bool {
        let reaches = |low: Option<u64>, high: Option<u64>| match (low, high) {
            (Some(low), Some(high)) => low <= high,
            _ => true,
        };
        reaches(self.low, other.high) && reaches(other.low, self.high)
    }

    /// The interval for people, in the units of a measure.
    pub fn for_people(&self, measure: Measure) -> String {
        let shown = |number: u64| match measure {
            Measure::Sum | Measure::Incident => {
                Usd::from_cents(number).unwrap_or_default().for_people()
            }
            Measure::Share | Measure::Ratio => Percent::from_hundredths(number).to_string(),
            Measure::Count => number.to_string(),
        };
        match (self.low, self.high) {
            (Some(low), Some(high)) if low == high => shown(self.point),
            (Some(low), Some(high)) => {
                format!("{} ({} to {})", shown(self.point), shown(low), shown(high))
            }
            (_, None) => format!("{} or more", shown(self.point)),
            (None, Some(_)) => format!("up to {}", shown(self.point)),
        }
    }
}

/// How a published total stands to the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// The figure of the ledger is the published one within its rounding.
    Agrees,
    /// The published figure is only a bound, and the figure of the ledger lies on its right side.
    NotContradicted,
    /// The ranges overlap: the claims of the ledger allow for the published figure.
    Within,
    /// The ledger gives less, even by its highest claims, by so many units.
    LedgerLower {
        /// The difference of the figures, in units of the measure.
        by: u64,
    },
    /// The ledger gives more, even by its lowest claims, by so many units.
    LedgerHigher {
        /// The difference of the figures, in units of the measure.
        by: u64,
    },
}

impl Verdict {
    /// The verdict in a word or two.
    pub fn text(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::NotContradicted => "not contradicted",
            Self::Within => "within the claims",
            Self::LedgerLower { .. } => "ledger lower",
            Self::LedgerHigher { .. } => "ledger higher",
        }
    }
}

/// What several claimants published for the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Peers {
    /// How many totals.
    pub totals: usize,
    /// The lowest of them, in units of the measure.
    pub low: u64,
    /// The highest of them.
    pub high: u64,
    /// Whether the figure of the ledger lies between the two.
    pub hold_ledger: bool,
}

/// What explains a difference: incidents by name, and what they come to.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The reason.
    pub reason: Reason,
    /// What the incidents come to, in US dollars.
    pub usd: Usd,
    /// The incidents with what each contributes, the largest first.
    pub incidents: Vec<(IncidentId, Usd)>,
}

/// Why incidents may be counted by one and not by the other, or with other amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Claims of the amount disagree; the highest ones would give so much more.
    HigherClaims,
    /// Claims of the amount disagree; the lowest ones would give so much less.
    LowerClaims,
    /// Incidents that fit but for the strength of the attribution, the kind or the date.
    NearlyCounted,
    /// Incidents whose first dated attribution is later than the published total.
    AttributedLater,
    /// Incidents of which somebody denies the attribution, or names somebody else.
    Contested,
    /// Incidents that only a researcher's list or a data set attributes.
    OnlyOnLists,
    /// Thefts of the same time that no claim of the ledger attributes to the actor. That the
    /// claimant counts one of them is possible; no source here says so.
    NotAttributedHere,
    /// What is left: no incident of the ledger explains it.
    Unexplained,
}

impl Reason {
    /// The reason as a sentence.
    pub fn text(self) -> &'static str {
        match self {
            Self::HigherClaims => "the highest claims of these incidents would add",
            Self::LowerClaims => "the lowest claims of these incidents would take away",
            Self::NearlyCounted => "these fit but for attribution, kind or date, and would add",
            Self::AttributedLater => "these were first attributed after the total was published",
            Self::Contested => "claimants contradict each other about who did these",
            Self::OnlyOnLists => "only a researcher's list or a data set attributes these",
            Self::NotAttributedHere => {
                "thefts of that time that no claim here attributes to the actor; a claimant may \
                 count some, but no source here says so"
            }
            Self::Unexplained => "not explained by any incident of the ledger",
        }
    }
}

impl IncidentLedger {
    /// Every published total beside what the ledger gives.
    pub fn compare_all(&self) -> Vec<Comparison<'_>> {
        self.totals().iter().filter_map(|total| self.compare(total)).collect()
    }

    /// A published total beside what the ledger gives; `None` where the series that it needs
    /// has no figure for the year.
    pub fn compare<'a>(&'a self, total: &'a Total) -> Option<Comparison<'a>> {
        let selection = Selection::new(self, rule_of(total), Pricing::Ledger);
        let selection = match &total.rule.incident {
            None => selection,
            Some(id) => only(self, selection, id),
        };
        let span = selection.span();
        let ledger = match total.measure {
            Measure::Sum | Measure::Incident => Interval::of_span(span),
            Measure::Count => Interval::exactly(u64::try_from(selection.counted.len()).ok()?),
            Measure::Share => in_percent(self, total, total.rule.denominator.as_ref()?, span)?,
            Measure::Ratio => in_percent(self, total, total.rule.against.as_ref()?, span)?,
        };
        let published = published(total)?;
        let verdict = judge(published, ledger);
        let explanations = explain(self, total, &selection, (published, ledger, verdict));
        Some(Comparison {
            total,
            rule: match &total.rule.incident {
                None => selection.rule.text(self),
                Some(id) => format!("the claims of {id}"),
            },
            published,
            ledger,
            without_amount: if total.measure == Measure::Count { 0 } else { span.without_amount },
            verdict,
            peers: peers(self, total, ledger),
            explanations,
            incidents: selection.counted,
        })
    }
}

/// The totals of the same measure and rule, whichever series a share is taken of.
fn peers(ledger: &IncidentLedger, total: &Total, found: Interval) -> Option<Peers> {
    let is_same = |other: &&Total| {
        let (one, other_rule) = (&total.rule, &other.rule);
        other.measure == total.measure
            && (&one.actor, one.from, one.to, one.loot, &one.incident)
                == (
                    &other_rule.actor,
                    other_rule.from,
                    other_rule.to,
                    other_rule.loot,
                    &other_rule.incident,
                )
            && (total.measure == Measure::Share || one.against == other_rule.against)
    };
    let points: Vec<u64> = ledger
        .totals()
        .iter()
        .filter(is_same)
        .filter_map(|other| published(other).map(|interval| interval.point))
        .collect();
    let (low, high) = (*points.iter().min()?, *points.iter().max()?);
    (points.len() > 1).then_some(Peers {
        totals: points.len(),
        low,
        high,
        hold_ledger: (low..=high).contains(&found.point),
    })
}

fn rule_of(total: &Total) -> InclusionRule {
    let rule = &total.rule;
    InclusionRule {
        actor: rule.actor.clone(),
        from: rule.from,
        to: rule.to,
        loot: rule.loot,
        kinds: vec![Kind::Theft],
        ..InclusionRule::default()
    }
}

/// A selection of one incident, whatever else the rule says.
fn only<'a>(
    ledger: &'a IncidentLedger,
    mut selection: Selection<'a>,
    id: &IncidentId,
) -> Selection<'a> {
    let figure = |incident| crate::figure::Figure::of(incident, &Pricing::Ledger);
    let found = ledger.incident(id);
    selection.counted =
        found.map(|incident| Counted { incident, figure: figure(incident) }).into_iter().collect();
    selection.omitted.clear();
    selection
}

fn in_percent(
    ledger: &IncidentLedger,
    total: &Total,
    series: &str,
    part: Span,
) -> Option<Interval> {
    let series = ledger.series().iter().find(|one| one.id == series)?;
    let year = total.rule.year.or_else(|| total.rule.from.map(jiff::civil::Date::year))?;
    let share = Share::new(year, part, whole_of_series(series, year)?)?;
    Some(Interval {
        low: Some(share.percent_low.unwrap_or_default().hundredths()),
        point: share.percent.unwrap_or_default().hundredths(),
        high: share.percent_high.map(Percent::hundredths),
    })
}

/// The published figure with the range that it states or that its rounding allows for.
fn published(total: &Total) -> Option<Interval> {
    let (low, point, high) = match total.measure {
        Measure::Sum | Measure::Incident => {
            let value = total.value;
            let cents = |usd: Option<Usd>| usd.map(Usd::cents);
            let is_bound = value.is_bound();
            let low = if is_bound { value.usd_low } else { value.low() };
            let high = if is_bound { value.usd_high } else { value.high() };
            (cents(low), value.point()?.cents(), cents(high))
        }
        Measure::Share | Measure::Ratio => {
            let (low, high) = total.percent?;
            let (low, high) = (low.map(u64::from), high.map(u64::from));
            let point = match (low, high) {
                (Some(low), Some(high)) => u64::midpoint(low, high),
                (one, other) => one.or(other)?,
            };
            (low, point, high)
        }
        Measure::Count => (total.count, total.count?, total.count),
    };
    if total.measure == Measure::Count {
        return Some(Interval { low, point, high });
    }
    let low = low.map(|low| low - rounding(low));
    let high = high.map(|high| high + rounding(high));
    Some(Interval { low, point, high })
}

/// Half a unit of the last digit of a figure that is not nought, at most a twentieth of it:
/// what rounding can have changed. `1700000000` stands for 1.65 to 1.75 billion.
fn rounding(figure: u64) -> u64 {
    let mut unit = 1;
    while figure > 0 && figure.is_multiple_of(unit * 10) {
        unit *= 10;
    }
    (unit / 2).min(figure / 20)
}

fn judge(published: Interval, ledger: Interval) -> Verdict {
    let is_bound = published.low.is_none() || published.high.is_none();
    if published.holds(ledger.point) {
        if is_bound { Verdict::NotContradicted } else { Verdict::Agrees }
    } else if published.touches(&ledger) {
        Verdict::Within
    } else if ledger.point < published.point {
        Verdict::LedgerLower { by: published.point - ledger.point }
    } else {
        Verdict::LedgerHigher { by: ledger.point - published.point }
    }
}

fn explain(
    ledger: &IncidentLedger,
    total: &Total,
    selection: &Selection<'_>,
    (published, found, verdict): (Interval, Interval, Verdict),
) -> Vec<Explanation> {
    let is_lower = found.point < published.point;
    if matches!(verdict, Verdict::Agrees | Verdict::NotContradicted)
        || total.measure == Measure::Count
    {
        return Vec::new();
    }
    let mut explanations = Vec::new();
    if is_lower {
        explanations.push(Explanation::new(Reason::HigherClaims, spread(selection, |f| f.high)));
        let nearly = selection.omitted.iter().filter(|(_, why)| *why != Omission::PartOfCounted);
        explanations
            .push(Explanation::new(Reason::NearlyCounted, amounts(nearly.map(|(one, _)| one))));
        explanations.extend(unattributed(ledger, total, selection));
    } else {
        // Who is in doubt is named below with the whole amount, and not twice.
        let reason = |one: &Counted<'_>| doubt(ledger, total, one);
        let mut lower = spread(selection, |f| f.low);
        lower.retain(|(id, _)| {
            !selection.counted.iter().any(|one| one.incident.id == *id && reason(one).is_some())
        });
        explanations.push(Explanation::new(Reason::LowerClaims, lower));
        for doubt in [Reason::AttributedLater, Reason::Contested, Reason::OnlyOnLists] {
            let doubted = selection.counted.iter().filter(|one| reason(one) == Some(doubt));
            explanations.push(Explanation::new(doubt, amounts(doubted)));
        }
    }
    explanations.retain(|explanation| !explanation.incidents.is_empty());
    if let Some(left) = unexplained(total, &explanations, (published, found)) {
        explanations.push(left);
    }
    explanations
}

/// By how much another claim than the chosen one would change each amount.
fn spread(
    selection: &Selection<'_>,
    end: impl Fn(&crate::figure::Figure) -> Option<Usd>,
) -> Vec<(IncidentId, Usd)> {
    let change = |one: &Counted<'_>| {
        let (usd, end) = (one.figure.usd?, end(&one.figure)?);
        let change = usd.max(end).less(usd.min(end));
        (change > Usd::ZERO).then(|| (one.incident.id.clone(), change))
    };
    selection.counted.iter().filter_map(change).collect()
}

fn amounts<'c, 'a: 'c>(incidents: impl Iterator<Item = &'c Counted<'a>>) -> Vec<(IncidentId, Usd)> {
    incidents.filter_map(|one| Some((one.incident.id.clone(), one.figure.usd?))).collect()
}

/// The largest thefts of the same time that nobody here attributes to the actor.
fn unattributed(
    ledger: &IncidentLedger,
    total: &Total,
    selection: &Selection<'_>,
) -> Option<Explanation> {
    const SHOWN_MAX: usize = 10;
    total.rule.actor.as_ref()?;
    let rule = InclusionRule { actor: None, ..selection.rule.clone() };
    let all = Selection::new(ledger, rule, Pricing::Ledger);
    let is_known = |one: &Counted<'_>| {
        let near = selection.omitted.iter().map(|(near, _)| near);
        selection.counted.iter().chain(near).any(|other| other.incident.id == one.incident.id)
    };
    let others = all.counted.iter().filter(|one| !is_known(one));
    let mut explanation = Explanation::new(Reason::NotAttributedHere, amounts(others));
    explanation.incidents.truncate(SHOWN_MAX);
    explanation.usd = explanation.incidents.iter().map(|(_, usd)| *usd).sum();
    Some(explanation)
}

/// Why a claimant may not have counted an incident that the ledger counts: the first reason.
fn doubt(ledger: &IncidentLedger, total: &Total, one: &Counted<'_>) -> Option<Reason> {
    if first_attribution_is_after(ledger, one, total) {
        Some(Reason::AttributedLater)
    } else if ledger.is_contested(one.incident) {
        Some(Reason::Contested)
    } else if is_only_on_lists(ledger, one) {
        Some(Reason::OnlyOnLists)
    } else {
        None
    }
}

fn first_attribution_is_after(ledger: &IncidentLedger, one: &Counted<'_>, total: &Total) -> bool {
    let dated = rule_of(total).first_attributed(ledger, one.incident);
    one.incident.dates.theft.first() > total.basis.on.last()
        || dated.is_some_and(|date| date.first() > total.basis.on.last())
}

fn is_only_on_lists(ledger: &IncidentLedger, one: &Counted<'_>) -> bool {
    use crate::vocabulary::ClaimantKind;
    let claims = &one.incident.attributions;
    let mut kinds = claims
        .iter()
        .filter(|claim| claim.sure != Standing::Denied)
        .filter_map(|claim| ledger.claimants().kind(&claim.basis.by));
    kinds.all(|kind| matches!(kind, ClaimantKind::Researcher | ClaimantKind::DataSet))
}

/// What of the difference of two sums no incident of the ledger explains.
fn unexplained(
    total: &Total,
    explanations: &[Explanation],
    (published, found): (Interval, Interval),
) -> Option<Explanation> {
    if !matches!(total.measure, Measure::Sum | Measure::Incident) {
        return None;
    }
    let difference = Usd::from_cents(published.point.abs_diff(found.point))?;
    let is_solid = |one: &&Explanation| one.reason != Reason::NotAttributedHere;
    let explained: Usd = explanations.iter().filter(is_solid).map(|one| one.usd).sum();
    let left = difference.less(explained);
    (left > Usd::ZERO).then(|| Explanation {
        reason: Reason::Unexplained,
        usd: left,
        incidents: Vec::new(),
    })
}

impl Explanation {
    fn new(reason: Reason, mut incidents: Vec<(IncidentId, Usd)>) -> Self {
        incidents.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Self { reason, usd: incidents.iter().map(|(_, usd)| *usd).sum(), incidents }
    }
}

#[cfg(test)]
mod tests {
    use super::{Interval, Verdict, judge, rounding};

    #[test]
    fn a_round_figure_stands_for_a_range() {
        assert_eq!(rounding(1_700_000_000), 50_000_000);
        assert_eq!(rounding(3_000_000_000), 150_000_000);
        assert_eq!(rounding(281_123_457), 0);
        assert_eq!(rounding(0), 0);
    }

    #[test]
    fn the_verdict_says_on_which_side_the_ledger_is() {
        let interval = |low, point, high| Interval { low: Some(low), point, high: Some(high) };
        assert_eq!(judge(interval(95, 100, 105), interval(50, 97, 120)), Verdict::Agrees);
        assert_eq!(judge(interval(95, 100, 105), interval(50, 70, 96)), Verdict::Within);
        assert_eq!(
            judge(interval(95, 100, 105), interval(50, 70, 90)),
            Verdict::LedgerLower { by: 30 }
        );
        assert_eq!(
            judge(interval(95, 100, 105), interval(110, 120, 130)),
            Verdict::LedgerHigher { by: 20 }
        );
        let more_than = |low| Interval { low: Some(low), point: low, high: None };
        assert_eq!(judge(more_than(100), interval(90, 700, 800)), Verdict::NotContradicted);
        assert_eq!(judge(more_than(100), interval(60, 90, 110)), Verdict::Within);
    }
}
