//! Bad single records: counted by reason, never dropped in silence.

use std::collections::BTreeMap;

/// Examples that are kept of each reason; the rest is only counted.
pub(crate) const EXAMPLES_MAX: usize = 20;

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DefectReason {
    /// The address cannot be one of its chain: the tag is left out.
    ImpossibleAddress,
    /// The address is of another chain than its list says: kept, on that other chain.
    OtherChain,
    /// The mixed case of an EVM address is not its EIP-55 checksum: kept, since what somebody
    /// listed must not be lost to a wrong capital.
    WrongChecksum,
    /// The text has not the form of addresses of its chain, or a wrong checksum: kept as it
    /// stands, since a list may know what is not known here.
    WrongForm,
    /// The transaction hash is none: the tag is left out.
    ImpossibleTransaction,
    /// A mandatory field is missing: the tag or actor is left out.
    FieldMissing,
    /// The confidence is missing: kept as `unknown`, level 5.
    ConfidenceMissing,
    /// The confidence is none of the format's: kept as `unknown`, level 5.
    ConfidenceUnknown,
    /// The source is missing: kept with an empty source.
    SourceMissing,
    /// A concept is not in the vocabulary: kept.
    UnknownConcept,
    /// A concept or actor id is no id: the id is left out.
    BadId,
    /// A network or currency is not understood: the tag is left out.
    UnknownNetwork,
    /// A date is not understood: kept without it.
    BadDate,
    /// A text was longer than the limit and was cut.
    TextCut,
    /// The same tag occurs again: kept once.
    DuplicateTag,
    /// The same actor id occurs again with other content: the first is kept.
    DuplicateActor,
    /// A field is none of the format's: not read.
    UnknownField,
    /// The remarks of a listed name end in the middle, and no file continues them: what was
    /// cut off is not read.
    RemarksCut,
    /// A row or entry is not of its format: it is left out.
    BadRecord,
}

impl DefectReason {
    /// The name in files: `impossible-address`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ImpossibleAddress => "impossible-address",
            Self::OtherChain => "other-chain",
            Self::WrongChecksum => "wrong-checksum",
            Self::WrongForm => "wrong-form",
            Self::ImpossibleTransaction => "impossible-transaction",
            Self::FieldMissing => "field-missing",
            Self::ConfidenceMissing => "confidence-missing",
            Self::ConfidenceUnknown => "confidence-unknown",
            Self::SourceMissing => "source-missing",
            Self::UnknownConcept => "unknown-concept",
            Self::BadId => "bad-id",
            Self::UnknownNetwork => "unknown-network",
            Self::BadDate => "bad-date",
            Self::TextCut => "text-cut",
            Self::DuplicateTag => "duplicate-tag",
            Self::DuplicateActor => "duplicate-actor",
            Self::UnknownField => "unknown-field",
            Self::RemarksCut => "remarks-cut",
            Self::BadRecord => "bad-record",
        }
    }
}

/// One bad record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// The file.
    pub file: String,
    /// The line, counted from 1; 0 where the format has none.
    pub line: u64,
    /// What is wrong, shortened and without control characters.
    pub what: String,
}

/// Bad records, counted by reason, with the first examples of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defects {
    by_reason: BTreeMap<DefectReason, Bucket>,
}

/// The defects of one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Bucket {
    count: u64,
    examples: Vec<Defect>,
}

impl Defects {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one, and keeps it while there are fewer than twenty of its reason.
    pub fn add(&mut self, reason: DefectReason, defect: Defect) {
        let bucket = self.by_reason.entry(reason).or_default();
        bucket.count = bucket.count.saturating_add(1);
        if bucket.examples.len() < EXAMPLES_MAX {
            bucket.examples.push(defect);
        }
    }

    /// Adds the defects of another file.
    pub fn merge(&mut self, other: Self) {
        for (reason, theirs) in other.by_reason {
            let ours = self.by_reason.entry(reason).or_default();
            ours.count = ours.count.saturating_add(theirs.count);
            let room = EXAMPLES_MAX.saturating_sub(ours.examples.len());
            ours.examples.extend(theirs.examples.into_iter().take(room));
        }
    }

    /// How many there are of a reason.
    pub fn count(&self, reason: DefectReason) -> u64 {
        self.by_reason.get(&reason).map_or(0, |bucket| bucket.count)
    }

    /// How many there are in all.
    pub fn total(&self) -> u64 {
        self.by_reason.values().fold(0, |sum, bucket| sum.saturating_add(bucket.count))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_reason.is_empty()
    }

    /// Reason, count and first examples, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (DefectReason, u64, &[Defect])> {
        self.by_reason.iter().map(|(reason, b)| (*reason, b.count, b.examples.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Defect, DefectReason, Defects, EXAMPLES_MAX};

    #[test]
    fn all_are_counted_and_the_first_are_kept() {
        let mut defects = Defects::new();
        for line in 1..=100 {
            let defect = Defect { file: "a".to_owned(), line, what: String::new() };
            defects.add(DefectReason::BadDate, defect);
        }
        let mut both = defects.clone();
        both.merge(defects);
        assert_eq!((both.count(DefectReason::BadDate), both.total()), (200, 200));
        let (_, _, examples) = both.iter().next().unwrap();
        assert_eq!((examples.len(), examples[19].line), (EXAMPLES_MAX, 20));
    }
}
