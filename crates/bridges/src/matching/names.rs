//! Texts that occur often, as numbers.

use rustc_hash::FxHashMap;

/// Numbers for texts; 0 is the empty text, which means that nothing is said.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    numbers: FxHashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self { numbers: FxHashMap::default(), texts: Vec::new() };
        names.number("");
        names
    }
}

impl Names {
    /// The number of a text. Beyond four billion texts all further ones are "nothing is said".
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let Ok(number) = u32::try_from(self.texts.len()) else {
            return 0;
        };
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }

    /// The number that a text has already.
    pub(crate) fn known(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The text of a number.
    pub(crate) fn text(&self, number: u32) -> &str {
        usize::try_from(number).ok().and_then(|at| self.texts.get(at)).map_or("", |text| text)
    }

    /// All texts, by number.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }
}
