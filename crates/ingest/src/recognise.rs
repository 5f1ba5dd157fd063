//! Telling by its columns what a file is.

use std::cmp::Reverse;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_model::{ChainId, Printable};

use crate::error::{IngestError, NearMiss};
use crate::file::open_file;
use crate::format::{Container, Format};
use crate::formats::tables;
use crate::table::Table;

/// What a file is. Shown in words: `ethereum-etl token_transfers, CSV`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recognised {
    /// Who made it.
    pub format: Format,
    /// Which table of the format it is.
    pub table: &'static str,
    /// What holds the table.
    pub container: Container,
    /// The chain that its rows are taken to be of where no other is asked for and the rows do
    /// not name it.
    pub default_chain: Option<ChainId>,
}

impl fmt::Display for Recognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}, {}", self.format, self.table, self.container)
    }
}

/// Says what a file is.
///
/// # Errors
///
/// When the file cannot be read, or is none of the known tables; then the error names the
/// tables that come nearest and what they lack.
pub fn recognise(path: &Path) -> Result<Recognised, IngestError> {
    let file = open_file(path)?;
    let table = table_of(&file.name, file.container, &file.names, None)?;
    Ok(Recognised::new(table, file.container))
}

impl Recognised {
    pub(crate) fn new(table: &'static Table, container: Container) -> Self {
        let default_chain = table.chain.default_chain();
        Self { format: table.format, table: table.name, container, default_chain }
    }
}

/// The table that a file with these columns is.
pub(crate) fn table_of(
    file: &Arc<str>,
    container: Container,
    names: &[String],
    format: Option<Format>,
) -> Result<&'static Table, IngestError> {
    let asked = |table: &&Table| format.is_none_or(|format| table.format == format);
    let fits = tables().filter(asked).filter(|table| {
        let miss = miss(table, names);
        table.containers.allow(container)
            && miss.missing.is_empty()
            && miss.unknown.is_empty()
            && is_marked(table, names, format.is_some())
    });
    let file_name = file.rsplit(['/', '\\']).next().unwrap_or_default();
    // The first of the best: the tables stand in the order of preference.
    let best = fits.min_by_key(|table| {
        (Reverse(matches(table, names)), Reverse(file_name.contains(table.name)))
    });
    let table = best.ok_or_else(|| unrecognised(file, names, format))?;
    for column in table.columns {
        if names.iter().filter(|name| *name == column.name).count() > 1 {
            let reason = format!("column `{}` stands twice", column.name);
            return Err(IngestError::BadHeader { file: Arc::clone(file), reason });
        }
    }
    Ok(table)
}

/// How many columns of a file a table knows.
fn matches(table: &Table, names: &[String]) -> usize {
    let known = table.columns.iter().map(|column| column.name);
    known
        .chain(table.marks.iter().copied())
        .filter(|known| names.iter().any(|n| n == known))
        .count()
}

/// Whether the columns that tell a table from its like are there.
fn is_marked(table: &Table, names: &[String], is_asked: bool) -> bool {
    let has = |name: &&&str| names.iter().any(|n| n == **name);
    is_asked || table.marks.is_empty() || table.marks.iter().any(|mark| has(&mark))
}

/// What a file lacks of a table, and what it has too much.
fn miss(table: &Table, names: &[String]) -> NearMiss {
    let is_known = |name: &&String| table.columns.iter().any(|column| column.name == **name);
    let unknown = names.iter().filter(|name| !table.is_open && !is_known(name));
    let never = names.iter().filter(|name| table.never.contains(&name.as_str()));
    NearMiss {
        table: table.words(),
        missing: table.missing(names),
        unknown: unknown.chain(never).cloned().collect(),
    }
}

/// Tables that an error names.
const NEAR_MAX: usize = 3;

#[cold]
fn unrecognised(file: &Arc<str>, names: &[String], format: Option<Format>) -> IngestError {
    let asked = |table: &&Table| format.is_none_or(|format| table.format == format);
    let mut near: Vec<(usize, NearMiss)> = tables()
        .filter(asked)
        .map(|table| (matches(table, names), miss(table, names)))
        .filter(|(matches, _)| *matches > 0)
        .collect();
    near.sort_by_key(|(matches, miss)| {
        (miss.missing.len() + miss.unknown.len(), Reverse(*matches))
    });
    near.truncate(NEAR_MAX);
    let shown: Vec<String> =
        names.iter().take(20).map(|name| Printable(name).to_string()).collect();
    let more = if shown.len() < names.len() { ", …" } else { "" };
    let what = match format {
        Some(format) => format!("its columns are those of no {format} table"),
        None => "its columns are those of no known table".to_owned(),
    };
    IngestError::Unrecognised {
        file: Arc::clone(file),
        reason: format!("{what} ({}{more})", shown.join(", ")),
        near: near.into_iter().map(|(_, miss)| miss).collect(),
    }
}
