//! All lists of a folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use hawkshaw_attribution::{ListFile, Publisher};
use hawkshaw_model::Timestamp;

use super::diff::ListDiff;
use super::file;
use super::list::{Edition, List, ListEntry, Shrinking};
use crate::listing::{ListId, ListInfo, ListKind, Listing};

/// Lists with all their editions.
#[derive(Debug, Clone, Default)]
pub struct ListBook {
    lists: BTreeMap<ListId, List>,
}

/// Why a book cannot be read or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// A file of the book is not as it was written.
    #[error(
        "{file}:{line}: {what}; the file is not as it was written: take it from a backup, or \
         remove it and take up the editions again"
    )]
    Damaged {
        /// The file.
        file: String,
        /// The line, from 1; 0 where it is about the whole file.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// An edition is older than the newest one that was taken up.
    #[error(
        "the edition of {edition} is older than that of {newest}, the newest of `{list}`: \
         editions are taken up from the oldest to the newest; nothing was changed"
    )]
    Older {
        /// The list.
        list: String,
        /// The day of the edition.
        edition: String,
        /// The day of the newest.
        newest: String,
    },
    /// Too much of a list would disappear.
    #[error(
        "`{list}`: {reason}; a damaged or wrong file looks like that, so nothing was changed; \
         if the list is really so, take it up with --accept-shrinking"
    )]
    Shrinking {
        /// The list.
        list: String,
        /// What would disappear.
        reason: String,
    },
    /// The file is another publisher's.
    #[error(
        "`{list}` is the list of {expected}, and the file is that of {found}; name another list \
         with --list"
    )]
    OtherPublisher {
        /// The list.
        list: String,
        /// Whose list it is.
        expected: String,
        /// Whose the file is.
        found: String,
    },
}

/// How a list stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListStatus {
    /// The list, with the day of its newest edition.
    pub info: Arc<ListInfo>,
    /// The newest edition.
    pub edition: Option<Edition>,
    /// The day of the oldest edition: before it the book knows nothing of the list.
    pub first: Option<Timestamp>,
    /// How many editions were taken up.
    pub editions: usize,
    /// Entities on the list now.
    pub entities: usize,
    /// Addresses on it now.
    pub addresses: usize,
    /// Addresses that were on it and no longer are.
    pub removed: usize,
    /// Addresses on it now, by chain.
    pub by_chain: BTreeMap<String, usize>,
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
        let mut book = Self::new();
        for (name, bytes) in files {
            let stem = name.strip_suffix(file::ENDING);
            let Some(Ok(id)) = stem.map(str::parse::<ListId>) else { continue };
            let list = file::read(name, &id, bytes)?;
            book.lists.insert(id, list);
        }
        Ok(book)
    }

    /// The file of a list: its name in the folder, and its bytes.
    pub fn file_of(&self, id: &ListId) -> Option<(String, Vec<u8>)> {
        let list = self.lists.get(id)?;
        Some((format!("{id}{}", file::ENDING), file::write(list)))
    }

    /// Takes up an edition, of one file or of several that make it up together. A file that was
    /// taken up before changes nothing.
    ///
    /// # Errors
    ///
    /// When the edition is older than the newest one, another publisher's, empty, or so much
    /// shorter that it looks damaged. The book is then as it was.
    pub fn update(
        &mut self,
        id: &ListId,
        edition: &Edition,
        files: &[ListFile],
        shrinking: Shrinking,
    ) -> Result<ListDiff, BookError> {
        let publisher = files.iter().find_map(|file| file.publisher);
        let mut list = match self.lists.get(id) {
            Some(list) => list.clone(),
            None => new_list(id, publisher),
        };
        check_publisher(&list, files)?;
        let diff = list.update(edition, files, shrinking)?;
        self.lists.insert(id.clone(), list);
        Ok(diff)
    }

    /// The lists, by id.
    pub fn lists(&self) -> impl Iterator<Item = &Arc<ListInfo>> {
        self.lists.values().map(|list| &list.info)
    }

    /// Every address that stands or stood on a list, with the days, by list.
    pub fn listings(&self) -> impl Iterator<Item = &Listing> {
        self.lists.values().flat_map(|list| list.periods.iter().map(|period| &period.listing))
    }

    /// Who stands or stood on the lists, with all names.
    pub fn entries(&self) -> impl Iterator<Item = (&Arc<ListInfo>, &ListEntry)> {
        self.lists.values().flat_map(|list| list.entries.iter().map(|entry| (&list.info, entry)))
    }

    /// How each list stands, by id.
    pub fn status(&self) -> Vec<ListStatus> {
        self.lists.values().map(status).collect()
    }

    /// Editions of a list, the oldest first.
    pub fn editions(&self, id: &ListId) -> Vec<&Edition> {
        let list = self.lists.get(id);
        list.map_or(Vec::new(), |list| list.editions.iter().map(|taken| &taken.edition).collect())
    }
}

fn new_list(id: &ListId, publisher: Option<Publisher>) -> List {
    let (name, kind) = match publisher {
        Some(publisher) => (publisher.name().to_owned(), ListKind::Sanctions),
        None => (id.to_string(), ListKind::Own),
    };
    List::new(ListInfo { id: id.clone(), name, kind, edition: None }, publisher)
}

fn check_publisher(list: &List, files: &[ListFile]) -> Result<(), BookError> {
    let name = |publisher: Option<Publisher>| match publisher {
        Some(publisher) => publisher.name().to_owned(),
        None => "somebody's own".to_owned(),
    };
    match files.iter().find(|file| file.publisher != list.publisher) {
        Some(other) => Err(BookError::OtherPublisher {
            list: list.info.id.to_string(),
            expected: name(list.publisher),
            found: name(other.publisher),
        }),
        None => Ok(()),
    }
}

fn status(list: &List) -> ListStatus {
    let mut by_chain = BTreeMap::new();
    let mut addresses = 0;
    for period in list.periods.iter().filter(|period| period.listing.removed.is_none()) {
        addresses += 1;
        *by_chain.entry(period.listing.account.chain().to_string()).or_insert(0) += 1;
    }
    ListStatus {
        info: Arc::clone(&list.info),
        edition: list.editions.last().map(|taken| taken.edition.clone()),
        first: list.editions.first().map(|taken| taken.edition.date),
        editions: list.editions.len(),
        entities: list.entries.iter().filter(|entry| entry.until.is_none()).count(),
        addresses,
        removed: list.periods.len() - addresses,
        by_chain,
    }
}
