//! What the words of other lists mean in the vocabularies of the ledger: one table.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::OnceLock;

use crate::chain::Chain;
use crate::vocabulary::{Kind, Technique, VictimKind};

/// A word of a list that the ledger has no word for, and in how many rows it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnmappedWord {
    /// The field in whose cells it stands.
    pub field: &'static str,
    /// The word.
    pub word: String,
    /// In how many rows.
    pub rows: usize,
}

/// A row of the table: what a text that contains something means.
#[derive(Debug)]
struct Entry {
    column: &'static str,
    contains: &'static str,
    means: &'static str,
}

fn table() -> &'static [Entry] {
    static TABLE: OnceLock<Vec<Entry>> = OnceLock::new();
    TABLE.get_or_init(|| {
        include_str!("../../data/import_words.csv")
            .lines()
            .skip(1)
            .filter_map(Entry::read)
            .collect()
    })
}

impl Entry {
    /// Reads a row. A row that is no row is left out here and found by a test.
    fn read(line: &'static str) -> Option<Self> {
        let mut cells = line.split(',');
        let (column, contains, means) = (cells.next()?, cells.next()?, cells.next()?);
        cells.next().is_none().then_some(Self { column, contains, means })
    }
}

/// Looks words up, and counts those that have no meaning in the ledger.
#[derive(Debug, Default)]
pub(super) struct Words {
    found: BTreeMap<(&'static str, String), Option<&'static str>>,
    chains: BTreeMap<String, Option<Chain>>,
    unmapped: BTreeMap<(&'static str, String), usize>,
}

impl Words {
    /// How it began, by the words for technique and class.
    pub(super) fn technique(&mut self, technique: &str, class: &str) -> Technique {
        let by_name = self.lookup("technique", technique);
        match by_name {
            Some(found) if found != Technique::Unknown => found,
            _ => self.found("class", class).unwrap_or(Technique::Unknown),
        }
    }

    /// What the victim is, by the words for its kind.
    pub(super) fn victim(&mut self, target: &str) -> VictimKind {
        self.lookup("target", target).unwrap_or(VictimKind::Unknown)
    }

    /// What kind of event it is, by the words for its class.
    pub(super) fn kind(&mut self, class: &str) -> Kind {
        self.lookup("event", class).unwrap_or(Kind::Theft)
    }

    /// The chain that is called so.
    pub(super) fn chain(&mut self, name: &str) -> Option<Chain> {
        let found = match self.chains.get(name) {
            Some(found) => *found,
            None => {
                let found = Chain::by_any_name(name);
                self.chains.insert(name.to_owned(), found);
                found
            }
        };
        if found.is_none() {
            self.count("chain", name);
        }
        found
    }

    fn lookup<T: FromStr>(&mut self, column: &'static str, text: &str) -> Option<T> {
        if text.trim().is_empty() {
            return None;
        }
        let found = self.found(column, text);
        if found.is_none() {
            let field = if column == "event" { "class" } else { column };
            self.count(field, text);
        }
        found
    }

    fn found<T: FromStr>(&mut self, column: &'static str, text: &str) -> Option<T> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ").to_lowercase();
        let means = self.found.entry((column, text)).or_insert_with_key(|(column, text)| {
            let is_it = |entry: &&Entry| entry.column == *column && text.contains(entry.contains);
            table().iter().find(is_it).map(|entry| entry.means)
        });
        means.and_then(|word| word.parse().ok())
    }

    fn count(&mut self, field: &'static str, word: &str) {
        *self.unmapped.entry((field, word.trim().to_owned())).or_default() += 1;
    }

    /// The words that have no meaning in the ledger, with the number of their rows.
    pub(super) fn unmapped(self) -> Vec<UnmappedWord> {
        let word = |((field, word), rows)| UnmappedWord { field, word, rows };
        self.unmapped.into_iter().map(word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Words, table};
    use crate::vocabulary::{Kind, Technique, VictimKind};

    #[test]
    fn the_table_is_whole_and_every_row_is_reached() {
        let lines = include_str!("../../data/import_words.csv").lines().count() - 1;
        assert_eq!(table().len(), lines);
        for (at, entry) in table().iter().enumerate() {
            let is_word = match entry.column {
                "technique" | "class" => entry.means.parse::<Technique>().is_ok(),
                "target" => entry.means.parse::<VictimKind>().is_ok(),
                "event" => entry.means.parse::<Kind>().is_ok(),
                _ => false,
            };
            assert!(is_word, "{entry:?}");
            let same = |other: &&super::Entry| {
                other.column == entry.column && entry.contains.contains(other.contains)
            };
            assert!(!table()[..at].iter().any(|other| same(&other)), "{entry:?} is never reached");
        }
    }

    #[test]
    fn words_of_lists_mean_words_of_the_ledger() {
        let mut words = Words::default();
        for (technique, class, means) in [
            ("Private Key Compromised (Social Engineering)", "", Technique::SocialEngineering),
            ("Private Key Compromised (Unknown Method)", "Infrastructure", Technique::KeyTheft),
            ("Flashloan Price Oracle Attack", "", Technique::PriceManipulation),
            ("Flashloan Governance Attack", "", Technique::Governance),
            ("Outdated Oracle Exploit", "", Technique::ContractFlaw),
            ("Drained Contracts", "Rugpull", Technique::Insider),
            ("Drained Contracts", "Infrastructure", Technique::Unknown),
            ("Never Seen", "Protocol Logic", Technique::ContractFlaw),
            ("", "", Technique::Unknown),
        ] {
            assert_eq!(words.technique(technique, class), means, "{technique}, {class}");
        }
        assert_eq!(words.victim("DeFi Protocol"), VictimKind::DefiProtocol);
        assert_eq!(words.victim("CEX Hack"), VictimKind::Exchange);
        assert_eq!(words.kind("Rugpull"), Kind::ExitScam);
        assert_eq!(words.chain("BSC").unwrap().slug(), "bnb-chain");
        assert_eq!((words.chain("Nowhere"), words.chain("Nowhere")), (None, None));
        let unmapped: Vec<_> =
            words.unmapped().into_iter().map(|w| (w.field, w.word, w.rows)).collect();
        assert_eq!(
            unmapped,
            [("chain", "Nowhere".to_owned(), 2), ("technique", "Never Seen".to_owned(), 1)]
        );
    }
}
