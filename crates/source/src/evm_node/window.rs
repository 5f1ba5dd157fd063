//! Consecutive blocks, asked for together and decoded.
//!
//! The answers about one block come one after the other, and the chain may change in between:
//! receipts or calls may then be those of another block of the same height. Where the node
//! allows it they are asked for by the hash of the block; else the decoder sees it. Either way
//! the block is asked for anew.

use std::ops::RangeInclusive;
use std::sync::PoisonError;

use hawkshaw_chains::DecodeError;
use hawkshaw_chains::evm::{BlockParts, Receipts, Traces, decode_block, decode_header};
use hawkshaw_model::rows::{Block, Rows};
use serde::Deserialize;

use super::Shared;
use super::methods::{ReceiptsBy, TracesBy, is_refusal, trace_call};
use crate::blocks::Found;
use crate::error::{SourceError, SourceFault};
use crate::json_rpc::{JsonRpc, RpcAnswer, RpcCall};
use crate::pipeline::Step;

/// How often a block is asked for whose parts do not fit together.
const ROUNDS_MAX: u32 = 4;
/// How many bytes of blocks are enough to ask for their receipts and traces, which take some tens
/// of times as many.
const GROUP_BYTES: usize = 1 << 20;
/// An answer that lists nothing.
const EMPTY: &[u8] = b"[]";

/// Reads windows for a worker.
pub(super) struct Window<'a> {
    shared: &'a Shared,
    step: &'a Step<'a>,
}

/// What came of a block in one round.
enum Outcome {
    Rows(Rows),
    /// The node has no such block.
    Above,
    /// Its parts do not fit together.
    Again(SourceError),
    /// It cannot be read.
    Fault(SourceError),
}

/// The answers about a block.
struct Parts {
    height: u64,
    block: RpcAnswer,
    header: Block,
    hashes: Vec<String>,
    /// Whether it pays nobody for work, so that without transactions it moves nothing by calls.
    pays_nobody: bool,
    receipts: Vec<RpcAnswer>,
    traces: Option<RpcAnswer>,
    error: Option<SourceError>,
}

/// The part of a block that says what to ask for next.
#[derive(Deserialize)]
struct Sketch {
    transactions: Vec<SketchTx>,
    difficulty: Option<String>,
}

#[derive(Deserialize)]
struct SketchTx {
    hash: String,
}

impl<'a> Window<'a> {
    pub(super) fn new(shared: &'a Shared, step: &'a Step<'a>) -> Self {
        Self { shared, step }
    }

    /// The rows of blocks, up to the first that is missing or cannot be read.
    pub(super) fn read(&self, heights: RangeInclusive<u64>) -> Vec<Found> {
        let mut found = Vec::new();
        let mut open: Vec<u64> = heights.collect();
        let (mut stuck, mut rounds) = (None, 0);
        while !open.is_empty() && !self.step.is_over() {
            let outcomes = match self.round(&open) {
                Ok(outcomes) => outcomes,
                Err(error) => {
                    found.push(Err(error));
                    break;
                }
            };
            let mut taken = 0;
            for outcome in outcomes {
                match outcome {
                    Outcome::Rows(rows) => found.push(Ok(Some(rows))),
                    Outcome::Above => {
                        found.push(Ok(None));
                        return found;
                    }
                    Outcome::Fault(error) => {
                        found.push(Err(error));
                        return found;
                    }
                    Outcome::Again(error) => {
                        stuck = Some(error);
                        break;
                    }
                }
                taken += 1;
            }
            rounds = if taken == 0 { rounds + 1 } else { 1 };
            open.drain(..taken);
            if open.is_empty() {
                break;
            }
            match stuck.take() {
                Some(error) if rounds >= ROUNDS_MAX => {
                    found.push(Err(error));
                    break;
                }
                _ => self.pause(),
            }
        }
        found
    }

    /// Leaves the node alone until it made up its mind.
    fn pause(&self) {
        let time = self.shared.blocks.client().limits().back_off_first;
        self.step.wait(|| std::thread::sleep(time));
    }

    /// Asks once for everything about blocks, and decodes it.
    fn round(&self, heights: &[u64]) -> Result<Vec<Outcome>, SourceError> {
        let calls: Vec<RpcCall> = heights.iter().map(|height| block_call(*height)).collect();
        let answers = self.batch(&self.shared.blocks, &calls)?;
        let mut parts = Vec::new();
        // What the first block that is missing or unreadable ends in.
        let mut end = None;
        for (height, answer) in heights.iter().zip(answers) {
            match self.parts(*height, answer) {
                Ok(Some(part)) => parts.push(part),
                Ok(None) => end = Some(Outcome::Above),
                Err(error) => end = Some(Outcome::Fault(error)),
            }
            if end.is_some() {
                break;
            }
        }
        Ok(self.decoded_in_groups(parts, end))
    }

    /// What comes of blocks, and behind them what the next one ends in. Receipts and traces are
    /// held for a few large blocks only.
    fn decoded_in_groups(&self, mut parts: Vec<Parts>, end: Option<Outcome>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        while !parts.is_empty() {
            let mut bytes = 0;
            let is_in = |part: &&Parts| {
                let has_room = bytes < GROUP_BYTES;
                bytes += part.block.as_bytes().len();
                has_room
            };
            let count = parts.iter().take_while(is_in).count().max(1);
            let mut group: Vec<Parts> = parts.drain(..count).collect();
            let added = self.add_receipts(&mut group).and_then(|()| self.add_traces(&mut group));
            if let Err(error) = added {
                outcomes.push(Outcome::Fault(error));
                return outcomes;
            }
            for part in group {
                let outcome = self.decoded(part);
                let is_end = !matches!(outcome, Outcome::Rows(_));
                outcomes.push(outcome);
                if is_end {
                    return outcomes;
                }
            }
        }
        outcomes.extend(end);
        outcomes
    }

    fn batch(
        &self,
        rpc: &JsonRpc,
        calls: &[RpcCall],
    ) -> Result<Vec<Result<RpcAnswer, SourceError>>, SourceError> {
        self.step.wait(|| rpc.batch(calls))
    }

    /// What is known of a block from its own answer; `None` where there is no such block.
    fn parts(
        &self,
        height: u64,
        answer: Result<RpcAnswer, SourceError>,
    ) -> Result<Option<Parts>, SourceError> {
        let block = match answer {
            Err(error) if is_not_found(&error) => return Ok(None),
            answer => answer?,
        };
        let fault = |error| self.error(height, SourceFault::Decode(error));
        let Some(header) = decode_header(block.as_bytes()).map_err(fault)? else {
            return Ok(None);
        };
        let sketch: Sketch = serde_json::from_slice(block.as_bytes())
            .map_err(|error| fault(DecodeError::Malformed(error.to_string())))?;
        let hashes: Vec<String> = sketch.transactions.into_iter().map(|tx| tx.hash).collect();
        // A hash goes into the next request as it is.
        if hashes.iter().any(|hash| !hash.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            let why = "a transaction whose hash is none".to_owned();
            return Err(fault(DecodeError::Malformed(why)));
        }
        let pays_nobody = height == 0 || sketch.difficulty.as_deref() == Some("0x0");
        let (receipts, traces, error) = (Vec::new(), None, None);
        let part = Parts { height, block, header, hashes, pays_nobody, receipts, traces, error };
        Ok(Some(part))
    }

    fn add_receipts(&self, parts: &mut [Parts]) -> Result<(), SourceError> {
        let mut calls = Vec::new();
        let mut of_part = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let before = calls.len();
            calls.extend(self.receipt_calls(part));
            of_part.extend(std::iter::repeat_n(at, calls.len() - before));
        }
        let answers = self.batch(&self.shared.receipts, &calls)?;
        for (at, answer) in of_part.into_iter().zip(answers) {
            let Some(part) = parts.get_mut(at) else { continue };
            match answer {
                Ok(answer) => part.receipts.push(answer),
                Err(error) => part.error = part.error.take().or(Some(error)),
            }
        }
        Ok(())
    }

    fn receipt_calls(&self, part: &Parts) -> Vec<RpcCall> {
        let about = format!("block {}", part.height);
        let of_block = |name: String| {
            vec![RpcCall::new("eth_getBlockReceipts", format!(r#"["{name}"]"#), about)]
        };
        match self.shared.receipts_by {
            _ if part.hashes.is_empty() => Vec::new(),
            ReceiptsBy::BlockHash => of_block(hex(&part.header.hash)),
            ReceiptsBy::BlockNumber => of_block(format!("0x{:x}", part.height)),
            ReceiptsBy::Transaction => {
                let call = |hash: &String| {
                    let about = format!("{hash} in block {}", part.height);
                    RpcCall::new("eth_getTransactionReceipt", format!(r#"["{hash}"]"#), about)
                };
                part.hashes.iter().map(call).collect()
            }
        }
    }

    fn add_traces(&self, parts: &mut [Parts]) -> Result<(), SourceError> {
        let by = self.shared.traces_by;
        let mut calls = Vec::new();
        let mut of_part = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let is_idle = part.hashes.is_empty() && (part.pays_nobody || by != TracesBy::Flat);
            let about = format!("block {}", part.height);
            let call = trace_call(by, part.height, &hex(&part.header.hash), &about);
            if let Some(call) = call.filter(|_| !is_idle) {
                calls.push(call);
                of_part.push(at);
            }
        }
        let answers = self.batch(&self.shared.traces, &calls)?;
        for (at, answer) in of_part.into_iter().zip(answers) {
            let Some(part) = parts.get_mut(at) else { continue };
            match answer {
                Ok(answer) => part.traces = Some(answer),
                Err(error) => part.error = part.error.take().or(Some(error)),
            }
        }
        Ok(())
    }

    fn decoded(&self, part: Parts) -> Outcome {
        // A node that just dropped the block refuses what is asked of its hash.
        match part.error {
            Some(error) if is_refusal(&error) => return Outcome::Again(error),
            Some(error) => return Outcome::Fault(error),
            None => {}
        }
        let each: Vec<&[u8]> = part.receipts.iter().map(RpcAnswer::as_bytes).collect();
        let receipts = match (self.shared.receipts_by, &each[..]) {
            (ReceiptsBy::Transaction, each) => Receipts::Each(each),
            (_, []) => Receipts::List(EMPTY),
            (_, [list, ..]) => Receipts::List(list),
        };
        if part.receipts.iter().chain(&part.traces).any(RpcAnswer::is_null) {
            let why = "it has no receipts or traces of a block that it gave".to_owned();
            return self.again(part.height, DecodeError::Contradiction(why));
        }
        let traces = part.traces.as_ref().map_or(EMPTY, RpcAnswer::as_bytes);
        let traces = match self.shared.traces_by {
            TracesBy::Flat => Traces::Flat(traces),
            TracesBy::NestedHash | TracesBy::NestedNumber => Traces::Nested(traces),
            TracesBy::None => Traces::None,
        };
        let height = part.height;
        let parts = BlockParts { height, block: part.block.as_bytes(), receipts, traces };
        let shared = self.shared;
        match decode_block(&shared.network, &shared.name, &parts, shared.options) {
            Ok(decoded) => {
                let mut defects = shared.defects.lock().unwrap_or_else(PoisonError::into_inner);
                defects.add(&decoded.defects);
                Outcome::Rows(decoded.rows)
            }
            Err(error @ DecodeError::Contradiction(_)) => self.again(height, error),
            Err(error) => Outcome::Fault(self.error(height, SourceFault::Decode(error))),
        }
    }

    fn again(&self, height: u64, error: DecodeError) -> Outcome {
        Outcome::Again(self.error(height, SourceFault::Decode(error)))
    }

    fn error(&self, height: u64, fault: SourceFault) -> SourceError {
        self.shared.blocks.client().error(&format!("block {height}"), fault)
    }
}

fn block_call(height: u64) -> RpcCall {
    let params = format!(r#"["0x{height:x}",true]"#);
    RpcCall::new("eth_getBlockByNumber", params, format!("block {height}"))
}

/// Whether a node says by an error that there is no such block, where others say `null`.
pub(super) fn is_not_found(error: &SourceError) -> bool {
    matches!(&error.fault, SourceFault::Refused(why) if {
        let why = why.to_ascii_lowercase();
        why.contains("not found") || why.contains("unknown block")
    })
}

/// A hash as nodes write it.
pub(super) fn hex(hash: &[u8; 32]) -> String {
    format!("0x{}", alloy_primitives::hex::encode(hash))
}
