//! One account pays several, and all of them pay the same other one.

use super::draft::Draft;
use super::index::{Index, Side};
use super::pattern::PatternKind;
use super::words::{after, count, counted, seconds};

/// Ways over one account in between that are joined, at most. It bounds time and memory; middles
/// with many neighbours, which make most ways, are left out before.
const WAYS_MAX: usize = 2_000_000;

/// A way from one account over another to a third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    source: usize,
    target: usize,
    middle: usize,
    /// What went all the way, at most.
    parts: u128,
}

/// The pairs of accounts between which value went over several others, and whether all ways were
/// looked at.
pub(super) fn find(index: &Index<'_>) -> (Vec<Draft>, bool) {
    let mut ways = Vec::new();
    let mut is_complete = true;
    for middle in 0..index.accounts.len() {
        if ways.len() >= WAYS_MAX {
            is_complete = false;
            break;
        }
        over(index, middle, &mut ways);
    }
    ways.sort_unstable();
    let pairs = ways.chunk_by(|a, b| (a.source, a.target) == (b.source, b.target));
    let large = pairs.filter(|ways| {
        let parts: u128 = ways.iter().map(|way| way.parts).sum();
        ways.len() >= index.settings.scatter_min.max(1) && parts >= index.least()
    });
    (large.map(|ways| draft(index, ways)).collect(), is_complete)
}

/// Adds the ways over an account.
fn over(index: &Index<'_>, middle: usize, ways: &mut Vec<Way>) {
    let (ins, outs) = (index.paid_to(middle), index.paid_by(middle));
    let most = index.settings.scatter_degree_max;
    let is_hub = |moves: &[usize], side| index.distinct(moves, side) > most;
    if ins.is_empty() || outs.is_empty() || is_hub(ins, Side::Payer) || is_hub(outs, Side::Payee) {
        return;
    }
    let sources = others(index, ins, Side::Payer);
    let targets = others(index, outs, Side::Payee);
    for (source, ins) in sources.chunk_by(|a, b| a.0 == b.0).map(|group| (group[0].0, group)) {
        for (target, outs) in targets.chunk_by(|a, b| a.0 == b.0).map(|group| (group[0].0, group)) {
            if source == target {
                continue;
            }
            let ins: Vec<usize> = ins.iter().map(|(_, found)| *found).collect();
            let passed = passed_on(index, &ins, outs);
            let parts = index.parts(&passed).min(index.parts(&ins));
            if parts > 0 {
                ways.push(Way { source, target, middle, parts });
            }
        }
    }
}

/// Movements with their other side, sorted by it and in their order.
fn others(index: &Index<'_>, moves: &[usize], side: Side) -> Vec<(usize, usize)> {
    let known = moves.iter().filter_map(|found| Some((side.of(&index.moves[*found])?, *found)));
    let mut others: Vec<(usize, usize)> = known.collect();
    others.sort_unstable();
    others
}

/// The payments that come soon enough after one that brought value.
fn passed_on(index: &Index<'_>, ins: &[usize], outs: &[(usize, usize)]) -> Vec<usize> {
    let soon = |out: &usize| {
        let before = ins[..ins.partition_point(|came| came < out)].last();
        before.is_some_and(|came| {
            seconds(index.moves[*came].time, index.moves[*out].time)
                <= index.settings.scatter_seconds
        })
    };
    outs.iter().map(|(_, found)| *found).filter(soon).collect()
}

fn draft(index: &Index<'_>, ways: &[Way]) -> Draft {
    let Way { source, target, .. } = ways[0];
    let parts = ways.iter().map(|way| way.parts).sum();
    let moves = ways.iter().flat_map(|way| {
        let ins = index.paid_to(way.middle).iter();
        let ins = ins.filter(|found| index.moves[**found].from == Some(source)).copied();
        let ins: Vec<usize> = ins.collect();
        let outs = index.paid_by(way.middle).iter();
        let outs = outs.filter(|found| index.moves[**found].to == Some(target));
        let outs: Vec<(usize, usize)> = outs.map(|found| (target, *found)).collect();
        let passed = passed_on(index, &ins, &outs);
        ins.into_iter().chain(passed)
    });
    let edges = index.edges(&moves.collect::<Vec<_>>());
    let seconds = index.seconds(&edges);
    let text = format!(
        "{} went from one account to another over {} in between, {}.",
        super::words::capital(&index.theft(parts)),
        counted(count(ways.len()), "account", "accounts"),
        after(seconds),
    );
    let middles = ways.iter().map(|way| way.middle);
    Draft {
        kind: PatternKind::ScatterGather,
        parts,
        accounts: [source, target].into_iter().chain(middles).collect(),
        numbers: vec![("middles", count(ways.len())), ("seconds", seconds)],
        edges,
        text,
    }
}
