//! The claims about an incident as tables: what, by whom, when, how sure, where to read it.

use hawkshaw_incidents::{
    Basis, Counted, Incident, IncidentLedger, Priced, Standing, Vocabulary as _,
};

use super::cells;
use crate::html::parts;
use crate::incidents::text::{money, reach};
use crate::incidents::wording;
use crate::markup::Markup;
use crate::text::label;

/// Claims of how much was taken.
pub(super) fn amounts(page: &mut Markup, ledger: &IncidentLedger, one: &Counted<'_>) {
    let incident = one.incident;
    page.leaf("h4", &[], "How much");
    if incident.amounts.is_empty() {
        page.leaf("p", &[("class", "unknown")], "Unknown: no source here states an amount.");
        return;
    }
    let headings = [
        ("Claim", ""),
        ("Prices of", ""),
        ("How sure", ""),
        ("Claimant", ""),
        ("On", ""),
        ("Read in", ""),
    ];
    parts::table(page, "Claims of how much was taken", &headings, |page| {
        for (at, claim) in incident.amounts.iter().enumerate() {
            page.node("tr", &[], |page| {
                page.node("th", &[("scope", "row")], |page| {
                    page.text(&money(&claim.value, &claim.native));
                    page.text(reach(claim.what));
                    if one.figure.claim == Some(at) {
                        page.text(" ");
                        let title = "The price rule of this page takes this claim.";
                        cells::badge(page, "counted", "counted", title);
                    }
                });
                cells::text(
                    page,
                    match claim.priced {
                        Priced::Theft => "the theft",
                        Priced::Report => "the report",
                        Priced::Unstated => "not stated",
                    },
                );
                page.node("td", &[], |page| {
                    page.text(&claim.sure.label());
                    if claim.is_estimate_without_range() {
                        page.text(" ");
                        cells::estimate(page);
                    }
                });
                basis(page, ledger, incident, &claim.basis);
            });
            page.line();
        }
    });
}

/// Claims of who did it.
pub(super) fn attributions(page: &mut Markup, ledger: &IncidentLedger, incident: &Incident) {
    page.node("h4", &[], |page| {
        page.text("By whom ");
        if ledger.is_contested(incident) {
            cells::contested(page);
        }
    });
    if incident.attributions.is_empty() {
        page.leaf("p", &[("class", "unknown")], "Unknown: no claim of the ledger names anybody.");
        return;
    }
    let headings = [("Actor", ""), ("How sure", ""), ("Claimant", ""), ("On", ""), ("Read in", "")];
    parts::table(page, "Claims of who did it", &headings, |page| {
        for claim in &incident.attributions {
            page.node("tr", &[], |page| {
                cells::heading(page, &wording::actor_name(ledger, &claim.actor));
                page.node("td", &[], |page| match claim.sure {
                    Standing::Denied => {
                        let title = "The claimant says that it was not this actor.";
                        cells::badge(page, "contested", "denied", title);
                    }
                    sure => page.text(&sure.label()),
                });
                basis(page, ledger, incident, &claim.basis);
            });
            page.line();
        }
    });
}

/// Claims of what was frozen or came back.
pub(super) fn recoveries(page: &mut Markup, ledger: &IncidentLedger, incident: &Incident) {
    if incident.recoveries.is_empty() {
        return;
    }
    page.leaf("h4", &[], "What was frozen or came back");
    let headings = [("What", ""), ("How much", ""), ("Claimant", ""), ("On", ""), ("Read in", "")];
    parts::table(page, "Claims of what was frozen or came back", &headings, |page| {
        for claim in &incident.recoveries {
            page.node("tr", &[], |page| {
                cells::heading(page, &claim.what.label());
                cells::text(page, &money(&claim.value, &claim.native));
                basis(page, ledger, incident, &claim.basis);
            });
            page.line();
        }
    });
}

/// Three cells: who claims it and what kind of claimant that is, when, and where it is read.
fn basis(page: &mut Markup, ledger: &IncidentLedger, incident: &Incident, basis: &Basis) {
    page.node("td", &[], |page| {
        page.text(&label(&basis.by));
        if let Some(kind) = ledger.claimants().kind(&basis.by) {
            page.leaf("span", &[("class", "sub")], &kind.label());
        }
    });
    page.leaf("td", &[("class", "time")], &cells::date(&basis.on));
    page.node("td", &[("class", "wide")], |page| {
        cells::keys(page, &basis.sources, |key| ledger.source(incident, key));
        if let Some(note) = &basis.note {
            page.leaf("span", &[("class", "sub")], note);
        }
    });
}
