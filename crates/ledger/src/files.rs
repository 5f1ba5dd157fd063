//! Files of either kind, made into a ledger.

use std::io::Read;

use hawkshaw_model::Printable;

use crate::amount_column::ROWS_MAX;
use crate::builder::LedgerBuilder;
use crate::defects::Defects;
use crate::error::LedgerError;
use crate::memory::MemoryLedger;
use crate::place::{Located, Place};
use crate::table::{self, Column};
use crate::{outputs_csv, transfers_csv};

impl LedgerBuilder {
    /// Adds a file of transfers or of outputs; its header says which it is.
    ///
    /// # Errors
    ///
    /// When the file is neither, and when a row is bad or contradicts an earlier one.
    pub fn add_file(&mut self, file: &str, bytes: &[u8]) -> Result<(), LedgerError> {
        let header = table::header(file, bytes)?;
        let known = |columns: &[Column]| {
            header.iter().filter(|name| columns.iter().any(|c| c.name == **name)).count()
        };
        let (transfers, outputs) = (known(transfers_csv::COLUMNS), known(outputs_csv::COLUMNS));
        if transfers == 0 && outputs == 0 {
            return Err(neither(file, &header));
        }
        if outputs > transfers {
            outputs_csv::each_output(bytes, file, |row, place| self.add_output(&row, place))
        } else {
            transfers_csv::each_transfer(bytes, file, |row, place| self.add_transfer(&row, place))
        }
    }
}

impl MemoryLedger {
    /// A ledger of files, given as names and bytes. Their rows count as one run of rows in the
    /// order of the files.
    ///
    /// # Errors
    ///
    /// When a file is neither one of transfers nor one of outputs, when rows are bad or
    /// contradict each other, and when there are too many.
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<(Self, Defects), LedgerError> {
        let mut builder = LedgerBuilder::new();
        for (file, bytes) in files {
            builder.add_file(file, bytes)?;
        }
        builder.finish()
    }
}

/// All of a reader.
pub(crate) fn read_bytes(mut reader: impl Read, file: &str) -> Result<Vec<u8>, LedgerError> {
    let mut bytes = Vec::new();
    match reader.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(source) => Err(LedgerError::Io { file: file.to_owned(), source }),
    }
}

/// What takes a row and where it stands.
pub(crate) type Sink<'a, R> = &'a mut dyn FnMut(R, &Place) -> Result<(), LedgerError>;

/// The rows that a reader hands on, up to the limit.
pub(crate) fn collect<R>(
    read: impl FnOnce(Sink<'_, R>) -> Result<(), LedgerError>,
) -> Result<Vec<Located<R>>, LedgerError> {
    let mut rows = Vec::new();
    read(&mut |row, place| {
        if rows.len() >= ROWS_MAX as usize {
            return Err(LedgerError::Limit { what: "rows of a file", max: ROWS_MAX.into() });
        }
        rows.push(Located { place: place.clone(), row });
        Ok(())
    })?;
    Ok(rows)
}

fn neither(file: &str, header: &[String]) -> LedgerError {
    let reason = format!(
        "`{}` is no header of transfers ({}) nor of outputs ({})",
        Printable(&header.join(",")),
        table::names(transfers_csv::COLUMNS),
        table::names(outputs_csv::COLUMNS)
    );
    LedgerError::BadHeader { file: file.to_owned(), reason }
}
