//! The United Kingdom's sanctions list, as XML.
//!
//! Source: the Foreign, Commonwealth and Development Office, "The UK Sanctions List",
//! <https://www.gov.uk/government/publications/the-uk-sanctions-list>, `UK-Sanctions-List.xml`:
//!
//! ```text
//! Designations
//! ├ DateGenerated                                              10/06/2026
//! └ Designation ─ UniqueID, OFSIGroupID, DateDesignated, RegimeName, IndividualEntityShip,
//!                 Names ─ Name ─ Name1 … Name6, NameType
//!                 NonLatinNames ─ NonLatinName ─ NameNonLatinScript
//!                 OtherInformation, UKStatementofReasons       free text, addresses too
//! ```

use crate::error::AttributionError;
use crate::reading::Reading;
use crate::sanctions::{Draft, EntityKind, Publisher, date_day_first};
use crate::xml::{Element, records};

/// Reads the list.
///
/// # Errors
///
/// When it is no well-formed XML of that kind, or over a limit.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let mut reading = Reading::of(file);
    records(
        file,
        bytes,
        "Designations",
        &["DateGenerated", "Designation"],
        |element| match element.name.as_str() {
            "DateGenerated" => reading.edition = date_day_first(&element.text),
            "Designation" => entity(&mut reading, &element),
            _ => {}
        },
    )?;
    Ok(reading)
}

/// What the list calls kinds.
pub(crate) fn kind(text: &str) -> EntityKind {
    match text.trim().to_ascii_lowercase().as_str() {
        "individual" => EntityKind::Person,
        "entity" => EntityKind::Body,
        "ship" | "aircraft" => EntityKind::Craft,
        _ => EntityKind::Unknown,
    }
}

fn entity(reading: &mut Reading, element: &Element) {
    let mut draft = Draft::at(element.line);
    draft.number = element.text_of("UniqueID").unwrap_or_default().to_owned();
    draft.kind = kind(element.text_of("IndividualEntityShip").unwrap_or_default());
    let mut names = element.below("Name");
    // The primary name stands first whatever its place.
    names.sort_by_key(|name| !is_primary(name.text_of("NameType").unwrap_or_default()));
    for name in names {
        let parts = ["Name1", "Name2", "Name3", "Name4", "Name5", "Name6"];
        let parts: Vec<&str> = parts.iter().filter_map(|part| name.text_of(part)).collect();
        draft.name(&parts.join(" "));
    }
    for name in element.below("NameNonLatinScript") {
        draft.name(&name.text);
    }
    if let Some(regime) = element.text_of("RegimeName") {
        draft.programme(regime);
    }
    draft.designated = element.text_of("DateDesignated").and_then(date_day_first);
    for place in ["OtherInformation", "UKStatementofReasons"] {
        draft.texts.extend(element.below(place).iter().map(|text| text.text.clone()));
    }
    draft.finish(reading, Publisher::Uk);
}

/// Whether a kind of name is the list's own.
pub(crate) fn is_primary(kind: &str) -> bool {
    kind.trim().to_ascii_lowercase().starts_with("primary name") || kind.trim() == "Primary"
}
