//! Exposure: which part of what an address received came from listed places, and which part of
//! what it sent went to them.

use std::sync::Arc;

use hawkshaw_model::{Account, Amount, AssetId, CaseId, Policy, Timestamp, TxHash, Usd};

use crate::category::Category;
use crate::query::{Direction, words};

/// Of each address, direction, kind and category so many sources are kept apart, the largest;
/// the others are summed up.
pub const SOURCES_MAX: usize = 8;

/// The policies by which exposure is given: the most, a proportional part, and the least that a
/// payment of mixed value takes along.
pub const POLICIES: [Policy; 3] = [Policy::DirtyFirst, Policy::Haircut, Policy::CleanFirst];

/// Amounts in base units, one for each of [`POLICIES`].
pub type Amounts = [Amount; POLICIES.len()];

/// What [`Amounts`] were worth when they moved; `None` where no price is known of a part.
pub type UsdAmounts = Option<[Usd; POLICIES.len()]>;

/// How an address is exposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExposureKind {
    /// The address is the place, or its wallet is.
    Ownership,
    /// The place itself paid it, or was paid by it.
    Direct,
    /// Through addresses that nobody knows, stopping at services.
    Indirect,
}

/// The number of a source in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceIx(pub u32);

/// Where value comes from (or, sent, goes to): a theft with its case, or who a tag names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Who or what, for people: outside text.
    pub name: String,
    /// What kind of place.
    pub category: Category,
    /// The case, where it is a theft that is traced.
    pub case: Option<CaseId>,
    /// The actor's id, where the tags name one.
    pub actor: Option<String>,
    /// Where the claim stands.
    pub reference: String,
    /// How sure it is, from 0 to 100.
    pub confidence: u8,
}

/// What an address has of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposureEntry {
    /// Whether it received or sent the value.
    pub direction: Direction,
    /// How it is exposed.
    pub kind: ExposureKind,
    /// What kind of place the source is.
    pub category: Category,
    /// The source; `None`: all sources of the category beyond [`SOURCES_MAX`], together.
    pub source: Option<Arc<Source>>,
    /// How many sources this sums up; 1 where the source is named.
    pub sources: u32,
    /// What was received or sent.
    pub asset: AssetId,
    /// How much of it came from the source, by policy.
    pub amounts: Amounts,
    /// What that was worth.
    pub usd: UsdAmounts,
    /// The fewest payments between source and address; 1 for `Direct`.
    pub hops: u16,
    /// When the first of it moved.
    pub first_time: Timestamp,
    /// When the last of it moved.
    pub last_time: Timestamp,
    /// Where the shortest way begins, in the path table of the index.
    pub path: Option<u32>,
}

/// All that an address received, respectively sent, of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// Which way.
    pub direction: Direction,
    /// What.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// What it was worth; `None` where no price is known of a part.
    pub usd: Option<Usd>,
}

/// A step of a way that value took, told from the address backwards to the source (received) or
/// onwards to it (sent).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStep {
    /// Where the value was.
    pub account: Account,
    /// By which transaction it came there (received) or left it (sent).
    pub tx: Option<TxHash>,
    /// When.
    pub time: Timestamp,
}

/// A place on a way, in a table: the way goes on at `next`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathNode {
    /// The place.
    pub step: PathStep,
    /// The next place towards the source; `None`: `step.account` is the source's own.
    pub next: Option<u32>,
}

/// What is exposed of one address, before it is packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposed {
    /// The address.
    pub account: Account,
    /// Its entries; `source` is `None` for what is summed up. The largest first.
    pub entries: Vec<ExposureEntry>,
    /// What it received and sent in all, of the assets of its entries.
    pub totals: Vec<Total>,
}

/// What a replay gives: everything that is exposed to anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExposureTable {
    /// By address.
    pub exposed: Vec<Exposed>,
    /// The ways, shared.
    pub paths: Vec<PathNode>,
    /// Up to when the ledger was read.
    pub as_of: Option<Timestamp>,
    /// Limits that were reached.
    pub limits: Vec<String>,
}

words!(
    ExposureKind,
    "kind of exposure",
    Ownership = "ownership",
    Direct = "direct",
    Indirect = "indirect"
);
