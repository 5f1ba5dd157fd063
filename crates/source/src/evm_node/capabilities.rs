//! What a node can do, how far it is, and how fast.

use std::time::{Duration, Instant};

use hawkshaw_model::rows::Block;
use hawkshaw_model::{AssetId, BlockRef, BlockSource, ChainId};
use serde::Deserialize;

use super::methods::{ReceiptsBy, TracesBy, is_refusal, trace_call};
use super::window::hex;
use super::{EvmNode, header, no_tip};
use crate::error::SourceError;
use crate::json_rpc::RpcCall;
use crate::pipeline::Effort;

/// How many requests the latency is the median of.
const LATENCY_REQUESTS: usize = 7;
/// How many blocks below the tip are read to see how fast it goes.
const SAMPLE_BLOCKS: u64 = 16;

/// What a node can do, how far it is, and how fast.
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// The program that it says it is; empty where it does not say.
    pub client: String,
    /// Its chain.
    pub chain: ChainId,
    /// The native asset of the chain.
    pub native: AssetId,
    /// Its highest block.
    pub tip: Block,
    /// The last block that it takes for safe, where it says.
    pub safe: Option<BlockRef>,
    /// The last block that it takes for final, where it says.
    pub finalized: Option<BlockRef>,
    /// How far it is, while it is still loading the chain.
    pub syncing: Option<Syncing>,
    /// How receipts are read.
    pub receipts_by: ReceiptsBy,
    /// How calls are read.
    pub traces_by: TracesBy,
    /// The lowest block whose calls it can tell, by a search that takes each block above such a
    /// one for such a one too. `None` where there are no traces, or of no block.
    pub traces_from: Option<u64>,
    /// How many calls it took in one batch.
    pub batch_max: usize,
    /// How long a small request takes: the median of several.
    pub latency: Duration,
    /// How reading a few blocks went.
    pub sample: Sample,
}

/// How far a node is that is still loading the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syncing {
    /// The block that it has come to.
    pub at: u64,
    /// The highest block that it knows of.
    pub of: u64,
}

/// How reading a few blocks went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// How many blocks were read.
    pub blocks: u64,
    /// How many rows they gave.
    pub rows: u64,
    /// How long it took.
    pub time: Duration,
    /// What the threads spent their time on.
    pub effort: Effort,
}

impl EvmNode {
    /// Finds out what the node can do. It takes some tens of requests.
    ///
    /// # Errors
    ///
    /// When it does not answer, or not sensibly.
    pub fn capabilities(&self) -> Result<Capabilities, SourceError> {
        let tip = header(&self.shared.blocks, "latest")?.ok_or_else(|| no_tip(self.client()))?;
        let latency = self.latency()?;
        let traces_from = self.traces_from(&tip)?;
        let sample = self.sample(tip.height)?;
        Ok(Capabilities {
            client: self.version().to_owned(),
            chain: self.chain().clone(),
            native: self.network().native().clone(),
            tip,
            safe: self.safe()?,
            finalized: self.finalized()?,
            syncing: self.syncing()?,
            receipts_by: self.receipts_by(),
            traces_by: self.traces_by(),
            traces_from,
            batch_max: self.shared.blocks.batch_max(),
            latency,
            sample,
        })
    }

    fn syncing(&self) -> Result<Option<Syncing>, SourceError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            current_block: String,
            highest_block: String,
        }
        let answer = match self.shared.blocks.call(&RpcCall::new("eth_syncing", "[]", "")) {
            Ok(answer) => answer,
            Err(error) if is_refusal(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let number = |text: &str| u64::from_str_radix(text.strip_prefix("0x")?, 16).ok();
        let answer: Option<Answer> = serde_json::from_slice(answer.as_bytes()).ok();
        Ok(answer.and_then(|answer| {
            let [at, of] = [number(&answer.current_block)?, number(&answer.highest_block)?];
            Some(Syncing { at, of })
        }))
    }

    fn latency(&self) -> Result<Duration, SourceError> {
        let mut times = Vec::new();
        for _ in 0..LATENCY_REQUESTS {
            let begun = Instant::now();
            self.shared.blocks.call(&RpcCall::new("eth_blockNumber", "[]", ""))?;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        Ok(times.get(times.len() / 2).copied().unwrap_or_default())
    }

    /// The lowest block whose calls the node can tell, by halving.
    fn traces_from(&self, tip: &Block) -> Result<Option<u64>, SourceError> {
        if self.traces_by() == TracesBy::None || tip.height == 0 {
            return Ok(None);
        }
        if self.traces_block(1)? {
            return Ok(Some(1));
        }
        if !self.traces_block(tip.height)? {
            return Ok(None);
        }
        let (mut without, mut with) = (1, tip.height);
        while with - without > 1 {
            let middle = without + (with - without) / 2;
            if self.traces_block(middle)? { with = middle } else { without = middle }
        }
        Ok(Some(with))
    }

    fn traces_block(&self, height: u64) -> Result<bool, SourceError> {
        let Some(block) = header(&self.shared.blocks, &format!("0x{height:x}"))? else {
            return Ok(false);
        };
        let about = format!("block {height}");
        let call = trace_call(self.traces_by(), height, &hex(&block.hash), &about);
        match call.map(|call| self.shared.traces.call(&call)) {
            Some(Ok(answer)) => Ok(answer.as_bytes().first() == Some(&b'[')),
            Some(Err(error)) if is_refusal(&error) => Ok(false),
            Some(Err(error)) => Err(error),
            None => Ok(false),
        }
    }

    fn sample(&self, tip: u64) -> Result<Sample, SourceError> {
        let (before, begun) = (self.effort(), Instant::now());
        let (mut blocks, mut rows) = (0, 0);
        for block in self.blocks(tip.saturating_sub(SAMPLE_BLOCKS - 1)..=tip) {
            blocks += 1;
            rows += u64::try_from(block?.len()).unwrap_or(u64::MAX);
        }
        let after = self.effort();
        let effort = Effort {
            waited: after.waited.saturating_sub(before.waited),
            worked: after.worked.saturating_sub(before.worked),
            idle: after.idle.saturating_sub(before.idle),
        };
        Ok(Sample { blocks, rows, time: begun.elapsed(), effort })
    }
}
