//! Classes 2 and 3: one receiver, corresponding assets, an amount that fits, and time.
//!
//! Rows are put together by receiver and asset, then by amount; within what may belong together
//! that way a pair is certain where it is the only one, and weighed otherwise.

use alloy_primitives::U256;

use super::amounts::range;
use super::assets::expected;
use super::component::{Component, Edge, solve};
use super::entry::Entry;
use super::habits::{Certain, Habits};
use super::pair::{Pair, Reason};
use super::queue::solve_by_amount;
use super::state::{Reach, State};

/// Pairs of one receiver that are all compared with each other.
const SMALL_GROUP_PAIRS: usize = 64;
/// Rows on a side that are weighed together; more are first told apart by amount.
const SMALL_SIDE: usize = 64;
/// Different amounts that are looked at for one amount of a deposit.
const AMOUNTS_MAX: usize = 64;

/// How many of a hundred fees of an asset are as large as one that is taken for flat.
const FLAT_PERCENT: u64 = 5;

/// Rows of one receiver in assets that correspond.
#[derive(Debug)]
struct Group {
    deposits: Vec<usize>,
    payouts: Vec<usize>,
}

/// Rows alike in everything but time and transaction.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    /// In the order of time.
    pub(crate) rows: Vec<usize>,
}

/// Pairs what identifiers left.
pub(crate) fn match_fields(state: &mut State<'_>) {
    let habits = learn(state, &groups(state));
    match_within(state, &habits);
    // What a flat fee took a large part of.
    state.reach = Reach::Flat;
    match_within(state, &habits);
}

/// Pairs what is free, with the fees that are looked for.
fn match_within(state: &mut State<'_>, habits: &Habits) {
    let groups = groups(state);
    let mut found: Vec<Pair> = Vec::new();
    let mut crowded = 0;
    for group in &groups {
        each_component(state, group, Some(habits), &mut crowded, &mut |part| match part {
            Part::Small(component) => solve(state, habits, &component, &mut found),
            Part::Large(deposits, payouts, edges) => {
                solve_by_amount(state, habits, (&deposits, &payouts), &edges, &mut found);
            }
        });
    }
    if state.reach == Reach::Flat {
        found.iter_mut().for_each(|pair| pair.reasons.push(Reason::FlatFee));
    }
    state.defects.crowded_deposits += crowded;
    take(state, found);
}

/// Adds pairs and marks the rows of those that are accepted.
pub(crate) fn take(state: &mut State<'_>, found: Vec<Pair>) {
    for pair in found {
        let marks = [state.deposits.get_mut(pair.deposit), state.payouts.get_mut(pair.payout)];
        for mark in marks.into_iter().flatten() {
            mark.taken |= pair.accepted;
            mark.weighed = true;
        }
        state.pairs.push(pair);
    }
}

/// What a group falls into.
#[derive(Debug)]
enum Part {
    /// Few rows, each pair known.
    Small(Component),
    /// Many rows: deposits and payouts by amount, and which amounts may belong together.
    Large(Vec<Bucket>, Vec<Bucket>, Vec<(usize, usize)>),
}

/// What is usual, from the pairs of class 1 and those that are alone.
fn learn(state: &State<'_>, groups: &[Group]) -> Habits {
    let mut pairs: Vec<(usize, usize)> = state
        .pairs
        .iter()
        .filter(|pair| pair.accepted)
        .map(|pair| (pair.deposit, pair.payout))
        .collect();
    let mut crowded = 0;
    for group in groups {
        each_component(state, group, None, &mut crowded, &mut |part| {
            if let Part::Small(component) = part
                && let [edge] = component.edges.as_slice()
            {
                pairs.extend(component.rows(edge));
            }
        });
    }
    let certain: Vec<Certain<'_>> = pairs
        .iter()
        .filter_map(|(d, p)| {
            let (deposit, payout) = (state.book.deposits.get(*d)?, state.book.payouts.get(*p)?);
            Some(Certain { deposit, payout, fit: state.usual(deposit, payout) })
        })
        .collect();
    Habits::of(&certain)
}

/// Rows that are free, have a receiver, an asset and an amount, and meet the other side.
fn groups(state: &State<'_>) -> Vec<Group> {
    let free = |side: Side| -> Vec<((u32, u32), usize)> {
        let (entries, marks) = match side {
            Side::Deposit => (&state.book.deposits, &state.deposits),
            Side::Payout => (&state.book.payouts, &state.payouts),
        };
        let mut rows: Vec<_> = entries
            .iter()
            .zip(marks)
            .enumerate()
            .filter(|(_, (_, mark))| !mark.taken && !mark.repeated && !mark.weighed)
            .filter_map(|(at, (entry, _))| Some((key(state, entry, side)?, at)))
            .collect();
        rows.sort_unstable_by_key(|(key, at)| (*key, entries.get(*at).map(Entry::order), *at));
        rows
    };
    let (deposits, payouts) = (free(Side::Deposit), free(Side::Payout));
    let mut groups = Vec::new();
    let mut rest = payouts.as_slice();
    for same in deposits.chunk_by(|a, b| a.0 == b.0) {
        let Some((key, _)) = same.first() else { continue };
        rest = rest.get(rest.partition_point(|row| row.0 < *key)..).unwrap_or_default();
        let theirs = rest.get(..rest.partition_point(|row| row.0 == *key)).unwrap_or_default();
        if !theirs.is_empty() {
            let of = |rows: &[((u32, u32), usize)]| rows.iter().map(|(_, at)| *at).collect();
            groups.push(Group { deposits: of(same), payouts: of(theirs) });
        }
    }
    groups
}

#[derive(Debug, Clone, Copy)]
enum Side {
    Deposit,
    Payout,
}

fn key(state: &State<'_>, entry: &Entry, side: Side) -> Option<(u32, u32)> {
    let (asset, amount) = match side {
        Side::Deposit => expected(entry),
        Side::Payout => (entry.asset, entry.amount),
    };
    let class = state.assets.class(asset);
    (entry.receiver != 0 && class != 0 && amount.is_some()).then_some((entry.receiver, class))
}

/// Hands on what may belong together, directly or through others.
fn each_component(
    state: &State<'_>,
    group: &Group,
    habits: Option<&Habits>,
    crowded: &mut u64,
    sink: &mut dyn FnMut(Part),
) {
    if group.deposits.len() * group.payouts.len() <= SMALL_GROUP_PAIRS {
        let edges = edges(state, &group.deposits, &group.payouts, habits);
        Component::split(&group.deposits, &group.payouts, &edges, &mut |part| {
            sink(Part::Small(part));
        });
        return;
    }
    let deposits = buckets(&group.deposits, |at| alike(state, at, Side::Deposit));
    let payouts = buckets(&group.payouts, |at| alike(state, at, Side::Payout));
    let links = links(state, &deposits, &payouts, habits, crowded);
    for (near, far, inner) in parts(&deposits, &payouts, &links) {
        let rows = |side: &[Bucket], entries: &[Entry]| -> Vec<usize> {
            let mut rows: Vec<usize> =
                side.iter().flat_map(|bucket| bucket.rows.iter().copied()).collect();
            rows.sort_by_key(|at| entries.get(*at).map(Entry::order));
            rows
        };
        let (d, p) = (rows(&near, &state.book.deposits), rows(&far, &state.book.payouts));
        if d.len() <= SMALL_SIDE && p.len() <= SMALL_SIDE {
            let edges = edges(state, &d, &p, habits);
            Component::split(&d, &p, &edges, &mut |part| sink(Part::Small(part)));
        } else {
            sink(Part::Large(near, far, inner));
        }
    }
}

/// Every pair of rows that may belong together.
fn edges(
    state: &State<'_>,
    deposits: &[usize],
    payouts: &[usize],
    habits: Option<&Habits>,
) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (near, d) in deposits.iter().enumerate() {
        for (far, p) in payouts.iter().enumerate() {
            if let Some(weight) = weigh(state, *d, *p, habits) {
                edges.push(Edge { near, far, weight });
            }
        }
    }
    edges
}

/// The weight of a pair that may be: the route, the time and the amount fit, and the fee is what
/// is charged.
pub(crate) fn weigh(state: &State<'_>, d: usize, p: usize, habits: Option<&Habits>) -> Option<i64> {
    let (deposit, payout) = (state.book.deposits.get(d)?, state.book.payouts.get(p)?);
    if !state.is_in_time(deposit, payout) {
        return None;
    }
    weigh_amount(state, d, p, habits)
}

fn weigh_amount(state: &State<'_>, d: usize, p: usize, habits: Option<&Habits>) -> Option<i64> {
    let (deposit, payout) = (state.book.deposits.get(d)?, state.book.payouts.get(p)?);
    if !state.is_route(d, p) {
        return None;
    }
    let fit = state.usual(deposit, payout)?;
    match habits {
        None => Some(0),
        Some(habits) => {
            let plausible = match state.reach {
                Reach::Part => habits.is_plausible(deposit, payout, fit),
                Reach::Flat => habits.is_flat(deposit, payout, fit, FLAT_PERCENT),
            };
            plausible.then(|| habits.weight(deposit, payout, fit))
        }
    }
}

/// What makes rows alike.
type Likeness = (u32, u32, u32, u32, Option<U256>, u32, u32, bool, Option<U256>);

fn alike(state: &State<'_>, at: usize, side: Side) -> Likeness {
    let (entry, id) = match side {
        Side::Deposit => (state.book.deposits.get(at), state.id_of_deposit(at)),
        Side::Payout => (state.book.payouts.get(at), state.id_of_payout(at)),
    };
    entry.map_or_else(Likeness::default, |row| {
        let id = if state.speaking.contains(&row.bridge) { id } else { 0 };
        let far = (row.far_chain, row.far_asset, row.refund, row.far_amount);
        (row.chain, row.asset, row.bridge, id, row.amount, far.0, far.1, far.2, far.3)
    })
}

/// Rows by likeness, in the order of the likeness with the amount last among equals.
fn buckets(rows: &[usize], alike: impl Fn(usize) -> Likeness) -> Vec<Bucket> {
    let mut keyed: Vec<(Likeness, usize, usize)> =
        rows.iter().enumerate().map(|(order, at)| (alike(*at), order, *at)).collect();
    keyed.sort_unstable();
    keyed
        .chunk_by(|a, b| a.0 == b.0)
        .map(|same| Bucket { rows: same.iter().map(|row| row.2).collect() })
        .collect()
}

/// Which amounts may belong together.
fn links(
    state: &State<'_>,
    deposits: &[Bucket],
    payouts: &[Bucket],
    habits: Option<&Habits>,
    crowded: &mut u64,
) -> Vec<(usize, usize)> {
    let entry = |bucket: &Bucket| bucket.rows.first().and_then(|p| state.book.payouts.get(*p));
    // Payouts of one asset, by amount.
    let mut sorted: Vec<(u32, U256, usize)> = payouts
        .iter()
        .enumerate()
        .filter_map(|(at, bucket)| {
            let row = entry(bucket)?;
            Some((row.asset, row.amount?, at))
        })
        .collect();
    sorted.sort_unstable();
    let mut links = Vec::new();
    for (near, bucket) in deposits.iter().enumerate() {
        let Some(d) = bucket.rows.first() else { continue };
        let Some(deposit) = state.book.deposits.get(*d) else { continue };
        let (asset, Some(amount)) = expected(deposit) else { continue };
        for of_asset in sorted.chunk_by(|a, b| a.0 == b.0) {
            let Some((far_asset, _, _)) = of_asset.first() else { continue };
            let scale = state.assets.scale(asset, *far_asset);
            let Some((low, high)) =
                scale.and_then(|scale| range(amount, scale, state.reach.fee_ppm_max()))
            else {
                continue;
            };
            let from = of_asset.partition_point(|row| row.1 < low);
            let to = of_asset.partition_point(|row| row.1 <= high);
            let window = of_asset.get(from..to).unwrap_or_default();
            *crowded += u64::from(window.len() > AMOUNTS_MAX);
            // The largest first: those with the smallest fee.
            for (_, _, far) in window.iter().rev().take(AMOUNTS_MAX) {
                let p = payouts.get(*far).and_then(|bucket| bucket.rows.first());
                if p.is_some_and(|p| weigh_amount(state, *d, *p, habits).is_some()) {
                    links.push((near, *far));
                }
            }
        }
    }
    links
}

/// A part: its buckets on both sides, and the links between them by their new places.
type Linked = (Vec<Bucket>, Vec<Bucket>, Vec<(usize, usize)>);

/// Buckets that hang together.
fn parts(deposits: &[Bucket], payouts: &[Bucket], links: &[(usize, usize)]) -> Vec<Linked> {
    let marked: Vec<Edge> =
        links.iter().map(|(near, far)| Edge { near: *near, far: *far, weight: 0 }).collect();
    let (near, far): (Vec<usize>, Vec<usize>) =
        ((0..deposits.len()).collect(), (0..payouts.len()).collect());
    let mut parts = Vec::new();
    Component::split(&near, &far, &marked, &mut |part| {
        let of = |side: &[Bucket], places: &[usize]| -> Vec<Bucket> {
            places.iter().filter_map(|at| side.get(*at)).cloned().collect()
        };
        let inner = part.edges.iter().map(|edge| (edge.near, edge.far)).collect();
        parts.push((of(deposits, &part.deposits), of(payouts, &part.payouts), inner));
    });
    parts
}
