//! Amounts and shares as people read them.

use std::fmt;

use hawkshaw_model::{Amount, AssetId, AssetList};

/// Parts of a whole in billionths, for display and for ranking. It is exact at both ends: only
/// nothing is 0 and only the whole is 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Share(u64);

impl Share {
    /// All of it.
    pub(crate) const WHOLE: Self = Self(1_000_000_000);

    /// What a part is of a whole, rounded down; nothing of nothing is nothing.
    pub(crate) fn of(part: Amount, whole: Amount) -> Self {
        if part.is_zero() || whole.is_zero() {
            return Self(0);
        }
        if part >= whole {
            return Self::WHOLE;
        }
        let billion = Amount::from(Self::WHOLE.0).to_u256();
        let (part, whole) = (part.to_u256(), whole.to_u256());
        let parts = match part.checked_mul(billion) {
            Some(product) => product / whole,
            // Beyond 226 bits the last 64 cannot be seen in a billionth.
            None => (part >> 64) * billion / (whole >> 64),
        };
        Self(u64::try_from(parts).unwrap_or(Self::WHOLE.0).clamp(1, Self::WHOLE.0 - 1))
    }

    /// Billionths.
    pub(crate) fn billionths(self) -> u64 {
        self.0
    }

    /// Whether it is so small or so large that it is not shown as a plain figure.
    fn bound(self) -> Option<&'static str> {
        match self.0 {
            0 => Some("0 %"),
            1..50_000 => Some("< 0.01 %"),
            999_950_000..1_000_000_000 => Some("> 99.99 %"),
            1_000_000_000.. => Some("100 %"),
            _ => None,
        }
    }
}

impl fmt::Display for Share {
    /// A percentage with two decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.bound() {
            return f.pad(text);
        }
        let hundredths = (self.0 + 50_000) / 100_000;
        f.pad(&format!("{}.{:02} %", hundredths / 100, hundredths % 100))
    }
}

/// An amount in units of its asset, rounded for people, without its symbol.
pub(crate) fn units(assets: &AssetList, asset: &AssetId, amount: Amount) -> String {
    let decimals = assets.get(asset).map_or(0, |info| info.decimals);
    let exact = amount.to_units(decimals);
    let (whole, part) = exact.split_once('.').unwrap_or((&exact, ""));
    let kept = match whole.len() {
        1 if whole == "0" => 8,
        0..=3 => 4,
        _ => 2,
    };
    if part.len() <= kept {
        return joined(whole, part);
    }
    let rounded = round(whole, part, kept);
    if rounded.is_zero() {
        return format!("< 0.{:0>kept$}", 1);
    }
    let rounded = rounded.to_units(u8::try_from(kept).unwrap_or(0));
    let (whole, part) = rounded.split_once('.').unwrap_or((&rounded, ""));
    joined(whole, part)
}

/// An amount with the symbol of its asset: `173,600 ETH`.
pub(crate) fn amount(assets: &AssetList, asset: &AssetId, amount: Amount) -> String {
    format!("{} {}", units(assets, asset, amount), symbol(assets, asset))
}

/// The symbol of an asset. One that is not curated is named by its contract, and its amounts
/// are base units: a symbol proves nothing.
pub(crate) fn symbol(assets: &AssetList, asset: &AssetId) -> String {
    match assets.get(asset) {
        Some(info) => crate::text::label(&info.symbol),
        None => match asset.local().split_once(':') {
            Some((namespace, reference)) => {
                format!("base units of {namespace}:{}", crate::text::short(reference))
            }
            None => crate::text::label(asset.local()),
        },
    }
}

/// Digits in groups of three.
pub(crate) fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn joined(whole: &str, part: &str) -> String {
    let whole = grouped(whole);
    if part.is_empty() { whole } else { format!("{whole}.{part}") }
}

/// The amount in units of 10^-`kept`, rounded half up.
fn round(whole: &str, part: &str, kept: usize) -> Amount {
    let digits = format!("{whole}{}", &part[..kept]);
    let down: Amount = digits.parse().unwrap_or_default();
    let up = part.as_bytes()[kept] >= b'5';
    if up { down.checked_add(Amount::from(1u64)).unwrap_or(down) } else { down }
}

#[cfg(test)]
mod tests {
    use super::{Share, grouped, units};
    use hawkshaw_model::{Amount, AssetList};

    #[test]
    fn shares_are_exact_at_both_ends() {
        let share =
            |part: u64, whole: u64| Share::of(Amount::from(part), Amount::from(whole)).to_string();
        assert_eq!(share(0, 0), "0 %");
        assert_eq!(share(1, u64::MAX), "< 0.01 %");
        assert_eq!(share(u64::MAX - 1, u64::MAX), "> 99.99 %");
        assert_eq!(share(7, 7), "100 %");
        assert_eq!(share(1, 3), "33.33 %");
        assert_eq!(share(2, 3), "66.67 %");
        let max: Amount =
            "115792089237316195423570985008687907853269984665640564039457584007913129639935"
                .parse()
                .unwrap();
        let half = Amount::from_u256(max.to_u256() >> 1);
        assert_eq!(Share::of(half, max).to_string(), "50.00 %");
    }

    #[test]
    fn units_are_rounded_for_people() {
        let eth = "eip155:1/slip44:60".parse().unwrap();
        let text = |wei: &str| units(&AssetList::built_in(), &eth, wei.parse().unwrap());
        assert_eq!(text("173600000000000000000000"), "173,600");
        assert_eq!(text("6249999999999999999999"), "6,250");
        assert_eq!(text("1056912345678901234"), "1.0569");
        assert_eq!(text("1"), "< 0.00000001");
        assert_eq!(text("12340000000000"), "0.00001234");
        assert_eq!(text("0"), "0");
        assert_eq!(grouped("1234567"), "1,234,567");
    }
}
