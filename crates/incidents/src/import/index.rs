//! Incidents by word and by month, so that a row is compared with few of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::import::ImportedRow;
use crate::import::evidence::{DateFit, DatedDay, DaySpan, NameFit, Named, Which};
use crate::import::name::NameKey;
use crate::incident::Incident;
use crate::ledger::IncidentLedger;

/// The incidents of a ledger, made ready for comparison.
#[derive(Debug)]
pub(super) struct LedgerIndex<'a> {
    entries: Vec<Entry<'a>>,
    /// Positions of the entries with a date in a stretch of [`STRETCH_DAYS`].
    by_stretch: BTreeMap<i32, Vec<usize>>,
    by_word: HashMap<String, Vec<usize>>,
    /// The weight of a word that one incident has, or none.
    weight_max: u32,
}

/// An incident, made ready for comparison.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) incident: &'a Incident,
    pub(super) dates: Vec<DatedDay>,
    names: Vec<Named<'a>>,
}

/// What is compared of a row.
#[derive(Debug)]
pub(super) struct RowKeys {
    pub(super) span: Option<DaySpan>,
    names: Vec<NameKey>,
}

const STRETCH_DAYS: i32 = 32;

impl RowKeys {
    pub(super) fn new(row: &ImportedRow) -> Self {
        Self {
            span: row.date.as_ref().map(DaySpan::of),
            names: row.name.as_deref().map(NameKey::of).unwrap_or_default(),
        }
    }
}

impl<'a> LedgerIndex<'a> {
    pub(super) fn new(ledger: &'a IncidentLedger) -> Self {
        let mut entries: Vec<Entry<'a>> = ledger.incidents().map(Entry::new).collect();
        let mut by_stretch: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
        let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
        let mut by_name: HashMap<String, usize> = HashMap::new();
        for (at, entry) in entries.iter().enumerate() {
            for stretch in entry.stretches() {
                by_stretch.entry(stretch).or_default().push(at);
            }
            let words: BTreeSet<&String> =
                entry.names.iter().flat_map(|named| &named.key.words).collect();
            for word in words {
                by_word.entry(word.clone()).or_default().push(at);
            }
            let names: BTreeSet<String> =
                entry.names.iter().map(|named| named.key.words.concat()).collect();
            for name in names {
                *by_name.entry(name).or_default() += 1;
            }
        }
        for named in entries.iter_mut().flat_map(|entry| &mut entry.names) {
            named.incidents = by_name.get(&named.key.words.concat()).copied().unwrap_or(1);
        }
        let weight_max = weight(entries.len(), 1);
        Self { entries, by_stretch, by_word, weight_max }
    }

    /// The incidents that a row can be about by date, or by a word of its name; in the order of
    /// their ids.
    pub(super) fn near(&self, row: &RowKeys) -> impl Iterator<Item = &Entry<'a>> {
        let mut found: Vec<usize> = Vec::new();
        if let Some(span) = row.span {
            let first = (span.first - DateFit::DAYS_MAX).div_euclid(STRETCH_DAYS);
            let last = (span.last + DateFit::DAYS_MAX).div_euclid(STRETCH_DAYS);
            found.extend(self.by_stretch.range(first..=last).flat_map(|(_, list)| list));
        }
        for word in row.names.iter().flat_map(|key| &key.words) {
            found.extend(self.by_word.get(word).into_iter().flatten());
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|at| &self.entries[at])
    }

    /// The best fit of the names of a row with those of an incident.
    pub(super) fn name_fit(&self, row: &RowKeys, entry: &'a Entry<'a>) -> NameFit<'a> {
        let weight = |word: &str| {
            let incidents = self.by_word.get(word).map_or(1, Vec::len);
            weight(self.entries.len(), incidents)
        };
        let mut best = NameFit::NONE;
        for key in &row.names {
            for named in &entry.names {
                let is_far = key.first() != named.key.first()
                    && !key.words.iter().any(|word| named.key.words.contains(word));
                if is_far {
                    continue;
                }
                let fit = NameFit::new(key, named, &weight, self.weight_max);
                if fit.score > best.score {
                    best = fit;
                }
            }
        }
        best
    }
}

/// How telling a word is that so many of the incidents have: doublings that are left out.
fn weight(incidents: usize, with_word: usize) -> u32 {
    (incidents / with_word.max(1)).checked_ilog2().unwrap_or(0) + 1
}

impl<'a> Entry<'a> {
    fn new(incident: &'a Incident) -> Self {
        let dates = &incident.dates;
        let of = |which: Which, date: Option<&crate::PartialDate>| {
            date.map(|date| DatedDay { which, span: DaySpan::of(date) })
        };
        let dates = [
            of(Which::Theft, Some(&dates.theft)),
            of(Which::Discovery, dates.discovered.as_ref()),
            of(Which::Attribution, dates.attributed.as_ref()),
        ];
        // What follows a comma in a title tells two thefts from one victim apart: `…, June 2018`.
        let title = incident.title.split(',').next().unwrap_or_default();
        let all = [title, incident.victim.name.as_str()].into_iter();
        let all = all.chain(incident.aliases.iter().map(String::as_str));
        let mut names: Vec<Named<'a>> = Vec::new();
        for name in all {
            for key in NameKey::of(name) {
                if !names.iter().any(|named| named.key == key) {
                    names.push(Named { name, key, incidents: 1 });
                }
            }
        }
        Self { incident, dates: dates.into_iter().flatten().collect(), names }
    }

    /// The stretches that its dates lie in.
    fn stretches(&self) -> BTreeSet<i32> {
        let stretch = |day: i32| day.div_euclid(STRETCH_DAYS);
        let spans = self.dates.iter().map(|date| date.span);
        spans.flat_map(|span| stretch(span.first)..=stretch(span.last)).collect()
    }
}
