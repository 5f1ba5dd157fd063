//! Etherscan's API, its copies, and Blockscout's.
//!
//! Sources: <https://docs.etherscan.io/>, <https://docs.blockscout.com/devs/apis/rpc>.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hawkshaw_chains::evm::Network;
use hawkshaw_chains::explorers::{
    Complaint, Entry, List, Listing, OneTransaction, Page, Place, decode_page, decode_text,
};
use hawkshaw_chains::{DecodeError, Defect, Defects};
use hawkshaw_model::{Address, ChainId, TxHash};

use super::asker::{Asker, Body, Fetched, Reading, Request};
use super::pages::{self, Lister, Turn, Wanted, read_list};
use super::{Explorer, ExplorerOptions, ExplorerReport, History, places};
use crate::cache::Cache;
use crate::client::{Client, Traffic};
use crate::error::{SourceError, SourceFault};

/// An explorer with Etherscan's API.
#[derive(Debug)]
pub struct Etherscan {
    asker: Asker,
    network: Network,
    is_blockscout: bool,
    /// The parameter that Etherscan v2 wants, where the URL does not have it.
    chain_id: Option<String>,
    tip: u64,
}

/// How many rows a page is asked to have. Etherscan allows 10,000 in all pages together from one
/// block on; some copies give no more than this whatever they are asked for.
const PAGE_ROWS: usize = 1_000;

/// The parameter for the key.
const SECRET: &str = "apikey";

impl Etherscan {
    /// Finds out which chain the explorer has and how far it is.
    ///
    /// Etherscan v2 is told the chain by `chainid` in the URL or by the options; others are asked
    /// for it, and it is an error where neither says it.
    ///
    /// # Errors
    ///
    /// When it does not answer, has another chain, or no chain can be found.
    pub fn open(
        client: &Client,
        cache: Option<Cache>,
        options: &ExplorerOptions,
    ) -> Result<Self, SourceError> {
        let asker = Asker::new(client, cache, Some(SECRET));
        let url = client.endpoint().url(&[], &[], None);
        let named = url.query_pairs().find(|(name, _)| name == "chainid");
        let named = named.map(|(_, value)| format!("eip155:{value}"));
        let unable = |why: String| asker.error("finding the chain", SourceFault::Unable(why));
        let named: Option<ChainId> = match named.map(|text| (text.parse(), text)) {
            Some((Ok(chain), _)) => Some(chain),
            Some((Err(_), text)) => {
                return Err(unable(format!("`{text}` in the URL is no chain: use chainid=1")));
            }
            None => None,
        };
        let chain_id = match (&named, &options.chain) {
            (None, Some(chain)) if url.path().contains("/v2/") => {
                Some(chain.reference().to_owned())
            }
            _ => None,
        };
        let mut nodes = Passed { asker: &asker, chain_id: chain_id.as_deref(), is_posted: false };
        // Etherscan has no other way in, and what stands behind its path is somebody else's.
        let is_etherscan = named.is_some() || url.path().contains("/v2/");
        let told = nodes.chain(!is_etherscan)?;
        let found = named.clone().or(told.clone()).or(options.chain.clone());
        let found = found.ok_or_else(|| {
            let why = "it does not say which chain it has: add chainid=1 to the URL, or name the \
                       chain";
            unable(why.to_owned())
        })?;
        for wanted in [&named, &options.chain].into_iter().flatten() {
            if let Some(other) = [&told, &named].into_iter().flatten().find(|is| *is != wanted) {
                let (wanted, found) = (wanted.to_string(), other.to_string());
                let fault = SourceFault::WrongChain { wanted, found };
                return Err(asker.error("finding the chain", fault));
            }
        }
        let network = Network::new(&found, options.native.as_ref());
        let network = network.map_err(|error| unable(error.to_string()))?;
        let (tip, is_blockscout) = (nodes.tip()?, nodes.is_posted);
        Ok(Self { asker, network, is_blockscout, chain_id, tip })
    }

    fn nodes(&self) -> Passed<'_> {
        Passed {
            asker: &self.asker,
            chain_id: self.chain_id.as_deref(),
            is_posted: self.is_blockscout,
        }
    }

    /// The lists that the explorer has: Blockscout has all tokens in one.
    fn lists(&self) -> &'static [List] {
        if self.is_blockscout { List::ALL.split_at(3).0 } else { &List::ALL }
    }

    fn account(&self, address: &Address) -> Result<String, SourceError> {
        match address {
            Address::Evm(_) => Ok(address.to_string().to_lowercase()),
            _ => {
                let why = format!("{address} is no address of {}", self.chain());
                Err(self.asker.error("a history", SourceFault::Unable(why)))
            }
        }
    }

    fn lister<'a>(&'a self, account: &'a str, listing: &'a mut Listing) -> AccountLister<'a> {
        AccountLister {
            asker: &self.asker,
            chain_id: self.chain_id.as_deref(),
            account,
            tip: self.tip.to_string(),
            listing,
            line: 0,
        }
    }

    /// Where a transaction stands that a list puts into a block; or why nobody says it.
    fn place(&self, tx: &TxHash, height: u64) -> Result<Result<Place, String>, SourceError> {
        const METHOD: &str = "eth_getTransactionByHash";
        let hash = tx.on(self.chain());
        let about = format!("the place of the transaction {hash}");
        let told = match self.nodes().asked(METHOD, &[("txhash", &hash)], &about) {
            Ok(told) => told,
            Err(error) if is_of_one_question(&error.fault) => return Ok(Err(error.to_string())),
            // What could not be found out before cannot be found out now.
            Err(error) if self.asker.is_offline() && is_unable(&error.fault) => {
                return Ok(Err(error.to_string()));
            }
            Err(error) => return Err(error),
        };
        let Some(told) = told else {
            return Ok(Err(format!("the explorer does not pass on {METHOD}")));
        };
        Ok(match OneTransaction::place(&told, tx) {
            Ok(Some(place)) if place.height == height => Ok(place),
            Ok(Some(place)) => Err(format!("{METHOD} says that it is in block {}", place.height)),
            Ok(None) => Err(format!("{METHOD} knows of no such transaction in a block")),
            Err(error) => {
                let fault = SourceFault::Decode(error);
                Err(self.asker.error(&format!("{METHOD}, {about}"), fault).to_string())
            }
        })
    }

    /// What the explorer lists inside a transaction, as its answer; `None` where it has no such
    /// list.
    fn inside(&self, tx: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let mut query = vec![("module", "account"), ("action", "txlistinternal"), ("txhash", tx)];
        query.extend(self.chain_id.as_deref().map(|id| ("chainid", id)));
        let name = format!("txlistinternal of the transaction {tx}");
        let request = Request { name: &name, query: &query, ..Request::PLAIN };
        let fetched = self.asker.fetch(&request, |body| page(&self.asker, body))?;
        match fetched.value {
            Listed::Rows => {
                self.asker.keep(&fetched)?;
                Ok(Some(fetched.bytes))
            }
            Listed::NoSuchList => {
                self.asker.keep(&fetched)?;
                Ok(None)
            }
            Listed::TooFar => {
                let why = "it does not list what is inside a transaction";
                Err(self.asker.error(&name, SourceFault::Unable(why.to_owned())))
            }
        }
    }
}

impl Explorer for Etherscan {
    fn chain(&self) -> &ChainId {
        self.network.chain()
    }

    fn name(&self) -> &Arc<str> {
        self.asker.client().endpoint().name()
    }

    fn history(&self, address: &Address, rows_max: u64) -> Result<History, SourceError> {
        let account = self.account(address)?;
        let mut listing = Listing::new(&self.network, self.name(), Some(address.clone()));
        let (mut gaps, mut lacks, mut rows_seen) = (Vec::new(), Vec::new(), 0_u64);
        let mut lister = self.lister(&account, &mut listing);
        for list in self.lists() {
            let left = rows_max.saturating_sub(rows_seen);
            if left == 0 {
                let action = list.action();
                gaps.push(format!("the limit of {rows_max} rows was reached before {action}"));
                continue;
            }
            let read = read_list(&mut lister, *list, PAGE_ROWS, left)?;
            rows_seen = rows_seen.saturating_add(read.rows);
            gaps.extend(read.gaps);
            match (read.is_missing, list) {
                (false, _) => {}
                (true, List::Transactions) => gaps.push(format!("there is no {}", list.action())),
                // Many copies of the API have fewer lists: without them much can be followed all
                // the same.
                (true, list) => lacks.push(list.action()),
            }
        }
        let (mut rows, mut defects) = listing.finish();
        gaps.extend(without_amount(&defects));
        let notes = places::complete(&mut rows, |tx, height| self.place(tx, height))?;
        for _ in &notes {
            defects.count(Defect::PlaceUnknown);
        }
        Ok(History { rows, gaps, rows_seen, tip: self.tip, defects, notes, lacks })
    }

    fn transaction(&self, tx: &TxHash) -> Result<Option<History>, SourceError> {
        let hash = tx.on(self.chain());
        let nodes = self.nodes();
        let about = format!("the transaction {hash}");
        let transaction = nodes.result("eth_getTransactionByHash", &[("txhash", &hash)], &about)?;
        let refused = |error| self.asker.error(&about, SourceFault::Decode(error));
        let Some(height) = OneTransaction::height(&transaction).map_err(refused)? else {
            return Ok(None);
        };
        let receipt = nodes.result("eth_getTransactionReceipt", &[("txhash", &hash)], &about)?;
        let block = nodes.block(height)?;
        let inside = self.inside(&hash)?;
        let internal = inside.as_deref().map(pages::rows).transpose().map_err(refused)?;
        let lacks = internal.is_none().then_some(List::Internal.action()).into_iter().collect();
        let internal = internal.unwrap_or_default();
        let rows_seen = u64::try_from(internal.len()).unwrap_or(u64::MAX).saturating_add(1);
        let one = OneTransaction {
            transaction: &transaction,
            receipt: &receipt,
            block: &block,
            internal: &internal,
        };
        let (rows, defects) = one.decode(&self.network, self.name()).map_err(refused)?;
        let is_cut = internal.len() >= 10_000;
        let gap = is_cut.then(|| "txlistinternal stops after 10000 rows".to_owned());
        let gaps = gap.into_iter().chain(without_amount(&defects)).collect();
        let notes = Vec::new();
        Ok(Some(History { rows, gaps, rows_seen, tip: self.tip, defects, notes, lacks }))
    }

    fn check(&self) -> Result<ExplorerReport, SourceError> {
        let asker = self.asker.without_cache();
        let nodes = Passed { asker: &asker, ..self.nodes() };
        let (before, begun) = (asker.client().traffic(), Instant::now());
        let tip = nodes.tip()?;
        let block = nodes.block(tip).ok();
        let tip_time = block.and_then(|block| OneTransaction::time(&block).ok());
        let mut lists = Vec::new();
        let mut listing = Listing::new(&self.network, self.name(), None);
        let nobody = Address::Evm([0; 20]).to_string();
        for list in self.lists() {
            let mut lister = AccountLister { asker: &asker, ..self.lister(&nobody, &mut listing) };
            let wanted = Wanted { list: *list, from: 0, page: 1, rows: 1, is_anew: true };
            let turn = lister.ask(&wanted)?;
            lists.push((list.action(), matches!(turn, Turn::Page(_))));
        }
        let asked = asker.client().traffic().requests.saturating_sub(before.requests).max(1);
        let asked = u32::try_from(asked).unwrap_or(u32::MAX);
        Ok(ExplorerReport {
            kind: if self.is_blockscout { "Blockscout" } else { "Etherscan" },
            chain: self.chain().clone(),
            tip,
            tip_time,
            lists,
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

/// What is missing where rows do not say how much they move.
fn without_amount(defects: &Defects) -> Option<String> {
    let (_, count) = defects.iter().find(|(defect, _)| *defect == Defect::AmountUnknown)?;
    Some(format!("its lists do not say the amount of {count} movements"))
}

/// What a list of rows came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    Rows,
    TooFar,
    NoSuchList,
}

/// What the answer to a request for a list is worth.
fn page(asker: &Asker, body: Body<'_>) -> Result<Reading<Listed>, SourceFault> {
    let complaint = match decode_page(body.bytes) {
        // Nothing found may come as "not found".
        Ok(Page::Rows(rows)) if body.is_ok || (body.is_missing && rows.is_empty()) => {
            return Ok(Reading::Answer(Listed::Rows));
        }
        Ok(Page::Complaint(complaint)) => complaint,
        Err(error) if body.is_ok => return Err(SourceFault::Decode(error)),
        Ok(Page::Rows(_)) | Err(_) => return Err(asker.refusal(body)),
    };
    match complaint {
        Complaint::Window(_) => Ok(Reading::Answer(Listed::TooFar)),
        Complaint::NoSuchList(_) => Ok(Reading::Answer(Listed::NoSuchList)),
        other => complained(asker, &other),
    }
}

/// What a complaint means that concerns no list in particular.
fn complained<T>(asker: &Asker, complaint: &Complaint) -> Result<Reading<T>, SourceFault> {
    let text = asker.client().shown(complaint.text());
    match complaint {
        Complaint::TooMany(_) => Ok(Reading::TooMany),
        Complaint::Key(_) => Err(Asker::key_refusal(&text)),
        Complaint::Timeout(_) | Complaint::Other(_) => {
            Ok(Reading::Again(SourceFault::Refused(text)))
        }
        _ => Err(SourceFault::Refused(text)),
    }
}

/// Reads the lists of one account.
struct AccountLister<'a> {
    asker: &'a Asker,
    chain_id: Option<&'a str>,
    account: &'a str,
    tip: String,
    listing: &'a mut Listing,
    line: u64,
}

impl Lister for AccountLister<'_> {
    fn ask(&mut self, wanted: &Wanted) -> Result<Turn, SourceError> {
        let (from, page_number) = (wanted.from.to_string(), wanted.page.to_string());
        let rows = wanted.rows.to_string();
        let mut query = vec![
            ("module", "account"),
            ("action", wanted.list.action()),
            ("address", self.account),
            ("startblock", &from),
            ("endblock", &self.tip),
            ("page", &page_number),
            ("offset", &rows),
            ("sort", "asc"),
        ];
        query.extend(self.chain_id.map(|id| ("chainid", id)));
        let name = format!("{} of {} from block {from}", wanted.list.action(), self.account);
        let is_anew = wanted.is_anew;
        let request = Request { name: &name, query: &query, is_anew, ..Request::PLAIN };
        let fetched = self.asker.fetch(&request, |body| page(self.asker, body))?;
        match fetched.value {
            Listed::Rows => Ok(Turn::Page(fetched.without_value())),
            Listed::TooFar => self.asker.keep(&fetched).map(|()| Turn::TooFar),
            Listed::NoSuchList => self.asker.keep(&fetched).map(|()| Turn::NoSuchList),
        }
    }

    fn take(&mut self, list: List, entry: &Entry<'_>) -> Result<(), DecodeError> {
        self.line = self.line.saturating_add(1);
        self.listing.add(list, entry, self.line)
    }

    fn keep(&mut self, fetched: &Fetched<()>) -> Result<(), SourceError> {
        self.asker.keep(fetched)
    }

    fn error(&self, list: List, fault: SourceFault) -> SourceError {
        self.asker.error(&format!("{} of {}", list.action(), self.account), fault)
    }
}

/// The methods of a node that an explorer passes on: by its module `proxy`, or as JSON-RPC posted
/// to `eth-rpc` (Blockscout).
struct Passed<'a> {
    asker: &'a Asker,
    chain_id: Option<&'a str>,
    is_posted: bool,
}

impl Passed<'_> {
    /// The chain, where the explorer passes on the question; then it is also known how.
    fn chain(&mut self, may_post: bool) -> Result<Option<ChainId>, SourceError> {
        let ways: &[bool] = if may_post { &[false, true] } else { &[false] };
        for is_posted in ways.iter().copied() {
            self.is_posted = is_posted;
            let about = "finding the chain";
            // A URL that is none of an explorer with both ways fails at one of them with a page.
            let result = match self.asked("eth_chainId", &[], about) {
                Ok(result) => result,
                Err(error) if is_posted && is_elsewhere(&error.fault) => None,
                Err(error) => return Err(error),
            };
            let Some(text) = result else { continue };
            let digits = text.trim_matches('"').strip_prefix("0x").unwrap_or_default();
            if let Ok(number) = u64::from_str_radix(digits, 16)
                && let Ok(chain) = format!("eip155:{number}").parse()
            {
                return Ok(Some(chain));
            }
        }
        self.is_posted = false;
        Ok(None)
    }

    fn tip(&self) -> Result<u64, SourceError> {
        let about = "finding the newest block";
        let text = self.result("eth_blockNumber", &[], about)?;
        let digits = text.trim_matches('"').strip_prefix("0x").unwrap_or_default();
        let number = u64::from_str_radix(digits, 16);
        let malformed = |_| {
            let error = DecodeError::Malformed("the number of a block is not in hex".to_owned());
            self.asker.error(about, SourceFault::Decode(error))
        };
        number.map_err(malformed)
    }

    fn block(&self, height: u64) -> Result<String, SourceError> {
        let tag = format!("{height:#x}");
        let query = [("tag", tag.as_str()), ("boolean", "false")];
        self.result("eth_getBlockByNumber", &query, &format!("block {height}"))
    }

    /// The result of a method as JSON.
    fn result(
        &self,
        method: &str,
        query: &[(&str, &str)],
        about: &str,
    ) -> Result<String, SourceError> {
        let unable = || {
            let why = format!("it does not pass on {method}");
            self.asker.error(about, SourceFault::Unable(why))
        };
        self.asked(method, query, about)?.ok_or_else(unable)
    }

    /// The same; nothing where the explorer does not pass the method on.
    fn asked(
        &self,
        method: &str,
        query: &[(&str, &str)],
        about: &str,
    ) -> Result<Option<String>, SourceError> {
        let name = format!("{method}, {about}");
        let read = |body: Body<'_>| match decode_text(body.bytes) {
            Ok(Ok(text)) if body.is_ok => Ok(Reading::Answer(Some(text.to_owned()))),
            // "Method not found", "Action not found", or a path that is not there.
            Ok(Err(Complaint::NoSuchList(_))) => Ok(Reading::Answer(None)),
            Ok(Err(complaint)) if complaint.is_unknown() => Ok(Reading::Answer(None)),
            Ok(Err(complaint)) => complained(self.asker, &complaint),
            _ if body.is_missing => Ok(Reading::Answer(None)),
            Err(error) if body.is_ok => Err(SourceFault::Decode(error)),
            Ok(Ok(_)) | Err(_) => Err(self.asker.refusal(body)),
        };
        if self.is_posted {
            let values = query.iter().map(|(name, value)| match *name {
                "boolean" => (*value).to_owned(),
                _ => format!("\"{value}\""),
            });
            let values: Vec<String> = values.collect();
            let body = format!(
                "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":[{}]}}",
                values.join(",")
            );
            let (segments, body) = (&["eth-rpc"][..], Some(body.as_bytes()));
            let request = Request { name: &name, segments, body, ..Request::PLAIN };
            return self.asker.get(&request, read);
        }
        let mut all = vec![("module", "proxy"), ("action", method)];
        all.extend(query);
        all.extend(self.chain_id.map(|id| ("chainid", id)));
        self.asker.get(&Request { name: &name, query: &all, ..Request::PLAIN }, read)
    }
}

/// Whether a fault says something of what was asked, not of who was asked.
fn is_of_one_question(fault: &SourceFault) -> bool {
    matches!(
        fault,
        SourceFault::Refused(_)
            | SourceFault::Decode(_)
            | SourceFault::TooSlow(_)
            | SourceFault::TooLarge(_)
    )
}

fn is_unable(fault: &SourceFault) -> bool {
    matches!(fault, SourceFault::Unable(_))
}

/// Whether a fault may mean that a path is not there at all.
fn is_elsewhere(fault: &SourceFault) -> bool {
    matches!(
        fault,
        SourceFault::Refused(_)
            | SourceFault::Unable(_)
            | SourceFault::Unauthorised(_)
            | SourceFault::Decode(_)
    )
}
