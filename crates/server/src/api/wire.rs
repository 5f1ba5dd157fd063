//! The forms in which requests say things: CAIP ids, decimal strings, times.

use std::fmt;
use std::str::FromStr;

use hawkshaw_model::{Amount, AssetId, ChainId, Timestamp, Usd};
use hawkshaw_screening::{Direction, Query};
use serde::Deserialize;

use crate::api::limits::{ADDRESS_CHARACTERS, REFERENCE_CHARACTERS, TEXT_CHARACTERS};
use crate::clock;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// Digits of an amount: as many as 256 bits can need.
const AMOUNT_DIGITS: usize = 78;
/// Digits of dollars before the point.
const DOLLAR_DIGITS: usize = 30;

/// A text that means something, in JSON and in the parameters of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text<T>(pub(crate) T);

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

/// An address in any notation, not yet read: whether it is one is part of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AddressText(pub(crate) String);

impl FromStr for AddressText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let characters = text.chars().take(ADDRESS_CHARACTERS + 1).count();
        match characters {
            1..=ADDRESS_CHARACTERS => Ok(Self(text.to_owned())),
            _ => Err(format!("an address has 1 to {ADDRESS_CHARACTERS} characters")),
        }
    }
}

/// A short text of the client's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference(pub(crate) String);

impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let count = text.chars().take(REFERENCE_CHARACTERS + 1).count();
        if !(1..=REFERENCE_CHARACTERS).contains(&count) || text.chars().any(is_control) {
            return Err(format!(
                "a reference has 1 to {REFERENCE_CHARACTERS} characters, none of them a control \
                 character"
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A comment or a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remark(pub(crate) String);

impl FromStr for Remark {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let count = text.chars().take(TEXT_CHARACTERS + 1).count();
        if !(1..=TEXT_CHARACTERS).contains(&count) || text.chars().any(is_control) {
            return Err(format!(
                "a remark has 1 to {TEXT_CHARACTERS} characters, none of them a control character"
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Whether a character acts on what shows it: control characters, and those that turn the
/// direction of writing round (Unicode UAX 9), so that a text reads otherwise than it is.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}')
}

/// An amount in base units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseUnits(pub(crate) Amount);

impl FromStr for BaseUnits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > AMOUNT_DIGITS {
            return Err(format!("an amount has at most {AMOUNT_DIGITS} digits"));
        }
        text.parse().map(Self).map_err(|error: hawkshaw_model::AmountError| error.to_string())
    }
}

/// US dollars as a decimal string with at most two decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dollars(pub(crate) Usd);

impl FromStr for Dollars {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || "US dollars are a decimal string such as \"1234.50\"".to_owned();
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) || whole.len() > DOLLAR_DIGITS || part.len() > 2 {
            return Err(refused());
        }
        let cents: u128 = format!("{whole}{part:0<2}").parse().map_err(|_| refused())?;
        Ok(Self(Usd::from_cents(cents)))
    }
}

/// A time: Unix seconds as a number, or RFC 3339, a date or Unix seconds as a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) Timestamp);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl Visitor<'_> for Reader {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time: 2022-03-23T13:29:09Z, 2022-03-23 or seconds since 1970")
            }

            fn visit_i64<E: Error>(self, seconds: i64) -> Result<Time, E> {
                Timestamp::from_unix(seconds).map(Time).map_err(E::custom)
            }

            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Time, E> {
                let seconds = i64::try_from(seconds);
                self.visit_i64(seconds.map_err(|_| E::custom("no time is that late"))?)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Time, E> {
                Err(E::invalid_type(Unexpected::Float(number), &self))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
                text.parse().map(Time).map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

/// What is asked beside the address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Context {
    pub(crate) chain: Option<Text<ChainId>>,
    pub(crate) direction: Option<Text<Direction>>,
    pub(crate) asset: Option<Text<AssetId>>,
    pub(crate) amount: Option<Text<BaseUnits>>,
    pub(crate) usd: Option<Text<Dollars>>,
    pub(crate) as_of: Option<Time>,
}

impl Context {
    /// The query for an address.
    pub(crate) fn about(self, address: String) -> Query {
        Query {
            address,
            chain: self.chain.map(|text| text.0),
            direction: self.direction.map(|text| text.0),
            asset: self.asset.map(|text| text.0),
            amount: self.amount.map(|text| text.0.0),
            usd: self.usd.map(|text| text.0.0),
            as_of: self.as_of.map(|time| time.0),
            now: Some(clock::now()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Context, Dollars, Reference, Remark, Time};

    #[test]
    fn texts_that_act_on_a_screen_are_refused() {
        for c in ['\0', '\u{7}', '\u{1b}', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}', '\u{200f}'] {
            assert!(format!("a{c}b").parse::<Remark>().is_err(), "{c:?}");
            assert!(format!("a{c}b").parse::<Reference>().is_err(), "{c:?}");
        }
        for text in ["asked the client: \u{5e9}\u{5dc}\u{5d5}\u{5dd}", "\u{1f468}\u{200d}\u{1f33e}"]
        {
            assert!(text.parse::<Remark>().is_ok() && text.parse::<Reference>().is_ok());
        }
    }

    #[test]
    fn times_have_four_forms() {
        for text in ["1648042149", "\"1648042149\"", "\"2022-03-23T13:29:09Z\""] {
            assert_eq!(serde_json::from_str::<Time>(text).unwrap().0.to_unix(), 1_648_042_149);
        }
        assert!(serde_json::from_str::<Time>("\"2022-03-23\"").is_ok());
        for text in ["-1", "1.5", "1e3", "true", "null", "\"soon\"", "99999999999999999999"] {
            assert!(serde_json::from_str::<Time>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn value_is_never_a_number_of_json() {
        for text in
            ["{\"amount\":1}", "{\"usd\":1.5}", "{\"amount\":\"1.5\"}", "{\"amount\":\"-1\"}"]
        {
            assert!(serde_json::from_str::<Context>(text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Context>("{\"amuont\":\"1\"}").is_err());
    }

    proptest! {
        #[test]
        fn dollars_come_back(cents in any::<u64>()) {
            let usd = hawkshaw_model::Usd::from_cents(cents.into());
            prop_assert_eq!(usd.to_string().parse::<Dollars>().unwrap().0, usd);
        }

        #[test]
        fn no_text_makes_dollars_panic(text in "[0-9.+-]{0,60}|\\PC{0,20}") {
            let _ = text.parse::<Dollars>();
        }
    }
}
