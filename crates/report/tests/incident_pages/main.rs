//! The page and the pictures of the incident ledger: what stands on them, and what strangers'
//! text can do to them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hostile;
mod markup;
mod page;
mod pictures;

use hawkshaw_incidents::{
    Comparison, IncidentLedger, InclusionRule, Loot, Pricing, Selection, Statistics,
};
use hawkshaw_report::incidents::{Picture, charts, to_page};

/// Calls a function with the statistics over what a rule selects.
fn with<T>(
    ledger: &IncidentLedger,
    rule: InclusionRule,
    show: impl FnOnce(&Statistics<'_>, &[Comparison<'_>]) -> T,
) -> T {
    let selection = Selection::new(ledger, rule, Pricing::Ledger);
    let statistics = Statistics::of(ledger, &selection, ledger.launches());
    show(&statistics, &ledger.compare_all())
}

fn page_of(ledger: &IncidentLedger, rule: InclusionRule) -> String {
    let page = with(ledger, rule, |statistics, totals| to_page(ledger, statistics, totals));
    String::from_utf8(page).unwrap()
}

fn pictures_of(ledger: &IncidentLedger, rule: InclusionRule) -> Vec<Picture> {
    with(ledger, rule, |statistics, _| charts(ledger, statistics))
}

/// Thefts of cryptocurrency that somebody attributes to North Korea.
fn dprk() -> InclusionRule {
    let loot = Some(Loot::Crypto);
    InclusionRule { actor: Some("dprk".to_owned()), loot, ..InclusionRule::default() }
}

/// A rule that selects nothing.
fn nothing() -> InclusionRule {
    InclusionRule { country: Some("AQ".to_owned()), ..InclusionRule::default() }
}

/// A ledger without a single figure, and one of which a rule selects nothing.
fn empty() -> [(IncidentLedger, InclusionRule); 2] {
    [
        (hostile::without_incidents(), InclusionRule::default()),
        (IncidentLedger::built_in(), nothing()),
    ]
}
