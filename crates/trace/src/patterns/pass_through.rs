//! Accounts that forward what they got within minutes.

use super::draft::Draft;
use super::holding::Conduct;
use super::index::Index;
use super::pattern::{PassingThrough, PatternKind};
use super::words;

/// The accounts that forward at once, and the figures of all accounts in between.
pub(super) fn find(index: &Index<'_>, conducts: &[Conduct]) -> (Vec<Draft>, PassingThrough) {
    let (mut drafts, mut dwells) = (Vec::new(), Vec::new());
    let mut figures = PassingThrough::default();
    let between = conducts.iter().enumerate().filter(|(_, conduct)| conduct.is_between());
    for (account, conduct) in between {
        figures.intermediaries += 1;
        dwells.extend(conduct.dwell);
        if !forwards(index, conduct) {
            continue;
        }
        figures.forwarding += 1;
        let limit = index.settings.pass_seconds;
        let Some(dwell) = conduct.dwell.filter(|dwell| *dwell <= limit) else { continue };
        figures.at_once += 1;
        if conduct.got >= index.least() {
            drafts.push(draft(index, account, conduct, dwell));
        }
    }
    dwells.sort_unstable();
    figures.dwell_median = dwells.get(dwells.len().saturating_sub(1) / 2).copied();
    (drafts, figures)
}

/// Whether an account paid what it had got, within a few percent.
fn forwards(index: &Index<'_>, conduct: &Conduct) -> bool {
    let percent = u128::from(index.settings.pass_percent);
    conduct.got.abs_diff(conduct.paid).saturating_mul(100) <= conduct.got.saturating_mul(percent)
}

fn draft(index: &Index<'_>, account: usize, conduct: &Conduct, dwell: u64) -> Draft {
    let (ins, outs) = (index.paid_to(account), index.paid_by(account));
    let edges = index.edges(&[ins, outs].concat());
    let text = format!(
        "One account got {} in {} and paid it on in {}; half of it was gone {}.",
        index.theft(conduct.got),
        words::counted(words::count(ins.len()), "movement", "movements"),
        words::count(outs.len()),
        words::after(dwell),
    );
    Draft {
        kind: PatternKind::PassThrough,
        parts: conduct.got,
        accounts: vec![account],
        edges,
        numbers: vec![
            ("forwarded_basis_points", basis_points(conduct)),
            ("dwell_median_seconds", dwell),
            ("movements_in", words::count(ins.len())),
            ("movements_out", words::count(outs.len())),
            ("payees", words::count(conduct.payees)),
        ],
        text,
    }
}

/// What an account paid, in hundredths of a percent of what it got.
fn basis_points(conduct: &Conduct) -> u64 {
    let ratio = conduct.paid.saturating_mul(10_000) / conduct.got.max(1);
    u64::try_from(ratio).unwrap_or(u64::MAX)
}
