//! One account pays many within a short time.

use std::collections::BTreeMap;

use hawkshaw_model::{Amount, AssetId};

use super::draft::Draft;
use super::index::{Index, Side};
use super::pattern::PatternKind;
use super::window::{Burst, band, burst};
use super::words::{after, count, counted};

/// Payments of a fan-out are called equal if the largest is at most so many percent above the
/// smallest: gas is sometimes taken from them.
const EQUAL_PERCENT: u32 = 1;

/// The movements of an account that fan out.
pub(super) fn spread(index: &Index<'_>, account: usize) -> Option<Burst> {
    let settings = index.settings;
    let outs = index.paid_by(account);
    let found = burst(index, outs, Side::Payee, settings.fan_min, settings.fan_seconds)?;
    (index.parts(&found.moves) >= index.least()).then_some(found)
}

/// The accounts that fan out, but for those that `gathered` first.
pub(super) fn find(index: &Index<'_>, gathered: &[usize]) -> Vec<Draft> {
    let accounts =
        (0..index.accounts.len()).filter(|account| gathered.binary_search(account).is_err());
    accounts.filter_map(|account| Some(draft(index, account, &spread(index, account)?))).collect()
}

fn draft(index: &Index<'_>, account: usize, found: &Burst) -> Draft {
    let parts = index.parts(&found.moves);
    let edges = index.edges(&found.moves);
    let equal = equal(index, &found.moves);
    let seconds = index.seconds(&edges);
    let alike = match equal {
        0..=1 => String::new(),
        _ => format!("; {equal} of them are of one amount"),
    };
    let text = format!(
        "One account paid {} to {} in {} {}{alike}.",
        index.theft(parts),
        counted(count(found.others), "other", "others"),
        counted(count(found.moves.len()), "payment", "payments"),
        after(seconds),
    );
    let payees = found.moves.iter().filter_map(|found| index.moves[*found].to);
    Draft {
        kind: PatternKind::FanOut,
        parts,
        accounts: std::iter::once(account).chain(payees).collect(),
        numbers: vec![
            ("payees", count(found.others)),
            ("payments", count(found.moves.len())),
            ("equal_payments", count(equal)),
            ("seconds", seconds),
        ],
        edges,
        text,
    }
}

/// How many payments of one asset are of about the same amount.
fn equal(index: &Index<'_>, moves: &[usize]) -> usize {
    let mut amounts: BTreeMap<&AssetId, Vec<Amount>> = BTreeMap::new();
    for found in moves {
        let edge = &index.trace.edges[index.moves[*found].arrival];
        amounts.entry(&edge.asset).or_default().push(edge.amount);
    }
    let bands = amounts.into_values().map(|mut amounts| {
        amounts.sort_unstable();
        let (from, to) = band(&amounts, EQUAL_PERCENT);
        to - from
    });
    bands.max().unwrap_or(0)
}
