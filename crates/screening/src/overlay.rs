//! What changed on lists since the index was made.
//!
//! Lists change every day and are small; an index is large and never changes. So lists can stand
//! beside it: an [`Overlay`] holds all listings of some lists, in place of those of the index, and
//! what changed of single addresses on the others. It is copied when it changes, so that whoever
//! asks at that moment sees the old one or the new one.

use std::collections::BTreeMap;
use std::sync::Arc;

use hawkshaw_model::Account;
use rustc_hash::FxHashMap;

use crate::coverage::Coverage;
use crate::facts::Facts;
use crate::key::AddressKey;
use crate::listing::{ListId, ListInfo, Listing};

/// What lists say of an address, in place of what the index says of it by these lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Patch {
    /// The lists that are told anew of this address.
    lists: Vec<ListId>,
    listings: Vec<Listing>,
}

/// That an address now stands on a list in this way, and in no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The list.
    pub list: ListId,
    /// The address.
    pub account: Account,
    /// How it stands or stood on the list; none: it never did.
    pub listings: Vec<Listing>,
}

/// Listings beside an index. Cheap to share, copied to be changed.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    /// The lists of which all listings are here.
    whole: BTreeMap<ListId, Arc<ListInfo>>,
    /// The lists of the other listings.
    others: BTreeMap<ListId, Arc<ListInfo>>,
    by_key: FxHashMap<AddressKey, Patch>,
    coverage: Coverage,
    /// The sum of the digests of all that is here.
    digest: u128,
}

impl Overlay {
    /// Nothing: the index alone answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// All listings of some lists. What an index says by these lists does not count any more.
    pub fn of_lists<'a>(
        lists: impl IntoIterator<Item = &'a Arc<ListInfo>>,
        listings: impl IntoIterator<Item = Listing>,
    ) -> Self {
        let mut overlay = Self::new();
        for list in lists {
            overlay.add_list(list);
        }
        for listing in listings {
            overlay.add_list(&Arc::clone(&listing.list));
            overlay.add(listing);
        }
        overlay
    }

    /// The overlay with more listings, beside what the index says and in place of nothing.
    #[must_use]
    pub fn with_listings(&self, listings: impl IntoIterator<Item = Listing>) -> Self {
        let mut more = self.clone();
        listings.into_iter().for_each(|listing| more.add(listing));
        more
    }

    /// The overlay with what changed of addresses on lists.
    #[must_use]
    pub fn with_changes(&self, changes: impl IntoIterator<Item = Change>) -> Self {
        let mut changed = self.clone();
        for change in changes {
            let key = AddressKey::of(&change.account);
            let patch = changed.by_key.entry(key).or_default();
            let is_told =
                patch.lists.contains(&change.list) || changed.whole.contains_key(&change.list);
            if !is_told {
                patch.lists.push(change.list.clone());
                changed.digest = changed.digest.wrapping_add(digest(&(key, &change.list)));
            }
            let gone = patch.listings.extract_if(.., |listing| listing.list.id == change.list);
            for listing in gone {
                changed.digest = changed.digest.wrapping_sub(digest(&(key, &listing)));
            }
            change.listings.into_iter().for_each(|listing| changed.add(listing));
        }
        changed
    }

    fn add_list(&mut self, list: &Arc<ListInfo>) {
        match self.whole.get(&list.id) {
            Some(known) if known == list => {}
            Some(known) if known.edition >= list.edition => {}
            known => {
                let before = known.map_or(0, digest);
                self.digest = self.digest.wrapping_sub(before).wrapping_add(digest(list));
                self.whole.insert(list.id.clone(), Arc::clone(list));
            }
        }
    }

    /// Adds a listing; the same again changes nothing.
    fn add(&mut self, listing: Listing) {
        let key = AddressKey::of(&listing.account);
        if self.by_key.get(&key).is_some_and(|patch| patch.listings.contains(&listing)) {
            return;
        }
        self.coverage.add_listing(&listing);
        let list = &listing.list;
        let known = self.others.get(&list.id);
        if !self.whole.contains_key(&list.id) && known.is_none_or(|one| one.edition < list.edition)
        {
            self.others.insert(list.id.clone(), Arc::clone(list));
        }
        self.digest = self.digest.wrapping_add(digest(&(key, &listing)));
        self.by_key.entry(key).or_default().listings.push(listing);
    }

    /// How many addresses it speaks of.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether it holds no list and speaks of no address.
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.by_key.is_empty()
    }

    /// The lists of its listings.
    pub fn lists(&self) -> impl Iterator<Item = &Arc<ListInfo>> {
        let others = self.others.iter().filter(|(id, _)| !self.whole.contains_key(*id));
        self.whole.values().chain(others.map(|(_, list)| list))
    }

    /// The lists of which it holds all listings.
    pub fn whole_lists(&self) -> impl Iterator<Item = &Arc<ListInfo>> {
        self.whole.values()
    }

    /// The chains of its listings.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// What names its contents: the same contents have the same one, however they came together.
    pub fn digest(&self) -> u128 {
        self.digest
    }

    /// Puts what is here in place of what the index says of an address.
    pub(crate) fn apply(&self, account: &Account, facts: &mut Facts) {
        if self.is_empty() {
            return;
        }
        let patch = self.by_key.get(&AddressKey::of(account));
        let is_told = |list: &ListId| {
            self.whole.contains_key(list) || patch.is_some_and(|patch| patch.lists.contains(list))
        };
        facts.listings.retain(|listing| !is_told(&listing.list.id));
        if let Some(patch) = patch {
            facts.listings.extend(patch.listings.iter().cloned());
            facts.listings.sort_by(Listing::cmp_rank);
        }
    }

    /// The keys of addresses of which two overlays say different things, in order.
    pub fn changed_keys(&self, newer: &Self) -> Vec<AddressKey> {
        let differs = |key: &AddressKey| self.by_key.get(key) != newer.by_key.get(key);
        let keys = self.by_key.keys().chain(newer.by_key.keys());
        let mut changed: Vec<AddressKey> = keys.filter(|key| differs(key)).copied().collect();
        changed.sort_unstable();
        changed.dedup();
        changed
    }
}

/// A number that stands for what something says.
fn digest(what: &impl std::fmt::Debug) -> u128 {
    let hash = blake3::hash(format!("{what:?}").as_bytes());
    let first = hash.as_bytes().first_chunk::<16>();
    first.map_or(0, |bytes| u128::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Change, Overlay};
    use crate::category::Category;
    use crate::facts::Facts;
    use crate::listing::{ListInfo, ListKind, Listing};

    fn listing(list: &str, account: &str, label: &str) -> Listing {
        Listing {
            list: Arc::new(ListInfo {
                id: list.parse().unwrap(),
                name: list.to_owned(),
                kind: ListKind::Sanctions,
                edition: None,
            }),
            account: account.parse().unwrap(),
            label: label.into(),
            entity: None,
            category: Category::Sanctions,
            source: "https://example.org".into(),
            confidence: 100,
            added: None,
            removed: None,
            by_cluster: false,
        }
    }

    const ONE: &str = "eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96";
    const TWO: &str = "eip155:1:0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff";

    fn labels(overlay: &Overlay, account: &str, indexed: &[Listing]) -> Vec<String> {
        let mut facts = Facts { listings: indexed.to_vec(), ..Facts::default() };
        overlay.apply(&account.parse().unwrap(), &mut facts);
        facts.listings.iter().map(|l| format!("{} {}", l.list.id, l.label)).collect()
    }

    #[test]
    fn a_whole_list_replaces_what_the_index_says_by_it() {
        let old = [listing("ofac", ONE, "old"), listing("tags", ONE, "tag")];
        let new = listing("ofac", TWO, "new");
        let overlay = Overlay::of_lists([], [new.clone()]);
        assert_eq!(labels(&overlay, ONE, &old), ["tags tag"]);
        assert_eq!(labels(&overlay, TWO, &[]), ["ofac new"]);
        // Of a list without any listing left nothing stands either.
        let empty = Overlay::of_lists([&new.list], []);
        assert_eq!(labels(&empty, ONE, &old), ["tags tag"]);
    }

    #[test]
    fn changes_leave_other_lists_and_the_copied_overlay_alone() {
        let old = [listing("ofac", ONE, "old"), listing("tags", ONE, "tag")];
        let before = Overlay::new();
        let change = Change {
            list: "ofac".parse().unwrap(),
            account: ONE.parse().unwrap(),
            listings: vec![listing("ofac", ONE, "new")],
        };
        let after = before.with_changes([change.clone()]);
        assert_eq!(labels(&before, ONE, &old), ["ofac old", "tags tag"]);
        assert_eq!(labels(&after, ONE, &old), ["ofac new", "tags tag"]);
        let gone = after.with_changes([Change { listings: Vec::new(), ..change.clone() }]);
        assert_eq!(labels(&gone, ONE, &old), ["tags tag"]);
        assert_eq!(before.changed_keys(&after).len(), 1);
        assert_eq!(after.changed_keys(&after), []);
        // The digest follows the contents and not the way there.
        assert_eq!(gone.with_changes([change]).digest(), after.digest());
        assert_ne!(gone.digest(), after.digest());
        assert_ne!(gone.digest(), before.digest());
    }
}
