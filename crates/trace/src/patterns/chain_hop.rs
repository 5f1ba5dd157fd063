//! Value left its chain over a bridge.

use hawkshaw_model::TerminalKind;

use super::draft::Draft;
use super::index::{Index, Side};
use super::pattern::PatternKind;
use super::service::arrivals;
use super::words::{after, capital, count, counted, theft};

/// The bridges, each with the movements that entered it.
pub(super) fn find(index: &Index<'_>) -> Vec<Draft> {
    let hops = arrivals(index, |kind| *kind == TerminalKind::Bridge).into_iter();
    hops.map(|(bridge, moves)| draft(index, &bridge.words(), &moves)).collect()
}

fn draft(index: &Index<'_>, bridge: &str, moves: &[usize]) -> Draft {
    let parts = index.parts(moves);
    let edges = index.edges(moves);
    let seconds = index.seconds(&edges);
    let payers = index.distinct(moves, Side::Payer);
    let text = format!(
        "{} left its chain over {bridge} in {} {}.",
        capital(&theft(parts)),
        counted(count(moves.len()), "movement", "movements"),
        after(seconds),
    );
    let places = moves.iter().filter_map(|found| index.moves[*found].to);
    let from = moves.iter().filter_map(|found| index.moves[*found].from);
    Draft {
        kind: PatternKind::ChainHop,
        parts,
        accounts: places.chain(from).collect(),
        numbers: vec![
            ("movements", count(moves.len())),
            ("payers", count(payers)),
            ("seconds", seconds),
        ],
        edges,
        text,
    }
}
