//! Lists in pieces.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::id::RecordId;

/// So many items are in a page at most.
pub const PAGE_MAX: usize = 1000;

/// Where a list goes on: opaque, made from the last item that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub(crate) RecordId);

/// A text that is no cursor of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no cursor: hand back the one that came with the page before, unchanged")]
pub struct CursorError(String);

/// Which piece of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Behind what; `None`: from the beginning.
    pub after: Option<Cursor>,
    /// How many; more than [`PAGE_MAX`] are not given.
    pub limit: usize,
    /// The newest first.
    pub is_descending: bool,
}

/// A piece of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the list goes on; `None`: it does not.
    pub next: Option<Cursor>,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { after: None, limit: 100, is_descending: true }
    }
}

impl PageRequest {
    /// How many rows to read: one more than wanted tells whether the list goes on.
    pub(crate) fn rows(&self) -> i64 {
        let wanted = self.limit.clamp(1, PAGE_MAX) + 1;
        i64::try_from(wanted).unwrap_or(i64::MAX)
    }

    /// How to compare and order: behind the cursor.
    pub(crate) fn order(&self) -> (&'static str, &'static str) {
        if self.is_descending { ("<", "DESC") } else { (">", "ASC") }
    }

    /// The page of the rows that were read.
    pub(crate) fn page<T>(&self, mut items: Vec<T>, id: impl Fn(&T) -> RecordId) -> Page<T> {
        let limit = self.limit.clamp(1, PAGE_MAX);
        let goes_on = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| goes_on).map(|last| Cursor(id(last)));
        Page { items, next }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("c")?;
        self.0.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || CursorError(text.chars().take(60).collect());
        let digits = text.strip_prefix('c').filter(|digits| digits.len() == 32);
        let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let number = u128::from_str_radix(digits.ok_or_else(refused)?, 16);
        Ok(Self(RecordId(number.map_err(|_| refused())?.to_be_bytes())))
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, PageRequest};
    use crate::id::RecordId;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    #[test]
    fn a_page_knows_whether_there_is_more() {
        let ids: Vec<RecordId> = (0..3).map(|n| RecordId([n; 16])).collect();
        let request = PageRequest { limit: 2, ..PageRequest::default() };
        let page = request.page(ids.clone(), |id| *id);
        assert_eq!((page.items.len(), page.next), (2, Some(Cursor(ids[1]))));
        assert_eq!(request.page(ids[..2].to_vec(), |id| *id).next, None);
    }

    proptest! {
        #[test]
        fn cursors_come_back(bytes in any::<[u8; 16]>()) {
            let cursor = Cursor(RecordId(bytes));
            prop_assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        }

        #[test]
        fn no_text_makes_it_panic(text in "c?[+0-9a-zé]{0,40}") {
            let _ = text.parse::<Cursor>();
        }
    }
}
