//! The ledger as one page.

use hawkshaw_incidents::{Comparison, IncidentLedger, Statistics};

/// x
pub fn to_page(
    ledger: &IncidentLedger,
    statistics: &Statistics<'_>,
    comparisons: &[Comparison<'_>],
) -> Vec<u8> {
    let mut page = crate::markup::Markup::default();
    for d in super::chart::drawings(ledger, statistics) {
        d.write(&mut page);
    }
    let _ = comparisons;
    page.into_bytes()
}
