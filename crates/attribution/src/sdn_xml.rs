//! The SDN list as advanced XML, `sdn_advanced.xml`, read record by record.
//!
//! Source: OFAC, "Advanced Sanctions Data Model",
//! <https://ofac.treasury.gov/sdn-list/sdn-list-data-formats-data-schemas>. The parts read:
//!
//! ```text
//! Sanctions
//! ├ DateOfIssue ─ Year, Month, Day
//! ├ ReferenceValueSets ─ PartyTypeValues ─ PartyType ID="1"              "Individual"
//! │                    ├ PartySubTypeValues ─ PartySubType ID="4" PartyTypeID="1"
//! │                    └ FeatureTypeValues ─ FeatureType ID="…"   "Digital Currency Address - XBT"
//! ├ DistinctParties ─ DistinctParty FixedRef="<uid>" ─ Profile ID="…" PartySubTypeID="4"
//! │ ├ Identity ─ Alias Primary="true" ─ DocumentedName ─ DocumentedNamePart ─ NamePartValue
//! │ └ Feature FeatureTypeID="…" ─ FeatureVersion ─ VersionDetail                  "<address>"
//! └ SanctionsEntries ─ SanctionsEntry ProfileID="…"
//!   ├ EntryEvent ─ Date ─ Year, Month, Day
//!   └ SanctionsMeasure ─ Comment                                          a programme
//! ```

use std::collections::BTreeMap;

use hawkshaw_model::Timestamp;

use crate::defects::DefectReason;
use crate::error::AttributionError;
use crate::listed::{self, ADDRESS_PREFIX, Listed};
use crate::reading::Reading;
use crate::sanctions::{Draft, EntityKind, Publisher};
use crate::sdn_plain_xml::kind;
use crate::xml::{Element, records};

/// The records that are read.
const RECORDS: [&str; 6] =
    ["DateOfIssue", "PartyType", "PartySubType", "FeatureType", "DistinctParty", "SanctionsEntry"];

/// Reads the advanced XML.
///
/// # Errors
///
/// When it is no well-formed XML of that kind, declares a document type or entities, or is over
/// a limit of depth or size.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let mut list = List { reading: Some(Reading::of(file)), ..List::default() };
    records(file, bytes, "Sanctions", &RECORDS, |element| list.take(&element))?;
    Ok(list.reading.unwrap_or_else(|| Reading::of(file)))
}

/// The list as far as it is read.
#[derive(Default)]
struct List {
    reading: Option<Reading>,
    /// Tickers by the ids of features that are addresses.
    tickers: BTreeMap<String, String>,
    /// Kinds of parties by their ids, and by the ids of their finer kinds.
    types: BTreeMap<String, EntityKind>,
    sub_types: BTreeMap<String, EntityKind>,
    /// Places in the reading's entities, by profile.
    profiles: BTreeMap<String, usize>,
}

impl List {
    fn take(&mut self, element: &Element) {
        let id = element.attribute("ID").map(str::to_owned);
        match (element.name.as_str(), id) {
            ("DateOfIssue", _) => {
                if let Some(reading) = &mut self.reading {
                    reading.edition = date(element);
                }
            }
            ("PartyType", Some(id)) => {
                self.types.insert(id, kind(&element.text));
            }
            ("PartySubType", Some(id)) => {
                let of = element.attribute("PartyTypeID").and_then(|of| self.types.get(of));
                self.sub_types.insert(id, of.copied().unwrap_or(EntityKind::Unknown));
            }
            ("FeatureType", Some(id)) => self.feature_type(id, element),
            ("DistinctParty", _) => self.party(element),
            ("SanctionsEntry", _) => self.entry(element),
            _ => {}
        }
    }

    fn feature_type(&mut self, id: String, element: &Element) {
        let Some(ticker) = element.text.strip_prefix(ADDRESS_PREFIX) else { return };
        if let Some(reading) = self.reading.as_mut().filter(|reading| reading.is_late()) {
            // Whoever came before it was read without it: say so instead of losing them.
            let what = format!("{} is defined too late", element.text);
            reading.defect(DefectReason::BadRecord, element.line, what);
        }
        self.tickers.insert(id, ticker.trim().to_owned());
    }

    fn party(&mut self, element: &Element) {
        let Some(reading) = &mut self.reading else { return };
        let mut draft = Draft::at(element.line);
        let uid: Option<u64> = element.attribute("FixedRef").and_then(|id| id.parse().ok());
        draft.number = uid.map(|uid| uid.to_string()).unwrap_or_default();
        draft.source = uid.map(listed::details);
        let mut features = Vec::new();
        for profile in element.all("Profile") {
            let sub_type = profile.attribute("PartySubTypeID");
            let kind = sub_type.and_then(|id| self.sub_types.get(id)).copied();
            draft.kind = kind.unwrap_or(EntityKind::Unknown);
            if let Some(id) = profile.attribute("ID") {
                self.profiles.insert(id.to_owned(), reading.entities.len());
            }
            features.extend(profile.all("Feature"));
        }
        names(element, &mut draft);
        let label = draft.names.first().cloned();
        draft.finish(reading, Publisher::Ofac);
        for feature in features {
            let Some(ticker) =
                feature.attribute("FeatureTypeID").and_then(|id| self.tickers.get(id))
            else {
                continue;
            };
            for detail in feature.below("VersionDetail") {
                let entry = Listed {
                    ticker,
                    address: &detail.text,
                    uid,
                    name: label.as_deref(),
                    issued: reading.edition,
                    context: None,
                };
                listed::add(reading, detail.line, &entry);
            }
        }
    }

    /// When and why a party was listed.
    fn entry(&mut self, element: &Element) {
        let Some(reading) = &mut self.reading else { return };
        let profile = element.attribute("ProfileID");
        let place = profile.and_then(|id| self.profiles.get(id));
        let Some(entity) = place.and_then(|at| reading.entities.get_mut(*at)) else { return };
        let dates = element.below("Date").into_iter().filter_map(date);
        entity.designated = entity.designated.into_iter().chain(dates).min();
        for measure in element.all("SanctionsMeasure") {
            let programme = measure.text_of("Comment").map(str::to_owned);
            if let Some(programme) = programme.filter(|p| !entity.programmes.contains(p)) {
                entity.programmes.push(programme);
            }
        }
    }
}

/// The primary name first, then the others.
fn names(element: &Element, draft: &mut Draft) {
    let mut aliases = element.below("Alias");
    aliases.sort_by_key(|alias| alias.attribute("Primary") != Some("true"));
    for alias in aliases {
        for name in alias.all("DocumentedName") {
            let parts = name.below("NamePartValue").into_iter().map(|part| part.text.as_str());
            draft.name(&parts.collect::<Vec<_>>().join(" "));
        }
    }
}

/// Year, month and day.
fn date(element: &Element) -> Option<Timestamp> {
    let of = |name| element.below(name).first().map(|part| part.text.as_str());
    let (month, day): (u8, u8) = (of("Month")?.parse().ok()?, of("Day")?.parse().ok()?);
    format!("{}-{month:02}-{day:02}", of("Year")?).parse().ok()
}

#[cfg(test)]
mod tests;
