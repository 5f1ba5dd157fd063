//! Incidents as JSON, schema `hawkshaw.incidents/1`: one incident per line, so that two ledgers
//! can be compared line by line.

use std::collections::BTreeMap;

use hawkshaw_incidents::{ClaimantKind, Incident, IncidentLedger, Source};
use serde::Serialize;

use crate::json::Object;

#[derive(Serialize)]
struct Claimant<'a> {
    name: &'a str,
    kind: ClaimantKind,
}

#[derive(Serialize)]
struct SharedSource<'a> {
    key: &'a str,
    #[serde(flatten)]
    source: &'a Source,
}

/// Incidents as JSON: everything that their files say, and what they refer to.
///
/// The fields are `schema` (`hawkshaw.incidents/1`), `actors` and `claimants` (all of the
/// ledger), `sources` (those outside of the files of the incidents that an incident or one of
/// its sources names, each with its `key`), and `incidents`. An incident has the fields of its
/// file, the lists of claims under `amounts`, `attributions`, `recoveries` and `addresses`; what
/// a file leaves out is `null` or an empty list. Amounts are decimal text: US dollars under
/// `usd`, `usd_low` and `usd_high`, whole units of the asset under `amount`. Text is unchanged;
/// invisible characters are written as escapes.
pub fn to_json(ledger: &IncidentLedger, incidents: &[&Incident]) -> Vec<u8> {
    let mut out = Object::new();
    out.field("schema", &"hawkshaw.incidents/1");
    out.lines("actors", ledger.actors().iter());
    out.lines("claimants", ledger.claimants().iter().map(|(name, kind)| Claimant { name, kind }));
    let shared = shared_sources(ledger, incidents).into_iter();
    out.lines("sources", shared.map(|(key, source)| SharedSource { key, source }));
    out.lines("incidents", incidents.iter());
    out.finish()
}

/// The sources that incidents name and do not hold: cited, or as the data set of a source.
fn shared_sources<'a>(
    ledger: &'a IncidentLedger,
    incidents: &[&'a Incident],
) -> BTreeMap<&'a str, &'a Source> {
    let mut shared = BTreeMap::new();
    for incident in incidents {
        let mut open = incident.source_keys();
        open.extend(incident.sources.values().filter_map(|source| source.data_set.as_deref()));
        while let Some(key) = open.pop() {
            if incident.sources.contains_key(key) || shared.contains_key(key) {
                continue;
            }
            let Some(source) = ledger.source(incident, key) else { continue };
            shared.insert(key, source);
            open.extend(source.data_set.as_deref());
        }
    }
    shared
}
