//! Prices that were named on the command line, as inputs of a trace and on their own.

use std::collections::BTreeSet;
use std::path::PathBuf;

use hawkshaw_ingest::{IngestError, read_prices};
use hawkshaw_model::PriceTable;
use hawkshaw_report::InputRole;

use crate::exit::Failure;
use crate::input::{self, InputFile};
use crate::screen;

/// Files that hold prices, by their endings.
const ENDINGS: &[&str] = &["csv", "parquet"];

/// Prices with what was worth counting about their files.
#[derive(Debug)]
pub(crate) struct Prices {
    pub(crate) table: PriceTable,
    /// Records by what was wrong with them, as the defects of a trace name it.
    pub(crate) defects: Vec<(&'static str, u64)>,
}

/// The files of prices that paths name. A file that is named twice is read once.
pub(crate) fn gather(paths: &[PathBuf], quiet: bool) -> Result<Vec<InputFile>, Failure> {
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        for path in input::files_ending_in(path, ENDINGS)? {
            let file = InputFile::read(InputRole::Prices, &path)?;
            if seen.insert(file.digest) {
                files.push(file);
            } else {
                screen::say(quiet, &format!("given twice, read once: {}", file.shown()));
            }
        }
    }
    Ok(files)
}

/// The prices in some files; `None` where no file is one of prices.
pub(crate) fn read(files: &[InputFile]) -> Result<Option<Prices>, Failure> {
    let mut rows = Vec::new();
    let mut doubles = 0;
    let mut is_given = false;
    for file in files.iter().filter(|file| file.role == InputRole::Prices) {
        is_given = true;
        let found = read_prices(&file.name, &file.bytes).map_err(|error| refusal(file, error))?;
        rows.extend(found.rows);
        doubles += found.doubles;
    }
    if !is_given {
        return Ok(None);
    }
    let table = PriceTable::from_rows(rows).map_err(Failure::bad_data)?;
    let defects = [("prices: repeated-row", table.repeated()), ("prices: double", doubles)];
    let defects = defects.into_iter().filter(|(_, count)| *count > 0).collect();
    Ok(Some(Prices { table, defects }))
}

/// Bad data, with the path of the file where that says more than its name.
fn refusal(file: &InputFile, error: IngestError) -> Failure {
    let shown = file.shown();
    let error = anyhow::Error::new(error);
    Failure::BadData(if shown == file.name { error } else { error.context(shown) })
}
