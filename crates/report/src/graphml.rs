//! The trace as GraphML, as Gephi, yEd and networkx open it.
//!
//! Amounts are strings: a double would lose base units. `weight` is a double for display only:
//! the edge's amount in units of its asset.

use hawkshaw_trace::{Edge, Trace};

use crate::findings::Findings;
use crate::graph::{Graph, Node, NodeKey};
use crate::markup::Markup;
use crate::usd::quote_cells;

/// Attributes of nodes, all strings.
const NODE_KEYS: [&str; 6] = ["label", "kind", "actor", "chain", "address", "output"];
/// Attributes of edges that are strings.
const EDGE_KEYS: [&str; 7] = ["asset", "symbol", "amount", "grade", "time_utc", "tx", "link"];
/// Attributes of edges where prices are at hand, absent from an edge without a price.
const USD_KEYS: [&str; 4] = ["usd", "usd_price", "usd_price_time", "usd_price_source"];

/// The trace as GraphML.
pub fn to_graphml(findings: &Findings<'_>) -> Vec<u8> {
    let trace = findings.trace;
    let graph = Graph::of(trace);
    let mut out = Markup::default();
    out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let root = [("xmlns", "http://graphml.graphdrawing.org/xmlns")];
    out.node("graphml", &root, |out| {
        out.line();
        keys(out, findings, trace);
        let attributes = [("id", findings.case.id.as_str()), ("edgedefault", "directed")];
        out.node("graph", &attributes, |out| {
            out.line();
            for (index, node) in graph.nodes.iter().enumerate() {
                node_element(out, findings, index, node);
            }
            for (index, (edge, ends)) in trace.edges.iter().zip(&graph.ends).enumerate() {
                edge_element(out, findings, index, edge, *ends);
            }
        });
        out.line();
    });
    out.line();
    out.into_bytes()
}

fn keys(out: &mut Markup, findings: &Findings<'_>, trace: &Trace) {
    let mut key = |id: &str, of: &str, name: &str, kind: &str| {
        let attributes = [("id", id), ("for", of), ("attr.name", name), ("attr.type", kind)];
        out.void("key", &attributes);
        out.line();
    };
    for name in NODE_KEYS {
        key(&format!("n_{name}"), "node", name, "string");
    }
    for name in EDGE_KEYS {
        key(&format!("e_{name}"), "edge", name, "string");
    }
    key("e_time", "edge", "time", "long");
    key("e_weight", "edge", "weight", "double");
    for policy in &trace.policies {
        key(&format!("e_tainted_{policy}"), "edge", &format!("tainted_{policy}"), "string");
    }
    if findings.has_prices() {
        for name in USD_KEYS {
            key(&format!("e_{name}"), "edge", name, "string");
        }
    }
}

fn node_element(out: &mut Markup, findings: &Findings<'_>, index: usize, node: &Node<'_>) {
    let terminal = node.terminals.first().map(|index| &findings.trace.terminals[*index]);
    let address = node.account.map(|account| account.address_in_files()).unwrap_or_default();
    let output = match node.key {
        NodeKey::Output(output) => crate::group::output_text(output),
        _ => String::new(),
    };
    let chain = match node.key {
        NodeKey::Account(account) => Some(account.chain()),
        NodeKey::Output(output) => Some(output.tx().chain()),
        NodeKey::Transaction(chain, _) | NodeKey::Nobody(chain) => Some(chain),
        NodeKey::Terminal(_) => terminal.map(|terminal| &terminal.chain),
    };
    let kind = match (node.key, terminal) {
        _ if node.is_victim => "victim".to_owned(),
        (_, Some(terminal)) => crate::kind::name(&terminal.kind),
        (NodeKey::Transaction(..), None) => "transaction".to_owned(),
        (NodeKey::Nobody(_), None) => "nobody".to_owned(),
        _ => "passed".to_owned(),
    };
    let actor = terminal.and_then(|terminal| terminal.actor.as_deref()).unwrap_or_default();
    let actor = crate::text::label(actor);
    let label = label(findings, node, &kind);
    out.node("node", &[("id", &format!("n{index}"))], |out| {
        let values = [label, kind, actor, chain.map(ToString::to_string).unwrap_or_default()];
        let values = values.into_iter().chain([address, output]);
        for (name, value) in NODE_KEYS.into_iter().zip(values) {
            if !value.is_empty() {
                datum(out, &format!("n_{name}"), &value);
            }
        }
    });
    out.line();
}

/// What a picture writes beside a node.
fn label(findings: &Findings<'_>, node: &Node<'_>, kind: &str) -> String {
    let terminal = node.terminals.first().map(|index| &findings.trace.terminals[*index]);
    let named = node.account.and_then(|account| findings.name(account));
    let actor = terminal.and_then(|terminal| terminal.actor.as_deref()).map(crate::text::label);
    let place = match node.key {
        NodeKey::Output(output) => {
            Some(crate::text::short(&output.tx().to_string().replace("bip122:", "")))
        }
        NodeKey::Transaction(chain, Some(tx)) => {
            Some(format!("tx {}", crate::text::short(&tx.on(chain))))
        }
        _ => None,
    };
    let address = node.account.map(|account| crate::text::short(&account.address_for_people()));
    named.or(actor).or(address).or(place).unwrap_or_else(|| kind.to_owned())
}

fn edge_element(
    out: &mut Markup,
    findings: &Findings<'_>,
    index: usize,
    edge: &Edge,
    (from, to): (usize, usize),
) {
    let ends = (format!("n{from}"), format!("n{to}"));
    let id = format!("e{index}");
    out.node("edge", &[("id", &id), ("source", &ends.0), ("target", &ends.1)], |out| {
        let link = match edge.link {
            None => "",
            Some(hawkshaw_trace::Link::Theft) => "theft",
            Some(hawkshaw_trace::Link::Swap { .. }) => "swap",
            Some(hawkshaw_trace::Link::BridgeIn { .. }) => "bridge-in",
            Some(hawkshaw_trace::Link::BridgeOut { .. }) => "bridge-out",
        };
        let values = [
            edge.asset.to_string(),
            crate::figures::symbol(findings.assets, &edge.asset),
            edge.amount.to_string(),
            edge.grade.to_string(),
            edge.time.to_string(),
            edge.tx.map(|tx| tx.on(&edge.chain)).unwrap_or_default(),
            link.to_owned(),
        ];
        for (name, value) in EDGE_KEYS.into_iter().zip(values) {
            if !value.is_empty() {
                datum(out, &format!("e_{name}"), &value);
            }
        }
        datum(out, "e_time", &edge.time.to_unix().to_string());
        // The exact decimal of the units: readers of doubles round it themselves.
        datum(out, "e_weight", &findings.assets.units(&edge.asset, edge.amount));
        for (policy, tainted) in findings.trace.policies.iter().zip(&edge.tainted) {
            datum(out, &format!("e_tainted_{policy}"), &tainted.to_string());
        }
        if let Some((usd, quote)) = findings.edge_worth(edge) {
            let values = [usd.to_string()].into_iter().chain(quote_cells(Some(&quote)));
            for (name, value) in USD_KEYS.into_iter().zip(values) {
                datum(out, &format!("e_{name}"), &value);
            }
        }
    });
    out.line();
}

fn datum(out: &mut Markup, key: &str, value: &str) {
    out.leaf("data", &[("key", key)], value);
}
