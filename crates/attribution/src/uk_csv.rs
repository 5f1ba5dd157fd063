//! The United Kingdom's sanctions lists as CSV: that of the Foreign Office and that which the
//! Treasury's OFSI published until January 2026.
//!
//! Sources: "The UK Sanctions List", `UK-Sanctions-List.csv`,
//! <https://www.gov.uk/government/publications/the-uk-sanctions-list>; OFSI, "Consolidated list
//! of asset freeze targets", `ConList.csv`,
//! <https://www.gov.uk/government/publications/financial-sanctions-consolidated-list-of-targets>.
//! A line with the date stands before the header; a row is a name of an entity, so that an
//! entity has several rows. Columns are found by their names: their order has changed.
//!
//! | | Foreign Office | OFSI |
//! |---|---|---|
//! | first line | `Report Date: 22-Nov-2023` | `Last Updated,22/11/2023` |
//! | number | `Unique ID` | `Group ID` |
//! | kind | `Designation Type` | `Group Type` |
//! | programme | `Regime Name` | `Regime` |
//! | listed | `Date Designated` | `UK Sanctions List Date Designated`, `Listed On` |
//! | kind of name | `Name type` | `Alias Type` |
//! | free text | `Other Information`, `UK Statement of Reasons` | `Other Information` |

use std::collections::BTreeMap;

use crate::defects::DefectReason;
use crate::error::AttributionError;
use crate::network::shortened;
use crate::reading::Reading;
use crate::sanctions::{Draft, Publisher, date_day_first};
use crate::uk_xml::{is_primary, kind};

/// Lines before the header at most.
const PREAMBLE_MAX: usize = 4;

/// Whether a text begins as such a list does; then the line of the header, from 0, and whether
/// it is OFSI's.
pub(crate) fn header_line(head: &str) -> Option<(usize, bool)> {
    head.lines().take(PREAMBLE_MAX + 1).enumerate().find_map(|(at, line)| {
        let cells: Vec<String> = line.split(',').map(normal).collect();
        let has = |name: &str| cells.iter().any(|cell| cell == name);
        let is_ofsi = !has("unique id");
        (has("name 6") && (has("group id") || !is_ofsi)).then_some((at, is_ofsi))
    })
}

/// Reads the list.
///
/// # Errors
///
/// When it is no CSV with such a header, or over the limit.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let text = super::sdn_csv::decode(file, bytes)?;
    let broken = |line: u64, reason: String| AttributionError::Broken {
        file: file.to_owned(),
        line,
        reason,
    };
    let Some((before, _)) = header_line(&text) else {
        return Err(broken(1, "no header with `Name 6` and `Group ID` or `Unique ID`".to_owned()));
    };
    let mut reading = Reading::of(file);
    let preamble: Vec<&str> = text.lines().take(before).collect();
    reading.edition = preamble.iter().find_map(|line| date_in(line));
    let rest = behind(&text, before);
    let mut table = csv::ReaderBuilder::new().flexible(true).from_reader(rest.as_bytes());
    let header = table.headers().map_err(|e| broken(1, shortened(&e.to_string())))?.clone();
    let columns = Columns::of(&header);
    let offset = u64::try_from(before).unwrap_or(0);
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for record in table.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            broken(line + offset, shortened(&error.to_string()))
        })?;
        let line = record.position().map_or(0, csv::Position::line) + offset;
        let row = Row { columns: &columns, record: &record };
        let number = row.any(&["unique id", "group id"]);
        if number.is_empty() {
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                reading.defect(DefectReason::BadRecord, line, "a row without a number");
            }
            continue;
        }
        let draft = drafts.entry(number.to_owned()).or_insert_with(|| {
            order.push(number.to_owned());
            Draft::at(line)
        });
        add_row(draft, &row);
    }
    for number in order {
        if let Some(mut draft) = drafts.remove(&number) {
            draft.number = number;
            draft.finish(&mut reading, Publisher::Uk);
        }
    }
    Ok(reading)
}

/// The text behind so many lines.
fn behind(text: &str, lines: usize) -> &str {
    let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    let start = std::iter::once(0).chain(ends).nth(lines);
    start.and_then(|start| text.get(start..)).unwrap_or_default()
}

fn add_row(draft: &mut Draft, row: &Row<'_>) {
    draft.kind = kind(row.any(&["designation type", "group type", "individual, entity, ship"]));
    let parts: Vec<&str> =
        ["name 1", "name 2", "name 3", "name 4", "name 5", "name 6"].map(|n| row.any(&[n])).into();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let name = parts.join(" ");
    draft.name(&name);
    if is_primary(row.any(&["name type", "alias type"])) {
        // The list's own name stands first whatever its row.
        draft.names.sort_by_key(|known| *known != name);
    }
    draft.name(row.any(&["name non-latin script"]));
    draft.programme(row.any(&["regime name", "regime"]));
    let listed = row.any(&["date designated", "uk sanctions list date designated", "listed on"]);
    draft.designated = draft.designated.or_else(|| date_day_first(listed));
    for column in ["other information", "uk statement of reasons"] {
        let text = row.any(&[column]);
        if !text.is_empty() && !draft.texts.iter().any(|known| known == text) {
            draft.texts.push(text.to_owned());
        }
    }
}

/// Which column stands where.
struct Columns(BTreeMap<String, usize>);

impl Columns {
    fn of(header: &csv::StringRecord) -> Self {
        Self(header.iter().enumerate().map(|(at, cell)| (normal(cell), at)).collect())
    }
}

/// A row and its header.
struct Row<'a> {
    columns: &'a Columns,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    /// The first of these columns that is there and not empty.
    fn any(&self, names: &[&str]) -> &str {
        let cell = |name: &&str| self.record.get(*self.columns.0.get(*name)?).map(str::trim);
        names.iter().filter_map(cell).find(|cell| !cell.is_empty()).unwrap_or_default()
    }
}

/// A name of a column without quotes, in lower case.
fn normal(cell: &str) -> String {
    cell.trim().trim_start_matches('\u{feff}').trim_matches('"').trim().to_ascii_lowercase()
}

/// The date of a line such as `Report Date: 22-Nov-2023`.
fn date_in(line: &str) -> Option<hawkshaw_model::Timestamp> {
    let words = line.split([',', ' ', ':', '"']).filter(|word| word.len() >= 8);
    words.into_iter().find_map(date_day_first)
}
