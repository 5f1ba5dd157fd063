//! The ways that value took: for each place and source the shortest one so far.

use hawkshaw_model::{AccountIx, Timestamp, TxIx};
use rustc_hash::FxHashMap;

use crate::replay::book::Side;

/// Marks an output that has no address.
const OUTPUT: u64 = 1 << 63;

/// A place on a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    /// Whose it is; an output without an address is nobody's.
    pub(crate) account: Option<u32>,
    /// By which transaction value came there; none where it begins.
    pub(crate) tx: Option<TxIx>,
    pub(crate) time: Timestamp,
    /// The place before it; none where it begins, or where that is not known.
    pub(crate) next: Option<u32>,
    hops: u16,
}

/// All ways, which share what they have in common. A place that is reached by a shorter way
/// later gets a new node, so that no way runs backwards in time.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    pub(crate) nodes: Vec<Node>,
    best: FxHashMap<(u64, u32), u32>,
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
    /// The shortest way so far on which value of a source came to a place.
    pub(crate) fn at(&self, place: u64, source: u32) -> Option<u32> {
        self.best.get(&(place, source)).copied()
    }

    /// How many payments a way is long.
    pub(crate) fn hops(&self, way: u32) -> u16 {
        self.nodes.get(way as usize).map_or(u16::MAX, |node| node.hops)
    }

    /// The beginning of all ways of a source from a place of its own.
    pub(crate) fn begin(&mut self, place: u64, source: u32, time: Timestamp) -> u32 {
        if let Some(known) = self.at(place, source) {
            return known;
        }
        let node = Node { account: account(place), tx: None, time, next: None, hops: 0 };
        self.push((place, source), node)
    }

    /// Value of a source comes to a place, from a place before it. How many payments it took.
    pub(crate) fn arrive(
        &mut self,
        (place, source): (u64, u32),
        before: Option<u32>,
        (tx, time): (TxIx, Timestamp),
    ) -> u16 {
        let hops = match before {
            Some(before) => self.hops(before).saturating_add(1),
            // How it came there is not known: of sources that are not kept apart, and behind
            // some bridges. It was no single payment.
            None => 2,
        };
        let known = self.at(place, source).map(|known| self.hops(known));
        if known.is_none_or(|known| hops < known) {
            let node = Node { account: account(place), tx: Some(tx), time, next: before, hops };
            self.push((place, source), node);
        }
        hops
    }

    fn push(&mut self, key: (u64, u32), node: Node) -> u32 {
        let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(node);
        self.best.insert(key, number);
        number
    }
}

fn account(place: u64) -> Option<u32> {
    u32::try_from(place).ok()
}
