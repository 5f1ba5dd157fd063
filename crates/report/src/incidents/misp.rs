//! Incidents as events of MISP, for import or a feed.

mod attribute;
mod object;
mod tag;

use hawkshaw_incidents::{Figure, Incident, IncidentLedger, Pricing};
use serde::Serialize;

use super::day::Day;
use super::wording;
use crate::json::Object as Document;
use crate::text::prose;
use attribute::Attribute;
use object::Object;
use tag::Tag;

/// The ledger, as the organisation that made the events.
#[derive(Debug, Serialize)]
struct Organisation {
    name: &'static str,
    uuid: String,
}

/// An event, with the fields that MISP's core format names.
#[derive(Debug, Serialize)]
struct Event {
    uuid: String,
    info: String,
    date: String,
    /// 4: undefined. The ledger judges no threat.
    threat_level_id: &'static str,
    /// 2: complete. What is known of the theft is what the ledger holds.
    analysis: &'static str,
    /// 3: all communities.
    distribution: &'static str,
    published: bool,
    timestamp: String,
    #[serde(rename = "Orgc")]
    orgc: Organisation,
    #[serde(rename = "Tag")]
    tags: Vec<Tag>,
    #[serde(rename = "Attribute")]
    attributes: Vec<Attribute>,
    #[serde(rename = "Object")]
    objects: Vec<Object>,
}

#[derive(Debug, Serialize)]
struct Envelope {
    #[serde(rename = "Event")]
    event: Event,
}

/// Incidents as MISP events: `{"response": [{"Event": …}, …]}`, one event per line.
///
/// An event has a `link` per source; a `text` per claim of an amount, of an attribution and of
/// what came back, with claimant and date; a `threat-actor` per actor to whom somebody
/// attributes the theft, whose comment says who and how surely; a `victim` object; and a
/// `coin-address` object per address. Only addresses that the thief used are marked for
/// detection (`to_ids`), not those of victims, services and contracts.
///
/// Tags: `tlp:clear`; kind, loot and techniques under the predicate `hawkshaw`, with
/// `hawkshaw:contested` where claims of attribution contradict each other; and a cluster of the threat-actor galaxy
/// where somebody states or holds likely that it was that actor, and MISP has a cluster for it.
///
/// Ids are UUIDs of version 5. The date of an event is the first possible day of the theft, and
/// its timestamp the latest day on which something about it was claimed or published: nothing
/// comes from a clock.
pub fn to_misp(ledger: &IncidentLedger, incidents: &[&Incident]) -> Vec<u8> {
    let mut out = Document::new();
    let events = incidents.iter().map(|incident| Envelope { event: event(ledger, incident) });
    out.lines("response", events);
    out.finish()
}

fn event(ledger: &IncidentLedger, incident: &Incident) -> Event {
    let first = Day::first(&incident.dates.theft);
    let latest = wording::days(ledger, incident).into_iter().max().unwrap_or_else(|| first.clone());
    let timestamp = latest.seconds().max(0).to_string();
    let event = Scope { incident: incident.id.as_str(), timestamp: &timestamp };
    Event {
        uuid: event.uuid("event"),
        info: info(incident),
        date: first.text,
        threat_level_id: "4",
        analysis: "2",
        distribution: "3",
        published: false,
        orgc: Organisation { name: "Hawkshaw incident ledger", uuid: uuid("organisation") },
        tags: tag::tags(ledger, incident),
        attributes: attribute::attributes(ledger, incident, &event),
        objects: object::objects(ledger, incident, &event),
        timestamp: timestamp.clone(),
    }
}

/// The title with date, victim and figure.
fn info(incident: &Incident) -> String {
    let figure = Figure::of(incident, &Pricing::Ledger);
    let amount = figure.usd.map(|usd| format!(", USD {usd}")).unwrap_or_default();
    format!("{} ({}{amount})", prose(&incident.title), incident.dates.theft)
}

/// The event that attributes and objects belong to.
#[derive(Debug, Clone, Copy)]
struct Scope<'a> {
    incident: &'a str,
    timestamp: &'a str,
}

impl Scope<'_> {
    /// The id of a part of the event.
    fn uuid(&self, key: &str) -> String {
        uuid(&format!("{}/{key}", self.incident))
    }
}

/// The id under a key: version 5, in a namespace of its own.
fn uuid(key: &str) -> String {
    let namespace = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, b"hawkshaw.incidents/misp");
    uuid::Uuid::new_v5(&namespace, key.as_bytes()).to_string()
}
