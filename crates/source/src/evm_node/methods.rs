//! Which methods a node offers, found out by trying them.

use std::fmt;

use hawkshaw_model::rows::Block;
use serde::Deserialize;

use super::window::hex;
use crate::error::{SourceError, SourceFault};
use crate::json_rpc::{JsonRpc, RpcCall};

/// How many blocks below the tip are looked at for one with transactions to try methods on.
const LOOK_BACK_BLOCKS: u64 = 16;

/// What the tracer of calls is told. It could repeat the logs too, which receipts hold already.
pub(super) const CALL_TRACER: &str = r#"{"tracer":"callTracer"}"#;

/// How the receipts of a block are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptsBy {
    /// `eth_getBlockReceipts` with the hash of the block.
    BlockHash,
    /// `eth_getBlockReceipts` with its number.
    BlockNumber,
    /// `eth_getTransactionReceipt` of each transaction.
    Transaction,
}

impl fmt::Display for ReceiptsBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BlockHash | Self::BlockNumber => "eth_getBlockReceipts",
            Self::Transaction => "eth_getTransactionReceipt",
        })
    }
}

/// How the calls of a block are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TracesBy {
    /// `trace_block`.
    Flat,
    /// `debug_traceBlockByHash` with the call tracer.
    NestedHash,
    /// `debug_traceBlockByNumber` with the call tracer.
    NestedNumber,
    /// Not at all: what contracts paid out in the native asset is missing.
    None,
}

impl fmt::Display for TracesBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flat => "trace_block",
            Self::NestedHash => "debug_traceBlockByHash",
            Self::NestedNumber => "debug_traceBlockByNumber",
            Self::None => "none",
        })
    }
}

/// Which traces are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TraceChoice {
    /// Those that the node offers, or none.
    #[default]
    Offered,
    /// Those of `trace_block`.
    Flat,
    /// Those of the call tracer.
    Nested,
    /// None, also where the node offers some.
    None,
}

/// Whether a host refuses what it was asked, and not who asks or how often: another method may
/// do. Gateways refuse methods that a plan does not include as if the key were wrong.
pub(super) fn is_refusal(error: &SourceError) -> bool {
    matches!(
        error.fault,
        SourceFault::Refused(_) | SourceFault::Unable(_) | SourceFault::Unauthorised(_)
    )
}

/// How the node gives receipts.
pub(super) fn receipts(rpc: &JsonRpc, tip: &Block) -> Result<ReceiptsBy, SourceError> {
    let ways = [
        (ReceiptsBy::BlockHash, format!(r#"["{}"]"#, hex(&tip.hash))),
        (ReceiptsBy::BlockNumber, format!(r#"["0x{:x}"]"#, tip.height)),
    ];
    for (way, params) in ways {
        if is_list(rpc, &RpcCall::new("eth_getBlockReceipts", params, "the tip"))? {
            return Ok(way);
        }
    }
    Ok(ReceiptsBy::Transaction)
}

/// How the node gives calls.
pub(super) fn traces(
    rpc: &JsonRpc,
    tip: &Block,
    choice: TraceChoice,
) -> Result<TracesBy, SourceError> {
    if choice == TraceChoice::None {
        return Ok(TracesBy::None);
    }
    let tried = tried(rpc, tip)?;
    let ways = [TracesBy::Flat, TracesBy::NestedHash, TracesBy::NestedNumber];
    for way in ways {
        let is_wanted = match choice {
            TraceChoice::Flat => way == TracesBy::Flat,
            TraceChoice::Nested => way != TracesBy::Flat,
            TraceChoice::Offered | TraceChoice::None => true,
        };
        let (height, hash) = &tried;
        let call = trace_call(way, *height, hash, "the tip");
        if is_wanted && call.map_or(Ok(false), |call| is_list(rpc, &call))? {
            return Ok(way);
        }
    }
    if choice == TraceChoice::Offered {
        return Ok(TracesBy::None);
    }
    let why = "it does not offer the traces that were asked for".to_owned();
    Err(rpc.client().error("traces of the tip", SourceFault::Unable(why)))
}

/// The call for the calls of a block.
pub(super) fn trace_call(by: TracesBy, height: u64, hash: &str, about: &str) -> Option<RpcCall> {
    let (method, params) = match by {
        TracesBy::Flat => ("trace_block", format!(r#"["0x{height:x}"]"#)),
        TracesBy::NestedHash => ("debug_traceBlockByHash", format!(r#"["{hash}",{CALL_TRACER}]"#)),
        TracesBy::NestedNumber => {
            ("debug_traceBlockByNumber", format!(r#"["0x{height:x}",{CALL_TRACER}]"#))
        }
        TracesBy::None => return None,
    };
    Some(RpcCall::new(method, params, about))
}

/// Whether the answer to a call is a list, and not one of steps of the machine: some nodes take
/// the call and pass over the tracer.
fn is_list(rpc: &JsonRpc, call: &RpcCall) -> Result<bool, SourceError> {
    #[derive(Deserialize)]
    struct Traced {
        result: Option<Steps>,
    }
    #[derive(Deserialize)]
    struct Steps {
        #[serde(rename = "structLogs")]
        steps: Option<serde::de::IgnoredAny>,
    }
    let answer = match rpc.call(call) {
        Ok(answer) => answer,
        Err(error) if is_refusal(&error) => return Ok(false),
        Err(error) => return Err(error),
    };
    let bytes = answer.as_bytes();
    if bytes.first() != Some(&b'[') {
        return Ok(false);
    }
    let traced: Result<Vec<Traced>, _> = serde_json::from_slice(bytes);
    let is_steps = |traced: &Traced| traced.result.as_ref().is_some_and(|r| r.steps.is_some());
    Ok(!traced.is_ok_and(|traced| traced.iter().any(is_steps)))
}

/// A block near the tip to try methods on: with transactions, where there is one. A node that
/// keeps no old states still has those near the tip.
fn tried(rpc: &JsonRpc, tip: &Block) -> Result<(u64, String), SourceError> {
    #[derive(Deserialize)]
    struct Sketch {
        hash: String,
        transactions: Vec<serde::de::IgnoredAny>,
    }
    let first = tip.height.saturating_sub(LOOK_BACK_BLOCKS);
    let call = |height: u64| {
        let params = format!(r#"["0x{height:x}",false]"#);
        RpcCall::new("eth_getBlockByNumber", params, format!("block {height}"))
    };
    let heights: Vec<u64> = (first..=tip.height).rev().collect();
    let calls: Vec<RpcCall> = heights.iter().map(|height| call(*height)).collect();
    let answers = rpc.batch(&calls)?;
    let sketches = heights.into_iter().zip(answers).filter_map(|(height, answer)| {
        let sketch: Sketch = serde_json::from_slice(answer.ok()?.as_bytes()).ok()?;
        Some((height, sketch))
    });
    let mut sketches = sketches.filter(|(_, sketch)| !sketch.transactions.is_empty());
    let found = sketches.next().map(|(height, sketch)| (height, sketch.hash));
    Ok(found.unwrap_or_else(|| (tip.height, hex(&tip.hash))))
}
