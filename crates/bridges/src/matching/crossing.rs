//! Pairs of legs as crossings, which a trace follows.

use hawkshaw_model::{
    Account, Address, Amount, AssetId, ChainId, Crossing, Destination, Grade, LinkClass, Passage,
    Payout, TxId,
};

use rustc_hash::FxHashSet;

use super::assets::Assets;
use super::entry::Book;
use super::pair::{Matching, Pair};
use super::parts::{Share, parts};
use super::{MatchOptions, match_book};
use crate::leg::{Leg, Side, Trust};

/// Every deposit among the legs with what it brought, in the order of time.
///
/// Payouts of a pair that is contradicted are left out; where several payouts fit, the likeliest
/// is there with the class and the number of candidates, for whoever reports it. A leg that only
/// an unknown contract vouches for never takes a payout from one that can be relied on, and its
/// crossing is of class 3 at best. Legs without an asset or an amount make no crossing.
pub fn crossings(legs: &[Leg], options: &MatchOptions) -> Vec<Crossing> {
    let is_known = |leg: &&Leg| leg.trust != Trust::Unknown;
    let told = || legs.iter().filter(|leg| leg.asset.is_some() && leg.amount.is_some());
    let known = Sides::of(told().filter(is_known));
    let mut found = known.matched(options);
    if told().any(|leg| !is_known(&leg)) {
        // A deposit that is relied on keeps its payouts; what it leaves open may go on.
        let used: FxHashSet<*const Leg> = found.used.iter().map(|leg| ptr(leg)).collect();
        let is_used = |leg: &Leg| used.contains(&ptr(leg));
        let rest = Sides::of(told().filter(|leg| !is_used(leg)));
        let more = rest.matched(options);
        let doubtful: Vec<Draft<'_>> = more.drafts.into_iter().filter(Draft::is_doubtful).collect();
        let again: FxHashSet<*const Leg> = doubtful.iter().map(|draft| ptr(draft.leg)).collect();
        found.drafts.retain(|draft| !again.contains(&ptr(draft.leg)));
        found.drafts.extend(
            doubtful
                .into_iter()
                .map(|draft| Draft { class: draft.class.max(LinkClass::Statistics), ..draft }),
        );
    }
    found.drafts.sort_by_key(|draft| {
        let leg = draft.leg;
        (leg.time, leg.chain.clone(), leg.tx, leg.event, leg.bridge.clone())
    });
    found.drafts.into_iter().filter_map(Draft::finish).collect()
}

/// Legs by side.
#[derive(Debug, Default)]
struct Sides<'a> {
    deposits: Vec<&'a Leg>,
    payouts: Vec<&'a Leg>,
}

/// A crossing in the making.
#[derive(Debug)]
struct Draft<'a> {
    leg: &'a Leg,
    class: LinkClass,
    candidates: u64,
    payouts: Vec<(&'a Leg, Amount)>,
}

/// Drafts, and the legs that are in one with payouts.
#[derive(Debug, Default)]
struct Found<'a> {
    drafts: Vec<Draft<'a>>,
    used: Vec<&'a Leg>,
}

impl<'a> Sides<'a> {
    fn of(legs: impl Iterator<Item = &'a Leg>) -> Self {
        let mut sides = Self::default();
        for leg in legs {
            match leg.side {
                Side::Deposit => sides.deposits.push(leg),
                Side::Payout | Side::Refund => sides.payouts.push(leg),
            }
        }
        sides
    }

    fn matched(&self, options: &MatchOptions) -> Found<'a> {
        let mut book = Book::of_legs(&self.deposits, &self.payouts);
        let assets = Assets::of(&mut book, &options.token_map, !options.ignore_ids);
        let matching = match_book(&mut book, options);
        let chosen = chosen(&matching, self.deposits.len());
        let mut found = Found::default();
        let mut repeated = vec![true; self.deposits.len()];
        let paired = matching.pairs.iter().filter(|pair| pair.accepted).map(|pair| pair.deposit);
        for at in matching.unmatched_deposits.iter().copied().chain(paired) {
            repeated[at] = false;
        }
        for (at, (leg, pairs)) in self.deposits.iter().zip(chosen).enumerate() {
            if repeated[at] {
                continue;
            }
            let mut rows: Vec<usize> = pairs.iter().map(|pair| pair.payout).collect();
            rows.sort_by_key(|p| {
                let leg = self.payouts[*p];
                (leg.time, leg.tx, leg.event)
            });
            let deposit = &book.deposits[at];
            let shares: Vec<Share> = rows
                .iter()
                .map(|p| {
                    let payout = &book.payouts[*p];
                    Share {
                        asset: payout.asset,
                        amount: payout.amount.unwrap_or_default(),
                        returned: payout.asset == deposit.asset && payout.chain == deposit.chain,
                        scale: assets.scale(deposit.asset, payout.asset),
                    }
                })
                .collect();
            let parts = parts(deposit.amount.unwrap_or_default(), &shares);
            let payouts: Vec<_> = rows.iter().map(|p| self.payouts[*p]).zip(parts).collect();
            found.used.extend(payouts.iter().map(|(leg, _)| *leg));
            if !payouts.is_empty() {
                found.used.push(leg);
            }
            found.drafts.push(Draft {
                leg,
                class: pairs.iter().map(|pair| pair.class).max().unwrap_or(LinkClass::Identifier),
                candidates: pairs.iter().map(|pair| pair.candidates).max().unwrap_or(0),
                payouts,
            });
        }
        found
    }
}

/// The pairs of each deposit that a crossing shows: those that are stood for, else the likeliest
/// of those that fit. A payout that one crossing has no other has.
fn chosen(matching: &Matching, deposits: usize) -> Vec<Vec<&Pair>> {
    let mut chosen: Vec<Vec<&Pair>> = vec![Vec::new(); deposits];
    for pair in matching.pairs.iter().filter(|pair| pair.accepted) {
        chosen[pair.deposit].push(pair);
    }
    let mut used: FxHashSet<usize> =
        matching.pairs.iter().filter(|pair| pair.accepted).map(|pair| pair.payout).collect();
    let mut open: Vec<&Pair> = matching
        .pairs
        .iter()
        .filter(|pair| !pair.accepted && pair.class != LinkClass::Identifier)
        .collect();
    open.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then((a.deposit, a.payout).cmp(&(b.deposit, b.payout)))
    });
    for pair in open {
        if chosen[pair.deposit].is_empty() && used.insert(pair.payout) {
            chosen[pair.deposit].push(pair);
        }
    }
    chosen
}

/// Which leg of the caller's it is.
fn ptr(leg: &Leg) -> *const Leg {
    std::ptr::from_ref(leg)
}

impl Draft<'_> {
    /// Whether nobody but an unknown contract says so.
    fn is_doubtful(&self) -> bool {
        let mut sides = self.payouts.iter().map(|(leg, _)| *leg).chain([self.leg]);
        sides.any(|leg| leg.trust == Trust::Unknown)
    }

    fn finish(self) -> Option<Crossing> {
        let leg = self.leg;
        let sides = self.payouts.iter().map(|(leg, _)| *leg).chain([leg]);
        let is_claimed = sides.into_iter().any(|leg| leg.trust != Trust::Known);
        let payouts = self.payouts.into_iter().filter_map(|(leg, part)| {
            let account = leg.receiver.as_deref().and_then(|text| account(&leg.chain, text));
            Some(Payout { passage: passage(leg, account)?, part })
        });
        Some(Crossing {
            bridge: leg.bridge.to_string(),
            class: self.class,
            grade: if is_claimed { Grade::Inference } else { self.class.grade() },
            candidates: self.candidates,
            id: leg.id.clone(),
            deposit: passage(leg, leg.custody.clone())?,
            destination: Destination {
                chain: leg.far_chain.clone(),
                receiver: leg.receiver.clone(),
            },
            payouts: payouts.collect(),
        })
    }
}

fn passage(leg: &Leg, account: Option<Account>) -> Option<Passage> {
    let (asset, amount): (AssetId, Amount) = (leg.asset.clone()?, leg.amount?);
    let tx = TxId::new(leg.chain.clone(), leg.tx);
    Some(Passage { tx, event: Some(leg.event), asset, amount, account })
}

/// A receiver as an account of its chain.
fn account(chain: &ChainId, text: &str) -> Option<Account> {
    let local = text.rsplit_once(':').map_or(text, |(_, local)| local);
    let bare = chain.namespace() == "eip155" && local.len() == 40;
    let text = if bare { format!("0x{}", local.to_ascii_lowercase()) } else { local.to_owned() };
    Address::parse(chain, &text).ok().map(|address| Account::new(chain.clone(), address))
}
