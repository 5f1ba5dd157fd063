//! A rule: what has to be so, and what to do then.

use std::collections::BTreeMap;

use hawkshaw_model::{Amount, AssetId, ChainId, Fraction, Policy, Usd, UsdPrice};

use crate::answer::Status;
use crate::category::{Category, Severity};
use crate::exposure::ExposureKind;
use crate::listing::ListId;
use crate::query::{Action, Direction};

/// A rule. An empty set and `None` ask for nothing; everything that is asked for has to be so.
#[derive(Debug, Clone, Default)]
pub(super) struct Rule {
    pub(super) name: String,
    /// What an officer wrote beside it.
    pub(super) why: Option<String>,
    pub(super) action: Option<Action>,
    /// Whether it only says what it would have said.
    pub(super) is_shadow: bool,
    pub(super) line: usize,
    /// Which evidence it is about; `None`: it asks for no evidence.
    pub(super) evidence: Option<EvidenceTest>,
    pub(super) query: QueryTest,
}

/// Which listings and exposure a rule is about. All amounts are sums over what it is about.
#[derive(Debug, Clone, Default)]
pub(super) struct EvidenceTest {
    pub(super) kinds: Vec<ExposureKind>,
    /// By bits: see [`category_bit`].
    pub(super) categories: Option<u32>,
    pub(super) lists: Vec<ListId>,
    pub(super) chains: Vec<ChainId>,
    pub(super) confidence_min: Option<u8>,
    /// Whether the address itself is listed (`false`) or another one of its wallet (`true`).
    pub(super) by_wallet: Option<bool>,
    /// Seconds.
    pub(super) listed_within: Option<i64>,
    pub(super) direction: Option<Direction>,
    pub(super) assets: Vec<AssetId>,
    pub(super) hops_max: Option<u16>,
    /// Seconds.
    pub(super) moved_within: Option<i64>,
    /// The place of the policy in `POLICIES`.
    pub(super) policy: usize,
    pub(super) usd_min: Option<Usd>,
    pub(super) amount_min: Option<Amount>,
    pub(super) share_min: Option<Fraction>,
}

/// What a rule asks of the question itself.
#[derive(Debug, Clone, Default)]
pub(super) struct QueryTest {
    pub(super) statuses: Vec<Status>,
    pub(super) direction: Option<Direction>,
    pub(super) assets: Vec<AssetId>,
    pub(super) chains: Vec<ChainId>,
    pub(super) usd_min: Option<Usd>,
    pub(super) usd_below: Option<Usd>,
    pub(super) amount_min: Option<Amount>,
    pub(super) amount_below: Option<Amount>,
}

/// From when on exposure that somebody else caused counts at all.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Minimum {
    /// Below it nothing counts.
    pub(super) usd: Usd,
    /// Below it nothing counts, unless it is worth `large`.
    pub(super) share: Option<Fraction>,
    /// From it on the share does not matter.
    pub(super) large: Option<Usd>,
}

/// What stands in a file beside its rules.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// What to do where no rule applied, by status.
    pub(super) by_status: BTreeMap<Status, Action>,
    pub(super) policy: usize,
    /// The sternest action that may rest on received value whose worth nobody knows.
    pub(super) unpriced: Action,
    pub(super) direct: Minimum,
    pub(super) indirect: Minimum,
    /// What a unit is taken to be worth where no price is known, and its decimals.
    pub(super) estimates: BTreeMap<AssetId, (UsdPrice, u8)>,
}

impl Settings {
    /// What to do where no rule applied.
    pub(super) fn of_status(&self, status: Status) -> Action {
        let default = match status {
            Status::Hit | Status::NotFound => Action::Allow,
            Status::NotCovered => Action::Review,
            Status::Invalid => Action::Reject,
        };
        self.by_status.get(&status).copied().unwrap_or(default)
    }

    /// The minimum for a kind of received exposure.
    pub(super) fn minimum(&self, kind: ExposureKind) -> Option<Minimum> {
        match kind {
            ExposureKind::Ownership => None,
            ExposureKind::Direct => Some(self.direct),
            ExposureKind::Indirect => Some(self.indirect),
        }
    }
}

impl EvidenceTest {
    /// Whether the rule asks how much it is.
    pub(super) fn asks_amount(&self) -> bool {
        self.usd_min.is_some() || self.amount_min.is_some() || self.share_min.is_some()
    }
}

impl QueryTest {
    /// Whether the rule asks how much is to move.
    pub(super) fn asks_amount(&self) -> bool {
        self.usd_min.is_some()
            || self.usd_below.is_some()
            || self.amount_min.is_some()
            || self.amount_below.is_some()
    }
}

/// The bit of a category in a set.
pub(super) fn category_bit(category: Category) -> u32 {
    1u32.checked_shl(u32::from(category.id()).saturating_sub(1)).unwrap_or(0)
}

/// All categories of a severity.
pub(super) fn bits_of(severity: Severity) -> u32 {
    let of = Category::ALL.iter().filter(|category| category.severity() == severity);
    of.fold(0, |bits, category| bits | category_bit(*category))
}

/// Names of policies that rules may use.
pub(super) fn policy_place(policy: Policy) -> Option<usize> {
    crate::exposure::POLICIES.iter().position(|known| *known == policy)
}
