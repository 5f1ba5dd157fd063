//! Value left its chain over a bridge.

use std::collections::BTreeMap;

use hawkshaw_model::{ChainId, Printable, TerminalKind};

use super::draft::Draft;
use super::index::{Index, Side};
use super::moves::Form;
use super::pattern::PatternKind;
use super::service::arrivals;
use super::words::{capital, count, movements};

/// The bridges, each with the movements that entered it, whether the far side was followed or
/// not.
pub(super) fn find(index: &Index<'_>) -> Vec<Draft> {
    let mut hops: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, found) in index.moves.iter().enumerate() {
        if let Form::BridgeOut(bridge, _) = index.form(found.arrival) {
            hops.entry(Printable(bridge).to_string()).or_default().push(number);
        }
    }
    for (bridge, moves) in arrivals(index, |kind| *kind == TerminalKind::Bridge) {
        // Not those that crossed another bridge before.
        let entered =
            |found: &usize| !matches!(index.form(index.moves[*found].arrival), Form::BridgeOut(..));
        let moves = moves.into_iter().filter(entered);
        hops.entry(bridge.words()).or_default().extend(moves);
    }
    let some = hops.into_iter().filter(|(_, moves)| !moves.is_empty());
    some.map(|(bridge, moves)| draft(index, &bridge, &moves)).collect()
}

fn draft(index: &Index<'_>, bridge: &str, moves: &[usize]) -> Draft {
    let parts = index.parts(moves);
    let edges = index.edges(moves);
    let seconds = index.seconds(&edges);
    let payers = index.distinct(moves, Side::Payer);
    let far = far(index, moves);
    let followed = match far.len() {
        0 => "; the far side was not followed".to_owned(),
        _ => format!(" to {}", far.iter().map(|chain| chain.name()).collect::<Vec<_>>().join(", ")),
    };
    let text = format!(
        "{} left its chain over {bridge} {}{followed}.",
        capital(&index.theft(parts)),
        movements(moves.len(), seconds),
    );
    let from = moves.iter().filter_map(|found| index.moves[*found].from);
    let to = moves.iter().filter_map(|found| index.moves[*found].to);
    Draft {
        kind: PatternKind::ChainHop,
        parts,
        accounts: from.chain(to).collect(),
        numbers: vec![
            ("movements", count(moves.len())),
            ("payers", count(payers)),
            ("far_chains", count(far.len())),
            ("seconds", seconds),
        ],
        edges,
        text,
    }
}

/// The chains on which what left was followed.
fn far<'a>(index: &Index<'a>, moves: &[usize]) -> Vec<&'a ChainId> {
    let arrivals = moves.iter().map(|found| index.moves[*found].arrival);
    let out = arrivals.filter(|edge| matches!(index.form(*edge), Form::BridgeOut(..)));
    let mut chains: Vec<&ChainId> = out.map(|edge| &index.trace.edges[edge].chain).collect();
    chains.sort_unstable();
    chains.dedup();
    chains
}
