//! Tags in a simple table: `address,label,category,source`, and optionally `chain`,
//! `confidence`, `actor`, `lastmod`.
//!
//! Without a column `confidence` every row has that of a list from the web (`web_crawl`, 20).
//!
//! An address is CAIP-10, or on the chain of its row, or recognised by its form. Several
//! categories stand in one cell with `;` between them.

use hawkshaw_model::{Account, Tag, TagSubject};

use crate::defects::DefectReason;
use crate::error::AttributionError;
use crate::network::{account_by_form, account_on, network_of, shortened};
use crate::reading::Reading;
use crate::yaml::text_of;

/// The columns that must be there.
const MANDATORY: [&str; 4] = ["address", "label", "category", "source"];

/// The columns that may be there.
const OPTIONAL: [&str; 4] = ["chain", "confidence", "actor", "lastmod"];

/// What a table without a column `confidence` is worth: what a list from the web is. It is the
/// least that still stops a trace, and whoever names such a table wants it heard.
const CONFIDENCE_OF_TABLES: &str = "web_crawl";

/// Reads a table of tags.
///
/// # Errors
///
/// When a mandatory column is missing, a column is unknown or there twice, or the file is no
/// CSV. Single bad rows are defects of the reading.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let text = text_of(file, bytes)?;
    let mut table =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let broken = |line: u64, reason: String| AttributionError::Broken {
        file: file.to_owned(),
        line,
        reason,
    };
    let header = table.headers().map_err(|error| broken(1, shortened(&error.to_string())))?;
    let columns = columns(header).map_err(|reason| broken(1, reason))?;
    let mut reading = Reading::of(file);
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

/// The names of the columns, in their order.
fn columns(header: &csv::StringRecord) -> Result<Vec<String>, String> {
    let mut columns: Vec<String> = Vec::new();
    for name in header {
        let name = name.to_ascii_lowercase();
        if !MANDATORY.contains(&name.as_str()) && !OPTIONAL.contains(&name.as_str()) {
            let known = [MANDATORY, OPTIONAL].concat().join(", ");
            return Err(format!("unknown column `{}`: known are {known}", shortened(&name)));
        }
        if columns.contains(&name) {
            return Err(format!("the column `{name}` is there twice"));
        }
        columns.push(name);
    }
    let absent = MANDATORY.iter().find(|name| !columns.iter().any(|column| column == *name));
    match absent {
        Some(name) => Err(format!("the column `{name}` is missing")),
        None => Ok(columns),
    }
}

/// A row, by the names of its columns.
struct Row<'a> {
    columns: &'a [String],
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    /// A cell that is there and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        let index = self.columns.iter().position(|column| column == name)?;
        self.record.get(index).filter(|text| !text.is_empty())
    }

    /// The confidence of the row; that of all rows where the table has no column for it.
    fn confidence(&self) -> Option<&str> {
        if self.columns.iter().any(|column| column == "confidence") {
            self.get("confidence")
        } else {
            Some(CONFIDENCE_OF_TABLES)
        }
    }
}

fn read_row(reading: &mut Reading, line: u64, row: &Row<'_>) {
    let (Some(address), Some(label)) = (row.get("address"), row.get("label")) else {
        reading.defect(DefectReason::FieldMissing, line, "no address or no label");
        return;
    };
    let Some(account) = account(reading, line, row.get("chain"), address) else {
        return;
    };
    let source = row.get("source").unwrap_or_default();
    if source.is_empty() {
        reading.defect(DefectReason::SourceMissing, line, label);
    }
    let categories = row.get("category").unwrap_or_default().split(';');
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
    account.map_err(|reason| reading.defect(DefectReason::ImpossibleAddress, line, reason)).ok()
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
    fn wrong_columns_are_refused_with_file_and_line() {
        for (header, reason) in [
            ("address,label,category,source,colour", "unknown column `colour`"),
            ("address,label,category", "`source` is missing"),
            ("address,label,category,source,label", "twice"),
        ] {
            let error = read("t.csv", header.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("t.csv:1:") && error.contains(reason), "{error}");
        }
    }
}
