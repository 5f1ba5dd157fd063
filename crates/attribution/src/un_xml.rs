//! The consolidated list of the United Nations Security Council, as XML.
//!
//! Source: <https://scsanctions.un.org/resources/xml/en/consolidated.xml>, as described on
//! <https://main.un.org/securitycouncil/en/content/un-sc-consolidated-list>:
//!
//! ```text
//! CONSOLIDATED_LIST dateGenerated="…"
//! ├ INDIVIDUALS ─ INDIVIDUAL ─ DATAID, FIRST_NAME … FOURTH_NAME, UN_LIST_TYPE, REFERENCE_NUMBER,
//! │                            LISTED_ON, COMMENTS1, INDIVIDUAL_ALIAS ─ ALIAS_NAME
//! └ ENTITIES ─ ENTITY ─ DATAID, FIRST_NAME, …, ENTITY_ALIAS ─ ALIAS_NAME
//! ```

use crate::error::AttributionError;
use crate::reading::Reading;
use crate::sanctions::{Draft, EntityKind, Publisher, iso_date};
use crate::xml::{Element, records};

/// Reads the list.
///
/// # Errors
///
/// When it is no well-formed XML of that kind, or over a limit.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let mut reading = Reading::of(file);
    records(file, bytes, "CONSOLIDATED_LIST", &["INDIVIDUAL", "ENTITY"], |element| match element
        .name
        .as_str()
    {
        "INDIVIDUAL" => entity(&mut reading, &element, EntityKind::Person),
        "ENTITY" => entity(&mut reading, &element, EntityKind::Body),
        _ => reading.edition = element.attribute("dateGenerated").and_then(iso_date),
    })?;
    Ok(reading)
}

fn entity(reading: &mut Reading, element: &Element, kind: EntityKind) {
    let mut draft = Draft::at(element.line);
    let number = element.text_of("REFERENCE_NUMBER").or_else(|| element.text_of("DATAID"));
    draft.number = number.unwrap_or_default().to_owned();
    draft.kind = kind;
    let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];
    let parts: Vec<&str> = parts.iter().filter_map(|part| element.text_of(part)).collect();
    draft.name(&parts.join(" "));
    if let Some(name) = element.text_of("NAME_ORIGINAL_SCRIPT") {
        draft.name(name);
    }
    for alias in element.all("INDIVIDUAL_ALIAS").chain(element.all("ENTITY_ALIAS")) {
        if let Some(name) = alias.text_of("ALIAS_NAME") {
            draft.name(name);
        }
    }
    if let Some(programme) = element.text_of("UN_LIST_TYPE") {
        draft.programme(programme);
    }
    draft.designated = element.text_of("LISTED_ON").and_then(iso_date);
    draft.texts.extend(element.text_of("COMMENTS1").map(str::to_owned));
    for paper in element.all("INDIVIDUAL_DOCUMENT").chain(element.all("ENTITY_ADDRESS")) {
        let texts = paper.children.iter().map(|child| child.text.as_str());
        draft.texts.push(texts.collect::<Vec<_>>().join(" "));
    }
    draft.finish(reading, Publisher::Un);
}
