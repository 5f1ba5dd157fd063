//! Answers of price services, with numbers by their digits.

use std::collections::BTreeMap;

use hawkshaw_chains::{DecodeError, from_json};
use hawkshaw_model::{PriceError, Printable, Timestamp, UsdPrice};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::ServedPrice;
use crate::error::SourceFault;

/// How deep an answer nests: coins, coin, prices, point.
const NESTING_MAX: usize = 32;

#[derive(Deserialize)]
struct LlamaChart<'a> {
    #[serde(borrow)]
    coins: BTreeMap<String, LlamaCoin<'a>>,
}

#[derive(Deserialize)]
struct LlamaCoin<'a> {
    #[serde(borrow, default)]
    prices: Vec<LlamaPoint<'a>>,
}

#[derive(Deserialize)]
struct LlamaPoint<'a> {
    #[serde(borrow)]
    timestamp: &'a RawValue,
    #[serde(borrow)]
    price: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct GeckoRange<'a> {
    #[serde(borrow)]
    prices: Vec<(&'a RawValue, Option<&'a RawValue>)>,
}

/// The prices of `/chart/{coins}`: `{"coins":{"ethereum:0x…":{"prices":[{"timestamp":…,
/// "price":…}]}}}`. A coin that the service does not know has none.
pub(super) fn llama(body: &[u8], coin: &str) -> Result<Vec<ServedPrice>, SourceFault> {
    let chart: LlamaChart<'_> = from_json(body, NESTING_MAX)?;
    let mut served = Vec::new();
    for (name, found) in &chart.coins {
        if !name.eq_ignore_ascii_case(coin) {
            let reason = format!("it has prices of {}, asked for was {coin}", Printable(name));
            return Err(DecodeError::Contradiction(reason).into());
        }
        for point in &found.prices {
            served.extend(price(whole(point.timestamp)?, point.price)?);
        }
    }
    Ok(served)
}

/// The prices of `…/market_chart/range`: `{"prices":[[milliseconds, price], …], …}`.
pub(super) fn gecko(body: &[u8]) -> Result<Vec<ServedPrice>, SourceFault> {
    let range: GeckoRange<'_> = from_json(body, NESTING_MAX)?;
    let mut served = Vec::with_capacity(range.prices.len());
    for (milliseconds, found) in &range.prices {
        served.extend(price(whole(milliseconds)? / 1_000, *found)?);
    }
    Ok(served)
}

/// A price; none where the service has nothing or 0 to say, which is how some say that they do
/// not know.
fn price(seconds: i64, price: Option<&RawValue>) -> Result<Option<ServedPrice>, DecodeError> {
    let Some(raw) = price else { return Ok(None) };
    let malformed = |reason: String| DecodeError::Malformed(reason);
    let time = Timestamp::from_unix(seconds).map_err(|error| malformed(error.to_string()))?;
    match raw.get().parse::<UsdPrice>() {
        Ok(price) => Ok(Some(ServedPrice { time, price })),
        Err(PriceError::Zero) => Ok(None),
        Err(error) => Err(malformed(error.to_string())),
    }
}

/// A whole number that is not negative.
fn whole(raw: &RawValue) -> Result<i64, DecodeError> {
    let text = raw.get();
    let digits = text.strip_suffix(".0").unwrap_or(text);
    let number = digits.parse::<i64>().ok().filter(|number| *number >= 0);
    number.ok_or_else(|| DecodeError::Malformed(format!("`{}` is no time", Printable(text))))
}

#[cfg(test)]
mod tests {
    use super::{gecko, llama};
    use proptest::prelude::{any, prop, proptest};

    fn shown(served: Vec<super::ServedPrice>) -> Vec<(i64, String)> {
        served.iter().map(|s| (s.time.to_unix(), s.price.to_string())).collect()
    }

    #[test]
    fn digits_are_kept() {
        let body = br#"{"coins":{"ethereum:0xAB":{"decimals":18,"symbol":"X","confidence":0.99,
            "prices":[{"timestamp":1664364295,"price":0.1000000000000000055511151231257827},
            {"timestamp":1664364296,"price":1.5e-9},{"timestamp":1664364297,"price":0},
            {"timestamp":1664364298,"price":null}]}}}"#;
        let expected = [
            (1_664_364_295, "0.1000000000000000055511151231257827".to_owned()),
            (1_664_364_296, "0.0000000015".to_owned()),
        ];
        assert_eq!(shown(llama(body, "ethereum:0xab").unwrap()), expected);
        assert!(llama(br#"{"coins":{}}"#, "x:y").unwrap().is_empty());
        let body = br#"{"prices":[[1664364295123,42000.1],[1664364300000.0,null]],
            "market_caps":[[1,2]],"total_volumes":[]}"#;
        assert_eq!(shown(gecko(body).unwrap()), [(1_664_364_295, "42000.1".to_owned())]);
    }

    #[test]
    fn what_is_not_as_documented_is_refused() {
        let error = |body: &str| llama(body.as_bytes(), "x:y").unwrap_err().to_string();
        assert!(error("<html>").contains("not as documented"));
        assert!(error(r#"{"coins":{"x:z":{"prices":[]}}}"#).contains("asked for was x:y"));
        let point = |time: &str, price: &str| {
            error(&format!(
                r#"{{"coins":{{"x:y":{{"prices":[{{"timestamp":{time},"price":{price}}}]}}}}}}"#
            ))
        };
        assert!(point("1", "-1").contains("below zero"));
        assert!(point("1", "\"1\"").contains("is no price"));
        assert!(point("1", "{}").contains("is no price"));
        assert!(point("1", "1e300").contains("US dollars are"));
        assert!(point("-1", "1").contains("is no time"));
        assert!(point("1e3", "1").contains("is no time"));
        assert!(point("99999999999999999", "1").contains("is no time"));
        let deep = format!("{{\"coins\":{}", "[".repeat(100_000));
        assert!(error(&deep).contains("over 32 deep"));
        assert!(gecko(br#"{"error":"x"}"#).is_err());
        assert!(gecko(br#"{"prices":[[1,2,3]]}"#).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = (llama(&bytes, "x:y"), gecko(&bytes));
        }

        #[test]
        fn no_numbers_panic(a in "[-0-9.eE]{1,20}", b in "[-0-9.eE]{1,40}") {
            let _ = gecko(format!("{{\"prices\":[[{a},{b}]]}}").as_bytes());
        }
    }
}
