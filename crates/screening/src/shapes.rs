//! How the addresses of a chain look that is not decoded: a sieve, so that a text is not looked up
//! on dozens of chains whose addresses look otherwise.

/// Which lengths and first letters addresses have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shapes {
    /// A bit for each length.
    lengths: [u64; 4],
    /// A bit for each first letter.
    firsts: [u64; 2],
}

/// The word and bit of a number in a row of bits.
fn bit(number: usize) -> (usize, u64) {
    (number / 64, 1 << (number % 64))
}

impl Shapes {
    /// Counts an address in.
    pub fn add(&mut self, text: &str) {
        let Some(first) = text.bytes().next() else { return };
        let (length, first) = (bit(text.len().min(255)), bit(usize::from(first & 0x7f)));
        if let Some(word) = self.lengths.get_mut(length.0) {
            *word |= length.1;
        }
        if let Some(word) = self.firsts.get_mut(first.0) {
            *word |= first.1;
        }
    }

    /// Whether an address can look like this. Never no for one that was counted in.
    pub fn fit(&self, text: &str) -> bool {
        let Some(first) = text.bytes().next() else { return false };
        let (length, first) = (bit(text.len().min(255)), bit(usize::from(first & 0x7f)));
        let has = |words: &[u64], (word, bit): (usize, u64)| {
            words.get(word).is_some_and(|word| word & bit != 0)
        };
        has(&self.lengths, length) && has(&self.firsts, first)
    }

    /// Takes in what others look like.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.lengths.iter_mut().zip(other.lengths).for_each(|(word, more)| *word |= more);
        self.firsts.iter_mut().zip(other.firsts).for_each(|(word, more)| *word |= more);
    }

    /// The bits, to be kept.
    pub(crate) fn words(&self) -> impl Iterator<Item = u64> {
        self.lengths.into_iter().chain(self.firsts)
    }

    /// The bits that were kept.
    pub(crate) fn of_words([a, b, c, d, e, f]: [u64; 6]) -> Self {
        Self { lengths: [a, b, c, d], firsts: [e, f] }
    }
}

#[cfg(test)]
mod tests {
    use super::Shapes;
    use proptest::prelude::{any, proptest};

    proptest! {
        #[test]
        fn what_was_counted_in_fits(texts in proptest::collection::vec(any::<String>(), 0..20)) {
            let mut shapes = Shapes::default();
            texts.iter().for_each(|text| shapes.add(text));
            let words: Vec<u64> = shapes.words().collect();
            let kept = Shapes::of_words(words.try_into().unwrap());
            for text in texts.iter().filter(|text| !text.is_empty()) {
                assert!(shapes.fit(text) && kept.fit(text), "{text:?}");
            }
        }
    }

    #[test]
    fn what_looks_otherwise_does_not_fit() {
        let mut shapes = Shapes::default();
        shapes.add("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9");
        assert!(shapes.fit("LWg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9"));
        assert!(!shapes.fit("1Vg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9"));
        assert!(!shapes.fit("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH") && !shapes.fit(""));
    }
}
