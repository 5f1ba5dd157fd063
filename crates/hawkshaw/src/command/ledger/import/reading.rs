//! Files on their way into a store.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use hawkshaw_ingest::{Defects, FileRows, IngestError, ReadOptions, open};
use hawkshaw_ledger::store::{Source, StoreError};
use hawkshaw_model::rows::Rows;

use super::files::{self, Table};
use crate::cli::ledger::ImportArguments;
use crate::screen;

/// Why an import ends before its end.
#[derive(Debug)]
pub(super) enum Stop {
    Reading(IngestError),
    Store(StoreError),
    Interrupted,
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// How far an import is, counted by all its files.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) bytes_total: u64,
    counts: Rc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    bytes: Cell<u64>,
    rows: Cell<u64>,
    defects: RefCell<BTreeMap<String, u64>>,
    /// Files whose rows were not in the order of blocks.
    unordered: RefCell<Vec<String>>,
}

impl Tally {
    /// Nothing yet of so many bytes.
    pub(super) fn new(bytes_total: u64) -> Self {
        Self { bytes_total, counts: Rc::default() }
    }

    /// Bytes that were read.
    pub(super) fn bytes(&self) -> u64 {
        self.counts.bytes.get()
    }

    /// Rows that were read.
    pub(super) fn rows(&self) -> u64 {
        self.counts.rows.get()
    }

    /// What was left out or changed, by reason.
    pub(super) fn defects(&self) -> Vec<(String, u64)> {
        let defects = self.counts.defects.borrow();
        defects.iter().map(|(reason, count)| (reason.clone(), *count)).collect()
    }

    /// Says what is worth knowing of the files.
    pub(super) fn say(&self, quiet: bool) {
        const NAMED_MAX: usize = 5;
        let unordered = self.counts.unordered.borrow();
        if let [first, ..] = &unordered[..] {
            let names = unordered.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
            let names = if unordered.len() > NAMED_MAX {
                format!("{} files, {first} among them,", unordered.len())
            } else {
                names
            };
            let text = format!("{names}: not in the order of blocks, which takes longer");
            screen::say(quiet, &text);
        }
    }
}

/// A file that is opened when its blocks are reached.
#[derive(Debug)]
pub(super) struct Reading {
    table: Table,
    options: ReadOptions,
    counts: Rc<Counts>,
    rows: Option<FileRows>,
    /// Bytes of this file that were counted.
    bytes: u64,
}

impl Reading {
    pub(super) fn new(table: Table, arguments: &ImportArguments, tally: &Tally) -> Self {
        let counts = Rc::clone(&tally.counts);
        Self { table, options: files::options(arguments), counts, rows: None, bytes: 0 }
    }

    fn count(&mut self, rows: u64, bytes: u64) {
        let counts = &self.counts;
        counts.rows.set(counts.rows.get() + rows);
        counts.bytes.set(counts.bytes.get() + bytes.saturating_sub(self.bytes));
        self.bytes = self.bytes.max(bytes);
    }

    fn count_end(&self, defects: &Defects, is_in_order: bool) {
        let mut all = self.counts.defects.borrow_mut();
        for (defect, count) in defects.iter() {
            *all.entry(defect.name().to_owned()).or_default() += count;
        }
        if !is_in_order {
            self.counts.unordered.borrow_mut().push(self.table.path.display().to_string());
        }
    }
}

impl Source for Reading {
    type Error = Stop;

    fn first_height(&self) -> Option<u64> {
        self.table.first_height
    }

    fn next_rows(&mut self) -> Result<Option<Rows>, Stop> {
        let mut reading = match self.rows.take() {
            Some(reading) => reading,
            None => open(&self.table.path, &self.options).map_err(Stop::Reading)?,
        };
        match reading.next().transpose().map_err(Stop::Reading)? {
            Some(rows) => {
                self.count(rows.len() as u64, reading.bytes_done());
                self.rows = Some(reading);
                Ok(Some(rows))
            }
            None => {
                self.count(0, reading.bytes_total());
                self.count_end(reading.defects(), reading.is_in_order());
                Ok(None)
            }
        }
    }
}
