//! `hawkshaw incidents list`.

use hawkshaw_incidents::IncidentLedger;
use hawkshaw_report::incidents::to_list_text;
use serde_json::json;

use crate::cli::incidents::{FilterArguments, SortArgument};
use crate::exit::Failure;
use crate::screen;

pub(super) fn run(
    ledger: &IncidentLedger,
    filter: &FilterArguments,
    sort: SortArgument,
    json: bool,
) -> Result<(), Failure> {
    let selection = super::read::selection(ledger, filter)?;
    let mut counted = selection.counted.clone();
    if sort == SortArgument::Amount {
        counted.sort_by_key(|one| std::cmp::Reverse(one.figure.usd));
    }
    if json {
        let rows: Vec<_> = counted
            .iter()
            .map(|one| json!({ "incident": one.incident, "figure": one.figure }))
            .collect();
        return super::answer_json(&json!({
            "schema": "hawkshaw.incidents.list/1",
            "inclusion": selection.rule.text(ledger),
            "price_rule": selection.pricing.text(),
            "sum": selection.span(),
            "incidents": rows,
            "omitted": selection.omitted,
        }));
    }
    screen::answer(to_list_text(ledger, &selection, &counted, super::style()).as_bytes())
}
