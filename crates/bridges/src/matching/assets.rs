//! Which assets of two chains stand for each other, and by how many decimals they differ.
//!
//! Said by the user (a token map), by the names of assets (one contract address or native coin
//! on both chains, one symbol on the built-in list), or learned: a receiver who is paid the very
//! digits that were deposited for it shows that the two assets correspond.

use alloy_primitives::U256;
use hawkshaw_model::AssetList;
use rustc_hash::{FxHashMap, FxHashSet};

use super::amounts::{SCALE_MAX, digits, telling_digits};
use super::entry::{Book, Entry};
use super::names::Names;
use super::state::CLOCK_SKEW;
use super::token_map::TokenMap;

/// Digits that must agree, summed over receivers, before two assets are taken to correspond:
/// that they agree by chance is then one in a thousand million.
const PROOF_DIGITS: u64 = 9;
/// What one receiver with many rows can say at most.
const VOICE_MAX: u64 = 45;
/// Payouts after a deposit that it is compared with. Receivers with more rows have many that
/// agree by chance: of them round amounts say nothing.
const ROWS_OF_RECEIVER_MAX: usize = 8;
/// Seconds between a deposit and a payout that may teach which assets correspond.
const LEARNING_SECONDS: i64 = 7 * 86_400;
/// Millionths that a payout may be short of its deposit to teach about assets.
const LEARNING_FEE_PPM: u64 = 10_000;

/// What corresponds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assets {
    /// By number of a name: the representative of its class.
    class: Vec<u32>,
    /// By near and far asset: how many decimals the far one has more.
    scale: FxHashMap<(u32, u32), i8>,
    /// By class: the chains on which the user's map knows it.
    mapped: FxHashMap<u32, FxHashSet<u32>>,
    /// The chain of each asset, by number of its name.
    chain: FxHashMap<u32, u32>,
}

/// How often two assets were seen to agree: by near asset, far asset and scale.
type Votes = FxHashMap<(u32, u32, i8), u64>;

impl Assets {
    /// Works it out from a map, names and rows.
    pub(crate) fn of(book: &mut Book, map: &TokenMap, with_ids: bool) -> Self {
        let mut assets = Self::default();
        for (a, b) in map.pairs() {
            book.names.number(a);
            book.names.number(b);
        }
        assets.find_chains(book);
        for (a, b) in map.pairs() {
            if let (Some(a), Some(b)) = (book.names.known(a), book.names.known(b)) {
                for asset in [a, b] {
                    let (class, chain) = (assets.class(asset), assets.chain_of(asset));
                    assets.mapped.entry(class).or_default().insert(chain);
                }
                assets.join(a, b);
            }
        }
        assets.join_by_name(book);
        let votes = votes(book, with_ids);
        assets.learn_classes(&book.names, &votes);
        assets.learn_scales(&book.names, &votes);
        assets
    }

    /// The class of an asset; 0 where the asset is unknown.
    pub(crate) fn class(&self, asset: u32) -> u32 {
        let mut at = asset;
        while let Some(parent) = self.class.get(index(at)).filter(|parent| **parent != at) {
            at = *parent;
        }
        at
    }

    /// How many more decimals the far asset has, where the two correspond.
    pub(crate) fn scale(&self, near: u32, far: u32) -> Option<i8> {
        if near == 0 || far == 0 || self.class(near) != self.class(far) {
            return None;
        }
        Some(self.scale.get(&(near, far)).copied().unwrap_or(0))
    }

    /// The same, where rows or the built-in list tell; both being one asset counts too.
    pub(crate) fn known_scale(&self, near: u32, far: u32) -> Option<i8> {
        if near == far && near != 0 {
            return Some(0);
        }
        self.scale(near, far).filter(|_| self.scale.contains_key(&(near, far)))
    }

    /// Whether the user's map says what an asset is on the chain of another, and it is not that.
    pub(crate) fn is_denied(&self, near: u32, far: u32) -> bool {
        near != 0
            && far != 0
            && self.class(near) != self.class(far)
            && self.is_mapped(near, self.chain_of(near))
            && self.is_mapped(far, self.chain_of(far))
    }

    /// Whether the user's map says what stands for an asset on a chain.
    fn is_mapped(&self, asset: u32, chain: u32) -> bool {
        self.mapped.get(&self.class(asset)).is_some_and(|chains| chains.contains(&chain))
    }

    fn chain_of(&self, asset: u32) -> u32 {
        self.chain.get(&asset).copied().unwrap_or(0)
    }

    /// The chain of every name that is an asset, read off the asset itself.
    fn find_chains(&mut self, book: &mut Book) {
        let chains: Vec<Option<Box<str>>> = book
            .names
            .texts()
            .map(|text| text.split_once('/').map(|(chain, _)| Box::from(chain)))
            .collect();
        for (at, chain) in chains.into_iter().enumerate() {
            if let (Some(chain), Ok(at)) = (chain, u32::try_from(at)) {
                let chain = book.names.number(&chain);
                self.chain.insert(at, chain);
            }
        }
        self.class = (0..).take(book.names.texts().count()).collect();
    }

    fn join(&mut self, a: u32, b: u32) {
        let (near, far) = (self.class(a), self.class(b));
        let (root, other) = (near.min(far), near.max(far));
        // Whatever was asked for points at the root, so that no chain of parents grows long.
        for at in [other, a, b] {
            if let Some(class) = self.class.get_mut(index(at)) {
                *class = root;
            }
        }
        if root != other
            && let Some(chains) = self.mapped.remove(&other)
        {
            self.mapped.entry(root).or_default().extend(chains);
        }
    }

    /// Joins what the user's map leaves open between the two.
    fn join_unmapped(&mut self, a: u32, b: u32) {
        if self.is_mapped(a, self.chain_of(b)) || self.is_mapped(b, self.chain_of(a)) {
            return;
        }
        self.join(a, b);
    }

    /// One contract or coin on several chains, and one symbol on the built-in list.
    fn join_by_name(&mut self, book: &Book) {
        let list = AssetList::built_in();
        let mut named: Vec<(String, &str, u32)> = Vec::new();
        for (at, text) in (0u32..).zip(book.names.texts()) {
            let Some((_, local)) = text.split_once('/') else { continue };
            let symbol = text.parse().ok().and_then(|id| list.get(&id).map(|info| &info.symbol));
            named.push((format!("/{local}"), text, at));
            named.extend(symbol.map(|symbol| (plain(symbol).to_owned(), text, at)));
        }
        named.sort_unstable();
        for same in named.chunk_by(|a, b| a.0 == b.0) {
            for two in same.windows(2) {
                self.join_unmapped(two[0].2, two[1].2);
            }
        }
    }

    /// Joins assets of which each is by far the likeliest partner of the other on its chain.
    fn learn_classes(&mut self, names: &Names, votes: &Votes) {
        let mut pairs: FxHashMap<(u32, u32), u64> = FxHashMap::default();
        let mut toward: FxHashMap<(u32, u32), u64> = FxHashMap::default();
        for ((a, b, _), count) in votes_in_order(votes) {
            *pairs.entry((a, b)).or_default() += count;
            *toward.entry((a, self.chain_of(b))).or_default() += count;
            *toward.entry((b, self.chain_of(a))).or_default() += count;
        }
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_unstable_by_key(|((a, b), count)| {
            (std::cmp::Reverse(*count), names.text(*a), names.text(*b))
        });
        for ((a, b), count) in pairs {
            let all = |of: u32, on: u32| toward.get(&(of, on)).copied().unwrap_or(0);
            let rival = all(a, self.chain_of(b)).max(all(b, self.chain_of(a)));
            if count >= PROOF_DIGITS && count.saturating_mul(5) >= rival.saturating_mul(4) {
                self.join_unmapped(a, b);
            }
        }
    }

    /// The decimals of the built-in list where it knows both, else what most rows agree on.
    fn learn_scales(&mut self, names: &Names, votes: &Votes) {
        let list = AssetList::built_in();
        let known = |asset: u32| {
            let id = names.text(asset).parse().ok()?;
            list.get(&id).map(|info| i16::from(info.decimals))
        };
        let mut best: FxHashMap<(u32, u32), (u64, i8)> = FxHashMap::default();
        for ((a, b, scale), count) in votes_in_order(votes) {
            if self.class(a) != self.class(b) {
                continue;
            }
            let entry = best.entry((a, b)).or_insert((0, 0));
            let is_better = count > entry.0
                || (count == entry.0 && scale.unsigned_abs() < entry.1.unsigned_abs());
            if is_better {
                *entry = (count, scale);
            }
        }
        let mut best: Vec<_> = best.into_iter().collect();
        best.sort_unstable();
        for ((a, b), (_, learned)) in best {
            let listed = known(a).zip(known(b)).and_then(|(a, b)| i8::try_from(b - a).ok());
            let scale = listed.unwrap_or(learned);
            self.scale.insert((a, b), scale);
            self.scale.entry((b, a)).or_insert(-scale);
        }
        self.list_scales(names, known);
    }

    /// Scales of listed assets that no row taught.
    fn list_scales(&mut self, names: &Names, known: impl Fn(u32) -> Option<i16>) {
        let count = u32::try_from(names.texts().count()).unwrap_or(u32::MAX);
        let listed: Vec<(u32, i16)> = (0..count)
            .filter(|at| self.chain.contains_key(at))
            .filter_map(|at| Some((at, known(at)?)))
            .collect();
        for (a, decimals) in &listed {
            for (b, others) in &listed {
                if self.class(*a) == self.class(*b)
                    && let Ok(scale) = i8::try_from(others - decimals)
                {
                    self.scale.insert((*a, *b), scale);
                }
            }
        }
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A symbol without what marks a bridged or wrapped form of the same asset.
fn plain(symbol: &str) -> &str {
    match symbol {
        "WETH" => "ETH",
        "WBNB" => "BNB",
        "WBTC" => "BTC",
        other => other.strip_suffix(".e").unwrap_or(other),
    }
}

fn votes_in_order(votes: &Votes) -> Vec<((u32, u32, i8), u64)> {
    let mut all: Vec<_> = votes.iter().map(|(key, count)| (*key, *count)).collect();
    all.sort_unstable();
    all
}

/// What rows say: those of one receiver that follow each other, and those of one identifier.
fn votes(book: &Book, with_ids: bool) -> Votes {
    let mut votes = Votes::default();
    if with_ids {
        votes_of_ids(book, &mut votes);
    }
    let deposits = by_receiver(&book.deposits);
    let payouts = by_receiver(&book.payouts);
    let mut rest = payouts.as_slice();
    let mut of_receiver = Votes::default();
    for group in deposits.chunk_by(|a, b| a.receiver == b.receiver) {
        let receiver = group.first().map_or(0, |row| row.receiver);
        rest = rest.get(rest.partition_point(|row| row.receiver < receiver)..).unwrap_or_default();
        let theirs = rest.partition_point(|row| row.receiver == receiver);
        let theirs = rest.get(..theirs).unwrap_or_default();
        let few = group.len() <= ROWS_OF_RECEIVER_MAX && theirs.len() <= ROWS_OF_RECEIVER_MAX;
        of_receiver.clear();
        for deposit in group {
            let from = theirs.partition_point(|row| row.time < deposit.time - CLOCK_SKEW);
            let near = theirs.get(from..).unwrap_or_default().iter().take(ROWS_OF_RECEIVER_MAX);
            for payout in near {
                if let Some((scale, weight)) = agreement(deposit, payout, few) {
                    let key = (deposit.asset, payout.asset, scale);
                    let count = of_receiver.entry(key).or_default();
                    // Who does the same again and again is heard once.
                    *count =
                        if few { weight.max(*count) } else { (weight + *count).min(VOICE_MAX) };
                }
            }
        }
        for (key, weight) in votes_in_order(&of_receiver) {
            *votes.entry(key).or_default() += weight;
        }
    }
    votes
}

/// What rows with one identifier say: by far the most.
fn votes_of_ids(book: &Book, votes: &mut Votes) {
    let by_id = |entries: &'_ [Entry]| -> Vec<(u32, u32, usize)> {
        let named = entries.iter().enumerate().filter(|(_, row)| row.id != 0);
        let mut rows: Vec<_> = named.map(|(at, row)| (row.bridge, row.id, at)).collect();
        rows.sort_unstable();
        rows
    };
    let (deposits, payouts) = (by_id(&book.deposits), by_id(&book.payouts));
    for same in deposits.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let [(bridge, id, d)] = same else { continue };
        let from = payouts.partition_point(|row| (row.0, row.1) < (*bridge, *id));
        let rest = payouts.get(from..).unwrap_or_default();
        let to = rest.partition_point(|row| (row.0, row.1) == (*bridge, *id));
        let Some([(_, _, p)]) = rest.get(..to) else { continue };
        if let (Some(deposit), Some(payout)) = (book.deposits.get(*d), book.payouts.get(*p))
            && let Some((scale, weight)) = agreement(deposit, payout, true)
        {
            *votes.entry((deposit.asset, payout.asset, scale)).or_default() += 4 * weight;
        }
    }
}

fn by_receiver(entries: &[Entry]) -> Vec<&Entry> {
    let told = |entry: &&Entry| entry.receiver != 0 && entry.asset != 0 && entry.amount.is_some();
    let mut rows: Vec<&Entry> = entries.iter().filter(told).collect();
    rows.sort_unstable_by_key(|row| (row.receiver, row.order()));
    rows
}

/// By how many decimals two amounts differ that agree otherwise, and how much that tells. Of rows
/// of which there are many, those with round amounts tell nothing.
fn agreement(deposit: &Entry, payout: &Entry, few: bool) -> Option<(i8, u64)> {
    let wait = payout.time.saturating_sub(deposit.time);
    let is_apart =
        deposit.chain != payout.chain && (-CLOCK_SKEW..=LEARNING_SECONDS).contains(&wait);
    let other_bridge = deposit.bridge != payout.bridge && deposit.bridge != 0 && payout.bridge != 0;
    if !is_apart || other_bridge || deposit.asset == 0 || payout.asset == 0 {
        return None;
    }
    let (near, near_count) = digits(deposit.amount?)?;
    let (far, far_count) = digits(payout.amount?)?;
    let scale = |more: i16| {
        let scale = i8::try_from(far_count - near_count + more).ok()?;
        (scale.unsigned_abs() <= SCALE_MAX.unsigned_abs()).then_some(scale)
    };
    let telling = u64::from(telling_digits(near));
    if near == far {
        let weight = if few { telling } else { telling.saturating_sub(2) };
        return (weight > 0).then_some((scale(0)?, weight));
    }
    // Nearly the same: a fee of the bridge. It tells little, whatever its digits.
    let (wide, more) = if far > near { (u128::from(near) * 10, 1) } else { (u128::from(near), 0) };
    let fee = (wide - u128::from(far)).saturating_mul(1_000_000) / wide.max(1);
    if fee > u128::from(LEARNING_FEE_PPM) || (telling < 4 && !few) {
        return None;
    }
    let weight = 1 + u64::from(telling >= 5) + u64::from(wait <= 3_600);
    Some((scale(more)?, weight))
}

/// The amount that a payout of this deposit is compared with, and the asset that it is in.
pub(crate) fn expected(deposit: &Entry) -> (u32, Option<U256>) {
    match (deposit.far_asset, deposit.far_amount) {
        (0, _) => (deposit.asset, deposit.amount),
        (asset, Some(amount)) => (asset, Some(amount)),
        (asset, None) => (asset, None),
    }
}
