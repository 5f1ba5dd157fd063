//! Attributes of an event: links and claims.

use std::collections::BTreeMap;

use hawkshaw_incidents::{Incident, IncidentLedger, Standing};
use serde::Serialize;

use super::super::wording;
use super::Scope;
use crate::text::prose;

/// Characters of a comment that MISP stores (a column of type `text`, 65,535 bytes).
const COMMENT_CHARACTERS_MAX: usize = 16_000;

/// An attribute, also of an object.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Attribute {
    uuid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    object_relation: Option<&'static str>,
    #[serde(rename = "type")]
    kind: &'static str,
    category: &'static str,
    value: String,
    comment: String,
    to_ids: bool,
    disable_correlation: bool,
    /// 5: as the event.
    distribution: &'static str,
    timestamp: String,
}

/// What an attribute is: its type, its category and whether it helps to detect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sort {
    pub(super) kind: &'static str,
    pub(super) category: &'static str,
    pub(super) to_ids: bool,
    /// The name within an object.
    pub(super) relation: Option<&'static str>,
}

impl Sort {
    /// Something to read, outside of objects.
    fn plain(kind: &'static str, category: &'static str) -> Self {
        Self { kind, category, to_ids: false, relation: None }
    }
}

impl Attribute {
    pub(super) fn new(scope: &Scope<'_>, key: &str, sort: Sort, texts: (String, String)) -> Self {
        let (value, comment) = texts;
        Self {
            uuid: scope.uuid(key),
            object_relation: sort.relation,
            kind: sort.kind,
            category: sort.category,
            value,
            comment: crate::text::cut(&comment, COMMENT_CHARACTERS_MAX),
            to_ids: sort.to_ids,
            // Claims and words are alike in many events and connect nothing.
            disable_correlation: !matches!(sort.kind, "link" | "btc" | "xmr" | "dash")
                && sort.relation != Some("address-crypto"),
            distribution: "5",
            timestamp: scope.timestamp.to_owned(),
        }
    }
}

/// The attributes of an event. MISP takes a value of a type only once, so that claims are
/// numbered, and sources with the same link share an attribute.
pub(super) fn attributes(
    ledger: &IncidentLedger,
    incident: &Incident,
    scope: &Scope<'_>,
) -> Vec<Attribute> {
    let mut all = vec![Attribute::new(
        scope,
        "summary",
        Sort::plain("comment", "Other"),
        (prose(&incident.summary), facts(incident)),
    )];
    let claims = incident.amounts.iter().map(wording::amount);
    all.extend(numbered(scope, "Amount claim", "Financial fraud", claims.collect()));
    all.extend(actors(ledger, incident, scope));
    let claims = incident.attributions.iter().map(|claim| wording::attribution(ledger, claim));
    all.extend(numbered(scope, "Attribution claim", "Attribution", claims.collect()));
    let claims = incident.recoveries.iter().map(wording::recovery);
    all.extend(numbered(scope, "Recovery claim", "Financial fraud", claims.collect()));
    all.extend(links(ledger, incident, scope));
    all
}

fn facts(incident: &Incident) -> String {
    let mut parts = vec![format!("{} of {}", incident.kind, incident.loot)];
    parts.push(format!("theft {}", incident.dates.theft));
    let dates = &incident.dates;
    parts.extend(dates.discovered.as_ref().map(|date| format!("discovered {date}")));
    parts.extend(dates.attributed.as_ref().map(|date| format!("attributed {date}")));
    let chains: Vec<String> = incident.chains.iter().map(ToString::to_string).collect();
    if !chains.is_empty() {
        parts.push(format!("chains {}", chains.join(", ")));
    }
    if !incident.assets.is_empty() {
        parts.push(format!("assets {}", incident.assets.join(", ")));
    }
    parts.extend(incident.part_of.as_ref().map(|whole| format!("part of {whole}")));
    let began = incident.began.as_ref().and_then(|began| began.text.as_deref());
    let laundered = incident.laundered.as_ref().and_then(|laundered| laundered.text.as_deref());
    let texts = [began, laundered, incident.note.as_deref()].into_iter().flatten().map(prose);
    let facts = format!("{}.", parts.join("; "));
    [facts].into_iter().chain(texts).collect::<Vec<_>>().join(" ")
}

fn numbered(
    scope: &Scope<'_>,
    title: &'static str,
    category: &'static str,
    claims: Vec<String>,
) -> Vec<Attribute> {
    let count = claims.len();
    let attribute = |(index, claim): (usize, String)| {
        let value = format!("{title} {} of {count}: {claim}", index + 1);
        let key = format!("{title}/{index}");
        Attribute::new(scope, &key, Sort::plain("text", category), (value, String::new()))
    };
    claims.into_iter().enumerate().map(attribute).collect()
}

/// An attribute per actor, with everybody who speaks of it.
fn actors(ledger: &IncidentLedger, incident: &Incident, scope: &Scope<'_>) -> Vec<Attribute> {
    let mut all: Vec<Attribute> = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    let claims = &incident.attributions;
    for claim in claims.iter().filter(|claim| claim.sure != Standing::Denied) {
        if done.contains(&claim.actor.as_str()) {
            continue;
        }
        done.push(&claim.actor);
        let same = claims.iter().filter(|other| other.actor == claim.actor);
        let who: Vec<String> = same
            .map(|other| format!("{} ({}, {})", prose(&other.basis.by), other.sure, other.basis.on))
            .collect();
        let texts = (wording::actor_name(ledger, &claim.actor), who.join("; "));
        let key = format!("actor/{}", claim.actor);
        all.push(Attribute::new(scope, &key, Sort::plain("threat-actor", "Attribution"), texts));
    }
    all
}

fn links(ledger: &IncidentLedger, incident: &Incident, scope: &Scope<'_>) -> Vec<Attribute> {
    let mut comments: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for source in wording::sources(ledger, incident, incident.source_keys()) {
        let link = wording::link(&source.url);
        let of_link = comments.entry(link.clone()).or_default();
        if of_link.is_empty() {
            order.push(link);
        }
        of_link.push(wording::source(source));
    }
    let attribute = |link: String| {
        let comment = comments.get(&link).map(|parts| parts.join("; ")).unwrap_or_default();
        let key = format!("link/{link}");
        Attribute::new(scope, &key, Sort::plain("link", "External analysis"), (link, comment))
    };
    order.into_iter().map(attribute).collect()
}
