//! Who made the bundle, who was stolen from, who claims what, and where they are.

use hawkshaw_incidents::{ClaimantKind, Incident, VictimKind};
use serde_json::json;

use super::bundle::{Bundle, Fields, Times, fields, id};
use super::claims::About;
use crate::text::prose;

const CREATOR: &str = "ledger";

/// The id of the creator of every object.
pub(super) fn creator_id() -> String {
    id("identity", CREATOR)
}

/// The ledger, as creator of every object.
pub(super) fn creator(bundle: &Bundle) -> Fields {
    let mut identity = bundle.shared("identity", CREATOR);
    identity.extend(fields(json!({
        "name": "Hawkshaw incident ledger",
        "description": "A ledger of thefts of cryptocurrency: what is claimed about each, by whom, and where that can be read.",
        "identity_class": "system",
    })));
    identity
}

/// The claimant that is whoever was stolen from: another one in every incident.
const THE_VICTIM: &str = "the victim";

/// Adds the claimant of a claim about an incident.
pub(super) fn claimant(bundle: &mut Bundle, about: &About<'_>, name: &str) -> String {
    let ledger = about.ledger;
    if name == THE_VICTIM {
        return victim(bundle, about.incident, about.times);
    }
    let mut identity = bundle.shared("identity", &format!("claimant/{name}"));
    let kind = ledger.claimants().kind(name);
    let class = match kind {
        Some(ClaimantKind::Researcher | ClaimantKind::DataSet) | None => "unknown",
        Some(ClaimantKind::Press) => "class",
        Some(_) => "organization",
    };
    identity.extend(fields(json!({
        "name": prose(name),
        "identity_class": class,
        "roles": ["claimant"],
        "labels": kind.map(|kind| vec![kind.to_string()]),
    })));
    bundle.add(identity)
}

/// Adds the victim of an incident, and where it is.
pub(super) fn victim(bundle: &mut Bundle, incident: &Incident, times: &Times) -> String {
    let victim = &incident.victim;
    let country = victim.country.as_deref().unwrap_or_default();
    let key = format!("victim/{}/{country}/{}", victim.kind, victim.name);
    let is_named =
        !matches!(victim.kind, VictimKind::Individuals | VictimKind::Unknown | VictimKind::Other);
    let mut identity = if is_named {
        bundle.shared("identity", &key)
    } else {
        // Private persons of two thefts are not the same persons.
        let mut identity = bundle.shared("identity", &format!("{key}/{}", incident.id));
        identity.extend(times.fields());
        identity
    };
    identity.extend(fields(json!({
        "name": prose(&victim.name),
        "identity_class": class(victim.kind),
        "sectors": sectors(victim.kind),
        "roles": ["victim"],
        "labels": [victim.kind.to_string()],
    })));
    let victim = bundle.add(identity);
    if !country.is_empty() {
        let mut location = bundle.shared("location", country);
        location.extend(fields(json!({ "name": country, "country": country })));
        let location = bundle.add(location);
        let mut link = bundle.shared("relationship", &format!("{victim}/located-at/{country}"));
        link.extend(fields(json!({
            "relationship_type": "located-at",
            "source_ref": victim,
            "target_ref": location,
        })));
        bundle.add(link);
    }
    victim
}

/// A word of `identity-class-ov`.
fn class(kind: VictimKind) -> &'static str {
    match kind {
        VictimKind::Individuals => "class",
        VictimKind::Bridge | VictimKind::DefiProtocol | VictimKind::Wallet => "system",
        VictimKind::Other | VictimKind::Unknown => "unknown",
        _ => "organization",
    }
}

/// Words of `industry-sector-ov`. Its `mining` is of ore.
fn sectors(kind: VictimKind) -> Option<[&'static str; 1]> {
    match kind {
        VictimKind::Individuals | VictimKind::Other | VictimKind::Unknown => None,
        VictimKind::Gaming => Some(["entertainment"]),
        VictimKind::Mining | VictimKind::Wallet => Some(["technology"]),
        _ => Some(["financial-services"]),
    }
}
