//! Amounts as lists write them, read exactly: `4800000.0`, `1.5e6`, `"$40,000,000 "`, `750ETH`.

use crate::claim::{NativeAmount, is_symbol};
use crate::import::ImportDefectReason;
use crate::usd::Usd;

/// What a cell for an amount states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AmountCell {
    /// US dollars, and whether they were rounded to cents.
    Usd(Usd, bool),
    /// Units of an asset.
    Native(NativeAmount),
    /// Nothing, or a word for it.
    Missing,
}

/// Whether a cell says that nothing is known.
pub(super) fn is_missing(text: &str) -> bool {
    const WORDS: [&str; 17] = [
        "",
        "-",
        "–",
        "—",
        "?",
        "??",
        "n/a",
        "na",
        "nan",
        "none",
        "null",
        "nil",
        "unknown",
        "undisclosed",
        "unspecified",
        "tbd",
        "not disclosed",
    ];
    let text = text.trim().to_lowercase();
    WORDS.contains(&text.as_str())
}

/// Whether a number has points between its thousands: `1.200.000`, `1.200,50`.
pub(super) fn has_points_in_thousands(text: &str) -> bool {
    let (_, text) = strip_currency(text.trim());
    let (whole, part) =
        text.split_once(',').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let groups = whole.split('.').skip(1);
    let is_group = |group: &str| group.len() == 3 && digits_end(group) == 3;
    groups.clone().count() >= if part.is_some() { 1 } else { 2 } && groups.clone().all(is_group)
}

/// Whether a number can have a point behind its thousands or before three decimals: `1.200`.
pub(super) fn has_one_point_before_three_digits(text: &str) -> bool {
    let (_, text) = strip_currency(text.trim());
    text.split_once('.').is_some_and(|(whole, rest)| {
        (1..=3).contains(&whole.len()) && digits_end(whole) == whole.len() && digits_end(rest) == 3
    })
}

/// Reads a cell whose bare numbers are US dollars times `10^power`.
pub(super) fn read_amount(text: &str, power: u32) -> Result<AmountCell, ImportDefectReason> {
    if is_missing(text) {
        return Ok(AmountCell::Missing);
    }
    let text = text.trim();
    let (is_usd, rest) = strip_currency(text);
    let minus = |text: &str| text.strip_prefix(['-', '−']).map(str::to_owned);
    let in_brackets = |text: &str| text.strip_prefix('(')?.strip_suffix(')').map(str::to_owned);
    let negated = minus(rest).or_else(|| minus(text)).or_else(|| in_brackets(text));
    match negated {
        Some(rest) => {
            let (_, rest) = strip_currency(rest.trim());
            let is_number = Decimal::read(rest).is_some();
            Err(if is_number { ImportDefectReason::Negative } else { ImportDefectReason::NoAmount })
        }
        None => read_positive(rest, is_usd, power),
    }
}

fn read_positive(text: &str, is_usd: bool, power: u32) -> Result<AmountCell, ImportDefectReason> {
    let no_amount = ImportDefectReason::NoAmount;
    let (number, rest) = Decimal::read(text).ok_or(no_amount)?;
    let (own_power, unit) = strip_multiplier(rest);
    let unit = unit.trim();
    if unit.is_empty() || is_dollar_word(unit) {
        let power = own_power.unwrap_or(if unit.is_empty() { power } else { 0 });
        let (usd, is_rounded) =
            number.times_ten_to(power).to_usd().ok_or(ImportDefectReason::TooLarge)?;
        return Ok(AmountCell::Usd(usd, is_rounded));
    }
    let asset = asset(unit).filter(|_| !is_usd).ok_or(no_amount)?;
    let amount = number.times_ten_to(own_power.unwrap_or(0)).to_native().ok_or(no_amount)?;
    Ok(AmountCell::Native(NativeAmount { asset: asset.to_owned(), amount }))
}

/// Takes a sign for US dollars from before a number.
fn strip_currency(text: &str) -> (bool, &str) {
    const SIGNS: [&str; 5] = ["US$", "USD$", "USD", "$US", "$"];
    let strip = |sign: &&str| {
        let (head, rest) = text.split_at_checked(sign.len())?;
        head.eq_ignore_ascii_case(sign).then_some(rest)
    };
    match SIGNS.iter().find_map(strip) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    }
}

/// Takes `K`, `million` and the like from behind a number, as a power of ten.
fn strip_multiplier(text: &str) -> (Option<u32>, &str) {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    if rest.starts_with(|c: char| c.is_ascii_digit() || "._+-".contains(c)) {
        return (None, text);
    }
    match power_of(word) {
        Some(power) => (Some(power), rest),
        None => (None, text),
    }
}

/// The power of ten that a word stands for.
pub(super) fn power_of(word: &str) -> Option<u32> {
    match word.to_lowercase().as_str() {
        "k" | "thousand" | "thousands" => Some(3),
        "m" | "mm" | "mn" | "mln" | "mio" | "million" | "millions" => Some(6),
        "b" | "bn" | "bln" | "mrd" | "billion" | "billions" => Some(9),
        _ => None,
    }
}

fn is_dollar_word(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "usd" | "us$" | "$" | "us dollars" | "us dollar" | "dollars" | "dollar"
    )
}

/// The asset in what stands behind a number: a symbol in brackets, else one to three words.
fn asset(unit: &str) -> Option<&str> {
    const CHARACTERS_MAX: usize = 40;
    /// Words that turn a number into something else than an amount.
    const OTHER: [&str; 12] =
        ["to", "or", "and", "plus", "more", "less", "over", "about", "in", "of", "stolen", "lost"];
    /// Words for a number that is larger: `mil` is a million to some and a thousand to others.
    const LARGER: [&str; 15] = [
        "mil",
        "mill",
        "mils",
        "mills",
        "hundred",
        "hundreds",
        "lakh",
        "lakhs",
        "lac",
        "crore",
        "crores",
        "milliard",
        "milliards",
        "trillion",
        "trillions",
    ];
    let bracketed = unit.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    let unit = bracketed.unwrap_or(unit);
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$')
            && is_symbol(word)
            // A plus says that it is more.
            && !word.ends_with('+')
            && !OTHER.contains(&word.to_lowercase().as_str())
            && !LARGER.contains(&word.to_lowercase().trim_end_matches('.'))
    };
    let is_asset = unit.len() <= CHARACTERS_MAX
        && (1..=3).contains(&unit.split(' ').count())
        && unit.split(' ').all(is_word);
    is_asset.then_some(unit)
}

/// A decimal number without sign: its digits, of which so many stand behind the point.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decimal {
    digits: String,
    places: usize,
}

impl Decimal {
    /// Digits and powers past this are no amount of anything.
    const DIGITS_MAX: usize = 60;

    /// Reads the number that a text begins with, and gives back what follows it.
    fn read(text: &str) -> Option<(Self, &str)> {
        let (mut digits, rest) = read_whole(text)?;
        let mut places = 0;
        let mut rest = rest;
        if let Some(behind) = rest.strip_prefix('.') {
            let end = digits_end(behind);
            if end == 0 {
                return None;
            }
            digits.push_str(&behind[..end]);
            places = end;
            rest = &behind[end..];
        }
        let mut number = Self { digits, places };
        if let Some((power, behind)) = read_exponent(rest) {
            number = number.times_power(power?)?;
            rest = behind;
        }
        // A point or a comma behind the number means that it was read in another way than meant,
        // and 0x that it is hexadecimal.
        let is_hex = number.digits == "0" && rest.starts_with(['x', 'X']);
        let is_cut = rest.starts_with(['.', ',']) || is_hex;
        let is_whole = !is_cut && number.digits.len() <= Self::DIGITS_MAX;
        is_whole.then_some((number, rest))
    }

    fn times_power(self, power: i32) -> Option<Self> {
        let size = usize::try_from(power.unsigned_abs()).ok().filter(|s| *s <= Self::DIGITS_MAX)?;
        if power < 0 {
            return Some(Self { places: self.places + size, ..self });
        }
        Some(self.shifted(size))
    }

    fn times_ten_to(self, power: u32) -> Self {
        self.shifted(usize::try_from(power).unwrap_or(0))
    }

    fn shifted(mut self, power: usize) -> Self {
        let zeros = power.saturating_sub(self.places);
        self.digits.extend(std::iter::repeat_n('0', zeros));
        self.places = self.places.saturating_sub(power);
        self
    }

    /// In cents, rounded half up, and whether that changed the number. `None` past 10^12 dollars.
    fn to_usd(&self) -> Option<(Usd, bool)> {
        let cents = self.clone().shifted(2);
        let split = cents.digits.len().saturating_sub(cents.places);
        let padded = cents.places.saturating_sub(cents.digits.len());
        let (whole, part) = cents.digits.split_at(split);
        let whole = whole.trim_start_matches('0');
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let is_half = padded == 0 && part.bytes().next().is_some_and(|digit| digit >= b'5');
        let is_changed = part.bytes().any(|digit| digit != b'0');
        let usd = Usd::from_cents(whole.checked_add(u64::from(is_half))?)?;
        Some((usd, is_changed))
    }

    /// As claims in units of an asset are written; `None` of more digits than they may have.
    fn to_native(&self) -> Option<String> {
        let digits = format!("{}{}", "0".repeat(self.places), self.digits);
        let (whole, part) = digits.split_at(digits.len() - self.places);
        let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
        let whole = if whole.is_empty() { "0" } else { whole };
        let text = if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") };
        crate::claim::is_decimal(&text).then_some(text)
    }
}

fn digits_end(text: &str) -> usize {
    text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len())
}

/// Reads whole digits, in groups of three if they are in groups.
fn read_whole(text: &str) -> Option<(String, &str)> {
    const SEPARATORS: [char; 6] = [',', '\'', '_', ' ', '\u{a0}', '\u{202f}'];
    let end = digits_end(text);
    let (first, mut rest) = text.split_at(end);
    let mut digits = first.to_owned();
    let separator = rest.chars().next().filter(|c| SEPARATORS.contains(c));
    if let Some(separator) = separator.filter(|_| (1..=3).contains(&first.len())) {
        while let Some(behind) = rest.strip_prefix(separator) {
            let end = digits_end(behind);
            if end != 3 {
                break;
            }
            digits.push_str(&behind[..end]);
            rest = &behind[end..];
        }
    }
    (!digits.is_empty()).then_some((digits, rest))
}

/// Reads `e6`, `E+6`. What is too large to be one is an exponent all the same.
fn read_exponent(text: &str) -> Option<(Option<i32>, &str)> {
    let behind = text.strip_prefix(['e', 'E'])?;
    let unsigned = behind.strip_prefix(['+', '-']).unwrap_or(behind);
    let end = digits_end(unsigned);
    if end == 0 {
        return None;
    }
    let sign = behind.len() - unsigned.len();
    let (number, rest) = behind.split_at(sign + end);
    Some((number.parse().ok(), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{AmountCell, read_amount};
    use crate::import::ImportDefectReason as Reason;
    use crate::usd::Usd;

    fn usd(text: &str) -> String {
        match read_amount(text, 0) {
            Ok(AmountCell::Usd(usd, is_rounded)) => {
                format!("{usd}{}", if is_rounded { " rounded" } else { "" })
            }
            Ok(AmountCell::Native(native)) => format!("{} {}", native.amount, native.asset),
            Ok(AmountCell::Missing) => "missing".to_owned(),
            Err(reason) => format!("{reason}"),
        }
    }

    #[test]
    fn lists_write_amounts_in_many_ways() {
        for (text, read) in [
            ("4800000.0", "4800000"),
            ("1.5e6", "1500000"),
            ("1E+3", "1000"),
            ("12e-1", "1.20"),
            ("$40,000,000 ", "40000000"),
            ("$123,983.57", "123983.57"),
            ("0", "0"),
            ("0.0", "0"),
            ("$10,000,000,000 ", "10000000000"),
            ("US$ 5 million", "5000000"),
            ("1.25M", "1250000"),
            ("5 USD", "5"),
            ("2 Mrd", "2000000000"),
            ("3 mln USD", "3000000"),
            ("1'234'567", "1234567"),
            ("123456.7890", "123456.79 rounded"),
            ("0.005", "0.01 rounded"),
            ("0.00499999", "0 rounded"),
            ("5e-3", "0.01 rounded"),
            ("5e-40", "0 rounded"),
            ("1.2300", "1.23"),
            ("1000000000000", "1000000000000"),
            ("1000000000000.01", "too-large"),
            ("9e55", "too-large"),
            ("1e2000000000", "no-amount"),
            ("1e99999999999999", "no-amount"),
            ("-5", "negative"),
            ("$-5", "negative"),
            ("-$5", "negative"),
            ("(5,000)", "negative"),
            ("750ETH", "750 ETH"),
            ("583,216.827342391972390195 Frax (FRAX)", "583216.827342391972390195 FRAX"),
            ("513K cvxcrv LP ", "513000 cvxcrv LP"),
            ("323,000,000 FNX", "323000000 FNX"),
            ("0.50 BTC", "0.5 BTC"),
            ("500BTC", "500 BTC"),
            ("20 M2", "20 M2"),
            ("unknown", "missing"),
            ("n/a", "missing"),
            ("  ", "missing"),
            ("nan", "missing"),
        ] {
            assert_eq!(usd(text), read, "{text}");
        }
    }

    #[test]
    fn what_can_mean_something_else_is_not_guessed() {
        for text in [
            "1,5",
            "1.234.567,00",
            "5 to 10 million",
            "40 million - 50 million",
            "5 or more",
            "~5",
            "1,2345",
            "12,34,567",
            "€5,000",
            "$5M in ETH",
            "about 3",
            ".5",
            "5.",
            "1.2.3",
            "$",
            "ETH",
            "$5 ETH",
            "0x10",
            "٣",
            "-",
            "--5",
            "\u{0}",
            "5 mil",
            "5 Mil.",
            "5M+",
            "5+",
            "7 lakh",
            "5 hundred",
            "2 trillion",
        ] {
            let read = read_amount(text, 0);
            let is_refused = read == Err(Reason::NoAmount) || read == Ok(AmountCell::Missing);
            assert!(is_refused, "{text}: {read:?}");
        }
    }

    #[test]
    fn a_column_in_millions_is_in_millions() {
        assert_eq!(read_amount("4.8", 6), Ok(AmountCell::Usd("4800000".parse().unwrap(), false)));
        assert_eq!(read_amount("4.8 USD", 6), Ok(AmountCell::Usd("4.8".parse().unwrap(), false)));
    }

    /// With a comma before every third digit.
    fn grouped(dollars: u64) -> String {
        let digits = dollars.to_string();
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text
    }

    proptest! {
        #[test]
        fn every_way_to_print_an_amount_is_read_back(cents in 0..=100_000_000_000_000_u64) {
            let amount = Usd::from_cents(cents).unwrap();
            let (dollars, part) = (cents / 100, cents % 100);
            for text in [
                amount.to_string(),
                format!("${}.{part:02} ", grouped(dollars)),
                format!("{dollars}.{part:02}0"),
                format!("{cents}e-2"),
                format!("{dollars}.{part:02}e0"),
            ] {
                assert_eq!(read_amount(&text, 0), Ok(AmountCell::Usd(amount, false)), "{text}");
            }
            let millions = format!("{}.{:08} million", cents / 100_000_000, cents % 100_000_000);
            assert_eq!(read_amount(&millions, 0), Ok(AmountCell::Usd(amount, false)));
        }

        #[test]
        fn no_text_panics(text in any::<String>(), power in 0..10_u32) {
            let _ = read_amount(&text, power);
        }

        #[test]
        fn no_text_of_signs_panics(text in "[-0-9.,eE$ ()KMBTH]{0,40}", power in 0..10_u32) {
            if let Ok(AmountCell::Usd(usd, false)) = read_amount(&text, power) {
                assert_eq!(read_amount(&usd.to_string(), 0), Ok(AmountCell::Usd(usd, false)));
            }
        }
    }
}
