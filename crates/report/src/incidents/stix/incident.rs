//! An incident, and what connects it with the other objects.

use hawkshaw_incidents::{AttributionClaim, Incident, IncidentLedger, Standing, Vocabulary as _};
use serde_json::{Value, json};

use super::super::wording;
use super::bundle::{Bundle, Fields, Times, fields, id};
use super::claims::About;
use super::{actor, extension, identity, wallet};
use crate::text::prose;

/// Adds an incident with everything that belongs to it.
pub(super) fn add(bundle: &mut Bundle, ledger: &IncidentLedger, incident: &Incident) {
    let times = Times::of(ledger, incident);
    let about = About { ledger, incident, times: &times };
    let claims = about.extension(bundle);
    let mut object = bundle.own("incident", incident.id.as_str(), &times);
    object.extend(fields(json!({
        "name": prose(&incident.title),
        "description": description(incident),
        "labels": labels(incident),
        "external_references": about.references(incident.source_keys()),
        "extensions": { extension::claims_id(): claims },
    })));
    let theft = bundle.add(object);
    let victim = identity::victim(bundle, incident, &times);
    relate(bundle, &about, "targets", (&theft, &victim), Fields::new());
    add_whole(bundle, &about, &theft);
    add_attributions(bundle, &about, &theft);
    add_addresses(bundle, &about, &theft);
    add_notes(bundle, &about, &theft);
}

fn description(incident: &Incident) -> String {
    let began = incident.began.as_ref().and_then(|began| began.text.as_deref());
    let laundered = incident.laundered.as_ref().and_then(|laundered| laundered.text.as_deref());
    let parts = [Some(incident.summary.as_str()), began, laundered, incident.note.as_deref()];
    parts.into_iter().flatten().map(prose).collect::<Vec<_>>().join("\n\n")
}

fn labels(incident: &Incident) -> Vec<String> {
    let techniques = incident.began.iter().flat_map(|began| &began.how).map(ToString::to_string);
    [incident.kind.to_string(), incident.loot.to_string()].into_iter().chain(techniques).collect()
}

/// Adds a relationship of an incident, and gives back its id.
fn relate(
    bundle: &mut Bundle,
    about: &About<'_>,
    kind: &str,
    (source, target): (&str, &str),
    more: Fields,
) -> String {
    let key = format!("{source}/{kind}/{target}");
    let mut link = bundle.own("relationship", &key, about.times);
    link.extend(fields(json!({
        "relationship_type": kind,
        "source_ref": source,
        "target_ref": target,
    })));
    link.extend(more);
    bundle.add(link)
}

/// An incident that is part of another, if that one is in the bundle as well.
fn add_whole(bundle: &mut Bundle, about: &About<'_>, theft: &str) {
    let Some(whole) = &about.incident.part_of else { return };
    if bundle.has_incident(whole) {
        let whole = id("incident", whole.as_str());
        let more = fields(json!({ "description": "The amount of the whole contains this one." }));
        relate(bundle, about, "part-of", (theft, &whole), more);
    }
}

/// A relationship per claim, and an opinion per denial.
fn add_attributions(bundle: &mut Bundle, about: &About<'_>, theft: &str) {
    let mut links: Vec<(&AttributionClaim, String)> = Vec::new();
    for claim in &about.incident.attributions {
        let Some(confidence) = confidence(claim.sure) else { continue };
        let actor = actor::add(bundle, about, &claim.actor);
        let more = fields(json!({
            "description": wording::attribution(about.ledger, claim),
            "confidence": confidence,
            "external_references": about.references(keys(&claim.basis.sources)),
        }));
        links.push((claim, relate(bundle, about, "attributed-to", (theft, &actor), more)));
    }
    for claim in &about.incident.attributions {
        if claim.sure != Standing::Denied {
            continue;
        }
        let actors = about.ledger.actors();
        let is_denied = |other: &AttributionClaim| {
            actors.is_within(&other.actor, &claim.actor)
                || actors.is_within(&claim.actor, &other.actor)
        };
        let denied = links.iter().filter(|(other, _)| is_denied(other));
        let denied: Vec<&str> = denied.map(|(_, link)| link.as_str()).collect();
        let denial = denial(bundle, about, claim, (theft, &denied));
        bundle.add(denial);
    }
}

/// How sure a claimant is, on the scale None/Low/Med/High of STIX, appendix A; a denial is none.
fn confidence(standing: Standing) -> Option<u8> {
    match standing {
        Standing::Stated => Some(85),
        Standing::Likely => Some(50),
        Standing::Suspected => Some(15),
        Standing::Denied => None,
    }
}

/// A denial: an opinion of the claims that it denies; where nobody makes them, a note on the
/// incident.
fn denial(
    bundle: &Bundle,
    about: &About<'_>,
    claim: &AttributionClaim,
    (theft, denied): (&str, &[&str]),
) -> Fields {
    let text = wording::attribution(about.ledger, claim);
    let key = format!("{theft}/denial/{}/{}", claim.actor, claim.basis.by);
    let mut object = if denied.is_empty() {
        let mut note = bundle.own("note", &key, about.times);
        note.extend(fields(json!({ "content": text, "object_refs": [theft] })));
        note
    } else {
        let mut opinion = bundle.own("opinion", &key, about.times);
        opinion.extend(fields(json!({
            "explanation": text,
            "opinion": "strongly-disagree",
            "object_refs": denied,
        })));
        opinion
    };
    object.extend(fields(json!({
        "authors": [prose(&claim.basis.by)],
        "external_references": about.references(keys(&claim.basis.sources)),
    })));
    object
}

fn add_addresses(bundle: &mut Bundle, about: &About<'_>, theft: &str) {
    for address in &about.incident.addresses {
        let wallet = bundle.add(wallet::wallet(address));
        let more = fields(json!({
            "description": format!("Role of the address: {}.", address.role.label()),
            "external_references": about.references(keys(&address.sources)),
        }));
        relate(bundle, about, "related-to", (theft, &wallet), more);
    }
}

/// Claims of an amount where there is more than one, and of what was frozen or came back.
fn add_notes(bundle: &mut Bundle, about: &About<'_>, theft: &str) {
    let incident = about.incident;
    if incident.amounts.len() > 1 {
        let claims = incident.amounts.iter();
        let lines = claims.clone().map(wording::amount).collect();
        let authors = claims.clone().map(|claim| claim.basis.by.as_str()).collect();
        let sources = claims.flat_map(|claim| keys(&claim.basis.sources)).collect();
        let title = "Claims of the amount. The first in US dollars is the figure of the ledger.";
        add_note(bundle, about, (theft, title), Listed { lines, authors, sources });
    }
    if !incident.recoveries.is_empty() {
        let claims = incident.recoveries.iter();
        let lines = claims.clone().map(wording::recovery).collect();
        let authors = claims.clone().map(|claim| claim.basis.by.as_str()).collect();
        let sources = claims.flat_map(|claim| keys(&claim.basis.sources)).collect();
        let title = "Claims of what was frozen or came back. They may be of the same money.";
        add_note(bundle, about, (theft, title), Listed { lines, authors, sources });
    }
}

/// Claims of a note.
struct Listed<'a> {
    lines: Vec<String>,
    authors: Vec<&'a str>,
    sources: Vec<&'a str>,
}

fn add_note<'a>(
    bundle: &mut Bundle,
    about: &About<'a>,
    (theft, title): (&str, &str),
    listed: Listed<'a>,
) {
    let Listed { lines, authors, sources } = listed;
    let mut note = bundle.own("note", &format!("{theft}/{title}"), about.times);
    let mut authors: Vec<String> = authors.into_iter().map(prose).collect();
    authors.sort();
    authors.dedup();
    let mut references: Vec<Value> = Vec::new();
    for reference in about.references(sources) {
        if !references.contains(&reference) {
            references.push(reference);
        }
    }
    note.extend(fields(json!({
        "abstract": title,
        "content": lines.join("\n"),
        "authors": authors,
        "object_refs": [theft],
        "external_references": references,
    })));
    bundle.add(note);
}

fn keys(keys: &[String]) -> impl Iterator<Item = &str> + Clone {
    keys.iter().map(String::as_str)
}
