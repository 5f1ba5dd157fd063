//! Esplora's API: explorers of Bitcoin.
//!
//! Source: <https://github.com/Blockstream/esplora/blob/master/API.md>.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use alloy_primitives::hex;
use hawkshaw_chains::explorers::{
    EsploraTx, decode_order, decode_place, decode_transaction, decode_transactions,
};
use hawkshaw_chains::{DecodeError, Defects};
use hawkshaw_model::rows::{Extent, Rows};
use hawkshaw_model::{Account, Address, ChainId, Timestamp, TxHash};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::asker::{Asker, Body, Reading, Request};
use super::{Explorer, ExplorerOptions, ExplorerReport, History};
use crate::cache::Cache;
use crate::client::{Client, Traffic};
use crate::error::{SourceError, SourceFault};

/// An explorer with Esplora's API.
///
/// A history has whole transactions, with the place of each in its block: what the API lists
/// does not say it, so it costs a request per transaction, or one per block where a block has
/// several. Histories come newest first and may come in any order; whoever puts rows of a UTXO
/// chain into an order does so after the last.
#[derive(Debug)]
pub struct Esplora {
    asker: Asker,
    chain: ChainId,
    tip: u64,
}

impl Esplora {
    /// Finds out which chain the explorer has and how far it is.
    ///
    /// # Errors
    ///
    /// When it does not answer or has another chain.
    pub fn open(
        client: &Client,
        cache: Option<Cache>,
        options: &ExplorerOptions,
    ) -> Result<Self, SourceError> {
        let asker = Asker::new(client, cache, None);
        let genesis = genesis(&asker)?;
        let id = format!("bip122:{}", genesis.get(..32).unwrap_or_default());
        let chain: ChainId = id.parse().map_err(|_| {
            let error = DecodeError::Malformed("it names no block 0".to_owned());
            asker.error("finding the chain", SourceFault::Decode(error))
        })?;
        if let Some(wanted) = options.chain.as_ref().filter(|wanted| **wanted != chain) {
            let (wanted, found) = (wanted.to_string(), chain.to_string());
            let fault = SourceFault::WrongChain { wanted, found };
            return Err(asker.error("finding the chain", fault));
        }
        let tip = tip(&asker)?;
        Ok(Self { asker, chain, tip })
    }

    /// The path of an account: by its address, or by the digest of its script.
    fn path(&self, address: &Address) -> Result<[String; 2], SourceError> {
        let Address::Script(script) = address else {
            let why = format!("{address} is no address of {}", self.chain);
            return Err(self.asker.error("a history", SourceFault::Unable(why)));
        };
        let text = Account::new(self.chain.clone(), address.clone()).address_for_people();
        if text.starts_with("script:") {
            return Ok(["scripthash".to_owned(), hex::encode(Sha256::digest(script))]);
        }
        Ok(["address".to_owned(), text])
    }

    /// How many transactions of an account stand in blocks.
    fn count(&self, [kind, id]: &[String; 2]) -> Result<u64, SourceError> {
        #[derive(Deserialize)]
        struct Answer {
            chain_stats: Stats,
        }
        #[derive(Deserialize)]
        struct Stats {
            tx_count: u64,
        }
        let name = format!("the number of transactions of {id}");
        self.get(&name, &[kind, id], |bytes| {
            hawkshaw_chains::from_json::<Answer>(bytes, 16)
                .map(|answer| answer.chain_stats.tx_count)
        })
    }

    fn get<T>(
        &self,
        name: &str,
        segments: &[&str],
        read: impl Fn(&[u8]) -> Result<T, DecodeError>,
    ) -> Result<T, SourceError> {
        get(&self.asker, name, segments, read)
    }

    /// The transactions of an account that stand in blocks, and what is missing of them.
    fn listed(
        &self,
        [kind, id]: &[String; 2],
        rows_max: u64,
    ) -> Result<(Vec<EsploraTx>, Vec<String>), SourceError> {
        let count = self.count(&[kind.clone(), id.clone()])?;
        let mut txs: Vec<EsploraTx> = Vec::new();
        let mut known: HashSet<TxHash> = HashSet::new();
        let mut gaps = Vec::new();
        loop {
            let seen = u64::try_from(txs.len()).unwrap_or(u64::MAX);
            if seen >= rows_max && seen < count {
                gaps.push(format!("it stops after {seen} of {count} transactions, the newest"));
                break;
            }
            let last = txs.last().map(|tx| tx.txid().to_string());
            let mut segments = vec![kind.as_str(), id.as_str(), "txs", "chain"];
            segments.extend(last.as_deref());
            let name = match &last {
                None => format!("the transactions of {id}"),
                Some(last) => format!("the transactions of {id} before {last}"),
            };
            let (page, listed) = self.get(&name, &segments, decode_transactions)?;
            if listed == 0 {
                break;
            }
            if let Some(again) = page.iter().find(|tx| !known.insert(tx.txid())) {
                let why = format!("the transaction {} is listed again", again.txid());
                return Err(self.contradiction(&name, why));
            }
            if page.is_empty() {
                let why = "it lists transactions that stand in no block".to_owned();
                return Err(self.contradiction(&name, why));
            }
            txs.extend(page);
            if u64::try_from(txs.len()).is_ok_and(|seen| seen >= count) {
                break;
            }
        }
        let seen = u64::try_from(txs.len()).unwrap_or(u64::MAX);
        if gaps.is_empty() && seen < count {
            gaps.push(format!("it lists {seen} transactions and says that there are {count}"));
        }
        // What came later than the rest is not asked about any further.
        txs.retain(|tx| tx.height() <= self.tip);
        Ok((txs, gaps))
    }

    fn contradiction(&self, name: &str, why: String) -> SourceError {
        self.asker.error(name, SourceFault::Decode(DecodeError::Contradiction(why)))
    }

    /// Adds transactions to rows, in the order of the chain.
    fn place(&self, txs: &[EsploraTx], rows: &mut Rows) -> Result<(), SourceError> {
        let mut blocks: BTreeMap<(u64, [u8; 32]), Vec<&EsploraTx>> = BTreeMap::new();
        for tx in txs {
            blocks.entry((tx.height(), tx.block())).or_default().push(tx);
        }
        let mut line = 0;
        for ((height, block), txs) in blocks {
            let places = match txs[..] {
                [one] => vec![self.place_of(one)?],
                _ => self.places_in(&block, &txs)?,
            };
            let mut placed: Vec<(u32, &EsploraTx)> = places.into_iter().zip(txs).collect();
            placed.sort_by_key(|(place, _)| *place);
            if let Some(pair) = placed.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                let why = format!("two transactions have the place {} of it", pair[0].0);
                return Err(self.contradiction(&format!("block {height}"), why));
            }
            for (place, tx) in placed {
                line += 1;
                tx.add_to(rows, place, line);
            }
        }
        Ok(())
    }

    fn place_of(&self, tx: &EsploraTx) -> Result<u32, SourceError> {
        let txid = tx.txid().to_string();
        let name = format!("the place of the transaction {txid} in its block");
        let (height, place) = self.get(&name, &["tx", &txid, "merkle-proof"], decode_place)?;
        if height == tx.height() {
            return Ok(place);
        }
        let why = format!("it stands in block {height} and in block {}", tx.height());
        Err(self.contradiction(&name, why))
    }

    fn places_in(&self, block: &[u8; 32], txs: &[&EsploraTx]) -> Result<Vec<u32>, SourceError> {
        let hash = hex::encode(block);
        let name = format!("the transactions of the block {hash}");
        let order = self.get(&name, &["block", &hash, "txids"], decode_order)?;
        let places: HashMap<TxHash, u32> = order.into_iter().zip(0..).collect();
        let place = |tx: &&EsploraTx| {
            let missing = || {
                let why = format!("the transaction {} is not among them", tx.txid());
                self.contradiction(&name, why)
            };
            places.get(&tx.txid()).copied().ok_or_else(missing)
        };
        txs.iter().map(place).collect()
    }

    fn history_of(
        &self,
        account: Option<Address>,
        txs: &[EsploraTx],
        gaps: Vec<String>,
    ) -> Result<History, SourceError> {
        let mut rows = Rows::new(self.chain.clone(), Arc::clone(self.name()));
        rows.extent = Extent::Account(account);
        self.place(txs, &mut rows)?;
        let rows_seen = u64::try_from(txs.len()).unwrap_or(u64::MAX);
        let (defects, notes, lacks) = (Defects::default(), Vec::new(), Vec::new());
        Ok(History { rows, gaps, rows_seen, tip: self.tip, defects, notes, lacks })
    }
}

impl Explorer for Esplora {
    fn chain(&self) -> &ChainId {
        &self.chain
    }

    fn name(&self) -> &Arc<str> {
        self.asker.client().endpoint().name()
    }

    fn history(&self, address: &Address, rows_max: u64) -> Result<History, SourceError> {
        let (txs, gaps) = self.listed(&self.path(address)?, rows_max)?;
        self.history_of(Some(address.clone()), &txs, gaps)
    }

    fn transaction(&self, tx: &TxHash) -> Result<Option<History>, SourceError> {
        let txid = tx.to_string();
        let name = format!("the transaction {txid}");
        let segments = &["tx", txid.as_str()][..];
        let request = Request { name: &name, segments, ..Request::PLAIN };
        let found = self.asker.get(&request, |body| {
            if body.is_missing {
                return Ok(Reading::Answer(None));
            }
            plain(&self.asker, body, decode_transaction)
        })?;
        let Some(found) = found else { return Ok(None) };
        if found.txid() != *tx {
            let why = format!("it is told of {} instead", found.txid());
            return Err(self.contradiction(&name, why));
        }
        self.history_of(None, &[found], Vec::new()).map(Some)
    }

    fn check(&self) -> Result<ExplorerReport, SourceError> {
        let asker = self.asker.without_cache();
        let (before, begun) = (asker.client().traffic(), Instant::now());
        let tip = tip(&asker)?;
        let hash = get(&asker, "the newest block", &["block-height", &tip.to_string()], text)?;
        let time = get(&asker, "the newest block", &["block", &hash], |bytes| {
            #[derive(Deserialize)]
            struct Answer {
                timestamp: i64,
            }
            let answer: Answer = hawkshaw_chains::from_json(bytes, 16)?;
            Ok(Timestamp::from_unix(answer.timestamp).ok())
        })?;
        let proof = ["block", &hash, "txids"];
        let has_order = get(&asker, "the order of a block", &proof, decode_order).is_ok();
        let asked = asker.client().traffic().requests.saturating_sub(before.requests).max(1);
        let asked = u32::try_from(asked).unwrap_or(u32::MAX);
        Ok(ExplorerReport {
            kind: "Esplora",
            chain: self.chain.clone(),
            tip,
            tip_time: time,
            lists: vec![("txs/chain", true), ("txids", has_order)],
            latency: begun.elapsed().checked_div(asked).unwrap_or(Duration::ZERO),
        })
    }

    fn traffic(&self) -> Traffic {
        self.asker.client().traffic()
    }

    fn stop(&self) {
        self.asker.client().stop();
    }
}

fn get<T>(
    asker: &Asker,
    name: &str,
    segments: &[&str],
    read: impl Fn(&[u8]) -> Result<T, DecodeError>,
) -> Result<T, SourceError> {
    asker.get(&Request { name, segments, ..Request::PLAIN }, |body| plain(asker, body, &read))
}

/// What an answer is worth where the HTTP status tells of errors.
fn plain<T>(
    asker: &Asker,
    body: Body<'_>,
    read: impl Fn(&[u8]) -> Result<T, DecodeError>,
) -> Result<Reading<T>, SourceFault> {
    if !body.is_ok {
        return Err(asker.refusal(body));
    }
    Ok(Reading::Answer(read(body.bytes)?))
}

/// The hash of the first block of the chain.
pub(super) fn genesis(asker: &Asker) -> Result<String, SourceError> {
    get(asker, "finding the chain", &["block-height", "0"], |bytes| {
        let hash = text(bytes)?;
        let is_hash = hash.parse::<TxHash>().is_ok() && hash.len() == 64;
        let malformed = || DecodeError::Malformed("it is no hash of a block".to_owned());
        if is_hash { Ok(hash.to_ascii_lowercase()) } else { Err(malformed()) }
    })
}

fn tip(asker: &Asker) -> Result<u64, SourceError> {
    get(asker, "finding the newest block", &["blocks", "tip", "height"], |bytes| {
        let malformed = |_| DecodeError::Malformed("it is no height".to_owned());
        text(bytes)?.parse().map_err(malformed)
    })
}

/// An answer that is a short text.
fn text(bytes: &[u8]) -> Result<String, DecodeError> {
    let malformed = || DecodeError::Malformed("it is no short text".to_owned());
    let text = std::str::from_utf8(bytes).map_err(|_| malformed())?.trim();
    if text.len() > 200 { Err(malformed()) } else { Ok(text.to_owned()) }
}
