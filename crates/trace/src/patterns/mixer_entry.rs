//! Value went into a mixer.

use std::collections::BTreeMap;

use hawkshaw_model::{Amount, AssetId, TerminalKind};

use super::draft::Draft;
use super::index::{Index, Side};
use super::pattern::PatternKind;
use super::service::{Service, arrivals};
use super::words::{capital, count, movements};

/// The mixers, each with the movements that entered it.
pub(super) fn find(index: &Index<'_>) -> Vec<Draft> {
    let entries = arrivals(index, |kind| *kind == TerminalKind::Mixer).into_iter();
    entries.map(|(mixer, moves)| draft(index, &mixer, &moves)).collect()
}

fn draft(index: &Index<'_>, mixer: &Service<'_>, moves: &[usize]) -> Draft {
    let parts = index.parts(moves);
    let edges = index.edges(moves);
    let seconds = index.seconds(&edges);
    let (sums, most) = sums(index, moves);
    let payers = index.distinct(moves, Side::Payer);
    let alike = match most {
        0..=1 => String::new(),
        _ => format!("; the most frequent sum came {most} times"),
    };
    let text = format!(
        "{} entered {} {}{alike}.",
        capital(&index.theft(parts)),
        mixer.words(),
        movements(moves.len(), seconds),
    );
    let places = moves.iter().filter_map(|found| index.moves[*found].to);
    let from = moves.iter().filter_map(|found| index.moves[*found].from);
    Draft {
        kind: PatternKind::MixerEntry,
        parts,
        accounts: places.chain(from).collect(),
        numbers: vec![
            ("movements", count(moves.len())),
            ("payers", count(payers)),
            ("different_sums", count(sums)),
            ("most_frequent_sum", count(most)),
            ("seconds", seconds),
        ],
        edges,
        text,
    }
}

/// How many different sums entered, and how often the most frequent one.
fn sums(index: &Index<'_>, moves: &[usize]) -> (usize, usize) {
    let mut sums: BTreeMap<(&AssetId, Amount), usize> = BTreeMap::new();
    for found in moves {
        let edge = &index.trace.edges[index.moves[*found].arrival];
        *sums.entry((&edge.asset, edge.amount)).or_default() += 1;
    }
    (sums.len(), sums.values().max().copied().unwrap_or(0))
}
