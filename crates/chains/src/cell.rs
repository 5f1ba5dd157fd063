//! A field of an answer: nearly always a text, with sources that write numbers.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use alloy_primitives::{U256, hex};
use hawkshaw_model::{Amount, Printable, TxHash};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use crate::error::DecodeError;

/// A field of a row; empty where it is null.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Cell<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;

        impl<'de> Visitor<'de> for Scalar {
            type Value = Cell<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a whole number")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Owned(text.to_owned())))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Owned(number.to_string())))
            }

            fn visit_bool<E: Error>(self, is_so: bool) -> Result<Cell<'de>, E> {
                Ok(Cell(Cow::Borrowed(if is_so { "1" } else { "0" })))
            }

            fn visit_unit<E: Error>(self) -> Result<Cell<'de>, E> {
                Ok(Cell::default())
            }
        }

        deserializer.deserialize_any(Scalar)
    }
}

impl Cell<'_> {
    pub(crate) fn text(&self) -> &str {
        self.0.trim()
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.text(), "" | "null")
    }

    fn refused(&self, field: &str, wanted: &str) -> DecodeError {
        let short: String = self.0.chars().take(80).collect();
        let shown = Printable(&short).to_string();
        DecodeError::Malformed(format!("{field} is `{shown}`, which is no {wanted}"))
    }

    /// A whole number, in decimal or behind 0x; `None` where the field is empty.
    pub(crate) fn number<T: FromStr + TryFrom<u64>>(
        &self,
        field: &str,
    ) -> Result<Option<T>, DecodeError> {
        if self.is_empty() {
            return Ok(None);
        }
        let number = match self.text().strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok().and_then(|n| n.try_into().ok()),
            None if self.text().bytes().all(|b| b.is_ascii_digit()) => self.text().parse().ok(),
            None => None,
        };
        number.map(Some).ok_or_else(|| self.refused(field, "number"))
    }

    /// An amount of base units.
    pub(crate) fn amount(&self, field: &str) -> Result<Option<Amount>, DecodeError> {
        if self.is_empty() {
            return Ok(None);
        }
        let amount = match self.text().strip_prefix("0x") {
            Some(digits) if (1..=64).contains(&digits.len()) => {
                U256::from_str_radix(digits, 16).ok().map(Amount::from_u256)
            }
            _ => self.text().parse().ok(),
        };
        amount.map(Some).ok_or_else(|| self.refused(field, "number of base units"))
    }

    pub(crate) fn address(&self, field: &str) -> Result<Option<[u8; 20]>, DecodeError> {
        if self.is_empty() {
            return Ok(None);
        }
        let mut bytes = [0; 20];
        let digits = self.text().strip_prefix("0x").unwrap_or_default();
        if digits.len() != 40 || hex::decode_to_slice(digits, &mut bytes).is_err() {
            return Err(self.refused(field, "address of 0x and 40 hex digits"));
        }
        Ok(Some(bytes))
    }

    pub(crate) fn hash(&self, field: &str) -> Result<Option<TxHash>, DecodeError> {
        if self.is_empty() {
            return Ok(None);
        }
        let hash = self.text().parse().map_err(|_| self.refused(field, "hash of 64 hex digits"))?;
        Ok(Some(hash))
    }
}

/// The value of a field that has to be there.
pub(crate) fn filled<T>(field: &str, value: Option<T>) -> Result<T, DecodeError> {
    value.ok_or_else(|| DecodeError::Malformed(format!("{field} is missing or empty")))
}
