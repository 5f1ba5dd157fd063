//! Value lay for long and was moved then.
//!
//! On UTXO chains it lies in outputs, each of which is looked at by itself (`sleep`).

use hawkshaw_model::LedgerKind;

use super::draft::Draft;
use super::index::Index;
use super::pattern::PatternKind;
use super::sleep;
use super::words::{capital, count, counted, duration, seconds};

/// Value that was moved after a long rest.
#[derive(Debug, Default)]
struct Wakings {
    /// The most that lay during a rest.
    parts: u128,
    /// The longest rest in seconds.
    longest: u64,
    count: usize,
    /// The last movement before each rest, and what was paid after it.
    moves: Vec<usize>,
}

/// The accounts that moved value after a long rest.
pub(super) fn find(index: &Index<'_>) -> Vec<Draft> {
    let has_balance =
        |account: &usize| index.accounts[*account].chain().ledger_kind() == LedgerKind::Accounts;
    let accounts = (0..index.accounts.len()).filter(has_balance);
    let woken =
        accounts.filter_map(|account| Some(draft(index, account, &wakings(index, account)?)));
    woken.chain(sleep::find(index)).collect()
}

fn wakings(index: &Index<'_>, account: usize) -> Option<Wakings> {
    let (ins, outs) = (index.paid_to(account), index.paid_by(account));
    let mut ins = ins.iter().copied().peekable();
    let (mut held, mut last) = (0u128, None::<usize>);
    let mut found = Wakings::default();
    for out in outs.iter().copied() {
        while let Some(came) = ins.next_if(|came| *came < out) {
            held = held.saturating_add(u128::from(index.moves[came].parts));
            last = Some(came);
        }
        let paid = &index.moves[out];
        if let Some(before) = last {
            let rest = seconds(index.moves[before].time, paid.left);
            if rest >= index.settings.dormant_seconds().max(1) && held >= index.least() {
                found.parts = found.parts.max(held);
                found.longest = found.longest.max(rest);
                found.count += 1;
                found.moves.extend([before, out]);
            }
        }
        held = held.saturating_sub(u128::from(paid.parts));
        last = Some(out);
    }
    (found.count > 0).then_some(found)
}

fn draft(index: &Index<'_>, account: usize, found: &Wakings) -> Draft {
    let text = format!(
        "{} lay at one account for {} and was moved then{}.",
        capital(&index.theft(found.parts)),
        duration(found.longest),
        match found.count {
            1 => String::new(),
            more => format!(" (the longest of {})", counted(count(more), "rest", "rests")),
        },
    );
    let payees = found.moves.iter().filter_map(|found| index.moves[*found].to);
    Draft {
        kind: PatternKind::Dormancy,
        parts: found.parts,
        accounts: std::iter::once(account).chain(payees).collect(),
        edges: index.edges(&found.moves),
        numbers: vec![("rest_seconds", found.longest), ("rests", count(found.count))],
        text,
    }
}
