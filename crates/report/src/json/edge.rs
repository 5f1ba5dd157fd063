//! An edge as JSON.

use hawkshaw_model::{Account, Amount, AssetId, ChainId, Grade, OutPoint, Timestamp};
use hawkshaw_trace::{Edge, Link, Party};
use serde::Serialize;

use super::map::Map;
use super::usd;
use crate::findings::Findings;
use crate::group::output_text;
use crate::text::prose;

#[derive(Serialize)]
pub(super) struct EdgeJson<'a> {
    grade: Grade,
    tx: Option<String>,
    at: Option<(u64, u32, u32)>,
    time: Timestamp,
    from: Option<String>,
    to: Option<String>,
    asset: &'a AssetId,
    amount: Amount,
    tainted: Map<&'static str, Amount>,
    link: Option<LinkJson<'a>>,
    chain: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usd: Option<Option<usd::EdgeUsd>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum LinkJson<'a> {
    Theft,
    Swap {
        asset: &'a AssetId,
        amount: Amount,
    },
    BridgeIn {
        bridge: &'a str,
        id: Option<&'a str>,
        far_chain: Option<&'a str>,
        far_receiver: Option<String>,
    },
    BridgeOut {
        bridge: &'a str,
        id: Option<&'a str>,
        class: u8,
        candidates: u64,
        deposit: String,
        asset: &'a AssetId,
        amount: Amount,
    },
}

impl<'a> From<&'a Link> for LinkJson<'a> {
    fn from(link: &'a Link) -> Self {
        match link {
            Link::Theft => Self::Theft,
            Link::Swap { asset, amount } => Self::Swap { asset, amount: *amount },
            Link::BridgeIn { bridge, id, destination } => Self::BridgeIn {
                bridge,
                id: id.as_deref(),
                far_chain: destination.chain.as_ref().map(ChainId::as_str),
                far_receiver: destination.receiver.as_deref().map(prose),
            },
            Link::BridgeOut { bridge, id, class, candidates, deposit, asset, amount, .. } => {
                Self::BridgeOut {
                    bridge,
                    id: id.as_deref(),
                    class: class.number(),
                    candidates: *candidates,
                    deposit: deposit.to_string(),
                    asset,
                    amount: *amount,
                }
            }
        }
    }
}

/// An edge as JSON. The side of a transaction of outputs that is the transaction itself is
/// null: `tx` names it.
pub(super) fn row<'a>(findings: &Findings<'_>, edge: &'a Edge) -> EdgeJson<'a> {
    let names = findings.trace.policies.iter().map(|policy| policy.as_str());
    EdgeJson {
        grade: edge.grade,
        tx: edge.tx.map(|tx| tx.on(&edge.chain)),
        at: edge.at.map(|at| (at.height, at.tx_index, at.event_index)),
        time: edge.time,
        from: account(&edge.from).map(Account::address_in_files),
        to: account(&edge.to).map(Account::address_in_files),
        asset: &edge.asset,
        amount: edge.amount,
        tainted: names.zip(edge.tainted.iter().copied()).collect(),
        link: edge.link.as_ref().map(LinkJson::from),
        chain: edge.chain.as_str(),
        source: edge.source.as_deref().map(prose),
        from_output: output(&edge.from).map(output_text),
        to_output: output(&edge.to).map(output_text),
        usd: usd::edge(findings, edge),
    }
}

/// The account of a side, where it has one.
pub(crate) fn account(party: &Party) -> Option<&Account> {
    match party {
        Party::Account(account) | Party::Output { account: Some(account), .. } => Some(account),
        Party::Output { account: None, .. } | Party::Transaction | Party::Nobody => None,
    }
}

/// The output of a side, where it is one.
pub(crate) fn output(party: &Party) -> Option<&OutPoint> {
    match party {
        Party::Output { output, .. } => Some(output),
        Party::Account(_) | Party::Transaction | Party::Nobody => None,
    }
}
