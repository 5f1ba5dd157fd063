//! A node of an EVM chain, over JSON-RPC.

mod capabilities;
mod methods;
mod window;

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use hawkshaw_chains::evm::{Network, Options, decode_header};
use hawkshaw_chains::{DecodeError, Defects};
use hawkshaw_model::rows::{Block, Rows};
use hawkshaw_model::{AssetId, BlockRef, BlockSource, ChainId, Lack};

pub use self::capabilities::{Capabilities, Sample, Syncing};
pub use self::methods::{ReceiptsBy, TraceChoice, TracesBy};
use self::window::Window;
use crate::blocks::read_blocks;
use crate::client::Client;
use crate::endpoint::Auth;
use crate::error::{SourceError, SourceFault};
use crate::json_rpc::{JsonRpc, RpcAnswer, RpcCall};
use crate::pipeline::{Effort, Meter, Step};

/// How many blocks a worker takes at once at most. Their answers are held together.
const WINDOW_BLOCKS_MAX: u64 = 32;
/// How many traces of blocks are asked for in one batch: they are large.
const TRACES_BATCH_MAX: usize = 8;
/// How many receipts of single transactions are asked for in one batch.
const RECEIPTS_BATCH_MAX: usize = 100;

/// The number that Tron nodes give in answer to `eth_chainId`: 0x2b6653dc.
///
/// Source: <https://developers.tron.network/reference/eth_chainid>.
const TRON_MIRROR: &str = "728126428";

/// What is wanted of a node.
#[derive(Debug, Clone, Default)]
pub struct EvmNodeOptions {
    /// The chain that it must hold; `None` for whichever it holds.
    pub chain: Option<ChainId>,
    /// The native asset of the chain, where it is not known.
    pub native: Option<AssetId>,
    /// Which traces to read.
    pub traces: TraceChoice,
    /// What of a block is kept beside its movements.
    pub rows: Options,
}

/// A node of an EVM chain. What it offers was found out when it was [connected](Self::connect).
#[derive(Debug)]
pub struct EvmNode {
    shared: Arc<Shared>,
    version: String,
    lacks: Vec<Lack>,
    meter: Meter,
}

/// What all workers use.
#[derive(Debug)]
struct Shared {
    name: Arc<str>,
    network: Network,
    options: Options,
    receipts_by: ReceiptsBy,
    traces_by: TracesBy,
    blocks: JsonRpc,
    receipts: JsonRpc,
    traces: JsonRpc,
    defects: Mutex<Defects>,
}

impl EvmNode {
    /// Asks a node which chain it holds and which methods it offers. A key that has no place in
    /// the URL is shown as `Authorization: Bearer`.
    ///
    /// # Errors
    ///
    /// When it does not answer, holds another chain, or lacks a method without which blocks
    /// cannot be read.
    pub fn connect(client: Client, options: EvmNodeOptions) -> Result<Self, SourceError> {
        let client = client.with_auth(Auth::Bearer);
        let name = Arc::clone(client.endpoint().name());
        let blocks = JsonRpc::new(client.clone(), usize::try_from(WINDOW_BLOCKS_MAX).unwrap_or(1));
        let chain = chain(&blocks)?;
        if let Some(wanted) = options.chain.filter(|wanted| *wanted != chain) {
            let [wanted, found] = [wanted, chain].map(|chain| chain.to_string());
            return Err(client.error("eth_chainId", SourceFault::WrongChain { wanted, found }));
        }
        if chain.reference() == TRON_MIRROR {
            let why = "this is the JSON-RPC of a Tron node, which does not tell payments from \
                       what was unfrozen: name the URL of its HTTP API, without /jsonrpc";
            return Err(client.error("eth_chainId", SourceFault::Unable(why.to_owned())));
        }
        let network = Network::new(&chain, options.native.as_ref());
        let unknown = |error: hawkshaw_chains::evm::UnknownNative| {
            client.error("eth_chainId", SourceFault::Unable(error.to_string()))
        };
        let network = network.map_err(unknown)?;
        let version = version(&blocks)?;
        let tip = header(&blocks, "latest")?.ok_or_else(|| no_tip(&client))?;
        let receipts_by = methods::receipts(&blocks, &tip)?;
        let traces_by = methods::traces(&blocks, &tip, options.traces)?;
        let receipts = match receipts_by {
            ReceiptsBy::Transaction => JsonRpc::new(client.clone(), RECEIPTS_BATCH_MAX),
            ReceiptsBy::BlockHash | ReceiptsBy::BlockNumber => blocks.clone(),
        };
        let lacks = match traces_by {
            TracesBy::None => vec![Lack::InternalTransfers],
            _ => Vec::new(),
        };
        let shared = Shared {
            name,
            network,
            options: options.rows,
            receipts_by,
            traces_by,
            blocks,
            receipts,
            traces: JsonRpc::new(client, TRACES_BATCH_MAX),
            defects: Mutex::new(Defects::default()),
        };
        Ok(Self { shared: Arc::new(shared), version, lacks, meter: Meter::default() })
    }

    /// The program that the node says it is, such as `Geth/v1.15.0`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The chain and its native asset.
    pub fn network(&self) -> &Network {
        &self.shared.network
    }

    /// How receipts are read.
    pub fn receipts_by(&self) -> ReceiptsBy {
        self.shared.receipts_by
    }

    /// How calls are read.
    pub fn traces_by(&self) -> TracesBy {
        self.shared.traces_by
    }

    /// The client.
    pub fn client(&self) -> &Client {
        self.shared.blocks.client()
    }

    /// What was left out of the blocks that were read so far.
    pub fn defects(&self) -> Defects {
        self.shared.defects.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the threads that read blocks spent their time on so far. Answers to other questions
    /// count as waited for too.
    pub fn effort(&self) -> Effort {
        let Effort { waited, worked, idle } = self.meter.effort();
        // Reading an answer into pieces is work, although it is done while calls are made.
        let answered = self.client().traffic().waited.min(waited);
        Effort { waited: answered, worked: worked + (waited - answered), idle }
    }

    /// The last block that the node takes for final; `None` where it does not say.
    ///
    /// # Errors
    ///
    /// When it does not answer, or not sensibly.
    pub fn finalized(&self) -> Result<Option<BlockRef>, SourceError> {
        self.tagged("finalized")
    }

    /// The last block that the node takes for safe; `None` where it does not say.
    ///
    /// # Errors
    ///
    /// When it does not answer, or not sensibly.
    pub fn safe(&self) -> Result<Option<BlockRef>, SourceError> {
        self.tagged("safe")
    }

    /// Nodes that do not know the tag refuse it.
    fn tagged(&self, tag: &str) -> Result<Option<BlockRef>, SourceError> {
        match header(&self.shared.blocks, tag) {
            Ok(block) => Ok(block.as_ref().map(reference)),
            Err(error) if methods::is_refusal(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl BlockSource for EvmNode {
    type Error = SourceError;

    fn chain(&self) -> &ChainId {
        self.shared.network.chain()
    }

    fn name(&self) -> &Arc<str> {
        &self.shared.name
    }

    fn lacks(&self) -> &[Lack] {
        &self.lacks
    }

    fn tip(&self) -> Result<BlockRef, SourceError> {
        let block = header(&self.shared.blocks, "latest")?;
        block.as_ref().map(reference).ok_or_else(|| no_tip(self.client()))
    }

    fn block_at(&self, height: u64) -> Result<Option<BlockRef>, SourceError> {
        let found = header(&self.shared.blocks, &format!("0x{height:x}"))?;
        match found {
            Some(block) if block.height != height => {
                let why = format!("block {height} was asked for and is {}", block.height);
                let fault = SourceFault::Decode(DecodeError::Contradiction(why));
                Err(self.client().error(&format!("block {height}"), fault))
            }
            found => Ok(found.as_ref().map(reference)),
        }
    }

    fn blocks(
        &self,
        heights: RangeInclusive<u64>,
    ) -> Box<dyn Iterator<Item = Result<Rows, SourceError>> + '_> {
        let shared = Arc::clone(&self.shared);
        let read = move |heights, step: &Step<'_>| Window::new(&shared, step).read(heights);
        read_blocks(self.client(), &self.meter, heights, WINDOW_BLOCKS_MAX, read)
    }
}

fn reference(block: &Block) -> BlockRef {
    BlockRef { height: block.height, hash: block.hash }
}

fn no_tip(client: &Client) -> SourceError {
    let fault = SourceFault::Unable("it has no blocks yet".to_owned());
    client.error("eth_getBlockByNumber of latest", fault)
}

/// The header of a block that is named by a tag or a number.
fn header(rpc: &JsonRpc, tag: &str) -> Result<Option<Block>, SourceError> {
    let call = RpcCall::new("eth_getBlockByNumber", format!(r#"["{tag}",false]"#), tag);
    let answer = match rpc.call(&call) {
        Err(error) if window::is_not_found(&error) => return Ok(None),
        answer => answer?,
    };
    decode_header(answer.as_bytes())
        .map_err(|error| rpc.client().error(&format!("block {tag}"), SourceFault::Decode(error)))
}

fn chain(rpc: &JsonRpc) -> Result<ChainId, SourceError> {
    let answer = rpc.call(&RpcCall::new("eth_chainId", "[]", ""))?;
    let number = number(&answer);
    let chain = number.and_then(|number| format!("eip155:{number}").parse().ok());
    chain.ok_or_else(|| {
        let why = DecodeError::Malformed("no number of a chain".to_owned());
        rpc.client().error("eth_chainId", SourceFault::Decode(why))
    })
}

/// What the node calls itself; gateways may keep that to themselves.
fn version(rpc: &JsonRpc) -> Result<String, SourceError> {
    match rpc.call(&RpcCall::new("web3_clientVersion", "[]", "")) {
        Ok(answer) => {
            let text: Result<String, _> = serde_json::from_slice(answer.as_bytes());
            Ok(rpc.client().shown(&text.unwrap_or_default()))
        }
        Err(error) if methods::is_refusal(&error) => Ok(String::new()),
        Err(error) => Err(error),
    }
}

/// A number in hex, as nodes write them.
fn number(answer: &RpcAnswer) -> Option<u64> {
    let text: String = serde_json::from_slice(answer.as_bytes()).ok()?;
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}
