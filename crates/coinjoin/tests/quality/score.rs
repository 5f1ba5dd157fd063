//! Precision and recall of each class.

use std::collections::BTreeMap;

use hawkshaw_coinjoin::Verdict;

/// The word for what a transaction was taken for; what only resembles a mix has one of its own.
pub(crate) fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Resembles(_) => "resembling",
        other => other.class(),
    }
}

/// How many of each true class were taken for each class.
#[derive(Debug, Default)]
pub(crate) struct Score(BTreeMap<(String, String), u64>);

impl Score {
    pub(crate) fn note(&mut self, truth: &str, said: &str) {
        *self.0.entry((truth.to_owned(), said.to_owned())).or_default() += 1;
    }

    fn count(&self, fits: impl Fn(&str, &str) -> bool) -> u64 {
        self.0.iter().filter(|((truth, said), _)| fits(truth, said)).map(|(_, n)| n).sum()
    }

    /// Checks a class and shows it: precision in thousandths, recall in hundredths at least.
    #[track_caller]
    pub(crate) fn check(&self, class: &str, precision: u64, recall: u64) {
        let right = self.count(|truth, said| truth == class && said == class);
        let (said, truth) =
            (self.count(|_, said| said == class), self.count(|truth, _| truth == class));
        eprintln!("{class}: {right} right of {said} said and {truth} there are");
        assert!(right > 0 && right * 1_000 >= precision * said, "precision of {class}: {self:?}");
        assert!(right * 1_000 >= recall * truth, "recall of {class}: {self:?}");
    }
}
