//! Price services on loopback, in the documented shapes and with faults.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use hawkshaw_model::{AssetId, Timestamp};
use hawkshaw_source::{
    Client, Endpoint, Key, Limits, PriceApi, PriceService, PriceStep, ServedPrice, SourceFault,
};

use support::{Asked, Manner, Reply, Server};

const USDC: &str = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
const DAY: i64 = 86_400;
/// 2022-03-01.
const START: i64 = 1_646_092_800;

fn service(server: &Server, api: PriceApi, key: Option<&str>) -> PriceService {
    let key = key.map(|key| Key::new(key).unwrap());
    let endpoint = Endpoint::new(&server.url(), key).unwrap();
    let limits = Limits {
        timeout: Duration::from_secs(2),
        body_bytes_max: 1 << 20,
        attempts_max: 2,
        back_off_first: Duration::from_millis(1),
        back_off_max: Duration::from_millis(5),
        ..Limits::default()
    };
    PriceService::new(Client::new(endpoint, limits), api)
}

fn days(days: impl IntoIterator<Item = i64>) -> Vec<Timestamp> {
    days.into_iter().map(|day| Timestamp::from_unix(START + day * DAY).unwrap()).collect()
}

fn usdc() -> AssetId {
    USDC.parse().unwrap()
}

/// Whether a fault is the expected one.
type Check = fn(&SourceFault) -> bool;

/// Day and price of what was served.
fn shown(served: &[ServedPrice]) -> Vec<(i64, String)> {
    let rows = served.iter();
    rows.map(|s| (s.time.to_unix() - START, s.price.to_string())).collect()
}

fn number(asked: &Asked, name: &str) -> i64 {
    asked.parameter(name).unwrap().parse().unwrap()
}

/// Answers as DefiLlama does: a price a period, a minute early, none on the third day.
fn llama(asked: &Asked) -> Reply {
    let coin = asked.target.strip_prefix("/chart/").unwrap().split('?').next().unwrap();
    let coin = coin.replace("%3A", ":");
    let (start, span) = (number(asked, "start"), number(asked, "span"));
    let points = (0..span).map(|at| start + at * DAY).filter(|t| *t != START + 2 * DAY);
    let points: Vec<String> = points
        .map(|t| format!("{{\"timestamp\":{},\"price\":1.000{}}}", t - 60, (t - START) / DAY))
        .collect();
    let points = points.join(",");
    Reply::json(format!(
        "{{\"coins\":{{\"{coin}\":{{\"symbol\":\"USDC\",\"confidence\":0.99,\"decimals\":6,\
         \"prices\":[{points}]}}}}}}"
    ))
}

/// Answers as CoinGecko does: a price an hour, in milliseconds.
fn gecko(asked: &Asked) -> Reply {
    let (from, to) = (number(asked, "from"), number(asked, "to"));
    let hours = (from / 3_600..=to / 3_600).map(|hour| hour * 3_600 + 125);
    let points: Vec<String> = hours
        .map(|t| format!("[{}457,0.{}]", t, 9_000_000 + (t - START).div_euclid(3_600)))
        .collect();
    Reply::json(format!(
        "{{\"prices\":[{}],\"market_caps\":[],\"total_volumes\":[]}}",
        points.join(",")
    ))
}

#[test]
fn defillama_is_asked_for_runs_of_moments() {
    let server = Server::start(llama);
    let service = service(&server, PriceApi::DefiLlama, None);
    let coin = service.coin(&usdc()).unwrap();
    let wanted = days([0, 1, 2, 3, 7]);
    let served = service.prices(&coin, &wanted, PriceStep::DAILY).unwrap();
    let expected = [
        (-60, "1".to_owned()),
        (DAY - 60, "1.0001".to_owned()),
        (3 * DAY - 60, "1.0003".to_owned()),
        (7 * DAY - 60, "1.0007".to_owned()),
    ];
    assert_eq!(shown(&served), expected, "the third day has no price");
    let asked = server.asked();
    let each: Vec<_> = asked.iter().map(|a| (number(a, "start"), number(a, "span"))).collect();
    assert_eq!(each, [(START, 4), (START + 7 * DAY, 1)]);
    assert!(asked[0].target.starts_with("/chart/ethereum"), "{}", asked[0].target);
    assert_eq!(asked[0].parameter("period"), Some("1d"));
    assert_eq!(asked[0].parameter("searchWidth"), Some("21600"));
}

#[test]
fn long_runs_are_asked_for_in_parts() {
    let server = Server::start(llama);
    let service = service(&server, PriceApi::DefiLlama, None);
    let coin = "coingecko:ethereum".parse().unwrap();
    let served = service.prices(&coin, &days(0..700), PriceStep::DAILY).unwrap();
    assert_eq!(served.len(), 699);
    let spans: Vec<_> = server.asked().iter().map(|asked| number(asked, "span")).collect();
    assert_eq!(spans, [300, 300, 100]);
}

#[test]
fn coingecko_gives_the_price_nearest_to_each_moment() {
    let server = Server::start(gecko);
    let service = service(&server, PriceApi::CoinGecko, Some("sesame"));
    let coin = service.coin(&usdc()).unwrap();
    let served = service.prices(&coin, &days([0, 1]), PriceStep::DAILY).unwrap();
    let expected = [(125, "0.9".to_owned()), (DAY + 125, "0.9000024".to_owned())];
    assert_eq!(shown(&served), expected);
    let native = service.coin(&"eip155:1/slip44:60".parse().unwrap()).unwrap();
    assert_eq!(service.prices(&native, &days(0..100), PriceStep::DAILY).unwrap().len(), 100);
    let asked = server.asked();
    let path =
        "/coins/ethereum/contract/0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48/market_chart/range?";
    assert!(asked[0].target.starts_with(path), "{}", asked[0].target);
    assert!(asked[1].target.starts_with("/coins/ethereum/market_chart/range?vs_currency=usd"));
    assert!(asked[0].header.contains("x-cg-demo-api-key: sesame"), "{}", asked[0].header);
    assert!(!asked[0].target.contains("sesame"), "the key is no part of the URL");
    // 88 days at once at most, with a quarter of a day before and behind.
    let spans: Vec<_> = asked.iter().map(|a| number(a, "to") - number(a, "from")).collect();
    assert_eq!(spans, [DAY + DAY / 2, 87 * DAY + DAY / 2, 11 * DAY + DAY / 2]);
}

#[test]
fn faults_are_named_with_the_request_and_without_the_key() {
    let deep = format!("{{\"coins\":{}", "[".repeat(10_000));
    let faults: Vec<(Reply, Check)> = vec![
        (Reply::page(200), |f| matches!(f, SourceFault::Unable(_) | SourceFault::Refused(_))),
        (Reply::json(deep), |f| matches!(f, SourceFault::Decode(_))),
        (Reply::json("{\"coins\":{\"ethereum:0x1\":{}}}"), |f| matches!(f, SourceFault::Decode(_))),
        (Reply::json("{\"coins\":{\"sesame\":{}}}"), |f| matches!(f, SourceFault::Decode(_))),
        (Reply::status(429, ""), |f| matches!(f, SourceFault::RateLimited(_))),
        (Reply::status(401, ""), |f| matches!(f, SourceFault::Unauthorised(401))),
        (Reply::json("{").manner(Manner::Flood(8 << 20)), |f| {
            matches!(f, SourceFault::TooLarge(_))
        }),
        (Reply::json("{\"coins\":{}}").manner(Manner::Cut(3)), |f| {
            matches!(f, SourceFault::Unreachable(_))
        }),
    ];
    for (reply, is_expected) in faults {
        let server = Server::in_turn(vec![reply]);
        let service = service(&server, PriceApi::DefiLlama, Some("sesame"));
        let coin = service.coin(&usdc()).unwrap();
        let error = service.prices(&coin, &days([0]), PriceStep::DAILY).unwrap_err();
        assert!(is_expected(&error.fault), "{error}");
        let text = error.to_string();
        assert!(text.contains("prices of ethereum:0xa0b8"), "{text}");
        assert!(!text.contains("sesame"), "{text}");
    }
}
