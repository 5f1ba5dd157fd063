//! From figures to places: linear and logarithmic axes with round marks.
#![expect(clippy::float_arithmetic, reason = "places on a picture, not value")]

use hawkshaw_incidents::Usd;

/// A linear axis from nothing to a figure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    most: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Nothing is at `from`, `most` is at `to`.
    pub(super) fn new(most: u64, from: f64, to: f64) -> Self {
        Self { most: real(most).max(1.0), from, to }
    }

    /// The place of a figure; one that is too large is at the end.
    pub(super) fn at(&self, figure: u64) -> f64 {
        self.from + (self.to - self.from) * (real(figure) / self.most).min(1.0)
    }
}

/// A logarithmic axis in powers of ten.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogScale {
    pub(super) lowest: u32,
    pub(super) highest: u32,
    from: f64,
    to: f64,
}

impl LogScale {
    /// From the power of ten below the least figure to that above the most.
    pub(super) fn new((least, most): (u64, u64), from: f64, to: f64) -> Self {
        let lowest = least.max(1).ilog10();
        let highest = most.max(1).ilog10() + 1;
        Self { lowest, highest: highest.max(lowest + 1), from, to }
    }

    /// The place of a figure that is not nought.
    pub(super) fn at(&self, figure: u64) -> f64 {
        let (low, high) = (f64::from(self.lowest), f64::from(self.highest));
        let part = (real(figure.max(1)).log10() - low) / (high - low);
        self.from + (self.to - self.from) * part.clamp(0.0, 1.0)
    }
}

/// A figure as a real number, for drawing.
#[expect(clippy::cast_precision_loss, reason = "no picture shows 53 bits")]
pub(super) fn real(figure: u64) -> f64 {
    figure as f64
}

/// A number of things as a real number, for drawing.
pub(super) fn count(things: usize) -> f64 {
    real(u64::try_from(things).unwrap_or(u64::MAX))
}

/// Round figures from nothing to at least `most`, at most seven, the last one the end of the axis.
pub(super) fn marks(most: u64) -> Vec<u64> {
    let most = most.max(1);
    let mut unit = 1_u64;
    let step = loop {
        let steps = [1, 2, 5].map(|times| unit.saturating_mul(times));
        if let Some(step) = steps.into_iter().find(|step| most.div_ceil(*step) <= 6) {
            break step;
        }
        unit = unit.saturating_mul(10);
    };
    (0..=most.div_ceil(step)).map(|times| times.saturating_mul(step)).collect()
}

/// An amount for a label: [`Usd::for_people`] without noughts behind the point.
pub(super) fn short(usd: Usd) -> String {
    let text = usd.for_people();
    let Some((number, unit)) = text.split_once(' ') else { return text };
    let number = number.trim_end_matches('0').trim_end_matches('.');
    format!("{number} {unit}")
}

/// Cents for a label.
pub(super) fn short_cents(cents: u64) -> String {
    short(Usd::from_cents(cents).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{LogScale, Scale, marks, short_cents};

    #[test]
    fn marks_are_round_and_reach_the_most() {
        assert_eq!(marks(0), [0, 1]);
        assert_eq!(marks(6), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(marks(7), [0, 2, 4, 6, 8]);
        assert_eq!(marks(2_100), [0, 500, 1_000, 1_500, 2_000, 2_500]);
        for most in [1, 99, 12_345, 100_000_000_000_000, u64::MAX] {
            let marks = marks(most);
            assert!(marks.len() <= 7 && *marks.last().unwrap() >= most, "{most}: {marks:?}");
        }
    }

    #[test]
    fn figures_have_places_also_at_the_ends() {
        let scale = Scale::new(200, 100.0, 0.0);
        assert_eq!([0, 50, 200, 900].map(|figure| scale.at(figure)), [100.0, 75.0, 0.0, 0.0]);
        assert_eq!(Scale::new(0, 100.0, 0.0).at(0), 100.0);
        let scale = LogScale::new((50, 2_000), 300.0, 0.0);
        assert_eq!((scale.lowest, scale.highest), (1, 4));
        assert!((scale.at(100) - 200.0).abs() < 0.001);
        assert_eq!(LogScale::new((0, 0), 300.0, 0.0).at(0), 300.0);
    }

    #[test]
    fn labels_have_no_idle_digits() {
        assert_eq!(short_cents(150_000_000_000), "$1.5 B");
        assert_eq!(short_cents(62_000_000_000), "$620 M");
        assert_eq!(short_cents(134_200_000_000), "$1.342 B");
        assert_eq!(short_cents(0), "$0");
    }
}
