//! Which rows of a list the ledger has already, with reasons. Nothing is merged.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::import::evidence::{AmountFit, DateFit, NameFit};
use crate::import::index::{Entry, LedgerIndex, RowKeys};
use crate::import::{ImportedAmount, ImportedRow, ImportedTable};
use crate::incident::IncidentId;
use crate::ledger::IncidentLedger;
use crate::usd::Usd;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Whether the ledger has what a row is about. People decide; this sorts the rows for them.
    MatchVerdict {
        /// One incident fits clearly.
        Same = "same",
        /// One incident fits, but not in everything.
        Likely = "likely",
        /// Several fit, or one badly.
        Doubtful = "doubtful",
        /// None fits.
        New = "new",
    }
}

/// A row, and the incidents that it can be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowMatch {
    /// The row.
    pub row: RowPlace,
    /// Whether the ledger has it.
    pub verdict: MatchVerdict,
    /// The incidents that it can be about, the best first.
    pub candidates: Vec<MatchCandidate>,
    /// The first other rows whose best candidate is the best candidate of this row.
    pub also_matched_by: Vec<RowPlace>,
    /// How many such rows there are.
    pub also_matched_count: usize,
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RowPlace {
    /// The number of the list among those that were read together, from 1.
    pub list: usize,
    /// The number of the row, from 1.
    pub row: usize,
    /// The line on which it begins, from 1.
    pub line: usize,
}

/// An incident that a row can be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatchCandidate {
    /// The incident.
    pub incident: IncidentId,
    /// How well it fits, of 100: date, name and amount weighed together, for the order only.
    pub score: u8,
    /// By name.
    pub name: MatchEvidence,
    /// By date.
    pub date: MatchEvidence,
    /// By amount.
    pub amount: MatchEvidence,
}

/// How well one thing fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatchEvidence {
    /// Of 100. Nothing where one side says nothing.
    pub score: Option<u8>,
    /// Why, in words.
    pub reason: String,
}

impl fmt::Display for RowPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} (row {})", self.line, self.row)
    }
}

impl RowMatch {
    /// The incident that fits best.
    pub fn best(&self) -> Option<&MatchCandidate> {
        self.candidates.first()
    }
}

/// Matches every row of a list with the incidents of a ledger.
///
/// A name alone matches nothing: date or amount have to fit too.
pub fn match_rows(ledger: &IncidentLedger, table: &ImportedTable) -> Vec<RowMatch> {
    match_lists(ledger, std::slice::from_ref(table)).pop().unwrap_or_default()
}

/// Matches every row of several lists, of which rows can have the same best candidate.
pub fn match_lists(ledger: &IncidentLedger, lists: &[ImportedTable]) -> Vec<Vec<RowMatch>> {
    let index = LedgerIndex::new(ledger);
    let rows = lists.iter().zip(1..).flat_map(|(list, at)| list.rows.iter().map(move |r| (r, at)));
    let mut matches: Vec<RowMatch> = rows.map(|(row, at)| match_row(&index, row, at)).collect();
    let mut by_incident: BTreeMap<&IncidentId, Vec<RowPlace>> = BTreeMap::new();
    for found in &matches {
        if let Some(best) = found.best() {
            by_incident.entry(&best.incident).or_default().push(found.row);
        }
    }
    let others: Vec<(usize, Vec<RowPlace>)> =
        matches.iter().map(|found| others(found, &by_incident)).collect();
    for (found, (count, others)) in matches.iter_mut().zip(others) {
        (found.also_matched_count, found.also_matched_by) = (count, others);
    }
    let mut matches = matches.into_iter();
    lists.iter().map(|list| matches.by_ref().take(list.rows.len()).collect()).collect()
}

/// How many other rows have the same best candidate, and the first of them.
fn others(
    found: &RowMatch,
    by_incident: &BTreeMap<&IncidentId, Vec<RowPlace>>,
) -> (usize, Vec<RowPlace>) {
    /// A list that says a thing a million times is not repeated as often in each row.
    const SHOWN_MAX: usize = 20;
    let Some(all) = found.best().and_then(|best| by_incident.get(&best.incident)) else {
        return (0, Vec::new());
    };
    let shown = all.iter().copied().filter(|place| *place != found.row).take(SHOWN_MAX);
    (all.len() - 1, shown.collect())
}

fn match_row(index: &LedgerIndex<'_>, row: &ImportedRow, list: usize) -> RowMatch {
    let keys = RowKeys::new(row);
    let mut fits: Vec<Fit<'_>> = Vec::new();
    for entry in index.near(&keys) {
        fits.extend(Fit::new(index, entry, &keys, row).filter(Fit::is_candidate));
    }
    fits.sort_by(|a, b| {
        (Reverse(a.score()), &a.entry.incident.id).cmp(&(Reverse(b.score()), &b.entry.incident.id))
    });
    let verdict = verdict(&fits);
    let candidates = fits.iter().map(Fit::candidate).collect();
    let row = RowPlace { list, row: row.row, line: row.line };
    RowMatch { row, verdict, candidates, also_matched_by: Vec::new(), also_matched_count: 0 }
}

/// The verdict on candidates, the best first.
fn verdict(fits: &[Fit<'_>]) -> MatchVerdict {
    /// By so much the best has to lead.
    const LEAD: u8 = 15;
    let Some(best) = fits.first() else { return MatchVerdict::New };
    let is_clear = fits.get(1).is_none_or(|next| {
        best.score() - next.score() >= LEAD && (best.grade() > next.grade() || !next.is_strong())
    });
    match best.grade() {
        Grade::Strong if is_clear => MatchVerdict::Same,
        Grade::Medium if is_clear => MatchVerdict::Likely,
        Grade::Strong | Grade::Medium | Grade::Weak => MatchVerdict::Doubtful,
    }
}

/// How well a row fits an incident.
#[derive(Debug)]
struct Fit<'a> {
    entry: &'a Entry<'a>,
    name: NameFit<'a>,
    date: Option<DateFit>,
    amount: Option<AmountFit<'a>>,
    /// Whether the amount of the row is more than nothing.
    has_value: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Weak,
    Medium,
    Strong,
}

impl<'a> Fit<'a> {
    /// With another date, name and amount have to be alike, and the dates not farther apart.
    const DAYS_APART_MAX: i32 = 400;

    /// How well a row fits an incident. `None` where dates or names rule it out: most incidents
    /// that share a word or a month are, and need no closer look.
    fn new(
        index: &'a LedgerIndex<'a>,
        entry: &'a Entry<'a>,
        keys: &RowKeys,
        row: &ImportedRow,
    ) -> Option<Self> {
        let date = keys.span.and_then(|span| DateFit::best(span, &entry.dates));
        if date.is_some_and(|date| date.days.abs() > Self::DAYS_APART_MAX) {
            return None;
        }
        let name = index.name_fit(keys, entry);
        let is_near = date.is_some_and(|date| date.score >= 95);
        if name.score < 40 && !is_near {
            return None;
        }
        let amount = AmountFit::best(&row.amount, entry.incident);
        let has_value = row.amount.usd().is_none_or(|usd| usd > Usd::ZERO)
            && row.amount != ImportedAmount::Missing;
        Some(Self { entry, name, date, amount, has_value })
    }

    fn amount_score(&self) -> Option<u8> {
        self.amount.map(|amount| amount.score)
    }

    /// Whether the incident is shown at all.
    fn is_candidate(&self) -> bool {
        /// Where one side has no amount, the same name is at least a doubt for so long.
        const DAYS_OF_DOUBT_MAX: i32 = 183;
        let name = self.name.score;
        let amount_from = |least: u8| self.has_value && self.amount_score() >= Some(least);
        let Some(date) = self.date else { return name >= 75 };
        let days = date.days.abs();
        if date.score >= 25 {
            let is_named = name >= 60 || name >= 40 && amount_from(90);
            return is_named || date.score >= 95 && days <= 1 && amount_from(98);
        }
        name >= 78 && amount_from(98) && days <= Self::DAYS_APART_MAX
            || name == 100 && self.amount.is_none() && days <= DAYS_OF_DOUBT_MAX
    }

    fn grade(&self) -> Grade {
        let (name, amount) = (self.name.score, self.amount_score());
        let date = self.date.map_or(0, |date| date.score);
        let is_strong = name >= 78
            && (date >= 85 && amount.is_none_or(|amount| amount >= 35)
                || date >= 50 && amount >= Some(75));
        let is_medium = name >= 60
            && (date >= 85 && (name >= 85 || amount.is_none_or(|amount| amount >= 15))
                || date >= 50 && amount.is_none_or(|amount| amount >= 55));
        match (is_strong, is_medium) {
            (true, _) => Grade::Strong,
            (false, true) => Grade::Medium,
            (false, false) => Grade::Weak,
        }
    }

    fn is_strong(&self) -> bool {
        self.grade() == Grade::Strong
    }

    /// Of 100, with what one side does not say left out.
    fn score(&self) -> u8 {
        let parts = [
            (45, Some(self.name.score)),
            (35, self.date.map(|date| date.score)),
            (20, self.amount_score()),
        ];
        let known = || parts.iter().filter_map(|(weight, score)| Some((*weight, (*score)?)));
        let sum: u32 = known().map(|(weight, score)| weight * u32::from(score)).sum();
        let weights: u32 = known().map(|(weight, _)| weight).sum();
        u8::try_from(sum / weights.max(1)).unwrap_or(100)
    }

    fn candidate(&self) -> MatchCandidate {
        let evidence = |score: Option<u8>, reason: Option<String>| MatchEvidence {
            score,
            reason: reason.unwrap_or_else(|| "nothing to compare".to_owned()),
        };
        MatchCandidate {
            incident: self.entry.incident.id.clone(),
            score: self.score(),
            name: evidence(Some(self.name.score), Some(self.name.reason())),
            date: evidence(self.date.map(|date| date.score), self.date.map(DateFit::reason)),
            amount: evidence(self.amount_score(), self.amount.map(AmountFit::reason)),
        }
    }
}
