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

pub(crate) use list::{attributed, heading};
pub(crate) use show::money;
pub(crate) use statistics::lag;

use hawkshaw_incidents::{Figure, Span, Usd};

/// An amount, or that it is not known.
pub(crate) fn amount(usd: Option<Usd>) -> String {
    usd.map_or_else(|| "unknown".to_owned(), Usd::for_people)
}

/// The range of the claims; nothing where all agree.
pub(crate) fn range(figure: &Figure) -> String {
    match (figure.low, figure.high) {
        (Some(low), Some(high)) if low != high => between(low, high),
        _ if figure.estimate_without_range => "estimate, no range given".to_owned(),
        _ => String::new(),
    }
}

/// A sum with the range of the claims.
pub(crate) fn span(span: Span) -> String {
    if span.usd_low == span.usd_high {
        return span.usd.for_people();
    }
    format!("{} (claims allow for {})", span.usd.for_people(), between(span.usd_low, span.usd_high))
}

pub(crate) fn between(low: Usd, high: Usd) -> String {
    format!("{} to {}", low.for_people(), high.for_people())
}

/// `1 incident`, `2 incidents`.
pub(crate) fn incidents(count: usize) -> String {
    format!("{count} incident{}", if count == 1 { "" } else { "s" })
}
