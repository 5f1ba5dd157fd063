//! `hawkshaw incidents stats`.

use hawkshaw_incidents::{GroupBy, IncidentLedger, Launches, Statistics};
use hawkshaw_report::incidents::{Detail, to_statistics_text};
use serde_json::json;

use crate::cli::incidents::FilterArguments;
use crate::exit::Failure;
use crate::screen;

/// What of the statistics is shown.
pub(super) struct Shown {
    pub(super) by: Option<GroupBy>,
    pub(super) every: bool,
    pub(super) json: bool,
}

pub(super) fn run(
    ledger: &IncidentLedger,
    filter: &FilterArguments,
    launches: &[Launches],
    shown: &Shown,
) -> Result<(), Failure> {
    let selection = super::read::selection(ledger, filter)?;
    let statistics = Statistics::of(ledger, &selection, launches);
    if shown.json {
        return super::answer_json(&to_json(&statistics));
    }
    let detail = if shown.every { Detail::Every } else { Detail::Largest };
    let text = to_statistics_text(&statistics, shown.by, detail, super::style());
    screen::answer(text.as_bytes())
}

/// Statistics as JSON.
pub(super) fn to_json(statistics: &Statistics<'_>) -> serde_json::Value {
    json!({ "schema": "hawkshaw.incidents.stats/1", "statistics": statistics })
}
