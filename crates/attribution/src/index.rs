//! All tags, by account.

use std::collections::BTreeMap;

use hawkshaw_model::{Account, Actor, ActorId, Stop, Tag, TxId};

use crate::conflict::Conflict;
use crate::defects::Defects;
use crate::error::AttributionError;
use crate::include::Includes;

/// The formats that are read, recognised by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// TagPack YAML.
    TagPack,
    /// ActorPack YAML.
    ActorPack,
    /// Sanctioned addresses of one asset, one a line.
    OfacText,
    /// Sanctioned addresses of one asset, a JSON array.
    OfacJson,
    /// `sdn.csv` of the SDN list.
    SdnCsv,
    /// `alt.csv`, `add.csv` or `sdn_comments.csv`: read together with `sdn.csv`, not alone.
    SdnCompanion,
    /// The SDN list as advanced XML.
    SdnXml,
    /// `address,label,category,source`.
    SimpleCsv,
    /// Our own JSON lines.
    Store,
}

/// What one file gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSummary {
    /// What it was recognised as.
    pub format: Format,
    /// Tags read, before duplicates are taken out.
    pub tags: usize,
    /// Actors read.
    pub actors: usize,
    /// What was wrong with single records.
    pub defects: Defects,
}

/// All tags of any number of files, by account.
#[derive(Debug, Clone, Default)]
pub struct TagIndex {
    by_account: BTreeMap<Account, Vec<Tag>>,
    by_transaction: BTreeMap<TxId, Vec<Tag>>,
    actors: BTreeMap<ActorId, Actor>,
    defects: Defects,
}

impl TagIndex {
    /// An index without tags.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the tags and actors of a file, whose format is recognised by its content. `name`
    /// stands in messages; `includes` gives the files beside it.
    ///
    /// # Errors
    ///
    /// When the file is none of the formats, broken as a whole, or over a limit. The index is
    /// then as it was.
    pub fn add_file(
        &mut self,
        _name: &str,
        _bytes: &[u8],
        _includes: &dyn Includes,
    ) -> Result<FileSummary, AttributionError> {
        Ok(FileSummary { format: Format::Store, tags: 0, actors: 0, defects: Defects::new() })
    }

    /// How many tags there are.
    pub fn len(&self) -> usize {
        self.tags().count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_account.is_empty() && self.by_transaction.is_empty()
    }

    /// The tags of an account, the most certain first, then by label.
    pub fn tags_of(&self, account: &Account) -> &[Tag] {
        self.by_account.get(account).map_or(&[], Vec::as_slice)
    }

    /// The tags of a transaction, the most certain first, then by label.
    pub fn tags_of_transaction(&self, tx: &TxId) -> &[Tag] {
        self.by_transaction.get(tx).map_or(&[], Vec::as_slice)
    }

    /// All tags, in a fixed order: accounts, then transactions.
    pub fn tags(&self) -> impl Iterator<Item = &Tag> {
        self.by_account.values().flatten().chain(self.by_transaction.values().flatten())
    }

    /// The tagged accounts, in order.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.by_account.keys()
    }

    /// An actor.
    pub fn actor(&self, id: &ActorId) -> Option<&Actor> {
        self.actors.get(id)
    }

    /// All actors, by id.
    pub fn actors(&self) -> impl Iterator<Item = &Actor> {
        self.actors.values()
    }

    /// Whether following stops at an account, and as what.
    pub fn stop(&self, _account: &Account) -> Option<Stop> {
        None
    }

    /// The best short name of an account for people, safe to show.
    pub fn name_of(&self, _account: &Account) -> Option<String> {
        None
    }

    /// The tags of an account that disagree.
    pub fn conflicts(&self, _account: &Account) -> Vec<Conflict> {
        Vec::new()
    }

    /// What was wrong with single records of all files.
    pub fn defects(&self) -> &Defects {
        &self.defects
    }
}
