//! The SDN list as advanced XML, `sdn_advanced.xml`, read as a stream.
//!
//! Source: OFAC, "Advanced Sanctions Data Model",
//! <https://ofac.treasury.gov/sdn-list/sdn-list-data-formats-data-schemas>. The parts read:
//!
//! ```text
//! Sanctions
//! ├ DateOfIssue ─ Year, Month, Day
//! ├ ReferenceValueSets ─ FeatureTypeValues ─ FeatureType ID="…"   "Digital Currency Address - XBT"
//! └ DistinctParties ─ DistinctParty FixedRef="<uid>" ─ Profile
//!   ├ Identity ─ Alias Primary="true" ─ DocumentedName ─ DocumentedNamePart ─ NamePartValue
//!   └ Feature FeatureTypeID="…" ─ FeatureVersion ─ VersionDetail                  "<address>"
//! ```

use std::collections::BTreeMap;

use hawkshaw_model::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::defects::DefectReason;
use crate::error::AttributionError;
use crate::listed::{self, ADDRESS_PREFIX, Listed};
use crate::network::shortened;
use crate::reading::Reading;
use crate::yaml::text_of;

/// Levels of nesting. The real list has eleven.
const DEPTH_MAX: usize = 64;

/// A text between two tags is at most this long.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Reads the advanced XML.
///
/// # Errors
///
/// When it is no well-formed XML of that kind, declares a document type or entities, or is over
/// a limit of depth or size.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let text = text_of(file, bytes)?;
    let mut list = List::of(file);
    let mut xml = Reader::from_str(text);
    let mut lines = Lines { text, offset: 0, line: 1 };
    loop {
        let event = xml.read_event();
        let line = lines.at(xml.buffer_position());
        let broken =
            |reason: String| AttributionError::Broken { file: file.to_owned(), line, reason };
        match event.map_err(|error| broken(shortened(&error.to_string())))? {
            Event::Start(tag) => list.open(&tag, line).map_err(broken)?,
            Event::Empty(tag) => {
                list.open(&tag, line).map_err(broken)?;
                list.close();
            }
            Event::End(_) => list.close(),
            Event::Text(text) => list.append(&text.xml10_content()).map_err(broken)?,
            Event::CData(text) => list.append(&text.xml10_content()).map_err(broken)?,
            Event::GeneralRef(entity) => {
                let resolved = resolve(&entity).map_err(broken)?;
                list.append(resolved.encode_utf8(&mut [0; 4])).map_err(broken)?;
            }
            Event::DocType(_) => {
                return Err(broken("document type definitions are refused".to_owned()));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if list.path.is_empty() => return Ok(list.reading),
            Event::Eof => return Err(broken("the file ends inside an element".to_owned())),
        }
    }
}

/// The list as far as it is read.
struct List {
    reading: Reading,
    /// Names of the open elements.
    path: Vec<String>,
    /// The text of the innermost open element.
    text: String,
    /// Tickers by the ids of features that are addresses.
    tickers: BTreeMap<String, String>,
    /// The id of the open `FeatureType`.
    feature_type: Option<String>,
    issued: [String; 3],
    party: Option<Party>,
    parties_seen: bool,
}

/// The open `DistinctParty`.
#[derive(Default)]
struct Party {
    uid: Option<u64>,
    name: String,
    /// Whether the primary alias is open.
    naming: bool,
    /// Whether the first documented name of the primary alias is done.
    named: bool,
    /// The ticker of the open feature.
    ticker: Option<String>,
    /// Line, ticker and address.
    addresses: Vec<(u64, String, String)>,
    line: u64,
}

impl List {
    fn of(file: &str) -> Self {
        Self {
            reading: Reading::of(file),
            path: Vec::new(),
            text: String::new(),
            tickers: BTreeMap::new(),
            feature_type: None,
            issued: Default::default(),
            party: None,
            parties_seen: false,
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, line: u64) -> Result<(), String> {
        let name = tag.local_name().as_ref().to_owned();
        if self.path.len() == DEPTH_MAX {
            return Err(format!("elements nest deeper than {DEPTH_MAX}"));
        }
        if self.path.is_empty() && name != "Sanctions" {
            return Err(format!("the root is `{}`, not `Sanctions`", shortened(&name)));
        }
        self.text.clear();
        match name.as_str() {
            "FeatureType" => self.feature_type = attribute(tag, "ID")?,
            "DistinctParty" => {
                let uid = attribute(tag, "FixedRef")?.and_then(|id| id.trim().parse().ok());
                self.party = Some(Party { uid, ..Party::default() });
                self.parties_seen = true;
            }
            _ => {}
        }
        if let Some(party) = &mut self.party {
            party.line = line;
            match name.as_str() {
                "Alias" => {
                    party.naming = attribute(tag, "Primary")?.as_deref() == Some("true");
                }
                "Feature" => {
                    let id = attribute(tag, "FeatureTypeID")?;
                    party.ticker = id.and_then(|id| self.tickers.get(&id).cloned());
                }
                _ => {}
            }
        }
        self.path.push(name);
        Ok(())
    }

    fn append(&mut self, text: &str) -> Result<(), String> {
        if self.text.len() + text.len() > TEXT_BYTES_MAX {
            return Err(format!("a text is over {TEXT_BYTES_MAX} bytes"));
        }
        self.text.push_str(text);
        Ok(())
    }

    fn close(&mut self) {
        let Some(name) = self.path.pop() else { return };
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        match name.as_str() {
            "FeatureType" => self.close_feature_type(text),
            "Year" | "Month" | "Day" if self.path.ends_with(&["DateOfIssue".to_owned()]) => {
                let index = usize::from(name != "Year") + usize::from(name == "Day");
                if self.path.len() == 2 {
                    self.issued[index] = text.to_owned();
                }
            }
            "DistinctParty" => self.close_party(),
            _ => {}
        }
        let Some(party) = &mut self.party else { return };
        match name.as_str() {
            "NamePartValue" if party.naming && !party.named && !text.is_empty() => {
                if !party.name.is_empty() {
                    party.name.push(' ');
                }
                party.name.push_str(text);
            }
            "DocumentedName" if party.naming && !party.name.is_empty() => party.named = true,
            "Alias" => party.naming = false,
            "Feature" => party.ticker = None,
            "VersionDetail" => {
                if let Some(ticker) = &party.ticker {
                    party.addresses.push((party.line, ticker.clone(), text.to_owned()));
                }
            }
            _ => {}
        }
    }

    fn close_feature_type(&mut self, text: &str) {
        let Some(id) = self.feature_type.take() else {
            return;
        };
        let Some(ticker) = text.strip_prefix(ADDRESS_PREFIX) else {
            return;
        };
        if self.parties_seen {
            // Whoever came before it was read without it: say so instead of losing them.
            self.reading.defect(DefectReason::BadRecord, 0, format!("{text} is defined too late"));
        }
        self.tickers.insert(id, ticker.trim().to_owned());
    }

    fn close_party(&mut self) {
        let Some(party) = self.party.take() else {
            return;
        };
        let issued = self.issued();
        for (line, ticker, address) in &party.addresses {
            let entry = Listed {
                ticker,
                address,
                uid: party.uid,
                name: Some(&party.name),
                issued,
                context: None,
            };
            listed::add(&mut self.reading, *line, &entry);
        }
    }

    /// When the list was issued.
    fn issued(&self) -> Option<Timestamp> {
        let [year, month, day] = &self.issued;
        let (month, day): (u8, u8) = (month.parse().ok()?, day.parse().ok()?);
        format!("{year}-{month:02}-{day:02}").parse().ok()
    }
}

/// Counts lines while the reader moves on.
struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: u64,
}

impl Lines<'_> {
    fn at(&mut self, position: u64) -> u64 {
        let end = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        let passed = self.text.as_bytes().get(self.offset..end).unwrap_or_default();
        let lines = passed.iter().filter(|b| **b == b'\n').count();
        self.line = self.line.saturating_add(u64::try_from(lines).unwrap_or(u64::MAX));
        self.offset = self.offset.max(end);
        self.line
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let found = tag.try_get_attribute(name).map_err(|error| shortened(&error.to_string()))?;
    Ok(found.map(|attribute| attribute.value.into_owned()))
}

/// The character of a reference. Only the five that XML predefines and numbers are known:
/// entities that a document declares for itself can be bombs.
fn resolve(entity: &BytesRef<'_>) -> Result<char, String> {
    match entity.as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        other => entity
            .resolve_char_ref()
            .ok()
            .flatten()
            .ok_or_else(|| format!("the entity `{}` is refused", shortened(other))),
    }
}

#[cfg(test)]
mod tests;
