//! The trace as tables of characters, for a person at a terminal.

mod notes;
mod patterns;
mod statement;
mod terminals;

use crate::findings::Findings;
use crate::group::groups;
use crate::page::{Page, TableStyle};
use crate::steps::{Step, steps};
use crate::summary::{kinds, loot, theft_time, worth_then};
use crate::text::label;

/// The trace as a person reads it at a glance: the bottom line, the places grouped by who runs
/// them, whether it adds up, and what to do next.
pub fn to_table(findings: &Findings<'_>, style: TableStyle) -> String {
    let mut page = Page::new(style);
    let groups = groups(findings);
    headline(&mut page, findings);
    for kind in kinds(findings, &groups) {
        let line = format!("{} {}{}", kind.shares(findings), kind.happened(), kind.worth());
        page.item("•", &line);
    }
    page.heading("Where it is");
    terminals::table(&mut page, findings, &groups);
    page.heading("Does it add up");
    statement::tables(&mut page, findings);
    patterns::patterns(&mut page, findings);
    notes::notes(&mut page, findings);
    page.heading("What to do next");
    for (number, step) in (1..).zip(steps(findings, &groups)) {
        next(&mut page, number, &step);
    }
    page.out
}

fn headline(page: &mut Page, findings: &Findings<'_>) {
    let case = findings.case;
    page.bold(&format!("{} ({})", label(&case.title), case.id));
    let when = theft_time(findings).map(|time| format!(" on {}", time.to_date()));
    page.paragraph(&format!(
        "Stolen: {}{}{}. As of {}.",
        loot(findings),
        when.unwrap_or_default(),
        worth_then(findings),
        findings.trace.as_of
    ));
}

fn next(page: &mut Page, number: usize, step: &Step) {
    page.item(&format!("{number}."), &step.text);
    for address in &step.addresses {
        page.out.push_str("     ");
        page.out.push_str(address);
        page.out.push('\n');
    }
}
