//! Incidents as text for a person at a terminal.

mod comparison;
mod import;
mod list;
mod show;
mod statistics;

pub use comparison::to_comparison_text;
pub use import::{to_cross_check_text, to_import_text, to_yearly_text};
pub use list::to_list_text;
pub use show::to_incident_text;
pub use statistics::{Detail, to_statistics_text};

pub(super) use comparison::point;
pub(super) use list::{attributed, heading};
pub(super) use show::{money, reach};
pub(super) use statistics::{days, lag, left_out, median, months, undated};

use comfy_table::{Attribute, Cell, CellAlignment, Table};
use hawkshaw_incidents::{Figure, Span, Usd};

use crate::page::Page;

/// An empty table with headings.
fn table_with<'h>(page: &Page, headings: impl IntoIterator<Item = &'h str>) -> Table {
    let bold = |heading: &str| Cell::new(heading).add_attribute(Attribute::Bold);
    let mut table = page.table();
    table.set_header(headings.into_iter().map(bold));
    table
}

/// A cell of figures.
fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// An amount, or that it is not known.
pub(super) fn amount(usd: Option<Usd>) -> String {
    usd.map_or_else(|| "unknown".to_owned(), Usd::for_people)
}

/// The range of the claims; nothing where all agree.
pub(super) fn range(figure: &Figure) -> String {
    figure.low.zip(figure.high).map_or_else(String::new, |(low, high)| spread(low, high))
}

/// The range of the claims, or that there is none though the claimant calls it an estimate.
fn range_or_estimate(figure: &Figure) -> String {
    match range(figure) {
        range if range.is_empty() && figure.estimate_without_range => {
            "estimate, no range given".to_owned()
        }
        range => range,
    }
}

/// The least and the most; nothing where they are the same.
pub(super) fn spread(low: Usd, high: Usd) -> String {
    if low == high { String::new() } else { between(low, high) }
}

/// A sum with the range of the claims.
fn span(span: Span) -> String {
    if span.usd_low == span.usd_high {
        return span.usd.for_people();
    }
    format!("{} (claims allow for {})", span.usd.for_people(), between(span.usd_low, span.usd_high))
}

/// The least and the most.
pub(super) fn between(low: Usd, high: Usd) -> String {
    format!("{} to {}", low.for_people(), high.for_people())
}

/// `1 incident`, `2 incidents`.
pub(super) fn incidents(count: usize) -> String {
    format!("{count} incident{}", if count == 1 { "" } else { "s" })
}
