//! Import of what others publish: lists of incidents and tables of yearly totals.
//!
//! *Useful for* reading DefiLlama's list, simple tables and the Ethereum heist list; finding out
//! which rows the ledger has already; drafting files for those it has not; checking totals.
//! *Not useful for* lists of addresses, which are tags.
//!
//! **Invariants:** every cell of every row is kept; what was not read is a defect with line and
//! text, and its row stays; a row is matched with reasons and never merged.

mod amount;
mod columns;
mod cross_check;
mod date;
mod defect;
mod draft;
mod draft_id;
mod error;
mod evidence;
mod format;
mod index;
mod json;
mod matching;
mod name;
mod row;
mod sheet;
mod table;
mod toml_text;
mod words;
mod yearly;

pub use columns::{ImportColumn, ImportField};
pub use cross_check::{CrossCheck, YearDifference};
pub use date::DateOrder;
pub use defect::{ImportDefect, ImportDefectReason};
pub use draft::{Draft, DraftActor, DraftError, DraftOptions, DraftSource, draft};
pub use error::ImportError;
pub use format::TableFormat;
pub use matching::{
    MatchCandidate, MatchEvidence, MatchVerdict, RowMatch, RowPlace, match_lists, match_rows,
};
pub use row::{ImportedAmount, ImportedRow};
pub use table::{ImportedTable, TableFacts, YearSum, YearSums};
pub use words::UnmappedWord;
pub use yearly::{PrintedTotal, TotalDifference, YearlyColumn, YearlyFigure, YearlyTable};

use sheet::Sheet;

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportOptions {
    /// Its form; found out from the content where it is not given.
    pub format: Option<TableFormat>,
    /// The order of dates such as `01/03/2022`; found out from their column where it is not given.
    pub dates: Option<DateOrder>,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// A list of incidents.
    Incidents(ImportedTable),
    /// Totals by year.
    YearlyTotals(YearlyTable),
}

impl Imported {
    /// The form in which the file was read.
    pub fn format(&self) -> TableFormat {
        match self {
            Self::Incidents(table) => table.format,
            Self::YearlyTotals(_) => TableFormat::YearlyTotals,
        }
    }
}

/// A file is read up to this size, in bytes.
const FILE_BYTES_MAX: usize = 64 << 20;

/// Reads a file that others publish.
///
/// # Errors
///
/// Where it is no text, damaged, too large, or no table that is read. The message says what is.
///
/// # Examples
///
/// ```
/// use hawkshaw_incidents::{Imported, ImportOptions, read_table};
///
/// let csv = b"date,victim,amount_usd\n2014-02-24,Mt. Gox,\n24/06/2022,Harmony,100000000\n";
/// let Imported::Incidents(table) = read_table("list.csv", csv, &ImportOptions::default())? else {
///     return Err("no list of incidents".into());
/// };
/// assert_eq!((table.facts().rows, table.facts().without_amount), (2, 1));
/// assert_eq!(table.year_sums().years[&2022].usd.to_string(), "100000000");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_table(
    name: &str,
    bytes: &[u8],
    options: &ImportOptions,
) -> Result<Imported, ImportError> {
    let text = text_of(bytes)?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let is_json = options
        .format
        .map_or_else(|| format::is_json(text), |format| format == TableFormat::DefillamaJson);
    if is_json {
        let sheet = Sheet::from_json(text)?;
        if sheet.rows.is_empty() {
            return Err(ImportError::Empty);
        }
        let table = ImportedTable::read(name, sheet, TableFormat::DefillamaJson, options)?;
        return Ok(Imported::Incidents(table));
    }
    let sheet = Sheet::from_csv(text)?;
    let format = options.format.map_or_else(|| format::of_csv(&sheet.columns), Ok)?;
    if format == TableFormat::YearlyTotals {
        return YearlyTable::read(name, sheet).map(Imported::YearlyTotals);
    }
    ImportedTable::read(name, sheet, format, options).map(Imported::Incidents)
}

/// The text of a file, without the mark that some programs put before it.
fn text_of(bytes: &[u8]) -> Result<&str, ImportError> {
    if bytes.len() > FILE_BYTES_MAX {
        let what = "the file has more bytes";
        return Err(ImportError::TooLarge { line: 1, what, max: FILE_BYTES_MAX });
    }
    let what = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("the file is in UTF-16: save it as UTF-8"),
        [b'P', b'K', 3, 4, ..] => Some("the file is an archive or a workbook: export it as CSV"),
        [0x1f, 0x8b, ..] => Some("the file is compressed: unpack it"),
        [b'%', b'P', b'D', b'F', ..] => Some("the file is a PDF: no table can be read from it"),
        _ => None,
    };
    if let Some(what) = what {
        return Err(ImportError::NotText { line: 1, what });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let line_at = |end: usize| bytes[..end].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let text = std::str::from_utf8(bytes).map_err(|error| ImportError::NotText {
        line: line_at(error.valid_up_to()),
        what: "the text is not in UTF-8 from here on: save it as UTF-8",
    })?;
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(ImportError::NotText { line: line_at(at), what: "the file is binary" });
    }
    Ok(text)
}
