//! Many payments of about the same amount to one service: sums that stay below a limit, or that
//! a program was told to split into.

use std::collections::BTreeMap;

use hawkshaw_model::{Amount, AssetId, TerminalKind};

use super::draft::Draft;
use super::index::{Index, Side};
use super::pattern::PatternKind;
use super::service::{Service, arrivals};
use super::window::band;
use super::words::{after, count, counted};

/// Bands of amounts of one asset that are sought at one service, the fullest first.
const BANDS_MAX: usize = 4;

/// The payments to a service that are of about the same amount.
pub(super) fn find(index: &Index<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (service, moves) in arrivals(index, takes_any_sum) {
        let mut paid: BTreeMap<&AssetId, Vec<(Amount, usize)>> = BTreeMap::new();
        for found in moves {
            let edge = &index.trace.edges[index.moves[found].arrival];
            paid.entry(&edge.asset).or_default().push((edge.amount, found));
        }
        for payments in paid.into_values() {
            drafts.extend(bands(index, &service, payments));
        }
    }
    drafts
}

/// Whether a place is a service that takes any sum. A mixer with fixed sums makes equal payments
/// by itself.
fn takes_any_sum(kind: &TerminalKind) -> bool {
    use TerminalKind::{Bridge, Exchange, InferredService, Service, SwapService};
    matches!(kind, Exchange | SwapService | Bridge | Service(_) | InferredService)
}

/// The fullest bands among payments.
fn bands(
    index: &Index<'_>,
    service: &Service<'_>,
    mut payments: Vec<(Amount, usize)>,
) -> Vec<Draft> {
    payments.sort_unstable();
    // Several holders can have paid one output: that is one payment.
    let mut arrivals = std::collections::BTreeSet::new();
    payments.retain(|(_, found)| arrivals.insert(index.moves[*found].arrival));
    let amounts: Vec<Amount> = payments.iter().map(|(amount, _)| *amount).collect();
    let mut stretches = vec![(0, payments.len())];
    let mut drafts = Vec::new();
    for _ in 0..BANDS_MAX {
        let sized = stretches.iter().enumerate().map(|(at, (from, to))| {
            let (first, last) = band(&amounts[*from..*to], index.settings.structuring_percent);
            (last - first, at, from + first, from + last)
        });
        let Some((size, at, first, last)) =
            sized.max_by_key(|(size, at, ..)| (*size, usize::MAX - at))
        else {
            break;
        };
        if size < index.settings.structuring_min.max(1) {
            break;
        }
        let (from, to) = stretches.swap_remove(at);
        stretches.extend([(from, first), (last, to)]);
        let moves: Vec<usize> = payments[first..last].iter().map(|(_, found)| *found).collect();
        if index.parts(&moves) >= index.least() {
            drafts.push(draft(index, service, &moves));
        }
    }
    drafts
}

fn draft(index: &Index<'_>, service: &Service<'_>, moves: &[usize]) -> Draft {
    let parts = index.parts(moves);
    let edges = index.edges(moves);
    let seconds = index.seconds(&edges);
    let payers = index.distinct(moves, Side::Payer);
    let text = format!(
        "{} of amounts at most {} % apart went to {} {}: {}.",
        counted(count(moves.len()), "payment", "payments"),
        index.settings.structuring_percent,
        service.words(),
        after(seconds),
        index.theft(parts),
    );
    let paid = |found: &usize| &index.moves[*found];
    let places = moves.iter().filter_map(|found| paid(found).to);
    let from = moves.iter().filter_map(|found| paid(found).from);
    Draft {
        kind: PatternKind::Structuring,
        parts,
        accounts: places.chain(from).collect(),
        numbers: vec![
            ("payments", count(moves.len())),
            ("payers", count(payers)),
            ("places", count(index.distinct(moves, Side::Payee))),
            ("seconds", seconds),
        ],
        edges,
        text,
    }
}
