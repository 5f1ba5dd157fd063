//! The ways that value took. What is held knows, for each source, the shortest one on which value
//! that is still there came: so a way follows payments of the asset at hand, the swap before them,
//! and the output that is spent, and nothing else that the same account was paid.

use hawkshaw_model::{AccountIx, Timestamp, TxIx};

use crate::exposure::pool::Pool;
use crate::replay::book::Side;
use crate::units::Units;

/// Marks an output that has no address.
const OUTPUT: u64 = 1 << 63;

/// Places on ways that one run keeps. Beyond, payments are counted and ways are not told.
const PLACES_MAX: usize = 50_000_000;

/// A place on a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    /// Whose it is.
    pub(crate) account: u32,
    /// By which transaction value came there; none where it begins.
    pub(crate) tx: Option<TxIx>,
    /// When; where it begins, when value left.
    pub(crate) time: Timestamp,
    /// The place before it; none where it begins.
    pub(crate) next: Option<u32>,
}

/// A way on which value came to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    hops: u16,
    node: Option<u32>,
}

impl Way {
    /// How many payments it is long.
    pub(crate) fn hops(self) -> u16 {
        self.hops
    }

    /// Its last place, where all of its places can be told.
    pub(crate) fn node(self) -> Option<u32> {
        self.node
    }

    /// One of which only the length is known.
    pub(crate) fn untold(hops: u16) -> Self {
        Self { hops, node: None }
    }

    /// The shorter is first, and of equals the one that can be told.
    fn rank(self) -> (u16, bool) {
        (self.hops, self.node.is_none())
    }
}

/// How value is where a payment of it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is the source's own; with the account that pays it, where somebody does.
    Own(Option<u32>),
    /// It came there.
    Came(Way),
    /// It is of sources that are not kept apart: each came there otherwise.
    Unknown,
}

impl Origin {
    /// How many payments a payment makes of it.
    pub(crate) fn hops(self) -> u16 {
        match self {
            Self::Own(_) => 1,
            Self::Came(way) => way.hops.saturating_add(1),
            // It was no payment of a source itself.
            Self::Unknown => 2,
        }
    }

    /// The shorter is first, and of equals the one that can be told.
    pub(crate) fn rank(self) -> (u16, bool) {
        let is_told = match self {
            Self::Own(_) => true,
            Self::Came(way) => way.node.is_some(),
            Self::Unknown => false,
        };
        (self.hops(), !is_told)
    }
}

/// All places on ways, which share what they have in common.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    pub(crate) nodes: Vec<Node>,
    /// Whether there were more than are kept.
    pub(crate) is_full: bool,
}

/// What a way leads through: an account, or an output without an address.
pub(crate) fn key_of(side: Side) -> Option<u64> {
    match side {
        Side::Account(account) => Some(u64::from(account)),
        Side::Output { output, holder } if holder == AccountIx::NONE => Some(output | OUTPUT),
        Side::Output { holder, .. } => Some(u64::from(holder)),
        Side::Transaction | Side::Nobody => None,
    }
}

impl Ways {
    /// Value comes to an account by a payment. What went through an output without an address
    /// cannot be told: nobody could be named there.
    pub(crate) fn arrive(
        &mut self,
        account: Option<u32>,
        origin: Origin,
        (tx, time): (TxIx, Timestamp),
    ) -> Way {
        let hops = origin.hops();
        let untold = Way::untold(hops);
        let Some(account) = account else { return untold };
        let next = match origin {
            // What is stolen may come from nobody, as when it is minted.
            Origin::Own(None) => None,
            Origin::Own(Some(payer)) => {
                let begin = self.push(Node { account: payer, tx: None, time, next: None });
                if begin.is_none() {
                    return untold;
                }
                begin
            }
            Origin::Came(Way { node: Some(before), .. }) => Some(before),
            Origin::Came(_) | Origin::Unknown => return untold,
        };
        Way { hops, node: self.push(Node { account, tx: Some(tx), time, next }) }
    }

    fn push(&mut self, node: Node) -> Option<u32> {
        if self.nodes.len() >= PLACES_MAX {
            self.is_full = true;
            return None;
        }
        let number = u32::try_from(self.nodes.len()).ok();
        self.nodes.push(node);
        number
    }
}

/// The ways on which what is held came, one for each source. A source's own account has none of
/// its own value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trail {
    /// Mostly there is one source, and no memory of its own.
    only: Option<(u32, Way)>,
    /// Several sources, by number.
    several: Vec<(u32, Way)>,
}

impl Trail {
    /// The way on which value of a source came.
    pub(crate) fn get(&self, source: u32) -> Option<Way> {
        if let Some((of, way)) = self.only {
            return (of == source).then_some(way);
        }
        let at = self.several.binary_search_by_key(&source, |way| way.0).ok()?;
        self.several.get(at).map(|way| way.1)
    }

    /// Value of a source comes on a way; the shorter one, or the first, is kept.
    pub(crate) fn put(&mut self, source: u32, way: Way) {
        match self.only {
            None if self.several.is_empty() => {
                self.only = Some((source, way));
                return;
            }
            Some((of, known)) if of == source => {
                if way.rank() < known.rank() {
                    self.only = Some((source, way));
                }
                return;
            }
            Some(only) => {
                self.only = None;
                self.several.push(only);
            }
            None => {}
        }
        match self.several.binary_search_by_key(&source, |way| way.0) {
            Ok(at) => {
                let known = &mut self.several[at];
                if way.rank() < known.1.rank() {
                    known.1 = way;
                }
            }
            Err(at) => self.several.insert(at, (source, way)),
        }
    }

    /// Adds the ways of what is added.
    pub(crate) fn merge(&mut self, other: Self) {
        if self.only.is_none() && self.several.is_empty() {
            *self = other;
            return;
        }
        for (source, way) in other.only.into_iter().chain(other.several) {
            self.put(source, way);
        }
    }

    /// The ways of what some pools have.
    pub(crate) fn of<U: Units>(&self, pools: &[Pool<U>]) -> Self {
        let mut trail = self.clone();
        trail.keep(pools);
        trail
    }

    /// Forgets the ways of sources of which nothing is left.
    pub(crate) fn keep<U: Units>(&mut self, pools: &[Pool<U>]) {
        let is_there = |source: u32| pools.iter().any(|pool| !pool.part(source).is_zero());
        self.only = self.only.filter(|(source, _)| is_there(*source));
        self.several.retain(|(source, _)| is_there(*source));
    }
}
