//! What a reader must know of how the answer came about.

use std::collections::BTreeMap;

use crate::figures::grouped;
use crate::findings::Findings;
use crate::page::Page;
use crate::poor_swaps::poor_swaps;
use crate::text::{label, prose};

/// Findings that are shown; the others are in the files.
const FINDINGS_MAX: usize = 12;

/// Writes findings, limits, noise, defects and coverage.
pub(super) fn notes(page: &mut Page, findings: &Findings<'_>) {
    let trace = findings.trace;
    page.heading("What to know");
    for finding in trace.findings.iter().take(FINDINGS_MAX) {
        let place = finding.account.as_deref().or(finding.tx.as_deref());
        let place = place.map(|place| format!(" at {}", label(place))).unwrap_or_default();
        page.item("•", &format!("{}{place}: {}", finding.rule, prose(&finding.text)));
    }
    if trace.findings.len() > FINDINGS_MAX {
        let rest = trace.findings.len() - FINDINGS_MAX;
        page.item("•", &format!("{rest} more findings: see --json"));
    }
    for limit in &trace.limits {
        page.item("•", &format!("limit reached: {limit}"));
    }
    let poor = poor_swaps(findings);
    for swap in poor.iter().take(FINDINGS_MAX) {
        let text = swap.text(findings);
        page.item("•", &format!("swap below half of its worth at {}: {text}", swap.place()));
    }
    if poor.len() > FINDINGS_MAX {
        let rest = poor.len() - FINDINGS_MAX;
        page.item("•", &format!("{rest} more swaps below half of their worth: see --json"));
    }
    if let Some(text) = prices(findings) {
        page.item("•", &text);
    }
    let noise = counts(&trace.noise).unwrap_or_else(|| "nothing".to_owned());
    page.item("•", &format!("left out as noise: {noise}"));
    let defects = counts(&trace.defects).unwrap_or_else(|| "nothing".to_owned());
    page.item("•", &format!("wrong with the data: {defects}"));
    for (chain, coverage) in &trace.coverage {
        let heights = coverage
            .heights
            .map(|(from, tip)| format!(", blocks {from} to {tip}"))
            .unwrap_or_default();
        page.item(
            "•",
            &format!(
                "data of {}: {} to {}{heights}",
                chain.name(),
                coverage.times.0,
                coverage.times.1
            ),
        );
    }
    let holdings = grouped(&trace.holdings.to_string());
    page.item("•", &format!("{holdings} holdings had taint at some time"));
}

/// Which places have no price; nothing where no prices are at hand.
fn prices(findings: &Findings<'_>) -> Option<String> {
    const ASSETS_MAX: usize = 8;
    findings.prices?;
    let unpriced = findings.unpriced();
    let places: u64 = unpriced.iter().map(|(_, count)| count).sum();
    if places == 0 {
        return Some("US dollars: every place has a price".to_owned());
    }
    let symbols = unpriced.iter().take(ASSETS_MAX);
    let mut names: Vec<String> =
        symbols.map(|(asset, _)| crate::figures::symbol(findings.assets, asset)).collect();
    if unpriced.len() > ASSETS_MAX {
        names.push(format!("{} more", unpriced.len() - ASSETS_MAX));
    }
    let all = grouped(&findings.trace.terminals.len().to_string());
    let names = names.join(", ");
    Some(format!(
        "US dollars: unknown at {} of {all} places ({names})",
        grouped(&places.to_string())
    ))
}

/// `zero-value 125, address-poisoning 38`, or nothing.
pub(crate) fn counts(counts: &BTreeMap<String, u64>) -> Option<String> {
    let texts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(name, count)| format!("{} {}", label(name), grouped(&count.to_string())))
        .collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}
