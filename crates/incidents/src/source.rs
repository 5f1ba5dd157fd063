//! Where a claim can be read.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::date::PartialDate;
use crate::reader::Table;
use crate::vocabulary::Seen;

/// Where a claim can be read, and how the authors of the ledger know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The link, to a page or a file.
    pub url: String,
    /// Who published it.
    pub publisher: String,
    /// What it is called.
    pub title: String,
    /// When it was published, where it says so.
    pub published: Option<PartialDate>,
    /// How the authors of the ledger know it.
    pub seen: Seen,
    /// The data set that holds link and fact, if it was seen there.
    pub data_set: Option<String>,
}

/// Sources by key.
pub type Sources = BTreeMap<String, Source>;

impl Source {
    /// Reads the sources of a file: the tables of its table `sources`.
    pub(crate) fn read_all(table: &Table<'_>, shared: &Sources) -> Sources {
        let mut sources = Sources::new();
        for (key, entry) in table.named_tables() {
            if !is_key(key) {
                entry.wrong("", "a key is made of a-z, 0-9 and single dashes");
            }
            if shared.contains_key(key) {
                entry.wrong("", "is also the key of a shared source");
            }
            if let Some(source) = Self::read(&entry) {
                sources.insert(key.to_owned(), source);
            }
            entry.finish();
        }
        let names: BTreeSet<&String> = sources.keys().chain(shared.keys()).collect();
        for (key, entry) in table.named_tables() {
            let set = sources.get(key).and_then(|source| source.data_set.as_ref());
            if set.is_some_and(|set| !names.contains(set)) {
                entry.wrong("data_set", "is the key of no source");
            }
        }
        sources
    }

    fn read(table: &Table<'_>) -> Option<Self> {
        let url = table.text_needed("url");
        if url.is_some_and(|url| !is_link(url)) {
            table.wrong("url", "is no link that begins with https:// or http://");
        }
        let publisher = table.line_needed("publisher");
        let title = table.line_needed("title");
        let published = table.parsed("published");
        let seen = table.parsed_needed("seen");
        let data_set = table.text("data_set");
        match (seen, data_set) {
            (Some(Seen::DataSet), None) => {
                table
                    .wrong("data_set", "is missing: a source that was seen in a data set names it");
            }
            (Some(Seen::Read), Some(_)) => {
                table.wrong("data_set", "stands beside seen = \"read\"");
            }
            _ => {}
        }
        Some(Self {
            url: url?.to_owned(),
            publisher: publisher?.to_owned(),
            title: title?.to_owned(),
            published,
            seen: seen?,
            data_set: data_set.map(str::to_owned),
        })
    }
}

/// Whether a text is a link to a page or a file.
pub fn is_link(text: &str) -> bool {
    const LINK_CHARACTERS_MAX: usize = 1_000;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty())
        && text.len() <= LINK_CHARACTERS_MAX
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Whether a text is made of words of `a-z` and `0-9` with single dashes between.
pub(crate) fn is_key(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.len() <= 80 && text.split('-').all(is_word)
}
