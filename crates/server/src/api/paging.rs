//! Lists in pieces.

use hawkshaw_records::{Cursor, PAGE_MAX, Page, PageRequest};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::api::wire::Text;

/// Items of a page unless somebody says.
const USUAL: usize = 100;

/// How many items are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageLimit(usize);

impl<'de> Deserialize<'de> for PageLimit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let limit = usize::deserialize(deserializer)?;
        if (1..=PAGE_MAX).contains(&limit) {
            return Ok(Self(limit));
        }
        Err(serde::de::Error::custom(format!("`limit` is from 1 to {PAGE_MAX}")))
    }
}

/// The page that is wanted: the newest first.
pub(super) fn wanted(limit: Option<PageLimit>, cursor: Option<Text<Cursor>>) -> PageRequest {
    PageRequest {
        after: cursor.map(|text| text.0),
        limit: limit.map_or(USUAL, |limit| limit.0),
        is_descending: true,
    }
}

/// A page as JSON.
pub(super) fn json<T, E>(
    page: &Page<T>,
    item: impl Fn(&T) -> Result<Value, E>,
) -> Result<Value, E> {
    let items = page.items.iter().map(item).collect::<Result<Vec<_>, E>>()?;
    Ok(json!({ "items": items, "next": page.next }))
}
