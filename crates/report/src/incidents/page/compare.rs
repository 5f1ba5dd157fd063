//! Published totals beside what the ledger gives, with the incidents that explain the difference.

use hawkshaw_incidents::{Comparison, Explanation, IncidentLedger, Interval, Measure, Verdict};

use super::cells;
use crate::html::parts;
use crate::incidents::text::{incidents, lacks, point};
use crate::markup::Markup;
use crate::text::label;

/// How many columns the table has.
const COLUMNS: &str = "7";

/// Writes the table of published totals.
pub(super) fn compare(page: &mut Markup, ledger: &IncidentLedger, comparisons: &[Comparison<'_>]) {
    if comparisons.is_empty() {
        page.leaf("p", &[], "No published total is compared with these incidents.");
        return;
    }
    verdicts(page, comparisons);
    let headings = [
        ("Claim", ""),
        ("Who", ""),
        ("When", "time"),
        ("Published", "num"),
        ("This ledger", "num"),
        ("Verdict", ""),
        ("Difference", "num"),
    ];
    parts::table(page, "Published totals against this ledger", &headings, |page| {
        for comparison in comparisons {
            page.node("tr", &[], |page| row(page, ledger, comparison));
            page.node("tr", &[("class", "more")], |page| {
                page.node("td", &[("colspan", COLUMNS)], |page| why(page, comparison));
            });
            page.line();
        }
    });
    page.raw(concat!(
        "<p class=\"note\">Each total is compared by its own rule of actor, time and kind, not by ",
        "the rule of this page. A rounded figure stands for the range that its rounding allows ",
        "for. “Within the claims” means that the lowest and the highest claims of the ledger ",
        "enclose it.</p>\n"
    ));
}

/// How many totals came out how.
fn verdicts(page: &mut Markup, comparisons: &[Comparison<'_>]) {
    let words = ["agrees", "within the claims", "ledger lower", "ledger higher"];
    page.node("ul", &[("class", "legend")], |page| {
        for word in words {
            let is = |one: &&Comparison<'_>| one.verdict.text() == word;
            let count = comparisons.iter().filter(is).count();
            if let Some(example) = comparisons.iter().find(is) {
                page.node("li", &[], |page| {
                    verdict(page, example.verdict);
                    page.text(&format!(": {count} of {}", comparisons.len()));
                });
            }
        }
    });
    page.line();
}

fn verdict(page: &mut Markup, verdict: Verdict) {
    let class = match verdict {
        Verdict::Agrees | Verdict::NotContradicted => "verdict v-agrees",
        Verdict::Within => "verdict v-within",
        Verdict::LedgerLower { .. } => "verdict v-lower",
        Verdict::LedgerHigher { .. } => "verdict v-higher",
    };
    page.leaf("span", &[("class", class)], verdict.text());
}

fn row(page: &mut Markup, ledger: &IncidentLedger, comparison: &Comparison<'_>) {
    let total = comparison.total;
    page.node("th", &[("scope", "row")], |page| {
        page.text(&label(&total.title));
        page.node("span", &[("class", "sub")], |page| {
            cells::keys(page, &total.basis.sources, |key| ledger.context_source(key));
        });
    });
    cells::text(page, &label(&total.basis.by));
    page.leaf("td", &[("class", "time")], &cells::date(&total.basis.on));
    interval(page, comparison.published, total.measure, "");
    interval(page, comparison.ledger, total.measure, lacks(comparison.without_amount));
    page.node("td", &[], |page| verdict(page, comparison.verdict));
    let by = comparison.published.point.abs_diff(comparison.ledger.point);
    let shown = match comparison.verdict {
        Verdict::Agrees | Verdict::NotContradicted => String::new(),
        _ => point(total.measure, by),
    };
    cells::number(page, by, &shown);
}

/// A figure with what it lacks, and its range below.
fn interval(page: &mut Markup, interval: Interval, measure: Measure, lacks: &str) {
    let key = interval.point.to_string();
    page.node("td", &[("class", "num"), ("data-key", &key)], |page| {
        match (interval.low, interval.high) {
            (Some(low), Some(high)) if low != high => {
                page.text(&point(measure, interval.point));
                page.text(lacks);
                let range = format!("{} to {}", point(measure, low), point(measure, high));
                page.leaf("span", &[("class", "sub")], &range);
            }
            _ => page.text(&(interval.for_people(measure) + lacks)),
        }
    });
}

fn why(page: &mut Markup, comparison: &Comparison<'_>) {
    let total = comparison.total;
    let words = match comparison.explanations.len() {
        0 => "The rule by which the ledger counted".to_owned(),
        1 => "The rule, and what explains the difference".to_owned(),
        count => format!("The rule, and {count} reasons for the difference"),
    };
    cells::folded(page, &words, |page| {
        let counted = incidents(comparison.incidents.len());
        page.leaf("p", &[], &format!("Counted here: {}: {counted}.", comparison.rule));
        if let Some(note) = &total.basis.note {
            page.leaf("p", &[], note);
        }
        if let Some(later) = &total.superseded_by {
            let text = format!("The claimant later published another figure: {later}.");
            page.leaf("p", &[], &text);
        }
        if let Some(peers) = comparison.peers {
            let measure = total.measure;
            let (low, high) = (point(measure, peers.low), point(measure, peers.high));
            let held = if peers.hold_ledger { "lies between them" } else { "lies outside of them" };
            let text = format!(
                "{} totals of the same thing are published, {low} to {high}; the ledger {held}.",
                peers.totals
            );
            page.leaf("p", &[], &text);
        }
        for explanation in &comparison.explanations {
            page.node("p", &[], |page| explained(page, explanation));
        }
    });
}

fn explained(page: &mut Markup, explanation: &Explanation) {
    let text = explanation.reason.text();
    page.leaf("strong", &[], &explanation.usd.for_people());
    page.text(&format!(": {text}"));
    for (at, (id, usd)) in explanation.incidents.iter().enumerate() {
        page.text(if at == 0 { ": " } else { ", " });
        page.leaf("code", &[], id.as_str());
        page.text(&format!(" {}", usd.for_people()));
    }
    page.text(".");
}
