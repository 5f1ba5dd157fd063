//! The table of what is exposed, from what replays found.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hawkshaw_model::{
    AccountIx, Amount, AssetIx, AssetList, Ledger, PriceTable, ReadError, Timestamp, Usd,
};
use hawkshaw_trace::{Exposure, Receipt, Taken};
use rustc_hash::FxHashMap;

use crate::category::Category;
use crate::exposure::{
    Amounts, Exposed, ExposureEntry, ExposureKind, ExposureTable, PathNode, PathStep, SOURCES_MAX,
    Source, UsdAmounts,
};
use crate::query::Direction;
use crate::replay::book::BookedSource;
use crate::replay::mark::Mark;
use crate::replay::totals::Adding;

/// What one replay found.
struct Found<'a> {
    direction: Direction,
    sources: &'a [BookedSource],
    exposure: &'a Exposure,
}

/// An entry on its way: its way is that of one of the replays.
struct Item {
    direction: Direction,
    kind: ExposureKind,
    category: Category,
    source: Option<Arc<Source>>,
    /// The number of the source in its category.
    number: Option<u32>,
    sources: u32,
    asset: AssetIx,
    amounts: Amounts,
    usd: UsdAmounts,
    hops: u16,
    first_time: Timestamp,
    last_time: Timestamp,
    way: Option<(usize, u32)>,
}

/// Puts together what replays found.
pub(super) struct TableBuilder<'a> {
    ledger: &'a dyn Ledger,
    prices: Option<(&'a PriceTable, &'a AssetList)>,
    taken: &'a Taken,
    found: Vec<Found<'a>>,
}

impl<'a> TableBuilder<'a> {
    pub(super) fn new(
        ledger: &'a dyn Ledger,
        prices: Option<(&'a PriceTable, &'a AssetList)>,
        taken: &'a Taken,
    ) -> Self {
        Self { ledger, prices, taken, found: Vec::new() }
    }

    /// Adds what a replay found.
    pub(super) fn add(
        &mut self,
        direction: Direction,
        sources: &'a [BookedSource],
        exposure: &'a Exposure,
    ) {
        self.found.push(Found { direction, sources, exposure });
    }

    /// The table: what is exposed by account, the largest sources apart.
    pub(super) fn finish(self, mark: &Mark) -> Result<ExposureTable, ReadError> {
        let mut by_account: BTreeMap<AccountIx, Vec<(usize, usize)>> = BTreeMap::new();
        for (run, found) in self.found.iter().enumerate() {
            for (at, receipt) in found.exposure.receipts.iter().enumerate() {
                by_account.entry(receipt.account).or_default().push((run, at));
            }
        }
        let mut paths = Paths { table: &self, known: FxHashMap::default(), nodes: vec![] };
        let mut exposed = Vec::with_capacity(by_account.len());
        let adding = Adding { ledger: self.ledger, prices: self.prices, taken: self.taken };
        let end_of = |chain: &hawkshaw_model::ChainId| mark.end_of(chain);
        for (account, places) in by_account {
            let items = places.iter().filter_map(|(run, at)| {
                let found = self.found.get(*run)?;
                Some(item(*run, found, found.exposure.receipts.get(*at)?))
            });
            let mut items = summed_up(items.collect());
            items.sort_by_cached_key(|item| self.rank(item));
            let wanted: BTreeSet<(Direction, AssetIx)> =
                items.iter().map(|item| (item.direction, item.asset)).collect();
            let totals = adding.totals(account, &wanted, &end_of)?;
            let mut entries = Vec::with_capacity(items.len());
            for item in items {
                entries.push(self.entry(item, &mut paths)?);
            }
            exposed.push(Exposed { account: self.ledger.account(account)?, entries, totals });
        }
        exposed.sort_by(|a, b| a.account.cmp(&b.account));
        let paths = paths.nodes;
        Ok(ExposureTable { exposed, paths, as_of: mark.as_of, limits: self.limits() })
    }

    /// Limits that replays reached, each with its category and direction, each once.
    fn limits(&self) -> Vec<String> {
        let mut limits = BTreeSet::new();
        for found in &self.found {
            let category = found.sources.first().map(|source| source.source.category);
            let category = category.map_or("", Category::name);
            for limit in &found.exposure.limits {
                limits.insert(format!("{category}, {}: {limit}", found.direction));
            }
        }
        limits.into_iter().collect()
    }

    /// The order of entries: directions and kinds apart, the largest first.
    fn rank(&self, item: &Item) -> impl Ord + use<> {
        let name = item.source.as_ref().map(|s| (s.name.clone(), s.reference.clone()));
        let asset = self.ledger.asset(item.asset).to_string();
        let size = size(item.usd, &item.amounts);
        (item.direction, item.kind, size, item.category, name, item.number, asset)
    }

    fn entry(&self, item: Item, paths: &mut Paths<'_, '_>) -> Result<ExposureEntry, ReadError> {
        let path = match item.way {
            Some((run, way)) => Some(paths.number(run, way)?),
            None => None,
        };
        Ok(ExposureEntry {
            direction: item.direction,
            kind: item.kind,
            category: item.category,
            source: item.source,
            sources: item.sources,
            asset: self.ledger.asset(item.asset).clone(),
            amounts: item.amounts,
            usd: item.usd,
            hops: item.hops,
            first_time: item.first_time,
            last_time: item.last_time,
            path,
        })
    }
}

/// How large something is: in dollars where they are known, else in units; the largest is the
/// least.
fn size(usd: UsdAmounts, amounts: &Amounts) -> (Reverse<Option<Usd>>, Reverse<[Amount; 2]>) {
    let [most, haircut, _] = *amounts;
    (Reverse(usd.map(|[_, haircut, _]| haircut)), Reverse([haircut, most]))
}

fn item(run: usize, found: &Found<'_>, receipt: &Receipt) -> Item {
    let booked = receipt.source.and_then(|at| found.sources.get(usize::try_from(at).ok()?));
    let category = found.sources.first().map(|source| source.source.category);
    Item {
        direction: found.direction,
        kind: if receipt.is_direct { ExposureKind::Direct } else { ExposureKind::Indirect },
        category: category.unwrap_or(Category::Other),
        source: booked.map(|booked| Arc::clone(&booked.source)),
        number: booked.and(receipt.source),
        sources: 1,
        asset: receipt.asset,
        amounts: receipt.amounts,
        usd: receipt.usd,
        hops: receipt.hops,
        first_time: receipt.first_time,
        last_time: receipt.last_time,
        way: receipt.way.map(|way| (run, way)),
    }
}

/// The largest sources of each direction, kind and category apart, and the others as one entry
/// for each asset.
fn summed_up(items: Vec<Item>) -> Vec<Item> {
    let mut groups: BTreeMap<(Direction, ExposureKind, Category), Vec<Item>> = BTreeMap::new();
    for item in items {
        groups.entry((item.direction, item.kind, item.category)).or_default().push(item);
    }
    groups.into_values().flat_map(largest).collect()
}

fn largest(items: Vec<Item>) -> Vec<Item> {
    let mut by_source: BTreeMap<Option<u32>, Vec<Item>> = BTreeMap::new();
    for item in items {
        by_source.entry(item.number).or_default().push(item);
    }
    let unnamed = by_source.remove(&None).unwrap_or_default();
    let mut named: Vec<Vec<Item>> = by_source.into_values().collect();
    named.sort_by_cached_key(|items| {
        let usd = items.iter().map(|item| item.usd).try_fold([Usd::ZERO; 3], add_usd);
        let amounts = items.iter().fold(Amounts::default(), |sum, item| add(sum, item.amounts));
        let source = items.first().and_then(|item| item.source.clone());
        let name = source.map(|source| (source.name.clone(), source.reference.clone()));
        (size(usd, &amounts), name)
    });
    let rest = named.split_off(named.len().min(SOURCES_MAX));
    let mut kept: Vec<Item> = named.into_iter().flatten().collect();
    let mut others: BTreeMap<AssetIx, Item> = BTreeMap::new();
    for item in rest.into_iter().flatten().chain(unnamed) {
        let item = Item { source: None, number: None, ..item };
        match others.entry(item.asset) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(item);
            }
            std::collections::btree_map::Entry::Occupied(mut place) => merge(place.get_mut(), item),
        }
    }
    kept.extend(others.into_values());
    kept
}

/// Adds another source to the sum of several.
fn merge(sum: &mut Item, more: Item) {
    sum.sources = sum.sources.saturating_add(more.sources);
    sum.amounts = add(sum.amounts, more.amounts);
    sum.usd = sum.usd.and_then(|usd| add_usd(usd, more.usd));
    // The hops are those of the way that is shown; without any, at least so many.
    let rank = |item: &Item| (item.way.is_none(), item.hops);
    if rank(&more) < rank(sum) {
        (sum.hops, sum.way) = (more.hops, more.way);
    }
    sum.first_time = sum.first_time.min(more.first_time);
    sum.last_time = sum.last_time.max(more.last_time);
}

fn add(a: Amounts, b: Amounts) -> Amounts {
    std::array::from_fn(|at| a[at].saturating_add(b[at]))
}

fn add_usd(a: [Usd; 3], b: UsdAmounts) -> UsdAmounts {
    b.map(|b| std::array::from_fn(|at| a[at].saturating_add(b[at])))
}

/// The ways that entries tell, each node once.
struct Paths<'p, 'a> {
    table: &'p TableBuilder<'a>,
    known: FxHashMap<(usize, u32), u32>,
    nodes: Vec<PathNode>,
}

impl Paths<'_, '_> {
    /// The number in the table of a way of a replay.
    fn number(&mut self, run: usize, way: u32) -> Result<u32, ReadError> {
        // Nodes are added from the end of the way on, so that each knows its next.
        let Some(found) = self.table.found.get(run) else { return Ok(0) };
        let mut to_do = Vec::new();
        let mut at = Some(way);
        let mut next = None;
        while let Some(way) = at {
            if let Some(known) = self.known.get(&(run, way)) {
                next = Some(*known);
                break;
            }
            to_do.push(way);
            let node = found.exposure.ways.get(usize::try_from(way).unwrap_or(usize::MAX));
            // What a way refers to stands before it, so that this ends.
            at = node.and_then(|node| node.next).filter(|next| *next < way);
        }
        for way in to_do.into_iter().rev() {
            let node = found.exposure.ways.get(usize::try_from(way).unwrap_or(usize::MAX));
            let Some(node) = node else { continue };
            let tx = node.tx.map(|tx| self.table.ledger.transaction(tx)).transpose()?;
            let tx = tx.and_then(|tx| tx.hash);
            let account = self.table.ledger.account(node.account)?;
            let step = PathStep { account, tx, time: node.time };
            let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            self.nodes.push(PathNode { step, next });
            self.known.insert((run, way), number);
            next = Some(number);
        }
        Ok(next.unwrap_or_default())
    }
}
