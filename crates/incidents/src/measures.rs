//! What a selection of incidents says as a whole: concentration, delays, what came back.

use serde::Serialize;

use crate::incident::IncidentId;
use crate::ledger::IncidentLedger;
use crate::percent::Percent;
use crate::selection::{Counted, Selection};
use crate::usd::Usd;
use crate::vocabulary::Outcome;

/// How far a few incidents make up the sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Concentration {
    /// Incidents with an amount.
    pub incidents: usize,
    /// The part of the sum that the largest 1, 5 and 10 make up.
    pub largest: Vec<(usize, Percent)>,
    /// The largest incidents that together are at least half of the sum.
    pub half: Vec<IncidentId>,
    /// Herfindahl–Hirschman index, 0 to 10,000: the sum of the squares of the parts in percent.
    pub herfindahl: u64,
}

/// The time from thefts to the first public attribution that the rule counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delays {
    /// The incidents of which both dates are known, with the fewest and the most days.
    pub known: Vec<(IncidentId, u32, u32)>,
    /// Incidents that are attributed, but since when is not known.
    pub undated: usize,
    /// First quartile, median and third quartile of the fewest days.
    pub quartiles_low: Option<[u32; 3]>,
    /// The same of the most days.
    pub quartiles_high: Option<[u32; 3]>,
}

/// What became of a part of the loot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// The outcome.
    pub outcome: Outcome,
    /// Incidents with a claim of it.
    pub incidents: Vec<IncidentId>,
    /// The sum over incidents of the largest single claim: claims of one incident may be of
    /// the same money.
    pub usd_low: Usd,
    /// The sum over incidents of all claims, none more than the amount of its incident.
    pub usd_high: Usd,
    /// Both as parts of the sum of the selection.
    pub share: Option<(Percent, Percent)>,
    /// Claims without an amount in US dollars, which are in neither sum.
    pub without_amount: usize,
}

impl Selection<'_> {
    /// How far a few incidents make up the sum; `None` where nothing has an amount.
    pub fn concentration(&self) -> Option<Concentration> {
        let mut sizes: Vec<(Usd, &IncidentId)> = self
            .counted
            .iter()
            .filter_map(|one| Some((one.figure.usd?, &one.incident.id)))
            .filter(|(usd, _)| *usd > Usd::ZERO)
            .collect();
        sizes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let total: Usd = sizes.iter().map(|(usd, _)| *usd).sum();
        let of_first = |n: usize| {
            let part: Usd = sizes.iter().take(n).map(|(usd, _)| *usd).sum();
            Percent::of(part.cents(), total.cents()).map(|share| (n, share))
        };
        let largest = [1, 5, 10].into_iter().map(of_first).collect::<Option<Vec<_>>>()?;
        let mut half = Vec::new();
        let mut reached = 0;
        for (usd, id) in &sizes {
            if reached * 2 >= total.cents() {
                break;
            }
            reached += usd.cents();
            half.push((*id).clone());
        }
        Some(Concentration {
            incidents: sizes.len(),
            largest,
            half,
            herfindahl: herfindahl(sizes.iter().map(|(usd, _)| usd.cents()), total.cents()),
        })
    }

    /// The time from thefts to the first public attribution that the rule counts: of a rule with
    /// an actor, to that actor.
    pub fn delays(&self, ledger: &IncidentLedger) -> Delays {
        let mut known = Vec::new();
        let mut undated = 0;
        for one in &self.counted {
            let incident = one.incident;
            match self.rule.first_attributed(ledger, incident) {
                Some(attributed) => {
                    let (low, high) = incident.dates.theft.days_until(&attributed);
                    known.push((incident.id.clone(), low, high));
                }
                None if self.rule.claim_that_counts(ledger, incident).is_some() => undated += 1,
                None => {}
            }
        }
        let quartiles_low = quartiles(known.iter().map(|(_, low, _)| *low).collect());
        let quartiles_high = quartiles(known.iter().map(|(_, _, high)| *high).collect());
        Delays { known, undated, quartiles_low, quartiles_high }
    }

    /// What was frozen, seized, returned or recovered. What was blocked before it left is no
    /// part of what was taken, and stands apart.
    pub fn recovered(&self) -> Vec<Recovered> {
        use crate::vocabulary::Vocabulary as _;
        Outcome::ALL.iter().map(|outcome| self.recovered_as(*outcome)).collect()
    }

    fn recovered_as(&self, outcome: Outcome) -> Recovered {
        let mut recovered = Recovered {
            outcome,
            incidents: Vec::new(),
            usd_low: Usd::ZERO,
            usd_high: Usd::ZERO,
            share: None,
            without_amount: 0,
        };
        for one in &self.counted {
            let amounts: Vec<Option<Usd>> = one.amounts_of(outcome).collect();
            if amounts.is_empty() {
                continue;
            }
            recovered.incidents.push(one.incident.id.clone());
            recovered.without_amount += amounts.iter().filter(|amount| amount.is_none()).count();
            let (low, high) = one.recovered(outcome).unwrap_or_default();
            recovered.usd_low = recovered.usd_low.plus(low);
            recovered.usd_high = recovered.usd_high.plus(high);
        }
        let total = self.sum().cents();
        recovered.share = Percent::of(recovered.usd_low.cents(), total)
            .zip(Percent::of(recovered.usd_high.cents(), total))
            .filter(|_| outcome != Outcome::Blocked);
        recovered
    }
}

impl Counted<'_> {
    /// The least and the most that had an outcome: the largest single claim, and the sum of all
    /// claims up to what was taken, because claims may be of the same money. `None` where no
    /// claim of the outcome has an amount in US dollars.
    pub fn recovered(&self, outcome: Outcome) -> Option<(Usd, Usd)> {
        let largest = self.amounts_of(outcome).flatten().max()?;
        let all: Usd = self.amounts_of(outcome).flatten().sum();
        // What was blocked never left, and is no part of what was taken.
        let limit = self.figure.high.filter(|_| outcome != Outcome::Blocked).unwrap_or(all);
        Some((largest.min(limit), all.min(limit)))
    }

    /// The amount of each claim of an outcome.
    fn amounts_of(&self, outcome: Outcome) -> impl Iterator<Item = Option<Usd>> {
        let claims = self.incident.recoveries.iter().filter(move |claim| claim.what == outcome);
        claims.map(|claim| claim.value.point())
    }
}

/// The Herfindahl–Hirschman index of amounts, in integers: parts are taken in hundredths of a
/// percent before they are squared.
fn herfindahl(amounts: impl Iterator<Item = u64>, total: u64) -> u64 {
    let square = |amount: u64| {
        let part = Percent::of(amount, total).map_or(0, Percent::hundredths);
        part * part
    };
    (amounts.map(square).sum::<u64>() + 5_000) / 10_000
}

/// First quartile, median and third quartile: of an even number the lower of the two middle
/// ones, so that each is a delay that occurred.
fn quartiles(mut days: Vec<u32>) -> Option<[u32; 3]> {
    days.sort_unstable();
    let at = |quarter: usize| days.get((days.len().checked_sub(1)?) * quarter / 4).copied();
    Some([at(1)?, at(2)?, at(3)?])
}

#[cfg(test)]
mod tests {
    use super::{herfindahl, quartiles};

    #[test]
    fn one_incident_is_all_and_four_equal_ones_are_a_quarter() {
        assert_eq!(herfindahl([7].into_iter(), 7), 10_000);
        assert_eq!(herfindahl([5, 5, 5, 5].into_iter(), 20), 2_500);
    }

    #[test]
    fn quartiles_are_delays_that_occurred() {
        assert_eq!(quartiles(vec![]), None);
        assert_eq!(quartiles(vec![9]), Some([9, 9, 9]));
        assert_eq!(quartiles(vec![4, 1, 3, 2, 5]), Some([2, 3, 4]));
        assert_eq!(quartiles(vec![4, 1, 3, 2]), Some([1, 2, 3]));
    }
}
