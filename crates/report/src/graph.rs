//! The edges of a trace as a graph: who is a node, and which two nodes an edge joins.

use std::collections::BTreeMap;

use hawkshaw_model::{Account, ChainId, OutPoint, TxHash};
use hawkshaw_trace::{Edge, Link, Party, Trace};

/// What makes two sides of edges the same node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NodeKey<'a> {
    /// An account.
    Account(&'a Account),
    /// An output.
    Output(&'a OutPoint),
    /// A transaction of a UTXO chain: inputs pay into it, and it pays outputs.
    Transaction(&'a ChainId, Option<TxHash>),
    /// A terminal that is no single place, by its index.
    Terminal(usize),
    /// Nobody: the payer of a mint, the payee of a burn.
    Nobody(&'a ChainId),
}

/// A node.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    /// What it is.
    pub(crate) key: NodeKey<'a>,
    /// Its account: for an output, the holder.
    pub(crate) account: Option<&'a Account>,
    /// The terminals at it, by their index.
    pub(crate) terminals: Vec<usize>,
    /// Whether a theft was paid from it.
    pub(crate) is_victim: bool,
}

/// Nodes, and for each edge of the trace the two that it joins.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph<'a> {
    /// The nodes in the order in which value reached them.
    pub(crate) nodes: Vec<Node<'a>>,
    /// Payer and payee of each edge of the trace.
    pub(crate) ends: Vec<(usize, usize)>,
}

impl<'a> Graph<'a> {
    /// The graph of a trace.
    pub(crate) fn of(trace: &'a Trace) -> Self {
        let mut graph = Self::default();
        let mut known: BTreeMap<NodeKey<'a>, usize> = BTreeMap::new();
        for edge in &trace.edges {
            let from = graph.node(&mut known, payer(edge), account(&edge.from));
            let to = graph.node(&mut known, payee(edge), account(&edge.to));
            graph.nodes[from].is_victim |= edge.link == Some(Link::Theft);
            graph.ends.push((from, to));
        }
        for (index, terminal) in trace.terminals.iter().enumerate() {
            let key = match (&terminal.output, &terminal.account) {
                (Some(output), _) => NodeKey::Output(output),
                (None, Some(account)) => NodeKey::Account(account),
                (None, None) => NodeKey::Terminal(index),
            };
            let node = graph.node(&mut known, key, terminal.account.as_ref());
            graph.nodes[node].terminals.push(index);
        }
        graph
    }

    fn node(
        &mut self,
        known: &mut BTreeMap<NodeKey<'a>, usize>,
        key: NodeKey<'a>,
        account: Option<&'a Account>,
    ) -> usize {
        let index = *known.entry(key).or_insert_with(|| {
            self.nodes.push(Node { key, account, terminals: Vec::new(), is_victim: false });
            self.nodes.len() - 1
        });
        let node = &mut self.nodes[index];
        node.account = node.account.or(account);
        index
    }
}

/// Who pays; what comes out of a bridge is drawn from where the bridge kept it.
fn payer(edge: &Edge) -> NodeKey<'_> {
    if let Some(Link::BridgeOut { deposit, custody, .. }) = &edge.link {
        return match custody {
            Some(custody) => NodeKey::Account(custody),
            None => NodeKey::Nobody(deposit.chain()),
        };
    }
    match &edge.from {
        Party::Account(account) => NodeKey::Account(account),
        Party::Output { output, .. } => NodeKey::Output(output),
        Party::Transaction => NodeKey::Transaction(&edge.chain, edge.tx),
        Party::Nobody => NodeKey::Nobody(&edge.chain),
    }
}

fn payee(edge: &Edge) -> NodeKey<'_> {
    match (&edge.to, edge.terminal) {
        (Party::Account(account), _) => NodeKey::Account(account),
        (Party::Output { output, .. }, _) => NodeKey::Output(output),
        (Party::Transaction, _) => NodeKey::Transaction(&edge.chain, edge.tx),
        (Party::Nobody, Some(terminal)) => NodeKey::Terminal(terminal),
        (Party::Nobody, None) => NodeKey::Nobody(&edge.chain),
    }
}

fn account(party: &Party) -> Option<&Account> {
    crate::json::account(party)
}
