//! Published totals against the ledger, as text.

use comfy_table::Cell;
use hawkshaw_incidents::{Comparison, Explanation, IncidentLedger, Interval, Measure, Verdict};

use super::{amount, incidents, lacks, right, table_with};
use crate::page::{Page, TableStyle};
use crate::text::label;

/// Incidents that are named in an explanation.
const NAMED_MAX: usize = 6;

/// Published totals one by one: what the ledger gives under each one's rule, the difference, and
/// which incidents explain it.
pub fn to_comparison_text(
    ledger: &IncidentLedger,
    comparisons: &[Comparison<'_>],
    style: TableStyle,
) -> String {
    let mut page = Page::new(style);
    overview(&mut page, comparisons);
    for comparison in comparisons {
        one(&mut page, ledger, comparison);
    }
    page.out
}

fn overview(page: &mut Page, comparisons: &[Comparison<'_>]) {
    let headings = ["published", "by", "when", "figure", "this ledger", "verdict"];
    let mut table = table_with(page, headings);
    for comparison in comparisons {
        let total = comparison.total;
        table.add_row([
            Cell::new(label(&total.title)),
            Cell::new(label(&total.basis.by)),
            Cell::new(&total.basis.on),
            right(stated(total.measure, &comparison.published)),
            right(ledger_figure(comparison)),
            Cell::new(comparison.verdict.text()),
        ]);
    }
    page.finished(&table);
}

/// The figure as it was published: that it is a bound stays visible.
fn stated(measure: Measure, published: &Interval) -> String {
    match (published.low, published.high) {
        (Some(_), Some(_)) => point(measure, published.point),
        _ => published.for_people(measure),
    }
}

/// What the ledger gives, and whether it lacks an amount.
fn ledger_figure(comparison: &Comparison<'_>) -> String {
    let found = &comparison.ledger;
    let shown = match found.high {
        Some(_) => point(comparison.total.measure, found.point),
        None => amount(None),
    };
    shown + lacks(comparison.without_amount)
}

/// A figure in the unit of its measure.
pub(in crate::incidents) fn point(measure: Measure, point: u64) -> String {
    Interval::exactly(point).for_people(measure)
}

fn one(page: &mut Page, ledger: &IncidentLedger, comparison: &Comparison<'_>) {
    let total = comparison.total;
    page.heading(&format!("{} ({})", total.title, total.id));
    page.paragraph(&format!("{}, {}.", total.basis.by, total.basis.on));
    if let Some(note) = &total.basis.note {
        page.paragraph(note);
    }
    let measure = total.measure;
    page.item("•", &format!("published: {}", comparison.published.for_people(measure)));
    page.item(
        "•",
        &format!(
            "this ledger: {}{} from {}: {}",
            comparison.ledger.for_people(measure),
            lacks(comparison.without_amount),
            incidents(comparison.incidents.len()),
            comparison.rule
        ),
    );
    let difference = match comparison.verdict {
        Verdict::Agrees | Verdict::NotContradicted => String::new(),
        Verdict::Within | Verdict::LedgerLower { .. } | Verdict::LedgerHigher { .. } => {
            let by = comparison.published.point.abs_diff(comparison.ledger.point);
            format!(", a difference of {}", point(measure, by))
        }
    };
    page.item("•", &format!("{}{difference}", comparison.verdict.text()));
    if let Some(peers) = &comparison.peers {
        let where_it_lies = if peers.hold_ledger { "lies between them" } else { "lies outside" };
        let range = (point(measure, peers.low), point(measure, peers.high));
        page.item(
            "•",
            &format!(
                "{} totals published for the same give {} to {}; this ledger {where_it_lies}",
                peers.totals, range.0, range.1
            ),
        );
    }
    for explanation in &comparison.explanations {
        page.item("→", &explained(explanation));
    }
    if let Some(later) = &total.superseded_by {
        page.item("•", &format!("the claimant later published another figure: {later}"));
    }
    for key in &total.basis.sources {
        if let Some(source) = ledger.context_source(key) {
            page.item(&format!("[{key}]"), &format!("{}: {}", source.publisher, source.url));
        }
    }
}

fn explained(explanation: &Explanation) -> String {
    let named: Vec<String> = explanation
        .incidents
        .iter()
        .take(NAMED_MAX)
        .map(|(id, usd)| format!("{id} {}", usd.for_people()))
        .collect();
    let rest = match explanation.incidents.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let list =
        if named.is_empty() { String::new() } else { format!(": {}{rest}", named.join(", ")) };
    format!("{}: {}{list}", explanation.reason.text(), explanation.usd.for_people())
}
