//! How wide an edge is drawn: the share of the theft that its tainted part stands for.
//!
//! A trace has exact origins at its terminals and exact tainted amounts on its edges. What an
//! edge stands for is carried along here, in proportion at each place: for widths only, never
//! for a figure.
#![expect(clippy::float_arithmetic, reason = "widths of a picture, not value")]

use std::collections::BTreeMap;

use hawkshaw_model::{Amount, AssetId};
use hawkshaw_trace::{Edge, Link, Terminal, Trace};

use crate::graph::Graph;

/// Shares of the theft, from 0 to 1.
pub(super) struct Weights {
    /// Of each stolen asset in the whole.
    stolen: Vec<f64>,
    /// Of each edge.
    pub(super) edges: Vec<f64>,
}

/// What is at a place: units, and the share of the theft that they stand for.
#[derive(Clone, Copy, Default)]
struct Held {
    units: f64,
    share: f64,
}

/// What is where, by node and asset.
type State<'a> = BTreeMap<(usize, &'a AssetId), Held>;

impl Weights {
    /// The weights under a policy.
    pub(super) fn of(trace: &Trace, graph: &Graph<'_>, policy: usize) -> Self {
        let mut weights = Self { stolen: stolen_weights(trace), edges: Vec::new() };
        let mut state = State::new();
        for (edge, ends) in trace.edges.iter().zip(&graph.ends) {
            let tainted = edge.tainted.get(policy).copied().map_or(0.0, number);
            let share = weights.taken(trace, &mut state, edge, *ends, tainted);
            let held = state.entry((ends.1, &edge.asset)).or_default();
            held.units += tainted;
            held.share += share;
            weights.edges.push(share);
        }
        weights
    }

    /// Takes the tainted units of an edge from where they were; says which share they take
    /// along.
    fn taken<'a>(
        &self,
        trace: &Trace,
        state: &mut State<'a>,
        edge: &'a Edge,
        (from, to): (usize, usize),
        tainted: f64,
    ) -> f64 {
        let (asset, given) = match &edge.link {
            Some(Link::Theft) => return self.of_asset(trace, &edge.asset, tainted),
            Some(Link::Swap { asset, amount } | Link::BridgeOut { asset, amount, .. }) => {
                let received = number(edge.amount);
                let part = if received > 0.0 { tainted / received } else { 0.0 };
                (asset, number(*amount) * part)
            }
            Some(Link::BridgeIn { .. }) | None => (&edge.asset, tainted),
        };
        let holder = if state.contains_key(&(from, asset)) { from } else { to };
        match state.get_mut(&(holder, asset)) {
            Some(held) if held.units > 0.0 && (edge.link.is_some() || holder == from) => {
                let part = (given / held.units).min(1.0);
                let share = held.share * part;
                held.units -= held.units.min(given);
                held.share -= share;
                share
            }
            _ => self.of_asset(trace, asset, given),
        }
    }

    /// The share of the theft of units of a stolen asset; nothing for other assets.
    fn of_asset(&self, trace: &Trace, asset: &AssetId, units: f64) -> f64 {
        let mut pairs = trace.stolen.iter().zip(&self.stolen);
        pairs
            .find(|(stolen, _)| stolen.asset == *asset)
            .map_or(0.0, |(stolen, weight)| weight * units / number(stolen.amount).max(1.0))
    }

    /// The share of the theft that a terminal stands for: exact but for rounding.
    pub(super) fn terminal(&self, trace: &Trace, terminal: &Terminal, policy: usize) -> f64 {
        let Some(origins) = terminal.origins.get(policy).and_then(Option::as_ref) else {
            return 0.0;
        };
        let rows = trace.stolen.iter().zip(&self.stolen).zip(origins);
        rows.map(|((stolen, weight), origin)| {
            weight * number(*origin) / number(stolen.amount).max(1.0)
        })
        .sum()
    }
}

/// What each stolen asset counts in the whole: those that the trace saw swapped into each other
/// by the rates of these swaps; others as much as each other, as no price is known.
fn stolen_weights(trace: &Trace) -> Vec<f64> {
    let count = trace.stolen.len();
    let mut value: Vec<Option<(usize, f64)>> = vec![None; count];
    let mut parts = 0;
    for first in 0..count {
        if value[first].is_some() {
            continue;
        }
        value[first] = Some((parts, 1.0));
        let mut open = vec![first];
        while let Some(known) = open.pop() {
            let of_known = value[known].map_or(1.0, |(_, value)| value);
            for (other, value) in value.iter_mut().enumerate() {
                if value.is_none()
                    && let Some(rate) = rate(trace, other, known)
                {
                    *value = Some((parts, of_known * rate));
                    open.push(other);
                }
            }
        }
        parts += 1;
    }
    let worth = |index: usize| {
        let (part, value) = value[index].unwrap_or_default();
        (part, value * number(trace.stolen[index].amount))
    };
    let mut sums = vec![0.0; parts];
    (0..count).map(worth).for_each(|(part, worth)| sums[part] += worth);
    let weight = |(part, worth): (usize, f64)| {
        let sum: f64 = sums[part];
        if sum > 0.0 { worth / sum / super::float(parts) } else { 0.0 }
    };
    (0..count).map(worth).map(weight).collect()
}

/// How many units of `into` the swaps of the trace gave for one of `of`, in either direction.
fn rate(trace: &Trace, of: usize, into: usize) -> Option<f64> {
    let (of, into) = (&trace.stolen[of].asset, &trace.stolen[into].asset);
    let (mut paid, mut got) = (0.0, 0.0);
    for edge in &trace.edges {
        let Some(Link::Swap { asset, amount } | Link::BridgeOut { asset, amount, .. }) = &edge.link
        else {
            continue;
        };
        if asset == of && edge.asset == *into {
            paid += number(*amount);
            got += number(edge.amount);
        } else if asset == into && edge.asset == *of {
            paid += number(edge.amount);
            got += number(*amount);
        }
    }
    (paid > 0.0 && got > 0.0).then(|| got / paid)
}

/// An amount for drawing.
pub(super) fn number(amount: Amount) -> f64 {
    amount.to_string().parse().unwrap_or(0.0)
}
