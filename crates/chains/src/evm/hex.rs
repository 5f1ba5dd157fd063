//! Numbers and bytes as nodes write them in JSON: hex digits behind `0x`, decoded on the spot.
//!
//! Source: <https://ethereum.org/en/developers/docs/apis/json-rpc/#hex-encoding>.

use std::borrow::Cow;
use std::fmt;

use alloy_primitives::{U256, hex};
use hawkshaw_model::Amount;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A number of bytes that is fixed: an address, a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fixed<const N: usize>(pub(super) [u8; N]);

/// A number up to 64 bits, which some answers write as a JSON number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count(pub(super) u64);

/// A number up to 256 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quantity(pub(super) Amount);

/// A text, borrowed where it has no escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'de, const N: usize> Deserialize<'de> for Fixed<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes<const N: usize>;
        impl<const N: usize> Visitor<'_> for Bytes<N> {
            type Value = Fixed<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "0x and {} hex digits", 2 * N)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Fixed<N>, E> {
                let mut bytes = [0; N];
                let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 2 * N);
                let read = digits.map(|digits| hex::decode_to_slice(digits, &mut bytes));
                match read {
                    Some(Ok(())) => Ok(Fixed(bytes)),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(short(text)), &self)),
                }
            }
        }
        deserializer.deserialize_str(Bytes)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of at most 64 bits")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Count, E> {
                Ok(Count(number))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Count, E> {
                let number = number(text).and_then(|number| number.try_into().ok());
                number
                    .map(Count)
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(short(text)), &self))
            }
        }
        deserializer.deserialize_any(Number)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Quantity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of at most 256 bits")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Quantity, E> {
                Ok(Quantity(Amount::from_u256(U256::from(number))))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Quantity, E> {
                let number = number(text).map(|number| Quantity(Amount::from_u256(number)));
                number
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(short(text)), &self))
            }
        }
        deserializer.deserialize_any(Number)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowed;
        impl<'de> Visitor<'de> for Borrowed {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowed)
    }
}

impl Text<'_> {
    /// The bytes that the text writes in hex, put into a buffer; `false` where it is no hex.
    pub(super) fn decode(&self, bytes: &mut Vec<u8>) -> bool {
        let Some(digits) = self.0.strip_prefix("0x") else { return false };
        bytes.clear();
        bytes.resize(digits.len() / 2, 0);
        digits.len().is_multiple_of(2) && hex::decode_to_slice(digits, bytes).is_ok()
    }
}

/// A number of hex digits; leading zeros are allowed, as some nodes write them.
fn number(text: &str) -> Option<U256> {
    let digits = text.strip_prefix("0x")?;
    let digit = |byte: u8| char::from(byte).to_digit(16).map(u64::from);
    match digits.len() {
        0 => None,
        1..=16 => {
            let number = digits.bytes().try_fold(0, |sum: u64, byte| Some(sum << 4 | digit(byte)?));
            number.map(U256::from)
        }
        17..=64 => {
            let (first, rest) = digits.split_at(digits.len() % 2);
            let mut bytes = [0; 32];
            let start = 32 - rest.len() / 2;
            hex::decode_to_slice(rest, bytes.get_mut(start..)?).ok()?;
            if let Some(byte) = first.bytes().next() {
                *bytes.get_mut(start.checked_sub(1)?)? = digit(byte)?.try_into().ok()?;
            }
            Some(U256::from_be_bytes(bytes))
        }
        _ => None,
    }
}

/// The beginning of a text for an error.
fn short(text: &str) -> &str {
    text.get(..80).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{Count, Fixed, Quantity, Text};

    fn quantity(json: &str) -> Option<String> {
        serde_json::from_str::<Quantity>(json).ok().map(|read| read.0.to_string())
    }

    #[test]
    fn numbers_are_exact_up_to_256_bits() {
        let all = format!("\"0x{}\"", "f".repeat(64));
        let max = alloy_primitives::U256::MAX.to_string();
        assert_eq!(quantity(&all), Some(max));
        assert_eq!(quantity("\"0x10000000000000000\"").as_deref(), Some("18446744073709551616"));
        assert_eq!(quantity("\"0xffffffffffffffff\"").as_deref(), Some("18446744073709551615"));
        assert_eq!(quantity("\"0x012345678901234567\"").as_deref(), Some("20988295476557333863"));
        assert_eq!(quantity("7").as_deref(), Some("7"));
        for bad in ["\"0x\"", "\"12\"", "\"0xg\"", "\"0x1000000000000000g\"", "-1", "1.5", "null"] {
            assert_eq!(quantity(bad), None, "{bad}");
        }
        assert_eq!(quantity(&format!("\"0x1{}\"", "0".repeat(64))), None);
        assert!(serde_json::from_str::<Count>("\"0x10000000000000000\"").is_err());
    }

    #[test]
    fn bytes_have_their_length() {
        let read = |json: &str| serde_json::from_str::<Fixed<2>>(json).ok();
        assert_eq!(read("\"0xAb01\""), Some(Fixed([0xab, 1])));
        for bad in ["\"ab01\"", "\"0xab\"", "\"0xab0102\"", "\"0xab0g\"", "\"0x0xab\"", "1"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        let mut bytes = vec![9];
        assert!(Text("0x0102".into()).decode(&mut bytes));
        assert_eq!(bytes, [1, 2]);
        assert!(!Text("0x012".into()).decode(&mut bytes));
        assert!(!Text("0102".into()).decode(&mut bytes));
    }
}
