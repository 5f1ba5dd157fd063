//! Where decoders put rows.

use std::sync::Arc;

use hawkshaw_chains::evm::{EventChoice, Facts, Token};
use hawkshaw_model::rows::{Extent, Leg, Rows, Transfer};
use hawkshaw_model::{AssetId, AssetList, ChainId, LedgerKind, TxHash, is_overwritten_coinbase};
use rustc_hash::FxHashMap;

use crate::cell::Cell;
use crate::decode::evm::TraceGroup;
use crate::defects::{Defect, Defects};
use crate::error::Refusal;
use crate::fields::{Fields, Read};
use crate::options::ReadOptions;
use crate::table::{Table, TableChain};
use crate::text::shown;

/// Where decoders put rows: those of one chunk, by chain, and what they share.
#[derive(Debug)]
pub(crate) struct Sink {
    file: Arc<str>,
    /// The rows of each chain that the chunk has met.
    open: Vec<Open>,
    /// Which of them the row belongs to.
    current: usize,
    /// The only chain allowed.
    only: Option<ChainId>,
    pub(crate) events: EventChoice,
    pub(crate) keeps_calldata: bool,
    pub(crate) defects: Defects,
    /// The traces of the transaction that is being read.
    pub(crate) traces: TraceGroup,
    /// The transaction of the last native transfer, the number of its root, and its sender.
    pub(crate) native_root: Option<(TxHash, u32, [u8; 20])>,
    /// What is known of assets: their decimals.
    known: AssetList,
    extent: Extent,
}

/// The rows of one chain.
#[derive(Debug)]
struct Open {
    rows: Rows,
    facts: &'static Facts,
    /// How the file writes the chain.
    name: Box<[u8]>,
    /// The assets of the chunk, by how the file writes them.
    texts: FxHashMap<Box<[u8]>, u32>,
    last: Option<(Box<[u8]>, u32)>,
    tokens: FxHashMap<[u8; 20], u32>,
    native: Option<u32>,
}

/// More chains than this in a few thousand rows are no data.
const CHAINS_MAX: usize = 256;

impl Sink {
    /// Nothing yet of a file.
    pub(crate) fn new(file: &Arc<str>, table: &Table, options: &ReadOptions) -> Self {
        let default = match table.chain {
            TableChain::Rows => None,
            other => other.default_chain(),
        };
        let mut sink = Self {
            file: Arc::clone(file),
            open: Vec::new(),
            current: 0,
            only: options.chain.clone(),
            events: options.events,
            keeps_calldata: options.calldata,
            defects: Defects::default(),
            traces: TraceGroup::default(),
            native_root: None,
            known: AssetList::built_in(),
            extent: if table.is_history { Extent::Account(None) } else { Extent::Blocks },
        };
        if let Some(chain) = options.chain.clone().or(default) {
            sink.open.push(Open::new(chain, &sink.file, &sink.extent));
        }
        sink
    }

    /// Goes to the chain that a row names.
    pub(crate) fn enter(
        &mut self,
        fields: &Fields<'_, '_>,
        field: usize,
        kind: LedgerKind,
    ) -> Result<(), Refusal> {
        let Cell::Text(name) = fields.cell(field) else {
            return match fields.cell(field) {
                Cell::Null => Err(fields.empty(field)),
                _ => Err(fields.refuse(field, "it is no text: use a CAIP-2 id such as eip155:1")),
            };
        };
        let is_known = |open: &Open| *open.name == *name;
        if self.open.get(self.current).is_some_and(is_known) {
            return Ok(());
        }
        if let Some(at) = self.open.iter().position(is_known) {
            self.current = at;
            return Ok(());
        }
        let text = fields.text(field)?;
        let chain: ChainId = text
            .parse()
            .map_err(|e: hawkshaw_model::ChainIdError| fields.refuse(field, e.to_string()))?;
        if chain.ledger_kind() != kind {
            let (has, needs) = match kind {
                LedgerKind::Accounts => ("outputs", "outputs"),
                LedgerKind::Outputs => ("accounts", "transfers"),
            };
            let reason = format!("{chain} keeps {has}: its rows need the columns of {needs}");
            return Err(fields.refuse(field, reason));
        }
        self.enter_chain(fields, field, chain, name)
    }

    /// Goes to the EVM chain whose number a row may hold.
    pub(crate) fn enter_evm(
        &mut self,
        fields: &Fields<'_, '_>,
        field: usize,
    ) -> Result<(), Refusal> {
        let Some(number) = fields.number::<u64>(field)? else {
            return Ok(());
        };
        let reference = |open: &Open| open.rows.chain.reference().parse() == Ok(number);
        if self.open.get(self.current).is_some_and(reference) {
            return Ok(());
        }
        if let Some(at) = self.open.iter().position(reference) {
            self.current = at;
            return Ok(());
        }
        let text = format!("eip155:{number}");
        let Ok(chain) = text.parse() else {
            return Err(fields.refuse(field, format!("`{number}` is no chain")));
        };
        self.enter_chain(fields, field, chain, text.as_bytes())
    }

    fn enter_chain(
        &mut self,
        fields: &Fields<'_, '_>,
        field: usize,
        chain: ChainId,
        name: &[u8],
    ) -> Result<(), Refusal> {
        if let Some(only) = self.only.as_ref().filter(|only| **only != chain) {
            let reason = format!("the row is of {chain}, and {only} was asked for");
            return Err(fields.refuse(field, reason));
        }
        if self.open.len() >= CHAINS_MAX {
            let reason = format!("the file names more than {CHAINS_MAX} chains");
            return Err(fields.refuse(field, reason));
        }
        // One chain may be written in several ways.
        self.current = match self.open.iter().position(|open| open.rows.chain == chain) {
            Some(at) => at,
            None => {
                self.open.push(Open::new(chain, &self.file, &self.extent));
                self.open.len() - 1
            }
        };
        self.open[self.current].name = name.into();
        Ok(())
    }

    /// The chain of the row.
    pub(crate) fn chain(&self) -> &ChainId {
        &self.open[self.current].rows.chain
    }

    /// What is known of it.
    pub(crate) fn facts(&self) -> &'static Facts {
        self.open[self.current].facts
    }

    /// The rows of the chain.
    pub(crate) fn rows(&mut self) -> &mut Rows {
        &mut self.open[self.current].rows
    }

    /// Takes a movement.
    pub(crate) fn transfer(&mut self, transfer: Transfer) {
        self.open[self.current].rows.transfers.push(transfer);
    }

    /// Counts a defect.
    pub(crate) fn count(&mut self, defect: Defect) {
        self.defects.count(defect);
    }

    /// Adds a leg, unless a later block wiped out its coinbase.
    pub(crate) fn push_leg(&mut self, leg: Leg) {
        let tx = leg.spot.tx.as_ref();
        if tx.is_some_and(|tx| is_overwritten_coinbase(self.chain(), leg.spot.height, tx)) {
            self.count(Defect::OverwrittenCoinbase);
        } else {
            self.rows().legs.push(leg);
        }
    }

    /// The amount of a field, a rounded one being counted.
    pub(crate) fn exact(&mut self, read: Read) -> hawkshaw_model::Amount {
        if read.is_rounded {
            self.count(Defect::RoundedAmount);
        }
        read.amount
    }

    /// The number of an asset that the file writes as its CAIP-19 id.
    pub(crate) fn asset(&mut self, fields: &Fields<'_, '_>, field: usize) -> Result<u32, Refusal> {
        let Cell::Text(text) = fields.cell(field) else {
            return match fields.cell(field) {
                Cell::Null => Err(fields.empty(field)),
                _ => Err(fields.refuse(field, "it is no text: use a CAIP-19 id")),
            };
        };
        let open = &mut self.open[self.current];
        if let Some((last, number)) = &open.last
            && **last == *text
        {
            return Ok(*number);
        }
        let number = match open.texts.get(text) {
            Some(number) => *number,
            None => {
                let asset: AssetId =
                    fields.text(field)?.parse().map_err(|e: hawkshaw_model::AssetIdError| {
                        fields.refuse(field, e.to_string())
                    })?;
                let chain = &open.rows.chain;
                let local = asset.as_str().strip_prefix(chain.as_str());
                if !local.is_some_and(|rest| rest.starts_with('/')) {
                    let reason = format!("{asset} is an asset of another chain than {chain}");
                    return Err(fields.refuse(field, reason));
                }
                let number = open.number(asset, &shown(text))?;
                open.texts.insert(text.into(), number);
                number
            }
        };
        open.last = Some((text.into(), number));
        Ok(number)
    }

    /// The number of an ERC-20 token.
    pub(crate) fn token(&mut self, contract: [u8; 20]) -> Result<u32, Refusal> {
        let open = &mut self.open[self.current];
        if let Some(number) = open.tokens.get(&contract) {
            return Ok(*number);
        }
        let hex = alloy_primitives::hex::encode(contract);
        let number = open.named(&format!("erc20:0x{hex}"))?;
        open.tokens.insert(contract, number);
        Ok(number)
    }

    /// The number of what a log moves.
    pub(crate) fn logged(&mut self, token: Token) -> Result<u32, Refusal> {
        let (namespace, contract, id) = match token {
            Token::Native => return self.native(),
            Token::Fungible(contract) => return self.token(contract),
            Token::Unique(contract, id) => ("erc721", contract, id),
            Token::Several(contract, id) => ("erc1155", contract, id),
        };
        let hex = alloy_primitives::hex::encode(contract);
        self.open[self.current].named(&format!("{namespace}:0x{hex}/{id}"))
    }

    /// The number of the native asset of an EVM chain.
    pub(crate) fn native(&mut self) -> Result<u32, Refusal> {
        let open = &mut self.open[self.current];
        if let Some(number) = open.native {
            return Ok(number);
        }
        let Some(local) = open.facts.native() else {
            let reason = format!(
                "the native asset of {} is not known here: use canonical transfers",
                open.rows.chain
            );
            return Err(Refusal::row(reason));
        };
        let number = open.named(local)?;
        open.native = Some(number);
        Ok(number)
    }

    /// How many decimals a curated asset of the chunk has.
    pub(crate) fn decimals(&self, asset: u32) -> Option<u8> {
        let assets = &self.open[self.current].rows.assets;
        let asset = assets.get(usize::try_from(asset).ok()?)?;
        self.known.get(asset).map(|info| info.decimals)
    }

    /// Hands the rows over that have come together.
    pub(crate) fn take(&mut self) -> Vec<Rows> {
        self.open.iter_mut().map(Open::take).filter(|rows| !rows.is_empty()).collect()
    }

    /// How many rows have come together.
    pub(crate) fn len(&self) -> usize {
        self.open.iter().map(|open| open.rows.len()).sum()
    }
}

impl Open {
    fn new(chain: ChainId, file: &Arc<str>, extent: &Extent) -> Self {
        Self {
            name: chain.as_str().as_bytes().into(),
            facts: Facts::of(&chain),
            rows: Rows { extent: extent.clone(), ..Rows::new(chain, Arc::clone(file)) },
            texts: FxHashMap::default(),
            last: None,
            tokens: FxHashMap::default(),
            native: None,
        }
    }

    /// Notes an asset and gives its number.
    fn number(&mut self, asset: AssetId, name: &str) -> Result<u32, Refusal> {
        let number = u32::try_from(self.rows.assets.len())
            .map_err(|_| Refusal::row(format!("too many assets before {name}")))?;
        self.rows.assets.push(asset);
        Ok(number)
    }

    /// The number of an asset of the chain by its namespace and reference.
    fn named(&mut self, local: &str) -> Result<u32, Refusal> {
        if let Some(number) = self.texts.get(local.as_bytes()) {
            return Ok(*number);
        }
        let asset = format!("{}/{local}", self.rows.chain).parse();
        let asset = asset.map_err(|e: hawkshaw_model::AssetIdError| Refusal::row(e.to_string()))?;
        let number = self.number(asset, local)?;
        self.texts.insert(local.as_bytes().into(), number);
        Ok(number)
    }

    fn take(&mut self) -> Rows {
        let empty = Rows::new(self.rows.chain.clone(), Arc::clone(&self.rows.file));
        let empty = Rows { extent: self.rows.extent.clone(), ..empty };
        self.texts.clear();
        self.last = None;
        self.tokens.clear();
        self.native = None;
        std::mem::replace(&mut self.rows, empty)
    }
}
