//! Findings, limits, noise, defects and coverage, in words.

use std::collections::BTreeMap;

use super::parts;
use crate::figures::grouped;
use crate::findings::Findings;
use crate::markup::Markup;
use crate::poor_swaps::poor_swaps;
use crate::text::{counted, label, prose};

/// Findings that a page shows.
const FINDINGS_MAX: usize = 500;
/// Reasons and limits that a page shows.
const ROWS_MAX: usize = 200;

/// Writes the notes.
pub(super) fn notes(page: &mut Markup, findings: &Findings<'_>) {
    let trace = findings.trace;
    page.leaf("h3", &[], "Findings");
    if trace.findings.is_empty() {
        page.leaf("p", &[], "None.");
    } else {
        finding_rows(page, findings);
    }
    page.leaf("h3", &[], "Limits that were reached");
    if trace.limits.is_empty() {
        page.leaf("p", &[], "None.");
    } else {
        page.node("ul", &[], |page| {
            for limit in trace.limits.iter().take(ROWS_MAX) {
                page.leaf("li", &[], &prose(limit));
            }
        });
    }
    prices(page, findings);
    counts(page, "Left out as noise", "Rule", &trace.noise);
    counts(page, "Wrong with the data", "Reason", &trace.defects);
    coverage(page, findings);
}

fn finding_rows(page: &mut Markup, findings: &Findings<'_>) {
    let rows = &findings.trace.findings;
    let headings = [("Rule", ""), ("What happened", ""), ("Where", "")];
    parts::table(page, "What a reader must know of how the answer came about", &headings, |page| {
        for finding in rows.iter().take(FINDINGS_MAX) {
            page.node("tr", &[], |page| {
                page.leaf("th", &[("scope", "row")], finding.rule);
                page.leaf("td", &[("class", "wide")], &prose(&finding.text));
                page.node("td", &[], |page| {
                    for (what, place) in
                        [("account", &finding.account), ("transaction", &finding.tx)]
                    {
                        if let Some(place) = place {
                            page.node("div", &[], |page| {
                                parts::copyable(page, &prose(place), what);
                            });
                        }
                    }
                });
            });
        }
    });
    if rows.len() > FINDINGS_MAX {
        let rest = counted((rows.len() - FINDINGS_MAX) as u64, "finding", "findings");
        page.leaf("p", &[("class", "note")], &format!("{rest} more: see trace.json."));
    }
}

/// Swaps that brought less than half of what was given.
fn swaps(page: &mut Markup, findings: &Findings<'_>) {
    let swaps = poor_swaps(findings);
    if swaps.is_empty() {
        return;
    }
    page.leaf("h3", &[], "Swaps for less than half");
    page.raw(concat!(
        "<p>What came for the stolen value was worth less than half of it, by the prices of the ",
        "time. The trace follows what was received, because no rule of it rests on a price: look ",
        "at who received the rest.</p>\n",
    ));
    let headings = [("What happened", ""), ("Time (UTC)", ""), ("Transaction", "")];
    parts::table(page, "Swaps for less than half of what was given", &headings, |page| {
        for swap in swaps.iter().take(FINDINGS_MAX) {
            page.node("tr", &[], |page| {
                page.leaf("th", &[("scope", "row")], &swap.text(findings));
                page.leaf("td", &[("class", "time")], &swap.edge.time.to_string());
                page.node("td", &[], |page| parts::copyable(page, &swap.place(), "transaction"));
            });
        }
    });
    if swaps.len() > FINDINGS_MAX {
        let rest = counted((swaps.len() - FINDINGS_MAX) as u64, "swap", "swaps");
        page.leaf("p", &[("class", "note")], &format!("{rest} more: see trace.json."));
    }
}

/// Where a price is missing.
fn prices(page: &mut Markup, findings: &Findings<'_>) {
    if !findings.has_prices() {
        return;
    }
    swaps(page, findings);
    page.leaf("h3", &[], "Without a price");
    let unpriced = findings.unpriced();
    if unpriced.is_empty() {
        page.leaf("p", &[], "None: every place has a price at its last arrival.");
        return;
    }
    let headings = [("Asset", ""), ("Id", ""), ("Places", "num")];
    parts::table(page, "Assets whose worth in US dollars is unknown", &headings, |page| {
        for (asset, count) in unpriced.iter().take(ROWS_MAX) {
            page.node("tr", &[], |page| {
                let symbol = crate::figures::symbol(findings.assets, asset);
                page.leaf("th", &[("scope", "row")], &symbol);
                page.node("td", &[], |page| parts::copyable(page, asset.as_str(), "asset"));
                page.leaf("td", &[("class", "num")], &grouped(&count.to_string()));
            });
        }
    });
    page.raw(concat!(
        "<p class=\"note\">They are in no sum of US dollars, and unknown is not zero. A price ",
        "holds from its time on and for 48 hours at most.</p>\n",
    ));
}

fn counts(page: &mut Markup, title: &str, what: &str, counts: &BTreeMap<String, u64>) {
    page.leaf("h3", &[], title);
    let some = counts.iter().filter(|(_, count)| **count > 0).take(ROWS_MAX);
    if some.clone().next().is_none() {
        page.leaf("p", &[], "Nothing.");
        return;
    }
    parts::table(page, title, &[(what, ""), ("Rows", "num")], |page| {
        for (name, count) in some {
            page.node("tr", &[], |page| {
                page.leaf("th", &[("scope", "row")], &label(name));
                page.leaf("td", &[("class", "num")], &grouped(&count.to_string()));
            });
        }
    });
}

fn coverage(page: &mut Markup, findings: &Findings<'_>) {
    page.leaf("h3", &[], "What the data cover");
    let headings = [("Chain", ""), ("From", ""), ("To", ""), ("Blocks", "num")];
    parts::table(page, "What the data cover", &headings, |page| {
        for (chain, coverage) in &findings.trace.coverage {
            page.node("tr", &[], |page| {
                page.node("th", &[("scope", "row")], |page| {
                    page.text(chain.name());
                    page.leaf("span", &[("class", "sub")], chain.as_str());
                });
                page.leaf("td", &[("class", "time")], &coverage.times.0.to_string());
                page.leaf("td", &[("class", "time")], &coverage.times.1.to_string());
                let blocks = coverage.heights.map(|(from, tip)| {
                    format!("{} to {}", grouped(&from.to_string()), grouped(&tip.to_string()))
                });
                let blocks = blocks.unwrap_or_else(|| "the data give none".to_owned());
                page.leaf("td", &[("class", "num")], &blocks);
            });
        }
    });
    if let hawkshaw_model::CoverageClaim::Only(accounts) = &findings.case.coverage {
        let count = counted(accounts.len() as u64, "account", "accounts");
        let text = format!(
            "The case says that its data are complete for {count} only. Value at any other place \
             that is no service ends as no-data: it may have moved on."
        );
        page.leaf("p", &[], &text);
    }
}
