//! The European Union's consolidated list of financial sanctions, as CSV.
//!
//! Source: the European Commission, "Consolidated list of persons, groups and entities subject
//! to EU financial sanctions", `csvFullSanctionsList` and `csvFullSanctionsList_1_1`: cells with
//! `;` between them, a row for each name, paper, place or birth of an entity, so that an entity
//! has several rows. Columns are found by their names, whose beginning names the part.

use std::collections::BTreeMap;

use crate::defects::DefectReason;
use crate::error::AttributionError;
use crate::network::shortened;
use crate::reading::Reading;
use crate::sanctions::{Draft, EntityKind, Publisher, date_day_first};

/// Whether a text begins as such a list does.
pub(crate) fn looks_like(head: &str) -> bool {
    let first = head.lines().next().unwrap_or_default();
    let columns: Vec<String> = first.split(';').map(normal).collect();
    columns.iter().any(|name| name == "entity_logicalid")
}

/// Reads the list.
///
/// # Errors
///
/// When it is no such CSV, or over the limit.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let text = super::sdn_csv::decode(file, bytes)?;
    let text = text.trim_start_matches('\u{feff}');
    let broken = |line: u64, reason: &str| AttributionError::Broken {
        file: file.to_owned(),
        line,
        reason: shortened(reason),
    };
    let mut table =
        csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(text.as_bytes());
    let header = table.headers().map_err(|error| broken(1, &error.to_string()))?;
    let columns: Vec<String> = header.iter().map(normal).collect();
    if !columns.iter().any(|name| name == "entity_logicalid") {
        return Err(broken(1, "no column `Entity_LogicalId`"));
    }
    let mut reading = Reading::of(file);
    let (mut drafts, mut order) = (BTreeMap::new(), Vec::new());
    for record in table.records() {
        let record = record.map_err(|error| {
            broken(error.position().map_or(0, csv::Position::line), &error.to_string())
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row { columns: &columns, record: &record };
        reading.edition = reading.edition.or_else(|| date_day_first(row.get("filegenerationdate")));
        let number = row.get("entity_logicalid");
        if number.is_empty() {
            reading.defect(DefectReason::BadRecord, line, "a row without a number");
            continue;
        }
        let draft = drafts.entry(number.to_owned()).or_insert_with(|| {
            order.push(number.to_owned());
            Draft::at(line)
        });
        add_row(draft, &row);
    }
    for number in order {
        if let Some(draft) = drafts.remove(&number) {
            draft.finish(&mut reading, Publisher::Eu);
        }
    }
    Ok(reading)
}

fn add_row(draft: &mut Draft, row: &Row<'_>) {
    if draft.number.is_empty() {
        let numbers = [row.get("entity_eu_referencenumber"), row.get("entity_logicalid")];
        draft.number =
            numbers.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned();
    }
    match (row.get("entity_subjecttype"), row.get("entity_subjecttype_classificationcode")) {
        ("person", _) | (_, "P") => draft.kind = EntityKind::Person,
        ("enterprise", _) | (_, "E") => draft.kind = EntityKind::Body,
        _ => {}
    }
    match row.get("namealias_wholename") {
        "" => {
            let parts = ["firstname", "middlename", "lastname"];
            draft.name(&parts.map(|part| row.get(&format!("namealias_{part}"))).join(" "));
        }
        whole => draft.name(whole),
    }
    draft.programme(row.get("entity_regulation_programme"));
    let dates = ["entity_designationdate", "entity_regulation_entryintoforcedate"];
    let dates = dates.iter().filter_map(|name| date_day_first(row.get(name)));
    draft.designated = draft.designated.into_iter().chain(dates).min();
    let url = row.get("entity_regulation_publicationurl");
    if draft.source.is_none() && !url.is_empty() {
        draft.source = Some(url.to_owned());
    }
    // A wallet may be given as a paper, with its currency as the kind of paper.
    let paper: Vec<&str> = row.cells().filter(|(name, _)| is_of_paper(name)).map(|c| c.1).collect();
    let remarks = row.cells().filter(|(name, _)| {
        (name.ends_with("remark") || name.ends_with("designationdetails")) && !is_of_paper(name)
    });
    let mut texts: Vec<String> = remarks.map(|(_, text)| text.to_owned()).collect();
    texts.push(paper.join(" "));
    for text in texts {
        if !text.is_empty() && !draft.texts.contains(&text) {
            draft.texts.push(text);
        }
    }
}

fn is_of_paper(name: &str) -> bool {
    let parts = ["typecode", "typedescription", "remark", "number", "latinnumber"];
    let rest = name.strip_prefix("identification_");
    rest.is_some_and(|rest| parts.contains(&rest))
}

/// A row, by the names of its columns.
struct Row<'a> {
    columns: &'a [String],
    record: &'a csv::StringRecord,
}

impl<'a> Row<'a> {
    fn get(&self, name: &str) -> &'a str {
        let place = self.columns.iter().position(|column| column == name);
        place.and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }

    fn cells(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let cells = self.columns.iter().map(String::as_str).zip(self.record.iter().map(str::trim));
        cells.filter(|(_, text)| !text.is_empty())
    }
}

/// A name of a column without quotes, in lower case.
fn normal(cell: &str) -> String {
    cell.trim().trim_start_matches('\u{feff}').trim_matches('"').trim().to_ascii_lowercase()
}
