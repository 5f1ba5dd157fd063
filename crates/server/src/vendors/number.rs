//! Numbers in the JSON of other vendors, where those are floats.
//!
//! Inside the service value is an integer. It becomes a float here, as the last thing before it
//! is written, and what clients send as a float or as text is read here, digit by digit.

use hawkshaw_model::{Amount, Usd};
use serde_json::{Number, Value};

/// Digits of a number that are read; no amount of any asset has more.
const DIGITS_MAX: usize = 100;

/// The largest exponent that is read, in either direction.
const EXPONENT_MAX: i32 = 100;

/// Dollars as a JSON number with at most two places. Above 2^53 cents the last digits are those
/// of the nearest double.
pub(super) fn dollars(usd: Usd) -> Number {
    decimal(&usd.to_string())
}

/// A decimal such as `12.5` as a JSON number.
pub(super) fn decimal(text: &str) -> Number {
    text.parse().unwrap_or_else(|_| Number::from(0))
}

/// So many thousandths as a JSON number from 0 to 1.
pub(super) fn thousandths(part: u16) -> Number {
    decimal(&format!("{}.{:03}", part / 1000, part % 1000))
}

/// What a client sent as an amount, a number or a text, as the text of a decimal; `None` where
/// it is neither.
pub(super) fn sent_decimal(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    }
}

/// A decimal in whole units, such as `0.5` or `1e-8`, in base units. Digits behind the last
/// place of the asset have to be zeros.
pub(super) fn base_units(text: &str, decimals: u8) -> Option<Amount> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{part}");
    let is_sane = !digits.is_empty()
        && digits.len() <= DIGITS_MAX
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && exponent.abs() <= EXPONENT_MAX;
    if !is_sane {
        return None;
    }
    let places = i32::try_from(part.len()).ok()? - exponent;
    let shift = i32::from(decimals) - places;
    match usize::try_from(shift) {
        Ok(zeros) => format!("{digits}{:0<zeros$}", "").parse().ok(),
        Err(_) => {
            let cut = usize::try_from(-shift).ok()?;
            let kept = digits.len().saturating_sub(cut);
            if digits[kept..].bytes().any(|byte| byte != b'0') {
                return None;
            }
            if kept == 0 { Some(Amount::from(0u64)) } else { digits[..kept].parse().ok() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{base_units, dollars, sent_decimal, thousandths};
    use hawkshaw_model::{Amount, Usd};
    use proptest::prelude::{any, proptest};
    use serde_json::json;

    #[test]
    fn numbers_are_written_with_a_point() {
        assert_eq!(dollars(Usd::from_cents(42_489_568)).to_string(), "424895.68");
        assert_eq!(dollars(Usd::from_cents(500_000)).to_string(), "5000.0");
        assert_eq!(dollars(Usd::ZERO).to_string(), "0.0");
        assert!(dollars(Usd::from_cents(u128::MAX)).is_f64());
        assert_eq!(thousandths(1000).to_string(), "1.0");
        assert_eq!(thousandths(705).to_string(), "0.705");
    }

    #[test]
    fn amounts_are_read_in_every_form_that_clients_send() {
        let units = |value, decimals| base_units(&sent_decimal(&value)?, decimals);
        assert_eq!(units(json!(0.5), 8), Some(Amount::from(50_000_000u64)));
        assert_eq!(units(json!("0.00000001"), 8), Some(Amount::from(1u64)));
        assert_eq!(units(json!(1e-8), 8), Some(Amount::from(1u64)));
        assert_eq!(units(json!(21_000_000), 8), Some(Amount::from(2_100_000_000_000_000u64)));
        assert_eq!(units(json!("1.50"), 1), Some(Amount::from(15u64)));
        assert_eq!(units(json!("0.000"), 2), Some(Amount::from(0u64)));
        for bad in [json!("1.5"), json!(-1), json!("1e9999"), json!("x"), json!(null), json!("")] {
            assert_eq!(units(bad.clone(), 0), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), decimals in any::<u8>()) {
            let _ = base_units(&text, decimals);
        }

        #[test]
        fn any_number_is_read_or_refused(number in any::<f64>(), decimals in any::<u8>()) {
            let _ = sent_decimal(&json!(number)).map(|text| base_units(&text, decimals));
        }
    }
}
