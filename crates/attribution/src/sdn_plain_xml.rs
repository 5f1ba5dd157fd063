//! The SDN list as plain XML, `sdn.xml`, and OFAC's other lists of the same shape.
//!
//! Source: OFAC, "SDN data formats", <https://ofac.treasury.gov/sdn-list/sdn-list-data-formats-data-schemas>:
//!
//! ```text
//! sdnList
//! ├ publshInformation ─ Publish_Date                             07/30/2026
//! └ sdnEntry ─ uid, firstName, lastName, sdnType, programList ─ program, remarks,
//!              akaList ─ aka ─ firstName, lastName
//!              idList ─ id ─ idType "Digital Currency Address - XBT", idNumber
//! ```

use hawkshaw_model::Timestamp;

use crate::error::AttributionError;
use crate::listed::{self, ADDRESS_PREFIX, Listed};
use crate::reading::Reading;
use crate::sanctions::{Draft, EntityKind, Publisher};
use crate::xml::{Element, records};

/// Reads the list.
///
/// # Errors
///
/// When it is no well-formed XML of that kind, or over a limit.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let mut reading = Reading::of(file);
    records(file, bytes, "sdnList", &["Publish_Date", "sdnEntry"], |element| {
        match element.name.as_str() {
            "Publish_Date" => reading.edition = date_month_first(&element.text),
            "sdnEntry" => entity(&mut reading, &element),
            _ => {}
        }
    })?;
    Ok(reading)
}

fn entity(reading: &mut Reading, element: &Element) {
    let mut draft = Draft::at(element.line);
    draft.number = element.text_of("uid").unwrap_or_default().to_owned();
    draft.kind = kind(element.text_of("sdnType").unwrap_or_default());
    draft.name(&name(element));
    for alias in element.below("aka") {
        draft.name(&name(alias));
    }
    for programme in element.below("program") {
        draft.programme(&programme.text);
    }
    let uid = draft.number.parse().ok();
    draft.source = uid.map(listed::details);
    let label = draft.names.first().cloned();
    draft.finish(reading, Publisher::Ofac);
    for paper in element.below("id") {
        let kind = paper.text_of("idType").unwrap_or_default();
        let Some(ticker) = kind.strip_prefix(ADDRESS_PREFIX) else { continue };
        let entry = Listed {
            ticker: ticker.trim(),
            address: paper.text_of("idNumber").unwrap_or_default(),
            uid,
            name: label.as_deref(),
            issued: reading.edition,
            context: None,
        };
        listed::add(reading, paper.line, &entry);
    }
}

/// What OFAC calls kinds.
pub(crate) fn kind(text: &str) -> EntityKind {
    match text.trim().to_ascii_lowercase().as_str() {
        "individual" => EntityKind::Person,
        "entity" => EntityKind::Body,
        "vessel" | "aircraft" => EntityKind::Craft,
        _ => EntityKind::Unknown,
    }
}

fn name(element: &Element) -> String {
    let parts = [element.text_of("firstName"), element.text_of("lastName")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// `07/30/2026`.
fn date_month_first(text: &str) -> Option<Timestamp> {
    let mut parts = text.trim().split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let (month, day): (u8, u8) = (month.parse().ok()?, day.parse().ok()?);
    format!("{year}-{month:02}-{day:02}").parse().ok()
}
