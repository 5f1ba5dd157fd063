//! Incidents put together by what they have in common.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ledger::IncidentLedger;
use crate::percent::Percent;
use crate::selection::{Counted, InclusionRule, Selection};
use crate::share::Span;
use crate::vocabulary::{Vocabulary as _, vocabulary};

vocabulary! {
    /// By what incidents are put together.
    GroupBy {
        /// The year of the theft.
        Year = "year",
        /// The quarter of the theft.
        Quarter = "quarter",
        /// Whom the first claim of attribution names that fits the rule and is no denial.
        Actor = "actor",
        /// What the victim is.
        Victim = "victim",
        /// The chain; incidents on several are a group of their own.
        Chain = "chain",
        /// The main technique.
        Technique = "technique",
        /// The country of the victim.
        Country = "country",
    }
}

/// Incidents that have something in common, with their sum and the list behind it.
#[derive(Debug, Clone, Serialize)]
pub struct Group<'a> {
    /// What they have in common, as an id.
    pub key: String,
    /// The same, for people.
    pub label: String,
    /// The sum of the amounts.
    #[serde(flatten)]
    pub sum: Span,
    /// The part of the sum of all groups.
    pub share: Option<Percent>,
    /// The incidents.
    pub incidents: Vec<Counted<'a>>,
}

/// The key of incidents of which the common thing is not known.
const UNKNOWN: &str = "unknown";

impl<'a> Selection<'a> {
    /// The counted incidents in groups. Each is in exactly one, so that the sums of the groups
    /// are the sum of all. Years and quarters are in order of time, other groups by their sums.
    pub fn groups(&self, ledger: &IncidentLedger, by: GroupBy) -> Vec<Group<'a>> {
        let mut members: BTreeMap<(String, String), Vec<Counted<'a>>> = BTreeMap::new();
        for one in &self.counted {
            members.entry(key(ledger, &self.rule, one, by)).or_default().push(*one);
        }
        let total = self.sum();
        let mut groups: Vec<Group<'a>> = members
            .into_iter()
            .map(|((key, label), incidents)| {
                let sum = Span::of(&incidents);
                let share = sum.usd.and_then(|usd| Percent::of(usd.cents(), total.cents()));
                Group { key, label, sum, share, incidents }
            })
            .collect();
        if !matches!(by, GroupBy::Year | GroupBy::Quarter) {
            groups.sort_by(|a, b| b.sum.usd.cmp(&a.sum.usd).then_with(|| a.key.cmp(&b.key)));
        }
        groups
    }
}

/// The key and the label of the group of an incident.
fn key(
    ledger: &IncidentLedger,
    rule: &InclusionRule,
    one: &Counted<'_>,
    by: GroupBy,
) -> (String, String) {
    let incident = one.incident;
    let theft = &incident.dates.theft;
    let same = |text: String| (text.clone(), text);
    match by {
        GroupBy::Year => match theft.year() {
            Some(year) => same(year.to_string()),
            None => same(format!("{}/{}", theft.first().year(), theft.last().year())),
        },
        GroupBy::Quarter => match (theft.quarter(), theft.year()) {
            (Some((year, quarter)), _) => same(format!("{year}-Q{quarter}")),
            (None, Some(year)) => (format!("{year}-Q?"), format!("{year}, quarter unknown")),
            (None, None) => same(format!("{}/{}", theft.first().year(), theft.last().year())),
        },
        GroupBy::Actor => {
            let claim = rule.claim_that_counts(ledger, incident);
            match claim.and_then(|claim| ledger.actors().get(&claim.actor)) {
                Some(actor) => (actor.id.clone(), actor.name.clone()),
                None => ("unattributed".to_owned(), "nobody named".to_owned()),
            }
        }
        GroupBy::Victim => (incident.victim.kind.to_string(), incident.victim.kind.label()),
        GroupBy::Chain => match incident.chains[..] {
            [] => same(UNKNOWN.to_owned()),
            [chain] => (chain.slug().to_owned(), chain.name().to_owned()),
            _ => ("several".to_owned(), "several chains".to_owned()),
        },
        GroupBy::Technique => {
            let technique = incident.technique();
            (technique.to_string(), technique.label())
        }
        GroupBy::Country => {
            same(incident.victim.country.clone().unwrap_or_else(|| UNKNOWN.to_owned()))
        }
    }
}
