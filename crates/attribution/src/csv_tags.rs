//! Tags in a table with a column `address`, and optionally `label`, `category`, `source`, `chain`,
//! `confidence`, `actor`, `lastmod`. Commas, semicolons or tabs stand between the cells.
//!
//! Other columns are counted and not read. Without a column `source` the source is the file;
//! without a word of what the addresses are, they are on a black list: see [`bare`].
//! Without a column `confidence` every row has that of a list from the web (`web_crawl`, 20).
//!
//! An address is CAIP-10, or on the chain of its row, or recognised by its form. Several
//! categories stand in one cell with `;` or `|` between them.

use hawkshaw_model::{Account, Tag, TagSubject};

use crate::bare;
use crate::defects::DefectReason;
use crate::error::AttributionError;
use crate::network::{account_by_form, account_on, network_of, shortened};
use crate::reading::Reading;
use crate::yaml::text_of;

/// The columns that are read, with the names that files give them.
const COLUMNS: [(&str, &[&str]); 8] = [
    ("address", &bare::ADDRESS),
    ("label", &bare::LABEL_NAMES),
    ("category", &bare::CATEGORY),
    ("source", &bare::SOURCE),
    ("chain", &bare::CHAIN),
    ("confidence", &["confidence"]),
    ("actor", &["actor"]),
    ("lastmod", &["lastmod", "lastmodified"]),
];

/// Reads a table of tags.
///
/// # Errors
///
/// When no column is `address`, a column is there twice, or the file is no CSV. Single bad rows
/// are defects of the reading.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let text = text_of(file, bytes)?;
    let broken = |line: u64, reason: String| AttributionError::Broken {
        file: file.to_owned(),
        line,
        reason,
    };
    let delimiter = header(text).map_or(b',', |(delimiter, _)| delimiter);
    let mut table = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .comment(Some(b'#'))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = table.headers().map_err(|error| broken(1, shortened(&error.to_string())))?;
    let names: Vec<String> = header.iter().map(bare::plain).collect();
    let mut reading = Reading::of(file);
    let columns = columns(&names, header).map_err(|reason| broken(1, reason))?;
    let strangers = header.iter().zip(&columns).filter(|(_, known)| known.is_none());
    for (name, _) in strangers {
        reading.defect(DefectReason::UnknownField, 1, format!("the column `{name}` is not read"));
    }
    for record in table.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            broken(line, shortened(&error.to_string()))
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() == columns.len() {
            read_row(&mut reading, line, &Row { columns: &columns, record: &record });
        } else {
            let what = format!("{} cells instead of {}", record.len(), columns.len());
            reading.defect(DefectReason::BadRecord, line, what);
        }
    }
    Ok(reading)
}

/// What stands between the cells of a table with a column of addresses, and the names of its
/// columns; `None` where a text begins with no such table.
pub(crate) fn header(text: &str) -> Option<(u8, Vec<String>)> {
    let mut lines = text.lines().map(|line| line.trim_start_matches('\u{feff}').trim());
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let names = |delimiter: u8| -> Vec<String> {
        first.split(char::from(delimiter)).map(bare::plain).collect()
    };
    let tables = [b',', b';', b'\t'].map(|delimiter| (delimiter, names(delimiter)));
    let widest =
        tables.into_iter().max_by_key(|(delimiter, names)| (names.len(), *delimiter == b','))?;
    widest.1.iter().any(|name| bare::ADDRESS.contains(&name.as_str())).then_some(widest)
}

/// What each column is, in their order: `None` for one that is not read.
fn columns(
    names: &[String],
    header: &csv::StringRecord,
) -> Result<Vec<Option<&'static str>>, String> {
    let mut columns = vec![None; names.len()];
    for (meaning, known) in COLUMNS {
        // The first of the names that is there: `wallet` is only one where no `address` is.
        let of = |wanted: &&str| names.iter().position(|name| name == *wanted);
        let Some(place) = known.iter().find_map(of) else { continue };
        if let Some(column) = columns.get_mut(place) {
            *column = Some(meaning);
        }
    }
    let twice = names.iter().enumerate().find(|(place, name)| {
        columns.get(*place).is_some_and(Option::is_none)
            && names.iter().take(*place).any(|other| other == *name)
            && COLUMNS.iter().any(|(_, known)| known.contains(&name.as_str()))
    });
    if let Some((place, _)) = twice {
        let name = header.get(place).unwrap_or_default();
        return Err(format!("the column `{}` is there twice", shortened(name)));
    }
    match columns.contains(&Some("address")) {
        true => Ok(columns),
        false => Err("the column `address` is missing".to_owned()),
    }
}

/// A row, by the names of its columns.
struct Row<'a> {
    columns: &'a [Option<&'static str>],
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    /// A cell that is there and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        let index = self.columns.iter().position(|column| *column == Some(name))?;
        self.record.get(index).filter(|text| !text.is_empty())
    }

    /// Whether the table has a column.
    fn has(&self, name: &str) -> bool {
        self.columns.contains(&Some(name))
    }

    /// The confidence of the row; that of all rows where the table has no column for it.
    fn confidence(&self) -> Option<&str> {
        if self.has("confidence") { self.get("confidence") } else { Some(bare::CONFIDENCE) }
    }
}

fn read_row(reading: &mut Reading, line: u64, row: &Row<'_>) {
    let Some(address) = row.get("address") else {
        reading.defect(DefectReason::FieldMissing, line, "no address");
        return;
    };
    let label = match row.get("label") {
        Some(label) => label,
        None if row.has("label") && row.has("category") => {
            reading.defect(DefectReason::FieldMissing, line, "no label");
            return;
        }
        None => bare::LABEL,
    };
    let Some(account) = account(reading, line, row.get("chain"), address) else {
        return;
    };
    let file = reading.file.clone();
    let source = match row.get("source") {
        Some(source) => source,
        None if row.has("source") => {
            reading.defect(DefectReason::SourceMissing, line, label);
            ""
        }
        None => bare::base_name(&file),
    };
    let says_something = row.has("category") || row.get("label").is_some();
    let categories = match row.get("category") {
        None if !says_something => bare::CONCEPT,
        categories => categories.unwrap_or_default(),
    };
    let categories = categories.split([';', '|']);
    let tag = Tag {
        subject: TagSubject::Account(account),
        label: reading.text(line, label),
        actor: row.get("actor").and_then(|id| reading.actor_id(line, id)),
        concepts: reading.concepts(line, categories),
        source: reading.short(line, source),
        creator: String::new(),
        confidence: reading.confidence(line, row.confidence()),
        lastmod: row.get("lastmod").and_then(|date| reading.date(line, date)),
        context: None,
        currency: None,
    };
    reading.tags.push(tag);
}

fn account(
    reading: &mut Reading,
    line: u64,
    chain: Option<&str>,
    address: &str,
) -> Option<Account> {
    reading.check_case(line, address);
    let account = match chain {
        None => account_by_form(address),
        Some(name) => match network_of(name) {
            Some(network) => account_on(&network, address),
            None => {
                reading.defect(DefectReason::UnknownNetwork, line, name);
                return None;
            }
        },
    };
    let account = account
        .map_err(|reason| reading.defect(DefectReason::ImpossibleAddress, line, reason))
        .ok()?;
    reading.check_form(line, &account);
    Some(account)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::defects::DefectReason;

    #[test]
    fn addresses_are_placed_by_chain_prefix_or_form() {
        let csv = "Address,label,category,source,chain,confidence,lastmod\n\
                   0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff,a,exchange; hot_wallet,s,,forensic,2024-01-02\n\
                   0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff,a,exchange,s,bsc,forensic,\n\
                   eip155:10:0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff,\"a, b\",exchange,s,,forensic,\n\
                   TEAqwfMhXLaomXhZ8KeMhx3njGmQEDnsUR,a,,s,,,\n\
                   nowhere,a,,s,,forensic,\n\
                   short,row\n";
        let reading = read("t.csv", csv.as_bytes()).unwrap();
        let shown: Vec<_> = reading.tags.iter().map(|t| format!("{:?}", t.subject)).collect();
        assert_eq!(shown.len(), 4);
        assert!(shown[1].contains("eip155:56") && shown[2].contains("eip155:10"), "{shown:?}");
        let listed: Vec<_> = reading.defects.iter().map(|(r, n, e)| (r, n, e[0].line)).collect();
        assert_eq!(
            listed,
            [
                (DefectReason::ImpossibleAddress, 1, 6),
                (DefectReason::ConfidenceMissing, 1, 5),
                (DefectReason::BadRecord, 1, 7),
            ]
        );
    }

    #[test]
    fn tables_may_say_less_and_more() {
        const ETHER: &str = "0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff";
        for (text, shown, defects) in [
            (format!("address\n{ETHER}\n"), "listed address [black_list] t.csv", 0),
            (
                format!("# ours\naddress,chain\n{ETHER},ETH\n"),
                "listed address [black_list] t.csv",
                0,
            ),
            (format!("Name;Wallet Address;Colour\nx;{ETHER};red\n"), "x [] t.csv", 1),
            (
                format!("address\tcategory\n{ETHER}\tscam|exchange\n"),
                "listed address [exchange, scam] t.csv",
                0,
            ),
            (format!("wallet,address\nx,{ETHER}\n"), "listed address [black_list] t.csv", 1),
        ] {
            let reading = read("a/t.csv", text.as_bytes()).unwrap();
            let tag = &reading.tags[0];
            assert_eq!(format!("{} {:?} {}", tag.label, tag.concepts, tag.source), shown, "{text}");
            assert_eq!(reading.defects.total(), defects, "{text}: {:?}", reading.defects);
        }
    }

    #[test]
    fn wrong_columns_are_refused_with_file_and_line() {
        for (header, reason) in [
            ("addresses,label,category", "`address` is missing"),
            ("address,label,category,source,label", "twice"),
        ] {
            let error = read("t.csv", header.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("t.csv:1:") && error.contains(reason), "{error}");
        }
    }
}
