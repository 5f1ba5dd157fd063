//! `hawkshaw incidents show`.

use anyhow::anyhow;
use hawkshaw_incidents::{Figure, Incident, IncidentLedger, Pricing};
use hawkshaw_model::Printable;
use hawkshaw_report::incidents::to_incident_text;
use serde_json::json;

use crate::exit::Failure;
use crate::screen;

/// Readings of an ambiguous name that are listed.
const READINGS_MAX: usize = 20;

pub(super) fn run(ledger: &IncidentLedger, name: &str, json: bool) -> Result<(), Failure> {
    let incident = find(ledger, name)?;
    if json {
        let sources: serde_json::Map<String, serde_json::Value> = incident
            .source_keys()
            .into_iter()
            .filter_map(|key| Some((key.to_owned(), json!(ledger.source(incident, key)?))))
            .collect();
        let figure = Figure::of(incident, &Pricing::Ledger);
        return super::answer_json(&json!({
            "schema": "hawkshaw.incident/1",
            "incident": incident,
            "figure": figure,
            "sources": sources,
        }));
    }
    screen::answer(to_incident_text(ledger, incident, super::style()).as_bytes())
}

/// The incident that a text means: by its id, else the only one whose names contain it.
fn find<'a>(ledger: &'a IncidentLedger, name: &str) -> Result<&'a Incident, Failure> {
    if let Some(incident) = ledger.incidents().find(|incident| incident.id.as_str() == name) {
        return Ok(incident);
    }
    let wanted = name.trim().to_lowercase();
    let names = |incident: &'a Incident| {
        let own = [incident.id.as_str(), &incident.title, &incident.victim.name];
        own.into_iter().chain(incident.aliases.iter().map(String::as_str))
    };
    let contains = |incident: &&'a Incident| {
        !wanted.is_empty() && names(incident).any(|name| name.to_lowercase().contains(&wanted))
    };
    let found: Vec<&Incident> = ledger.incidents().filter(contains).collect();
    match found[..] {
        [only] => Ok(only),
        [] => Err(Failure::Usage(anyhow!(
            "`{}` is no incident of the ledger; `hawkshaw incidents list --kind all` lists all",
            Printable(name)
        ))),
        _ => {
            let mut ids: Vec<&str> =
                found.iter().take(READINGS_MAX).map(|incident| incident.id.as_str()).collect();
            if found.len() > READINGS_MAX {
                ids.push("…");
            }
            Err(Failure::Usage(anyhow!(
                "`{}` can be any of {}: {}",
                Printable(name),
                found.len(),
                ids.join(", ")
            )))
        }
    }
}
