//! The yearly figures of others that this page compares with, each with its holes and sources.

use hawkshaw_incidents::{
    IncidentLedger, Point, Series, SeriesKind, SeriesUnit, Usd, Vocabulary as _,
};

use super::cells;
use crate::html::parts;
use crate::markup::Markup;
use crate::text::label;

const KINDS: [(SeriesKind, &str); 3] = [
    (SeriesKind::Denominator, "All cryptocurrency stolen, by year"),
    (SeriesKind::ClaimedTotal, "What claimants attribute to an actor, by year"),
    (SeriesKind::Context, "A state and its economy, by year"),
];

/// Writes every series.
pub(super) fn series(page: &mut Markup, ledger: &IncidentLedger) {
    if ledger.series().is_empty() {
        page.leaf("p", &[], "None.");
        return;
    }
    page.raw(concat!(
        "<p>None of these figures is the ledger’s. They differ in what they count, and a later ",
        "edition of the same claimant often differs from the earlier one; both are kept.</p>\n"
    ));
    for (kind, heading) in KINDS {
        page.leaf("h3", &[], heading);
        for one in ledger.series().iter().filter(|one| one.kind == kind) {
            let words = format!("{} – {}", label(&one.title), label(&one.by));
            cells::folded(page, &words, |page| {
                page.leaf("p", &[], &format!("What it leaves out: {}", one.holes));
                points(page, ledger, one);
            });
        }
    }
}

fn points(page: &mut Markup, ledger: &IncidentLedger, series: &Series) {
    let headings = [("Year", "time"), ("Figure", "num"), ("Published", "time"), ("Read in", "")];
    parts::table(page, &label(&series.title), &headings, |page| {
        for point in &series.points {
            page.node("tr", &[], |page| {
                cells::heading(page, &point.year.to_string());
                cells::number(page, point.point().unwrap_or(0), &figure(series, point));
                page.leaf("td", &[("class", "time")], &cells::date(&point.on));
                page.node("td", &[("class", "wide")], |page| {
                    cells::keys(page, &point.sources, |key| ledger.context_source(key));
                    if let Some(note) = &point.note {
                        page.leaf("span", &[("class", "sub")], note);
                    }
                });
            });
        }
    });
}

/// The figure of a year in the unit of its series.
fn figure(series: &Series, point: &Point) -> String {
    let shown = |value: u64| match series.unit {
        SeriesUnit::Usd => {
            Usd::from_dollars(value).map_or_else(|| format!("{value} US dollars"), Usd::for_people)
        }
        unit => format!("{} {}", crate::figures::grouped(&value.to_string()), unit.label()),
    };
    match (point.value, point.value_low, point.value_high) {
        (Some(value), None, None) => shown(value),
        (Some(value), low, high) => format!(
            "{} ({} to {})",
            shown(value),
            shown(low.unwrap_or(value)),
            shown(high.unwrap_or(value))
        ),
        (None, Some(low), Some(high)) => format!("{} to {}", shown(low), shown(high)),
        (None, Some(low), None) => format!("at least {}", shown(low)),
        (None, None, Some(high)) => format!("at most {}", shown(high)),
        (None, None, None) => "unknown".to_owned(),
    }
}
