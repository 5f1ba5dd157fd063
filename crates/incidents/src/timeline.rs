//! Thefts and launches of missiles beside each other, month by month.

use jiff::civil::Date;
use serde::Serialize;

use crate::launches::Launches;
use crate::selection::Selection;
use crate::usd::Usd;

/// A month: what was stolen and what was launched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Month {
    /// The year.
    pub year: i16,
    /// The month, from 1.
    pub month: i8,
    /// Stolen, under the price rule.
    pub usd: Usd,
    /// Thefts.
    pub thefts: u32,
    /// Launches.
    pub launches: u32,
}

/// Thefts and launches by month, without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// From the first to the last month in which both were looked for.
    pub months: Vec<Month>,
    /// Thefts of which the month is not known; they are in no month.
    pub thefts_without_month: usize,
    /// Launches of which the month is not known; they are in no month.
    pub launches_without_month: u32,
    /// Thefts after the last launch of the list, or before its first: they are left out.
    pub thefts_outside: usize,
}

impl Timeline {
    /// The months from the first theft of a selection to the last launch of a list.
    ///
    /// After the last launch on the list nobody knows whether there was none or whether the
    /// list ends; so the timeline ends there.
    pub fn new(selection: &Selection<'_>, launches: &[Launches]) -> Self {
        let theft_months =
            selection.counted.iter().filter_map(|one| one.incident.dates.theft.month());
        let launch_months = launches.iter().filter_map(|launch| launch.date.month());
        let first = theft_months.min();
        let last = launch_months.clone().max();
        let first_launch = launch_months.min();
        let mut timeline = Self {
            months: Vec::new(),
            thefts_without_month: 0,
            launches_without_month: 0,
            thefts_outside: 0,
        };
        if let (Some(first), Some(last), Some(first_launch)) = (first, last, first_launch) {
            timeline.months = months(first.max(first_launch), last);
        }
        for one in &selection.counted {
            match one.incident.dates.theft.month() {
                None => timeline.thefts_without_month += 1,
                Some(at) => match timeline.month_mut(at) {
                    None => timeline.thefts_outside += 1,
                    Some(month) => {
                        month.thefts += 1;
                        month.usd = month.usd.plus(one.figure.usd.unwrap_or_default());
                    }
                },
            }
        }
        for launch in launches {
            match launch.date.month() {
                None => timeline.launches_without_month += launch.count,
                Some(at) => {
                    if let Some(month) = timeline.month_mut(at) {
                        month.launches += launch.count;
                    }
                }
            }
        }
        timeline
    }

    fn month_mut(&mut self, (year, month): (i16, i8)) -> Option<&mut Month> {
        let at = self.months.binary_search_by_key(&(year, month), |m| (m.year, m.month)).ok()?;
        self.months.get_mut(at)
    }
}

/// Every month from the first to the last.
fn months(first: (i16, i8), last: (i16, i8)) -> Vec<Month> {
    let next = |&(year, month): &(i16, i8)| {
        Some(if month == 12 { (year + 1, 1) } else { (year, month + 1) })
    };
    std::iter::successors(Some(first), next)
        .take_while(|month| *month <= last)
        .map(|(year, month)| Month { year, month, usd: Usd::ZERO, thefts: 0, launches: 0 })
        .collect()
}

/// Launches a year, with those of unknown month; the year is known of all in the list.
pub fn launches_by_year(launches: &[Launches]) -> Vec<(i16, u32)> {
    let mut years: Vec<(i16, u32)> = Vec::new();
    for launch in launches {
        let year = launch.date.first().year();
        match years.last_mut() {
            Some((last, count)) if *last == year => *count += launch.count,
            _ => years.push((year, launch.count)),
        }
    }
    years
}

/// The first day of a month.
pub fn first_day(month: &Month) -> Option<Date> {
    Date::new(month.year, month.month, 1).ok()
}
