//! Tron nodes, by the HTTP API of java-tron.
//!
//! Sources: <https://developers.tron.network/reference>, and
//! `framework/src/main/java/org/tron/core/services/http` of java-tron.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use hawkshaw_chains::tron::{Network, decode_block, decode_header};
use hawkshaw_chains::{DecodeError, Defects};
use hawkshaw_model::rows::{Block, Rows};
use hawkshaw_model::{BlockRef, BlockSource, ChainId, Lack};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::blocks::{Found, read_blocks};
use crate::client::Client;
use crate::endpoint::Auth;
use crate::error::{SourceError, SourceFault};
use crate::pipeline::{Effort, Meter, Step};

/// How many blocks are asked for at once. Nodes allow up to 100.
const WINDOW_BLOCKS_MAX: u64 = 16;
/// How often a block is asked for whose parts do not fit together.
const ROUNDS_MAX: u32 = 4;
/// How many of the newest blocks are looked at for calls inside transactions. On the main network
/// nearly every block has some.
const SAMPLE_BLOCKS: u64 = 20;

/// What somebody says of a node that it does not say itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TronNodeOptions {
    /// Its chain; it is an error if it holds another.
    pub chain: Option<ChainId>,
    /// Whether it keeps calls inside transactions, from the first block that will be read on.
    pub internal: Option<bool>,
}

/// A Tron node.
///
/// A node keeps the calls inside transactions only where it is told to (`vm.saveInternalTx`), and
/// only of blocks that it takes in after that. It says nothing of it, and an empty list is what a
/// transaction without such calls has too. So the newest blocks are looked at: where several call
/// contracts and none tells what happened inside, the node counts as one without. For old blocks
/// nobody can tell; whoever knows says it in the options.
#[derive(Debug)]
pub struct TronNode {
    shared: Arc<Shared>,
    lacks: Vec<Lack>,
    meter: Meter,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    network: Network,
    name: Arc<str>,
    defects: Mutex<Defects>,
}

impl TronNode {
    /// Asks a node which network it holds and whether it keeps calls inside transactions. A key
    /// that has no place in the URL is shown as TronGrid wants it.
    ///
    /// # Errors
    ///
    /// When it does not answer, or holds another chain. Where its newest blocks cannot be read, the
    /// error says so of them; [`answers`](Self::answers) tells it from a host that is no Tron node.
    pub fn connect(client: &Client, options: &TronNodeOptions) -> Result<Self, SourceError> {
        // Source: <https://developers.tron.network/reference/select-network>.
        let client = client.clone().with_auth(Auth::Header("tron-pro-api-key"));
        let genesis = block(&client, 0)?;
        let genesis = genesis.ok_or_else(|| {
            client.error("block 0", SourceFault::Unable("it has no blocks yet".to_owned()))
        })?;
        let network = Network::of_genesis(&genesis.hash)
            .map_err(|error| client.error("block 0", SourceFault::Decode(error)))?;
        if let Some(wanted) = options.chain.as_ref().filter(|wanted| *wanted != network.chain()) {
            let [wanted, found] = [wanted, network.chain()].map(ToString::to_string);
            return Err(client.error("block 0", SourceFault::WrongChain { wanted, found }));
        }
        let name = Arc::clone(client.endpoint().name());
        let defects = Mutex::new(Defects::default());
        let shared = Shared { client, network, name, defects };
        let keeps = match options.internal {
            Some(keeps) => keeps,
            None => shared.keeps_internal()?,
        };
        let lacks = if keeps { Vec::new() } else { vec![Lack::InternalTransfers] };
        Ok(Self { shared: Arc::new(shared), lacks, meter: Meter::default() })
    }

    /// Whether a Tron node answers at all: whether block 0 is one of a chain of Tron, whatever may
    /// be wrong with later ones.
    pub fn answers(client: &Client) -> bool {
        let client = client.clone().with_auth(Auth::Header("tron-pro-api-key"));
        matches!(block(&client, 0), Ok(Some(genesis)) if Network::of_genesis(&genesis.hash).is_ok())
    }

    /// The network and its native asset.
    pub fn network(&self) -> &Network {
        &self.shared.network
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.shared.client
    }

    /// What was left out of the blocks that were read so far.
    pub fn defects(&self) -> Defects {
        self.shared.defects.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the threads that read blocks spent their time on so far.
    pub fn effort(&self) -> Effort {
        self.meter.effort()
    }

    /// The last block that two thirds of the producers have confirmed; `None` where the node does
    /// not say.
    ///
    /// # Errors
    ///
    /// When it does not answer, or not sensibly.
    pub fn finalized(&self) -> Result<Option<BlockRef>, SourceError> {
        let request = "walletsolidity/getnowblock";
        let client = &self.shared.client;
        match ask(client, request, &["walletsolidity", "getnowblock"], "{}") {
            Ok(answer) => {
                let found = decode_header(&answer);
                let found = found.map_err(|e| client.error(request, SourceFault::Decode(e)))?;
                Ok(found.map(|(block, _)| reference(&block)))
            }
            Err(SourceError {
                fault: SourceFault::Refused(_) | SourceFault::Unable(_), ..
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl BlockSource for TronNode {
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
        self.shared.tip().map(|block| reference(&block))
    }

    fn block_at(&self, height: u64) -> Result<Option<BlockRef>, SourceError> {
        let found = block(&self.shared.client, height)?;
        match found {
            Some(block) => Ok(Some(reference(&block))),
            None => self.shared.none_above_tip(height).map(|()| None),
        }
    }

    fn blocks(
        &self,
        heights: RangeInclusive<u64>,
    ) -> Box<dyn Iterator<Item = Result<Rows, SourceError>> + '_> {
        let shared = Arc::clone(&self.shared);
        let read = move |heights, step: &Step<'_>| shared.window(heights, |asks| step.wait(asks));
        read_blocks(&self.shared.client, &self.meter, heights, WINDOW_BLOCKS_MAX, read)
    }
}

impl Shared {
    fn tip(&self) -> Result<Block, SourceError> {
        let request = "wallet/getnowblock";
        let answer = ask(&self.client, request, &["wallet", "getnowblock"], "{}")?;
        let found = decode_header(&answer);
        let found = found.map_err(|e| self.client.error(request, SourceFault::Decode(e)))?;
        let empty =
            || self.client.error(request, SourceFault::Unable("it has no blocks yet".to_owned()));
        found.map(|(block, _)| block).ok_or_else(empty)
    }

    /// Whether a block that the node does not have lies above its tip; else it threw it away.
    fn none_above_tip(&self, height: u64) -> Result<(), SourceError> {
        if height > self.tip()?.height {
            return Ok(());
        }
        let why = "it does not keep that block: a lite node has the newest ones only";
        let fault = SourceFault::Unable(why.to_owned());
        Err(self.client.error(&format!("block {height}"), fault))
    }

    /// Whether the newest blocks tell what happened inside transactions.
    fn keeps_internal(&self) -> Result<bool, SourceError> {
        let tip = self.tip()?.height;
        let mut calls = 0;
        for height in (1..=tip).rev().take(usize::try_from(SAMPLE_BLOCKS).unwrap_or(1)) {
            let Some(answer) = self.raw_block(height)? else { continue };
            let Some(decoded) = self.decoded(height, &answer, &mut |asks| asks())? else {
                continue;
            };
            if decoded.internal > 0 {
                return Ok(true);
            }
            calls += decoded.calls;
        }
        Ok(calls == 0)
    }

    fn raw_block(&self, height: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let request = format!("block {height}");
        let body = format!("{{\"num\":{height}}}");
        let answer = ask(&self.client, &request, &["wallet", "getblockbynum"], &body)?;
        Ok((answer.trim_ascii() != b"{}").then_some(answer))
    }

    /// The blocks of a window, one after the other, until one is missing or cannot be read.
    fn window(
        &self,
        heights: RangeInclusive<u64>,
        mut wait: impl FnMut(&mut dyn FnMut() -> Answered) -> Answered,
    ) -> Vec<Found> {
        let mut found = Vec::new();
        let blocks = match self.range(&heights, &mut wait) {
            Ok(blocks) => blocks,
            Err(error) => return vec![Err(error)],
        };
        let mut blocks = blocks.into_iter();
        for height in heights {
            let rows = match blocks.next() {
                Some(block) => self.rows(height, &block, &mut wait),
                None => Ok(None),
            };
            let rows = match rows {
                Ok(None) => self.none_above_tip(height).map(|()| None),
                other => other,
            };
            let is_over = !matches!(rows, Ok(Some(_)));
            found.push(rows);
            if is_over {
                break;
            }
        }
        found
    }

    /// The blocks of a range as the node gives them.
    fn range(
        &self,
        heights: &RangeInclusive<u64>,
        wait: &mut dyn FnMut(&mut dyn FnMut() -> Answered) -> Answered,
    ) -> Result<Vec<Vec<u8>>, SourceError> {
        #[derive(Deserialize)]
        struct Answer<'a> {
            #[serde(borrow, default)]
            block: Vec<&'a RawValue>,
        }
        let (first, end) = (heights.start(), heights.end().saturating_add(1));
        let request = format!("blocks {first} to {}", heights.end());
        let body = format!("{{\"startNum\":{first},\"endNum\":{end}}}");
        let answer =
            wait(&mut || ask(&self.client, &request, &["wallet", "getblockbylimitnext"], &body))?;
        let answer: Answer<'_> = hawkshaw_chains::from_json(&answer, 64)
            .map_err(|error| self.client.error(&request, SourceFault::Decode(error)))?;
        Ok(answer.block.into_iter().map(|block| block.get().as_bytes().to_vec()).collect())
    }

    /// The rows of a block. Its parts are asked for one after the other, and the chain may change
    /// in between: then it is asked for anew.
    fn rows(
        &self,
        height: u64,
        block: &[u8],
        wait: &mut dyn FnMut(&mut dyn FnMut() -> Answered) -> Answered,
    ) -> Found {
        let mut block = block.to_vec();
        let mut rounds = 0;
        loop {
            rounds += 1;
            match self.decoded(height, &block, wait) {
                Ok(decoded) => {
                    let Some(decoded) = decoded else { return Ok(None) };
                    let mut defects = self.defects.lock().unwrap_or_else(PoisonError::into_inner);
                    defects.add(&decoded.defects);
                    return Ok(Some(decoded.rows));
                }
                Err(SourceError {
                    fault: SourceFault::Decode(DecodeError::Contradiction(_)),
                    ..
                }) if rounds < ROUNDS_MAX => {
                    let request = format!("block {height}");
                    self.client.back_off(&request, rounds)?;
                    let Some(again) = self.raw_block(height)? else { return Ok(None) };
                    block = again;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn decoded(
        &self,
        height: u64,
        block: &[u8],
        wait: &mut dyn FnMut(&mut dyn FnMut() -> Answered) -> Answered,
    ) -> Result<Option<hawkshaw_chains::tron::Decoded>, SourceError> {
        let request = format!("block {height}");
        let refused = |error| self.client.error(&request, SourceFault::Decode(error));
        let Some((header, count)) = decode_header(block).map_err(refused)? else {
            return Ok(None);
        };
        if header.height != height {
            let why = format!("block {height} was asked for and is {}", header.height);
            return Err(refused(DecodeError::Contradiction(why)));
        }
        // The first block has transactions that nobody sent.
        let infos = if count == 0 || height == 0 {
            b"[]".to_vec()
        } else {
            let request = format!("the results of block {height}");
            let body = format!("{{\"num\":{height}}}");
            let segments = ["wallet", "gettransactioninfobyblocknum"];
            wait(&mut || ask(&self.client, &request, &segments, &body))?
        };
        decode_block(&self.network, &self.name, block, &infos).map_err(refused)
    }
}

type Answered = Result<Vec<u8>, SourceError>;

fn reference(block: &Block) -> BlockRef {
    BlockRef { height: block.height, hash: block.hash }
}

/// The header of a block; nothing where the node does not have it.
fn block(client: &Client, height: u64) -> Result<Option<Block>, SourceError> {
    let request = format!("block {height}");
    let body = format!("{{\"num\":{height}}}");
    let answer = ask(client, &request, &["wallet", "getblockbynum"], &body)?;
    let refused = |error| client.error(&request, SourceFault::Decode(error));
    match decode_header(&answer).map_err(refused)? {
        Some((block, _)) if block.height != height => {
            let why = format!("block {height} was asked for and is {}", block.height);
            Err(refused(DecodeError::Contradiction(why)))
        }
        found => Ok(found.map(|(block, _)| block)),
    }
}

/// Posts to the node. It tells of errors with HTTP status 200.
///
/// Source: `Util.printErrorMsg` and `RateLimiterServlet` of java-tron.
fn ask(client: &Client, request: &str, segments: &[&str], body: &str) -> Answered {
    #[derive(Deserialize)]
    struct Told<'a> {
        #[serde(borrow, rename = "Error")]
        error: &'a RawValue,
    }
    let mut attempts = 0;
    loop {
        let answer = client.post_json(request, segments, body.as_bytes())?;
        attempts += 1;
        if !answer.starts_with(b"{\"Error\"") {
            return Ok(answer);
        }
        let told: Result<Told<'_>, DecodeError> = hawkshaw_chains::from_json(&answer, 16);
        let told = told.map_err(|error| client.error(request, SourceFault::Decode(error)))?;
        let text: String = serde_json::from_str(told.error.get()).unwrap_or_default();
        if text.contains("lack of computing resources") {
            client.back_off(request, attempts)?;
            continue;
        }
        return Err(client.error(request, SourceFault::Refused(client.shown(&text))));
    }
}
