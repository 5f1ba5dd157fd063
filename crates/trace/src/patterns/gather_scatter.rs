//! Many pay one account, which then pays it on to many.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::index::{Index, Side};
use super::pattern::PatternKind;
use super::window::Burst;
use super::words::{after, count};
use super::{fan_in, fan_out, share};

/// The accounts that gather and then scatter, as patterns and as sorted numbers.
pub(super) fn find(index: &Index<'_>) -> (Vec<Draft>, Vec<usize>) {
    let (mut drafts, mut gathered) = (Vec::new(), Vec::new());
    for account in 0..index.accounts.len() {
        let fewest = index.settings.fan_min.max(1);
        let is_large = |moves: &[usize]| moves.len() >= fewest;
        if !is_large(index.paid_to(account)) || !is_large(index.paid_by(account)) {
            continue;
        }
        let Some(ins) = fan_in::collected(index, account) else { continue };
        let Some(outs) = fan_out::spread(index, account) else { continue };
        if is_balanced(index, account) && comes_first(index, &ins, &outs) {
            drafts.push(draft(index, account, &ins, &outs));
            gathered.push(account);
        }
    }
    (drafts, gathered)
}

/// Whether the account paid about what it got.
fn is_balanced(index: &Index<'_>, account: usize) -> bool {
    let (got, paid) = (index.parts(index.paid_to(account)), index.parts(index.paid_by(account)));
    let settings = index.settings;
    let most = got.saturating_mul(u128::from(settings.gather_out_percent_max));
    share::is_at_least(paid, settings.gather_out_percent_min, got)
        && paid.saturating_mul(100) <= most
}

/// Whether enough had paid in before enough were paid.
fn comes_first(index: &Index<'_>, ins: &Burst, outs: &Burst) -> bool {
    let gathered = enough(index, &ins.moves, Side::Payer);
    let scattered = enough(index, &outs.moves, Side::Payee);
    gathered.zip(scattered).is_some_and(|(gathered, scattered)| gathered < scattered)
}

/// The movement with which enough different accounts are on a side.
fn enough(index: &Index<'_>, moves: &[usize], side: Side) -> Option<usize> {
    let mut seen = BTreeSet::new();
    let is_the_one = |found: &usize| {
        seen.insert(side.of(&index.moves[*found])) && seen.len() >= index.settings.fan_min
    };
    moves.iter().copied().find(is_the_one)
}

fn draft(index: &Index<'_>, account: usize, ins: &Burst, outs: &Burst) -> Draft {
    let (got, paid) = (index.parts(&ins.moves), index.parts(&outs.moves));
    let moves: Vec<usize> = ins.moves.iter().chain(&outs.moves).copied().collect();
    let edges = index.edges(&moves);
    let seconds = index.seconds(&edges);
    let text = format!(
        "{} accounts paid {} to one account, which paid it on to {} others; all {}.",
        ins.others,
        index.theft(got),
        outs.others,
        after(seconds),
    );
    let payers = ins.moves.iter().filter_map(|found| index.moves[*found].from);
    let payees = outs.moves.iter().filter_map(|found| index.moves[*found].to);
    Draft {
        kind: PatternKind::GatherScatter,
        parts: got.min(paid),
        accounts: std::iter::once(account).chain(payers).chain(payees).collect(),
        numbers: vec![
            ("payers", count(ins.others)),
            ("payees", count(outs.others)),
            ("payments_in", count(ins.moves.len())),
            ("payments_out", count(outs.moves.len())),
            ("seconds", seconds),
        ],
        edges,
        text,
    }
}
