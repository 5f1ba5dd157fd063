//! Chains as the ledger names them: a word each, with the CAIP-2 id where there is one.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use serde::{Serialize, Serializer};

/// A chain from the table `data/chains.csv`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chain(&'static Entry);

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Entry {
    slug: &'static str,
    name: &'static str,
    caip2: Option<&'static str>,
    aliases: Vec<&'static str>,
}

/// A text that is no chain of the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no chain of the table of chains (crates/incidents/data/chains.csv)")]
pub struct UnknownChain(String);

impl Chain {
    /// Every chain of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        table().iter().map(Self)
    }

    /// The word of the ledger: `bnb-chain`.
    pub fn slug(self) -> &'static str {
        self.0.slug
    }

    /// The name for people: `BNB Chain`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The CAIP-2 id, for chains that have one in the table.
    pub fn caip2(self) -> Option<&'static str> {
        self.0.caip2
    }

    /// The chain that a list calls by this name, whatever its case: `BSC`, `Ethereum`.
    pub fn by_any_name(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        let is_named = |entry: &&Entry| {
            entry.slug == name
                || entry.name.to_lowercase() == name
                || entry.aliases.contains(&name.as_str())
        };
        table().iter().find(is_named).map(Self)
    }
}

fn table() -> &'static [Entry] {
    static TABLE: OnceLock<Vec<Entry>> = OnceLock::new();
    TABLE.get_or_init(|| {
        include_str!("../data/chains.csv").lines().skip(1).filter_map(Entry::read).collect()
    })
}

impl Entry {
    /// Reads a row. A row that is no row is left out here and found by a test.
    fn read(line: &'static str) -> Option<Self> {
        let mut cells = line.split(',');
        let (slug, name) = (cells.next()?, cells.next()?);
        let caip2 = Some(cells.next()?).filter(|id| !id.is_empty());
        let aliases = cells.next()?.split(';').filter(|alias| !alias.is_empty()).collect();
        cells.next().is_none().then_some(Self { slug, name, caip2, aliases })
    }
}

impl FromStr for Chain {
    type Err = UnknownChain;

    fn from_str(text: &str) -> Result<Self, UnknownChain> {
        let found = table().iter().find(|entry| entry.slug == text).map(Self);
        found.ok_or_else(|| UnknownChain(hawkshaw_model::Printable(text).to_string()))
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.slug)
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.slug)
    }
}

impl Serialize for Chain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.slug)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Chain, table};

    #[test]
    fn the_table_is_whole_and_names_are_unique() {
        assert_eq!(table().len(), include_str!("../data/chains.csv").lines().count() - 1);
        let mut names = BTreeSet::new();
        for entry in table() {
            let shown = [entry.name.to_lowercase()];
            let own: BTreeSet<&str> = [entry.slug]
                .into_iter()
                .chain(entry.aliases.iter().copied())
                .chain(shown.iter().map(String::as_str))
                .collect();
            for name in own {
                assert!(names.insert(name.to_owned()), "two chains are called {name}");
            }
        }
    }

    #[test]
    fn lists_call_chains_by_many_names() {
        assert_eq!(Chain::by_any_name("BSC").unwrap().slug(), "bnb-chain");
        assert_eq!(Chain::by_any_name("Ethereum").unwrap().caip2(), Some("eip155:1"));
        assert_eq!(Chain::by_any_name("nowhere"), None);
    }
}
