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
use hawkshaw_incidents::{Figure, Percent, Share, Span, Usd};

use crate::page::Page;

/// That incidents nearly fit, where some do.
fn omitted(page: &mut Page, count: usize) {
    if count > 0 {
        page.paragraph(&format!(
            "{} fit but for one thing and are not counted (--json lists them with the reason).",
            incidents(count)
        ));
    }
}

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
    let [low, _, high] = span.or_nothing();
    match low == high {
        true => sum(span),
        false => format!("{} (claims allow for {})", sum(span), between(low, high)),
    }
}

/// A sum, and whether it lacks an amount; that it is unknown where it lacks them all.
pub(super) fn sum(span: Span) -> String {
    span.usd.map_or_else(|| amount(None), |usd| usd.for_people() + lacks(span.without_amount))
}

/// The mark of a sum that lacks amounts.
pub(super) fn lacks(without_amount: usize) -> &'static str {
    if without_amount > 0 { " +?" } else { "" }
}

/// A percentage, or that it is not known.
pub(super) fn percent(percent: Option<Percent>) -> String {
    percent.map_or_else(|| amount(None), |percent| percent.to_string())
}

/// Least and most of a percentage; nothing where they are the same.
pub(super) fn percent_range(share: &Share) -> String {
    let least_and_most = share.percent_low.zip(share.percent_high);
    let is_range = |(low, high): &(Percent, Percent)| low != high;
    let shown = |(low, high): (Percent, Percent)| format!("{low} to {high}");
    least_and_most.filter(is_range).map_or_else(String::new, shown)
}

/// The least and the most.
pub(super) fn between(low: Usd, high: Usd) -> String {
    format!("{} to {}", low.for_people(), high.for_people())
}

/// `1 incident`, `2 incidents`.
pub(super) fn incidents(count: usize) -> String {
    format!("{count} incident{}", if count == 1 { "" } else { "s" })
}
