//! All tags, by account.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use hawkshaw_model::{Account, Actor, ActorId, Stop, Tag, TagSubject, TxId};

use crate::conflict::{Conflict, Judgement};
use crate::defects::{DefectReason, Defects};
use crate::error::AttributionError;
use crate::format::{Format, recognise};
use crate::include::Includes;
use crate::reading::Reading;
use crate::{
    actorpack, bare, csv_tags, eu_csv, eu_xml, label_map, ofac, sdn_csv, sdn_plain_xml, sdn_xml,
    store, tagpack, uk_csv, uk_xml, un_xml,
};

/// What one file gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSummary {
    /// What it was recognised as.
    pub format: Format,
    /// Tags read, before duplicates are taken out.
    pub tags: usize,
    /// Actors read, before duplicates are taken out.
    pub actors: usize,
    /// What was wrong with single records.
    pub defects: Defects,
}

/// All tags of any number of files, by account.
///
/// The same files give the same index in any order, but for actors that are defined twice.
///
/// ```
/// use hawkshaw_attribution::{NoIncludes, TagIndex};
///
/// let pack = "title: T\ncreator: C\nsource: https://example.org\nconfidence: service_data\n\
///             currency: BTC\ncategory: exchange\ntags:\n\
///             - address: 1NDyJtNTjmwk5xPNhjgAMu4HDHigtobu1s\n  label: binance.com\n";
/// let mut index = TagIndex::new();
/// index.add_file("binance.yaml", pack.as_bytes(), &NoIncludes)?;
/// let account = format!(
///     "{}:1NDyJtNTjmwk5xPNhjgAMu4HDHigtobu1s",
///     hawkshaw_model::ChainId::bitcoin()
/// )
/// .parse()?;
/// assert_eq!(index.stop(&account).unwrap().kind.name(), "exchange");
/// assert_eq!(index.name_of(&account).unwrap(), "binance.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TagIndex {
    by_account: BTreeMap<Account, Vec<Tag>>,
    by_transaction: BTreeMap<TxId, Vec<Tag>>,
    actors: BTreeMap<ActorId, Actor>,
    defects: Defects,
    tags: usize,
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
        name: &str,
        bytes: &[u8],
        includes: &dyn Includes,
    ) -> Result<FileSummary, AttributionError> {
        let (format, reading) = read(name, bytes, includes)?;
        Ok(self.take_over(format, reading))
    }

    fn take_over(&mut self, format: Format, mut reading: Reading) -> FileSummary {
        let actors = std::mem::take(&mut reading.actors);
        let tags = std::mem::take(&mut reading.tags);
        let (tag_count, actor_count) = (tags.len(), actors.len());
        for actor in actors {
            match self.actors.entry(actor.id.clone()) {
                Entry::Vacant(place) => {
                    place.insert(actor);
                }
                Entry::Occupied(known) if *known.get() != actor => {
                    reading.defect(DefectReason::DuplicateActor, 0, &actor.id);
                }
                Entry::Occupied(_) => {}
            }
        }
        for tag in tags {
            if let Some(again) = self.add(tag) {
                reading.defect(DefectReason::DuplicateTag, 0, again);
            }
        }
        self.defects.merge(reading.defects.clone());
        let defects = reading.defects;
        FileSummary { format, tags: tag_count, actors: actor_count, defects }
    }

    /// Adds a tag. The same claim again only adds to the concepts of the first; then what is
    /// tagged is returned.
    fn add(&mut self, tag: Tag) -> Option<String> {
        let tags = match &tag.subject {
            TagSubject::Account(account) => self.by_account.entry(account.clone()).or_default(),
            TagSubject::Transaction(tx) => self.by_transaction.entry(tx.clone()).or_default(),
        };
        match tags.binary_search_by(|known| claim(known).cmp(&claim(&tag))) {
            Err(place) => {
                tags.insert(place, tag);
                self.tags += 1;
                None
            }
            Ok(place) => {
                let known = tags.get_mut(place)?;
                unite(known, tag);
                Some(match &known.subject {
                    TagSubject::Account(account) => account.to_string(),
                    TagSubject::Transaction(tx) => tx.to_string(),
                })
            }
        }
    }

    /// The tags and actors as JSON lines, which [`TagIndex::add_file`] reads again.
    pub fn to_store(&self) -> Vec<u8> {
        store::write(self.actors(), self.tags())
    }

    /// How many tags there are.
    pub fn len(&self) -> usize {
        self.tags
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tags == 0
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

    /// Whether following stops at an account, and as what: the most certain tag of level 20 or
    /// more that names a service decides (between equals the first by kind and label), unless a
    /// strictly surer one names an offender or a victim.
    pub fn stop(&self, account: &Account) -> Option<Stop> {
        self.judge(account)?.stop()
    }

    /// The best short name of an account for people, safe to show.
    pub fn name_of(&self, account: &Account) -> Option<String> {
        self.judge(account)?.best_name()
    }

    /// The tags of an account that disagree, and which of them count.
    pub fn conflicts(&self, account: &Account) -> Vec<Conflict> {
        self.judge(account).map_or(Vec::new(), |judgement| judgement.conflicts(account))
    }

    /// What was wrong with single records of all files.
    pub fn defects(&self) -> &Defects {
        &self.defects
    }

    fn judge(&self, account: &Account) -> Option<Judgement<'_>> {
        self.by_account.get(account).map(|tags| Judgement::of(tags, &self.actors))
    }
}

/// Reads a file, whose format is recognised by its content.
///
/// # Errors
///
/// When it is none of the formats, broken as a whole, or over a limit.
pub(crate) fn read(
    name: &str,
    bytes: &[u8],
    includes: &dyn Includes,
) -> Result<(Format, Reading), AttributionError> {
    let format = recognise(name, bytes)?;
    let reading = match format {
        Format::TagPack => tagpack::read(name, bytes, includes),
        Format::ActorPack => actorpack::read(name, bytes),
        Format::OfacText => ofac::read_text(name, bytes),
        Format::OfacJson => ofac::read_json(name, bytes),
        Format::AddressText => bare::read_text(name, bytes, None),
        Format::AddressJson => bare::read_json(name, bytes, None),
        Format::EuCsv => eu_csv::read(name, bytes),
        Format::SdnCsv => sdn_csv::read(name, bytes, includes),
        Format::SdnCompanion => Ok(Reading::of(name)),
        Format::SdnXml => sdn_xml::read(name, bytes),
        Format::LabelMap => label_map::read(name, bytes),
        Format::SdnPlainXml => sdn_plain_xml::read(name, bytes),
        Format::EuXml => eu_xml::read(name, bytes),
        Format::UkXml => uk_xml::read(name, bytes),
        Format::UkCsv | Format::OfsiCsv => uk_csv::read(name, bytes),
        Format::UnXml => un_xml::read(name, bytes),
        Format::SimpleCsv => csv_tags::read(name, bytes),
        Format::Store => store::read(name, bytes),
    }?;
    Ok((format, reading))
}

/// What makes a claim, in the order of the tags of an account: two tags of one subject that
/// agree in it are the same claim.
fn claim(tag: &Tag) -> (u8, &str, &str, &str, Option<&ActorId>) {
    let surest_first = u8::MAX - tag.confidence.level;
    (surest_first, &tag.label, &tag.source, &tag.confidence.id, tag.actor.as_ref())
}

/// Adds what another record of the same claim says, so that the order of files does not matter.
fn unite(known: &mut Tag, again: Tag) {
    known.concepts.extend(again.concepts);
    known.concepts.sort();
    known.concepts.dedup();
    known.lastmod = known.lastmod.max(again.lastmod);
    known.context = known.context.take().max(again.context);
    known.currency = known.currency.take().max(again.currency);
    if again.creator > known.creator {
        known.creator = again.creator;
    }
}

#[cfg(test)]
mod tests;
