//! All lists of a folder.

use std::collections::BTreeMap;

use crate::listing::{ListId, Listing};

/// Lists with all their editions.
#[derive(Debug, Clone, Default)]
pub struct ListBook {
    lists: BTreeMap<ListId, Vec<Listing>>,
}

/// Why a book cannot be read or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// A file of the book is not as it was written.
    #[error("{file}:{line}: {what}")]
    Damaged {
        /// The file.
        file: String,
        /// The line, from 1; 0 where it is about the whole file.
        line: u64,
        /// What is wrong.
        what: String,
    },
}

impl ListBook {
    /// A book without lists.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the files of a book: their names in its folder, and their bytes. Files with other
    /// names than `ID.jsonl` are left alone.
    ///
    /// # Errors
    ///
    /// When a file is not as it was written: then nothing is known, and nothing is answered.
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, BookError> {
        let mut files = files.into_iter();
        match files.next() {
            None => Ok(Self::new()),
            Some((file, _)) => Err(BookError::Damaged {
                file: file.to_owned(),
                line: 0,
                what: "books cannot be read yet".to_owned(),
            }),
        }
    }

    /// Every address that stands or stood on a list, with the days, by list.
    pub fn listings(&self) -> impl Iterator<Item = &Listing> {
        self.lists.values().flatten()
    }
}
