//! Many pay one account within a short time.
//!
//! A service is paid by many all day long, so that places at which following stopped are left
//! out.

use super::draft::Draft;
use super::index::{Index, Side};
use super::pattern::PatternKind;
use super::window::{Burst, burst};
use super::words::{after, count, counted};

/// The movements to an account that fan in.
pub(super) fn collected(index: &Index<'_>, account: usize) -> Option<Burst> {
    let settings = index.settings;
    let goes_on = |found: &usize| index.moves[*found].terminal.is_none();
    let ins: Vec<usize> = index.paid_to(account).iter().copied().filter(goes_on).collect();
    let found = burst(index, &ins, Side::Payer, settings.fan_min, settings.fan_seconds)?;
    (index.parts(&found.moves) >= index.least()).then_some(found)
}

/// The accounts into which many pay, but for those that `gathered` to scatter again.
pub(super) fn find(index: &Index<'_>, gathered: &[usize]) -> Vec<Draft> {
    let accounts =
        (0..index.accounts.len()).filter(|account| gathered.binary_search(account).is_err());
    accounts
        .filter_map(|account| Some(draft(index, account, &collected(index, account)?)))
        .collect()
}

fn draft(index: &Index<'_>, account: usize, found: &Burst) -> Draft {
    let parts = index.parts(&found.moves);
    let edges = index.edges(&found.moves);
    let seconds = index.seconds(&edges);
    let text = format!(
        "{} paid {} to one account in {} {}.",
        counted(count(found.others), "account", "accounts"),
        index.theft(parts),
        counted(count(found.moves.len()), "payment", "payments"),
        after(seconds),
    );
    let payers = found.moves.iter().filter_map(|found| index.moves[*found].from);
    Draft {
        kind: PatternKind::FanIn,
        parts,
        accounts: std::iter::once(account).chain(payers).collect(),
        numbers: vec![
            ("payers", count(found.others)),
            ("payments", count(found.moves.len())),
            ("seconds", seconds),
        ],
        edges,
        text,
    }
}
