//! Where the policies disagree, the answer is an interval.

use hawkshaw_model::{Amount, AssetId, AssetList};

use crate::figures::{Share, amount, units};

/// The least and the most that the conserving policies say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Interval {
    /// The least.
    pub(crate) lo: Amount,
    /// The most.
    pub(crate) hi: Amount,
}

impl Interval {
    /// The interval of some amounts; nothing where there are none.
    pub(crate) fn of(amounts: impl IntoIterator<Item = Amount>) -> Self {
        let mut amounts = amounts.into_iter();
        let Some(first) = amounts.next() else { return Self::default() };
        amounts.fold(Self { lo: first, hi: first }, |span, amount| Self {
            lo: span.lo.min(amount),
            hi: span.hi.max(amount),
        })
    }

    /// Whether even the most is nothing.
    pub(crate) fn is_zero(self) -> bool {
        self.hi.is_zero()
    }

    /// The shares that its ends are of a whole.
    pub(crate) fn shares(self, whole: Amount) -> (Share, Share) {
        (Share::of(self.lo, whole), Share::of(self.hi, whole))
    }

    /// `6,250 ETH`, or `6,100 – 6,250 ETH`.
    pub(crate) fn text(self, assets: &AssetList, asset: &AssetId) -> String {
        let (lo, hi) = (units(assets, asset, self.lo), amount(assets, asset, self.hi));
        if self.lo == self.hi || hi.starts_with(&format!("{lo} ")) {
            return hi;
        }
        format!("{lo} – {hi}")
    }

    /// `3.60 %`, or `3.51 – 3.60 %`.
    pub(crate) fn percent(self, whole: Amount) -> String {
        let (lo, hi) = self.shares(whole);
        percent_between(lo, hi)
    }
}

/// Two shares as one text, without the sign where it would stand twice.
pub(crate) fn percent_between(lo: Share, hi: Share) -> String {
    let (low, high) = (lo.to_string(), hi.to_string());
    if low == high {
        return high;
    }
    format!("{} – {high}", low.trim_end_matches(" %"))
}

#[cfg(test)]
mod tests {
    use super::Interval;
    use hawkshaw_model::{Amount, AssetList};

    #[test]
    fn ends_that_look_alike_are_one_figure() {
        let eth = "eip155:1/slip44:60".parse().unwrap();
        let assets = AssetList::built_in();
        let span = |lo: &str, hi: &str| {
            Interval::of([hi.parse().unwrap(), lo.parse().unwrap()]).text(&assets, &eth)
        };
        assert_eq!(span("6250000000000000000000", "6250000000000000000001"), "6,250 ETH");
        assert_eq!(span("0", "1500000000000000000"), "0 – 1.5 ETH");
        assert_eq!(Interval::of([]).hi, Amount::ZERO);
        let third = Interval::of([Amount::from(1u64), Amount::from(2u64)]);
        assert_eq!(third.percent(Amount::from(3u64)), "33.33 – 66.67 %");
    }
}
