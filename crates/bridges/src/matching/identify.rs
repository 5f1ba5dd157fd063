//! Class 1: both sides carry the same identifier, and nothing contradicts it.

use alloy_primitives::U256;
use hawkshaw_model::LinkClass;
use rustc_hash::FxHashMap;

use super::amounts::{FEE_PPM_MAX, Fit, fit};
use super::entry::Entry;
use super::pair::{Pair, Reason};
use super::receiver::is_comparable;
use super::state::{State, Void};

/// Seconds by which a payout may be earlier than the deposit whose identifier it carries: clocks
/// disagree, and some data keep the time of an import.
const EARLY_SECONDS: i64 = 3_600;
/// How much more than the deposit may come out, in millionths: pools that lack an asset pay a
/// reward to whoever brings it.
const REWARD_PPM: i64 = 10_000;
/// A protocol of which at least this many identifiers contradict, and by far most, numbers its
/// two sides apart.
const UNUSABLE_MIN: u64 = 20;
/// By how much those that contradict must outnumber the others then.
const UNUSABLE_RATIO: u64 = 4;

/// Pairs with a usual fee from which on a payout of a small part is doubted.
const USUAL_MIN: u64 = 20;

/// Deposits and payouts that carry one identifier.
type Block = (Vec<usize>, Vec<usize>);

/// Pairs rows by identifier.
pub(crate) fn identify(state: &mut State<'_>) {
    if state.options.ignore_ids {
        return;
    }
    let blocks = blocks(state);
    let mut found: Vec<Verdict> = blocks.iter().map(|block| judge(state, block)).collect();
    doubt(state, &mut found);
    let mut tally: FxHashMap<u32, (u64, u64)> = FxHashMap::default();
    for (block, verdict) in blocks.iter().zip(&found) {
        let count = tally.entry(bridge_of(state, block)).or_default();
        count.0 += len(&verdict.linked);
        count.1 += len(&verdict.contradicted);
    }
    let is_unusable = |bridge: u32| {
        let (linked, contradicted) = tally.get(&bridge).copied().unwrap_or_default();
        contradicted >= UNUSABLE_MIN && contradicted > linked.saturating_mul(UNUSABLE_RATIO)
    };
    for (block, verdict) in blocks.iter().zip(found) {
        if is_unusable(bridge_of(state, block)) {
            void(state, block, Void::Contradicted);
        } else {
            settle(state, block, verdict);
        }
    }
    state.defects.unusable_protocols =
        len(&tally.keys().filter(|bridge| is_unusable(**bridge)).collect::<Vec<_>>());
}

/// What an identifier says.
#[derive(Debug, Default)]
struct Verdict {
    linked: Vec<(usize, usize)>,
    contradicted: Vec<(usize, usize, Reason)>,
    duplicated: bool,
    overpaid: bool,
}

impl Verdict {
    /// The pair, where the identifier makes no other.
    fn only(&self) -> Option<(usize, usize)> {
        match self.linked.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }
}

fn len<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

fn bridge_of(state: &State<'_>, block: &Block) -> u32 {
    block.0.first().and_then(|d| state.book.deposits.get(*d)).map_or(0, |entry| entry.bridge)
}

/// Rows by protocol and identifier, of those that at least one deposit carries.
fn blocks(state: &State<'_>) -> Vec<Block> {
    let mut rows: Vec<(u32, u32, bool, usize)> = Vec::new();
    let sides = [(&state.book.deposits, &state.deposits), (&state.book.payouts, &state.payouts)];
    for ((entries, marks), is_payout) in sides.into_iter().zip([false, true]) {
        let told = entries.iter().zip(marks.iter()).enumerate();
        let told = told.filter(|(_, (entry, mark))| entry.id != 0 && !mark.repeated);
        rows.extend(told.map(|(at, (entry, _))| (entry.bridge, entry.id, is_payout, at)));
    }
    rows.sort_unstable();
    let mut blocks = Vec::new();
    for group in rows.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let cut = group.partition_point(|row| !row.2);
        let (deposits, payouts) = group.split_at(cut);
        if deposits.len() > 1 || (!deposits.is_empty() && !payouts.is_empty()) {
            let of = |rows: &[(u32, u32, bool, usize)]| rows.iter().map(|row| row.3).collect();
            blocks.push((of(deposits), of(payouts)));
        }
    }
    blocks
}

fn judge(state: &State<'_>, block: &Block) -> Verdict {
    let (deposits, payouts) = block;
    match deposits.as_slice() {
        [one] => judge_one(state, *one, payouts),
        several => judge_several(state, several, payouts),
    }
}

fn judge_one(state: &State<'_>, d: usize, payouts: &[usize]) -> Verdict {
    let mut verdict = Verdict::default();
    for p in payouts {
        match contradiction(state, d, *p) {
            Some(reason) => verdict.contradicted.push((d, *p, reason)),
            None => verdict.linked.push((d, *p)),
        }
    }
    if verdict.linked.len() > 1 && is_overpaid(state, d, &verdict.linked) {
        verdict.linked.clear();
        verdict.overpaid = true;
    }
    verdict
}

/// Deposits of one chain that carry one identifier prove nothing. On several chains the
/// identifier counts for each: then everything else must leave one deposit for each payout.
fn judge_several(state: &State<'_>, deposits: &[usize], payouts: &[usize]) -> Verdict {
    /// Rows of one identifier that are compared with each other.
    const ROWS_MAX: usize = 256;
    let mut chains: Vec<u32> =
        deposits.iter().filter_map(|d| state.book.deposits.get(*d)).map(|row| row.chain).collect();
    chains.sort_unstable();
    chains.dedup();
    let duplicated = chains.len() < deposits.len();
    let mut verdict = Verdict { duplicated, ..Verdict::default() };
    if duplicated || deposits.len() * payouts.len() > ROWS_MAX * ROWS_MAX {
        return verdict;
    }
    for p in payouts {
        let fits: Vec<usize> =
            deposits.iter().copied().filter(|d| is_telling(state, *d, *p)).collect();
        match fits.as_slice() {
            [one] => verdict.linked.push((*one, *p)),
            [] => {}
            _ => {
                verdict.linked.clear();
                verdict.duplicated = true;
                return verdict;
            }
        }
    }
    let mut used: Vec<usize> = verdict.linked.iter().map(|(d, _)| *d).collect();
    used.sort_unstable();
    for group in used.chunk_by(|a, b| a == b).filter(|group| group.len() > 1) {
        let Some(d) = group.first() else { continue };
        let theirs: Vec<_> = verdict.linked.iter().copied().filter(|(of, _)| of == d).collect();
        verdict.overpaid |= is_overpaid(state, *d, &theirs);
    }
    if verdict.overpaid {
        verdict.linked.clear();
    }
    verdict
}

/// Where nearly every payout of two assets is its deposit less a small fee, one that is much less
/// is none: its identifier was mistaken.
fn doubt(state: &State<'_>, found: &mut [Verdict]) {
    let lane = |(d, p): (usize, usize)| {
        let (deposit, payout) = (state.book.deposits.get(d)?, state.book.payouts.get(p)?);
        comparable(state, deposit, payout)?;
        let fit = state.fit(deposit, payout)?;
        let lane = (deposit.bridge, deposit.asset, payout.asset);
        Some((lane, fit.is_within(FEE_PPM_MAX)))
    };
    let mut lanes: FxHashMap<(u32, u32, u32), (u64, u64)> = FxHashMap::default();
    for pair in found.iter().filter_map(Verdict::only) {
        if let Some((lane, usual)) = lane(pair) {
            let count = lanes.entry(lane).or_default();
            count.0 += u64::from(usual);
            count.1 += 1;
        }
    }
    for verdict in found {
        let Some(pair) = verdict.only() else { continue };
        let Some((lane, false)) = lane(pair) else { continue };
        let (usual, all) = lanes.get(&lane).copied().unwrap_or_default();
        if usual >= USUAL_MIN && usual * 20 >= all * 19 {
            verdict.linked.clear();
            verdict.contradicted.push((pair.0, pair.1, Reason::MuchLess));
        }
    }
}

/// Whether a deposit and a payout fit so that another deposit with the identifier is ruled out:
/// nothing contradicts, and an amount of a corresponding asset is what a bridge would pay.
fn is_telling(state: &State<'_>, d: usize, p: usize) -> bool {
    let (Some(deposit), Some(payout)) = (state.book.deposits.get(d), state.book.payouts.get(p))
    else {
        return false;
    };
    let route = payout.refund || deposit.chain != payout.chain;
    let fits = |fit: Fit| fit.is_within(FEE_PPM_MAX);
    let amounts = state.fit(deposit, payout).is_none_or(fits);
    route && amounts && contradiction(state, d, p).is_none()
}

/// What of a payout contradicts the deposit whose identifier it carries.
fn contradiction(state: &State<'_>, d: usize, p: usize) -> Option<Reason> {
    let (deposit, payout) = (state.book.deposits.get(d)?, state.book.payouts.get(p)?);
    if payout.time.saturating_add(EARLY_SECONDS) < deposit.time {
        return Some(Reason::BeforeDeposit);
    }
    let chains = if payout.refund {
        deposit.chain == payout.chain
    } else {
        (deposit.far_chain == 0 || deposit.far_chain == payout.chain)
            && (payout.far_chain == 0 || payout.far_chain == deposit.chain)
    };
    if !chains {
        return Some(Reason::OtherChain);
    }
    let names = &state.book.names;
    if !payout.refund
        && deposit.receiver != 0
        && payout.receiver != 0
        && deposit.receiver != payout.receiver
        && is_comparable(names.text(deposit.receiver), names.text(payout.receiver))
    {
        return Some(Reason::OtherReceiver);
    }
    if !payout.refund && state.assets.is_denied(deposit.asset, payout.asset) {
        return Some(Reason::OtherAsset);
    }
    let (scale, amount, out) = comparable(state, deposit, payout)?;
    let more = fit(amount, out, scale).is_none_or(|fit| !fit.exact && fit.ppm < -REWARD_PPM);
    more.then_some(Reason::MoreThanDeposited)
}

/// The decimals between two amounts of corresponding assets, and the amounts.
fn comparable(state: &State<'_>, deposit: &Entry, payout: &Entry) -> Option<(i8, U256, U256)> {
    let scale = state.assets.known_scale(deposit.asset, payout.asset)?;
    Some((scale, deposit.amount?, payout.amount?))
}

/// Whether the payouts of a deposit sum to more than was deposited, where they can be compared.
fn is_overpaid(state: &State<'_>, d: usize, linked: &[(usize, usize)]) -> bool {
    let Some(deposit) = state.book.deposits.get(d) else { return false };
    let mut sums: Vec<(u32, i8, U256)> = Vec::new();
    for payout in linked.iter().filter_map(|(_, p)| state.book.payouts.get(*p)) {
        let Some((scale, _, out)) = comparable(state, deposit, payout) else { continue };
        match sums.iter_mut().find(|sum| sum.0 == payout.asset) {
            Some(sum) => sum.2 = sum.2.saturating_add(out),
            None => sums.push((payout.asset, scale, out)),
        }
    }
    let amount = deposit.amount.unwrap_or_default();
    let is_more =
        |scale, out| fit(amount, out, scale).is_none_or(|fit| !fit.exact && fit.ppm < -REWARD_PPM);
    sums.iter().any(|(_, scale, out)| is_more(*scale, *out))
}

fn settle(state: &mut State<'_>, block: &Block, verdict: Verdict) {
    state.defects.duplicated_ids += u64::from(verdict.duplicated);
    state.defects.overpaid_ids += u64::from(verdict.overpaid);
    state.defects.contradicted_ids += len(&verdict.contradicted);
    if verdict.duplicated {
        void(state, block, Void::Duplicated);
    } else if verdict.overpaid {
        void(state, block, Void::Overpaid);
    } else if !verdict.linked.is_empty() {
        state.speaking.insert(bridge_of(state, block));
    }
    for (d, p, reason) in verdict.contradicted {
        state.pairs.push(Pair {
            deposit: d,
            payout: p,
            class: LinkClass::Identifier,
            score: 0.0,
            candidates: 1,
            accepted: false,
            reasons: vec![reason],
        });
        // Of the deposit the identifier still counts where another payout confirms it.
        let confirmed = verdict.linked.iter().any(|(of, _)| *of == d);
        if let Some(mark) = state.deposits.get_mut(d).filter(|_| !confirmed) {
            mark.void = Void::Contradicted;
        }
        if let Some(mark) = state.payouts.get_mut(p) {
            mark.void = Void::Contradicted;
        }
    }
    for (d, p) in verdict.linked {
        link(state, d, p);
    }
}

fn link(state: &mut State<'_>, d: usize, p: usize) {
    let receiver = |entry: Option<&Entry>| entry.map_or(0, |entry| entry.receiver);
    let (a, b) = (receiver(state.book.deposits.get(d)), receiver(state.book.payouts.get(p)));
    state.pairs.push(Pair {
        deposit: d,
        payout: p,
        class: LinkClass::Identifier,
        score: if a == b && a != 0 { 1.0 } else { 0.99 },
        candidates: 1,
        accepted: true,
        reasons: Vec::new(),
    });
    if let Some(mark) = state.deposits.get_mut(d) {
        mark.taken = true;
    }
    if let Some(mark) = state.payouts.get_mut(p) {
        mark.taken = true;
    }
}

/// Marks the identifier of all rows of a block as one that proves nothing.
fn void(state: &mut State<'_>, block: &Block, why: Void) {
    for d in &block.0 {
        if let Some(mark) = state.deposits.get_mut(*d) {
            mark.void = why;
        }
    }
    for p in &block.1 {
        if let Some(mark) = state.payouts.get_mut(*p) {
            mark.void = why;
        }
    }
}
