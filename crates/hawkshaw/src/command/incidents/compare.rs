//! `hawkshaw incidents compare`.

use std::path::Path;

use anyhow::anyhow;
use hawkshaw_incidents::{
    Comparison, ImportOptions, Imported, IncidentLedger, InclusionRule, Loot, Pricing, Selection,
    Usd, YearlyTable,
};
use hawkshaw_model::Printable;
use hawkshaw_report::incidents::{to_comparison_text, to_yearly_text};
use jiff::civil::Date;
use serde_json::json;

use crate::exit::Failure;
use crate::screen;

pub(super) fn run(ledger: &IncidentLedger, wanted: &[String], json: bool) -> Result<(), Failure> {
    if ledger.totals().is_empty() {
        let error = anyhow!("the ledger has no published totals: its folder has no totals.toml");
        return Err(Failure::Usage(error));
    }
    for id in wanted {
        if !ledger.totals().iter().any(|total| total.id == *id) {
            let known: Vec<&str> = ledger.totals().iter().map(|total| total.id.as_str()).collect();
            return Err(Failure::Usage(anyhow!(
                "`{}` is no published total of the ledger: {}",
                Printable(id),
                known.join(", ")
            )));
        }
    }
    let mut comparisons: Vec<Comparison<'_>> = ledger.compare_all();
    if !wanted.is_empty() {
        comparisons.retain(|comparison| wanted.contains(&comparison.total.id));
    }
    if json {
        return super::answer_json(&json!({
            "schema": "hawkshaw.incidents.compare/1",
            "comparisons": comparisons,
        }));
    }
    screen::answer(to_comparison_text(ledger, &comparisons, super::style()).as_bytes())
}

/// Puts a table of yearly totals beside the ledger.
pub(super) fn table(
    ledger: &IncidentLedger,
    path: &Path,
    actor: &str,
    json: bool,
) -> Result<(), Failure> {
    let actor = &super::read::actor(ledger, actor)?;
    let Imported::YearlyTotals(table) = super::import::read(path, &ImportOptions::default())?
    else {
        let shown = path.display();
        let error = anyhow!(
            "{shown} is a list of incidents, no table of yearly totals: \
             use `hawkshaw incidents import {shown}`"
        );
        return Err(Failure::Usage(error));
    };
    if json {
        let years: Vec<_> = years(ledger, &table, actor)
            .into_iter()
            .map(|(year, incidents, usd)| {
                json!({ "year": year, "incidents": incidents, "usd": usd })
            })
            .collect();
        return super::answer_json(&json!({
            "schema": "hawkshaw.incidents.compare/1",
            "table": super::import::yearly_json(&table),
            "ledger": years,
        }));
    }
    screen::answer(yearly_text(ledger, &table, actor).as_bytes())
}

/// A table of yearly totals beside the thefts that the ledger counts for an actor.
pub(super) fn yearly_text(ledger: &IncidentLedger, table: &YearlyTable, actor: &str) -> String {
    to_yearly_text(table, &years(ledger, table, actor), super::style())
}

/// What the ledger counts for an actor in the years of a table: incidents and sum.
fn years(ledger: &IncidentLedger, table: &YearlyTable, actor: &str) -> Vec<(i16, usize, Usd)> {
    let rule = InclusionRule {
        actor: Some(actor.to_owned()),
        loot: Some(Loot::Crypto),
        ..InclusionRule::default()
    };
    let all = Selection::new(ledger, rule, Pricing::Ledger);
    let of_year = |year: &i16| {
        let from = Date::new(*year, 1, 1).ok()?;
        let to = Date::new(year.checked_add(1)?, 1, 1).ok()?;
        let part = all.within(ledger, from, to);
        Some((*year, part.counted.len(), part.sum()))
    };
    table.years.iter().filter_map(of_year).collect()
}
