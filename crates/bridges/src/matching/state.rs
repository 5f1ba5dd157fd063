//! What is known of the rows while they are matched.

use rustc_hash::FxHashSet;

use super::MatchOptions;
use super::amounts::{FEE_PPM_MAX, FLAT_FEE_PPM_MAX, Fit, fit};
use super::assets::{Assets, expected};
use super::component::Component;
use super::entry::{Book, Entry};
use super::pair::{MatchDefects, Matching, Pair, Reason};

/// Seconds that the clocks of two chains may disagree by: a payout that is earlier than its
/// deposit by more is none of it.
pub(crate) const CLOCK_SKEW: i64 = 600;

/// What is known of the rows while they are matched.
#[derive(Debug)]
pub(crate) struct State<'a> {
    pub(crate) book: &'a Book,
    pub(crate) assets: &'a Assets,
    pub(crate) options: &'a MatchOptions,
    pub(crate) deposits: Vec<Mark>,
    pub(crate) payouts: Vec<Mark>,
    /// Protocols whose identifiers are the same on both sides.
    pub(crate) speaking: FxHashSet<u32>,
    /// Which fees are looked for.
    pub(crate) reach: Reach,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) defects: MatchDefects,
}

/// Which fees are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those that are a small part of the amount.
    Part,
    /// Also larger ones, where they are flat: as large as others of the asset.
    Flat,
}

impl Reach {
    /// The largest fee, in millionths.
    pub(crate) fn fee_ppm_max(self) -> i64 {
        match self {
            Self::Part => FEE_PPM_MAX,
            Self::Flat => FLAT_FEE_PPM_MAX,
        }
    }
}

/// What is known of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark {
    /// It repeats another row.
    pub(crate) repeated: bool,
    /// It is in an accepted pair.
    pub(crate) taken: bool,
    /// It is in a pair of several that fit.
    pub(crate) weighed: bool,
    /// Its identifier proves nothing.
    pub(crate) void: Void,
}

/// Why an identifier proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Void {
    /// It does prove something, or there is none.
    #[default]
    No,
    Duplicated,
    Overpaid,
    Contradicted,
}

impl<'a> State<'a> {
    pub(crate) fn new(book: &'a Book, assets: &'a Assets, options: &'a MatchOptions) -> Self {
        let mut defects = MatchDefects::default();
        let deposits = marks(&book.deposits, &mut defects);
        let payouts = marks(&book.payouts, &mut defects);
        let speaking = FxHashSet::default();
        Self {
            book,
            assets,
            options,
            deposits,
            payouts,
            speaking,
            reach: Reach::Part,
            pairs: Vec::new(),
            defects,
        }
    }

    /// Whether nothing but amount and time speaks against a deposit and a payout of one receiver
    /// and corresponding assets.
    pub(crate) fn is_route(&self, d: usize, p: usize) -> bool {
        let (Some(deposit), Some(payout)) = (self.book.deposits.get(d), self.book.payouts.get(p))
        else {
            return false;
        };
        let same_bridge =
            deposit.bridge == payout.bridge || deposit.bridge == 0 || payout.bridge == 0;
        let chains = if payout.refund {
            deposit.chain == payout.chain
        } else {
            deposit.chain != payout.chain
                && (deposit.far_chain == 0 || deposit.far_chain == payout.chain)
                && (payout.far_chain == 0 || payout.far_chain == deposit.chain)
        };
        same_bridge && chains && self.may_share_id(d, p)
    }

    /// Whether the identifiers leave room for a pair that they do not prove.
    fn may_share_id(&self, d: usize, p: usize) -> bool {
        let (a, b) = (self.id_of_deposit(d), self.id_of_payout(p));
        a == 0 || b == 0 || a == b || {
            let bridge = self.book.deposits.get(d).map_or(0, |deposit| deposit.bridge);
            !self.speaking.contains(&bridge)
        }
    }

    /// The identifier of a deposit, where it proves something.
    pub(crate) fn id_of_deposit(&self, d: usize) -> u32 {
        id(self.book.deposits.get(d), self.deposits.get(d), self.options)
    }

    /// The identifier of a payout, where it proves something.
    pub(crate) fn id_of_payout(&self, p: usize) -> u32 {
        id(self.book.payouts.get(p), self.payouts.get(p), self.options)
    }

    /// How the amounts compare, where the assets correspond.
    pub(crate) fn fit(&self, deposit: &Entry, payout: &Entry) -> Option<Fit> {
        let (asset, amount) = expected(deposit);
        let scale = self.assets.scale(asset, payout.asset)?;
        fit(amount?, payout.amount?, scale)
    }

    /// The same, where the fee is one that is looked for.
    pub(crate) fn usual(&self, deposit: &Entry, payout: &Entry) -> Option<Fit> {
        self.fit(deposit, payout).filter(|fit| fit.is_within(self.reach.fee_ppm_max()))
    }

    /// Whether a payout can be of a deposit by its time.
    pub(crate) fn is_in_time(&self, deposit: &Entry, payout: &Entry) -> bool {
        let wait = payout.time.saturating_sub(deposit.time);
        wait >= -CLOCK_SKEW && self.options.window.is_none_or(|window| wait <= window)
    }

    /// Why the identifiers of a pair prove nothing, where they do not.
    pub(crate) fn void_reason(&self, d: usize, p: usize) -> Option<Reason> {
        let void = |marks: &[Mark], at: usize| marks.get(at).map_or(Void::No, |mark| mark.void);
        [void(&self.deposits, d), void(&self.payouts, p)].into_iter().find_map(|void| match void {
            Void::Duplicated => Some(Reason::DuplicatedId),
            Void::Overpaid => Some(Reason::Overpaid),
            Void::No | Void::Contradicted => None,
        })
    }

    /// Whether the deposits of a component differ in nothing but time, and its payouts too.
    pub(crate) fn is_alike(&self, part: &Component) -> bool {
        part.deposits.windows(2).all(|two| self.are_deposits_alike(two[0], two[1]))
            && part.payouts.windows(2).all(|two| self.are_payouts_alike(two[0], two[1]))
    }

    pub(crate) fn are_deposits_alike(&self, a: usize, b: usize) -> bool {
        alike(self.book.deposits.get(a), self.book.deposits.get(b))
    }

    pub(crate) fn are_payouts_alike(&self, a: usize, b: usize) -> bool {
        alike(self.book.payouts.get(a), self.book.payouts.get(b))
    }

    /// What was found, in the order of the rows.
    pub(crate) fn finish(self) -> Matching {
        let mut deposits = vec![false; self.deposits.len()];
        let mut payouts = vec![false; self.payouts.len()];
        for pair in self.pairs.iter().filter(|pair| pair.accepted) {
            set(&mut deposits, pair.deposit);
            set(&mut payouts, pair.payout);
        }
        let mut pairs = self.pairs;
        pairs.sort_by_key(|pair| (pair.deposit, pair.payout, pair.class));
        Matching {
            pairs,
            unmatched_deposits: unmatched(&deposits, &self.deposits),
            unmatched_payouts: unmatched(&payouts, &self.payouts),
            defects: self.defects,
        }
    }
}

fn alike(a: Option<&Entry>, b: Option<&Entry>) -> bool {
    let likeness = |entry: &Entry| {
        let far = (entry.far_chain, entry.far_asset, entry.far_amount, entry.refund);
        (entry.bridge, entry.chain, entry.asset, entry.receiver, entry.amount, far)
    };
    a.map(likeness) == b.map(likeness)
}

fn set(flags: &mut [bool], at: usize) {
    if let Some(flag) = flags.get_mut(at) {
        *flag = true;
    }
}

fn unmatched(matched: &[bool], marks: &[Mark]) -> Vec<usize> {
    let rows = matched.iter().zip(marks).enumerate();
    rows.filter(|(_, (matched, mark))| !**matched && !mark.repeated).map(|(at, _)| at).collect()
}

fn id(entry: Option<&Entry>, mark: Option<&Mark>, options: &MatchOptions) -> u32 {
    let proves = !options.ignore_ids && mark.is_some_and(|mark| mark.void == Void::No);
    entry.filter(|_| proves).map_or(0, |entry| entry.id)
}

/// Marks rows that repeat another in every field.
fn marks(entries: &[Entry], defects: &mut MatchDefects) -> Vec<Mark> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|at| entries.get(*at).map(|entry| (entry.tx, entry.event)));
    let mut marks = vec![Mark::default(); entries.len()];
    let same = |a: &usize, b: &usize| {
        let place = |at: usize| entries.get(at).map(|entry| (entry.tx, entry.event));
        place(*a) == place(*b)
    };
    for group in order.chunk_by(same).filter(|group| group.len() > 1) {
        let mut seen: FxHashSet<_> = FxHashSet::default();
        for at in group {
            let Some(entry) = entries.get(*at) else { continue };
            let content = (entry.bridge, entry.id, entry.asset, entry.receiver, entry.amount);
            if !seen.insert((content, entry.time, entry.far_chain, entry.refund))
                && let Some(mark) = marks.get_mut(*at)
            {
                mark.repeated = true;
                defects.repeated_rows += 1;
            }
        }
    }
    marks
}
