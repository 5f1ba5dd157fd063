//! Search of listed names: exact and by likeness, with what the likeness rests on.
//!
//! Names are compared as sets of words: NFKC, without case, accents and punctuation, in any
//! order. Two words are alike by the measure of Jaro and Winkler (W. E. Winkler, "String
//! comparator metrics", 1990), computed on integers. Nothing but the name is compared: no
//! nationality, no place, no date of birth.

use std::sync::Arc;

use hawkshaw_model::{Printable, Timestamp};
use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::listing::ListInfo;
use crate::lists::{ListBook, ListEntry};

/// Characters of a name that are compared.
const CHARACTERS_MAX: usize = 256;

/// Words of a name that are compared.
const WORDS_MAX: usize = 16;

/// Names that are looked at for one query.
const CANDIDATES_MAX: usize = 20_000;

/// Words less alike than this are not, in thousandths.
const WORD_MIN: u16 = 850;

/// A likeness of one: the same words.
pub const SCORE_MAX: u16 = 1_000;

/// Listed names, to be searched.
#[derive(Debug, Clone, Default)]
pub struct NameIndex {
    entities: Vec<NamedEntity>,
    names: Vec<Name>,
    words: Vec<Word>,
    by_word: FxHashMap<String, u32>,
}

/// Somebody on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEntity {
    /// The list.
    pub list: Arc<ListInfo>,
    /// What the list says.
    pub entry: ListEntry,
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameQuery<'a> {
    /// The name.
    pub name: &'a str,
    /// The least likeness, in thousandths.
    pub score_min: u16,
    /// How many entities at most.
    pub limit: usize,
    /// As the lists stood at this time; `None`: now.
    pub as_of: Option<Timestamp>,
}

/// An entity whose name is alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameHit<'a> {
    /// Who.
    pub entity: &'a NamedEntity,
    /// Its name that is the most alike.
    pub name: &'a str,
    /// How alike, in thousandths: 1000 for the same words.
    pub score: u16,
    /// What that rests on, word by word, safe to show.
    pub explanation: String,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameHits<'a> {
    /// The most alike first.
    pub hits: Vec<NameHit<'a>>,
    /// Names with words of the query that were not looked at because they are too many.
    pub is_cut: bool,
}

#[derive(Debug, Clone)]
struct Name {
    entity: u32,
    shown: String,
    words: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Word {
    characters: Vec<char>,
    /// A bit for each letter that occurs: most words are told apart by it.
    letters: u64,
    names: Vec<u32>,
}

impl NameIndex {
    /// An index of everybody who stands or stood on the lists of a book.
    pub fn of(book: &ListBook) -> Self {
        let mut index = Self::default();
        for (list, entry) in book.entries() {
            index.add(NamedEntity { list: Arc::clone(list), entry: entry.clone() });
        }
        index
    }

    /// Adds somebody with all names.
    pub fn add(&mut self, entity: NamedEntity) {
        let Ok(place) = u32::try_from(self.entities.len()) else { return };
        for shown in &entity.entry.names {
            let Ok(name) = u32::try_from(self.names.len()) else { return };
            let mut words: Vec<u32> =
                words_of(shown).into_iter().map(|word| self.word(word, name)).collect();
            words.sort_unstable();
            self.names.push(Name { entity: place, shown: shown.clone(), words });
        }
        self.entities.push(entity);
    }

    /// The number of a word, which then stands in a name.
    fn word(&mut self, text: String, name: u32) -> u32 {
        let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        let characters: Vec<char> = text.chars().collect();
        let place = *self.by_word.entry(text).or_insert(next);
        if place == next {
            let letters = letters(&characters);
            self.words.push(Word { characters, letters, names: Vec::new() });
        }
        if let Some(word) = index(&mut self.words, place).filter(|w| w.names.last() != Some(&name))
        {
            word.names.push(name);
        }
        place
    }

    /// How many entities there are.
    pub fn len(&self) -> usize {
        self.entities.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }

    /// Everybody, in the order of the lists.
    pub fn entities(&self) -> &[NamedEntity] {
        &self.entities
    }

    /// Whose names are alike, the most alike first.
    pub fn search(&self, query: &NameQuery<'_>) -> NameHits<'_> {
        let asked: Vec<Vec<char>> =
            words_of(query.name).into_iter().map(|word| word.chars().collect()).collect();
        if asked.is_empty() {
            return NameHits::default();
        }
        let (candidates, is_cut) = self.candidates(&asked);
        // The best name of each entity.
        let mut best: FxHashMap<u32, (u16, u32)> = FxHashMap::default();
        for place in candidates {
            let Some(name) = place_of(&self.names, place) else { continue };
            let Some(entity) = place_of(&self.entities, name.entity) else { continue };
            if !stands(&entity.entry, query.as_of) {
                continue;
            }
            let (score, _) = self.likeness(&asked, name);
            if score >= query.score_min && score > 0 {
                let known = best.entry(name.entity).or_insert((score, place));
                if score > known.0 || (score == known.0 && place < known.1) {
                    *known = (score, place);
                }
            }
        }
        let mut ranked: Vec<(u16, u32)> = best.into_values().collect();
        ranked.sort_unstable_by_key(|(score, place)| (u16::MAX - score, *place));
        ranked.truncate(query.limit);
        let hits = ranked.into_iter().filter_map(|(score, place)| self.hit(&asked, score, place));
        NameHits { hits: hits.collect(), is_cut }
    }

    fn hit(&self, asked: &[Vec<char>], score: u16, place: u32) -> Option<NameHit<'_>> {
        let name = place_of(&self.names, place)?;
        let entity = place_of(&self.entities, name.entity)?;
        let (_, pairs) = self.likeness(asked, name);
        let told: Vec<String> = pairs
            .iter()
            .map(|(asked, word, score)| match score {
                0 => format!("{} has no like", Printable(asked)),
                &SCORE_MAX => format!("{} = {}", Printable(asked), Printable(word)),
                _ => {
                    let (asked, word) = (Printable(asked), Printable(word));
                    format!("{asked} ~ {word} ({}.{} %)", score / 10, score % 10)
                }
            })
            .collect();
        let more = name.words.len().saturating_sub(pairs.iter().filter(|p| p.2 > 0).count());
        let more = if more > 0 {
            format!("; {more} words of the listed name are not asked for")
        } else {
            String::new()
        };
        Some(NameHit { entity, name: &name.shown, score, explanation: told.join(", ") + &more })
    }

    /// Names in which a word like one of the query's stands, and whether some were left out. The
    /// rarest words come first, so that what is left out has only common ones.
    fn candidates(&self, asked: &[Vec<char>]) -> (Vec<u32>, bool) {
        let mut alike: Vec<&Word> = Vec::new();
        for word in asked {
            let letters = letters(word);
            let may_be = |known: &&Word| {
                let both = (known.letters & letters).count_ones();
                both * 2 >= letters.count_ones().max(known.letters.count_ones())
            };
            let near = |known: &&Word| jaro_winkler(word, &known.characters) >= WORD_MIN;
            alike.extend(self.words.iter().filter(may_be).filter(near));
        }
        alike.sort_by_key(|word| word.names.len());
        let mut found = Vec::new();
        let mut is_cut = false;
        for word in alike {
            let room = CANDIDATES_MAX.saturating_sub(found.len());
            is_cut |= word.names.len() > room;
            found.extend(word.names.iter().take(room).copied());
        }
        found.sort_unstable();
        found.dedup();
        (found, is_cut)
    }

    /// How alike two sets of words are: twice what they share, by letters, of both together.
    /// Each word counts for one other, the most alike first.
    fn likeness(&self, asked: &[Vec<char>], name: &Name) -> (u16, Vec<(String, String, u16)>) {
        let words: Vec<&Word> =
            name.words.iter().filter_map(|place| place_of(&self.words, *place)).collect();
        let mut pairs = Vec::new();
        for (a, from) in asked.iter().enumerate() {
            for (b, to) in words.iter().enumerate() {
                let score = jaro_winkler(from, &to.characters);
                if score >= WORD_MIN {
                    pairs.push((score, a, b));
                }
            }
        }
        pairs.sort_unstable_by_key(|(score, a, b)| (u16::MAX - score, *a, *b));
        let mut of_asked: Vec<Option<(usize, u16)>> = vec![None; asked.len()];
        let mut is_used = vec![false; words.len()];
        for (score, a, b) in pairs {
            if let (Some(place @ None), Some(used @ false)) =
                (of_asked.get_mut(a), is_used.get_mut(b))
            {
                *place = Some((b, score));
                *used = true;
            }
        }
        let mut shared = 0;
        let mut told = Vec::new();
        for (from, pair) in asked.iter().zip(&of_asked) {
            let to = pair.and_then(|(b, score)| Some((words.get(b)?, score)));
            let text = String::from_iter(from);
            match to {
                Some((to, score)) => {
                    shared += (from.len() + to.characters.len()) * usize::from(score);
                    told.push((text, String::from_iter(&to.characters), score));
                }
                None => told.push((text, String::new(), 0)),
            }
        }
        let all: usize = asked.iter().map(Vec::len).sum::<usize>()
            + words.iter().map(|word| word.characters.len()).sum::<usize>();
        (u16::try_from(shared / all.max(1)).unwrap_or(SCORE_MAX).min(SCORE_MAX), told)
    }
}

fn stands(entry: &ListEntry, as_of: Option<Timestamp>) -> bool {
    match as_of {
        None => entry.until.is_none(),
        Some(time) => {
            let since = entry.designated.map_or(entry.from, |day| day.min(entry.from));
            since <= time && entry.until.is_none_or(|until| time < until)
        }
    }
}

fn place_of<T>(items: &[T], place: u32) -> Option<&T> {
    items.get(usize::try_from(place).ok()?)
}

fn index<T>(items: &mut [T], place: u32) -> Option<&mut T> {
    items.get_mut(usize::try_from(place).ok()?)
}

/// The words of a name, each once: NFKC, without case, accents and punctuation.
fn words_of(name: &str) -> Vec<String> {
    let plain: String = name.chars().take(CHARACTERS_MAX).nfkd().collect();
    let plain: String = plain
        .chars()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect();
    // An apostrophe or a point stands inside a word: O'NEILL, S.A.
    let plain: String = plain.chars().filter(|c| !matches!(c, '\'' | '’' | '.' | '`')).collect();
    let mut words: Vec<String> = Vec::new();
    for word in plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if words.len() < WORDS_MAX && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// A bit for each letter of a word.
fn letters(word: &[char]) -> u64 {
    word.iter().fold(0, |bits, c| bits | 1_u64.checked_shl(u32::from(*c) % 64).unwrap_or(0))
}

/// The likeness of two words in thousandths, by Jaro and Winkler.
fn jaro_winkler(a: &[char], b: &[char]) -> u16 {
    if a == b {
        return SCORE_MAX;
    }
    if a.is_empty() || b.is_empty() {
        return 0;
    }
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut is_taken = vec![false; b.len()];
    let mut matched_a = Vec::new();
    for (at, c) in a.iter().enumerate() {
        let window = at.saturating_sub(reach)..(at + reach + 1).min(b.len());
        let free = window
            .into_iter()
            .find(|place| b.get(*place) == Some(c) && is_taken.get(*place) == Some(&false));
        if let Some(place) = free {
            if let Some(taken) = is_taken.get_mut(place) {
                *taken = true;
            }
            matched_a.push(*c);
        }
    }
    let matched = matched_a.len();
    if matched == 0 {
        return 0;
    }
    let matched_b = b.iter().zip(&is_taken).filter(|(_, taken)| **taken).map(|(c, _)| c);
    let swapped = matched_a.iter().zip(matched_b).filter(|(a, b)| a != b).count() / 2;
    let jaro = (1_000 * matched / a.len()
        + 1_000 * matched / b.len()
        + 1_000 * (matched - swapped) / matched)
        / 3;
    let prefix = a.iter().zip(b).take(4).take_while(|(a, b)| a == b).count();
    // Winkler gives his bonus for a common beginning only to what is alike without it.
    let bonus = if jaro > 700 { prefix * (1_000 - jaro) / 10 } else { 0 };
    let score = jaro + bonus;
    // Only the same word is the same.
    u16::try_from(score).unwrap_or(SCORE_MAX).min(SCORE_MAX - 1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hawkshaw_attribution::EntityKind;
    use proptest::prelude::proptest;

    use super::{NameIndex, NameQuery, NamedEntity, SCORE_MAX, jaro_winkler};
    use crate::{ListEntry, ListInfo, ListKind};

    fn index(names: &[&[&str]]) -> NameIndex {
        let list = Arc::new(ListInfo {
            id: "invented".parse().unwrap(),
            name: "Invented".to_owned(),
            kind: ListKind::Sanctions,
            edition: None,
        });
        let mut index = NameIndex::default();
        for names in names {
            let entry = ListEntry {
                number: "1".to_owned(),
                kind: EntityKind::Unknown,
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                programmes: Vec::new(),
                designated: None,
                source: String::new(),
                from: "2024-01-01".parse().unwrap(),
                until: None,
            };
            index.add(NamedEntity { list: Arc::clone(&list), entry });
        }
        index
    }

    fn search<'a>(index: &'a NameIndex, name: &str) -> Vec<(&'a str, u16, String)> {
        let query = NameQuery { name, score_min: 700, limit: 5, as_of: None };
        let hits = index.search(&query).hits;
        hits.into_iter().map(|hit| (hit.name, hit.score, hit.explanation)).collect()
    }

    #[test]
    fn order_case_accents_and_width_do_not_matter() {
        let index = index(&[&["EXAMPLE, Nemo José"], &["Other Company LLC"]]);
        for name in [
            "nemo jose example",
            "José Example NEMO",
            "ｎｅｍｏ example jose",
            "N'emo José EXAMPLE",
        ] {
            let found = search(&index, name);
            assert_eq!((found.len(), found[0].1), (1, SCORE_MAX), "{name}");
        }
    }

    #[test]
    fn likeness_is_explained_word_by_word() {
        let index = index(&[&["LAZARUS GROUP", "Hidden Cobra"], &["LAZAREV, Ivan"]]);
        let found = search(&index, "Lazarus Grop");
        assert_eq!(found[0].0, "LAZARUS GROUP");
        assert!(found[0].1 > 900 && found[0].1 < SCORE_MAX, "{found:?}");
        assert!(found[0].2.contains("lazarus = lazarus, grop ~ group"), "{found:?}");
        assert_eq!(search(&index, "hidden cobra")[0].1, SCORE_MAX);
        assert!(search(&index, "somebody else").is_empty());
        // Half a name is half alike, however well that half fits.
        let query = NameQuery { name: "group", score_min: 0, limit: 5, as_of: None };
        assert!(index.search(&query).hits[0].score < 700);
    }

    #[test]
    fn who_was_taken_off_is_found_as_of_then() {
        let mut listed = index(&[&["Some Name"]]);
        let mut gone = listed.entities()[0].clone();
        gone.entry.until = Some("2024-06-01".parse().unwrap());
        listed = NameIndex::default();
        listed.add(gone);
        assert!(search(&listed, "Some Name").is_empty());
        let at = |time: &str| {
            let as_of = Some(time.parse().unwrap());
            listed
                .search(&NameQuery { name: "some name", score_min: 900, limit: 5, as_of })
                .hits
                .len()
        };
        assert_eq!((at("2023-12-31"), at("2024-03-01"), at("2024-06-01")), (0, 1, 0));
    }

    #[test]
    fn the_published_examples_of_the_measure_hold() {
        // Winkler 1990, table 2.
        let of = |a: &str, b: &str| {
            jaro_winkler(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        assert_eq!(of("martha", "marhta"), 960);
        assert_eq!(of("dwayne", "duane"), 839);
        assert_eq!(of("dixon", "dicksonx"), 812);
        assert_eq!(of("", "a"), 0);
    }

    proptest! {
        #[test]
        fn any_text_is_searched_within_bounds(name in "\\PC{0,400}") {
            let index = index(&[&["LAZARUS GROUP"], &["EXAMPLE, Nemo"]]);
            for (_, score, _) in search(&index, &name) {
                assert!(score <= SCORE_MAX);
            }
        }
    }
}
