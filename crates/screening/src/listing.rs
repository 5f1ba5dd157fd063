//! Listings: an address stands on a list or has a tag, from one day to another.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use hawkshaw_model::{Account, Timestamp};
use serde::{Serialize, Serializer};

use crate::category::Category;
use crate::query::words;

/// The id of a list, such as `ofac-sdn`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(Arc<str>);

/// What kind of list it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListKind {
    /// Made by a government or the United Nations; dated editions.
    Sanctions,
    /// Tags of whoever publishes them.
    Tags,
    /// The user's own.
    Own,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListInfo {
    /// Its id.
    pub id: ListId,
    /// Its name for people.
    pub name: String,
    /// What kind it is.
    pub kind: ListKind,
    /// The day of the newest edition, where there are editions.
    pub edition: Option<Timestamp>,
}

/// That an address stands on a list. Texts are outside text: show them through `Printable`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The list.
    pub list: Arc<ListInfo>,
    /// The address as it was listed, with the chain on which it was.
    pub account: Account,
    /// Who or what the list says that it is.
    pub label: Arc<str>,
    /// The actor's id or the entity's number on the list, where there is one.
    pub entity: Option<Arc<str>>,
    /// What kind of place it is.
    pub category: Category,
    /// Where the claim stands.
    pub source: Arc<str>,
    /// How sure the source is, from 0 to 100.
    pub confidence: u8,
    /// Since when it is listed; `None`: nobody says.
    pub added: Option<Timestamp>,
    /// Since when it no longer is.
    pub removed: Option<Timestamp>,
    /// Whether another address of the same wallet is listed and not this one.
    pub by_cluster: bool,
}

impl Listing {
    /// The order in which listings of an address are told: those that stand first, then by
    /// category, the surest first, then by list and label. Equal only where all is equal.
    pub(crate) fn cmp_rank(&self, other: &Self) -> std::cmp::Ordering {
        let rank = |listing: &Self| {
            (listing.removed, listing.category, u8::MAX - listing.confidence, listing.by_cluster)
        };
        let rest = |listing: &Self| (listing.list.clone(), listing.added, listing.account.clone());
        rank(self)
            .cmp(&rank(other))
            .then_with(|| self.list.id.cmp(&other.list.id))
            .then_with(|| self.label.cmp(&other.label))
            .then_with(|| self.source.cmp(&other.source))
            .then_with(|| self.entity.cmp(&other.entity))
            .then_with(|| rest(self).cmp(&rest(other)))
    }

    /// Whether the address stood on the list at a time; without one, now. A listing without a
    /// beginning has always stood there.
    pub fn stands_at(&self, time: Option<Timestamp>) -> bool {
        match time {
            None => self.removed.is_none(),
            Some(time) => {
                self.added.is_none_or(|added| added <= time)
                    && self.removed.is_none_or(|removed| time < removed)
            }
        }
    }
}

impl ListId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ListId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sane = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(sane) {
            Ok(Self(text.into()))
        } else {
            let shown: String = text.chars().take(64).collect();
            Err(format!("`{shown}` is no id of a list: a-z, 0-9 and `-`, at most 64 of them"))
        }
    }
}

impl fmt::Display for ListId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for ListId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

words!(ListKind, "kind of list", Sanctions = "sanctions", Tags = "tags", Own = "own");
