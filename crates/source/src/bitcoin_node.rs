//! A Bitcoin node, asked by the JSON-RPC of Bitcoin Core.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use alloy_primitives::hex;
use hawkshaw_chains::bitcoin::{Block, BlockJson, Frame, Network, Unspent};
use hawkshaw_chains::{DecodeError, Defects, from_json};
use hawkshaw_model::rows::Rows;
use hawkshaw_model::{BlockRef, BlockSource, ChainId, Lack, TxHash};
use serde::Deserialize;

use crate::block_files::{Replay, Replayed, Walk};
use crate::client::Client;
use crate::endpoint::Auth;
use crate::error::{SourceError, SourceFault};
use crate::json_rpc::{JsonRpc, RpcAnswer, RpcCall};
use crate::pipeline::{Meter, Plan, windows};

/// How many blocks a thread takes at once.
const WINDOW_BLOCKS: u64 = 4;

/// How many calls of small answers go in one request.
const BATCH_MAX: usize = 100;

/// How deep the small answers nest.
const NESTING_MAX: usize = 20;

/// From this version on `getblock` says what inputs spent
/// (<https://bitcoincore.org/en/releases/23.0/>).
const VERSION_WITH_SPENT: u64 = 230_000;

/// A Bitcoin node. It is asked as whom the URL names (`http://user:password@127.0.0.1:8332`), or
/// with the key, which holds `user:password` or is the text of the node's file `.cookie`.
///
/// Blocks come by `getblock <hash> 3`, which says what every input spent. Nodes before 23.0 do
/// not say it: there it is taken from all blocks before, from the genesis block on, one after the
/// other, whichever blocks are wanted. So nothing is missing, but it is for short chains only; the
/// files of the node ([`BlockFiles`](crate::BlockFiles)) say it always.
#[derive(Debug)]
pub struct BitcoinNode {
    asker: Asker,
    chain: ChainId,
    version: u64,
    meter: Meter,
    replay: Arc<Mutex<Option<Replay>>>,
    defects: Arc<Mutex<Defects>>,
}

/// What a node says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BitcoinStatus {
    /// The highest block that it has checked.
    pub blocks: u64,
    /// The highest header that it knows: what it is behind, if it is.
    pub headers: u64,
    /// Whether it still fetches and checks old blocks.
    pub is_catching_up: bool,
    /// The first block that it has not pruned away, where it prunes.
    pub pruned_to: Option<u64>,
    /// The version of its program: 290,000 for 29.0.
    pub version: u64,
}

/// Asks and decodes; clones go to threads.
#[derive(Debug, Clone)]
struct Asker {
    rpc: JsonRpc,
    network: Network,
}

/// `getblockchaininfo`.
#[derive(Debug, Deserialize)]
struct ChainInfo {
    blocks: u64,
    headers: u64,
    bestblockhash: String,
    #[serde(default)]
    initialblockdownload: bool,
    #[serde(default)]
    pruneheight: Option<u64>,
}

/// `getnetworkinfo`.
#[derive(Debug, Deserialize)]
struct NetworkInfo {
    version: u64,
}

impl BitcoinNode {
    /// Asks a node which chain it holds and what it can do. Where a chain is wanted, it must be
    /// that one.
    ///
    /// # Errors
    ///
    /// When it does not answer, or holds no known or another chain.
    pub fn open(client: Client, wanted: Option<&ChainId>) -> Result<Self, SourceError> {
        let rpc = JsonRpc::new(client.with_auth(Auth::Basic), BATCH_MAX);
        let call = height_call(0);
        let genesis = hash(&rpc, &call, &rpc.call(&call)?)?;
        let shown = TxHash::from(genesis).to_string();
        let found = Network::ALL.into_iter().find(|network| network.genesis() == genesis);
        let name = found.map_or(format!("a chain that begins with block {shown}"), |network| {
            format!("{} ({})", network.chain(), network.name())
        });
        let asked = found.filter(|network| wanted.is_none_or(|chain| *chain == network.chain()));
        let Some(network) = asked else {
            let wanted = wanted.map_or("a chain of Bitcoin".to_owned(), ToString::to_string);
            let fault = SourceFault::WrongChain { wanted, found: name };
            return Err(rpc.client().error("getblockhash of block 0", fault));
        };
        let call = RpcCall::new("getnetworkinfo", "[]", "");
        let NetworkInfo { version } = read(&rpc, &call, &rpc.call(&call)?)?;
        let (asker, chain) = (Asker { rpc, network }, network.chain());
        let (meter, replay, defects) = (Meter::default(), Arc::default(), Arc::default());
        Ok(Self { asker, chain, version, meter, replay, defects })
    }

    /// What it says of itself.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub fn status(&self) -> Result<BitcoinStatus, SourceError> {
        let info = self.asker.info()?;
        Ok(BitcoinStatus {
            blocks: info.blocks,
            headers: info.headers,
            is_catching_up: info.initialblockdownload,
            pruned_to: info.pruneheight,
            version: self.version,
        })
    }

    /// The client that asks.
    pub fn client(&self) -> &Client {
        self.asker.rpc.client()
    }

    /// What was left out of the blocks that were read so far.
    pub fn defects(&self) -> Defects {
        self.defects.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the threads spent their time on.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }
}

impl BlockSource for BitcoinNode {
    type Error = SourceError;

    fn chain(&self) -> &ChainId {
        &self.chain
    }

    fn name(&self) -> &Arc<str> {
        self.client().endpoint().name()
    }

    fn lacks(&self) -> &[Lack] {
        &[]
    }

    fn first(&self) -> Result<u64, SourceError> {
        Ok(self.status()?.pruned_to.unwrap_or(0))
    }

    fn tip(&self) -> Result<BlockRef, SourceError> {
        let info = self.asker.info()?;
        let hash = info.bestblockhash.parse::<TxHash>().map_err(|_| {
            let why = DecodeError::Malformed("`bestblockhash` is no hash".to_owned());
            self.client().error("getblockchaininfo", SourceFault::Decode(why))
        })?;
        Ok(BlockRef { height: info.blocks, hash: *hash.as_bytes() })
    }

    fn block_at(&self, height: u64) -> Result<Option<BlockRef>, SourceError> {
        let hash = self.asker.hashes(height..=height)?.pop();
        Ok(hash.map(|hash| BlockRef { height, hash }))
    }

    fn blocks(
        &self,
        heights: RangeInclusive<u64>,
    ) -> Box<dyn Iterator<Item = Result<Rows, SourceError>> + '_> {
        let (asker, defects) = (self.asker.clone(), Arc::clone(&self.defects));
        if self.version < VERSION_WITH_SPENT {
            let replay = Arc::clone(&self.replay);
            return Box::new(Replayed::new(asker, heights, replay, defects));
        }
        let workers = self.client().limits().concurrent_max;
        let plan = Plan { workers, ahead: workers, meter: self.meter.clone() };
        let pipeline = plan.start(windows(heights, WINDOW_BLOCKS), move |window, step| {
            let hashes = step.wait(|| asker.hashes(window.clone()))?;
            let (mut rows, mut found) = (Vec::new(), Defects::default());
            for (height, hash) in window.zip(hashes) {
                if step.is_over() {
                    break;
                }
                let (call, answer) = step.wait(|| asker.block(height, hash, 3))?;
                rows.push(asker.rows(&call, &answer, height, hash, &mut found)?);
            }
            defects.lock().unwrap_or_else(PoisonError::into_inner).add(&found);
            Ok(rows)
        });
        match pipeline {
            Ok(pipeline) => Box::new(pipeline),
            Err(why) => {
                let fault = SourceFault::Unable(format!("no thread can be started: {why}"));
                Box::new(std::iter::once(Err(self.client().error("blocks", fault))))
            }
        }
    }
}

impl Asker {
    fn info(&self) -> Result<ChainInfo, SourceError> {
        let call = RpcCall::new("getblockchaininfo", "[]", "");
        read(&self.rpc, &call, &self.rpc.call(&call)?)
    }

    /// The hashes of the blocks of the chain at heights, as far as it reaches.
    fn hashes(&self, heights: RangeInclusive<u64>) -> Result<Vec<[u8; 32]>, SourceError> {
        let calls: Vec<RpcCall> = heights.map(height_call).collect();
        let mut hashes = Vec::with_capacity(calls.len());
        for (call, outcome) in calls.iter().zip(self.rpc.batch(&calls)?) {
            match outcome {
                Ok(answer) => hashes.push(hash(&self.rpc, call, &answer)?),
                Err(error) if is_above_tip(&error.fault) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(hashes)
    }

    /// A block in some detail: 0 for its bytes, 3 with what its inputs spent.
    fn block(
        &self,
        height: u64,
        hash: [u8; 32],
        detail: u8,
    ) -> Result<(RpcCall, RpcAnswer), SourceError> {
        let params = format!(r#"["{}",{detail}]"#, TxHash::from(hash));
        let call = RpcCall::new("getblock", params, format!("block {height}"));
        match self.rpc.call(&call) {
            Ok(answer) => Ok((call, answer)),
            Err(error) => Err(self.pruned(height, error)),
        }
    }

    /// The error for a block, or a better one where it is pruned away.
    fn pruned(&self, height: u64, error: SourceError) -> SourceError {
        if !matches!(error.fault, SourceFault::Unable(_) | SourceFault::Refused(_)) {
            return error;
        }
        match self.info() {
            Ok(ChainInfo { pruneheight: Some(first), .. }) if height < first => {
                let fault = SourceFault::Unable(format!(
                    "the node has pruned away its blocks below {first}: begin there, or ask a \
                     node that keeps them all"
                ));
                SourceError { fault, ..error }
            }
            _ => error,
        }
    }

    /// An answer to `getblock` in detail 3 as rows.
    fn rows(
        &self,
        call: &RpcCall,
        answer: &RpcAnswer,
        height: u64,
        hash: [u8; 32],
        defects: &mut Defects,
    ) -> Result<Rows, SourceError> {
        let mut read = || {
            let block = BlockJson::read(answer.as_bytes())?;
            same_block(block.head()?.hash, hash)?;
            block.to_rows(&self.frame(height), defects)
        };
        read().map_err(|why| self.error(call, why))
    }

    fn frame(&self, height: u64) -> Frame {
        let file = Arc::clone(self.rpc.client().endpoint().name());
        Frame { chain: self.network.chain(), file, height }
    }

    fn error(&self, call: &RpcCall, why: DecodeError) -> SourceError {
        decode_error(&self.rpc, call, why)
    }
}

impl Walk for Asker {
    fn first(&self) -> u64 {
        0
    }

    fn hash_at(&self, height: u64) -> Result<Option<[u8; 32]>, SourceError> {
        Ok(self.hashes(height..=height)?.pop())
    }

    fn rows_after(
        &self,
        height: u64,
        hash: [u8; 32],
        unspent: &mut Unspent,
        defects: &mut Defects,
    ) -> Result<Rows, SourceError> {
        let (call, answer) = self.block(height, hash, 0)?;
        let mut read = || {
            let digits: &str = from_json(answer.as_bytes(), NESTING_MAX)?;
            let bytes = hex::decode(digits)
                .map_err(|_| DecodeError::Malformed("the block is no hex".to_owned()))?;
            let block = Block::parse(&bytes)?;
            same_block(block.head().hash, hash)?;
            block.to_rows_after(&self.frame(height), unspent, defects)
        };
        read().map_err(|why| self.error(&call, why))
    }
}

fn same_block(found: [u8; 32], wanted: [u8; 32]) -> Result<(), DecodeError> {
    if found == wanted {
        return Ok(());
    }
    let found = TxHash::from(found);
    Err(DecodeError::Contradiction(format!("the header is that of block {found}")))
}

/// Whether a node says that its chain does not reach so high: `RPC_INVALID_PARAMETER` in Bitcoin
/// Core's `src/rpc/protocol.h`.
fn is_above_tip(fault: &SourceFault) -> bool {
    matches!(fault, SourceFault::Refused(text) if text.ends_with("(code -8)"))
}

fn height_call(height: u64) -> RpcCall {
    RpcCall::new("getblockhash", format!("[{height}]"), format!("block {height}"))
}

fn hash(rpc: &JsonRpc, call: &RpcCall, answer: &RpcAnswer) -> Result<[u8; 32], SourceError> {
    let text: String = read(rpc, call, answer)?;
    let bad = || DecodeError::Malformed("it is no hash of 64 hex digits".to_owned());
    let hash: TxHash = text.parse().map_err(|_| decode_error(rpc, call, bad()))?;
    Ok(*hash.as_bytes())
}

fn read<'a, T: Deserialize<'a>>(
    rpc: &JsonRpc,
    call: &RpcCall,
    answer: &'a RpcAnswer,
) -> Result<T, SourceError> {
    from_json(answer.as_bytes(), NESTING_MAX).map_err(|why| decode_error(rpc, call, why))
}

fn decode_error(rpc: &JsonRpc, call: &RpcCall, why: DecodeError) -> SourceError {
    let request = match call.about.as_str() {
        "" => call.method.to_owned(),
        about => format!("{} of {about}", call.method),
    };
    rpc.client().error(&request, SourceFault::Decode(why))
}
