//! How well a row and an incident fit: by date, by name and by amount, each on its own.

use jiff::civil::Date;

use crate::claim::NativeAmount;
use crate::date::PartialDate;
use crate::import::ImportedAmount;
use crate::import::name::NameKey;
use crate::incident::Incident;
use crate::usd::Usd;

/// First and last possible day, counted from 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DaySpan {
    pub(super) first: i32,
    pub(super) last: i32,
}

impl DaySpan {
    pub(super) fn of(date: &PartialDate) -> Self {
        Self { first: day_number(date.first()), last: day_number(date.last()) }
    }

    /// The days between the nearest days: nothing where the spans overlap, below nothing where
    /// `self` is the earlier.
    fn days_after(self, other: Self) -> i32 {
        if self.first > other.last {
            self.first - other.last
        } else if other.first > self.last {
            self.last - other.first
        } else {
            0
        }
    }

    fn width(self) -> i32 {
        self.last - self.first + 1
    }
}

fn day_number(date: Date) -> i32 {
    let epoch = Date::constant(1970, 1, 1);
    epoch.until(date).map_or(0, |span| span.get_days())
}

/// Which of the dates of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Theft,
    Discovery,
    Attribution,
}

/// A date of an incident.
#[derive(Debug, Clone, Copy)]
pub(super) struct DatedDay {
    pub(super) which: Which,
    pub(super) span: DaySpan,
}

/// How well two dates fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateFit {
    pub(super) score: u8,
    /// Days from the date of the incident to that of the row.
    pub(super) days: i32,
    which: Which,
    /// The days of the wider of the two spans.
    width: i32,
}

impl DateFit {
    /// Candidates lie within this many days of a date.
    pub(super) const DAYS_MAX: i32 = 60;

    /// The best fit of a row with the dates of an incident.
    pub(super) fn best(row: DaySpan, dates: &[DatedDay]) -> Option<Self> {
        let fits = dates.iter().map(|date| Self::new(row, *date));
        // The last of equals wins in `max_by_key`, and that has to be the theft.
        fits.rev().max_by_key(|fit| (fit.score, -fit.days.abs()))
    }

    fn new(row: DaySpan, date: DatedDay) -> Self {
        let days = row.days_after(date.span);
        let width = row.width().max(date.span.width());
        let by_days = match days.abs() {
            0 => 100,
            1..=3 => 95,
            4..=7 => 85,
            8..=14 => 70,
            15..=31 => 50,
            32..=Self::DAYS_MAX => 25,
            _ => 0,
        };
        let by_width = match width {
            ..=3 => 100,
            4..=14 => 95,
            15..=31 => 88,
            32..=92 => 75,
            93..=366 => 60,
            _ => 40,
        };
        let by_which = match date.which {
            Which::Theft => 100,
            Which::Discovery => 97,
            Which::Attribution => 85,
        };
        Self { score: by_width.min(by_which).min(by_days), days, which: date.which, width }
    }

    pub(super) fn reason(self) -> String {
        let which = match self.which {
            Which::Theft => "the theft",
            Which::Discovery => "the discovery",
            Which::Attribution => "the attribution",
        };
        let plural = if self.days.abs() == 1 { "" } else { "s" };
        match self.days {
            0 if self.width == 1 => format!("the day of {which}"),
            0 => format!("can be the day of {which}: the dates leave {} days open", self.width),
            days if days > 0 => format!("{days} day{plural} after {which}"),
            days => format!("{} day{plural} before {which}", -days),
        }
    }
}

/// How well two names fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NameFit<'a> {
    pub(super) score: u8,
    /// The name of the incident.
    name: &'a str,
    how: NameLikeness,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NameLikeness {
    Same,
    /// The same, but so many incidents have this name.
    Common(usize),
    Slip(usize),
    Within,
    Words,
    Nothing,
}

/// A name of an incident.
#[derive(Debug)]
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) key: NameKey,
    /// How many incidents have a name with this key.
    pub(super) incidents: usize,
}

impl<'a> NameFit<'a> {
    /// More incidents than this with one name, and the name says little.
    const INCIDENTS_MAX: usize = 4;

    pub(super) const NONE: Self = Self { score: 0, name: "", how: NameLikeness::Nothing };

    /// How well a name of a row fits one of an incident. `weight` says how telling a word is,
    /// up to `weight_max`.
    pub(super) fn new(
        row: &NameKey,
        named: &Named<'a>,
        weight: &dyn Fn(&str) -> u32,
        weight_max: u32,
    ) -> Self {
        let fit = |score, how| Self { score, name: named.name, how };
        if row.is_same(&named.key) {
            return match named.incidents {
                ..=Self::INCIDENTS_MAX => fit(100, NameLikeness::Same),
                incidents => fit(50, NameLikeness::Common(incidents)),
            };
        }
        if let Some(edits) = row.slip(&named.key) {
            return fit(if edits == 1 { 90 } else { 85 }, NameLikeness::Slip(edits));
        }
        if row.is_date && named.key.is_date {
            // `June 12 2025 Theft` and `June 14 2025 Theft` share all but what tells them apart.
            return Self::NONE;
        }
        let sum = |words: &[String]| words.iter().map(|word| weight(word)).sum::<u32>();
        let inner = if row.is_within(&named.key) {
            Some(row)
        } else {
            Some(&named.key).filter(|key| key.is_within(row))
        };
        if inner.is_some_and(|inner| sum(&inner.words) * 2 >= weight_max) {
            return fit(78, NameLikeness::Within);
        }
        let common = row.words.iter().filter(|word| named.key.words.contains(word));
        let common: u32 = common.map(|word| weight(word)).sum();
        let all = sum(&row.words) + sum(&named.key.words);
        let percent = (common * 200).checked_div(all).unwrap_or(0).min(75);
        let how = if percent == 0 { NameLikeness::Nothing } else { NameLikeness::Words };
        fit(u8::try_from(percent).unwrap_or(75), how)
    }

    pub(super) fn reason(self) -> String {
        let name = hawkshaw_model::Printable(self.name);
        match self.how {
            NameLikeness::Same => format!("the same name as `{name}`"),
            NameLikeness::Common(incidents) => {
                format!("the same name as `{name}`, which {incidents} incidents have")
            }
            NameLikeness::Slip(1) => format!("one letter from `{name}`"),
            NameLikeness::Slip(edits) => format!("{edits} letters from `{name}`"),
            NameLikeness::Within => format!("one of the names contains the other: `{name}`"),
            NameLikeness::Words => format!("shares words with `{name}`"),
            NameLikeness::Nothing => "another name".to_owned(),
        }
    }
}

/// How well an amount fits the claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AmountFit<'a> {
    pub(super) score: u8,
    /// Thousandths by which the larger is of the smaller.
    ratio: u128,
    is_more: bool,
    by: &'a str,
    claimed: Option<Usd>,
}

impl<'a> AmountFit<'a> {
    /// The best fit of an amount with all claims of an incident. `None` where there is nothing
    /// to compare.
    pub(super) fn best(row: &ImportedAmount, incident: &'a Incident) -> Option<Self> {
        let fits = incident.amounts.iter().filter_map(|claim| {
            let by = claim.basis.by.as_str();
            match row {
                ImportedAmount::Usd(usd) => {
                    Self::of_usd(*usd, claim.value.low()?, claim.value.high()?, by)
                }
                ImportedAmount::Native(native) => Self::of_native(native, &claim.native, by),
                ImportedAmount::Missing | ImportedAmount::Unreadable => None,
            }
        });
        // The first of equals wins: the first claim is the ledger's own.
        fits.min_by_key(|fit| fit.ratio)
    }

    fn of_usd(usd: Usd, low: Usd, high: Usd, by: &'a str) -> Option<Self> {
        /// Up to this ratio, in thousandths, the amounts fit so well.
        const STEPS: [(u128, u8); 7] = [
            (1_000, 100),
            (1_020, 98),
            (1_100, 90),
            (1_250, 75),
            (1_500, 55),
            (2_000, 35),
            (4_000, 15),
        ];
        let (near, is_more) =
            if usd > high { (high, true) } else { (low.max(usd.min(high)), false) };
        let (small, large) = (usd.min(near).cents(), usd.max(near).cents());
        let ratio = match (small, large) {
            (small, large) if small == large => 1_000,
            (0, _) => u128::MAX,
            (small, large) => (u128::from(large) * 1_000).div_ceil(u128::from(small)),
        };
        let step = STEPS.iter().find(|(ratio_max, _)| ratio <= *ratio_max);
        let score = step.map_or(0, |(_, score)| *score);
        Some(Self { score, ratio, is_more, by, claimed: Some(near) })
    }

    /// The same units of the same asset. Other figures are not compared: lists name the asset
    /// that they like best.
    fn of_native(row: &NativeAmount, claims: &'a [NativeAmount], by: &'a str) -> Option<Self> {
        let is_same = |claim: &NativeAmount| {
            claim.asset.eq_ignore_ascii_case(&row.asset) && claim.amount == row.amount
        };
        let same = claims.iter().any(is_same);
        same.then_some(Self { score: 100, ratio: 1_000, is_more: false, by, claimed: None })
    }

    pub(super) fn reason(self) -> String {
        let by = hawkshaw_model::Printable(self.by);
        let claimed = match self.claimed {
            Some(_) if self.ratio <= 1_000 => return format!("what {by} claims"),
            Some(claimed) => claimed.for_people(),
            None => return format!("the units that {by} claims"),
        };
        if self.ratio == u128::MAX {
            return format!("nothing on one side, and {claimed} by {by} nearest");
        }
        let (whole, part) = (self.ratio / 1_000, self.ratio % 1_000);
        let side = if self.is_more { "more" } else { "less" };
        format!("{side} than the {claimed} of {by} by a factor of {whole}.{part:03}")
    }
}

#[cfg(test)]
mod tests {
    use super::{AmountFit, DateFit, DatedDay, DaySpan, Which};

    fn span(text: &str) -> DaySpan {
        DaySpan::of(&text.parse().unwrap())
    }

    fn fit(row: &str, theft: &str, discovery: &str) -> (u8, String) {
        let dates = [
            DatedDay { which: Which::Theft, span: span(theft) },
            DatedDay { which: Which::Discovery, span: span(discovery) },
        ];
        let fit = DateFit::best(span(row), &dates).unwrap();
        (fit.score, fit.reason())
    }

    #[test]
    fn dates_fit_by_distance_and_by_what_they_leave_open() {
        for (row, score, reason) in [
            ("2022-03-23", 100, "the day of the theft"),
            ("2022-03-22", 95, "1 day before the theft"),
            ("2022-03-29", 97, "the day of the discovery"),
            ("2022-03", 88, "can be the day of the theft: the dates leave 31 days open"),
            ("2022", 60, "can be the day of the theft: the dates leave 365 days open"),
            ("2022-04-14", 50, "16 days after the discovery"),
            ("2023-04-14", 0, "381 days after the discovery"),
        ] {
            let expected = (score, reason.to_owned());
            assert_eq!(fit(row, "2022-03-23", "2022-03-29"), expected, "{row}");
        }
    }

    #[test]
    fn amounts_fit_by_their_ratio_to_a_range() {
        let usd = |text: &str| text.parse::<crate::Usd>().unwrap();
        for (amount, score, reason) in [
            ("550", 100, "what X claims"),
            ("500", 100, "what X claims"),
            ("612", 98, "more than the $600 of X by a factor of 1.020"),
            ("400", 75, "less than the $500 of X by a factor of 1.250"),
            ("50", 0, "less than the $500 of X by a factor of 10.000"),
            ("0", 0, "nothing on one side, and $500 by X nearest"),
        ] {
            let fit = AmountFit::of_usd(usd(amount), usd("500"), usd("600"), "X").unwrap();
            assert_eq!((fit.score, fit.reason()), (score, reason.to_owned()), "{amount}");
        }
        let none = AmountFit::of_usd(usd("0"), usd("0"), usd("0"), "X").unwrap();
        assert_eq!(none.score, 100);
    }
}
