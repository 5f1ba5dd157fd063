//! Deposits and payouts that may belong together, directly or through others.

use hawkshaw_model::LinkClass;

use super::assign::{SKIP, assign};
use super::habits::{BIT, Habits};
use super::pair::{Pair, Reason};
use super::queue::{align, neighbours, probability};
use super::state::State;

/// How probable a pair must be, of several that fit, to be stood for.
pub(crate) const SURE: f64 = 0.95;

/// A deposit and a payout that may belong together, by their places in the component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) near: usize,
    pub(crate) far: usize,
    /// How likely it is, as a logarithm.
    pub(crate) weight: i64,
}

/// Rows that hang together, each side in the order of time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Component {
    pub(crate) deposits: Vec<usize>,
    pub(crate) payouts: Vec<usize>,
    pub(crate) edges: Vec<Edge>,
}

impl Component {
    /// The rows of an edge.
    pub(crate) fn rows(&self, edge: &Edge) -> Option<(usize, usize)> {
        Some((*self.deposits.get(edge.near)?, *self.payouts.get(edge.far)?))
    }

    /// Hands on what hangs together; rows without an edge are left out.
    pub(crate) fn split(
        deposits: &[usize],
        payouts: &[usize],
        edges: &[Edge],
        sink: &mut dyn FnMut(Self),
    ) {
        let mut roots: Vec<usize> = (0..deposits.len() + payouts.len()).collect();
        for edge in edges {
            let (a, b) = (root(&mut roots, edge.near), root(&mut roots, deposits.len() + edge.far));
            roots[a.max(b)] = a.min(b);
        }
        let mut order: Vec<(usize, &Edge)> =
            edges.iter().map(|edge| (root(&mut roots, edge.near), edge)).collect();
        order.sort_by_key(|(root, _)| *root);
        for part in order.chunk_by(|a, b| a.0 == b.0) {
            let mut near: Vec<usize> = part.iter().map(|(_, edge)| edge.near).collect();
            let mut far: Vec<usize> = part.iter().map(|(_, edge)| edge.far).collect();
            for side in [&mut near, &mut far] {
                side.sort_unstable();
                side.dedup();
            }
            let place = |side: &[usize], at: usize| side.partition_point(|other| *other < at);
            let edges = part.iter().map(|(_, edge)| Edge {
                near: place(&near, edge.near),
                far: place(&far, edge.far),
                weight: edge.weight,
            });
            sink(Self {
                edges: edges.collect(),
                deposits: near.iter().map(|at| deposits[*at]).collect(),
                payouts: far.iter().map(|at| payouts[*at]).collect(),
            });
        }
    }

    /// How many payouts fit each deposit.
    fn degrees(&self) -> Vec<u64> {
        let mut degrees = vec![0; self.deposits.len()];
        for edge in &self.edges {
            degrees[edge.near] += 1;
        }
        degrees
    }

    /// The weight of each pair, where the pair may be.
    fn matrix(&self) -> Vec<Vec<Option<i64>>> {
        let mut matrix = vec![vec![None; self.payouts.len()]; self.deposits.len()];
        for edge in &self.edges {
            matrix[edge.near][edge.far] = Some(edge.weight);
        }
        matrix
    }
}

fn root(roots: &mut [usize], mut at: usize) -> usize {
    while roots[at] != at {
        roots[at] = roots[roots[at]];
        at = roots[at];
    }
    at
}

/// Pairs the rows of a component.
pub(crate) fn solve(
    state: &State<'_>,
    habits: &Habits,
    component: &Component,
    found: &mut Vec<Pair>,
) {
    if let [edge] = component.edges.as_slice() {
        found.extend(component.rows(edge).map(|rows| only(state, rows, edge.weight)));
        return;
    }
    let forced = forced(component).unwrap_or_default();
    for edge in &forced {
        found.extend(component.rows(edge).map(|rows| only(state, rows, edge.weight)));
    }
    let is_free =
        |edge: &&Edge| forced.iter().all(|taken| taken.near != edge.near && taken.far != edge.far);
    let rest: Vec<Edge> = component.edges.iter().filter(is_free).copied().collect();
    let degrees = component.degrees();
    Component::split(&component.deposits, &component.payouts, &rest, &mut |part| {
        let degree = |d: usize| {
            let at = component.deposits.iter().position(|row| *row == d);
            at.map_or(0, |at| degrees[at])
        };
        weigh_all(state, habits, &part, &degree, found);
    });
}

/// A pair of which both sides have no other candidate.
fn only(state: &State<'_>, (deposit, payout): (usize, usize), weight: i64) -> Pair {
    let mut reasons = Vec::new();
    reasons.extend(state.void_reason(deposit, payout));
    // An unusual fee or a late claim leaves more room for chance.
    let score = if weight > -SKIP / 2 { 0.995 } else { 0.97 };
    let class = LinkClass::Fields;
    Pair { deposit, payout, class, score, candidates: 1, accepted: true, reasons }
}

/// Where every deposit has a payout: the pairs that any such assignment contains, found by
/// taking rows that have one candidate left. `None` where that leads nowhere.
fn forced(component: &Component) -> Option<Vec<Edge>> {
    if component.deposits.len() != component.payouts.len() {
        return None;
    }
    let mut edges = component.edges.clone();
    let mut forced: Vec<Edge> = Vec::new();
    let mut left = component.deposits.len();
    loop {
        let mut near = vec![0usize; component.deposits.len()];
        let mut far = vec![0usize; component.payouts.len()];
        for edge in &edges {
            near[edge.near] += 1;
            far[edge.far] += 1;
        }
        let alive = |degrees: &[usize]| degrees.iter().filter(|degree| **degree > 0).count();
        if alive(&near) != left || alive(&far) != left {
            return None;
        }
        let single = edges.iter().find(|edge| near[edge.near] == 1 || far[edge.far] == 1);
        let Some(taken) = single.copied() else {
            return Some(forced);
        };
        edges.retain(|edge| edge.near != taken.near && edge.far != taken.far);
        forced.push(taken);
        left -= 1;
    }
}

/// Pairs rows of which several fit each other.
fn weigh_all(
    state: &State<'_>,
    habits: &Habits,
    part: &Component,
    degree: &dyn Fn(usize) -> u64,
    found: &mut Vec<Pair>,
) {
    let pair = |deposit: usize, payout: usize, score: f64, why: Reason| {
        let accepted = score >= SURE;
        let mut reasons = vec![if accepted { why } else { Reason::Ambiguous }];
        reasons.extend(state.void_reason(deposit, payout));
        let candidates = degree(deposit);
        Pair { deposit, payout, class: LinkClass::Statistics, score, candidates, accepted, reasons }
    };
    if state.is_alike(part) {
        let rows = (part.deposits.as_slice(), part.payouts.as_slice());
        let aligned = align(state, habits, rows);
        found.extend(
            aligned.into_iter().map(|(d, p, sure)| pair(d, p, sure, Reason::InOrderOfTime)),
        );
        return;
    }
    let matrix = part.matrix();
    let mut chosen = assign(&matrix);
    uncross(state, part, &matrix, &mut chosen);
    for (near, far) in chosen.iter().enumerate() {
        let Some(far) = *far else { continue };
        let sure = certainty(state, habits, part, &matrix, &chosen, (near, far));
        let (d, p) = (part.deposits[near], part.payouts[far]);
        found.push(pair(d, p, sure, Reason::Likeliest));
    }
}

/// Of deposits that are alike, whose payouts are alike, the earlier has the earlier.
fn uncross(
    state: &State<'_>,
    part: &Component,
    matrix: &[Vec<Option<i64>>],
    chosen: &mut [Option<usize>],
) {
    // Rows are in the order of time, so that places compare as times do.
    for first in 0..chosen.len() {
        for second in first + 1..chosen.len() {
            if let (Some(a), Some(b)) = (chosen[first], chosen[second])
                && a > b
                && matrix[first][b].is_some()
                && matrix[second][a].is_some()
                && state.are_deposits_alike(part.deposits[first], part.deposits[second])
                && state.are_payouts_alike(part.payouts[a], part.payouts[b])
            {
                chosen.swap(first, second);
            }
        }
    }
}

/// How probable a chosen pair is beside what else could have been chosen: another payout, another
/// deposit, or the payouts of two deposits exchanged.
fn certainty(
    state: &State<'_>,
    habits: &Habits,
    part: &Component,
    matrix: &[Vec<Option<i64>>],
    chosen: &[Option<usize>],
    (near, far): (usize, usize),
) -> f64 {
    let Some(own) = matrix[near][far] else { return 0.0 };
    let mut rivals: Vec<i64> = Vec::new();
    for (other, weight) in matrix[near].iter().enumerate() {
        if let Some(weight) = weight
            && other != far
            && !chosen.contains(&Some(other))
        {
            rivals.push(weight - own);
        }
    }
    for (other, row) in matrix.iter().enumerate().filter(|(other, _)| *other != near) {
        let Some(across) = row[far] else { continue };
        match chosen[other] {
            None => rivals.push(across - own),
            Some(theirs) => {
                if let (Some(weight), Some(back)) = (row[theirs], matrix[near][theirs]) {
                    let exchange = across + back - own - weight;
                    let alike = state.are_deposits_alike(part.deposits[near], part.deposits[other])
                        && state.are_payouts_alike(part.payouts[far], part.payouts[theirs]);
                    let order = if alike {
                        let d = [part.deposits[near], part.deposits[other]];
                        neighbours(state, habits, d, [part.payouts[far], part.payouts[theirs]])
                    } else {
                        i64::MIN
                    };
                    rivals.push(exchange.min(-order.max(-64 * BIT)));
                }
            }
        }
    }
    probability(&rivals)
}
