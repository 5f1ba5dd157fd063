//! One incident with everything that is claimed about it.

use hawkshaw_incidents::{Counted, Incident, IncidentLedger, Seen, Vocabulary as _};

use super::{cells, claims};
use crate::html::parts;
use crate::markup::Markup;
use crate::text::label;

/// Writes the entry of an incident.
pub(super) fn entry(page: &mut Markup, ledger: &IncidentLedger, one: &Counted<'_>) {
    let incident = one.incident;
    page.leaf("p", &[("class", "story")], &incident.summary);
    if let Some(note) = &incident.note {
        page.leaf("p", &[("class", "note")], note);
    }
    facts(page, incident);
    claims::amounts(page, ledger, one);
    claims::attributions(page, ledger, incident);
    course(page, ledger, incident);
    claims::recoveries(page, ledger, incident);
    addresses(page, ledger, incident);
    sources(page, ledger, incident);
}

fn facts(page: &mut Markup, incident: &Incident) {
    let dates = &incident.dates;
    let date = |date: &Option<hawkshaw_incidents::PartialDate>| match date {
        Some(date) => cells::date(date),
        None => "unknown".to_owned(),
    };
    let victim = &incident.victim;
    let country = victim.country.as_deref().unwrap_or("country unknown");
    let chains: Vec<&str> = incident.chains.iter().map(|chain| chain.name()).collect();
    let known = |list: String| if list.is_empty() { "unknown".to_owned() } else { list };
    let mut facts = vec![
        ("What", format!("{}, taken in {}", incident.kind.label(), incident.loot.label())),
        ("Stolen", cells::date(&dates.theft)),
        ("Discovered", date(&dates.discovered)),
        ("First attributed", date(&dates.attributed)),
        ("Victim", format!("{} ({}, {country})", label(&victim.name), victim.kind.label())),
        ("Chains", known(chains.join(", "))),
        ("Assets", known(incident.assets.join(", "))),
    ];
    if !incident.aliases.is_empty() {
        facts.push(("Also called", incident.aliases.join(", ")));
    }
    if let Some(whole) = &incident.part_of {
        facts.push(("Part of", format!("{whole}, whose amount contains this one")));
    }
    if let Some(case) = &incident.case {
        facts.push(("Traced", format!("hawkshaw trace cases/{}", label(case))));
    }
    facts.push(("Id", incident.id.to_string()));
    page.node("dl", &[("class", "facts")], |page| {
        for (name, value) in facts {
            page.leaf("dt", &[], name);
            page.leaf("dd", &[], &value);
        }
    });
    page.line();
}

fn course(page: &mut Markup, ledger: &IncidentLedger, incident: &Incident) {
    let source = |key: &str| ledger.source(incident, key);
    page.leaf("h4", &[], "How it began");
    match &incident.began {
        None => page.leaf("p", &[("class", "unknown")], "Unknown: no source here says."),
        Some(began) => page.node("p", &[], |page| {
            let words: Vec<String> = began.how.iter().map(|technique| technique.label()).collect();
            page.leaf("strong", &[], &words.join(", "));
            if let Some(text) = &began.text {
                page.text(&format!(". {text}"));
            }
            cells::keys(page, &began.sources, source);
        }),
    }
    let Some(laundered) = &incident.laundered else { return };
    page.leaf("h4", &[], "How it was laundered");
    page.node("p", &[], |page| {
        let words: Vec<String> = laundered.through.iter().map(|channel| channel.label()).collect();
        page.leaf("strong", &[], &words.join(", "));
        if !laundered.services.is_empty() {
            page.text(&format!(" ({})", laundered.services.join(", ")));
        }
        if let Some(text) = &laundered.text {
            page.text(&format!(". {text}"));
        }
        cells::keys(page, &laundered.sources, source);
    });
    page.line();
}

fn addresses(page: &mut Markup, ledger: &IncidentLedger, incident: &Incident) {
    if incident.addresses.is_empty() {
        return;
    }
    page.leaf("h4", &[], "Addresses that sources name");
    page.node("ul", &[("class", "addresses")], |page| {
        for address in &incident.addresses {
            page.node("li", &[], |page| {
                parts::copyable(page, &address.account, "address");
                page.text(&format!(" {}", address.role.label()));
                cells::keys(page, &address.sources, |key| ledger.source(incident, key));
            });
        }
    });
    page.line();
}

fn sources(page: &mut Markup, ledger: &IncidentLedger, incident: &Incident) {
    page.leaf("h4", &[], "Sources");
    page.node("ul", &[("class", "sources")], |page| {
        for key in incident.source_keys() {
            let Some(source) = ledger.source(incident, key) else { continue };
            page.node("li", &[], |page| {
                page.text(&format!("{}: ", source.publisher));
                cells::link(page, &source.url, "", &source.title);
                if let Some(published) = &source.published {
                    page.text(&format!(", {published}"));
                }
                let seen = match (source.seen, &source.data_set) {
                    (Seen::DataSet, Some(set)) => {
                        format!(" – link and fact as they stand in the data set {set}")
                    }
                    _ => " – read".to_owned(),
                };
                page.leaf("span", &[("class", "seen")], &seen);
                page.leaf("span", &[("class", "sub id")], &source.url);
            });
        }
    });
    page.line();
}
