//! Whether thefts and launches of missiles go together in time, tested without assuming how
//! either is distributed.
//!
//! Spearman's rank correlation is taken for every lag, because amounts span six orders of
//! magnitude and a linear correlation would be that of one month. Its significance is found by
//! circular shifts: one series is rotated against the other by every number of months, which
//! keeps the runs and bursts within each series and breaks what binds the two (a permutation
//! test for autocorrelated series; Politis and Romano 1992 call the wrapping the circular block
//! bootstrap). All shifts are tried, so that there is no seed and the answer is exact.
//! As several lags are tried, the largest correlation is compared with the largest that any
//! shift reaches over the same lags (Westfall and Young 1993, max-T).
//!
//! Known limits: a common trend correlates anything (therefore the changes from month to month
//! are tested too); a shift by few months still overlaps with what it is compared with, which
//! makes the test cautious; with n months no probability below 1/n can be found; and a
//! correlation is no cause.

#![expect(clippy::float_arithmetic, reason = "a correlation is no evidence about value")]

use serde::{Serialize, Serializer};

use crate::timeline::{Month, Timeline};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What of the thefts is correlated with the launches.
    Aspect {
        /// US dollars stolen in the month.
        Usd = "usd",
        /// Thefts in the month.
        Thefts = "thefts",
    }

    /// In which form the two series are correlated.
    Form {
        /// As they are.
        Levels = "levels",
        /// Their changes from month to month, which have no trend.
        Changes = "changes",
    }
}

/// A correlation in thousandths, from −1,000 to 1,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thousandths(pub i32);

impl std::fmt::Display for Thousandths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:03}", size / 1_000, size % 1_000))
    }
}

impl Serialize for Thousandths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The correlation at a lag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Lag {
    /// Months by which the launches follow the thefts; negative where they go before.
    pub months: i32,
    /// Pairs of months that were compared.
    pub pairs: usize,
    /// Spearman's rank correlation.
    pub correlation: Thousandths,
    /// The part of all shifts whose correlation at this lag is at least as far from nothing,
    /// the observed one among them.
    pub p: Chance,
}

/// How many of how many shifts reach what was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Chance {
    /// Shifts that reach it, the observed one among them.
    pub reached: usize,
    /// All shifts.
    pub of: usize,
}

impl std::fmt::Display for Chance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let thousandths =
            (self.reached * 1_000 + self.of / 2).checked_div(self.of).unwrap_or(1_000);
        f.pad(&format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000))
    }
}

/// The correlations over all lags, and what they are worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CorrelationTest {
    /// What of the thefts.
    pub aspect: Aspect,
    /// In which form.
    pub form: Form,
    /// Every lag that was tried.
    pub lags: Vec<Lag>,
    /// The lag with the strongest correlation.
    pub strongest: Lag,
    /// Its probability by chance, corrected for the number of lags tried.
    pub p_corrected: Chance,
}

/// Lags are tried up to so many months in both directions.
pub const LAG_MONTHS_MAX: i32 = 6;

/// Fewer months than this say nothing.
const MONTHS_MIN: usize = 24;

impl Timeline {
    /// Correlates thefts and launches in every aspect and form; empty for under two years of
    /// months, or where either series never changes.
    pub fn correlations(&self) -> Vec<CorrelationTest> {
        let mut tests = Vec::new();
        for aspect in [Aspect::Usd, Aspect::Thefts] {
            for form in [Form::Levels, Form::Changes] {
                tests.extend(self.correlation(aspect, form));
            }
        }
        tests
    }

    fn correlation(&self, aspect: Aspect, form: Form) -> Option<CorrelationTest> {
        if self.months.len() < MONTHS_MIN {
            return None;
        }
        let thefts = |month: &Month| match aspect {
            Aspect::Usd => real(month.usd.dollars()),
            Aspect::Thefts => f64::from(month.thefts),
        };
        let thefts: Vec<f64> = self.months.iter().map(thefts).collect();
        let launches: Vec<f64> =
            self.months.iter().map(|month| f64::from(month.launches)).collect();
        let (thefts, launches) = match form {
            Form::Levels => (thefts, launches),
            Form::Changes => (changes(&thefts), changes(&launches)),
        };
        test(&thefts, &launches).map(|(lags, strongest, p_corrected)| CorrelationTest {
            aspect,
            form,
            lags,
            strongest,
            p_corrected,
        })
    }
}

/// Dollars as a real number; ranks need no more than its 53 bits.
#[expect(clippy::cast_precision_loss, reason = "dollars are below 10^12")]
fn real(number: u64) -> f64 {
    number as f64
}

fn changes(series: &[f64]) -> Vec<f64> {
    series.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn test(thefts: &[f64], launches: &[f64]) -> Option<(Vec<Lag>, Lag, Chance)> {
    let length = thefts.len();
    let lags: Vec<i32> = (-LAG_MONTHS_MAX..=LAG_MONTHS_MAX).collect();
    let mut rotated = launches.to_vec();
    let mut by_shift: Vec<Vec<f64>> = Vec::with_capacity(length);
    for _ in 0..length {
        by_shift
            .push(lags.iter().map(|lag| at_lag(thefts, &rotated, *lag)).collect::<Option<_>>()?);
        rotated.rotate_right(1);
    }
    let observed = by_shift.first()?.clone();
    let count = |reaches: &dyn Fn(&Vec<f64>) -> bool| Chance {
        reached: by_shift.iter().filter(|shift| reaches(shift)).count(),
        of: length,
    };
    let tried: Vec<Lag> = lags
        .iter()
        .enumerate()
        .map(|(at, &months)| Lag {
            months,
            pairs: length - usize::try_from(months.unsigned_abs()).unwrap_or(length),
            correlation: Thousandths(thousandths(observed[at])),
            p: count(&|shift| reaches(shift[at], observed[at])),
        })
        .collect();
    let nearest = |lag: &Lag| (std::cmp::Reverse(lag.months.abs()), lag.months);
    let (&strongest, _) = tried.iter().zip(&observed).max_by(|(a, of_a), (b, of_b)| {
        of_a.abs().total_cmp(&of_b.abs()).then_with(|| nearest(a).cmp(&nearest(b)))
    })?;
    let largest = |shift: &Vec<f64>| shift.iter().fold(0.0, |most: f64, r| most.max(r.abs()));
    let corrected = count(&|shift| reaches(largest(shift), largest(&observed)));
    Some((tried, strongest, corrected))
}

/// Whether a correlation is as far from nothing as another. Equal ones may differ in the last
/// bits, by the order of their sums; different ones of ranks are much farther apart.
fn reaches(correlation: f64, other: f64) -> bool {
    correlation.abs() >= other.abs() - 1e-9
}

/// Spearman's correlation of `thefts[t]` and `launches[t + lag]`, over the months that both
/// have; `None` where one of them never changes.
fn at_lag(thefts: &[f64], launches: &[f64], lag: i32) -> Option<f64> {
    let months = usize::try_from(lag.unsigned_abs()).ok()?;
    let pairs = thefts.len().checked_sub(months)?;
    let (from_thefts, from_launches) = if lag >= 0 { (0, months) } else { (months, 0) };
    let thefts = ranks(&thefts[from_thefts..from_thefts + pairs]);
    let launches = ranks(&launches[from_launches..from_launches + pairs]);
    pearson(&thefts, &launches)
}

#[expect(clippy::cast_possible_truncation, reason = "a correlation lies between -1 and 1")]
fn thousandths(correlation: f64) -> i32 {
    (correlation * 1_000.0).round() as i32
}

/// Twice the rank of every value; equal values share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let equal = |at: &&usize| values[**at] == values[order[start]];
        let end = start + order[start..].iter().take_while(equal).count();
        for &at in &order[start..end] {
            ranks[at] = real(start as u64) + real(end as u64);
        }
        start = end;
    }
    ranks
}

fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let count = real(x.len() as u64);
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / count, y.iter().sum::<f64>() / count);
    let (mut product, mut square_x, mut square_y) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        product += (x - mean_x) * (y - mean_y);
        square_x += (x - mean_x) * (x - mean_x);
        square_y += (y - mean_y) * (y - mean_y);
    }
    let scale = (square_x * square_y).sqrt();
    (scale > 0.0).then(|| product / scale)
}

#[cfg(test)]
mod tests {
    use super::{LAG_MONTHS_MAX, at_lag, ranks, reaches, test, thousandths};

    /// A series without order, the same on every machine.
    fn noise(seed: u64, length: usize) -> Vec<f64> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            f64::from(u32::try_from(state >> 40).unwrap())
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn equal_values_share_their_ranks() {
        assert_eq!(ranks(&[5.0, 1.0, 5.0, 9.0]), [4.0, 1.0, 4.0, 7.0]);
    }

    #[test]
    fn a_series_goes_with_itself_and_against_its_mirror() {
        let series = noise(1, 60);
        let mirror: Vec<f64> = series.iter().map(|value| -value).collect();
        let at_lag = |other: &[f64]| at_lag(&series, other, 0).map(thousandths);
        assert_eq!(at_lag(&series), Some(1_000));
        assert_eq!(at_lag(&mirror), Some(-1_000));
        assert_eq!(at_lag(&[3.0; 60]), None);
    }

    #[test]
    fn only_what_reaches_the_correlation_itself_counts() {
        assert!(reaches(-0.5, 0.5) && reaches(0.5 - 1e-15, 0.5));
        assert!(!reaches(0.4996, 0.5), "the same in thousandths, and less");
    }

    #[test]
    fn a_planted_lag_is_found_and_noise_is_not() {
        let thefts = noise(2, 120);
        let mut launches = thefts.clone();
        launches.rotate_right(3);
        let (_, strongest, p) = test(&thefts, &launches).unwrap();
        assert_eq!(strongest.months, 3);
        // The shifts by which the planted lag still falls among those tried reach it as well.
        assert_eq!(p.of, 120);
        assert!(p.reached <= usize::try_from(2 * LAG_MONTHS_MAX + 1).unwrap(), "{p:?}");

        let (lags, _, p) = test(&thefts, &noise(3, 120)).unwrap();
        assert_eq!(lags.len(), usize::try_from(2 * LAG_MONTHS_MAX + 1).unwrap());
        assert!(p.reached > 12, "noise against noise looks significant: {p:?}");
    }

    #[test]
    fn the_correction_never_makes_a_finding_surer() {
        for seed in 10..20 {
            let (lags, strongest, p) = test(&noise(seed, 60), &noise(seed + 50, 60)).unwrap();
            assert!(lags.contains(&strongest));
            assert!(p.reached >= strongest.p.reached);
        }
    }
}
