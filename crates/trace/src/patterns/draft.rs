//! A pattern in the making, and the choice of those that are listed.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use hawkshaw_model::{Grade, TxId};

use super::index::Index;
use super::pattern::{Pattern, PatternKind, Patterns};
use super::share::billionths;
use super::words::count;
use crate::result::Trace;

/// A pattern before it is known whether it is listed.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) kind: PatternKind,
    /// What took part, in parts of the theft.
    pub(super) parts: u128,
    /// Who, each once.
    pub(super) accounts: Vec<usize>,
    /// The edges that show it.
    pub(super) edges: Vec<usize>,
    pub(super) numbers: Vec<(&'static str, u64)>,
    pub(super) text: String,
}

impl Patterns {
    /// Adds the patterns of one kind: the largest, and how many are left out.
    pub(super) fn list(&mut self, index: &Index<'_>, drafts: Vec<Draft>) {
        let mut drafts: Vec<Draft> = drafts.into_iter().map(Draft::tidied).collect();
        drafts.sort_by(|a, b| {
            let key =
                |draft: &Draft| (draft.edges.first().copied(), draft.accounts.first().copied());
            (Reverse(a.parts), key(a)).cmp(&(Reverse(b.parts), key(b)))
        });
        let listed = index.settings.listed_max.min(drafts.len());
        if let (Some(draft), rest) = (drafts.get(listed), drafts.len() - listed)
            && rest > 0
        {
            self.left_out.insert(draft.kind, count(rest));
        }
        self.found.extend(drafts.drain(..listed).map(|draft| draft.finished(index)));
    }
}

impl Draft {
    /// Edges in their order and accounts as they came, each once.
    fn tidied(mut self) -> Self {
        self.edges.sort_unstable();
        self.edges.dedup();
        let mut seen = BTreeSet::new();
        self.accounts.retain(|account| seen.insert(*account));
        self
    }

    fn finished(self, index: &Index<'_>) -> Pattern {
        let trace = index.trace;
        let times = || self.edges.iter().map(|edge| trace.edges[*edge].time);
        let listed = index.settings.evidence_max;
        let edges: Vec<usize> = self.edges.iter().take(listed).copied().collect();
        let accounts = self.accounts.iter().take(listed);
        Pattern {
            kind: self.kind,
            grade: Grade::Inference,
            accounts: accounts.map(|account| index.accounts[*account].clone()).collect(),
            accounts_total: count(self.accounts.len()),
            transactions: transactions(trace, &edges),
            edges_total: count(self.edges.len()),
            first_time: times().min().unwrap_or_default(),
            last_time: times().max().unwrap_or_default(),
            share_billionths: billionths(self.parts),
            numbers: self.numbers,
            text: self.text,
            edges,
        }
    }
}

/// The transactions of some edges, each once, in their order.
fn transactions(trace: &Trace, edges: &[usize]) -> Vec<TxId> {
    let mut found: Vec<TxId> = Vec::new();
    let mut seen = BTreeSet::new();
    for edge in edges.iter().map(|edge| &trace.edges[*edge]) {
        if let Some(hash) = edge.tx
            && seen.insert((&edge.chain, hash))
        {
            found.push(TxId::new(edge.chain.clone(), hash));
        }
    }
    found
}
