//! The file of a list: JSON lines, readable and comparable line by line.
//!
//! ```text
//! {"schema":"hawkshaw.list/1","id":"ofac-sdn","name":"…","kind":"sanctions","publisher":"ofac"}
//! {"edition":{"date":"2024-09-27","dated_by":"file","digest":"…","source":"sdn.xml",…}}
//! {"entry":{"number":"27307","kind":"body","names":["LAZARUS GROUP"],…}}
//! {"listed":{"account":"eip155:1:0x…","label":"…","added":"2022-04-14","added_by":"file",…}}
//! {"end":{"lines":4,"digest":"…"}}
//! ```
//!
//! The last line has the number of lines before it and their digest: a file that was cut or
//! changed is told from one that was written.

use std::sync::Arc;

use hawkshaw_attribution::{EntityKind, Publisher};
use hawkshaw_model::{Digest, Printable, Timestamp};
use serde::{Deserialize, Serialize};

use super::book::BookError;
use super::list::{DatedBy, Edition, List, ListEntry, Period, Taken};
use crate::listing::{ListId, ListInfo, Listing};

/// How files of lists are named behind their id.
pub(super) const ENDING: &str = ".jsonl";

/// The schema and version in the first line.
const SCHEMA: &str = "hawkshaw.list/1";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    schema: String,
    id: String,
    name: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    publisher: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Edition(EditionLine),
    Entry(EntryLine),
    Listed(Box<ListedLine>),
    End(EndLine),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EditionLine {
    date: String,
    dated_by: String,
    digest: String,
    source: String,
    entities: usize,
    addresses: usize,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    number: String,
    kind: String,
    names: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    programmes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    designated: Option<String>,
    source: String,
    from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedLine {
    account: String,
    label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entity: Option<String>,
    category: String,
    source: String,
    confidence: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    added: Option<String>,
    added_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLine {
    lines: u64,
    digest: String,
}

/// Writes a list.
pub(super) fn write(list: &List) -> Vec<u8> {
    let mut out = Out::default();
    out.push(&Head {
        schema: SCHEMA.to_owned(),
        id: list.info.id.to_string(),
        name: list.info.name.clone(),
        kind: list.info.kind.to_string(),
        publisher: list.publisher.map(|publisher| publisher_name(publisher).to_owned()),
    });
    for taken in &list.editions {
        out.push(&Line::Edition(EditionLine {
            date: taken.edition.date.to_string(),
            dated_by: taken.edition.dated_by.to_string(),
            digest: taken.edition.digest.to_string(),
            source: taken.edition.source.clone(),
            entities: taken.entities,
            addresses: taken.addresses,
        }));
    }
    for entry in &list.entries {
        out.push(&Line::Entry(EntryLine {
            number: entry.number.clone(),
            kind: kind_name(entry.kind).to_owned(),
            names: entry.names.clone(),
            programmes: entry.programmes.clone(),
            designated: entry.designated.map(|time| time.to_string()),
            source: entry.source.clone(),
            from: entry.from.to_string(),
            until: entry.until.map(|time| time.to_string()),
        }));
    }
    for period in &list.periods {
        out.push(&Line::Listed(Box::new(listed_line(period))));
    }
    out.end()
}

fn listed_line(period: &Period) -> ListedLine {
    let listing = &period.listing;
    ListedLine {
        account: listing.account.to_string(),
        label: listing.label.to_string(),
        entity: listing.entity.as_ref().map(ToString::to_string),
        category: listing.category.to_string(),
        source: listing.source.to_string(),
        confidence: listing.confidence,
        currency: period.currency.clone(),
        added: listing.added.map(|time| time.to_string()),
        added_by: period.added_by.to_string(),
        removed: listing.removed.map(|time| time.to_string()),
    }
}

/// Lines in writing.
#[derive(Default)]
struct Out {
    bytes: Vec<u8>,
    lines: u64,
}

impl Out {
    fn push(&mut self, line: &impl Serialize) {
        // Serialising structs of strings and numbers into memory cannot fail.
        let written = serde_json::to_writer(&mut self.bytes, line);
        debug_assert!(written.is_ok());
        self.bytes.push(b'\n');
        self.lines += 1;
    }

    fn end(mut self) -> Vec<u8> {
        let (lines, digest) = (self.lines, Digest::of(&self.bytes).to_string());
        self.push(&Line::End(EndLine { lines, digest }));
        self.bytes
    }
}

/// Reads what [`write`] wrote.
pub(super) fn read(file: &str, id: &ListId, bytes: &[u8]) -> Result<List, BookError> {
    let damaged = |line: u64, what: String| BookError::Damaged {
        file: Printable(file).to_string(),
        line,
        what,
    };
    check_end(bytes).map_err(|what| damaged(0, what))?;
    let text = std::str::from_utf8(bytes).map_err(|_| damaged(0, "it is no UTF-8".to_owned()))?;
    let mut lines = (1_u64..).zip(text.lines());
    let (_, first) = lines.next().ok_or_else(|| damaged(0, "it is empty".to_owned()))?;
    let mut list = head(first, id).map_err(|what| damaged(1, what))?;
    for (line, text) in lines {
        add(&mut list, text).map_err(|what| damaged(line, what))?;
    }
    let edition = list.editions.last().map(|taken| taken.edition.date);
    list.info = Arc::new(ListInfo { edition, ..(*list.info).clone() });
    for period in &mut list.periods {
        period.listing.list = Arc::clone(&list.info);
    }
    Ok(list)
}

/// Whether the last line says of those before it what they are.
fn check_end(bytes: &[u8]) -> Result<(), String> {
    let body = bytes.strip_suffix(b"\n").ok_or("it is cut off in its last line")?;
    let start = body.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let (before, last) = body.split_at(start);
    let Ok(Line::End(end)) = serde_json::from_slice(last) else {
        return Err("its last line is missing".to_owned());
    };
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    if u64::try_from(lines) != Ok(end.lines) || Digest::of(before).to_string() != end.digest {
        return Err("its digest is another than its last line says".to_owned());
    }
    Ok(())
}

fn head(text: &str, id: &ListId) -> Result<List, String> {
    let head: Head = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if head.schema != SCHEMA {
        return Err(format!("its schema is `{}`, not {SCHEMA}", Printable(&head.schema)));
    }
    if head.id != id.as_str() {
        return Err(format!("it is the file of the list `{}`", Printable(&head.id)));
    }
    let publisher = head.publisher.as_deref().map(publisher_of).transpose()?;
    let info =
        ListInfo { id: id.clone(), name: head.name, kind: head.kind.parse()?, edition: None };
    Ok(List::new(info, publisher))
}

fn add(list: &mut List, text: &str) -> Result<(), String> {
    match serde_json::from_str(text).map_err(|error| error.to_string())? {
        Line::Edition(line) => list.editions.push(Taken {
            edition: Edition {
                date: time(&line.date)?,
                dated_by: line.dated_by.parse()?,
                digest: line.digest.parse()?,
                source: line.source,
            },
            entities: line.entities,
            addresses: line.addresses,
        }),
        Line::Entry(line) => list.entries.push(ListEntry {
            number: line.number,
            kind: kind_of(&line.kind)?,
            names: line.names,
            programmes: line.programmes,
            designated: line.designated.as_deref().map(time).transpose()?,
            source: line.source,
            from: time(&line.from)?,
            until: line.until.as_deref().map(time).transpose()?,
        }),
        Line::Listed(line) => {
            let period = period(list, &line)?;
            list.periods.push(period);
        }
        Line::End(_) => {}
    }
    Ok(())
}

fn period(list: &List, line: &ListedLine) -> Result<Period, String> {
    let added_by: DatedBy = line.added_by.parse()?;
    let listing = Listing {
        list: Arc::clone(&list.info),
        account: line.account.parse().map_err(|e: hawkshaw_model::AddressError| e.to_string())?,
        label: line.label.as_str().into(),
        entity: line.entity.as_deref().map(Arc::from),
        category: line.category.parse().map_err(|e: crate::UnknownCategory| e.to_string())?,
        source: line.source.as_str().into(),
        confidence: line.confidence,
        added: line.added.as_deref().map(time).transpose()?,
        removed: line.removed.as_deref().map(time).transpose()?,
        by_cluster: false,
    };
    Ok(Period { listing, added_by, currency: line.currency.clone() })
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|error: hawkshaw_model::TimestampError| error.to_string())
}

const PUBLISHERS: [(Publisher, &str); 4] = [
    (Publisher::Ofac, "ofac"),
    (Publisher::Eu, "eu"),
    (Publisher::Uk, "uk"),
    (Publisher::Un, "un"),
];

fn publisher_name(publisher: Publisher) -> &'static str {
    PUBLISHERS.iter().find(|(known, _)| *known == publisher).map_or("", |(_, name)| *name)
}

fn publisher_of(text: &str) -> Result<Publisher, String> {
    let found = PUBLISHERS.iter().find(|(_, name)| *name == text);
    found
        .map(|(publisher, _)| *publisher)
        .ok_or_else(|| format!("`{}` publishes no list", Printable(text)))
}

const KINDS: [(EntityKind, &str); 4] = [
    (EntityKind::Person, "person"),
    (EntityKind::Body, "body"),
    (EntityKind::Craft, "craft"),
    (EntityKind::Unknown, "unknown"),
];

fn kind_name(kind: EntityKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("unknown", |(_, name)| *name)
}

fn kind_of(text: &str) -> Result<EntityKind, String> {
    let found = KINDS.iter().find(|(_, name)| *name == text);
    found.map(|(kind, _)| *kind).ok_or_else(|| format!("`{}` is no kind of entry", Printable(text)))
}
