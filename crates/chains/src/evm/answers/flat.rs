//! The answer to `trace_block`: the calls of a block one after the other, each with its place.
//!
//! Source: <https://openethereum.github.io/JSONRPC-trace-module>, which Erigon, Nethermind, Besu,
//! reth and anvil follow.

use std::ops::Range;

use hawkshaw_model::{Amount, Printable};
use serde::Deserialize;

use super::{BlockCalls, CallAnswer, Tx, read};
use crate::error::DecodeError;
use crate::evm::calls::Act;
use crate::evm::hex::{Count, Fixed, Quantity, Text};

/// A trace.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trace<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    action: Action<'a>,
    result: Option<Outcome>,
    error: Option<Text<'a>>,
    #[serde(default)]
    trace_address: Vec<u32>,
    transaction_hash: Option<Fixed<32>>,
    transaction_position: Option<Count>,
    block_hash: Option<Fixed<32>>,
    block_number: Option<Count>,
}

/// What a trace does. Which fields there are depends on its type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Action<'a> {
    from: Option<Fixed<20>>,
    to: Option<Fixed<20>>,
    value: Option<Quantity>,
    #[serde(borrow)]
    call_type: Option<Text<'a>>,
    /// Who is destroyed, with what it holds, and who gets that.
    address: Option<Fixed<20>>,
    balance: Option<Quantity>,
    refund_address: Option<Fixed<20>>,
    /// Who is rewarded.
    author: Option<Fixed<20>>,
}

/// What came of a trace.
#[derive(Debug, Deserialize)]
struct Outcome {
    /// The contract that was created.
    address: Option<Fixed<20>>,
}

/// Reads the traces of a block whose header and transactions are known.
pub(in crate::evm) fn flat_traces<'a>(
    bytes: &'a [u8],
    height: u64,
    hash: [u8; 32],
    txs: &[Tx<'_>],
) -> Result<BlockCalls<'a>, DecodeError> {
    let traces: Vec<Trace<'_>> = read("the traces", bytes)?;
    let mut rewards = Vec::new();
    let mut placed = Vec::with_capacity(traces.len());
    for trace in traces {
        if trace.block_hash.is_some_and(|of| of.0 != hash)
            || trace.block_number.is_some_and(|of| of.0 != height)
        {
            return Err(DecodeError::Contradiction("a trace is of another block".to_owned()));
        }
        if trace.kind.0 == "reward" {
            rewards.push(trace.reward()?);
        } else {
            placed.push((trace.position(txs)?, trace));
        }
    }
    let place = |at: &(usize, Trace<'a>), other: &(usize, Trace<'a>)| {
        (at.0, &at.1.trace_address).cmp(&(other.0, &other.1.trace_address))
    };
    if !placed.is_sorted_by(|left, right| place(left, right).is_lt()) {
        placed.sort_by(place);
    }
    let mut calls = BlockCalls { rewards, ..BlockCalls::default() };
    calls.calls.reserve(placed.len());
    for of_tx in placed.chunk_by(|left, right| left.0 == right.0) {
        let Some((position, _)) = of_tx.first() else { continue };
        check_tree(of_tx)?;
        let start = calls.calls.len();
        for (_, trace) in of_tx {
            calls.calls.push(trace.call()?);
        }
        calls.of_tx.resize(*position, Range::default());
        calls.of_tx.push(start..calls.calls.len());
    }
    calls.of_tx.resize(txs.len(), Range::default());
    Ok(calls)
}

/// Checks that the traces of a transaction, which are in order, are one tree.
fn check_tree(traces: &[(usize, Trace<'_>)]) -> Result<(), DecodeError> {
    // The first is the root: nothing before it has its beginning.
    let mut path: &[u32] = &[];
    for (number, (_, trace)) in traces.iter().enumerate() {
        let is_fit = match trace.trace_address.split_last() {
            None => number == 0,
            Some((_, above)) => {
                number > 0 && path.starts_with(above) && path != trace.trace_address
            }
        };
        if !is_fit {
            let place = &trace.trace_address;
            let shown: Vec<String> = place.iter().take(8).map(u32::to_string).collect();
            return Err(DecodeError::Contradiction(format!(
                "the trace at [{}] of transaction {} stands twice or below none",
                shown.join(","),
                trace
                    .transaction_hash
                    .map(|hash| alloy_primitives::hex::encode_prefixed(hash.0))
                    .unwrap_or_default(),
            )));
        }
        path = &trace.trace_address;
    }
    Ok(())
}

impl<'a> Trace<'a> {
    /// The position of its transaction in the block.
    fn position(&self, txs: &[Tx<'_>]) -> Result<usize, DecodeError> {
        let position = match (self.transaction_position, self.transaction_hash) {
            (Some(position), _) => usize::try_from(position.0).ok(),
            (None, Some(hash)) => txs.iter().position(|tx| tx.hash == hash),
            (None, None) => None,
        };
        let position = position.filter(|position| {
            let hash = txs.get(*position).map(|tx| tx.hash);
            hash.is_some() && (self.transaction_hash.is_none() || self.transaction_hash == hash)
        });
        position.ok_or_else(|| {
            let none = "a trace is of no transaction of the block";
            DecodeError::Contradiction(none.to_owned())
        })
    }

    fn reward(&self) -> Result<([u8; 20], Amount), DecodeError> {
        match (self.action.author, self.action.value) {
            (Some(author), Some(value)) => Ok((author.0, value.0)),
            _ => Err(DecodeError::Malformed("a reward lacks author or value".to_owned())),
        }
    }

    fn call(&self) -> Result<CallAnswer<'a>, DecodeError> {
        let Action { from, to, value, address, balance, refund_address, .. } = &self.action;
        let (act, from, to, value) = match &*self.kind.0 {
            "call" => {
                let name = self.action.call_type.as_ref().map_or("call", |name| &*name.0);
                let act = Act::of_call_type(name.as_bytes());
                (act.ok_or_else(|| unknown("call", name))?, *from, *to, *value)
            }
            "create" => {
                let created = self.result.as_ref().and_then(|result| result.address);
                (Act::Create, *from, created, *value)
            }
            "suicide" | "selfdestruct" => (Act::Destroy, *address, *refund_address, *balance),
            other => return Err(unknown("trace", other)),
        };
        Ok(CallAnswer {
            depth: self.trace_address.len(),
            act,
            error: self.error.clone(),
            from: from.map(|from| from.0),
            to: to.map(|to| to.0),
            value: value.map_or(Amount::ZERO, |value| value.0),
        })
    }
}

fn unknown(what: &str, name: &str) -> DecodeError {
    DecodeError::Malformed(format!("`{}` is no known type of {what}", Printable(name)))
}
