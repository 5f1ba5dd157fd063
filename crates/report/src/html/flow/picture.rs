//! The graph that is drawn: places of a trace, with the payments between two of them as one
//! ribbon.
#![expect(clippy::float_arithmetic, reason = "widths of a picture, not value")]

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_model::{Amount, AssetId, Grade, TerminalKind, Timestamp};
use hawkshaw_trace::{Edge, Link, Terminal};

use super::weight::Weights;
use crate::findings::Findings;
use crate::graph::{Graph, Node, NodeKey};
use crate::text::{label, short};

/// Addresses and transactions that a tooltip writes in full.
const LISTED_MAX: usize = 6;

/// What is drawn.
#[derive(Debug, Default)]
pub(super) struct Picture {
    /// The places.
    pub(super) places: Vec<Place>,
    /// The payments from one place to another.
    pub(super) ribbons: BTreeMap<(usize, usize), Ribbon>,
    /// How many ribbons were left out because they are thin.
    pub(super) left_out: usize,
}

/// A place, or several that are drawn as one.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// What it is called, while it stands for itself.
    pub(super) title: String,
    /// The class of its colour.
    pub(super) class: &'static str,
    /// What role it has in the picture.
    pub(super) role: Role,
    /// How many addresses it stands for.
    pub(super) count: u64,
    /// Some of them in full.
    pub(super) listed: Vec<String>,
    /// What was swapped at it: asset given and received.
    pub(super) swaps: BTreeSet<(String, String)>,
    /// When value first reached it, in the order of the replay.
    pub(super) order: usize,
    /// When value first reached it.
    pub(super) first_time: Option<Timestamp>,
}

/// What role a place has in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// It was stolen from.
    Victim,
    /// A transaction that several outputs pay into.
    Transaction,
    /// Value passed through it.
    Passed,
    /// Several that were drawn as one: in a row, or small.
    Merged,
    /// Following stopped there.
    Terminal,
}

/// Payments from one place to another.
#[derive(Debug, Clone, Default)]
pub(super) struct Ribbon {
    /// The share of the theft.
    pub(super) weight: f64,
    /// How many payments.
    pub(super) count: u64,
    /// What was paid, by asset.
    pub(super) amounts: BTreeMap<AssetId, Amount>,
    /// Their grades.
    pub(super) grades: BTreeSet<Grade>,
    /// Some of their transactions.
    pub(super) txs: Vec<String>,
    /// When the first and last of them were made.
    pub(super) times: Option<(Timestamp, Timestamp)>,
}

/// What makes sides of edges one place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Node(NodeKey<'a>),
    Stop(&'a TerminalKind, Option<&'a str>),
}

impl Picture {
    /// The picture of a trace under a policy, nothing merged but the places of one service.
    pub(super) fn of<'a>(findings: &Findings<'a>, policy: usize) -> Self {
        let trace = findings.trace;
        let graph = Graph::of(trace);
        let weights = Weights::of(trace, &graph, policy);
        let mut maker = Maker { findings, picture: Self::default(), known: BTreeMap::new() };
        let scale = scales(findings, &weights, policy);
        let mut stopped: BTreeSet<usize> = BTreeSet::new();
        for (index, edge) in trace.edges.iter().enumerate() {
            let (from, to) = graph.ends[index];
            let from = maker.node(&graph.nodes[from], edge.time);
            let mut weight = weights.edges[index];
            let to = match edge.terminal {
                Some(terminal) => {
                    stopped.insert(terminal);
                    weight *= scale[terminal];
                    maker.stop(&trace.terminals[terminal])
                }
                None => maker.node(&graph.nodes[to], edge.time),
            };
            maker.edge(edge, (from, to), weight);
        }
        let mut node_of = vec![0; trace.terminals.len()];
        for (node, terminal) in
            graph.nodes.iter().enumerate().flat_map(|(index, node)| {
                node.terminals.iter().map(move |terminal| (index, *terminal))
            })
        {
            node_of[terminal] = node;
        }
        for (index, terminal) in trace.terminals.iter().enumerate() {
            if stopped.contains(&index) {
                continue;
            }
            let at = &graph.nodes[node_of[index]];
            let weight = weights.terminal(trace, terminal, policy);
            if !matches!(at.key, NodeKey::Terminal(_)) {
                let from = maker.node(at, terminal.first_time);
                let to = maker.stop(terminal);
                let ribbon = maker.picture.ribbons.entry((from, to)).or_default();
                ribbon.add(terminal, weight);
            }
        }
        maker.picture.ribbons.retain(|_, ribbon| ribbon.weight > 0.0);
        maker.picture
    }

    /// Draws several places as one: `into[i]` says as which of them place `i` is drawn.
    pub(super) fn merge(&mut self, into: &[usize]) {
        let mut kept: Vec<usize> = into.to_vec();
        kept.sort_unstable();
        kept.dedup();
        let index = |old: usize| kept.binary_search(&into[old]).unwrap_or_default();
        let mut places: Vec<Option<Place>> = vec![None; kept.len()];
        for (old, place) in std::mem::take(&mut self.places).into_iter().enumerate() {
            match &mut places[index(old)] {
                Some(first) => first.absorb(place),
                empty => *empty = Some(place),
            }
        }
        self.places = places.into_iter().flatten().collect();
        for ((from, to), ribbon) in std::mem::take(&mut self.ribbons) {
            let ends = (index(from), index(to));
            if ends.0 != ends.1 {
                self.ribbons.entry(ends).or_default().absorb(ribbon);
            }
        }
    }

    /// For each place the places that pay it and the places that it pays.
    pub(super) fn neighbours(&self) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
        let mut payers = vec![Vec::new(); self.places.len()];
        let mut payees = payers.clone();
        for (from, to) in self.ribbons.keys() {
            payers[*to].push(*from);
            payees[*from].push(*to);
        }
        (payers, payees)
    }

    /// The share of the theft that passes each place.
    pub(super) fn throughputs(&self) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.places.len()];
        for ((from, to), ribbon) in &self.ribbons {
            sums[*from].0 += ribbon.weight;
            sums[*to].1 += ribbon.weight;
        }
        sums.into_iter().map(|(paid, got): (f64, f64)| paid.max(got)).collect()
    }
}

struct Maker<'f, 'a> {
    findings: &'f Findings<'a>,
    picture: Picture,
    known: BTreeMap<Key<'a>, usize>,
}

impl<'a> Maker<'_, 'a> {
    fn node(&mut self, node: &Node<'a>, time: Timestamp) -> usize {
        let key = match (node.key, node.account) {
            (NodeKey::Output(_), Some(account)) => NodeKey::Account(account),
            (key, _) => key,
        };
        let order = self.picture.places.len();
        let index = *self.known.entry(Key::Node(key)).or_insert(order);
        if index == order {
            let place = self.place(node, key, time);
            self.picture.places.push(place);
        }
        index
    }

    fn place(&self, node: &Node<'a>, key: NodeKey<'a>, time: Timestamp) -> Place {
        let address = node.account.map(|account| label(&account.address_for_people()));
        let named = node.account.and_then(|account| self.findings.name(account));
        let other = match key {
            NodeKey::Transaction(chain, Some(tx)) => format!("tx {}", short(&tx.on(chain))),
            NodeKey::Transaction(_, None) => "transaction".to_owned(),
            NodeKey::Output(output) => format!("output {}", short(&output.tx().hash().to_string())),
            NodeKey::Nobody(_) => "nobody".to_owned(),
            NodeKey::Account(_) | NodeKey::Terminal(_) => "place".to_owned(),
        };
        let is_transaction = matches!(key, NodeKey::Transaction(..));
        let role = match (node.is_victim, is_transaction) {
            (true, _) => Role::Victim,
            (false, true) => Role::Transaction,
            (false, false) => Role::Passed,
        };
        Place {
            title: named.or(address.as_deref().map(short)).unwrap_or(other),
            class: if node.is_victim { "victim" } else { "passed" },
            role,
            count: u64::from(!is_transaction),
            listed: address.into_iter().collect(),
            swaps: BTreeSet::new(),
            order: self.picture.places.len(),
            first_time: Some(time),
        }
    }

    /// The place of all terminals of a kind and actor.
    fn stop(&mut self, terminal: &'a Terminal) -> usize {
        let key = Key::Stop(&terminal.kind, terminal.actor.as_deref());
        let order = self.picture.places.len();
        let index = *self.known.entry(key).or_insert(order);
        let words = crate::kind::words(&terminal.kind);
        if index == order {
            let title = match terminal.actor.as_deref() {
                Some(actor) => label(actor),
                None => words.one.to_owned(),
            };
            self.picture.places.push(Place {
                title,
                class: words.class,
                role: Role::Terminal,
                count: 0,
                listed: Vec::new(),
                swaps: BTreeSet::new(),
                order,
                first_time: Some(terminal.first_time),
            });
        }
        let address = terminal.account.as_ref().map(|account| label(&account.address_for_people()));
        let place = &mut self.picture.places[index];
        if let Some(address) = address.filter(|address| !place.listed.contains(address)) {
            place.count += 1;
            if place.listed.len() < LISTED_MAX {
                place.listed.push(address);
            }
        }
        index
    }

    fn edge(&mut self, edge: &Edge, (from, to): (usize, usize), weight: f64) {
        if let Some(Link::Swap { asset, .. }) = &edge.link {
            let symbol = |asset: &AssetId| crate::figures::symbol(self.findings.assets, asset);
            let swap = (symbol(asset), symbol(&edge.asset));
            self.picture.places[to].swaps.insert(swap);
        }
        if from == to {
            return;
        }
        let ribbon = self.picture.ribbons.entry((from, to)).or_default();
        let tx = edge.tx.map(|tx| tx.on(&edge.chain));
        let other = Ribbon {
            weight,
            count: 1,
            amounts: [(edge.asset.clone(), edge.amount)].into(),
            grades: [edge.grade].into(),
            txs: tx.into_iter().collect(),
            times: Some((edge.time, edge.time)),
        };
        ribbon.absorb(other);
    }
}

/// By what the estimate of each terminal's edges misses its exact figure.
fn scales(findings: &Findings<'_>, weights: &Weights, policy: usize) -> Vec<f64> {
    let trace = findings.trace;
    let mut sums = vec![0.0; trace.terminals.len()];
    for (edge, weight) in trace.edges.iter().zip(&weights.edges) {
        if let Some(terminal) = edge.terminal {
            sums[terminal] += weight;
        }
    }
    let rows = trace.terminals.iter().zip(sums);
    rows.map(
        |(terminal, sum)| {
            if sum > 0.0 { weights.terminal(trace, terminal, policy) / sum } else { 1.0 }
        },
    )
    .collect()
}

impl Place {
    fn absorb(&mut self, other: Self) {
        self.count += other.count;
        for address in other.listed {
            if self.listed.len() < LISTED_MAX && !self.listed.contains(&address) {
                self.listed.push(address);
            }
        }
        self.swaps.extend(other.swaps);
        self.order = self.order.min(other.order);
        self.first_time = self.first_time.min(other.first_time).or(self.first_time);
        if self.role != Role::Victim && other.role != Role::Transaction {
            self.role = Role::Merged;
        }
    }
}

impl Ribbon {
    /// Value that rests where it is.
    fn add(&mut self, terminal: &Terminal, weight: f64) {
        self.weight += weight;
        self.grades.insert(Grade::Ledger);
        let times = (terminal.first_time, terminal.last_time);
        self.times =
            Some(self.times.map_or(times, |known| (known.0.min(times.0), known.1.max(times.1))));
    }

    fn absorb(&mut self, other: Self) {
        self.weight += other.weight;
        self.count += other.count;
        for (asset, amount) in other.amounts {
            let sum = self.amounts.entry(asset).or_default();
            *sum = sum.checked_add(amount).unwrap_or(*sum);
        }
        self.grades.extend(other.grades);
        for tx in other.txs {
            if self.txs.len() < LISTED_MAX && !self.txs.contains(&tx) {
                self.txs.push(tx);
            }
        }
        self.times = match (self.times, other.times) {
            (Some(known), Some(times)) => Some((known.0.min(times.0), known.1.max(times.1))),
            (known, times) => known.or(times),
        };
    }
}
