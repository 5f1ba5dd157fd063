//! The columns of an incident, for tables: each once, with its name and its type.

use hawkshaw_incidents::{
    AmountClaim, AttributionClaim, Counted, Figure, Incident, IncidentLedger, Outcome, Pricing,
    Standing, Usd,
};

use super::day::Day;
use crate::text::prose;

/// A column: its name, and its cell in a row. `None` is an empty cell.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    Text(&'static str, fn(&Row<'_>) -> Option<String>),
    Usd(&'static str, fn(&Row<'_>) -> Option<Usd>),
    Day(&'static str, fn(&Row<'_>) -> Option<Day>),
    Count(&'static str, fn(&Row<'_>) -> u64),
    Flag(&'static str, fn(&Row<'_>) -> bool),
}

impl Column {
    /// The name; amounts without their unit.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Text(name, _)
            | Self::Usd(name, _)
            | Self::Day(name, _)
            | Self::Count(name, _)
            | Self::Flag(name, _) => name,
        }
    }
}

/// An incident with what its cells are made of.
#[derive(Debug)]
pub(super) struct Row<'a> {
    ledger: &'a IncidentLedger,
    incident: &'a Incident,
    figure: Figure,
    /// The claim that gives the figure.
    amount: Option<&'a AmountClaim>,
    /// The first attribution that denies nothing.
    attribution: Option<&'a AttributionClaim>,
}

impl<'a> Row<'a> {
    pub(super) fn new(ledger: &'a IncidentLedger, incident: &'a Incident) -> Self {
        let figure = Figure::of(incident, &Pricing::Ledger);
        let amount = figure.claim.and_then(|claim| incident.amounts.get(claim));
        let attribution = incident.attributions.iter().find(|claim| claim.sure != Standing::Denied);
        Self { ledger, incident, figure, amount, attribution }
    }

    /// The least and the most that had an outcome.
    fn recovered(&self, outcome: Outcome) -> (Option<Usd>, Option<Usd>) {
        let one = Counted { incident: self.incident, figure: self.figure };
        one.recovered(outcome).unzip()
    }

    fn sources(&self) -> String {
        let keys = self.incident.source_keys();
        let sources = keys.iter().filter_map(|key| self.ledger.source(self.incident, key));
        // `;` stands between links, so that within one it has to be written otherwise.
        let links: Vec<String> =
            sources.map(|source| prose(&source.url).replace(';', "%3B")).collect();
        links.join(";")
    }
}

fn words<W: ToString>(words: &[W]) -> Option<String> {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join(";"))
}

/// The columns, in their order.
pub(super) const COLUMNS: &[Column] = &[
    Column::Text("id", |row| Some(row.incident.id.to_string())),
    Column::Text("title", |row| Some(prose(&row.incident.title))),
    Column::Text("kind", |row| Some(row.incident.kind.to_string())),
    Column::Text("loot", |row| Some(row.incident.loot.to_string())),
    Column::Text("date_theft", |row| Some(row.incident.dates.theft.to_string())),
    Column::Day("date_theft_first", |row| Some(Day::first(&row.incident.dates.theft))),
    Column::Day("date_theft_last", |row| Some(Day::last(&row.incident.dates.theft))),
    Column::Text("date_discovered", |row| {
        Some(row.incident.dates.discovered.as_ref()?.to_string())
    }),
    Column::Day("date_discovered_first", |row| {
        row.incident.dates.discovered.as_ref().map(Day::first)
    }),
    Column::Day("date_discovered_last", |row| {
        row.incident.dates.discovered.as_ref().map(Day::last)
    }),
    Column::Text("date_attributed", |row| {
        Some(row.incident.dates.attributed.as_ref()?.to_string())
    }),
    Column::Day("date_attributed_first", |row| {
        row.incident.dates.attributed.as_ref().map(Day::first)
    }),
    Column::Day("date_attributed_last", |row| {
        row.incident.dates.attributed.as_ref().map(Day::last)
    }),
    Column::Text("victim", |row| Some(prose(&row.incident.victim.name))),
    Column::Text("victim_kind", |row| Some(row.incident.victim.kind.to_string())),
    Column::Text("country", |row| row.incident.victim.country.clone()),
    Column::Text("chains", |row| words(&row.incident.chains)),
    Column::Text("assets", |row| words(&row.incident.assets)),
    Column::Usd("usd", |row| row.figure.usd),
    Column::Usd("usd_low", |row| row.figure.low),
    Column::Usd("usd_high", |row| row.figure.high),
    Column::Text("priced", |row| Some(row.amount?.priced.to_string())),
    Column::Text("amount_by", |row| Some(prose(&row.amount?.basis.by))),
    Column::Text("amount_on", |row| Some(row.amount?.basis.on.to_string())),
    Column::Text("amount_sure", |row| Some(row.amount?.sure.to_string())),
    Column::Count("amount_claims", |row| count(row.incident.amounts.len())),
    Column::Text("actor", |row| Some(row.attribution?.actor.clone())),
    Column::Text("actor_name", |row| {
        Some(prose(&row.ledger.actors().get(&row.attribution?.actor)?.name))
    }),
    Column::Text("actor_whole", |row| {
        Some(row.ledger.actors().whole(&row.attribution?.actor)?.id.clone())
    }),
    Column::Text("attributed_by", |row| Some(prose(&row.attribution?.basis.by))),
    Column::Text("attributed_on", |row| Some(row.attribution?.basis.on.to_string())),
    Column::Text("attributed_sure", |row| Some(row.attribution?.sure.to_string())),
    Column::Count("attribution_claims", |row| count(row.incident.attributions.len())),
    Column::Flag("contested", |row| row.ledger.is_contested(row.incident)),
    Column::Text("techniques", |row| words(&row.incident.began.as_ref()?.how)),
    Column::Text("channels", |row| words(&row.incident.laundered.as_ref()?.through)),
    Column::Usd("frozen_usd_low", |row| row.recovered(Outcome::Frozen).0),
    Column::Usd("frozen_usd_high", |row| row.recovered(Outcome::Frozen).1),
    Column::Usd("seized_usd_low", |row| row.recovered(Outcome::Seized).0),
    Column::Usd("seized_usd_high", |row| row.recovered(Outcome::Seized).1),
    Column::Usd("returned_usd_low", |row| row.recovered(Outcome::Returned).0),
    Column::Usd("returned_usd_high", |row| row.recovered(Outcome::Returned).1),
    Column::Usd("recovered_usd_low", |row| row.recovered(Outcome::Recovered).0),
    Column::Usd("recovered_usd_high", |row| row.recovered(Outcome::Recovered).1),
    Column::Usd("blocked_usd_low", |row| row.recovered(Outcome::Blocked).0),
    Column::Usd("blocked_usd_high", |row| row.recovered(Outcome::Blocked).1),
    Column::Count("recovery_claims", |row| count(row.incident.recoveries.len())),
    Column::Text("part_of", |row| Some(row.incident.part_of.as_ref()?.to_string())),
    Column::Text("case", |row| row.incident.case.as_deref().map(prose)),
    Column::Count("addresses", |row| count(row.incident.addresses.len())),
    Column::Text("sources", |row| Some(row.sources())),
];

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, Outcome};
    use hawkshaw_incidents::Vocabulary as _;

    #[test]
    fn every_outcome_has_its_two_columns() {
        for outcome in Outcome::ALL {
            for end in ["low", "high"] {
                let name = format!("{outcome}_usd_{end}");
                assert_eq!(
                    COLUMNS.iter().filter(|column| column.name() == name).count(),
                    1,
                    "{name}"
                );
            }
        }
    }
}
