//! Names of victims and events in a form in which lists can be compared.

use crate::import::date::month_of;

/// A name as words that tell it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameKey {
    /// The words, small, without those that any theft could have.
    pub(super) words: Vec<String>,
    /// Those words without spaces.
    joined: String,
    /// All words without spaces.
    full: String,
    /// Whether every word is one that any theft could have.
    is_generic: bool,
    /// Whether it is made of months and numbers: no name, where it stands beside another.
    pub(super) is_date: bool,
}

/// Words that tell no theft from another.
const STOP_WORDS: [&str; 62] = [
    "hack",
    "hacks",
    "hacked",
    "hacker",
    "exploit",
    "exploits",
    "exploiter",
    "exploited",
    "attack",
    "attacker",
    "drainer",
    "exchange",
    "protocol",
    "finance",
    "network",
    "bridge",
    "theft",
    "thefts",
    "thief",
    "heist",
    "incident",
    "event",
    "stolen",
    "funds",
    "rug",
    "rugpull",
    "pull",
    "scam",
    "loss",
    "v1",
    "v2",
    "v3",
    "v4",
    "the",
    "of",
    "and",
    "on",
    "by",
    "at",
    "from",
    "a",
    "an",
    "inc",
    "ltd",
    "limited",
    "individual",
    "individuals",
    "person",
    "persons",
    "private",
    "user",
    "users",
    "victim",
    "victims",
    "holder",
    "founder",
    "ceo",
    "firm",
    "company",
    "unknown",
    "unnamed",
    "unidentified",
];

impl NameKey {
    fn new(name: &str) -> Option<Self> {
        let mut all = words(name);
        // Labels of addresses are numbered: `Upbit Hacker 1`.
        let is_number = |word: &String| word.len() == 1 && word.bytes().all(|b| b.is_ascii_digit());
        if all.len() > 1 {
            all.pop_if(|word| is_number(word));
        }
        let is_telling = |word: &&String| !STOP_WORDS.contains(&word.as_str());
        let mut words: Vec<String> = all.iter().filter(is_telling).cloned().collect();
        let is_generic = words.is_empty();
        if is_generic {
            words.clone_from(&all);
        }
        let (joined, full) = (words.concat(), all.concat());
        let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
        let is_date = words.iter().all(|word| is_number(word) || month_of(word).is_some());
        (!full.is_empty()).then_some(Self { words, joined, full, is_generic, is_date })
    }

    /// The keys of a name: of the whole, and of each name that it gives beside another.
    pub(super) fn of(name: &str) -> Vec<Self> {
        const CHARACTERS_MIN: usize = 3;
        /// What follows is no name any more.
        const CHARACTERS_MAX: usize = 300;
        let name = name.char_indices().nth(CHARACTERS_MAX).map_or(name, |(end, _)| &name[..end]);
        let mut keys: Vec<Self> = Self::new(name).into_iter().collect();
        let lower = name.to_lowercase();
        // Small letters can have another length, and then the name is not taken apart at `aka`.
        let aka = lower.find(" aka ").filter(|_| lower.len() == name.len() && name.is_ascii());
        let outer = match aka {
            Some(at) => vec![&name[..at], &name[at + 5..]],
            None => vec![name],
        };
        for part in outer.iter().flat_map(|part| part.split(['/', '+', '(', ')', '&'])) {
            let nested = part.split(" aka ");
            for key in nested.filter_map(Self::new) {
                if key.full.len() >= CHARACTERS_MIN && !key.is_date && !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        keys
    }

    /// Whether two names are the same but for case, spaces and words that any theft could have.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.joined == other.joined
            || self.full == other.full
            || self.joined == other.full
            || self.full == other.joined
    }

    /// The number of letters to be changed, where it is small enough for a slip. Digits are
    /// none: they tell one of a series from another.
    pub(super) fn slip(&self, other: &Self) -> Option<usize> {
        let (a, b) = (self.joined.as_str(), other.joined.as_str());
        let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
        if short < 5
            || long - short > 2
            || self.first() != other.first()
            || self.words.len() != other.words.len()
            || self.is_generic
            || other.is_generic
            || digits(a).ne(digits(b))
        {
            return None;
        }
        let edits = strsim::levenshtein(a, b);
        (edits <= if short >= 9 { 2 } else { 1 }).then_some(edits)
    }

    /// Whether the words of this name stand in the other: all of them, or run together.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        const CHARACTERS_MIN: usize = 3;
        if self.is_generic || other.is_generic || self.joined.len() < CHARACTERS_MIN {
            return false;
        }
        let has_all = || self.words.iter().all(|word| other.words.contains(word));
        self.words.len() < other.words.len() && has_all() || other.has_run(&self.joined)
    }

    fn has_run(&self, joined: &str) -> bool {
        (0..self.words.len()).any(|from| {
            let mut rest = joined;
            for word in &self.words[from..] {
                match rest.strip_prefix(word.as_str()) {
                    Some("") => return true,
                    Some(behind) => rest = behind,
                    None => return false,
                }
            }
            false
        })
    }

    /// The first letter.
    pub(super) fn first(&self) -> Option<char> {
        self.joined.chars().next()
    }
}

fn digits(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(u8::is_ascii_digit)
}

/// The words of a name, small: parted by signs, and where capitals begin inside of one.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let letters: Vec<char> = part.chars().collect();
        let mut word = String::new();
        for (at, letter) in letters.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| letters[at]);
            let is_break = letter.is_uppercase()
                && before.is_some_and(|before| {
                    let is_next_small = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
                    !before.is_uppercase() || is_next_small
                });
            if is_break {
                words.push(std::mem::take(&mut word));
            }
            word.extend(letter.to_lowercase());
        }
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{NameKey, words};

    fn same(a: &str, b: &str) -> bool {
        let (a, b) = (NameKey::of(a), NameKey::of(b));
        a.iter().any(|a| b.iter().any(|b| a.is_same(b)))
    }

    #[test]
    fn capitals_part_words() {
        for (name, parts) in [
            ("AnySwapV3Hack", "any swap v3 hack"),
            ("DAOMaker Exploiter", "dao maker exploiter"),
            ("bZxPrivKeyExploiter", "b zx priv key exploiter"),
            ("Fake_Phishing5041", "fake phishing5041"),
            ("0xhabitat.eth Multisig Drainer", "0xhabitat eth multisig drainer"),
            ("", ""),
        ] {
            assert_eq!(words(name).join(" "), parts, "{name}");
        }
    }

    #[test]
    fn names_are_the_same_in_many_forms() {
        for (a, b) in [
            ("KucoinHacker", "KuCoin"),
            ("PolyNetworkExploiter", "Poly Network"),
            ("polynetwork", "Poly Network"),
            ("Ronin", "Ronin Network (Sky Mavis)"),
            ("Youbit aka Yapizon aka Coinbin", "Yapizon"),
            ("KelpDAO / Layer Zero", "Kelp DAO"),
            ("Bridge", "bridge"),
            ("Upbit Hacker 1", "Upbit"),
            ("ＡＢＣ 交易所", "ＡＢＣ-交易所"),
        ] {
            assert!(same(a, b), "{a}, {b}");
        }
        for (a, b) in [
            ("May 1 2026", "May 5 2026"),
            ("Bithumb", "Bitcurex"),
            ("Tower Capital", "Capital DAO"),
            ("", ""),
        ] {
            assert!(!same(a, b), "{a}, {b}");
        }
    }

    #[test]
    fn a_name_can_be_within_another() {
        let key = |name: &str| NameKey::new(name).unwrap();
        assert!(key("bzx").is_within(&key("bZxPrivKey")));
        assert!(key("Harmony").is_within(&key("Harmony Horizon Bridge")));
        assert!(key("DMM Bitcoin").is_within(&key("The Bitcoin DMM Case")));
        assert!(!key("Harm").is_within(&key("Harmony Horizon")));
        assert_eq!(key("Coincheck").slip(&key("Coincheek")), Some(1));
        for (a, b) in [
            ("BiKi", "BiKo"),
            ("June 21 2025 Theft", "June 26 2025 Theft"),
            ("Individual C4", "An individual"),
            ("Unknown founder", "Unknown founders"),
        ] {
            assert_eq!(key(a).slip(&key(b)), None, "{a}, {b}");
        }
        assert!(!key("An individual").is_within(&key("Individual DD")));
        assert!(!key("XBridge").is_within(&key("X Link")));
    }

    #[test]
    fn a_month_beside_a_name_is_no_name() {
        assert_eq!(NameKey::of("Clober (June 2025)").len(), 2);
        assert_eq!(NameKey::of("June 26 2025 Theft").len(), 1);
    }
}
