//! Everything that is counted over a selection, with the rules and the list behind it.

use serde::Serialize;

use crate::correlation::CorrelationTest;
use crate::group::{Group, GroupBy};
use crate::launches::Launches;
use crate::ledger::IncidentLedger;
use crate::measures::{Concentration, Delays, Recovered};
use crate::selection::{Counted, Omission, Selection};
use crate::share::{Share, Span};
use crate::timeline::{Timeline, launches_by_year};
use crate::vocabulary::Vocabulary as _;

/// Everything that is counted over a selection.
#[derive(Debug, Clone, Serialize)]
pub struct Statistics<'a> {
    /// Which incidents are counted, as a sentence.
    pub inclusion: String,
    /// Which claim gives an amount, as a sentence.
    pub price_rule: String,
    /// The sum of the amounts, with its range.
    pub sum: Span,
    /// The incidents behind it.
    pub incidents: Vec<Counted<'a>>,
    /// Incidents that nearly fit the rule, with the reason for which they are not counted.
    pub omitted: Vec<(Counted<'a>, Omission)>,
    /// The sums by everything that incidents can have in common.
    pub groups: Vec<Grouping<'a>>,
    /// How far a few incidents make up the sum.
    pub concentration: Option<Concentration>,
    /// The time from thefts to their first attribution.
    pub delays: Delays,
    /// What was frozen or came back.
    pub recovered: Vec<Recovered>,
    /// The part of all thefts of cryptocurrency, by year and denominator.
    pub shares: Vec<Share>,
    /// The part of every series of context, by year.
    pub context: Vec<Share>,
    /// Launches of missiles by year, of the whole list.
    pub launches: Vec<(i16, u32)>,
    /// Thefts and launches by month.
    pub timeline: Timeline,
    /// Whether the two go together.
    pub correlations: Vec<CorrelationTest>,
}

/// The groups by one thing.
#[derive(Debug, Clone, Serialize)]
pub struct Grouping<'a> {
    /// By what.
    pub by: GroupBy,
    /// The groups.
    pub groups: Vec<Group<'a>>,
}

impl<'a> Statistics<'a> {
    /// Counts over a selection, beside a list of launches.
    pub fn of(
        ledger: &'a IncidentLedger,
        selection: &Selection<'a>,
        launches: &[Launches],
    ) -> Self {
        let timeline = Timeline::new(selection, launches);
        let grouping = |by: &GroupBy| Grouping { by: *by, groups: selection.groups(ledger, *by) };
        Self {
            inclusion: selection.rule.text(ledger),
            price_rule: selection.pricing.text(),
            sum: selection.span(),
            incidents: selection.counted.clone(),
            omitted: selection.omitted.clone(),
            groups: GroupBy::ALL.iter().map(grouping).collect(),
            concentration: selection.concentration(),
            delays: selection.delays(ledger),
            recovered: selection.recovered(),
            shares: selection.shares(ledger),
            context: selection.against_context(ledger),
            launches: launches_by_year(launches),
            correlations: timeline.correlations(),
            timeline,
        }
    }

    /// The groups by one thing.
    pub fn by(&self, by: GroupBy) -> &[Group<'a>] {
        self.groups.iter().find(|grouping| grouping.by == by).map_or(&[], |found| &found.groups)
    }
}
