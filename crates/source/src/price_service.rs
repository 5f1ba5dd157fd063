//! What was an asset worth, asked of a public price service?
//!
//! Two shapes are spoken, as their services document them: that of DefiLlama's coins API
//! (`/chart/{coins}`) and that of CoinGecko (`/coins/{id}/market_chart/range` and
//! `/coins/{platform}/contract/{address}/market_chart/range`). Others copy them.
//!
//! Prices are wanted for moments on a grid, such as the start of every day. Of what the service
//! answers, the price nearest to each moment is taken with its own time, if it lies within a
//! quarter of a step; else the moment stays without a price. A price is taken by the digits of
//! its JSON, and never through a floating-point number.

mod answer;
mod coin;

use std::fmt;
use std::str::FromStr;

use hawkshaw_model::{AssetId, Timestamp, UsdPrice};

pub use self::coin::{Coin, CoinError};
use crate::client::Client;
use crate::endpoint::{Auth, Endpoint};
use crate::error::{SourceError, SourceFault};

/// Moments that DefiLlama is asked for at once.
const LLAMA_SPAN_MAX: usize = 300;
/// Days that CoinGecko is asked for at once: beyond 90 it answers with one price a day.
const GECKO_DAYS_MAX: i64 = 89;
/// Days below which it answers with a price every five minutes.
const GECKO_FINE_DAYS_MAX: i64 = 1;
const DAY: i64 = 86_400;

/// Whose requests and answers are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PriceApi {
    /// DefiLlama's coins API.
    DefiLlama,
    /// CoinGecko's API, version 3.
    CoinGecko,
}

/// A text that names no price API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no price API: defillama and coingecko are")]
pub struct UnknownPriceApi(String);

/// Moments with a fixed distance between them: the multiples of a number of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step(i64);

/// A number of seconds that cannot lie between two prices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("prices cannot be {0} seconds apart: a step divides a day and is at least 5 minutes")]
pub struct StepError(i64);

/// A price at the time that the service gives for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServedPrice {
    /// When.
    pub time: Timestamp,
    /// For a whole unit.
    pub price: UsdPrice,
}

/// A price service.
#[derive(Debug, Clone)]
pub struct PriceService {
    client: Client,
    api: PriceApi,
}

impl PriceApi {
    /// The API of a host that is known; the user says of others what they speak.
    pub fn of(endpoint: &Endpoint) -> Option<Self> {
        let host = host(endpoint);
        let is_of = |domain: &str| {
            host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if is_of("llama.fi") {
            Some(Self::DefiLlama)
        } else if is_of("coingecko.com") {
            Some(Self::CoinGecko)
        } else {
            None
        }
    }

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DefiLlama => "defillama",
            Self::CoinGecko => "coingecko",
        }
    }
}

/// The host of an endpoint, without scheme and port.
fn host(endpoint: &Endpoint) -> &str {
    let name = endpoint.name().split_once("://").map_or("", |(_, rest)| rest);
    name.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(name, |(h, _)| h)
}

impl FromStr for PriceApi {
    type Err = UnknownPriceApi;

    fn from_str(text: &str) -> Result<Self, UnknownPriceApi> {
        let all = [Self::DefiLlama, Self::CoinGecko];
        let found = all.into_iter().find(|api| api.as_str() == text);
        found.ok_or_else(|| UnknownPriceApi(hawkshaw_model::Printable(text).to_string()))
    }
}

impl fmt::Display for PriceApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Step {
    /// One price a day, at its start.
    pub const DAILY: Self = Self(DAY);

    /// A step of so many seconds.
    ///
    /// # Errors
    ///
    /// When it does not divide a day, or is below five minutes.
    pub fn from_seconds(seconds: i64) -> Result<Self, StepError> {
        let is_sane = (300..=DAY).contains(&seconds) && DAY % seconds == 0 && seconds % 60 == 0;
        if is_sane { Ok(Self(seconds)) } else { Err(StepError(seconds)) }
    }

    /// Its seconds.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// How far from a moment its price may lie.
    pub fn tolerance(self) -> i64 {
        self.0 / 4
    }

    /// The moments from the last one at or before a time to the last one before another.
    pub fn moments(self, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let first = from.to_unix().div_euclid(self.0);
        let end = to.to_unix().saturating_sub(1).div_euclid(self.0);
        (first..=end).filter_map(|at| Timestamp::from_unix(at.checked_mul(self.0)?).ok()).collect()
    }

    /// The moment that a price is one of, where it is one of any.
    pub fn moment_of(self, time: Timestamp) -> Option<Timestamp> {
        let nearest = (time.to_unix() + self.0 / 2).div_euclid(self.0) * self.0;
        let distance = (time.to_unix() - nearest).abs();
        Timestamp::from_unix(nearest).ok().filter(|_| distance <= self.tolerance())
    }

    /// As candles are called: `1d`, `4h`, `5m`.
    fn period(self) -> String {
        match self.0 {
            DAY => "1d".to_owned(),
            hours if hours % 3_600 == 0 => format!("{}h", hours / 3_600),
            minutes => format!("{}m", minutes / 60),
        }
    }
}

impl PriceService {
    /// A service that is asked nothing yet.
    pub fn new(client: Client, api: PriceApi) -> Self {
        let client = match api {
            PriceApi::DefiLlama => client,
            PriceApi::CoinGecko => {
                let is_paid = host(client.endpoint()).starts_with("pro-api.");
                let header = if is_paid { "x-cg-pro-api-key" } else { "x-cg-demo-api-key" };
                client.with_auth(Auth::Header(header))
            }
        };
        Self { client, api }
    }

    /// What it speaks.
    pub fn api(&self) -> PriceApi {
        self.api
    }

    /// Whom it asks.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What it calls an asset, where that is known.
    pub fn coin(&self, asset: &AssetId) -> Option<Coin> {
        Coin::of(self.api, asset)
    }

    /// The prices at some moments of a step, which ascend. A moment of which the service knows no
    /// price is missing from the answer.
    ///
    /// # Errors
    ///
    /// When the service does not answer, or not as documented.
    pub fn prices(
        &self,
        coin: &Coin,
        moments: &[Timestamp],
        step: Step,
    ) -> Result<Vec<ServedPrice>, SourceError> {
        let mut found = Vec::new();
        for run in runs(moments, step, self.moments_max(step)) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let mut served = match self.api {
                PriceApi::DefiLlama => self.ask_llama(coin, *first, run.len(), step)?,
                PriceApi::CoinGecko => self.ask_gecko(coin, *first, *last, step)?,
            };
            served.sort_by_key(|served| served.time);
            found.extend(run.iter().filter_map(|moment| nearest(&served, *moment, step)));
        }
        Ok(found)
    }

    /// For how many moments it is asked at once.
    fn moments_max(&self, step: Step) -> usize {
        let days = |days: i64| usize::try_from(days * DAY / step.0 - 1).unwrap_or(1).max(1);
        match self.api {
            PriceApi::DefiLlama => LLAMA_SPAN_MAX,
            // Coarse prices would miss the moments of a fine step.
            PriceApi::CoinGecko if step.0 < 4 * 3_600 => days(GECKO_FINE_DAYS_MAX),
            PriceApi::CoinGecko => days(GECKO_DAYS_MAX),
        }
    }

    fn ask_llama(
        &self,
        coin: &Coin,
        first: Timestamp,
        count: usize,
        step: Step,
    ) -> Result<Vec<ServedPrice>, SourceError> {
        let request = format!("prices of {coin} from {first} on");
        let coin = coin.to_string();
        let query = [
            ("start", first.to_unix().to_string()),
            ("span", count.to_string()),
            ("period", step.period()),
            ("searchWidth", step.tolerance().to_string()),
        ];
        let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
        let body = self.client.get(&request, &["chart", &coin], &query, None)?;
        answer::llama(&body, &coin).map_err(|fault| self.error(request, fault))
    }

    fn ask_gecko(
        &self,
        coin: &Coin,
        first: Timestamp,
        last: Timestamp,
        step: Step,
    ) -> Result<Vec<ServedPrice>, SourceError> {
        let request = format!("prices of {coin} from {first} to {last}");
        let from = (first.to_unix() - step.tolerance()).max(0).to_string();
        let to = (last.to_unix() + step.tolerance()).to_string();
        let query = [("vs_currency", "usd"), ("from", from.as_str()), ("to", to.as_str())];
        let body = match coin.coingecko_id() {
            Some(id) => {
                let segments = ["coins", id, "market_chart", "range"];
                self.client.get(&request, &segments, &query, None)?
            }
            None => {
                let (platform, address) = coin.platform_and_address();
                let segments = ["coins", platform, "contract", address, "market_chart", "range"];
                self.client.get(&request, &segments, &query, None)?
            }
        };
        answer::gecko(&body).map_err(|fault| self.error(request, fault))
    }

    fn error(&self, request: String, fault: SourceFault) -> SourceError {
        self.client.error(&request, fault)
    }
}

/// Moments that follow each other, at most so many at once.
fn runs(moments: &[Timestamp], step: Step, most: usize) -> impl Iterator<Item = &[Timestamp]> {
    let follows = move |a: &Timestamp, b: &Timestamp| b.to_unix() - a.to_unix() == step.0;
    moments.chunk_by(follows).flat_map(move |run| run.chunks(most.max(1)))
}

/// The price nearest to a moment, of two at the same distance the earlier one.
fn nearest(served: &[ServedPrice], moment: Timestamp, step: Step) -> Option<ServedPrice> {
    let distance = |served: &ServedPrice| (served.time.to_unix() - moment.to_unix()).abs();
    let at = served.partition_point(|served| served.time < moment);
    let around = served[..at].last().into_iter().chain(served.get(at));
    around.copied().filter(|s| distance(s) <= step.tolerance()).min_by_key(distance)
}

#[cfg(test)]
mod tests {
    use super::{PriceApi, ServedPrice, Step, nearest, runs};
    use crate::endpoint::Endpoint;
    use hawkshaw_model::Timestamp;
    use proptest::prelude::{prop, proptest};

    fn time(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds).unwrap()
    }

    #[test]
    fn hosts_say_what_they_speak() {
        let of = |url: &str| PriceApi::of(&Endpoint::new(url, None).unwrap());
        assert_eq!(of("https://coins.llama.fi"), Some(PriceApi::DefiLlama));
        assert_eq!(of("https://llama.fi:8443/x"), Some(PriceApi::DefiLlama));
        assert_eq!(of("https://api.coingecko.com/api/v3"), Some(PriceApi::CoinGecko));
        for url in ["https://notllama.fi", "https://coingecko.com.example", "http://127.0.0.1:80"] {
            assert_eq!(of(url), None, "{url}");
        }
        assert!("gecko".parse::<PriceApi>().is_err());
    }

    #[test]
    fn moments_lie_on_the_grid() {
        let day = |text: &str| text.parse::<Timestamp>().unwrap();
        let moments = Step::DAILY.moments(day("2022-03-23T13:29:09Z"), day("2022-03-25T00:00:00Z"));
        assert_eq!(moments, [day("2022-03-23"), day("2022-03-24")]);
        assert_eq!(Step::DAILY.moment_of(day("2022-03-23T23:50:00Z")), Some(day("2022-03-24")));
        assert_eq!(Step::DAILY.moment_of(day("2022-03-23T12:00:00Z")), None);
        let periods = [86_400, 14_400, 300].map(|s| Step::from_seconds(s).unwrap().period());
        assert_eq!(periods, ["1d", "4h", "5m"]);
        for seconds in [0, -60, 60, 299, 7_000, 172_800, i64::MAX] {
            assert!(Step::from_seconds(seconds).is_err(), "{seconds}");
        }
    }

    #[test]
    fn moments_are_asked_for_in_runs() {
        let moments: Vec<_> = [1, 2, 3, 5, 6, 9].map(|day| time(day * 86_400)).into();
        let lengths: Vec<_> = runs(&moments, Step::DAILY, 2).map(<[_]>::len).collect();
        assert_eq!(lengths, [2, 1, 2, 1]);
    }

    proptest! {
        /// The same as looking at every price.
        #[test]
        fn nearest_is_the_nearest(
            times in prop::collection::btree_set(0i64..200_000, 0..20), moment in 0i64..3,
        ) {
            let price = "1".parse().unwrap();
            let served: Vec<_> =
                times.iter().map(|t| ServedPrice { time: time(*t), price }).collect();
            let moment = moment * 86_400;
            let near = times.iter().filter(|t| (*t - moment).abs() <= 21_600);
            let expected = near.min_by_key(|t| ((*t - moment).abs(), **t)).copied();
            let found = nearest(&served, time(moment), Step::DAILY);
            assert_eq!(found.map(|found| found.time.to_unix()), expected);
        }
    }
}
