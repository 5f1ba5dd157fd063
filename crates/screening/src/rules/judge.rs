//! Whether a rule applies to what is known.

use hawkshaw_model::{Amount, AssetId, ChainId, Fraction, Timestamp, Usd};

use super::rule::{EvidenceTest, Minimum, QueryTest, Rule, Settings, category_bit};
use crate::answer::Status;
use crate::exposure::{ExposureEntry, ExposureKind, Total};
use crate::facts::Facts;
use crate::listing::Listing;
use crate::query::{Action, Direction, Query};

/// What rules are asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) settings: &'a Settings,
    pub(super) query: &'a Query,
    pub(super) status: Status,
    pub(super) facts: &'a Facts,
}

/// What a rule found.
#[derive(Debug, Clone, Default)]
pub(super) struct Matched {
    /// Places in `Facts::listings`.
    pub(super) listings: Vec<usize>,
    /// Places in `Facts::exposure` of ownership.
    pub(super) owned: Vec<usize>,
    pub(super) sums: Vec<Sum>,
    /// Whether it applies only because worth that nobody knows counts as enough.
    pub(super) is_soft: bool,
    /// What is not known of the transfer and was counted as enough.
    pub(super) is_transfer_unknown: bool,
}

/// Exposure of one direction, summed up.
#[derive(Debug, Clone)]
pub(super) struct Sum {
    pub(super) direction: Direction,
    /// Places in `Facts::exposure`.
    pub(super) entries: Vec<usize>,
    /// What those of known worth come to.
    pub(super) usd: Usd,
    /// Entries whose worth nobody knows.
    pub(super) unknown: usize,
    pub(super) is_estimated: bool,
    /// What all of the direction was worth, where that is known.
    pub(super) total: Option<Usd>,
}

/// What something is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    Known(Usd),
    Estimated(Usd),
    Unknown,
}

impl Worth {
    pub(super) fn usd(self) -> Option<Usd> {
        match self {
            Self::Known(usd) | Self::Estimated(usd) => Some(usd),
            Self::Unknown => None,
        }
    }
}

impl<'a> Judge<'a> {
    /// What a rule found, where it applies.
    pub(super) fn apply(&self, rule: &Rule) -> Option<Matched> {
        let is_stern = rule.action.is_some_and(|action| action > Action::Allow);
        let is_transfer_unknown = self.transfer(&rule.query, is_stern)?;
        let mut matched = match &rule.evidence {
            None => Matched::default(),
            Some(_) if self.facts.is_empty() => return None,
            Some(test) => self.evidence(test, is_stern)?,
        };
        matched.is_transfer_unknown = is_transfer_unknown;
        Some(matched)
    }

    /// Whether what is asked is as a rule wants it; then whether that rests on something that
    /// is not known.
    fn transfer(&self, test: &QueryTest, is_stern: bool) -> Option<bool> {
        let query = self.query;
        let chain = query.chain.as_ref().map(ChainId::as_str);
        let chain = chain.or_else(|| query.asset.as_ref().map(chain_of));
        let is_so = (test.statuses.is_empty() || test.statuses.contains(&self.status))
            && test.direction.is_none_or(|direction| query.direction == Some(direction))
            && (test.assets.is_empty()
                || query.asset.as_ref().is_some_and(|a| test.assets.contains(a)))
            && (test.chains.is_empty() || chain.is_some_and(|c| is_among(&test.chains, c)));
        if !is_so {
            return None;
        }
        if !test.asks_amount() {
            return Some(false);
        }
        if query.direction.is_none() && query.amount.is_none() && query.usd.is_none() {
            return None;
        }
        let usd = self.transfer_worth().usd();
        let mut is_unknown = false;
        let mut holds = |known: Option<bool>| {
            is_unknown |= known.is_none();
            known.unwrap_or(is_stern)
        };
        let is_so = test.usd_min.is_none_or(|min| holds(usd.map(|usd| usd >= min)))
            && test.usd_below.is_none_or(|below| holds(usd.map(|usd| usd < below)))
            && test.amount_min.is_none_or(|min| holds(query.amount.map(|amount| amount >= min)))
            && test.amount_below.is_none_or(|max| holds(query.amount.map(|amount| amount < max)));
        is_so.then_some(is_unknown)
    }

    /// What is to move is worth.
    pub(super) fn transfer_worth(&self) -> Worth {
        match (self.query.usd, &self.query.asset, self.query.amount) {
            (Some(usd), ..) => Worth::Known(usd),
            (None, Some(asset), Some(amount)) => self.worth(asset, amount, None),
            _ => Worth::Unknown,
        }
    }

    fn evidence(&self, test: &EvidenceTest, is_stern: bool) -> Option<Matched> {
        let mut matched = Matched::default();
        if test.kinds.contains(&ExposureKind::Ownership) {
            let of = self.facts.listings.iter().enumerate();
            let of = of.filter(|(_, listing)| self.is_listed(test, listing, is_stern));
            matched.listings = of.map(|(at, _)| at).collect();
            let asks_list =
                !test.lists.is_empty() || test.listed_within.is_some() || test.by_wallet.is_some();
            if !asks_list {
                matched.owned = self.entries(test, ExposureKind::Ownership, None, is_stern);
            }
        }
        for direction in [Direction::Received, Direction::Sent] {
            if test.direction.is_some_and(|wanted| wanted != direction) {
                continue;
            }
            if let Some((sum, is_soft)) = self.sum(test, direction, is_stern) {
                // One firm sum is enough.
                matched.is_soft = is_soft && (matched.is_soft || matched.sums.is_empty());
                matched.sums.push(sum);
            }
        }
        if !matched.listings.is_empty() || !matched.owned.is_empty() {
            matched.is_soft = false;
        }
        let is_any =
            !matched.listings.is_empty() || !matched.owned.is_empty() || !matched.sums.is_empty();
        is_any.then_some(matched)
    }

    fn is_listed(&self, test: &EvidenceTest, listing: &Listing, is_stern: bool) -> bool {
        listing.stands_at(self.query.as_of)
            && test.categories.is_none_or(|bits| bits & category_bit(listing.category) != 0)
            && (test.lists.is_empty() || test.lists.contains(&listing.list.id))
            && (test.chains.is_empty() || is_among(&test.chains, listing.account.chain().as_str()))
            && test.confidence_min.is_none_or(|min| listing.confidence >= min)
            && test.by_wallet.is_none_or(|flag| listing.by_cluster == flag)
            && test
                .listed_within
                .is_none_or(|within| self.is_within(listing.added, within).unwrap_or(is_stern))
    }

    /// Whether a time lies no longer ago than so many seconds, where that can be said.
    fn is_within(&self, time: Option<Timestamp>, within: i64) -> Option<bool> {
        let now = self.query.as_of.or(self.query.now)?;
        Some(now.to_unix().saturating_sub(time?.to_unix()) <= within)
    }

    /// Entries of a kind and direction that a rule is about.
    fn entries(
        &self,
        test: &EvidenceTest,
        kind: ExposureKind,
        direction: Option<Direction>,
        is_stern: bool,
    ) -> Vec<usize> {
        let is_meant = |entry: &ExposureEntry| {
            entry.kind == kind
                && direction.is_none_or(|direction| entry.direction == direction)
                && self.query.as_of.is_none_or(|time| entry.first_time <= time)
                && test.categories.is_none_or(|bits| bits & category_bit(entry.category) != 0)
                && (test.assets.is_empty() || test.assets.contains(&entry.asset))
                && (test.chains.is_empty() || is_among(&test.chains, chain_of(&entry.asset)))
                && test.hops_max.is_none_or(|max| entry.hops <= max)
                && test.confidence_min.is_none_or(|min| {
                    entry.source.as_ref().map_or(is_stern, |source| source.confidence >= min)
                })
                && test.moved_within.is_none_or(|within| {
                    self.is_within(Some(entry.last_time), within).unwrap_or(is_stern)
                })
                && (kind == ExposureKind::Ownership
                    || amount_of(entry, test.policy).is_some_and(|amount| !amount.is_zero()))
        };
        let all = self.facts.exposure.iter().enumerate();
        all.filter(|(_, entry)| is_meant(entry)).map(|(at, _)| at).collect()
    }

    /// The exposure of a direction that a rule is about, where it is enough; then whether it is
    /// only because of worth that nobody knows.
    fn sum(&self, test: &EvidenceTest, direction: Direction, stern: bool) -> Option<(Sum, bool)> {
        let mut entries = Vec::new();
        let mut firm = Vec::new();
        for kind in [ExposureKind::Direct, ExposureKind::Indirect] {
            if !test.kinds.contains(&kind) {
                continue;
            }
            let of_kind = self.entries(test, kind, Some(direction), stern);
            if of_kind.is_empty() {
                continue;
            }
            let known: Vec<usize> =
                of_kind.iter().copied().filter(|at| self.is_priced(*at, test.policy)).collect();
            if self.is_beyond_minimum(kind, direction, &known, test.policy, false) {
                firm.extend(known.iter().copied());
                entries.extend(of_kind);
            } else if self.is_beyond_minimum(kind, direction, &of_kind, test.policy, true) {
                entries.extend(of_kind);
            }
        }
        if self.is_enough(test, direction, &firm, false) {
            // Value that nobody knows the worth of is told too.
            return Some((self.summed(direction, entries, test.policy), false));
        }
        let has_unknown = entries.len() > firm.len();
        if stern && has_unknown && self.is_enough(test, direction, &entries, true) {
            let is_soft = direction == Direction::Received;
            return Some((self.summed(direction, entries, test.policy), is_soft));
        }
        None
    }

    fn is_priced(&self, at: usize, policy: usize) -> bool {
        self.facts
            .exposure
            .get(at)
            .is_some_and(|entry| self.entry_worth(entry, policy).usd().is_some())
    }

    /// Whether received exposure of a kind is more than what anybody could have sent unasked.
    pub(super) fn is_beyond_minimum(
        &self,
        kind: ExposureKind,
        direction: Direction,
        entries: &[usize],
        policy: usize,
        counts_unknown: bool,
    ) -> bool {
        if entries.is_empty() {
            return false;
        }
        let minimum = match direction {
            Direction::Sent => None,
            Direction::Received => self.settings.minimum(kind),
        };
        let Some(minimum) = minimum else { return true };
        let (usd, unknown) = self.usd_of(entries, policy);
        if counts_unknown && unknown > 0 {
            return minimum
                .share
                .is_none_or(|share| self.is_share(direction, entries, policy, share));
        }
        let is_large = minimum.large.is_some_and(|large| usd >= large);
        usd >= minimum.usd
            && (is_large
                || minimum
                    .share
                    .is_none_or(|share| self.is_share(direction, entries, policy, share)))
    }

    /// The minimum that a received entry misses, with all else that was received of its kind and
    /// category.
    pub(super) fn minimum_missed(&self, entry: &ExposureEntry) -> Option<Minimum> {
        let (policy, kind) = (self.settings.policy, entry.kind);
        if entry.direction == Direction::Sent || kind == ExposureKind::Ownership {
            return None;
        }
        let minimum = self.settings.minimum(kind)?;
        let is_alike = |other: &ExposureEntry| {
            (other.direction, other.kind, other.category) == (entry.direction, kind, entry.category)
        };
        let all = self.facts.exposure.iter().enumerate();
        let alike: Vec<usize> = all.filter(|(_, e)| is_alike(e)).map(|(at, _)| at).collect();
        let beyond = self.is_beyond_minimum(kind, entry.direction, &alike, policy, true);
        (!beyond).then_some(minimum)
    }

    /// Whether a sum reaches what a rule asks for.
    fn is_enough(
        &self,
        test: &EvidenceTest,
        direction: Direction,
        entries: &[usize],
        counts_unknown: bool,
    ) -> bool {
        if entries.is_empty() {
            return false;
        }
        let (usd, unknown) = self.usd_of(entries, test.policy);
        test.usd_min.is_none_or(|min| usd >= min || (counts_unknown && unknown > 0))
            && test.amount_min.is_none_or(|min| self.amount_of_all(entries, test.policy) >= min)
            && test
                .share_min
                .is_none_or(|share| self.is_share(direction, entries, test.policy, share))
    }

    /// What entries of known worth come to, and how many are of unknown worth. What came from
    /// sources of two categories stands in an entry of each: of an asset it is never more than
    /// all of it that moved.
    fn usd_of(&self, entries: &[usize], policy: usize) -> (Usd, usize) {
        let mut sums: Vec<(&ExposureEntry, Usd)> = Vec::new();
        let mut unknown = 0;
        for entry in entries.iter().filter_map(|at| self.facts.exposure.get(*at)) {
            let Some(worth) = self.entry_worth(entry, policy).usd() else {
                unknown += 1;
                continue;
            };
            match sums.iter_mut().find(|(known, _)| moved_alike(known, entry)) {
                Some((_, sum)) => *sum = sum.saturating_add(worth),
                None => sums.push((entry, worth)),
            }
        }
        let all = |entry: &ExposureEntry| {
            let total = self.total_of(entry)?;
            self.worth(&total.asset, total.amount, total.usd).usd()
        };
        let usd = sums.into_iter().fold(Usd::ZERO, |usd, (entry, sum)| {
            usd.saturating_add(all(entry).map_or(sum, |all| sum.min(all)))
        });
        (usd, unknown)
    }

    /// What entries of an asset come to: never more than all of it that moved.
    fn amount_of_all(&self, entries: &[usize], policy: usize) -> Amount {
        let of = || entries.iter().filter_map(|at| self.facts.exposure.get(*at));
        let amounts = of().filter_map(|entry| amount_of(entry, policy));
        let sum = amounts
            .fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap_or(Amount::MAX));
        let first = of().next();
        let is_one = first.is_some_and(|first| of().all(|entry| moved_alike(first, entry)));
        let total = first.filter(|_| is_one).and_then(|entry| self.total_of(entry));
        total.map_or(sum, |total| sum.min(total.amount))
    }

    /// All that moved of the asset and in the direction of an entry.
    fn total_of(&self, entry: &ExposureEntry) -> Option<&Total> {
        let is_same =
            |total: &&Total| total.direction == entry.direction && total.asset == entry.asset;
        self.facts.totals.iter().find(is_same)
    }

    /// Whether entries are such a share of all that moved in their direction: by worth where
    /// everything has one, else by the asset of which the share is largest.
    fn is_share(
        &self,
        direction: Direction,
        entries: &[usize],
        policy: usize,
        min: Fraction,
    ) -> bool {
        let (usd, unknown) = self.usd_of(entries, policy);
        if let (0, Some(total)) = (unknown, self.total(direction)) {
            return !min.exceeds(Amount::from(usd.cents()), Amount::from(total.cents()));
        }
        let entry = |at: &usize| self.facts.exposure.get(*at);
        entries.iter().filter_map(entry).any(|one| {
            let same = |at: &&usize| entry(at).is_some_and(|other| other.asset == one.asset);
            let of_asset: Vec<usize> = entries.iter().filter(same).copied().collect();
            self.total_of(one).is_none_or(|total| {
                !min.exceeds(self.amount_of_all(&of_asset, policy), total.amount)
            })
        })
    }

    /// What all of a direction was worth, where that is known of all of it.
    fn total(&self, direction: Direction) -> Option<Usd> {
        let of = self.facts.totals.iter().filter(|total| total.direction == direction);
        let mut is_any = false;
        let mut sum = Usd::ZERO;
        for total in of {
            is_any = true;
            sum = sum.saturating_add(self.worth(&total.asset, total.amount, total.usd).usd()?);
        }
        is_any.then_some(sum)
    }

    fn summed(&self, direction: Direction, entries: Vec<usize>, policy: usize) -> Sum {
        let (usd, unknown) = self.usd_of(&entries, policy);
        let is_estimated = entries
            .iter()
            .filter_map(|at| self.facts.exposure.get(*at))
            .any(|entry| matches!(self.entry_worth(entry, policy), Worth::Estimated(_)));
        Sum { direction, entries, usd, unknown, is_estimated, total: self.total(direction) }
    }

    /// What an entry is worth under a policy.
    pub(super) fn entry_worth(&self, entry: &ExposureEntry, policy: usize) -> Worth {
        let usd = entry.usd.as_ref().and_then(|usd| usd.get(policy).copied());
        let amount = amount_of(entry, policy).unwrap_or(Amount::ZERO);
        self.worth(&entry.asset, amount, usd)
    }

    fn worth(&self, asset: &AssetId, amount: Amount, usd: Option<Usd>) -> Worth {
        if let Some(usd) = usd {
            return Worth::Known(usd);
        }
        let estimate = self.settings.estimates.get(asset);
        match estimate.and_then(|(price, decimals)| price.worth(amount, *decimals)) {
            Some(usd) => Worth::Estimated(usd),
            None => Worth::Unknown,
        }
    }
}

/// Whether two entries are about the same asset and direction.
fn moved_alike(one: &ExposureEntry, other: &ExposureEntry) -> bool {
    one.direction == other.direction && one.asset == other.asset
}

/// The amount of an entry under a policy.
pub(super) fn amount_of(entry: &ExposureEntry, policy: usize) -> Option<Amount> {
    entry.amounts.get(policy).copied()
}

/// The chain of an asset, without reading it again.
pub(super) fn chain_of(asset: &AssetId) -> &str {
    asset.as_str().split('/').next().unwrap_or_default()
}

fn is_among(chains: &[ChainId], chain: &str) -> bool {
    chains.iter().any(|known| known.as_str() == chain)
}
