//! One list with its editions.

use std::collections::BTreeMap;
use std::sync::Arc;

use hawkshaw_attribution::{EntityKind, ListFile, ListedAddress, ListedEntity, Publisher};
use hawkshaw_model::{Account, Digest, Timestamp};

use super::book::BookError;
use super::diff::{DiffEntry, ListDiff};
use crate::category::Category;
use crate::listing::{ListInfo, ListKind, Listing};
use crate::query::words;

/// What a day rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatedBy {
    /// The list says since when the entry is on it.
    List,
    /// The file says when the edition was issued.
    File,
    /// Whoever took the edition up said so.
    Option,
    /// Nobody says: the day on which it was taken up.
    Taken,
}

words!(
    DatedBy,
    "origin of a date",
    List = "list",
    File = "file",
    Option = "option",
    Taken = "taken"
);

/// An edition of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Its day.
    pub date: Timestamp,
    /// What that rests on.
    pub dated_by: DatedBy,
    /// The digest of its files, in the order of their names.
    pub digest: Digest,
    /// Where it was taken from: names of files, or a URL.
    pub source: String,
}

/// An edition that was taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) edition: Edition,
    pub(super) entities: usize,
    pub(super) addresses: usize,
}

/// How much of a list may disappear with an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shrinking {
    /// At most so many percent of its addresses and of its entities; a few always may.
    AtMost(u8),
    /// As much as it says, also everything.
    Accepted,
}

impl Default for Shrinking {
    fn default() -> Self {
        Self::AtMost(25)
    }
}

/// So many may disappear whatever their part is: short lists have delistings too.
const FEW: usize = 3;

/// Somebody on a list, with all names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// The number on the list; empty where there is none.
    pub number: String,
    /// What it is.
    pub kind: EntityKind,
    /// Its names, the list's own first.
    pub names: Vec<String>,
    /// Programmes or regimes.
    pub programmes: Vec<String>,
    /// Since when it is listed, as the list says.
    pub designated: Option<Timestamp>,
    /// Where the claim stands.
    pub source: String,
    /// The first edition that it was in.
    pub from: Timestamp,
    /// The first edition that it was no longer in.
    pub until: Option<Timestamp>,
}

/// An address on the list, from one day to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) listing: Listing,
    pub(super) added_by: DatedBy,
    pub(super) currency: Option<String>,
}

/// A list.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) info: Arc<ListInfo>,
    pub(super) publisher: Option<Publisher>,
    pub(super) editions: Vec<Taken>,
    pub(super) entries: Vec<ListEntry>,
    pub(super) periods: Vec<Period>,
}

/// What makes an address on a list the same: the address, the entity's number, and without a
/// number its name.
type Key = (Account, String);

impl List {
    pub(super) fn new(info: ListInfo, publisher: Option<Publisher>) -> Self {
        Self {
            info: Arc::new(info),
            publisher,
            editions: Vec::new(),
            entries: Vec::new(),
            periods: Vec::new(),
        }
    }

    /// Takes up an edition. The list is as it was where that is refused.
    pub(super) fn update(
        &mut self,
        edition: &Edition,
        files: &[ListFile],
        shrinking: Shrinking,
    ) -> Result<ListDiff, BookError> {
        if self.editions.iter().any(|taken| taken.edition.digest == edition.digest) {
            return Ok(self.known());
        }
        self.check_date(edition)?;
        let fresh = addresses(files, &self.info.name);
        let named = entities(files);
        self.check_shrinking(&fresh, &named, shrinking)?;
        let mut diff = ListDiff::default();
        let before = self.editions.last().map(|taken| taken.edition.date);
        let new_entities = self.take_entities(edition, &named, &mut diff);
        self.take_addresses(edition, &fresh, before, &new_entities, &mut diff);
        let current = self.periods.iter().filter(|period| period.listing.removed.is_none());
        let addresses = current.count();
        let entities = self.entries.iter().filter(|entry| entry.until.is_none()).count();
        self.editions.push(Taken { edition: edition.clone(), entities, addresses });
        self.set_edition(edition.date);
        Ok(diff)
    }

    /// What a known edition changes: nothing.
    fn known(&self) -> ListDiff {
        let current = self.periods.iter().filter(|period| period.listing.removed.is_none());
        let entries = self.entries.iter().filter(|entry| entry.until.is_none());
        ListDiff {
            is_known: true,
            unchanged: current.count(),
            entities_unchanged: entries.count(),
            ..ListDiff::default()
        }
    }

    fn set_edition(&mut self, date: Timestamp) {
        let info = ListInfo { edition: Some(date), ..(*self.info).clone() };
        self.info = Arc::new(info);
        for period in &mut self.periods {
            period.listing.list = Arc::clone(&self.info);
        }
    }

    fn check_date(&self, edition: &Edition) -> Result<(), BookError> {
        match self.editions.last() {
            Some(newest) if edition.date < newest.edition.date => Err(BookError::Older {
                list: self.info.id.to_string(),
                edition: edition.date.to_date(),
                newest: newest.edition.date.to_date(),
            }),
            _ => Ok(()),
        }
    }

    fn check_shrinking(
        &self,
        fresh: &BTreeMap<Key, (&ListedEntity, &ListedAddress)>,
        named: &BTreeMap<String, &ListedEntity>,
        shrinking: Shrinking,
    ) -> Result<(), BookError> {
        let Shrinking::AtMost(percent) = shrinking else { return Ok(()) };
        let refused =
            |reason: String| Err(BookError::Shrinking { list: self.info.id.to_string(), reason });
        if fresh.is_empty() && named.is_empty() {
            return refused("the edition is empty".to_owned());
        }
        let current = self.periods.iter().filter(|period| period.listing.removed.is_none());
        let keys: Vec<Key> = current.map(key_of).collect();
        let gone = keys.iter().filter(|key| !fresh.contains_key(*key)).count();
        if !keys.is_empty() && fresh.is_empty() {
            return refused(format!("it holds none of the {} addresses before it", keys.len()));
        }
        let is_too_much =
            |gone: usize, of: usize| gone > FEW && gone * 100 > of * usize::from(percent);
        if is_too_much(gone, keys.len()) {
            let of = keys.len();
            return refused(format!("{gone} of {of} addresses disappear, over {percent} %"));
        }
        if let Some((what, gone)) = self.vanished(fresh) {
            return refused(format!(
                "all {gone} addresses of {what} disappear, as where a file is missing"
            ));
        }
        let entries: Vec<&ListEntry> =
            self.entries.iter().filter(|entry| entry.until.is_none()).collect();
        let gone = entries.iter().filter(|entry| !named.contains_key(&entry_key(entry))).count();
        if is_too_much(gone, entries.len()) {
            let of = entries.len();
            return refused(format!("{gone} of {of} entities disappear, over {percent} %"));
        }
        Ok(())
    }

    /// A currency or chain none of whose addresses is left, and how many there were. A few may go
    /// together, but not where each currency stands in a file of its own.
    fn vanished(
        &self,
        fresh: &BTreeMap<Key, (&ListedEntity, &ListedAddress)>,
    ) -> Option<(String, usize)> {
        let parts = |account: &Account, currency: Option<&String>| {
            let currency = currency.map(|currency| format!("the currency {currency}"));
            [Some(account.chain().name().to_owned()), currency].into_iter().flatten()
        };
        let mut before: BTreeMap<String, usize> = BTreeMap::new();
        let current = self.periods.iter().filter(|period| period.listing.removed.is_none());
        let mut is_bare = self.publisher == Some(Publisher::Ofac);
        for period in current {
            is_bare &= period.listing.entity.is_none();
            for part in parts(&period.listing.account, period.currency.as_ref()) {
                *before.entry(part).or_default() += 1;
            }
        }
        for (_, address) in fresh.values() {
            for part in parts(&address.account, address.currency.as_ref()) {
                before.remove(&part);
            }
        }
        before.into_iter().find(|(_, count)| is_bare || *count > FEW)
    }

    /// Takes up who is on the list. Gives back the keys of those that are new.
    fn take_entities(
        &mut self,
        edition: &Edition,
        named: &BTreeMap<String, &ListedEntity>,
        diff: &mut ListDiff,
    ) -> Vec<String> {
        let mut known = BTreeMap::new();
        for (at, entry) in self.entries.iter_mut().enumerate() {
            if entry.until.is_some() {
                continue;
            }
            if named.contains_key(&entry_key(entry)) {
                known.insert(entry_key(entry), at);
            } else {
                entry.until = Some(edition.date);
                diff.entities_removed.push(entry.names.first().cloned().unwrap_or_default());
            }
        }
        let mut new = Vec::new();
        for (key, entity) in named {
            let fresh = entry_of(entity, edition.date);
            match known.get(key).and_then(|at| self.entries.get_mut(*at)) {
                Some(entry) => {
                    *entry = ListEntry { from: entry.from, ..fresh };
                    diff.entities_unchanged += 1;
                }
                None => {
                    diff.entities_added.push(fresh.names.first().cloned().unwrap_or_default());
                    new.push(key.clone());
                    self.entries.push(fresh);
                }
            }
        }
        new
    }

    fn take_addresses(
        &mut self,
        edition: &Edition,
        fresh: &BTreeMap<Key, (&ListedEntity, &ListedAddress)>,
        before: Option<Timestamp>,
        new_entities: &[String],
        diff: &mut ListDiff,
    ) {
        let mut known = BTreeMap::new();
        for (at, period) in self.periods.iter_mut().enumerate() {
            if period.listing.removed.is_some() {
                continue;
            }
            let key = key_of(period);
            if fresh.contains_key(&key) {
                known.insert(key, at);
            } else {
                period.listing.removed = Some(edition.date);
                diff.removed.push(told(&period.listing, edition.date));
            }
        }
        for (key, (entity, address)) in fresh {
            match known.get(key).and_then(|at| self.periods.get_mut(*at)) {
                Some(period) => {
                    let now = self.info.listing(entity, address, period.listing.added);
                    if now == period.listing {
                        diff.unchanged += 1;
                    } else {
                        diff.changed.push(told(&now, edition.date));
                        period.listing = now;
                    }
                    period.currency = address.currency.clone();
                }
                None => {
                    let is_new = new_entities.contains(&entity_key(entity));
                    let (added, added_by) = self.since(entity, edition, before, is_new);
                    let listing = self.info.listing(entity, address, Some(added));
                    diff.added.push(told(&listing, added));
                    let currency = address.currency.clone();
                    self.periods.push(Period { listing, added_by, currency });
                }
            }
        }
    }

    /// Since when a new address is listed. Its entry's own day counts where the entry came with
    /// it: addresses are added to old entries too, above all by OFAC, and then the edition's
    /// day is the only one that is known.
    fn since(
        &self,
        entity: &ListedEntity,
        edition: &Edition,
        before: Option<Timestamp>,
        is_new: bool,
    ) -> (Timestamp, DatedBy) {
        let of_entry = entity.designated.filter(|day| {
            is_new
                && self.publisher != Some(Publisher::Ofac)
                && *day <= edition.date
                && before.is_none_or(|before| *day > before)
        });
        match of_entry {
            Some(day) => (day, DatedBy::List),
            None => (edition.date, edition.dated_by),
        }
    }
}

/// A listing of an address, as an entity of a list has it.
trait Listings {
    fn listing(
        &self,
        entity: &ListedEntity,
        address: &ListedAddress,
        added: Option<Timestamp>,
    ) -> Listing;
}

impl Listings for Arc<ListInfo> {
    fn listing(
        &self,
        entity: &ListedEntity,
        address: &ListedAddress,
        added: Option<Timestamp>,
    ) -> Listing {
        let label = entity.names.first().map_or(self.name.as_str(), String::as_str);
        let number = Some(entity.number.as_str()).filter(|number| !number.is_empty());
        let category = match (self.kind, Category::of(&entity.concepts)) {
            // Whoever keeps a list of his own wants to be told of it, whatever it is about.
            (ListKind::Own, Category::Other) => match Category::of_words(label, "") {
                Category::Other => Category::Custom,
                category => category,
            },
            (_, category) => category,
        };
        Listing {
            list: Self::clone(self),
            account: address.account.clone(),
            label: label.into(),
            entity: number.map(Arc::from),
            category,
            source: entity.source.as_str().into(),
            confidence: entity.confidence,
            added,
            removed: None,
            by_cluster: false,
        }
    }
}

/// Addresses of all files; of one that stands there twice the first.
fn addresses<'a>(
    files: &'a [ListFile],
    list: &str,
) -> BTreeMap<Key, (&'a ListedEntity, &'a ListedAddress)> {
    let mut found = BTreeMap::new();
    for entity in files.iter().flat_map(|file| &file.entities) {
        for address in &entity.addresses {
            let key = match entity.number.as_str() {
                "" => entity.names.first().map_or(list, String::as_str).to_owned(),
                number => format!("#{number}"),
            };
            let key = (address.account.clone(), key);
            found.entry(key).or_insert((entity, address));
        }
    }
    found
}

/// Entities with a number or a name.
fn entities(files: &[ListFile]) -> BTreeMap<String, &ListedEntity> {
    let all = files.iter().flat_map(|file| &file.entities);
    let mut found = BTreeMap::new();
    for entity in all.filter(|entity| !entity.number.is_empty() || !entity.names.is_empty()) {
        found.entry(entity_key(entity)).or_insert(entity);
    }
    found
}

fn named_key(number: &str, names: &[String]) -> String {
    match number {
        "" => names.first().cloned().unwrap_or_default(),
        number => format!("#{number}"),
    }
}

fn entity_key(entity: &ListedEntity) -> String {
    named_key(&entity.number, &entity.names)
}

fn entry_key(entry: &ListEntry) -> String {
    named_key(&entry.number, &entry.names)
}

fn key_of(period: &Period) -> Key {
    let listing = &period.listing;
    let key = match &listing.entity {
        Some(number) => format!("#{number}"),
        None => listing.label.to_string(),
    };
    (listing.account.clone(), key)
}

fn entry_of(entity: &ListedEntity, from: Timestamp) -> ListEntry {
    ListEntry {
        number: entity.number.clone(),
        kind: entity.kind,
        names: entity.names.clone(),
        programmes: entity.programmes.clone(),
        designated: entity.designated,
        source: entity.source.clone(),
        from,
        until: None,
    }
}

fn told(listing: &Listing, since: Timestamp) -> DiffEntry {
    DiffEntry {
        account: listing.account.clone(),
        label: Arc::clone(&listing.label),
        entity: listing.entity.clone(),
        since,
    }
}
