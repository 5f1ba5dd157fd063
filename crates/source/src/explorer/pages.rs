//! The pages of one list of an account, joined so that every row is there once.
//!
//! Explorers give at most so many rows an answer, and the first 10,000 of a list however they are
//! cut into pages; some give fewer than they are asked for and do not say so. What they all can do
//! is to begin at a block. So the last block of a page, of which rows may be missing, is read
//! again with what follows, until nothing follows:
//!
//! ```text
//! from 0    : 11 12 12 13 13         13 may go on: rows of 11 and 12 are final
//! from 13   :             13 13 13 17
//! from 17   :                      17    nothing behind 17: done
//! ```

use hawkshaw_chains::DecodeError;
use hawkshaw_chains::explorers::{Entry, List, Page, decode_page};

use super::asker::Fetched;
use crate::error::{SourceError, SourceFault};

/// How often a list is read anew that changes while it is read.
const ROUNDS_MAX: u32 = 3;
/// No explorer gives fewer rows than this where it has more.
const CAP_MIN: usize = 10;

/// What came of asking for a page.
pub(super) enum Turn {
    Page(Fetched<()>),
    /// So many rows a page, or so high a number of a page, are refused.
    TooFar,
    /// There is no such list.
    NoSuchList,
}

/// A page to ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) list: List,
    pub(super) from: u64,
    pub(super) page: usize,
    pub(super) rows: usize,
    /// Whether what is kept is passed over.
    pub(super) is_anew: bool,
}

/// What came of reading a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) rows: u64,
    pub(super) gaps: Vec<String>,
    pub(super) is_missing: bool,
}

/// Whoever gives pages and takes rows.
pub(super) trait Lister {
    fn ask(&mut self, wanted: &Wanted) -> Result<Turn, SourceError>;
    /// Takes a row that is final.
    fn take(&mut self, list: List, entry: &Entry<'_>) -> Result<(), DecodeError>;
    /// Keeps an answer that fits the others.
    fn keep(&mut self, fetched: &Fetched<()>) -> Result<(), SourceError>;
    fn error(&self, list: List, fault: SourceFault) -> SourceError;
}

/// Reads a list from its beginning, up to about so many rows.
pub(super) fn read_list(
    lister: &mut dyn Lister,
    list: List,
    page_rows: usize,
    rows_max: u64,
) -> Result<Read, SourceError> {
    let mut reader =
        Reader { lister, list, page_rows, largest: 0, from: 0, pending: 0, read: Read::default() };
    let mut rounds = 0;
    loop {
        if reader.read.rows >= rows_max {
            let rows = reader.read.rows;
            reader.read.gaps.push(format!("{} stops after {rows} rows", list.action()));
            return Ok(reader.read);
        }
        match reader.window(rounds > 0)? {
            Window::Over => return Ok(reader.read),
            Window::Next => rounds = 0,
            Window::Changed if rounds < ROUNDS_MAX => rounds += 1,
            Window::Changed => {
                let why = format!(
                    "{} lists fewer rows of block {} than a moment ago, also after {rounds} more \
                     attempts",
                    list.action(),
                    reader.from
                );
                let fault = SourceFault::Decode(DecodeError::Contradiction(why));
                return Err(reader.lister.error(list, fault));
            }
        }
    }
}

/// Pages from one block on.
enum Window {
    /// There is nothing more.
    Over,
    /// It goes on from the last block.
    Next,
    /// Rows are gone that were there.
    Changed,
}

struct Reader<'a> {
    lister: &'a mut dyn Lister,
    list: List,
    page_rows: usize,
    /// The most rows that a page had.
    largest: usize,
    from: u64,
    /// How many rows of the block `from` were seen.
    pending: usize,
    read: Read,
}

impl Reader<'_> {
    fn window(&mut self, is_anew: bool) -> Result<Window, SourceError> {
        let mut pages: Vec<Fetched<()>> = Vec::new();
        let (mut page, mut rows, mut is_cut) = (1, 0, false);
        let last = loop {
            let wanted =
                Wanted { list: self.list, from: self.from, page, rows: self.page_rows, is_anew };
            let fetched = match self.lister.ask(&wanted)? {
                Turn::Page(fetched) => fetched,
                Turn::NoSuchList => {
                    self.read.is_missing = true;
                    return Ok(Window::Over);
                }
                Turn::TooFar if page == 1 && self.page_rows > CAP_MIN => {
                    self.page_rows = (self.page_rows / 2).max(CAP_MIN);
                    continue;
                }
                Turn::TooFar => {
                    is_cut = true;
                    break None;
                }
            };
            let heights = self.checked(heights(&fetched.bytes))?;
            self.check_order(&heights)?;
            pages.push(fetched);
            rows += heights.len();
            let Some(last) = heights.last().copied() else { break None };
            let is_tail = page == 1 && self.pending > 0 && last == self.from;
            let was_largest = heights.len() >= self.largest.max(CAP_MIN);
            self.largest = self.largest.max(heights.len());
            if last > self.from || (page == 1 && self.pending == 0) {
                break Some(last);
            }
            if is_tail && !was_largest {
                break None;
            }
            let size = self.largest.max(CAP_MIN);
            if size < self.page_rows {
                // It gives fewer rows than it is asked for: which rows its second page has is
                // plain only when it is asked for as many as it gives.
                self.page_rows = size;
                pages.clear();
                (page, rows) = (1, 0);
                continue;
            }
            page += 1;
        };
        if last.is_none() && rows < self.pending {
            return Ok(Window::Changed);
        }
        if self.pending > 0 && self.count_of(&pages, self.from)? < self.pending {
            return Ok(Window::Changed);
        }
        self.commit(&pages, last)?;
        match last {
            Some(last) => {
                self.pending = self.count_of(&pages, last)?;
                self.from = last;
                Ok(Window::Next)
            }
            None if is_cut => {
                let gap = "lists only the first rows of block";
                self.read.gaps.push(format!("{} {gap} {}", self.list.action(), self.from));
                self.pending = 0;
                self.from = self.from.saturating_add(1);
                Ok(Window::Next)
            }
            None => Ok(Window::Over),
        }
    }

    /// Takes the rows of pages below a height, or all, and keeps the pages.
    fn commit(&mut self, pages: &[Fetched<()>], below: Option<u64>) -> Result<(), SourceError> {
        for fetched in pages {
            let entries = self.checked(rows(&fetched.bytes))?;
            for entry in &entries {
                let height = self.checked(entry.height())?;
                if below.is_none_or(|below| height < below) {
                    let taken = self.lister.take(self.list, entry);
                    self.checked(taken)?;
                    self.read.rows += 1;
                }
            }
            self.lister.keep(fetched)?;
        }
        Ok(())
    }

    fn count_of(&self, pages: &[Fetched<()>], height: u64) -> Result<usize, SourceError> {
        let mut count = 0;
        for fetched in pages {
            let heights = self.checked(heights(&fetched.bytes))?;
            count += heights.into_iter().filter(|known| *known == height).count();
        }
        Ok(count)
    }

    /// Checks that rows come in the order that was asked for, from the block that was asked for.
    fn check_order(&self, heights: &[u64]) -> Result<(), SourceError> {
        if heights.is_sorted() && heights.first().is_none_or(|first| *first >= self.from) {
            return Ok(());
        }
        let why = format!(
            "{} does not list rows from block {} on in the order of blocks",
            self.list.action(),
            self.from
        );
        Err(self.lister.error(self.list, SourceFault::Decode(DecodeError::Contradiction(why))))
    }

    fn checked<T>(&self, decoded: Result<T, DecodeError>) -> Result<T, SourceError> {
        decoded.map_err(|error| self.lister.error(self.list, SourceFault::Decode(error)))
    }
}

/// The rows of an answer that was found to have some, or none.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Entry<'_>>, DecodeError> {
    match decode_page(bytes)? {
        Page::Rows(rows) => Ok(rows),
        Page::Complaint(complaint) => Err(DecodeError::Malformed(complaint.text().to_owned())),
    }
}

fn heights(bytes: &[u8]) -> Result<Vec<u64>, DecodeError> {
    rows(bytes)?.iter().map(Entry::height).collect()
}
