//! Numbers and hex out of bytes, without allocation.

use alloy_primitives::{U256, hex};
use hawkshaw_model::{Amount, Printable};

/// A whole number of digits alone, below 2^64.
pub(crate) fn decimal_u64(text: &[u8]) -> Option<u64> {
    match text.len() {
        0 => None,
        1..=19 => {
            let mut number = 0u64;
            for byte in text {
                let digit = byte.wrapping_sub(b'0');
                if digit > 9 {
                    return None;
                }
                number = number * 10 + u64::from(digit);
            }
            Some(number)
        }
        _ if text.iter().all(u8::is_ascii_digit) => text.iter().try_fold(0u64, |number, byte| {
            number.checked_mul(10)?.checked_add(u64::from(byte - b'0'))
        }),
        _ => None,
    }
}

/// A whole number of digits alone, up to 256 bits.
pub(crate) fn decimal_amount(text: &[u8]) -> Option<Amount> {
    if text.len() <= 19 {
        return decimal_u64(text).map(Amount::from);
    }
    if text.len() <= 38 {
        let (high, low) = text.split_at(text.len() - 19);
        let (high, low) = (decimal_u64(high)?, decimal_u64(low)?);
        return Some(Amount::from(u128::from(high) * 10u128.pow(19) + u128::from(low)));
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A decimal number of units with a point, in base units: `1,234.5` with three decimals is
/// 1234500. Commas may group digits. `None` where it is no number, has more places than the
/// asset, or is beyond 256 bits.
pub(crate) fn units_amount(text: &[u8], decimals: u8) -> Option<Amount> {
    let mut number = U256::ZERO;
    let mut places: Option<u8> = None;
    let mut digits = 0u32;
    let ten = U256::from(10u64);
    for byte in text {
        match byte {
            b'.' if places.is_none() => places = Some(0),
            b',' if places.is_none() && digits > 0 => {}
            b'0'..=b'9' => {
                digits = digits.saturating_add(1);
                if let Some(places) = &mut places {
                    if *places >= decimals {
                        // More places than the asset has may only be zeros.
                        if *byte != b'0' {
                            return None;
                        }
                        continue;
                    }
                    *places += 1;
                }
                number = number.checked_mul(ten)?.checked_add(U256::from(byte - b'0'))?;
            }
            _ => return None,
        }
    }
    if digits == 0 {
        return None;
    }
    let left = decimals.saturating_sub(places.unwrap_or(0));
    let scale = ten.checked_pow(U256::from(left)).filter(|_| !number.is_zero());
    match scale {
        Some(scale) => number.checked_mul(scale).map(Amount::from_u256),
        None => number.is_zero().then_some(Amount::ZERO),
    }
}

/// Twenty, thirty-two … bytes of hex behind `0x`.
pub(crate) fn hex_array<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    bare_hex_array(text.strip_prefix(b"0x")?)
}

/// The same without `0x`.
pub(crate) fn bare_hex_array<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if digits.len() != 2 * N {
        return None;
    }
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Some(bytes)
}

/// Any number of bytes behind `0x`, or without it.
pub(crate) fn hex_bytes(text: &[u8]) -> Option<Box<[u8]>> {
    let digits = text.strip_prefix(b"0x").unwrap_or(text);
    if digits.starts_with(b"0x") {
        return None;
    }
    hex::decode(digits).ok().map(Vec::into_boxed_slice)
}

/// Whether EIP-55 could have been applied: hex digits in upper case.
pub(crate) fn has_upper(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'A'..=b'F'))
}

/// The start of a refused text, safe to show.
pub(crate) fn shown(text: &[u8]) -> String {
    const BYTES_MAX: usize = 120;
    let cut = &text[..text.len().min(BYTES_MAX)];
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{}{more}", Printable(&String::from_utf8_lossy(cut)))
}

/// The whole number nearest to a floating-point number, and whether it may differ from the
/// number that was meant: a double has 53 bits. `None` below zero, beyond 256 bits, or where it
/// is no number.
pub(crate) fn float_amount(float: f64) -> Option<(Amount, bool)> {
    let (mantissa, exponent) = parts(float)?;
    let is_rounded = mantissa != 0 && (exponent < 0 || bits_of(mantissa) + exponent > 53);
    if exponent >= 0 {
        let shift = usize::try_from(exponent).ok()?;
        if shift + 53 > 256 {
            return None;
        }
        return Some((Amount::from_u256(U256::from(mantissa) << shift), is_rounded));
    }
    let shift = u32::try_from(-exponent).ok()?;
    let (whole, is_exact) = shifted(u128::from(mantissa), shift);
    Some((Amount::from(whole), !is_exact))
}

/// How many decimal places a bitcoin has.
const SATOSHI_PER_BITCOIN: u128 = 100_000_000;

/// The satoshi of a double that counts bitcoin.
///
/// The double nearest to s / 10^8 gives back s. All bitcoin are below 2^25, so the distance from
/// the double to s / 10^8 is at most half a unit in its last place, 2^(24 − 52) / 2 = 2^-29;
/// times 10^8 that is below 0.19, and rounding to the nearest whole number finds s. A double
/// further than a quarter from a whole number of satoshi was no such number and gives `None`.
pub(crate) fn bitcoin_satoshi(float: f64) -> Option<Amount> {
    let (mantissa, exponent) = parts(float)?;
    if bits_of(mantissa) + exponent > 25 {
        return None;
    }
    // Below 2^25 the exponent is not above zero.
    let shift = u32::try_from(-exponent).ok()?;
    // Below 2^53 · 2^27.
    let scaled = u128::from(mantissa) * SATOSHI_PER_BITCOIN;
    if shift >= 126 {
        return Some(Amount::ZERO);
    }
    let quarters = (scaled << 2) >> shift;
    let (whole, _) = shifted(scaled, shift);
    matches!(quarters % 4, 0 | 3).then(|| Amount::from(whole))
}

/// Mantissa and power of two of a number that is at least zero.
fn parts(float: f64) -> Option<(u64, i32)> {
    let bits = float.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).ok()?;
    let fraction = bits & ((1 << 52) - 1);
    let is_negative = bits >> 63 == 1;
    match (exponent, fraction) {
        (0, 0) => Some((0, 0)),
        _ if is_negative || exponent == 0x7ff => None,
        (0, fraction) => Some((fraction, -1074)),
        (exponent, fraction) => {
            // A whole number is brought to an exponent of at least zero where it has one.
            let (mut mantissa, mut power) = (fraction | 1 << 52, exponent - 1075);
            let zeros = i32::try_from(mantissa.trailing_zeros()).ok()?.min((-power).max(0));
            mantissa >>= zeros;
            power += zeros;
            Some((mantissa, power))
        }
    }
}

fn bits_of(mantissa: u64) -> i32 {
    i32::try_from(64 - mantissa.leading_zeros()).unwrap_or(64)
}

/// A number divided by a power of two, rounded to the nearest and from the middle up, and
/// whether nothing was lost.
fn shifted(number: u128, shift: u32) -> (u128, bool) {
    match shift {
        0 => (number, true),
        1..=127 => {
            let whole = number >> shift;
            let half = (number >> (shift - 1)) & 1;
            (whole + half, whole << shift == number)
        }
        _ => (0, number == 0),
    }
}

#[cfg(test)]
mod tests {
    use super::{bitcoin_satoshi, decimal_amount, decimal_u64, float_amount, units_amount};
    use alloy_primitives::U256;
    use hawkshaw_model::Amount;
    use proptest::prelude::{any, proptest};

    #[test]
    fn numbers_are_digits_alone() {
        assert_eq!(decimal_u64(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(decimal_u64(b"00000000000000000000000007"), Some(7));
        for text in [&b""[..], b"-1", b"+1", b"1 ", b"18446744073709551616", b"1e3", b"\xff"] {
            assert_eq!(decimal_u64(text), None);
        }
        assert!(decimal_amount(&[b'9'; 100]).is_none());
    }

    #[test]
    fn units_become_base_units() {
        let units = |text: &str, decimals| units_amount(text.as_bytes(), decimals);
        assert_eq!(units("1,234.5", 3), Some(Amount::from(1_234_500u64)));
        assert_eq!(units("0.000000000000000001", 18), Some(Amount::from(1u64)));
        assert_eq!(units("1.10", 1), Some(Amount::from(11u64)));
        assert_eq!(units("7", 0), Some(Amount::from(7u64)));
        assert_eq!(units("0", 255), Some(Amount::ZERO));
        for text in ["", ".", "1.11", "1.2.3", "-1", ",1", "1.1,1", "1e5", "abc"] {
            assert_eq!(units(text, 1), None, "{text}");
        }
        assert_eq!(units("1", 255), None);
    }

    #[test]
    fn doubles_are_whole_or_counted() {
        assert_eq!(float_amount(1e15), Some((Amount::from(10u64.pow(15)), false)));
        let (amount, is_rounded) = float_amount(1e23).unwrap();
        assert!(is_rounded);
        assert_eq!(amount.to_string(), "99999999999999991611392");
        assert_eq!(float_amount(2.5), Some((Amount::from(3u64), true)));
        assert_eq!(float_amount(0.0), Some((Amount::ZERO, false)));
        assert_eq!(float_amount(-0.0), Some((Amount::ZERO, false)));
        for float in [-1.0, f64::NAN, f64::INFINITY, f64::MAX] {
            assert_eq!(float_amount(float), None);
        }
        assert_eq!(bitcoin_satoshi(50.0), Some(Amount::from(5_000_000_000u64)));
        assert_eq!(bitcoin_satoshi(0.0), Some(Amount::ZERO));
        assert_eq!(bitcoin_satoshi(f64::MIN_POSITIVE), Some(Amount::ZERO));
        assert_eq!(bitcoin_satoshi(3e-9), None);
        assert_eq!(bitcoin_satoshi(1e300), None);
        assert_eq!(bitcoin_satoshi(0.000_000_005), None);
    }

    proptest! {
        /// Every amount of bitcoin survives being written as a double.
        #[test]
        fn satoshi_survive_doubles(satoshi in 0u64..=2_100_000_000_000_000) {
            let text = Amount::from(satoshi).to_units(8);
            let float: f64 = text.parse().unwrap();
            assert_eq!(bitcoin_satoshi(float), Some(Amount::from(satoshi)));
        }

        /// So does every whole amount of bitcoin.
        #[test]
        fn whole_bitcoin_survive_doubles(bitcoin in 0u32..=21_000_000) {
            let satoshi = u64::from(bitcoin) * 100_000_000;
            assert_eq!(bitcoin_satoshi(f64::from(bitcoin)), Some(Amount::from(satoshi)));
        }

        #[test]
        fn small_whole_doubles_are_exact(number in 0u64..1 << 53) {
            let float: f64 = number.to_string().parse().unwrap();
            assert_eq!(float_amount(float), Some((Amount::from(number), false)));
        }

        #[test]
        fn no_double_panics(bits in any::<u64>()) {
            float_amount(f64::from_bits(bits));
            bitcoin_satoshi(f64::from_bits(bits));
        }

        #[test]
        fn amounts_are_read_as_the_model_reads_them(limbs in any::<[u64; 4]>(), shift in 0usize..256) {
            let amount = Amount::from_u256(U256::from_limbs(limbs) >> shift);
            let text = amount.to_string();
            assert_eq!(decimal_amount(text.as_bytes()), Some(amount));
            assert_eq!(units_amount(amount.to_units(18).as_bytes(), 18), Some(amount));
        }
    }
}
