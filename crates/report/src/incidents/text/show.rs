//! One incident with every claim and its sources.

use std::fmt::Write as _;

use hawkshaw_incidents::{
    Basis, Figure, Incident, IncidentLedger, NativeAmount, Priced, Pricing, Reach, UsdClaim,
    Vocabulary as _,
};

use super::{amount, between, range_or_estimate};
use crate::incidents::wording;
use crate::page::{Page, TableStyle};

/// An incident with every claim, who makes it, how sure, and where it can be read.
pub fn to_incident_text(ledger: &IncidentLedger, incident: &Incident, style: TableStyle) -> String {
    let mut page = Page::new(style);
    page.bold(&format!("{} ({})", incident.title, incident.id));
    page.paragraph(&incident.summary);
    if let Some(note) = &incident.note {
        page.paragraph(note);
    }
    facts(&mut page, incident);
    amounts(&mut page, incident);
    attributions(&mut page, ledger, incident);
    course(&mut page, incident);
    recoveries(&mut page, incident);
    addresses(&mut page, incident);
    sources(&mut page, ledger, incident);
    page.out
}

fn facts(page: &mut Page, incident: &Incident) {
    page.heading("What it was");
    let dates = &incident.dates;
    let date = |date: &Option<_>| match date {
        Some(date) => format!("{date}"),
        None => "unknown".to_owned(),
    };
    page.item("•", &format!("{}, taken in {}", incident.kind.label(), incident.loot.label()));
    page.item("•", &format!("stolen {}", dates.theft));
    page.item("•", &format!("discovered {}", date(&dates.discovered)));
    page.item("•", &format!("first attributed {}", date(&dates.attributed)));
    let country = incident.victim.country.as_deref().unwrap_or("country unknown");
    page.item(
        "•",
        &format!("victim: {} ({}, {country})", incident.victim.name, incident.victim.kind.label()),
    );
    if !incident.chains.is_empty() {
        let names: Vec<&str> = incident.chains.iter().map(|chain| chain.name()).collect();
        page.item("•", &format!("on {}", names.join(", ")));
    }
    if !incident.assets.is_empty() {
        page.item("•", &format!("assets: {}", incident.assets.join(", ")));
    }
    if let Some(whole) = &incident.part_of {
        page.item("•", &format!("its amount is part of that of {whole}"));
    }
    if let Some(case) = &incident.case {
        page.item("•", &format!("traced: hawkshaw trace cases/{case}"));
    }
}

fn amounts(page: &mut Page, incident: &Incident) {
    page.heading("How much");
    let figure = Figure::of(incident, &Pricing::Ledger);
    let range = range_or_estimate(&figure);
    let range = if range.is_empty() { range } else { format!(" ({range})") };
    page.paragraph(&format!("The figure of the ledger: {}{range}.", amount(figure.usd)));
    for claim in &incident.amounts {
        let mut text = money(&claim.value, &claim.native);
        text.push_str(reach(claim.what));
        match claim.priced {
            Priced::Theft => text.push_str(", at the prices of the theft"),
            Priced::Report => text.push_str(", at the prices of the report"),
            Priced::Unstated => {}
        }
        let _ = write!(text, ", {}", claim.sure.label());
        if claim.is_estimate_without_range() {
            text.push_str(" without a range");
        }
        claimed(page, &text, &claim.basis);
    }
}

fn attributions(page: &mut Page, ledger: &IncidentLedger, incident: &Incident) {
    let is_contested = ledger.is_contested(incident);
    page.heading(if is_contested { "By whom (contested)" } else { "By whom" });
    if incident.attributions.is_empty() {
        page.paragraph("No claim of the ledger names anybody.");
    }
    for claim in &incident.attributions {
        let name = wording::actor_name(ledger, &claim.actor);
        claimed(page, &format!("{name}: {}", claim.sure.label()), &claim.basis);
    }
}

fn course(page: &mut Page, incident: &Incident) {
    if let Some(began) = &incident.began {
        page.heading("How it began");
        let words: Vec<String> = began.how.iter().map(|technique| technique.label()).collect();
        let text = began.text.as_ref().map_or_else(String::new, |text| format!(". {text}"));
        page.item("•", &format!("{}{text} [{}]", words.join(", "), began.sources.join(", ")));
    }
    if let Some(laundered) = &incident.laundered {
        page.heading("How it was laundered");
        let words: Vec<String> = laundered.through.iter().map(|channel| channel.label()).collect();
        let services = match laundered.services.len() {
            0 => String::new(),
            _ => format!(" ({})", laundered.services.join(", ")),
        };
        let text = laundered.text.as_ref().map_or_else(String::new, |text| format!(". {text}"));
        let keys = laundered.sources.join(", ");
        page.item("•", &format!("{}{services}{text} [{keys}]", words.join(", ")));
    }
}

fn recoveries(page: &mut Page, incident: &Incident) {
    if incident.recoveries.is_empty() {
        return;
    }
    page.heading("What was frozen or came back");
    for claim in &incident.recoveries {
        let money = money(&claim.value, &claim.native);
        claimed(page, &format!("{}: {money}", claim.what.label()), &claim.basis);
    }
}

fn addresses(page: &mut Page, incident: &Incident) {
    if incident.addresses.is_empty() {
        return;
    }
    page.heading("Addresses");
    for address in &incident.addresses {
        let keys = address.sources.join(", ");
        page.item("•", &format!("{} {} [{keys}]", address.account, address.role.label()));
    }
}

fn sources(page: &mut Page, ledger: &IncidentLedger, incident: &Incident) {
    page.heading("Sources");
    for key in incident.source_keys() {
        let Some(source) = ledger.source(incident, key) else { continue };
        let seen = match &source.data_set {
            None => "read".to_owned(),
            Some(set) => format!("as it stands in the data set {set}"),
        };
        let published = source.published.as_ref().map_or_else(String::new, |on| format!(", {on}"));
        page.item(
            &format!("[{key}]"),
            &format!("{}, {}{published}: {} ({seen})", source.publisher, source.title, source.url),
        );
    }
}

/// What an amount is an amount of, where it is not all that was taken.
pub(in crate::incidents) fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Taken => "",
        Reach::Attempted => " attempted",
        Reach::Part => ", only a part",
        Reach::FaceValue => " of face value",
    }
}

/// An amount as a claimant states it.
pub(in crate::incidents) fn money(value: &UsdClaim, native: &[NativeAmount]) -> String {
    let usd = match (value.usd, value.usd_low, value.usd_high) {
        (Some(usd), None, None) => usd.for_people(),
        (Some(usd), low, high) => {
            let (low, high) = (low.unwrap_or(usd), high.unwrap_or(usd));
            format!("{} ({})", usd.for_people(), between(low, high))
        }
        (None, Some(low), Some(high)) => between(low, high),
        (None, Some(low), None) => format!("at least {}", low.for_people()),
        (None, None, Some(high)) => format!("at most {}", high.for_people()),
        (None, None, None) => String::new(),
    };
    let units: Vec<String> =
        native.iter().map(|one| format!("{} {}", one.amount, one.asset)).collect();
    match (usd.is_empty(), units.is_empty()) {
        (false, false) => format!("{usd} = {}", units.join(" + ")),
        (false, true) => usd,
        (true, false) => units.join(" + "),
        (true, true) => "an unknown amount".to_owned(),
    }
}

/// A claim with who makes it, when, and the keys of its sources.
fn claimed(page: &mut Page, text: &str, basis: &Basis) {
    let note = basis.note.as_ref().map_or_else(String::new, |note| format!(" {note}"));
    let keys = basis.sources.join(", ");
    page.item("•", &format!("{text}, by {}, {} [{keys}].{note}", basis.by, basis.on));
}
