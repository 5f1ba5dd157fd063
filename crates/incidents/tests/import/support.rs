//! What the tests share.

use std::path::Path;

use hawkshaw_incidents::{
    ImportError, ImportOptions, Imported, ImportedTable, IncidentLedger, LedgerFile, YearlyTable,
    read_table,
};

pub(crate) fn read(text: &str) -> Result<Imported, ImportError> {
    read_table("list.csv", text.as_bytes(), &ImportOptions::default())
}

/// The list of incidents in a text.
pub(crate) fn table(text: &str) -> ImportedTable {
    incidents(read(text).unwrap())
}

pub(crate) fn incidents(imported: Imported) -> ImportedTable {
    match imported {
        Imported::Incidents(table) => table,
        Imported::YearlyTotals(_) => panic!("these are yearly totals"),
    }
}

pub(crate) fn yearly(imported: Imported) -> YearlyTable {
    match imported {
        Imported::YearlyTotals(table) => table,
        Imported::Incidents(_) => panic!("this is a list of incidents"),
    }
}

/// The bytes of a published file, which is not part of the repository; `None`, with a message,
/// where it is absent.
pub(crate) fn published(path: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("skipped: {} is absent", path.display());
    }
    bytes
}

/// The published list of incidents at a path.
pub(crate) fn published_table(path: &str) -> Option<ImportedTable> {
    let bytes = published(path)?;
    Some(incidents(read_table(path, &bytes, &ImportOptions::default()).unwrap()))
}

/// An incident in the words of these tests: `id | title | victim | theft | usd`. The fields
/// behind are optional: discovery, aliases with semicolons between.
pub(crate) fn ledger(lines: &str) -> IncidentLedger {
    let files = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(incident_file);
    IncidentLedger::from_files(files.collect()).unwrap()
}

fn incident_file(line: &str) -> LedgerFile {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let (id, title, victim, theft, usd) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
    let discovered = fields.get(5).filter(|date| !date.is_empty());
    let discovered =
        discovered.map_or_else(String::new, |date| format!("discovered = \"{date}\"\n"));
    let aliases: Vec<&str> =
        fields.get(6).map(|list| list.split(';').collect()).unwrap_or_default();
    let claim = match usd {
        "-" => "[[attribution]]\nactor = \"lazarus-group\"\nsure = \"suspected\"".to_owned(),
        usd => format!("[[amount]]\nusd = {usd}\nsure = \"unstated\""),
    };
    let text = format!(
        r#"
id = "{id}"
title = "{title}"
summary = "A test."
aliases = {aliases:?}
kind = "theft"
loot = "crypto"

[dates]
theft = "{theft}"
{discovered}
[victim]
name = "{victim}"
kind = "exchange"

{claim}
by = "press"
on = "2026-06"
sources = ["article"]

[sources.article]
url = "https://example.com/"
publisher = "Example"
title = "Article"
seen = "read"
"#
    );
    LedgerFile { name: format!("{}/{id}.toml", &id[..4]), text }
}
