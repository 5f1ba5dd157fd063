//! The European Union's consolidated list of financial sanctions, as XML.
//!
//! Source: the European Commission, "Consolidated list of persons, groups and entities subject
//! to EU financial sanctions", `xmlFullSanctionsList_1_1`, schema `export`, version 1.1:
//!
//! ```text
//! export generationDate="…"
//! └ sanctionEntity designationDate="…" euReferenceNumber="EU.27.28" logicalId="13"
//!   ├ remark                                     free text, addresses too
//!   ├ regulation programme="…" publicationDate="…" entryIntoForceDate="…" ─ publicationUrl
//!   ├ subjectType code="person | enterprise"
//!   ├ nameAlias wholeName="…" strong="true"
//!   └ identification number="…" identificationTypeCode="…" ─ remark
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
    records(file, bytes, "export", &["sanctionEntity"], |element| {
        if element.name == "export" {
            reading.edition = element.attribute("generationDate").and_then(iso_date);
        } else {
            entity(&mut reading, &element);
        }
    })?;
    Ok(reading)
}

fn entity(reading: &mut Reading, element: &Element) {
    let mut draft = Draft::at(element.line);
    let number = element.attribute("euReferenceNumber").or(element.attribute("logicalId"));
    draft.number = number.unwrap_or_default().to_owned();
    let code = element.all("subjectType").find_map(|subject| subject.attribute("code"));
    draft.kind = match code {
        Some("person") => EntityKind::Person,
        Some("enterprise") => EntityKind::Body,
        _ => EntityKind::Unknown,
    };
    for alias in element.all("nameAlias") {
        match alias.attribute("wholeName") {
            Some(whole) => draft.name(whole),
            None => {
                let parts = ["firstName", "middleName", "lastName"];
                let parts: Vec<&str> = parts.iter().filter_map(|p| alias.attribute(p)).collect();
                draft.name(&parts.join(" "));
            }
        }
    }
    let mut listed = Vec::new();
    for regulation in element.all("regulation") {
        if let Some(programme) = regulation.attribute("programme") {
            draft.programme(programme);
        }
        let date = regulation.attribute("entryIntoForceDate");
        let date = date.or(regulation.attribute("publicationDate"));
        listed.extend(date.and_then(iso_date));
        draft.source =
            draft.source.take().or_else(|| regulation.text_of("publicationUrl").map(str::to_owned));
    }
    let designated = element.attribute("designationDate").and_then(iso_date);
    draft.designated = designated.or_else(|| listed.into_iter().min());
    texts(element, &mut draft);
    draft.finish(reading, Publisher::Eu);
}

/// Remarks, and papers: a wallet may be given as one, with its currency as the kind of paper.
fn texts(element: &Element, draft: &mut Draft) {
    if let Some(details) = element.attribute("designationDetails") {
        draft.texts.push(details.to_owned());
    }
    for paper in element.all("identification") {
        let of = |name: &str| paper.attribute(name).unwrap_or_default().to_owned();
        let kind =
            format!("{} {}", of("identificationTypeCode"), of("identificationTypeDescription"));
        let remarks: Vec<&str> = paper.all("remark").map(|remark| remark.text.as_str()).collect();
        let remarks = remarks.join(" ");
        draft.texts.push(format!("{kind} {remarks} {} {}", of("number"), of("latinNumber")));
    }
    let own = element.all("remark").chain(element.all("nameAlias").flat_map(|a| a.all("remark")));
    let of_addresses = element.all("address").flat_map(|address| address.all("remark"));
    draft.texts.extend(own.chain(of_addresses).map(|remark| remark.text.clone()));
}
