//! An import on its way: its files, what they gave, and what an interrupted one stored.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_model::ChainId;
use hawkshaw_model::rows::Rows;

/// A file that is imported, as its digest tells it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Its name without folder.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// A digest of its contents, as text.
    pub digest: String,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportSummary {
    /// Rows that were handed in.
    pub rows: u64,
    /// Movements and legs that were stored.
    pub stored: u64,
    /// Movements and legs that the store had already, or that stood in the input twice.
    pub duplicates: u64,
    /// Rows that an interrupted import of the same files had stored before.
    pub resumed: u64,
    /// Transactions that were stored.
    pub txs: u64,
    /// Logs and calls that were stored.
    pub events: u64,
    /// Logs and calls that the store had already, or that stood in the input twice.
    pub repeated_events: u64,
    /// Transactions whose index in their block no file gave: they stand in the order of their
    /// events.
    pub inferred_indices: u64,
    /// Movements that another table of the import says did not happen, because the transaction
    /// failed, or says better, because the token is one of a kind.
    pub left_out: u64,
}

impl ImportSummary {
    /// Adds what a later part of the same work did.
    pub(crate) fn add(&mut self, later: &Self) {
        self.rows += later.rows;
        self.stored += later.stored;
        self.duplicates += later.duplicates;
        self.resumed += later.resumed;
        self.txs += later.txs;
        self.events += later.events;
        self.repeated_events += later.repeated_events;
        self.inferred_indices += later.inferred_indices;
        self.left_out += later.left_out;
    }
}

/// An import on its way.
#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) summary: ImportSummary,
    /// By chain, the height up to which an interrupted import stored everything.
    pub(crate) through: Vec<(String, u64)>,
    /// By chain, the height up to which this import stored everything.
    pub(crate) reached: Vec<(String, u64)>,
    pub(crate) order: FileOrder,
    pub(crate) files: GivenFiles,
    pub(crate) inputs: Vec<InputFile>,
    /// What names the list of inputs.
    pub(crate) key: String,
}
/// Which files gave nothing but headers of blocks, by name without folder.
#[derive(Debug, Default)]
pub(crate) struct GivenFiles(BTreeMap<String, bool>);

impl GivenFiles {
    pub(crate) fn note(&mut self, rows: &Rows) {
        let name = Path::new(&*rows.file).file_name().unwrap_or_default().to_string_lossy();
        let has_headers_only = self.0.entry(name.into_owned()).or_insert(true);
        *has_headers_only &= rows.blocks.len() == rows.len();
    }

    pub(crate) fn is_headers_only(&self, name: &str) -> bool {
        self.0.get(name) == Some(&true)
    }
}

/// Which files have given their rows in the order of blocks so far, all of one chain.
#[derive(Debug, Default)]
pub(crate) struct FileOrder(Vec<(Arc<str>, ChainId, u64)>);

impl FileOrder {
    /// Whether rows go on where those of their file before ended, each at the height of the one
    /// before it or above.
    pub(crate) fn goes_on(&mut self, rows: &Rows) -> bool {
        let Some([low, high]) = rows.heights() else { return true };
        let at = match self.0.iter().position(|(file, ..)| *file == rows.file) {
            Some(at) => at,
            None => {
                self.0.push((Arc::clone(&rows.file), rows.chain.clone(), 0));
                self.0.len() - 1
            }
        };
        let (_, chain, highest) = &mut self.0[at];
        // How far a file is on one chain says nothing of another.
        let is_behind = low >= *highest && *chain == rows.chain;
        *highest = high.max(*highest);
        is_behind
            && rows.transfers.is_sorted_by_key(|row| row.spot.height)
            && rows.legs.is_sorted_by_key(|row| row.spot.height)
            && rows.events.is_sorted_by_key(|row| row.spot.height)
            && rows.calls.is_sorted_by_key(|row| row.spot.height)
            && rows.blocks.is_sorted_by_key(|row| row.height)
    }
}
