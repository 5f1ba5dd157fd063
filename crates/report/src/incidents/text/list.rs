//! Incidents as a table, one a line.

use comfy_table::{Cell, ColumnConstraint};
use hawkshaw_incidents::{Counted, GroupBy, IncidentLedger, Selection, Standing};

use super::{amount, incidents, range_or_estimate, right, table_with};
use crate::incidents::wording;
use crate::page::{Page, TableStyle};
use crate::text::label;

/// The counted incidents of a selection, one a line, with the rule and the sum.
pub fn to_list_text(
    ledger: &IncidentLedger,
    selection: &Selection<'_>,
    counted: &[Counted<'_>],
    style: TableStyle,
) -> String {
    let mut page = Page::new(style);
    let headings = ["stolen", "incident", "id", "attributed to", "US dollars", "claims differ"];
    let mut table = table_with(&page, headings);
    // Dates are there to be compared and ids to be copied: they stay in one piece.
    for whole in [0, 2] {
        if let Some(column) = table.column_mut(whole) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    for one in counted {
        let incident = one.incident;
        table.add_row([
            Cell::new(&incident.dates.theft),
            Cell::new(label(&incident.title)),
            Cell::new(&incident.id),
            Cell::new(label(&attributed(ledger, one))),
            right(amount(one.figure.usd)),
            Cell::new(range_or_estimate(&one.figure)),
        ]);
    }
    page.finished(&table);
    page.paragraph(&format!(
        "{}, together {}.",
        incidents(counted.len()),
        super::span(selection.span())
    ));
    let unpriced = selection.without_amount().count();
    if unpriced > 0 {
        page.paragraph(&format!("{} without an amount: in no sum.", incidents(unpriced)));
    }
    super::omitted(&mut page, selection.omitted.len());
    page.paragraph(&format!("Counted: {}.", selection.rule.text(ledger)));
    page.paragraph(&format!("Amounts: {}.", selection.pricing.text()));
    page.out
}

/// Whom the first claim that is no denial names, how sure it is, and whether it is contested.
pub(in crate::incidents) fn attributed(ledger: &IncidentLedger, one: &Counted<'_>) -> String {
    let incident = one.incident;
    let claim = incident.attributions.iter().find(|claim| claim.sure != Standing::Denied);
    let Some(claim) = claim else { return "nobody named".to_owned() };
    let name = wording::actor_name(ledger, &claim.actor);
    let sure = match claim.sure {
        Standing::Stated => "",
        Standing::Likely => " (likely)",
        Standing::Suspected | Standing::Denied => " (suspected)",
    };
    let contested = if ledger.is_contested(incident) { ", contested" } else { "" };
    format!("{name}{sure}{contested}")
}

/// The name of a way to put incidents together, as a heading.
pub(in crate::incidents) fn heading(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Year => "By year",
        GroupBy::Quarter => "By quarter",
        GroupBy::Actor => "By actor",
        GroupBy::Victim => "By kind of victim",
        GroupBy::Chain => "By chain",
        GroupBy::Technique => "By technique",
        GroupBy::Country => "By country of the victim",
    }
}
