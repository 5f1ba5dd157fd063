//! Whether an amount that came out fits an amount that went in.

use alloy_primitives::U256;

/// The largest fee that is looked for, in millionths: 5 % (ABCTracer and Connector look for
/// payouts between the deposit and the deposit less a fee; published fees of bridges are below
/// 1 %, but a flat fee weighs more on a small amount).
pub(crate) const FEE_PPM_MAX: i64 = 50_000;
/// The largest fee that is looked for where it is flat, as others of the asset, in millionths.
pub(crate) const FLAT_FEE_PPM_MAX: i64 = 600_000;
/// How much more than the deposit may come out, in millionths: rounding, or a rebate.
pub(crate) const REBATE_PPM_MAX: i64 = 500;
/// Powers of ten that decimals of two chains can differ by.
pub(crate) const SCALE_MAX: i8 = 30;

/// How an amount that came out compares with one that went in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fit {
    /// Whether they are the same, up to digits that the far side cannot write.
    pub(crate) exact: bool,
    /// What is missing, in millionths of what went in; below zero where more came out.
    pub(crate) ppm: i64,
    /// The size of what is missing in base units of the finer side, as half powers of two.
    pub(crate) size: u16,
}

impl Fit {
    /// Whether it is what a bridge would pay that charges at most a fee.
    pub(crate) fn is_within(self, fee_ppm_max: i64) -> bool {
        self.exact || (-REBATE_PPM_MAX..=fee_ppm_max).contains(&self.ppm)
    }
}

/// `10^exponent`, where it is in range.
fn power(exponent: u8) -> U256 {
    U256::from(10u64).pow(U256::from(exponent))
}

/// Both amounts on one scale: the far side has `scale` more decimals than the near one.
fn aligned(amount_in: U256, amount_out: U256, scale: i8) -> Option<(U256, U256)> {
    if scale.unsigned_abs() > SCALE_MAX.unsigned_abs() {
        return None;
    }
    let factor = power(scale.unsigned_abs());
    if scale >= 0 {
        Some((amount_in.checked_mul(factor)?, amount_out))
    } else {
        Some((amount_in, amount_out.checked_mul(factor)?))
    }
}

/// Compares the amounts; `None` where they cannot be compared or nothing went in.
pub(crate) fn fit(amount_in: U256, amount_out: U256, scale: i8) -> Option<Fit> {
    let (whole, out) = aligned(amount_in, amount_out, scale)?;
    if whole == out {
        return Some(Fit { exact: true, ppm: 0, size: 0 });
    }
    if whole.is_zero() {
        return None;
    }
    let more = out > whole;
    let missing = if more { out - whole } else { whole - out };
    let rest = power(if scale < 0 { scale.unsigned_abs() } else { 0 });
    if !more && missing < rest {
        return Some(Fit { exact: true, ppm: 0, size: 0 });
    }
    if missing > whole {
        return Some(Fit { exact: false, ppm: -i64::from(i32::MAX), size: half_octave(missing) });
    }
    // So that a product with a million stays below 256 bits.
    let shift = whole.bit_len().saturating_sub(230);
    let parts = ((missing >> shift) * U256::from(1_000_000u64)) / (whole >> shift);
    let ppm = i64::try_from(parts).unwrap_or(i64::MAX);
    Some(Fit { exact: false, ppm: if more { -ppm } else { ppm }, size: half_octave(missing) })
}

/// The highest bit and the bit below it.
fn half_octave(value: U256) -> u16 {
    let bits = value.bit_len();
    let next = bits >= 2 && value.bit(bits - 2);
    u16::try_from(bits * 2 + usize::from(next)).unwrap_or(u16::MAX)
}

/// The amounts that a payout of a deposit can have, both ends included, and a bit more.
pub(crate) fn range(amount_in: U256, scale: i8, fee_ppm_max: i64) -> Option<(U256, U256)> {
    let factor = power(scale.unsigned_abs());
    let whole = if scale >= 0 { amount_in.checked_mul(factor)? } else { amount_in / factor };
    let thousandth = whole / U256::from(1_000u64);
    let thousandths = u64::try_from(fee_ppm_max / 1_000 + 1).unwrap_or(0);
    let fee = thousandth.checked_mul(U256::from(thousandths))?;
    let low = whole.saturating_sub(fee).saturating_sub(U256::from(1_000u64));
    Some((low, whole.saturating_add(thousandth).saturating_add(U256::from(1u64))))
}

/// An amount as its first 18 digits and the number of its digits; `None` for nothing.
///
/// Amounts of assets with other decimals have the same digits.
pub(crate) fn digits(amount: U256) -> Option<(u64, i16)> {
    if amount.is_zero() {
        return None;
    }
    let text = amount.to_string();
    let count = i16::try_from(text.len()).ok()?;
    let lead = text.get(..18.min(text.len()))?;
    let mantissa: u64 = lead.parse().ok()?;
    let pad = u32::try_from(18 - lead.len()).ok()?;
    Some((mantissa.checked_mul(10u64.pow(pad))?, count))
}

/// How many digits of an amount say something: 1,500,000 has two.
pub(crate) fn telling_digits(mantissa: u64) -> u32 {
    let mut rest = mantissa;
    let mut count = 18;
    while count > 0 && rest.is_multiple_of(10) {
        rest /= 10;
        count -= 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{FEE_PPM_MAX, Fit, U256, digits, fit, range, telling_digits};
    use proptest::prelude::{any, prop_assert, proptest};

    fn of(whole: u64, out: u64, scale: i8) -> Option<Fit> {
        fit(U256::from(whole), U256::from(out), scale)
    }

    #[test]
    fn fees_are_millionths_of_what_went_in() {
        assert!(of(1_000, 1_000, 0).unwrap().exact);
        assert_eq!(of(1_000, 997, 0).unwrap().ppm, 3_000);
        assert_eq!(of(1_000, 1_001, 0).unwrap().ppm, -1_000);
        assert_eq!(of(0, 1, 0), None);
        assert!(of(0, 0, 0).unwrap().exact);
        assert!(fit(U256::from(1u64), U256::MAX, 0).unwrap().ppm < -1_000_000);
        // Six decimals against eighteen, both ways; what the coarse side cannot write is no fee.
        assert!(of(1_234_567, 1_234_567_000_000_000_000, 12).unwrap().exact);
        assert!(of(1_234_567_999_999_999_999, 1_234_567, -12).unwrap().exact);
        assert!(!of(1_234_567_000_000_000_000, 1_234_568, -12).unwrap().exact);
        assert_eq!(fit(U256::MAX, U256::MAX, 18), None);
        assert!(fit(U256::MAX, U256::MAX - U256::from(1u64), 0).unwrap().is_within(0));
    }

    #[test]
    fn digits_do_not_depend_on_decimals() {
        let (a, _) = digits(U256::from(1_500_000u64)).unwrap();
        let (b, count) = digits(U256::from(1_500_000_000_000_000_000u64)).unwrap();
        assert_eq!((a, b, count, telling_digits(a)), (b, a, 19, 2));
        assert_eq!(digits(U256::ZERO), None);
    }

    proptest! {
        #[test]
        fn whatever_fits_lies_in_the_range(
            whole in any::<u128>(), ppm in 0u64..52_000, scale in -12i8..=12, up in any::<bool>()
        ) {
            let whole = U256::from(whole);
            let change = whole / U256::from(1_000_000u64) * U256::from(ppm);
            let near = if up { whole + change } else { whole - change };
            let factor = U256::from(10u64).pow(U256::from(scale.unsigned_abs()));
            let out = if scale >= 0 { near * factor } else { near / factor };
            if let Some(found) = fit(whole, out, scale)
                && found.is_within(FEE_PPM_MAX)
            {
                let (low, high) = range(whole, scale, FEE_PPM_MAX).unwrap();
                prop_assert!(low <= out && out <= high, "{whole} {out} {scale} {low} {high}");
            }
        }
    }
}
