//! The SDN list as OFAC publishes it in CSV: `sdn.csv`, with `sdn_comments.csv` and `alt.csv`.
//!
//! Source: OFAC, "SDN data specification", <https://ofac.treasury.gov/sdn-list/sdn-list-data-formats-data-schemas>.
//! No header; `-0-` is null; a file may end with the byte 0x1A; remarks over 1,000 characters go
//! on in `sdn_comments.csv` in the middle of a word.
//!
//! | column of `sdn.csv` | meaning |
//! |---|---|
//! | 0 | number of the entry, `uid` |
//! | 1 | name |
//! | 2 | `individual`, `vessel`, `aircraft`, or null for a company |
//! | 11 | remarks, `; ` between them |

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::defects::DefectReason;
use crate::error::AttributionError;
use crate::include::Includes;
use crate::listed::{self, ADDRESS_PREFIX, Listed};
use crate::network::shortened;
use crate::reading::Reading;
use crate::sanctions::{Draft, EntityKind, Publisher};
use crate::sdn_plain_xml;
use crate::yaml::FILE_BYTES_MAX;

/// Columns of `sdn.csv`.
pub(crate) const COLUMNS: usize = 12;

/// Other names of a company that are put into the context of its tags.
const OTHER_NAMES_MAX: usize = 20;

/// Remarks shorter than this were not cut off.
const CUT_CHARACTERS_MIN: usize = 900;

/// Texts by number of the entry.
type ByEntry = BTreeMap<u64, Vec<String>>;

/// Reads `sdn.csv`. Its companions are asked from `includes` and may be absent.
///
/// # Errors
///
/// When it or a companion is over the limit or no CSV.
pub(crate) fn read(
    file: &str,
    bytes: &[u8],
    includes: &dyn Includes,
) -> Result<Reading, AttributionError> {
    let mut reading = Reading::of(file);
    let comments = companion("sdn_comments.csv", 1, includes)?;
    let others = companion("alt.csv", 3, includes)?;
    let text = decode(file, bytes)?;
    for record in records(file, &text) {
        let (line, record) = record?;
        if record.len() != COLUMNS {
            let what = format!("{} columns instead of {COLUMNS}", record.len());
            reading.defect(DefectReason::BadRecord, line, what);
            continue;
        }
        let Some(uid) = number(&record) else {
            reading.defect(DefectReason::BadRecord, line, "no number in the first column");
            continue;
        };
        let overflow = comments.get(&uid).map(Vec::as_slice);
        let remarks = whole_remarks(&mut reading, line, uid, cell(&record, 11), overflow);
        let is_person = cell(&record, 2).eq_ignore_ascii_case("individual");
        let other_names = others.get(&uid).filter(|_| !is_person).map(Vec::as_slice);
        let context = other_names.map(known_as);
        let mut draft = Draft::at(line);
        draft.number = uid.to_string();
        draft.kind = kind(cell(&record, 2));
        draft.source = Some(listed::details(uid));
        draft.name(cell(&record, 1));
        for name in others.get(&uid).into_iter().flatten() {
            draft.name(name);
        }
        // Several programmes stand as `SDGT] [IFSR`.
        for programme in cell(&record, 3).split(['[', ']', ';']) {
            draft.programme(programme);
        }
        draft.finish(&mut reading, Publisher::Ofac);
        for (ticker, address) in addresses(&remarks) {
            let entry = Listed {
                ticker,
                address,
                uid: Some(uid),
                name: Some(cell(&record, 1)),
                issued: None,
                context: context.as_deref(),
            };
            listed::add(&mut reading, line, &entry);
        }
    }
    Ok(reading)
}

/// What is listed: companies have no type.
fn kind(text: &str) -> EntityKind {
    match sdn_plain_xml::kind(text) {
        EntityKind::Unknown if text.is_empty() => EntityKind::Body,
        kind => kind,
    }
}

/// Which file of the SDN list a first row looks like: its columns, and the third of them.
pub(crate) fn first_row(text: &str) -> Option<(usize, String)> {
    let (_, record) = records("", text).next()?.ok()?;
    number(&record)?;
    Some((record.len(), cell(&record, 2).to_owned()))
}

/// The remarks with what follows them in `sdn_comments.csv`. Where nothing follows remarks that
/// were cut off, their last part is left out and counted.
fn whole_remarks(
    reading: &mut Reading,
    line: u64,
    uid: u64,
    remarks: &str,
    overflow: Option<&[String]>,
) -> String {
    let mut whole = remarks.to_owned();
    if let Some(rows) = overflow {
        whole.extend(rows.iter().map(String::as_str));
        return whole;
    }
    let cut_off = whole.len() >= CUT_CHARACTERS_MIN && !whole.trim_end().ends_with('.');
    if cut_off {
        let what = format!("entry {uid}: its remarks go on in sdn_comments.csv, not at hand");
        reading.defect(DefectReason::RemarksCut, line, what);
        whole.truncate(whole.rfind(';').unwrap_or(0));
    }
    whole
}

/// Tickers and addresses in remarks: `alt. Digital Currency Address - XBT 1abc;`.
fn addresses(remarks: &str) -> impl Iterator<Item = (&str, &str)> {
    remarks.split(';').filter_map(|part| {
        let part = part.trim().trim_end_matches('.');
        let named = part.strip_prefix("alt. ").unwrap_or(part).strip_prefix(ADDRESS_PREFIX)?;
        let (ticker, rest) = named.split_once(char::is_whitespace).unwrap_or((named, ""));
        Some((ticker, rest.split_whitespace().next().unwrap_or_default()))
    })
}

fn known_as(names: &[String]) -> String {
    let shown = names.get(..names.len().min(OTHER_NAMES_MAX)).unwrap_or_default();
    format!("also known as {}", shown.join("; "))
}

/// A companion file: its texts of a column, by entry. An absent one is empty.
fn companion(
    path: &str,
    column: usize,
    includes: &dyn Includes,
) -> Result<ByEntry, AttributionError> {
    let mut texts = ByEntry::new();
    let Ok(bytes) = includes.read(path) else {
        return Ok(texts);
    };
    let text = decode(path, &bytes)?;
    for record in records(path, &text) {
        let (_, record) = record?;
        if let (Some(uid), Some(text)) = (number(&record), record.get(column)) {
            texts.entry(uid).or_default().push(text.to_owned());
        }
    }
    Ok(texts)
}

/// The file as text: UTF-8, else Latin-1, without the 0x1A that ends old files.
pub(crate) fn decode<'a>(file: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>, AttributionError> {
    if bytes.len() > FILE_BYTES_MAX {
        let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
        return Err(AttributionError::Limit { file: file.to_owned(), what: "bytes", limit });
    }
    let end = bytes.iter().rposition(|b| !matches!(b, 0x1a | b'\r' | b'\n' | b' '));
    let bytes = bytes.get(..end.map_or(0, |last| last + 1)).unwrap_or_default();
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    })
}

/// Records with their lines.
fn records<'a>(
    file: &'a str,
    text: &'a str,
) -> impl Iterator<Item = Result<(u64, csv::StringRecord), AttributionError>> + 'a {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .into_records()
        .map(move |record| match record {
            Ok(record) => Ok((record.position().map_or(0, csv::Position::line), record)),
            Err(error) => Err(AttributionError::Broken {
                file: file.to_owned(),
                line: error.position().map_or(0, csv::Position::line),
                reason: shortened(&error.to_string()),
            }),
        })
}

fn number(record: &csv::StringRecord) -> Option<u64> {
    record.get(0)?.trim().parse().ok()
}

/// A cell without the spaces around it; null is empty.
fn cell(record: &csv::StringRecord, column: usize) -> &str {
    let text = record.get(column).unwrap_or_default().trim();
    if text == "-0-" { "" } else { text }
}

#[cfg(test)]
mod tests {
    use super::{addresses, read};
    use crate::defects::DefectReason;
    use crate::include::{Includes, NoIncludes};

    const XBT: &str = "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h";
    const ETH: &str = "0x7F367cC41522cE07553e823bf3be79A889DEbe1B";

    /// Invented entries, in the form of the real files.
    struct Beside;

    impl Includes for Beside {
        fn read(&self, path: &str) -> Result<Vec<u8>, String> {
            match path {
                "sdn_comments.csv" => Ok(format!("7,\"s - ETH {ETH}; Gender Male.\"\n").into()),
                "alt.csv" => Ok(b"7,1,\"aka\",\"ACME TOO\",-0- \n\x1a".to_vec()),
                _ => Err("absent".to_owned()),
            }
        }
    }

    fn sdn(remarks: &str) -> Vec<u8> {
        let nulls = "-0- ,".repeat(9);
        format!("7,\"ACME, INC.\",{nulls}\"{remarks}\"\r\n\x1a\r\n").into()
    }

    #[test]
    fn remarks_go_on_in_the_middle_of_a_word() {
        let bytes = sdn(&format!(
            "DOB 1970; Digital Currency Address - XBT {XBT}; alt. Digital Currency Addres"
        ));
        let reading = read("sdn.csv", &bytes, &Beside).unwrap();
        assert!(reading.defects.is_empty(), "{:?}", reading.defects);
        let shown: Vec<_> = reading.tags.iter().map(|t| format!("{:?}", t.subject)).collect();
        assert_eq!(shown.len(), 2);
        let tag = &reading.tags[1];
        assert_eq!(tag.label, "ACME, INC.");
        assert_eq!(tag.source, "https://sanctionssearch.ofac.treas.gov/Details.aspx?id=7");
        assert_eq!(tag.context.as_deref(), Some("also known as ACME TOO"));
        assert!(!format!("{tag:?}").contains("1970"));
    }

    #[test]
    fn cut_remarks_without_their_rest_are_counted() {
        let filler = "Linked To: NOBODY; ".repeat(60);
        let bytes = sdn(&format!("{filler}Digital Currency Address - XBT 12QtD5"));
        let reading = read("sdn.csv", &bytes, &NoIncludes).unwrap();
        assert!(reading.tags.is_empty());
        assert_eq!(reading.defects.count(DefectReason::RemarksCut), 1);
        assert_eq!(reading.defects.total(), 1);
    }

    #[test]
    fn impossible_rows_and_addresses_are_counted() {
        let mut bytes =
            sdn("Digital Currency Address - ETH 0xa7e5d5a720f06526557c513402f2e6b5fa20b00; \
                             Digital Currency Address - XBT.");
        bytes.splice(0..0, b"8,\"short row\"\nx,1,2,3,4,5,6,7,8,9,10,11\n".iter().copied());
        let reading = read("sdn.csv", &bytes, &NoIncludes).unwrap();
        assert_eq!(reading.defects.count(DefectReason::ImpossibleAddress), 2);
        assert_eq!(reading.defects.count(DefectReason::BadRecord), 2);
    }

    #[test]
    fn the_last_address_may_end_with_the_sentence() {
        let found: Vec<_> = addresses("a; alt. Digital Currency Address - XMR 4Ab.").collect();
        assert_eq!(found, [("XMR", "4Ab")]);
    }
}
