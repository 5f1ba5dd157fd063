//! What many entries share: lists, chains, assets, sources; and what the index covers.

use std::collections::BTreeMap;
use std::sync::Arc;

use hawkshaw_model::{AssetId, ChainId};
use rustc_hash::FxHashMap;

use crate::category::Category;
use crate::coverage::{ChainCoverage, Coverage};
use crate::exposure::Source;
use crate::index::code::{Reader, put, put_len, put_text, put_text_or_none, put_time};
use crate::index::error::IndexError;
use crate::listing::{ListInfo, ListKind};
use crate::shapes::Shapes;

/// The tables of an index that was opened.
#[derive(Debug, Default)]
pub(super) struct Tables {
    lists: Vec<Arc<ListInfo>>,
    chains: Vec<ChainId>,
    assets: Vec<AssetId>,
    sources: Vec<Arc<Source>>,
    pub(super) coverage: Coverage,
    pub(super) origin: String,
}

impl Tables {
    pub(super) fn lists(&self) -> &[Arc<ListInfo>] {
        &self.lists
    }

    pub(super) fn list_at(&self, number: u32) -> Option<&Arc<ListInfo>> {
        self.lists.get(usize::try_from(number).ok()?)
    }

    pub(super) fn chain_at(&self, number: u32) -> Option<&ChainId> {
        self.chains.get(usize::try_from(number).ok()?)
    }

    /// The chain whose number stands next.
    pub(super) fn chain(&self, reader: &mut Reader<'_>) -> Result<&ChainId, IndexError> {
        let number: u32 = reader.number()?;
        self.chain_at(number).ok_or_else(|| reader.damaged("it names a chain that it has not"))
    }

    /// The asset whose number stands next.
    pub(super) fn asset(&self, reader: &mut Reader<'_>) -> Result<AssetId, IndexError> {
        let number: usize = reader.number()?;
        let asset = self.assets.get(number).cloned();
        asset.ok_or_else(|| reader.damaged("it names an asset that it has not"))
    }

    /// The source whose number stands next.
    pub(super) fn source(&self, reader: &mut Reader<'_>) -> Result<Arc<Source>, IndexError> {
        let number: usize = reader.number()?;
        let source = self.sources.get(number).cloned();
        source.ok_or_else(|| reader.damaged("it names a source that it has not"))
    }

    /// Reads the tables.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, IndexError> {
        let mut tables = Self { origin: reader.text()?.to_owned(), ..Self::default() };
        for _ in 0..reader.count()? {
            tables.chains.push(parsed(reader)?);
        }
        for _ in 0..reader.count()? {
            tables.lists.push(Arc::new(read_list(reader)?));
        }
        for _ in 0..reader.count()? {
            tables.assets.push(parsed(reader)?);
        }
        for _ in 0..reader.count()? {
            tables.sources.push(Arc::new(read_source(reader)?));
        }
        for _ in 0..reader.count()? {
            let chain = tables.chain(reader)?.clone();
            let coverage = read_coverage(reader)?;
            tables.coverage.insert(chain, coverage);
        }
        for _ in 0..reader.count()? {
            tables.coverage.add_note(reader.text()?);
        }
        if reader.is_at_end() { Ok(tables) } else { Err(reader.damaged("its tables are too long")) }
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    reader: &mut Reader<'_>,
) -> Result<T, IndexError> {
    let text = reader.text()?;
    text.parse().map_err(|error: T::Err| reader.damaged(error.to_string()))
}

fn read_list(reader: &mut Reader<'_>) -> Result<ListInfo, IndexError> {
    let id = parsed(reader)?;
    let name = reader.text()?.to_owned();
    let kind: ListKind = parsed(reader)?;
    let edition = if reader.flag()? { Some(reader.time()?) } else { None };
    Ok(ListInfo { id, name, kind, edition })
}

fn put_list(out: &mut Vec<u8>, list: &ListInfo) {
    put_text(out, list.id.as_str());
    put_text(out, &list.name);
    put_text(out, list.kind.as_str());
    out.push(u8::from(list.edition.is_some()));
    if let Some(edition) = list.edition {
        put_time(out, edition);
    }
}

fn read_source(reader: &mut Reader<'_>) -> Result<Source, IndexError> {
    let name = reader.text()?.to_owned();
    let category = Category::from_id(reader.byte()?);
    let category = category.ok_or_else(|| reader.damaged("a source is of no category"))?;
    let case = match reader.text_or_none()? {
        Some(text) => Some(text.parse().map_err(|_| reader.damaged("a case has no id"))?),
        None => None,
    };
    let actor = reader.text_or_none()?.map(str::to_owned);
    let reference = reader.text()?.to_owned();
    let confidence = reader.byte()?;
    Ok(Source { name, category, case, actor, reference, confidence })
}

fn put_source(out: &mut Vec<u8>, source: &Source) {
    put_text(out, &source.name);
    out.push(source.category.id());
    put_text_or_none(out, source.case.as_ref().map(hawkshaw_model::CaseId::as_str));
    put_text_or_none(out, source.actor.as_deref());
    put_text(out, &source.reference);
    out.push(source.confidence);
}

fn read_coverage(reader: &mut Reader<'_>) -> Result<ChainCoverage, IndexError> {
    let listings = reader.number()?;
    let (is_undated, has_sanctions) = (reader.flag()?, reader.flag()?);
    let mut words = [0; 6];
    for word in &mut words {
        *word = reader.number()?;
    }
    let shapes = Shapes::of_words(words);
    let listed_since = if reader.flag()? { Some(reader.time()?) } else { None };
    let ledger = if reader.flag()? { Some((reader.time()?, reader.time()?)) } else { None };
    Ok(ChainCoverage { listings, is_undated, listed_since, shapes, has_sanctions, ledger })
}

fn put_coverage(out: &mut Vec<u8>, coverage: &ChainCoverage) {
    put(out, coverage.listings.into());
    out.extend([coverage.is_undated, coverage.has_sanctions].map(u8::from));
    coverage.shapes.words().for_each(|word| put(out, word.into()));
    out.push(u8::from(coverage.listed_since.is_some()));
    if let Some(since) = coverage.listed_since {
        put_time(out, since);
    }
    out.push(u8::from(coverage.ledger.is_some()));
    if let Some((from, to)) = coverage.ledger {
        put_time(out, from);
        put_time(out, to);
    }
}

/// The tables of an index that is made: numbers are given in the order in which things come.
#[derive(Debug, Default)]
pub(super) struct NewTables {
    lists: BTreeMap<Arc<ListInfo>, u32>,
    list_order: Vec<Arc<ListInfo>>,
    chains: FxHashMap<ChainId, u32>,
    chain_order: Vec<ChainId>,
    assets: FxHashMap<AssetId, u32>,
    asset_order: Vec<AssetId>,
    sources: FxHashMap<Box<[u8]>, u32>,
    source_order: Vec<Arc<Source>>,
    pub(super) coverage: Coverage,
    pub(super) origin: String,
    scratch: Vec<u8>,
}

fn next(count: usize) -> Result<u32, IndexError> {
    u32::try_from(count)
        .map_err(|_| IndexError::TooLarge("2^32 lists, chains or assets".to_owned()))
}

impl NewTables {
    pub(super) fn list(&mut self, list: &Arc<ListInfo>) -> Result<u32, IndexError> {
        if let Some(number) = self.lists.get(list) {
            return Ok(*number);
        }
        let number = next(self.list_order.len())?;
        self.lists.insert(Arc::clone(list), number);
        self.list_order.push(Arc::clone(list));
        Ok(number)
    }

    pub(super) fn chain(&mut self, chain: &ChainId) -> Result<u32, IndexError> {
        if let Some(number) = self.chains.get(chain) {
            return Ok(*number);
        }
        let number = next(self.chain_order.len())?;
        self.chains.insert(chain.clone(), number);
        self.chain_order.push(chain.clone());
        Ok(number)
    }

    pub(super) fn asset(&mut self, asset: &AssetId) -> Result<u32, IndexError> {
        if let Some(number) = self.assets.get(asset) {
            return Ok(*number);
        }
        let number = next(self.asset_order.len())?;
        self.assets.insert(asset.clone(), number);
        self.asset_order.push(asset.clone());
        Ok(number)
    }

    pub(super) fn source(&mut self, source: &Arc<Source>) -> Result<u32, IndexError> {
        self.scratch.clear();
        put_source(&mut self.scratch, source);
        if let Some(number) = self.sources.get(self.scratch.as_slice()) {
            return Ok(*number);
        }
        let number = next(self.source_order.len())?;
        self.sources.insert(self.scratch.as_slice().into(), number);
        self.source_order.push(Arc::clone(source));
        Ok(number)
    }

    /// The tables as bytes.
    pub(super) fn write(&mut self) -> Result<Vec<u8>, IndexError> {
        let covered: Vec<(ChainId, ChainCoverage)> =
            self.coverage.chains().map(|(chain, known)| (chain.clone(), known.clone())).collect();
        let mut numbered = Vec::with_capacity(covered.len());
        for (chain, known) in &covered {
            numbered.push((self.chain(chain)?, known));
        }
        let mut out = Vec::new();
        put_text(&mut out, &self.origin);
        put_len(&mut out, self.chain_order.len());
        self.chain_order.iter().for_each(|chain| put_text(&mut out, chain.as_str()));
        put_len(&mut out, self.list_order.len());
        self.list_order.iter().for_each(|list| put_list(&mut out, list));
        put_len(&mut out, self.asset_order.len());
        self.asset_order.iter().for_each(|asset| put_text(&mut out, asset.as_str()));
        put_len(&mut out, self.source_order.len());
        self.source_order.iter().for_each(|source| put_source(&mut out, source));
        put_len(&mut out, numbered.len());
        for (chain, known) in numbered {
            put(&mut out, chain.into());
            put_coverage(&mut out, known);
        }
        put_len(&mut out, self.coverage.notes().len());
        self.coverage.notes().iter().for_each(|note| put_text(&mut out, note));
        Ok(out)
    }
}
