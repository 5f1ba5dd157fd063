//! What is covered: of which chains and from when on something would be known.

use std::collections::BTreeMap;

use hawkshaw_attribution::{Identity, identity};
use hawkshaw_model::{Address, ChainId, Timestamp};

use crate::category::Category;
use crate::listing::Listing;
use crate::shapes::Shapes;

/// What there is of a chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainCoverage {
    /// How many listings name addresses of it.
    pub listings: u64,
    /// Whether any of these says not since when.
    pub is_undated: bool,
    /// The first day of a listing that says.
    pub listed_since: Option<Timestamp>,
    /// How addresses of it look that are not decoded.
    pub shapes: Shapes,
    /// Whether any of these listings is one of sanctions.
    pub has_sanctions: bool,
    /// From when to when a ledger was read.
    pub ledger: Option<(Timestamp, Timestamp)>,
}

/// What there is, by chain. Where nothing is covered, nothing being known means nothing at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    chains: BTreeMap<ChainId, ChainCoverage>,
    notes: Vec<String>,
}

impl Coverage {
    /// Counts a listing in.
    pub fn add_listing(&mut self, listing: &Listing) {
        let (chain, added) = (listing.account.chain(), listing.added);
        let known = match self.chains.get_mut(chain) {
            Some(known) => known,
            None => self.chains.entry(chain.clone()).or_default(),
        };
        known.listings += 1;
        // What is looked up by an identity of several chains is found without its shape.
        if let Address::Other(text) = listing.account.address()
            && let Identity::Here(text) = identity(chain, text)
        {
            known.shapes.add(&text);
        }
        known.has_sanctions |= listing.category == Category::Sanctions;
        known.is_undated |= added.is_none();
        known.listed_since = earlier(known.listed_since, added);
    }

    /// Says that a ledger of a chain was read from one time to another.
    pub fn add_ledger(&mut self, chain: &ChainId, from: Timestamp, to: Timestamp) {
        let known = self.chains.entry(chain.clone()).or_default();
        known.ledger = Some(match known.ledger {
            Some((first, last)) => (first.min(from), last.max(to)),
            None => (from, to),
        });
    }

    /// Adds what every answer has to say, such as a limit that was reached.
    pub fn add_note(&mut self, note: &str) {
        if !self.notes.iter().any(|known| known == note) {
            self.notes.push(note.to_owned());
        }
    }

    /// Takes in what else is covered.
    pub fn merge(&mut self, other: &Self) {
        for (chain, more) in &other.chains {
            let known = self.chains.entry(chain.clone()).or_default();
            known.listings = known.listings.saturating_add(more.listings);
            known.is_undated |= more.is_undated;
            known.shapes.merge(&more.shapes);
            known.has_sanctions |= more.has_sanctions;
            known.listed_since = earlier(known.listed_since, more.listed_since);
            if let Some((from, to)) = more.ledger {
                self.add_ledger(chain, from, to);
            }
        }
        other.notes.iter().for_each(|note| self.add_note(note));
    }

    pub(crate) fn insert(&mut self, chain: ChainId, coverage: ChainCoverage) {
        self.chains.insert(chain, coverage);
    }

    /// What there is of a chain.
    pub fn of(&self, chain: &ChainId) -> Option<&ChainCoverage> {
        self.chains.get(chain)
    }

    /// All chains that are covered, in order.
    pub fn chains(&self) -> impl Iterator<Item = (&ChainId, &ChainCoverage)> {
        self.chains.iter()
    }

    /// What every answer has to say.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whether any list of sanctions names addresses of a chain. The key of an EVM address is the
    /// same on all of their chains, and so are listings of it.
    pub fn has_sanctions(&self, chain: &ChainId) -> bool {
        let is_evm = chain.namespace() == "eip155";
        let mut known = self.chains.iter().filter(|(_, known)| known.has_sanctions);
        known.any(|(other, _)| other == chain || is_evm && other.namespace() == "eip155")
    }

    /// Whether something would be known of addresses of a chain at a time; without one, now.
    pub fn covers(&self, chain: &ChainId, time: Option<Timestamp>) -> bool {
        self.chains.get(chain).is_some_and(|known| known.reaches(time))
    }
}

impl ChainCoverage {
    /// Whether something was known at a time.
    fn reaches(&self, time: Option<Timestamp>) -> bool {
        let Some(time) = time else {
            return self.listings > 0 || self.ledger.is_some();
        };
        self.is_undated
            || self.listed_since.is_some_and(|since| since <= time)
            || self.ledger.is_some_and(|(from, _)| from <= time)
    }
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
