//! Lists of sanctions: who is on them, and with which addresses.

use hawkshaw_model::{Account, ConceptId, Tag, TagSubject, Timestamp};

use crate::confidence;
use crate::defects::{DefectReason, Defects};
use crate::error::AttributionError;
use crate::format::{Format, recognise};
use crate::in_text;
use crate::include::Includes;
use crate::reading::Reading;
use crate::{bare, index, listed, ofac};

/// Names of one entity that are kept.
const NAMES_MAX: usize = 200;

/// Who publishes a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Publisher {
    /// The United States Treasury.
    Ofac,
    /// The European Union.
    Eu,
    /// The United Kingdom.
    Uk,
    /// The United Nations.
    Un,
}

/// What kind of thing is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// A human being.
    Person,
    /// A company, group or other body.
    Body,
    /// A ship or an aircraft.
    Craft,
    /// The list does not say.
    Unknown,
}

/// Somebody or something on a list. Of a person only names are read: no dates of birth, papers
/// or nationalities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEntity {
    /// The number that the list gives it; empty where it gives none.
    pub number: String,
    /// What it is.
    pub kind: EntityKind,
    /// Its names, the list's own first.
    pub names: Vec<String>,
    /// Under which programmes or regimes it is listed.
    pub programmes: Vec<String>,
    /// Since when, where the list says so.
    pub designated: Option<Timestamp>,
    /// Where the claim stands.
    pub source: String,
    /// What it is listed as.
    pub concepts: Vec<ConceptId>,
    /// How sure the source is, from 0 to 100.
    pub confidence: u8,
    /// Its addresses.
    pub addresses: Vec<ListedAddress>,
}

/// An address of somebody on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAddress {
    /// The address.
    pub account: Account,
    /// The currency that the list names beside it.
    pub currency: Option<String>,
}

/// What a list file says.
#[derive(Debug, Clone)]
pub struct ListFile {
    /// What it was recognised as.
    pub format: Format,
    /// Who publishes it, where its shape tells.
    pub publisher: Option<Publisher>,
    /// When this edition was issued, where the file says so.
    pub edition: Option<Timestamp>,
    /// Who is on it, in the order of the file.
    pub entities: Vec<ListedEntity>,
    /// What was wrong with single records.
    pub defects: Defects,
}

/// Reads a list: of sanctions, or any file of tags of addresses.
///
/// # Errors
///
/// When the file is none of the formats, broken as a whole, or over a limit.
pub fn read_list(
    name: &str,
    bytes: &[u8],
    includes: &dyn Includes,
) -> Result<ListFile, AttributionError> {
    let (format, reading) = index::read(name, bytes, includes)?;
    Ok(of_reading(format, reading))
}

/// Reads a list of the user's own: as [`read_list`], but a bare list of addresses says nothing of
/// who published it, even where it is named like one that was taken from a list of sanctions.
///
/// # Errors
///
/// When the file is none of the formats, broken as a whole, or over a limit.
pub fn read_own_list(
    name: &str,
    bytes: &[u8],
    includes: &dyn Includes,
) -> Result<ListFile, AttributionError> {
    let asset = ofac::asset_of(name);
    match recognise(name, bytes)? {
        Format::OfacText => {
            Ok(of_reading(Format::AddressText, bare::read_text(name, bytes, asset)?))
        }
        Format::OfacJson => {
            Ok(of_reading(Format::AddressJson, bare::read_json(name, bytes, asset)?))
        }
        _ => read_list(name, bytes, includes),
    }
}

fn of_reading(format: Format, mut reading: Reading) -> ListFile {
    let mut entities = std::mem::take(&mut reading.entities);
    if entities.is_empty() {
        entities = reading.tags.iter().filter_map(of_tag).collect();
    }
    ListFile {
        format,
        publisher: format.publisher(),
        edition: reading.edition,
        entities,
        defects: reading.defects,
    }
}

/// A tag as an entry of a list.
fn of_tag(tag: &Tag) -> Option<ListedEntity> {
    let TagSubject::Account(account) = &tag.subject else { return None };
    Some(ListedEntity {
        number: tag.actor.as_ref().map(ToString::to_string).unwrap_or_default(),
        kind: EntityKind::Unknown,
        // What says nothing is no name.
        names: Some(tag.label.clone()).filter(|label| label != bare::LABEL).into_iter().collect(),
        programmes: Vec::new(),
        designated: None,
        source: tag.source.clone(),
        concepts: tag.concepts.clone(),
        confidence: tag.confidence.level,
        addresses: vec![ListedAddress { account: account.clone(), currency: tag.currency.clone() }],
    })
}

impl Publisher {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ofac => "U.S. Treasury, Office of Foreign Assets Control",
            Self::Eu => "European Union, consolidated financial sanctions list",
            Self::Uk => "United Kingdom, sanctions list",
            Self::Un => "United Nations Security Council, consolidated list",
        }
    }

    /// Where the list is published.
    pub(crate) fn url(self) -> &'static str {
        match self {
            Self::Ofac => listed::LIST_URL,
            Self::Eu => {
                "https://data.europa.eu/data/datasets/consolidated-list-of-persons-groups-and-entities-subject-to-eu-financial-sanctions"
            }
            Self::Uk => "https://www.gov.uk/government/publications/the-uk-sanctions-list",
            Self::Un => "https://main.un.org/securitycouncil/en/content/un-sc-consolidated-list",
        }
    }
}

/// An entity whose texts are still to be searched for addresses.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) line: u64,
    pub(crate) number: String,
    pub(crate) kind: EntityKind,
    pub(crate) names: Vec<String>,
    pub(crate) programmes: Vec<String>,
    pub(crate) designated: Option<Timestamp>,
    pub(crate) source: Option<String>,
    /// Free texts in which addresses may stand.
    pub(crate) texts: Vec<String>,
}

impl Draft {
    pub(crate) fn at(line: u64) -> Self {
        Self {
            line,
            number: String::new(),
            kind: EntityKind::Unknown,
            names: Vec::new(),
            programmes: Vec::new(),
            designated: None,
            source: None,
            texts: Vec::new(),
        }
    }

    /// Adds a name that is not empty and not there yet.
    pub(crate) fn name(&mut self, name: &str) {
        let words: Vec<&str> = name.split_whitespace().collect();
        let name = words.join(" ");
        if !name.is_empty() && self.names.len() < NAMES_MAX && !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    /// Adds a programme that is not there yet.
    pub(crate) fn programme(&mut self, programme: &str) {
        let programme = programme.trim();
        if !programme.is_empty() && !self.programmes.iter().any(|known| known == programme) {
            self.programmes.push(programme.to_owned());
        }
    }

    /// The entity, with the addresses that stand in its texts, into a reading; each address also
    /// as a tag.
    pub(crate) fn finish(self, reading: &mut Reading, publisher: Publisher) {
        let mut addresses: Vec<ListedAddress> = Vec::new();
        for text in &self.texts {
            let found = in_text::addresses(text);
            for (account, currency) in found.addresses {
                if addresses.iter().all(|known| known.account != account) {
                    let currency = currency.map(str::to_owned);
                    addresses.push(ListedAddress { account, currency });
                }
            }
            for refused in found.refused {
                let what = format!("{}: {refused}", self.number);
                reading.defect(DefectReason::ImpossibleAddress, self.line, what);
            }
        }
        let names: Vec<String> =
            self.names.iter().map(|name| reading.short(self.line, name)).collect();
        let confidence =
            confidence::confidence_of("authority_data").unwrap_or_else(confidence::unknown);
        let entity = ListedEntity {
            kind: self.kind,
            names,
            programmes: self.programmes,
            designated: self.designated,
            source: self.source.unwrap_or_else(|| publisher.url().to_owned()),
            concepts: "sanction".parse().into_iter().collect(),
            confidence: confidence.level,
            number: reading.short(self.line, &self.number),
            addresses,
        };
        for address in &entity.addresses {
            reading.tags.push(Tag {
                subject: TagSubject::Account(address.account.clone()),
                label: entity.names.first().cloned().unwrap_or_else(|| publisher.name().to_owned()),
                actor: None,
                concepts: entity.concepts.clone(),
                source: entity.source.clone(),
                creator: publisher.name().to_owned(),
                confidence: confidence.clone(),
                lastmod: entity.designated.or(reading.edition),
                context: (!entity.number.is_empty()).then(|| format!("entry {}", entity.number)),
                currency: address.currency.clone(),
            });
        }
        reading.entities.push(entity);
    }
}

/// A date as lists write it: `2022-03-23` with or without a time behind it.
pub(crate) fn iso_date(text: &str) -> Option<Timestamp> {
    text.trim().get(..10)?.parse().ok()
}

/// A date with the day first: `23/03/2022`; or as [`iso_date`] has it.
pub(crate) fn date_day_first(text: &str) -> Option<Timestamp> {
    let mut parts = text.trim().split(['/', '.', ' ']);
    let of = |parts: &mut dyn Iterator<Item = &str>| -> Option<Timestamp> {
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        let (day, month): (u8, u8) = (day.parse().ok()?, month_of(month)?);
        format!("{year}-{month:02}-{day:02}").parse().ok()
    };
    of(&mut parts).or_else(|| of(&mut text.trim().split('-'))).or_else(|| iso_date(text))
}

/// A month as a number or by its English name.
fn month_of(text: &str) -> Option<u8> {
    const NAMES: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let by_name = || {
        let start = text.get(..3)?.to_ascii_lowercase();
        let place = NAMES.iter().position(|name| *name == start)?;
        u8::try_from(place + 1).ok()
    };
    text.parse().ok().or_else(by_name)
}
