//! Why a file cannot be read.

use std::fmt;
use std::io;
use std::sync::Arc;

use hawkshaw_model::Printable;

/// Why a file cannot be read.
///
/// [`Io`](Self::Io) is a file that cannot be read; every other variant is bad data, or a file
/// that is none of the known ones.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// A field of a row has to be mended.
    #[error("{file} {unit} {line}, column `{column}`: {reason}", file = Printable(.file))]
    BadField {
        /// The file.
        file: Arc<str>,
        /// What the number counts: `line` or `row`.
        unit: &'static str,
        /// The line of a text, the header being line 1, or the row of a table, counted from 1.
        line: u64,
        /// The column, as the file names it.
        column: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A row has to be mended.
    #[error("{file} {unit} {line}: {reason}", file = Printable(.file))]
    BadRow {
        /// The file.
        file: Arc<str>,
        /// What the number counts: `line` or `row`.
        unit: &'static str,
        /// The line or row.
        line: u64,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// The columns of a file have to be mended.
    #[error("{file}: {reason}", file = Printable(.file))]
    BadHeader {
        /// The file.
        file: Arc<str>,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// The file is damaged: it is not what its first bytes say.
    #[error("{file} is damaged: {reason}", file = Printable(.file))]
    Damaged {
        /// The file.
        file: Arc<str>,
        /// What is wrong.
        reason: String,
    },
    /// The file is none of the known ones.
    #[error("{file} is no file that can be read: {reason}{}", misses(.near), file = Printable(.file))]
    Unrecognised {
        /// The file.
        file: Arc<str>,
        /// What it looks like.
        reason: String,
        /// The tables that come nearest, the nearest first, and what each of them lacks.
        near: Vec<NearMiss>,
    },
    /// What was asked for does not fit the file.
    #[error("{file}: {reason}", file = Printable(.file))]
    Option {
        /// The file.
        file: Arc<str>,
        /// What to ask for instead.
        reason: String,
    },
    /// The file cannot be read.
    #[error("cannot read {file}", file = Printable(.file))]
    Io {
        /// The file.
        file: Arc<str>,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A table that a file nearly is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// The table in words: `ethereum-etl token_transfers`.
    pub table: String,
    /// The columns that are missing.
    pub missing: Vec<String>,
    /// The columns that it does not have, for a table whose columns are all known.
    pub unknown: Vec<String>,
}

impl fmt::Display for NearMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |names: &[String]| {
            let names: Vec<String> = names.iter().map(|n| format!("`{}`", Printable(n))).collect();
            names.join(", ")
        };
        write!(f, "{}", self.table)?;
        if !self.missing.is_empty() {
            write!(f, " would also need {}", list(&self.missing))?;
        }
        if !self.unknown.is_empty() {
            let and = if self.missing.is_empty() { "" } else { " and" };
            write!(f, "{and} has no column {}", list(&self.unknown))?;
        }
        Ok(())
    }
}

fn misses(near: &[NearMiss]) -> String {
    near.iter().map(|miss| format!("; {miss}")).collect()
}

/// Why a row is refused, before it is known where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal(Box<(Option<String>, String, Option<u64>)>);

impl Refusal {
    /// A field has to be mended.
    pub(crate) fn field(column: impl Into<String>, reason: impl Into<String>) -> Self {
        Self(Box::new((Some(column.into()), reason.into(), None)))
    }

    /// The row has to be mended.
    pub(crate) fn row(reason: impl Into<String>) -> Self {
        Self(Box::new((None, reason.into(), None)))
    }

    /// The refusal of a row before the one that is being read.
    pub(crate) fn of_line(mut self, line: u64) -> Self {
        self.0.2 = Some(line);
        self
    }

    /// The error, once it is known where the row stands.
    pub(crate) fn at(self, file: &Arc<str>, unit: &'static str, line: u64) -> IngestError {
        let file = Arc::clone(file);
        let (column, reason, earlier) = *self.0;
        let line = earlier.unwrap_or(line);
        match (column, reason) {
            (Some(column), reason) => IngestError::BadField { file, unit, line, column, reason },
            (None, reason) => IngestError::BadRow { file, unit, line, reason },
        }
    }
}
