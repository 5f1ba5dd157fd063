//! What fits the rule but for one thing, and why it is not counted.

use hawkshaw_incidents::{IncidentLedger, Statistics};

use super::cells;
use crate::html::parts;
use crate::incidents::text::{attributed, incidents};
use crate::markup::Markup;
use crate::text::label;

/// Writes the incidents that are nearly counted.
pub(super) fn omitted(page: &mut Markup, ledger: &IncidentLedger, statistics: &Statistics<'_>) {
    let omitted = &statistics.omitted;
    if omitted.is_empty() {
        page.leaf("p", &[], "No incident of the ledger fits the rule but for one thing.");
        return;
    }
    let text = format!(
        "{} fit the rule but for one thing. Incidents that fit in no way are not listed.",
        incidents(omitted.len())
    );
    page.leaf("p", &[], &text);
    let headings = [
        ("Stolen", "time"),
        ("Incident", ""),
        ("Attributed to", ""),
        ("US dollars", "num"),
        ("Not counted because", ""),
        ("Sources", ""),
    ];
    parts::table(page, "Incidents that are nearly counted", &headings, |page| {
        for (one, why) in omitted {
            let incident = one.incident;
            page.node("tr", &[], |page| {
                page.leaf("td", &[("class", "time")], &cells::date(&incident.dates.theft));
                page.node("th", &[("scope", "row")], |page| {
                    page.text(&label(&incident.title));
                    page.leaf("span", &[("class", "sub")], incident.id.as_str());
                });
                cells::text(page, &label(&attributed(ledger, one)));
                cells::money(page, one.figure.usd);
                cells::text(page, why.text());
                let keys: Vec<String> =
                    incident.source_keys().into_iter().map(str::to_owned).collect();
                page.node("td", &[("class", "wide")], |page| {
                    cells::keys(page, &keys, |key| ledger.source(incident, key));
                });
            });
            page.line();
        }
    });
}
